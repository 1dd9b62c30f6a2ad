package change_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// A plain, slow comparison that shares no code with the model's: rights as a
// multiset difference of the rows of report aces, accounts and members from the
// entries of the source.

// rawEntry is one object as the source gives it.
type rawEntry struct {
	dn         string
	attributes map[string][]string
}

func (e rawEntry) text(name string) string { return strings.Join(e.attributes[name], "|") }

// rawState is a state as the plain comparison sees it: objects by GUID, rows as
// maps of the fields of the contract.
type rawState struct {
	objects map[string]rawEntry
	byDN    map[string]string // lower case -> GUID
	rows    []map[string]string
}

func (s *rawState) Begin(collector.Query) {}

func (s *rawState) Expect(collector.QueryID, int) {}

func (s *rawState) End(collector.QueryID, error) {}

func (s *rawState) Missed(acl.SID) {}

func (s *rawState) Entry(e *collector.Entry) {
	guid := e.Value("objectGUID")
	if len(guid) != 16 {
		return
	}
	r := rawEntry{dn: e.DN, attributes: map[string][]string{}}
	for _, a := range e.Attributes {
		for _, v := range a.Values {
			r.attributes[a.Name] = append(r.attributes[a.Name], string(v))
		}
	}
	s.objects[script.PlainGUID(guid)] = r
	s.byDN[strings.ToLower(e.DN)] = script.PlainGUID(guid)
}

func demoSource(t testing.TB, spec string) *demo.Source {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// demoState reads one day of the demo twice: for the model, and plainly.
func demoState(t *testing.T, pool *model.Pool, spec string) (*model.Snapshot, *rawState) {
	t.Helper()
	c := session.Start(t.Context(), demoSource(t, spec), pool, nil)
	<-c.Done()
	raw := &rawState{objects: map[string]rawEntry{}, byDN: map[string]string{}}
	if err := demoSource(t, spec).Read(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	raw.rows = rawRows(t, c.Snapshot())
	return c.Snapshot(), raw
}

// rawRows are the rows of report aces of all object types, as texts.
func rawRows(t *testing.T, s *model.Snapshot) (out []map[string]string) {
	t.Helper()
	rows, err := view.Of(t.Context(), s, view.Query{
		Type: view.Mailboxes, Rows: true, Split: true, ByTrustee: true, Show: hiding.All, ACEs: view.Mailboxes.ACEs[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows.Len() {
		if rows.IsRole(i) {
			continue
		}
		row, fields := rows.Row(i), map[string]string{}
		for _, f := range view.RowFields {
			fields[f.Name] = fmt.Sprint(f.Value(&row))
		}
		fields["trustee_dn"] = row.Trustee.DN
		out = append(out, fields)
	}
	return out
}

// rawACE is an entry put together from its rows.
type rawACE struct {
	at, key, mask, flags string
	rights               []string
}

func (s *rawState) aces() (out []rawACE) {
	found := map[string]int{}
	for _, r := range s.rows {
		who := r["trustee_sid"]
		if who == "" {
			who = r["trustee_dn"]
		}
		if r["mask"] == "" && r["ace_type"] == "" { // a value of a link
			out = append(out, rawACE{key: strings.Join([]string{r["target_guid"], r["acl_type"], who, r["right"]}, " "), rights: []string{r["right"] + " " + r["status"]}})
			continue
		}
		at := strings.Join([]string{r["target_guid"], r["acl_type"], r["ace_index"]}, " ")
		if _, ok := found[at]; !ok {
			found[at] = len(out)
			out = append(out, rawACE{at: at, mask: r["mask"], flags: r["ace_flags"], key: strings.Join([]string{
				r["target_guid"], r["acl_type"], who, r["ace_type"], r["object_guid"], r["inherited_object_guid"], r["inherited"]}, " ")})
		}
		a := &out[found[at]]
		a.rights = append(a.rights, r["right"]+" "+r["status"])
	}
	return out
}

// id is the entry without its place.
func (a rawACE) id() string { return fmt.Sprint(a.key, a.mask, a.flags, a.rights) }

// rawRights lists what changed about rights.
func rawRights(old, new *rawState) (out []string) {
	a, b := old.aces(), new.aces()
	for i := 0; i < len(a); i++ { // take away what both have
		if k := slices.IndexFunc(b, func(x rawACE) bool { return x.id() == a[i].id() }); k >= 0 {
			b = slices.Delete(b, k, k+1)
			a = slices.Delete(a, i, i+1)
			i--
		}
	}
	say := func(change string, x rawACE, right string) {
		parts := strings.Fields(x.key)
		out = append(out, fmt.Sprintf("%s %s %s %s %s", change, parts[0], parts[1], parts[2], right))
	}
	for _, x := range a {
		k := slices.IndexFunc(b, func(y rawACE) bool { return y.key == x.key })
		if k < 0 {
			for _, r := range x.rights {
				say("removed", x, r)
			}
			continue
		}
		y := b[k]
		b = slices.Delete(b, k, k+1)
		for _, r := range x.rights {
			kept := slices.Contains(y.rights, r)
			if !kept || x.flags != y.flags || !strings.Contains(x.key, grant.MailboxACL.Name) {
				say("changed", x, r)
			}
		}
		for _, r := range y.rights {
			if !slices.Contains(x.rights, r) {
				say("changed", y, r)
			}
		}
	}
	for _, x := range b {
		for _, r := range x.rights {
			say("added", x, r)
		}
	}
	return out
}

// rightsLine spells a change of an entry or delegate as rawRights does.
func rightsLine(x change.Change) string {
	return fmt.Sprintf("%s %s %s %s %s %s", x.Change, x.TargetGUID, x.ACLType, sidOrDN(x.Trustee), x.Right, x.Status)
}

// holders are the GUIDs of those who hold a right, themselves or as members.
func (s *rawState) holders() map[string]bool {
	holds, sids := map[string]bool{}, map[string]bool{}
	for _, r := range s.rows {
		sids[r["trustee_sid"]] = true
		if g := s.byDN[strings.ToLower(r["trustee_dn"])]; g != "" {
			holds[g] = true
		}
	}
	groups := map[string]string{} // SID -> GUID
	for g, o := range s.objects {
		sid := ""
		if v := o.text("objectSid"); v != "" {
			sid = script.PlainSID([]byte(v))
			groups[sid] = g
		}
		for _, former := range o.attributes["sIDHistory"] {
			holds[g] = holds[g] || sids[script.PlainSID([]byte(former))]
		}
		holds[g] = holds[g] || sid != "" && sids[sid]
	}
	for grown := true; grown; {
		grown = false
		for g, o := range s.objects {
			for _, m := range o.attributes["member"] {
				if member := s.byDN[strings.ToLower(m)]; holds[g] && member != "" && !holds[member] {
					holds[member], grown = true, true
				}
			}
			if rid := o.text("primaryGroupID"); rid != "" && !holds[g] {
				sid := script.PlainSID([]byte(o.text("objectSid")))
				if holds[groups[sid[:strings.LastIndex(sid, "-")+1]+rid]] {
					holds[g], grown = true, true
				}
			}
		}
	}
	return holds
}

// rawAccounts lists what changed about accounts and groups.
func rawAccounts(old, new *rawState) (out []string) {
	before, after := old.holders(), new.holders()
	for g, a := range old.objects {
		b := new.objects[g]
		recipient := a.text("mailNickname") != ""
		if !recipient && !before[g] && !after[g] {
			continue
		}
		say := func(what string, differ bool) {
			if differ {
				out = append(out, "changed "+g+" "+what)
			}
		}
		off := func(e rawEntry) bool { var n int; fmt.Sscan(e.text("userAccountControl"), &n); return n&2 != 0 }
		leaf := func(e rawEntry) string { l, _ := dn.Split(e.dn); return l }
		say("disabled", off(b) && !off(a))
		say("enabled", off(a) && !off(b))
		say("renamed", a.text("sAMAccountName") != b.text("sAMAccountName") || leaf(a) != leaf(b))
		say("moved-store", a.text("homeMDB") != b.text("homeMDB"))
		if before[g] || after[g] {
			members := func(s *rawState, e rawEntry) (m []string) {
				for _, dn := range e.attributes["member"] {
					if g := s.byDN[strings.ToLower(dn)]; g != "" {
						dn = g
					}
					m = append(m, dn)
				}
				return m
			}
			x, y := members(old, a), members(new, b)
			for _, m := range x {
				if !slices.Contains(y, m) {
					out = append(out, "removed "+g+" member "+m)
				}
			}
			for _, m := range y {
				if !slices.Contains(x, m) {
					out = append(out, "added "+g+" member "+m)
				}
			}
		}
	}
	return out
}

func compare(t testing.TB, old, new *model.Snapshot, q change.Query) *change.List {
	t.Helper()
	c, err := change.Compare(context.Background(), old, new, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.View(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestCompareEqualsThePlainOne on two days of the demo, in either direction.
func TestCompareEqualsThePlainOne(t *testing.T) {
	for _, spec := range []struct {
		old, new string
		doors    int
	}{
		{"demo:80:1:0", "demo:80:1:5", 0}, {"demo:80:1:0", "demo:80:1:40", 3}, {"demo:80:1:40", "demo:80:1:5", 1}, {"demo:300:7:0", "demo:300:7:190", 3},
	} {
		pool := model.NewPool()
		old, rawOld := demoState(t, pool, spec.old)
		new, rawNew := demoState(t, pool, spec.new)
		var rights, accounts, roles []string
		kinds := map[string]int{}
		c := compare(t, old, new, change.Query{Show: hiding.All})
		for i := range c.Len() {
			x := c.Change(i)
			guid := x.TargetGUID.String()
			kinds[x.Kind+" "+x.Change]++
			switch x.Kind {
			case change.KindACE, change.KindDelegate:
				rights = append(rights, rightsLine(x))
			case change.KindAccount:
				accounts = append(accounts, fmt.Sprintf("%s %s %s", x.Change, guid, x.Right))
			case change.KindMembership:
				state := rawNew
				if x.Change == change.Removed {
					state = rawOld
				}
				member := state.byDN[strings.ToLower(x.Trustee.DN)]
				accounts = append(accounts, fmt.Sprintf("%s %s member %s", x.Change, guid, member))
			case change.KindRole:
				roles = append(roles, x.Change+" "+guid+" "+map[bool]string{true: "entries", false: "assignment"}[x.ACLType == ""])
			case change.KindClient, change.KindRelay: // counted below
			default:
				t.Errorf("%v: %+v", spec, x)
			}
		}
		if n := kinds["client added"] + kinds["client removed"] + kinds["relay added"] + kinds["relay removed"]; n != spec.doors {
			t.Errorf("%v: %d clients and relays came or went, want %d", spec, n, spec.doors)
		}
		sameLines(t, spec.old+" "+spec.new+": rights", rights, rawRights(rawOld, rawNew))
		sameLines(t, spec.old+" "+spec.new+": accounts", accounts, rawAccounts(rawOld, rawNew))
		sameLines(t, spec.old+" "+spec.new+": roles", roles, rawRoles(rawOld, rawNew))
		mirrors(t, spec.old+" "+spec.new, c, compare(t, new, old, change.Query{Show: hiding.All}))
		if len(rights) == 0 || len(accounts) == 0 {
			t.Errorf("%v: nothing changed, so nothing is tested", spec)
		}
		t.Logf("%v: %v", spec, kinds)
	}
}

// rawRoles are the assignments that came, went or differ in an attribute, and the
// roles whose entries do.
func rawRoles(old, new *rawState) (out []string) {
	for guid, o := range old.objects {
		class := o.text("objectClass")
		n, there := new.objects[guid]
		switch {
		case strings.HasSuffix(class, "msExchRoleAssignment") && !there:
			out = append(out, "removed "+guid+" assignment")
		case strings.HasSuffix(class, "msExchRoleAssignment"):
			for _, name := range []string{"msExchRoleAssignmentFlags", "msExchUserLink", "msExchRoleLink", "msExchDomainRestrictionLink"} {
				if o.text(name) != n.text(name) {
					out = append(out, "changed "+guid+" assignment")
					break
				}
			}
		case strings.HasSuffix(class, "msExchRole") && there && o.text("msExchRoleEntries") != n.text("msExchRoleEntries"):
			out = append(out, "changed "+guid+" entries")
		}
	}
	for guid, n := range new.objects {
		if _, there := old.objects[guid]; !there && strings.HasSuffix(n.text("objectClass"), "msExchRoleAssignment") {
			out = append(out, "added "+guid+" assignment")
		}
	}
	return out
}

func sameLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	for _, l := range got {
		if k := slices.Index(want, l); k >= 0 {
			want = slices.Delete(want, k, k+1)
		} else {
			t.Errorf("%s: too much: %s", what, l)
		}
	}
	for _, l := range want {
		t.Errorf("%s: missing: %s", what, l)
	}
}

// contract spells the fields of a change, mirrored where old and new are to be
// taken for each other.
func contract(x change.Change, mirrored bool) string {
	if mirrored {
		x.Old, x.New = x.New, x.Old
		if m, ok := map[string]string{change.Added: change.Removed, change.Removed: change.Added}[x.Change]; ok {
			x.Change = m
		}
		if x.Kind == change.KindAccount {
			for _, pair := range [][2]string{{"disabled", "enabled"}, {"deleted", "restored"}, {"new-mailbox", "mailbox-gone"},
				{"new-store", "store-gone"}, {"new-container", "container-gone"}, {"new-account", "account-gone"}} {
				if k := slices.Index(pair[:], x.Right); k >= 0 {
					x.Right = pair[1-k]
					break
				}
			}
		}
	}
	who := sidOrDN(x.Trustee)
	return fmt.Sprintf("%s %s %s %s [%s] %s | %s | %s | %d", x.Change, x.Kind, x.TargetGUID, who, x.Right, x.Status, x.Old, x.New, x.Reach)
}

func sidOrDN(p model.Principal) string {
	if p.SID.IsZero() {
		return p.DN
	}
	return p.SID.String()
}

// mirrors checks that a comparison is the other way round what its opposite is. What
// logs tell is left out: who comes and goes is judged by time, which has a direction.
func mirrors(t *testing.T, name string, there, back *change.List) {
	t.Helper()
	var a, b []string
	for i := range there.Len() {
		if x := there.Change(i); x.Kind != change.KindClient && x.Kind != change.KindRelay {
			a = append(a, contract(x, false))
		}
	}
	for i := range back.Len() {
		if x := back.Change(i); x.Kind != change.KindClient && x.Kind != change.KindRelay {
			b = append(b, contract(x, true))
		}
	}
	sameLines(t, name+": mirrored", b, a)
}

// TestCompareIsSymmetric, and a state does not differ from itself, nor from
// another reading of the same day.
func TestCompareIsSymmetric(t *testing.T) {
	pool := model.NewPool()
	states := map[string]*model.Snapshot{}
	for _, spec := range []string{"demo:80:1:0", "demo:80:1:5", "demo:80:1:40", "demo:80:1"} {
		states[spec], _ = demoState(t, pool, spec)
	}
	for _, show := range []hiding.Reasons{0, hiding.All} {
		q := change.Query{Show: show}
		for _, day := range []string{"demo:80:1:5", "demo:80:1:40"} {
			mirrors(t, day, compare(t, states["demo:80:1:0"], states[day], q), compare(t, states[day], states["demo:80:1:0"], q))
		}
		for _, same := range []string{"demo:80:1:0", "demo:80:1"} {
			if c := compare(t, states["demo:80:1:0"], states[same], q); c.Counts.Total() != 0 || c.Len() != 0 || c.Hidden.Total() != 0 || len(c.Comparison.Banners()) != 0 {
				t.Errorf("%s against itself: %d changes, %d not comparable, banners %v", same, c.Len(), c.Counts.NotComparable, c.Comparison.Banners())
			}
		}
	}
}
