package change

import (
	"testing"
	"unicode/utf8"
)

// TestSummaryIn: in whatever room, the summary says the heaviest first, fits where
// the number alone does, and no change is left out of it.
func TestSummaryIn(t *testing.T) {
	f := Summary{{"Full Access", "Full", " +3 -2", 5}, {"Send-As", "Send", " +5", 5}, {"members", "memb", " +4300 -43", 4343}, {"accounts", "acct", " ~7", 7}}
	for _, c := range []struct {
		room int
		want string
	}{
		{200, "Full Access +3 -2 · Send-As +5 · members +4300 -43 · accounts ~7"},
		{64, "Full Access +3 -2 · Send-As +5 · members +4300 -43 · accounts ~7"},
		{63, "Full +3 -2 · Send +5 · memb +4300 -43 · acct ~7"},
		{47, "Full +3 -2 · Send +5 · memb +4300 -43 · acct ~7"},
		{46, "Full +3 -2 · Send +5 · memb +4300 -43 · 7 more"},
		{45, "Full +3 -2 · Send +5 · 4,350 more"},
		{32, "Full +3 -2 · 4,355 more"},
		{22, "4,360 more"},
	} {
		if f.In(c.room) != c.want {
			t.Errorf("In(%d) = %q, want %q", c.room, f.In(c.room), c.want)
		}
	}
	for room := 10; room < 80; room++ {
		if got := f.In(room); utf8.RuneCountInString(got) > room {
			t.Errorf("In(%d) is %q, which is longer", room, got)
		}
	}
	if got := (Summary{}).In(0); got != "" {
		t.Errorf("no changes are %q", got)
	}
}
