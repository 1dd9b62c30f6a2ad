package coverage_test

import (
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// TestUnread: each object that the coverage counts as unreadable or undecodable
// is named, as far as there is room, with a reason.
func TestUnread(t *testing.T) {
	src, err := demo.New("demo:5000")
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	s := c.Snapshot()
	type key struct{ typ, state string }
	named := map[key]int{}
	for _, u := range coverage.Named(s) {
		named[key{u.ObjectType, u.State}]++
		if !strings.Contains(u.DN, "DC=contoso") || u.Reason == "" || strings.Contains(u.Reason, "\n") {
			t.Errorf("%+v has no name or no reason in one line", u)
		}
	}
	seen := 0
	for _, c := range coverage.Of(s) {
		for state, n := range map[string]int{"unreadable": c.Unreadable, "undecodable": c.Undecodable} {
			seen += n
			if got := named[key{c.ObjectType, state}]; got != min(n, 100) {
				t.Errorf("%s: %d %s are named, want %d of %d", c.ObjectType, got, state, min(n, 100), n)
			}
		}
	}
	if seen == 0 {
		t.Error("the demo has nothing that cannot be read")
	}
}
