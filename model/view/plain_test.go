package view_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// A plain, slow reader of the same entries, which shares no code with the model:
// it reads descriptors byte by byte, keeps every row in one list and counts by
// walking that list. The model must agree with it, line by line, under every
// set of toggles.

// plainRow is one row as the plain reader sees it.
type plainRow struct {
	target  string // DN, lower case
	kind    string // acl_type
	index   int
	trustee string // SID as text, or the DN of a delegate without one
	right   string
	deny    bool
	stale   bool
	inh     bool
	self    bool
	implied bool
}

// plain collects rows from entries.
type plain struct {
	rows      []plainRow
	links     []plainRow // SendOnBehalf: trustee is still a DN
	sids      map[string]string
	mailboxes map[string]bool
	sources   []string // DNs of stores
	domain    string   // SID of the domain that is read
	missed    map[string]bool
	deleted   map[string]bool
}

func (p *plain) Begin(collector.Query) {}

func (p *plain) Expect(collector.QueryID, int) {}

func (p *plain) End(collector.QueryID, error) {}

func (p *plain) Missed(sid acl.SID) { p.missed[sid.String()] = true }

func (p *plain) Entry(e *collector.Entry) { p.entry(strings.ToLower(e.DN), e) }

func has(e *collector.Entry, name, value string) bool {
	for _, v := range e.Values(name) {
		if strings.EqualFold(string(v), value) {
			return true
		}
	}
	return false
}

func (p *plain) entry(dn string, e *collector.Entry) {
	if sid := e.Value("objectSid"); sid != nil {
		p.sids[dn] = script.PlainSID(sid)
		if has(e, "isDeleted", "TRUE") {
			p.deleted[script.PlainSID(sid)] = true
		}
		if has(e, "objectClass", "domainDNS") && p.domain == "" {
			p.domain = script.PlainSID(sid)
		}
	}
	if has(e, "objectClass", "msExchPrivateMDB") || has(e, "objectClass", "msExchPublicMDB") {
		p.sources = append(p.sources, dn)
		for i, a := range plainACEs(e.Value("nTSecurityDescriptor")) {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.StoreACL.Name, index: i, trustee: a.sid, deny: a.deny})
		}
		return
	}
	if e.Value("mailNickname") == nil {
		return
	}
	details := e.Text("msExchRecipientTypeDetails")
	remote := details == "128" || details == "2147483648" || details == "33554432" || details == "64"
	mailbox := has(e, "objectClass", "user") && !remote &&
		(e.Value("homeMDB") != nil || e.Value("msExchMailboxGuid") != nil || e.Value("msExchHomeServerName") != nil)
	if mailbox {
		p.mailboxes[dn] = true
		if noDACL(e.Value("msExchMailboxSecurityDescriptor")) {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.MailboxACL.Name, trustee: "S-1-1-0"})
		}
		for i, a := range plainACEs(e.Value("msExchMailboxSecurityDescriptor")) {
			p.mailboxACE(dn, i, a)
		}
	}
	if noDACL(e.Value("nTSecurityDescriptor")) {
		for _, right := range []string{"Send-As", "Receive-As"} {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.SendAs.Name, trustee: "S-1-1-0", right: right})
		}
	}
	for i, a := range plainACEs(e.Value("nTSecurityDescriptor")) {
		p.accountACE(dn, i, a)
	}
	for i, v := range e.Values("publicDelegates") {
		p.links = append(p.links, plainRow{target: dn, kind: grant.OnBehalf.Name, index: i, trustee: strings.ToLower(string(v))})
	}
}

func (p *plain) mailboxACE(dn string, i int, a plainACE) {
	row := plainRow{target: dn, kind: grant.MailboxACL.Name, index: i, trustee: a.sid, deny: a.deny, stale: a.inherited, self: a.self()}
	rest := a.mask
	for _, bit := range []uint32{1, 2, 4, 0x10000, 0x20000, 0x40000, 0x80000} {
		if a.mask&bit != 0 {
			row.right = fmt.Sprintf("%#x", bit)
			p.rows = append(p.rows, row)
			rest &^= bit
		}
	}
	if rest != 0 || a.mask == 0 {
		row.right = "rest"
		p.rows = append(p.rows, row)
	}
}

func (p *plain) accountACE(dn string, i int, a plainACE) {
	if a.mask&(0x100|0x10000000) == 0 || a.other {
		return
	}
	row := plainRow{target: dn, kind: grant.SendAs.Name, index: i, trustee: a.sid, deny: a.deny, inh: a.inherited, self: a.self()}
	for _, r := range []string{"ab721a54-1e2f-11d0-9819-00aa0040529b", "ab721a56-1e2f-11d0-9819-00aa0040529b"} {
		if a.object == r || a.object == "" {
			row.right, row.implied = r, a.object == ""
			p.rows = append(p.rows, row)
		}
	}
}

type plainACE struct {
	sid, object            string
	mask                   uint32
	deny, inherited, other bool
}

// noDACL reports that a descriptor has no DACL at all, so that everyone holds
// every right: the flag is not set, or there is no offset ([MS-DTYP] 2.4.6).
func noDACL(b []byte) bool {
	return len(b) >= 20 && (b[2]&4 == 0 || binary.LittleEndian.Uint32(b[16:]) == 0)
}

func (a plainACE) self() bool { return a.sid == "S-1-5-10" || a.sid == "S-1-5-18" }

// plainACEs reads the DACL of a self-relative descriptor ([MS-DTYP] 2.4.6) and
// stops where it is damaged.
func plainACEs(b []byte) (out []plainACE) {
	defer func() { _ = recover() }() // a damaged descriptor ends here, with what came before
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	b = slices.Clip(b) // so that a slice past the end is an error and not what the source has there
	if len(b) < 20 || u16(b[2:])&4 == 0 || u32(b[16:]) == 0 {
		return nil
	}
	list := b[u32(b[16:]):]
	count, list := int(u16(list[4:])), list[8:]
	for range count {
		kind, flags, size := list[0], list[1], int(u16(list[2:]))
		body := list[4:size]
		a := plainACE{mask: u32(body), inherited: flags&0x10 != 0}
		body = body[4:]
		switch kind {
		case 1, 6, 0xA, 0xC:
			a.deny = true
		case 0, 5, 9, 0xB:
		default:
			a.other = true
		}
		if kind == 5 || kind == 6 || kind == 0xB || kind == 0xC {
			present := u32(body)
			body = body[4:]
			if present&1 != 0 {
				a.object = script.PlainGUID(body)
				body = body[16:]
			}
			if present&2 != 0 {
				body = body[16:]
			}
		}
		a.sid = script.PlainSID(body)
		out = append(out, a)
		list = list[size:]
	}
	return out
}

// shown applies the toggles of the design to a row of a recipient.
func (p *plain) shown(r *plainRow, q hiding.Reasons, only hiding.Only) bool {
	return (!r.stale || q&hiding.Stale != 0) && (!r.inh || q&hiding.Inherited != 0) &&
		(!r.self || q&hiding.Self != 0) && (!r.implied || q&hiding.Implied != 0) &&
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
	p := &plain{sids: map[string]string{}, mailboxes: map[string]bool{}, missed: map[string]bool{}, deleted: map[string]bool{}}
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

type plainCount struct{ rows, deny, hidden int }

// toggles are those that bear on rows of recipients.
type toggles struct {
	show hiding.Reasons
	only hiding.Only
}

func everyToggle(yield func(toggles) bool) {
	for show := hiding.Reasons(0); show <= hiding.All; show++ {
		for only := range hiding.Only(4) {
			// Defaults are for stores and containers only: see TestStoreTotals.
			if show&hiding.Default == 0 && !yield(toggles{show, only}) {
				return
			}
		}
	}
}

// TestTotalsEqualRows: under every set of toggles, each total of each line is
// the number of rows that the plain reader counts, and that the detail shows;
// shown and hidden together are all.
func TestTotalsEqualRows(t *testing.T) {
	s, p := read(t, "demo:60:3")
	for on := range everyToggle {
		forward, reverse, hidden := p.count(on)
		result := ask(t, s, view.Query{Type: view.Mailboxes, Show: on.show, Only: on.only, System: true})
		mailboxes := 0
		listed := map[string]bool{}
		for i := range result.Len() {
			line := result.Line(i)
			if line.Kind == model.KindMailbox && line.Key.IsTarget() {
				mailboxes++
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
		if on.only == 0 && mailboxes != len(p.mailboxes) || result.Targets != mailboxes {
			t.Errorf("toggles %v: %d lines of mailboxes, %d targets; want %d", on, mailboxes, result.Targets, len(p.mailboxes))
		}
		if result.Hidden.Total() != hidden {
			t.Errorf("toggles %v: %d hidden, want %d", on, result.Hidden.Total(), hidden)
		}
		all := ask(t, s, view.Query{Type: view.Mailboxes, Show: on.show, Only: on.only, Rows: true, ACEs: view.Mailboxes.ACEs[0]})
		if all.Len()+all.Hidden.Total() != p.recipientRows() || all.Hidden != result.Hidden {
			t.Errorf("toggles %v: %d shown + %v hidden, want %d in all and %v", on, all.Len(), all.Hidden, p.recipientRows(), result.Hidden)
		}
	}
}

// linesWanted are the mailboxes by DN, without Only or with a row under it, and
// the trustees by SID that some row names.
func (p *plain) linesWanted(on toggles, forward, reverse map[string]plainCount) map[string]bool {
	want := map[string]bool{}
	for dn := range p.mailboxes {
		n := 0
		for _, kind := range RowKinds {
			n += forward[dn+kind].rows + reverse[p.sids[dn]+kind].rows
		}
		if on.only == 0 || n > 0 {
			want[dn] = true
		}
	}
	for _, r := range p.rows {
		if r.kind != grant.StoreACL.Name && strings.HasPrefix(r.trustee, "S-") && p.shown(&r, on.show, on.only) {
			want[r.trustee] = true
		}
	}
	return want
}

func (p *plain) recipientRows() (n int) {
	for _, r := range p.rows {
		if r.kind != grant.StoreACL.Name {
			n++
		}
	}
	return n
}

func (p *plain) count(on toggles) (forward, reverse map[string]plainCount, hidden int) {
	forward, reverse = map[string]plainCount{}, map[string]plainCount{}
	for _, r := range p.rows {
		if r.kind == grant.StoreACL.Name {
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
			to.m[to.key] = plainCount{c.rows + add.rows, c.deny + add.deny, c.hidden + add.hidden}
		}
	}
	return forward, reverse, hidden
}

var RowKinds = []string{grant.MailboxACL.Name, grant.SendAs.Name, grant.OnBehalf.Name}

func checkLine(t *testing.T, show toggles, line *view.Line, forward, reverse map[string]plainCount) {
	t.Helper()
	who := strings.ToLower(line.DN)
	if !line.SID.IsZero() {
		who = line.SID.String()
	}
	for i, kind := range RowKinds {
		var want plainCount
		if line.Key.IsTarget() {
			want = forward[strings.ToLower(line.DN)+kind]
		}
		c := line.Totals.Forward[i]
		if got := (plainCount{c.Rows, c.Deny, c.Hidden}); got != want {
			t.Errorf("toggles %v: %s of %q is %+v, want %+v", show, kind, line.Name, got, want)
		}
		c = line.Totals.Reverse[i]
		if got := (plainCount{c.Rows, c.Deny, c.Hidden}); got != reverse[who+kind] {
			t.Errorf("toggles %v: reverse %s of %q is %+v, want %+v", show, kind, line.Name, got, reverse[who+kind])
		}
	}
}

// checkDetail: the detail of each ACE type has as many rows as the total says.
func checkDetail(t *testing.T, s *model.Snapshot, show toggles, line *view.Line) {
	t.Helper()
	detail := func(n int) *view.Result {
		return ask(t, s, view.Query{Type: view.Mailboxes, Show: show.show, Only: show.only, Rows: true, Of: line.Key, ACEs: view.Mailboxes.ACEs[n]})
	}
	for i := range RowKinds {
		for _, way := range []struct {
			aces int
			want view.Count
		}{{1 + i, line.Totals.Forward[i]}, {5 + i, line.Totals.Reverse[i]}} {
			got := detail(way.aces)
			if got.Len() != way.want.Rows || got.Hidden.Total() != way.want.Hidden {
				t.Errorf("toggles %v: %s of %q shows %d rows and hides %d, want %d and %d", show,
					view.Mailboxes.ACEs[way.aces].Name, line.Name, got.Len(), got.Hidden.Total(), way.want.Rows, way.want.Hidden)
			}
		}
	}
	seen := map[grant.Ref]bool{}
	both := detail(10)
	for i := range both.Len() {
		if seen[both.Ref(i)] {
			t.Errorf("toggles %v: Both of %q shows %v twice", show, line.Name, both.Ref(i))
		}
		seen[both.Ref(i)] = true
	}
	for _, n := range []int{0, 4} {
		one := detail(n)
		for i := range one.Len() {
			if !seen[one.Ref(i)] {
				t.Errorf("toggles %v: Both of %q lacks a row of %s", show, line.Name, view.Mailboxes.ACEs[n].Name)
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
	aces := map[string]int{}
	for _, r := range p.rows {
		if r.kind == grant.StoreACL.Name {
			aces[r.target]++
		}
	}
	for _, on := range []toggles{{0, 0}, {hiding.Inherited, 0}, {hiding.Default, 0}, {hiding.All, 0},
		{hiding.All, hiding.OnlyDeny}, {0, hiding.OnlyDeny}, {hiding.All, hiding.OnlyOrphans}} {
		show := on.show
		result := ask(t, s, view.Query{Type: view.Stores, Show: show, Only: on.only})
		if result.Len() != len(p.sources) || len(p.sources) == 0 {
			t.Fatalf("%d stores, want %d", result.Len(), len(p.sources))
		}
		for i := range result.Len() {
			line := result.Line(i)
			rows := ask(t, s, view.Query{Type: view.Stores, Show: show, Only: on.only, Rows: true, Of: line.Key, ACEs: view.Stores.ACEs[0]})
			want := aces[strings.ToLower(line.DN)]
			if line.Forward(grant.StoreACL).Rows != rows.Len() || line.Forward(grant.StoreACL).Rows+line.Forward(grant.StoreACL).Hidden != want {
				t.Errorf("toggles %v: %s shows %d (detail %d) and hides %d; its ACL has %d entries", on,
					line.Store, line.Forward(grant.StoreACL).Rows, rows.Len(), line.Forward(grant.StoreACL).Hidden, want)
			}
		}
	}
}
