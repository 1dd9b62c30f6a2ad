package view_test

import (
	"slices"
	"testing"

	"mbxperm/model/view"
)

// TestGroupMembers holds the members of a group against the groups on the cards of
// those who are in it.
func TestGroupMembers(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	lines, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, System: true})
	if err != nil {
		t.Fatal(err)
	}
	groups, people := 0, 0
	for i := range lines.Len() {
		key := lines.Key(i)
		members, total, group, _ := view.GroupMembers(s, key, 3)
		if !group {
			continue
		}
		groups++
		if len(members) != min(total, 3) {
			t.Fatalf("%s: %d members of %d", lines.Line(i).Name, len(members), total)
		}
		for _, m := range members {
			found := view.Named(s, m.DN)
			if len(found) != 1 {
				continue // was not read
			}
			people++
			if card := view.LineCard(s, found[0]); !slices.ContainsFunc(card.Groups, func(in view.Membership) bool {
				return in.Through == "" && in.Group.SID == lines.Line(i).SID
			}) {
				t.Errorf("%s is a member of %s, and its card does not say so", m.Name, lines.Line(i).Name)
			}
		}
	}
	if groups == 0 || people == 0 {
		t.Errorf("%d groups with %d members that were read", groups, people)
	}
	if _, _, group, _ := view.GroupMembers(s, view.LineKey{}, 3); group {
		t.Error("nothing is a group")
	}
}
