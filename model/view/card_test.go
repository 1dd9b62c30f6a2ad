package view_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

func demoSnapshot(t *testing.T, spec string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// TestRawIsTheRow: the entry that RawOf points at is the one that the row was
// made of, for every row of every object type.
func TestRawIsTheRow(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	seen := map[*grant.Kind]int{}
	for _, typ := range view.ObjectTypes {
		if typ.Doors() || typ == view.Roles { // whose rows are no entries
			continue
		}
		for _, aces := range typ.ACEs {
			res, err := view.Of(t.Context(), s, view.Query{Type: typ, Rows: true, Show: hiding.All, ACEs: aces})
			if err != nil {
				t.Fatal(err)
			}
			for i := range res.Len() {
				if res.IsRole(i) {
					continue
				}
				row := res.Row(i)
				raw, ok := view.RawOf(s, row.Ref)
				if ok == row.Ref.Kind().IsLink() {
					t.Fatalf("%s: a raw ACE: %v", row.ACLType, ok)
				}
				if !ok || row.NullDACL {
					continue
				}
				seen[row.Ref.Kind()]++
				d, _ := acl.Parse(raw.Bytes)
				n := 0
				for ace := range d.DACL() {
					if n == raw.Pos {
						if ace.Trustee() != row.Trustee.SID || ace.Trustee() != raw.Trustees[n].SID || fmt.Sprintf("0x%08x", uint32(ace.Mask)) != row.Mask {
							t.Errorf("row %+v is not entry %d of %s", row, n, sddl.Format(d.Parts()))
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
	entries := 0
	for _, k := range grant.Kinds {
		if !k.IsLink() {
			entries++
		}
	}
	if len(seen) != entries {
		t.Errorf("rows of %v, want each kind of ACL", seen)
	}
}

// TestMemberships holds a card's groups against an effective view: whoever is
// in a group has its rows there.
func TestMemberships(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	lines, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, System: true})
	if err != nil {
		t.Fatal(err)
	}
	nested, primary := 0, 0
	for i := range lines.Len() {
		key := lines.Key(i)
		card := view.LineCard(s, key)
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
		rows, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Rows: true, Show: hiding.All, Of: key,
			ACEs: view.Mailboxes.ACEs[4], Effective: true})
		if err != nil {
			t.Fatal(err)
		}
		for j := range rows.Len() {
			p := rows.Row(j).Trustee
			if rows.IsRole(j) { // which come through policies and linked groups too
				continue
			}
			if p.Kind == model.KindGroup && p.State != "former SID" && !in[p.SID] {
				t.Errorf("%s has the rights of %s, which is no group on its card", card.Name, p.Name)
			}
		}
	}
	if nested == 0 || primary == 0 {
		t.Errorf("%d groups by nesting, %d primary groups: the demo should have both", nested, primary)
	}
}

// TestIdentityNamesTheLine: what names a line in a command finds that line and
// no other.
func TestIdentityNamesTheLine(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	for _, typ := range view.ObjectTypes {
		if typ.Doors() { // whose rows are no entries
			continue
		}
		res, err := view.Of(t.Context(), s, view.Query{Type: typ, System: true, Show: hiding.All})
		if err != nil {
			t.Fatal(err)
		}
		for i := range res.Len() {
			key := res.Key(i)
			for _, reverse := range []bool{false, true} {
				if reverse && (typ == view.Stores || typ == view.Containers || typ == view.Connectors) { // which are nobody's trustees
					continue
				}
				name := view.Identity(s, key, reverse)
				found := view.Named(s, name)
				switch {
				case len(found) != 1:
					t.Errorf("%q names %d lines", name, len(found))
				case reverse && !reflect.DeepEqual(view.TrusteeOf(s, found[0]), view.TrusteeOf(s, key)):
					t.Errorf("%q is %+v, want %+v", name, view.TrusteeOf(s, found[0]), view.TrusteeOf(s, key))
				case !reverse && !reflect.DeepEqual(view.TargetOf(s, found[0]), view.TargetOf(s, key)):
					t.Errorf("%q is %+v, want %+v", name, view.TargetOf(s, found[0]), view.TargetOf(s, key))
				}
			}
		}
	}
}

func TestNamed(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	u2 := view.Named(s, "FRONT.DESK")
	if len(u2) != 1 {
		t.Fatalf("FRONT.DESK names %d lines", len(u2))
	}
	p := view.TargetOf(s, u2[0])
	for _, text := range []string{"front.desk", `contoso\front.desk`, p.DN, p.SID.String(), view.LineCard(s, u2[0]).GUID.String()} {
		if got := view.Named(s, text); len(got) != 1 || got[0] != u2[0] {
			t.Errorf("Named(%q) = %v, want %v", text, got, u2)
		}
	}
	if got := view.Named(s, "everyone"); len(got) != 1 || view.TrusteeOf(s, got[0]).Kind != model.KindWellKnown {
		t.Errorf("Everyone is %v", got)
	}
	for _, text := range []string{"", "nobody", "S-1-5-21-1-2-3-4", "CN=nobody,DC=contoso,DC=com", "00000000-0000-0000-0000-000000000001"} {
		if got := view.Named(s, text); len(got) != 0 {
			t.Errorf("Named(%q) = %v", text, got)
		}
	}
	names := view.Complete(t.Context(), s, "A", 4)
	if len(names) < 4 || names[0].Name != "aaron.vogt" {
		t.Errorf("names that A is in: %q", names)
	}
	for text, want := range map[string]string{"DESK": "Helpdesk", "pdes": "Helpdesk", "b02": "DB02"} {
		names := view.Complete(t.Context(), s, text, 40)
		if !slices.ContainsFunc(names, func(n view.Candidate) bool { return strings.HasPrefix(n.Name, want) }) {
			t.Errorf("%q is in %q, want %s", text, names, want)
		}
		for _, n := range names {
			if !strings.Contains(strings.ToLower(n.Name+" "+n.Known), strings.ToLower(text)) {
				t.Errorf("%q is not in %q", text, n)
			}
		}
	}
}
