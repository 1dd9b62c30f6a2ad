package session_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/dn"
	"mbxperm/model/view"
)

// script is a Source made of steps, for what no healthy source does.
type script struct {
	steps  []func(ctx context.Context, s collector.Sink) error
	lookup func(sids []acl.SID, s collector.Sink) error
	asked  []acl.SID
	closed chan struct{}
}

func (*script) Name() string { return "script" }

func (s *script) Read(ctx context.Context, sink collector.Sink) error {
	for _, step := range s.steps {
		if err := step(ctx, sink); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) Changes(context.Context, []string, collector.Sink) error { return nil }

func (s *script) Lookup(_ context.Context, sids []acl.SID, sink collector.Sink) error {
	s.asked = append(s.asked, sids...)
	if s.lookup != nil {
		return s.lookup(sids, sink)
	}
	for _, sid := range sids {
		sink.Missed(sid)
	}
	return nil
}

func (s *script) Close() error {
	if s.closed != nil {
		close(s.closed)
	}
	return nil
}

const domainDN = "DC=contoso,DC=com"

var domainSID = acl.MustParseSID("S-1-5-21-1-2-3")

func entry(id collector.QueryID, dn string, pairs ...any) *collector.Entry {
	e := &collector.Entry{Query: id, DN: dn}
	for i := 0; i < len(pairs); i += 2 {
		a := collector.Attribute{Name: pairs[i].(string)}
		switch v := pairs[i+1].(type) {
		case string:
			for one := range strings.SplitSeq(v, "|") {
				a.Values = append(a.Values, []byte(one))
			}
		case []byte:
			a.Values = [][]byte{v}
		}
		e.Attributes = append(e.Attributes, a)
	}
	return e
}

// grant is a mailbox ACL with one FullAccess entry for a trustee.
func grant(t *testing.T, trustee acl.SID) []byte {
	t.Helper()
	b, err := acl.Encode(acl.Parts{
		Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf, DACLState: acl.ACLPresent,
		DACL: []acl.ACE{{Type: acl.TypeAllow, Flags: acl.ContainerInherit, Mask: acl.MailboxFullAccess, SID: trustee.Bytes()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// search brackets entries by Begin and End over the whole domain.
func search(id collector.QueryID, by collector.Search, end error, entries ...*collector.Entry) func(context.Context, collector.Sink) error {
	return func(_ context.Context, s collector.Sink) error {
		s.Begin(collector.Query{ID: id, Purpose: by.Purpose, Base: domainDN, Scope: collector.ScopeSub, Attributes: by.Attributes})
		for _, e := range entries {
			s.Entry(e)
		}
		s.End(id, end)
		return nil
	}
}

// domainSearches are a domain with one mailbox that grants FullAccess to trustee.
func domainSearches(t *testing.T, trustee acl.SID, more ...*collector.Entry) []func(context.Context, collector.Sink) error {
	return []func(context.Context, collector.Sink) error{
		search(1, decode.Mailboxes, nil, mailbox(t, 1, "u00001", trustee)),
		search(2, decode.Recipients, nil),
		search(3, decode.Containers, nil, entry(3, domainDN, "objectClass", "top|domain|domainDNS", "objectSid", domainSID.Bytes())),
		search(4, decode.Principals, nil, more...),
		search(6, decode.Groups, nil),
	}
}

func mailbox(t *testing.T, id collector.QueryID, name string, trustee acl.SID) *collector.Entry {
	t.Helper()
	return entry(id, "CN="+name+",OU=Staff,"+domainDN, "objectClass", "top|person|organizationalPerson|user", "sAMAccountName", name,
		"mailNickname", name, "homeMDB", "CN=DB01", "msExchRecipientTypeDetails", "1",
		"objectSid", domainSID.WithRID(1001).Bytes(), "msExchMailboxSecurityDescriptor", grant(t, trustee))
}

func collect(t *testing.T, s *script) *model.Snapshot {
	t.Helper()
	c := session.Start(t.Context(), s, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

func cover(t *testing.T, s *model.Snapshot, objectType string) coverage.Line {
	t.Helper()
	for _, c := range coverage.Of(s) {
		if c.ObjectType == objectType {
			return c
		}
	}
	t.Fatalf("no coverage of %s", objectType)
	return coverage.Line{}
}

// trusteeKind is the kind of the trustee of the only mailbox row.
func trusteeKind(t *testing.T, s *model.Snapshot) string {
	t.Helper()
	r, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Rows: true, ACEs: view.Mailboxes.ACEs[1]})
	if err != nil || r.Len() != 1 {
		t.Fatalf("%v, %d rows; want one", err, r.Len())
	}
	return r.Row(0).Trustee.Kind
}

func TestIncompleteIsSaid(t *testing.T) {
	sid := domainSID.WithRID(4711)
	whole := domainSearches(t, sid)
	for _, c := range []struct {
		name   string
		steps  []func(context.Context, collector.Sink) error
		reason string // "" is complete
	}{
		{"whole", whole, ""},
		{"search broke off", append([]func(context.Context, collector.Sink) error{
			search(9, decode.Mailboxes, errors.New("page 3: connection closed")),
		}, whole...), "page 3: connection closed"},
		{"partitions broke off", append([]func(context.Context, collector.Sink) error{
			search(9, decode.Partitions, errors.New("the partitions of the forest are not visible")),
		}, whole...), "the partitions of the forest are not visible"},
		{"search without an end", append([]func(context.Context, collector.Sink) error{
			func(_ context.Context, s collector.Sink) error {
				s.Begin(collector.Query{ID: 9, Purpose: decode.Mailboxes.Purpose})
				return nil
			},
		}, whole...), "stopped before the end"},
		{"source gave up", append(whole[:5:5], func(context.Context, collector.Sink) error {
			return errors.New("the server went away")
		}), "the server went away"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := collect(t, &script{steps: c.steps})
			got := cover(t, s, "mailbox")
			if got.Complete != (c.reason == "") || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("complete %v, reason %q; want reason %q", got.Complete, got.Reason, c.reason)
			}
			if got.Found != 1 || got.Decoded != 1 {
				t.Errorf("%d found, %d decoded: what was read must stay", got.Found, got.Decoded)
			}
			if s.State.Complete() != (c.reason == "") {
				t.Errorf("the state says complete: %v", s.State.Complete())
			}
		})
	}
}

func TestCancelKeepsRows(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{steps: append(domainSearches(t, domainSID.WithRID(4711)), func(ctx context.Context, _ collector.Sink) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}), closed: make(chan struct{})}
	c := session.Start(ctx, s, model.NewPool(), nil)
	<-c.Done()
	<-s.closed
	got := cover(t, c.Snapshot(), "mailbox")
	if got.Complete || got.Reason != "cancelled" || got.Found != 1 {
		t.Errorf("%+v; want one mailbox, incomplete because cancelled", got)
	}
	if c.Snapshot().State.Phase != model.Finished || c.Snapshot().State.Err != nil {
		t.Errorf("phase %v, error %v", c.Snapshot().State.Phase, c.Snapshot().State.Err)
	}
}

// TestOrphan: only a SID of a domain that was read to the end, of which nothing
// stayed out of sight, and which the directory does not know, is an orphan.
func TestOrphan(t *testing.T) {
	orphan, foreign := domainSID.WithRID(4711), acl.MustParseSID("S-1-5-21-7-8-9-1001")
	group := entry(4, "CN=Staff,"+domainDN, "objectClass", "top|group", "objectSid", domainSID.WithRID(1200).Bytes(),
		"member", "CN=Unseen,OU=Closed,"+domainDN)
	former := entry(4, "CN=Moved,"+domainDN, "objectClass", "top|person|user", "sAMAccountName", "moved",
		"objectSid", domainSID.WithRID(1300).Bytes(), "sIDHistory", orphan.Bytes())
	broken := domainSearches(t, orphan)
	broken[3] = search(4, decode.Principals, errors.New("size limit"))
	if got := trusteeKind(t, collect(t, &script{steps: domainSearches(t, orphan),
		lookup: func([]acl.SID, collector.Sink) error { return nil }})); got != model.KindUnresolved {
		t.Errorf("the directory did not answer: kind %s, want unresolved", got)
	}
	for _, c := range []struct {
		name  string
		steps []func(context.Context, collector.Sink) error
		want  string
	}{
		{"domain read to the end", domainSearches(t, orphan), model.KindOrphan},
		{"another domain", domainSearches(t, foreign), model.KindForeign},
		{"domain not read to the end", broken, model.KindUnresolved},
		{"a part of the mailboxes not read to the end", append(domainSearches(t, orphan),
			search(7, decode.Mailboxes, errors.New("size limit"))), model.KindUnresolved},
		{"the keys of the mailboxes not read to the end", append(domainSearches(t, orphan),
			search(7, decode.Keys, errors.New("size limit"))), model.KindUnresolved},
		{"mailboxes in two parts", append(domainSearches(t, orphan), search(7, decode.Mailboxes, nil)), model.KindOrphan},
		{"a member that was not seen", domainSearches(t, orphan, group), model.KindUnresolved},
		{"an account without a SID", domainSearches(t, orphan,
			entry(4, "CN=Shy,"+domainDN, "objectClass", "top|person|user")), model.KindUnresolved},
		{"somebody held it formerly", domainSearches(t, orphan, former), model.KindUser},
		{"well-known", domainSearches(t, acl.SIDEveryone), model.KindWellKnown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := trusteeKind(t, collect(t, &script{steps: c.steps})); got != c.want {
				t.Errorf("kind %s, want %s", got, c.want)
			}
		})
	}
}

// TestSearchesAtATime: entries of several searches come mixed. Each counts for
// its own search, the one that takes longest is shown, and a name that is too
// long is missed where it was searched.
func TestSearchesAtATime(t *testing.T) {
	begin := func(s collector.Sink, id collector.QueryID, p collector.Purpose) {
		s.Begin(collector.Query{ID: id, Purpose: p, Base: domainDN, Scope: collector.ScopeSub})
	}
	reached, goOn := make(chan bool), make(chan bool)
	long := strings.Repeat("CN=a,", dn.Longest) + domainDN
	c := session.Start(t.Context(), &script{steps: []func(context.Context, collector.Sink) error{func(_ context.Context, s collector.Sink) error {
		begin(s, 1, decode.Mailboxes.Purpose)
		begin(s, 2, decode.Groups.Purpose)
		begin(s, 3, decode.Mailboxes.Purpose)
		s.Expect(1, 5)
		s.Expect(3, 7)
		s.Expect(3, 8)
		s.Entry(entry(1, "CN=a,"+domainDN))
		s.Entry(entry(2, long, "objectClass", "top|group"))
		s.Entry(entry(3, "CN=c,"+domainDN))
		s.End(1, nil)
		reached <- true
		<-goOn
		s.Expect(1, 1) // the search has ended
		s.Expect(3, 1) // fewer than there are
		for range 7 {
			s.Entry(entry(3, "CN=d,"+domainDN))
		}
		reached <- true
		<-goOn
		s.End(3, nil)
		s.End(2, nil)
		return nil
	}}}, model.NewPool(), nil)
	<-reached
	var s model.State
	for s = c.Snapshot().State; s.Entries < 3; s = c.Snapshot().State {
		time.Sleep(time.Millisecond)
	}
	if s.Search != "mailboxes" || s.Done != 2 || s.Expect != 13 {
		t.Errorf("%s: %d of %d, want mailboxes: 2 of 13", s.Search, s.Done, s.Expect)
	}
	goOn <- true
	<-reached
	for s = c.Snapshot().State; s.Entries < 10; s = c.Snapshot().State {
		time.Sleep(time.Millisecond)
	}
	if s.Done != 9 || s.Expect != 9 {
		t.Errorf("%d of %d, want 9 of 9: an estimate is never less than what is there", s.Done, s.Expect)
	}
	close(goOn)
	<-c.Done()
	gaps := c.Snapshot().State.Incomplete
	if len(gaps) != 1 || gaps[0].Search != "groups" || !strings.Contains(gaps[0].Reason, "1 objects were left out: their names are too long") {
		t.Errorf("gaps %v, want one of the groups", gaps)
	}
}

// TestEachSIDIsAskedOnce, also when answers name new ones, and never a
// well-known one or one that an entry has delivered.
func TestEachSIDIsAskedOnce(t *testing.T) {
	a, b := domainSID.WithRID(4711), domainSID.WithRID(4712)
	src := &script{steps: append(domainSearches(t, a),
		search(5, decode.Mailboxes, nil, mailbox(t, 5, "u00002", b), mailbox(t, 5, "u00003", acl.SIDEveryone),
			mailbox(t, 5, "u00004", domainSID.WithRID(1001))))}
	src.lookup = func(sids []acl.SID, s collector.Sink) error {
		for _, sid := range sids[1:] {
			s.Missed(sid) // the first gets no answer at all
		}
		return nil
	}
	collect(t, src)
	if got := fmt.Sprint(src.asked); got != fmt.Sprint([]acl.SID{a, b}) && got != fmt.Sprint([]acl.SID{b, a}) {
		t.Errorf("asked for %v, want %v and %v once each", got, a, b)
	}
}

// TestLookupsThatNeverEnd: where each answer names a new SID, that is asked for a
// few times, and what is left is said.
func TestLookupsThatNeverEnd(t *testing.T) {
	next := uint32(5000)
	src := &script{steps: domainSearches(t, domainSID.WithRID(next))}
	src.lookup = func(sids []acl.SID, s collector.Sink) error {
		next++
		return search(collector.QueryID(next), decode.Lookup, nil,
			mailbox(t, collector.QueryID(next), fmt.Sprintf("u%05d", next), domainSID.WithRID(next)))(t.Context(), s)
	}
	s := collect(t, src)
	if n := len(src.asked); n < 2 || n > 100 {
		t.Errorf("%d SIDs were asked for, want a few", n)
	}
	if gaps := s.State.Incomplete; len(gaps) != 1 || gaps[0].Search != "lookup" || !strings.Contains(gaps[0].Reason, "who holds 1 SIDs was not asked") {
		t.Errorf("gaps %v, want one of the lookup", gaps)
	}
}

// TestMissingIsNotAbsent: no mailbox ACL is absent only where the token is shown
// to hold read access.
func TestMissingIsNotAbsent(t *testing.T) {
	reader := domainSID.WithRID(2000)
	readable := func(mask acl.Mask) []byte {
		b, err := acl.Encode(acl.Parts{
			Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSystem, Group: acl.SIDSystem, DACLState: acl.ACLPresent,
			DACL: []acl.ACE{{Type: acl.TypeAllowObject, Mask: mask, SID: reader.Bytes(),
				ObjectType: acl.GUIDExchangeInformation, HasObjectType: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	account := func(name string, more ...any) *collector.Entry {
		return entry(1, "CN="+name+","+domainDN, append([]any{"objectClass", "top|person|user", "sAMAccountName", name,
			"mailNickname", name, "homeMDB", "CN=DB01", "msExchRecipientTypeDetails", "1"}, more...)...)
	}
	root := entry(7, "", "tokenGroups", reader.Bytes())
	s := collect(t, &script{steps: []func(context.Context, collector.Sink) error{
		search(7, decode.RootDSE, nil, root),
		search(1, decode.Mailboxes, nil,
			account("may-read", "nTSecurityDescriptor", readable(acl.ReadProperty)),
			account("may-not", "nTSecurityDescriptor", readable(acl.WriteProperty)),
			account("cannot-say"),
			account("damaged", "msExchMailboxSecurityDescriptor", []byte{1, 0, 4, 128}),
		),
	}})
	got := cover(t, s, "mailbox")
	if got.Found != 4 || got.Absent != 1 || got.Unknown != 2 || got.Undecodable != 1 {
		t.Errorf("%+v; want 4 found: 1 absent, 2 unknown, 1 undecodable", got)
	}
	if got := cover(t, s, "mailbox-account"); got.Unreadable != 2 || got.Decoded != 2 {
		t.Errorf("%+v; want 2 decoded and 2 unreadable", got)
	}
}

func TestSessionRefresh(t *testing.T) {
	first := &script{steps: domainSearches(t, domainSID.WithRID(4711))}
	opened := 0
	s := session.New(t.Context(), model.NewPool(), first, nil, func(context.Context) (collector.Source, []string, error) {
		if opened++; opened == 2 {
			return nil, nil, errors.New("the server is gone")
		}
		return &script{steps: domainSearches(t, acl.SIDEveryone)}, []string{"not verified"}, nil
	})
	s.Wait()
	if got := trusteeKind(t, s.Snapshot()); got != model.KindOrphan {
		t.Errorf("first: %s", got)
	}
	s.Refresh()
	s.Wait()
	if got := trusteeKind(t, s.Snapshot()); got != model.KindWellKnown || len(s.Snapshot().State.Warnings) != 1 {
		t.Errorf("refreshed: %s, warnings %v", got, s.Snapshot().State.Warnings)
	}
	s.Refresh()
	s.Wait()
	if p := s.Snapshot().State.Problems; len(p) != 1 || !strings.Contains(p[0].Text, "the server is gone") {
		t.Errorf("refreshed again: problems %v", p)
	}
	if got := trusteeKind(t, s.Snapshot()); got != model.KindWellKnown {
		t.Errorf("refreshed in vain: what was there is gone, the trustee is now %s", got)
	}
}

// TestSessionOpen: another source takes the place of the one that is read, also
// of one that is still being opened, and a source that comes too late is closed.
func TestSessionOpen(t *testing.T) {
	s := session.New(t.Context(), model.NewPool(), nil, nil, nil)
	if s.Snapshot() != nil {
		t.Error("a snapshot of nothing")
	}
	s.Refresh() // of nothing
	opening, late := make(chan struct{}), &closing{script: &script{}}
	s.Open("first", func(ctx context.Context) (collector.Source, []string, error) {
		close(opening)
		<-ctx.Done()
		return nil, nil, ctx.Err()
	})
	<-opening
	if p := s.Snapshot().State.Phase; p != model.Connecting {
		t.Errorf("while it opens the phase is %v", p)
	}
	first := s.Snapshot
	s.Cancel()
	s.Wait()
	if st := first().State; st.Phase != model.Finished || st.Err != nil || st.Complete() {
		t.Errorf("cancelled while it opens: %+v", st)
	}
	s.Open("second", func(context.Context) (collector.Source, []string, error) {
		return &script{steps: domainSearches(t, acl.SIDEveryone)}, []string{"not verified"}, nil
	})
	s.Wait()
	if st := s.Snapshot().State; !st.Complete() || len(st.Warnings) != 1 {
		t.Errorf("opened: %+v", st)
	}
	again, proceed := make(chan struct{}), make(chan struct{})
	s.Reread(func(session.Open) session.Open {
		return func(context.Context) (collector.Source, []string, error) {
			close(again)
			<-proceed
			return late, nil, nil
		}
	})
	<-again
	s.Open("third", func(context.Context) (collector.Source, []string, error) {
		return nil, nil, errors.New("the server is gone")
	})
	close(proceed)
	s.Wait()
	if st := s.Snapshot().State; st.Source != "third" || st.Err == nil || len(st.Problems) != 1 || !late.closed {
		t.Errorf("third: %+v; the late source was closed: %v", st, late.closed)
	}
}

// closing notes that it was closed.
type closing struct {
	*script
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

// TestLooseEntries: a file without searches is never complete, shows nothing to
// be absent and nobody to be an orphan, and says what it lacks.
func TestLooseEntries(t *testing.T) {
	loose := func(entries ...*collector.Entry) *model.Snapshot {
		return collect(t, &script{
			steps: []func(context.Context, collector.Sink) error{func(_ context.Context, s collector.Sink) error {
				for _, e := range entries {
					s.Entry(e)
				}
				return nil
			}},
			lookup: func([]acl.SID, collector.Sink) error { return nil },
		})
	}
	orphan := domainSID.WithRID(4711)
	domain := entry(0, domainDN, "objectClass", "top|domain|domainDNS", "objectSid", domainSID.Bytes())
	bare := entry(0, "CN=bare,"+domainDN, "objectClass", "top|person|user", "sAMAccountName", "bare", "mailNickname", "bare", "homeMDB", "CN=DB01")
	s := loose(domain, mailbox(t, 0, "u00001", orphan), bare)
	if got := trusteeKind(t, s); got != model.KindUnresolved {
		t.Errorf("the trustee is %s, want unresolved", got)
	}
	if got := cover(t, s, "mailbox"); got.Found != 2 || got.Decoded != 1 || got.Unknown != 1 || got.Complete {
		t.Errorf("%+v; want 2 found, 1 decoded, 1 unknown, incomplete", got)
	}
	for line, want := range map[string]string{
		"mailbox": "no nTSecurityDescriptor", "mailbox-account": "no nTSecurityDescriptor", "send-on-behalf": "no rootDSE",
		"store": "no configuration partition", "admin": "no schema", "group": "no member",
		"container": "no nTSecurityDescriptor", "trustee": "no answer to who holds a SID",
	} {
		if got := cover(t, s, line); got.Complete || !strings.Contains(got.Reason, "without searches") || !strings.Contains(got.Reason, want) {
			t.Errorf("%s: complete %v, reason %q; want %q", line, got.Complete, got.Reason, want)
		}
	}
	if got := cover(t, s, "mailbox"); strings.Contains(got.Reason, "msExchMailboxSecurityDescriptor") {
		t.Errorf("there is a mailbox descriptor, and the reason says %q", got.Reason)
	}
	if got := cover(t, loose(bare), "mailbox"); !strings.Contains(got.Reason, "no msExchMailboxSecurityDescriptor") {
		t.Errorf("there is no mailbox descriptor, and the reason says %q", got.Reason)
	}
}

// A value that should be a SID and is none leaves somebody without rights: that is
// said, once, with the first of them.
func TestSIDThatIsNone(t *testing.T) {
	sid := acl.MustParseSID("S-1-5-21-1-2-3-1001")
	broken := mailbox(t, 4, "broken", sid)
	for i := range broken.Attributes {
		if a := &broken.Attributes[i]; a.Name == "objectSid" {
			a.Values = [][]byte{[]byte("S-1-5-21-1-2-")}
		}
	}
	broken.Attributes = append(broken.Attributes, collector.Attribute{Name: "sIDHistory", Values: [][]byte{{1, 2, 3}, sid.Bytes()}})
	s := collect(t, &script{steps: domainSearches(t, sid, broken)})
	var said []string
	for _, g := range s.State.Incomplete {
		said = append(said, g.Reason)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, `2 SIDs cannot be decoded, the first is objectSid of "`+broken.DN+`"`) || len(said) != 1 {
		t.Errorf("%q", said)
	}
	if cover(t, s, "mailbox").Complete {
		t.Error("the mailboxes are said to be complete")
	}
}
