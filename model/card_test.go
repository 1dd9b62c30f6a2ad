package model_test

import (
	"fmt"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/model"
)

func demoSnapshot(t *testing.T, spec string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := collector.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// TestRawIsTheRow: the entry that RawOf points at is the one that the row was
// made of, for every row of every object type.
func TestRawIsTheRow(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	seen := map[string]int{}
	for _, typ := range model.ObjectTypes {
		for _, aces := range typ.ACEs {
			res, err := model.View(t.Context(), s, model.Query{Type: typ, Rows: true, Show: model.AllReasons, ACEs: aces})
			if err != nil {
				t.Fatal(err)
			}
			for i := range res.Len() {
				row := res.Row(i)
				raw, ok := s.RawOf(row.Ref)
				if ok != (row.ACLType != model.ACLBehalf) {
					t.Fatalf("%s: a raw ACE: %v", row.ACLType, ok)
				}
				if !ok || row.NullDACL {
					continue
				}
				seen[row.ACLType]++
				d, _ := acl.Parse(raw.Bytes)
				n := 0
				for ace := range d.DACL() {
					if n == raw.Pos {
						if ace.Trustee() != row.Trustee.SID || ace.Trustee() != raw.Trustees[n].SID || fmt.Sprintf("0x%08x", uint32(ace.Mask)) != row.Mask {
							t.Errorf("row %+v is not entry %d of %s", row, n, d.Parts().SDDL())
						}
					}
					n++
				}
				if raw.Pos >= n {
					t.Errorf("entry %d of %d", raw.Pos, n)
				}
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("rows of %v, want four kinds of ACLs", seen)
	}
}

// TestMemberships holds a card's groups against an effective view: whoever is
// in a group has its rows there.
func TestMemberships(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	lines, err := model.View(t.Context(), s, model.Query{Type: model.Mailboxes, System: true})
	if err != nil {
		t.Fatal(err)
	}
	nested, primary := 0, 0
	for i := range lines.Len() {
		key := lines.Key(i)
		card := s.LineCard(key)
		in := map[acl.SID]bool{card.SID: true}
		for _, g := range card.Groups {
			if g.Group.SID.IsZero() || in[g.Group.SID] && g.Group.SID != card.SID {
				t.Errorf("%s: %s stands there twice, or is nobody", card.Name, g.Group.Name)
			}
			in[g.Group.SID] = true
			if g.Through != "" {
				nested++
			}
			if g.Note == "primary group" {
				primary++
			}
		}
		rows, err := model.View(t.Context(), s, model.Query{Type: model.Mailboxes, Rows: true, Show: model.AllReasons, Of: key,
			ACEs: model.Mailboxes.ACEs[4], Effective: true})
		if err != nil {
			t.Fatal(err)
		}
		for j := range rows.Len() {
			p := rows.Row(j).Trustee
			if p.Kind == model.KindGroup && p.State != "former SID" && !in[p.SID] {
				t.Errorf("%s has the rights of %s, which is no group on its card", card.Name, p.Name)
			}
		}
	}
	if nested == 0 || primary == 0 {
		t.Errorf("%d groups by nesting, %d primary groups: the demo should have both", nested, primary)
	}
}
