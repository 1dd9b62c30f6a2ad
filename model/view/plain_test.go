package view_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// A plain, slow reader of the same entries, which shares no code with the model:
// it reads descriptors byte by byte, keeps every row in one list and counts by
// walking that list. The model must agree with it, line by line, under every
// set of toggles.

// shown applies the toggles of the design to a row of a recipient.
func (p *plain) shown(r *plainRow, q hiding.Reasons, only hiding.Only) bool {
	return (!r.stale || q&hiding.Stale != 0) && (!r.inh || q&hiding.Inherited != 0) &&
		(!r.self || q&hiding.Self != 0) && (!r.implied || q&hiding.Implied != 0) && (!r.setup || q&hiding.Default != 0) &&
		(only&hiding.OnlyDeny == 0 || r.deny) && (only&hiding.OnlyOrphans == 0 || p.orphan(r.trustee))
}

// orphan reports whether nobody alive holds a SID, and that is known: its domain
// is the one that was read, the directory said so or keeps a tombstone of the holder.
func (p *plain) orphan(sid string) bool {
	return p.deleted[sid] || p.missed[sid] && strings.HasPrefix(sid, p.domain+"-")
}

// read gives the same source to the model and to the plain reader.
func read(t *testing.T, spec string) (*model.Snapshot, *plain) {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	again, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	p := &plain{sids: map[string]string{}, mailboxes: map[string]bool{}, others: map[string]bool{}, missed: map[string]bool{}, deleted: map[string]bool{}}
	if err := again.Read(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := again.Lookup(t.Context(), p.strangers(t), p); err != nil {
		t.Fatal(err)
	}
	for _, l := range p.links {
		if sid := p.sids[l.trustee]; sid != "" {
			l.trustee = sid
		}
		p.rows = append(p.rows, l)
	}
	p.whole = p.entries()
	return c.Snapshot(), p
}

// strangers are the trustees whom no entry has for its own.
func (p *plain) strangers(t *testing.T) (out []acl.SID) {
	known := map[string]bool{}
	for _, sid := range p.sids {
		known[sid] = true
	}
	for _, r := range p.rows {
		if !known[r.trustee] {
			known[r.trustee] = true
			sid, err := acl.ParseSID(r.trustee)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, sid)
		}
	}
	return out
}

// plainCount counts rows, and in reverse the targets that they are on.
type plainCount struct {
	rows, deny, hidden       int
	targets, allowOn, denyOn int
}

// toggles are those that bear on rows of recipients, and of which object type.
type toggles struct {
	show  hiding.Reasons
	only  hiding.Only
	of    *plainType
	split bool
}

// of are the rows that a query has.
func (p *plain) of(on toggles) []plainRow {
	if on.split {
		return p.rows
	}
	return p.whole
}

// plainType is an object type whose targets are recipients: its kinds of rows, and
// where among its ACE types these stand, forward and in reverse.
type plainType struct {
	*view.ObjectType
	kinds            []*grant.Kind
	forward, reverse int // the first ACE type of each, after All
	both             int
	other            bool
}

var plainTypes = []*plainType{
	{view.Mailboxes, []*grant.Kind{grant.MailboxACL, grant.SendAs, grant.OnBehalf}, 1, 5, 10, false},
	{view.Recipients, []*grant.Kind{grant.RecipientSend, grant.RecipientBehalf, grant.Manager, grant.Delivery}, 1, 6, 12, true},
}

func everyToggle(yield func(toggles) bool) {
	for _, of := range plainTypes {
		for show := hiding.Reasons(0); show <= hiding.All; show++ {
			for only := range hiding.Only(4) {
				// Mailboxes have no defaults, and others no mailbox ACL to be stale.
				if show&^of.Toggles == 0 && (!yield(toggles{show, only, of, false}) || !yield(toggles{show, only, of, true})) {
					return
				}
			}
		}
	}
}

// targets are the DNs of those that the object type always has lines of.
func (p *plain) targets(of *plainType) map[string]bool {
	if of.other {
		return p.others
	}
	return p.mailboxes
}

// TestTotalsEqualRows: under every set of toggles, each total of each line is
// the number of rows that the plain reader counts, and that the detail shows;
// shown and hidden together are all.
func TestTotalsEqualRows(t *testing.T) {
	s, p := read(t, "demo:60:3")
	for on := range everyToggle {
		forward, reverse, hidden := p.count(on)
		result := ask(t, s, view.Query{Type: on.of.ObjectType, Show: on.show, Only: on.only, Split: on.split, System: true})
		targets := 0
		listed := map[string]bool{}
		for i := range result.Len() {
			line := result.Line(i)
			if own := p.targets(on.of)[strings.ToLower(line.DN)]; own && line.Key.IsTarget() {
				targets++
				listed[strings.ToLower(line.DN)] = true
			}
			listed[line.SID.String()] = true
			checkLine(t, on, &line, forward, reverse)
			if i%7 == 0 {
				checkDetail(t, s, on, &line)
			}
		}
		want := p.linesWanted(on, forward, reverse)
		for who := range want {
			if !listed[who] {
				t.Errorf("toggles %v: there is no line of %s", on, who)
			}
		}
		if on.only == 0 && targets != len(p.targets(on.of)) || result.Targets != targets {
			t.Errorf("toggles %v: %d lines of targets, %d targets; want %d", on, targets, result.Targets, len(p.targets(on.of)))
		}
		if result.Hidden.Total() != hidden {
			t.Errorf("toggles %v: %d hidden, want %d", on, result.Hidden.Total(), hidden)
		}
		all := ask(t, s, view.Query{Type: on.of.ObjectType, Show: on.show, Only: on.only, Split: on.split, Rows: true, ACEs: on.of.ACEs[0]})
		if all.Len()+all.Hidden.Total() != p.recipientRows(on) || all.Hidden != result.Hidden {
			t.Errorf("toggles %v: %d shown + %v hidden, want %d in all and %v", on, all.Len(), all.Hidden, p.recipientRows(on), result.Hidden)
		}
	}
}

// linesWanted are the mailboxes by DN, without Only or with a row under it, and
// the trustees by SID that some row names.
func (p *plain) linesWanted(on toggles, forward, reverse map[string]plainCount) map[string]bool {
	want := map[string]bool{}
	for dn := range p.targets(on.of) {
		n := 0
		for _, kind := range on.of.kinds {
			n += forward[dn+kind.Name].rows + reverse[p.sids[dn]+kind.Name].rows
		}
		if on.only == 0 || n > 0 {
			want[dn] = true
		}
	}
	for _, r := range p.rows {
		if r.on(on.of) && strings.HasPrefix(r.trustee, "S-") && p.shown(&r, on.show, on.only) {
			want[r.trustee] = true
		}
	}
	return want
}

// on reports whether a row stands on the targets of an object type.
func (r *plainRow) on(of *plainType) bool {
	return r.kind != grant.StoreACL.Name && r.other == of.other
}

func (p *plain) recipientRows(on toggles) (n int) {
	for _, r := range p.of(on) {
		if r.on(on.of) {
			n++
		}
	}
	return n
}

func (p *plain) count(on toggles) (forward, reverse map[string]plainCount, hidden int) {
	forward, reverse = map[string]plainCount{}, map[string]plainCount{}
	seen := map[string]bool{} // who is named on which target, in any row, one that allows, one that denies
	for _, r := range p.of(on) {
		if !r.on(on.of) {
			continue
		}
		add := plainCount{rows: 1}
		if r.deny {
			add.deny = 1
		}
		if !p.shown(&r, on.show, on.only) {
			add = plainCount{hidden: 1}
			hidden++
		}
		for _, to := range []struct {
			m   map[string]plainCount
			key string
		}{{forward, r.target + r.kind}, {reverse, r.trustee + r.kind}} {
			c := to.m[to.key]
			to.m[to.key] = plainCount{c.rows + add.rows, c.deny + add.deny, c.hidden + add.hidden, c.targets, c.allowOn, c.denyOn}
		}
		if add.rows == 0 {
			continue
		}
		c := reverse[r.trustee+r.kind]
		for way, n := range map[string]*int{"": &c.targets, fmt.Sprint(r.deny): map[bool]*int{false: &c.allowOn, true: &c.denyOn}[r.deny]} {
			if key := r.trustee + r.kind + "\x00" + r.target + way; !seen[key] {
				seen[key] = true
				*n++
			}
		}
		reverse[r.trustee+r.kind] = c
	}
	return forward, reverse, hidden
}

func checkLine(t *testing.T, show toggles, line *view.Line, forward, reverse map[string]plainCount) {
	t.Helper()
	who := strings.ToLower(line.DN)
	if !line.SID.IsZero() {
		who = line.SID.String()
	}
	for _, k := range show.of.kinds {
		var want plainCount
		kind := k.Name
		if line.Key.IsTarget() {
			want = forward[strings.ToLower(line.DN)+kind]
		}
		c := line.Forward(k)
		if got := counted(c); got != want {
			t.Errorf("toggles %v: %s of %q is %+v, want %+v", show, kind, line.Name, got, want)
		}
		c = line.Reverse(k)
		if got := counted(c); got != reverse[who+kind] {
			t.Errorf("toggles %v: reverse %s of %q is %+v, want %+v", show, kind, line.Name, got, reverse[who+kind])
		}
	}
}

func counted(c view.Count) plainCount {
	return plainCount{c.Rows, c.Deny, c.Hidden, c.Targets, c.AllowOn, c.DenyOn}
}

// checkDetail: the detail of each ACE type has as many rows as the total says.
func checkDetail(t *testing.T, s *model.Snapshot, show toggles, line *view.Line) {
	t.Helper()
	detail := func(n int) *view.Result {
		return ask(t, s, view.Query{Type: show.of.ObjectType, Show: show.show, Only: show.only, Split: show.split, Rows: true, Of: line.Key, ACEs: show.of.ACEs[n]})
	}
	for i, k := range show.of.kinds {
		for _, way := range []struct {
			aces int
			want view.Count
		}{{show.of.forward + i, line.Forward(k)}, {show.of.reverse + i, line.Reverse(k)}} {
			got := detail(way.aces)
			if got.Len() != way.want.Rows || got.Hidden.Total() != way.want.Hidden {
				t.Errorf("toggles %v: %s of %q shows %d rows and hides %d, want %d and %d", show,
					show.of.ACEs[way.aces].Name, line.Name, got.Len(), got.Hidden.Total(), way.want.Rows, way.want.Hidden)
			}
		}
	}
	seen := map[any]bool{}
	both := detail(show.of.both)
	for i := range both.Len() {
		if seen[both.RowKey(i)] {
			t.Errorf("toggles %v: Both of %q shows %v twice", show, line.Name, both.RowKey(i))
		}
		seen[both.RowKey(i)] = true
	}
	for _, n := range []int{0, show.of.reverse - 1} {
		one := detail(n)
		for i := range one.Len() {
			through := one.Through() > 0 && one.Ref(i).Kind() == grant.StoreACL // which Both leaves to the reverse view
			if !seen[one.RowKey(i)] && !through {
				t.Errorf("toggles %v: Both of %q lacks a row of %s", show, line.Name, show.of.ACEs[n].Name)
			}
		}
	}
}

func ask(t *testing.T, s *model.Snapshot, q view.Query) *view.Result {
	t.Helper()
	r, err := view.Of(context.Background(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestStoreTotals: shown and hidden entries of a store are its ACL, and nothing
// dangerous hides behind being inherited.
func TestStoreTotals(t *testing.T) {
	s, p := read(t, "demo:60:3")
	for n, on := range []toggles{{show: 0}, {show: hiding.Inherited}, {show: hiding.Default}, {show: hiding.All}, {show: hiding.All, only: hiding.OnlyDeny},
		{only: hiding.OnlyDeny}, {show: hiding.All, only: hiding.OnlyOrphans}, {show: hiding.All}} {
		on.split = n%2 == 1
		show, aces := on.show, map[string]int{}
		for _, r := range p.of(on) {
			if r.kind == grant.StoreACL.Name {
				aces[r.target]++
			}
		}
		result := ask(t, s, view.Query{Type: view.Stores, Show: show, Only: on.only, Split: on.split})
		if result.Len() != len(p.sources) || len(p.sources) == 0 {
			t.Fatalf("%d stores, want %d", result.Len(), len(p.sources))
		}
		for i := range result.Len() {
			line := result.Line(i)
			rows := ask(t, s, view.Query{Type: view.Stores, Show: show, Only: on.only, Split: on.split, Rows: true, Of: line.Key, ACEs: view.Stores.ACEs[0]})
			want := aces[strings.ToLower(line.DN)]
			if line.Forward(grant.StoreACL).Rows != rows.Len() || line.Forward(grant.StoreACL).Rows+line.Forward(grant.StoreACL).Hidden != want {
				t.Errorf("toggles %v: %s shows %d (detail %d) and hides %d; its ACL has %d entries", on,
					line.Store, line.Forward(grant.StoreACL).Rows, rows.Len(), line.Forward(grant.StoreACL).Hidden, want)
			}
		}
	}
}
