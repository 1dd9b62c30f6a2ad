package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
)

// faulty starts a server on which the second page of the mailboxes goes wrong.
// The keys-only count meets no fault, so that only what is read decides.
func faulty(t *testing.T, f ldaptest.Fault) *ldaptest.Server {
	t.Helper()
	return serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if onMailboxes(r) && r.Page == 2 {
				return f
			}
			return ldaptest.Fault{}
		}
	})
}

// shortIdle is an idle time to wait for, and longer than a busy machine pauses.
const shortIdle = 1500 * time.Millisecond

func onMailboxes(r *ldaptest.Request) bool {
	return r.Op == "search" && r.Filter == decode.Mailboxes.Filter && len(r.Attributes) > 1
}

// A page of a hundred goes wrong after 30 entries, each time it is asked for.
// Everything before is delivered, once, the reason is told, and every other
// search is complete.
func TestBrokenPage(t *testing.T) {
	t.Parallel()
	notice := append([]byte{0x30, 0x2B, 0x02, 0x01, 0x00, 0x78, 0x26, 0x0A, 0x01, 0x34, 0x04, 0x00, 0x04, 0x07}, "going d"...)
	notice = append(notice, append([]byte{0x8A, 0x16}, "1.3.6.1.4.1.1466.20036"...)...)
	for name, c := range map[string]struct {
		fault   ldaptest.Fault
		entries int
		kind    error
		says    string
	}{
		"cut":              {ldaptest.Fault{After: 30, Cut: true}, 130, ErrBroken, "closed the connection in the middle"},
		"cut at the start": {ldaptest.Fault{Cut: true}, 100, ErrBroken, "closed the connection"},
		"cut at the end":   {ldaptest.Fault{After: 100, Cut: true}, 200, ErrBroken, "closed the connection"},
		"no paging":        {ldaptest.Fault{NoPaging: true}, 200, ErrIncomplete, "without the paging control"},
		"busy":             {ldaptest.Fault{After: 30, Result: 51}, 130, ErrBusy, "busy"},
		"unavailable":      {ldaptest.Fault{Result: 52}, 100, ErrBusy, "not available"},
		"size limit":       {ldaptest.Fault{After: 30, Result: 4}, 130, ErrLimit, "size limit"},
		"time limit":       {ldaptest.Fault{After: 30, Result: 3}, 130, ErrLimit, "time limit"},
		"unwilling":        {ldaptest.Fault{Result: 53, Diagnostic: "cookie unknown"}, 100, ErrIncomplete, "result 53: cookie unknown"},
		"bad envelope":     {ldaptest.Fault{After: 30, BadEnvelope: true}, -1, ErrBroken, "no LDAP message"},
		"lost entry":       {ldaptest.Fault{After: 30, WrongID: true}, 130, ErrBroken, "something that was not asked"},
		"garbage":          {ldaptest.Fault{After: 30, Raw: []byte("HTTP/1.1 400 Bad Request\r\n")}, -1, ErrBroken, "no LDAP message"},
		"half a message":   {ldaptest.Fault{After: 30, Raw: []byte{0x30, 0x84, 0, 0, 0, 90, 0x02}, Cut: true}, 130, ErrBroken, "closed the connection"},
		"silent":           {ldaptest.Fault{After: 30, Stall: true}, 130, ErrSilent, "was silent for 1.5s"},
		"notice":           {ldaptest.Fault{After: 30, Raw: notice, Cut: true}, 130, ErrBroken, "ended the connection: going d"},
		"referral":         {ldaptest.Fault{Result: 10, Referral: "ldap://dc2.contoso.lab/"}, 100, ErrReferral, "ldap://dc2.contoso.lab/"},
		"reference":        {ldaptest.Fault{Referral: "ldap://dc9.other.lab/DC=other,DC=lab"}, 250, ErrReferral, "dc9.other.lab"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.fault.Stall {
				t.Parallel()
			}
			noLeaks(t)
			server := faulty(t, c.fault)
			o := options(server)
			if c.fault.Stall {
				o.Idle = shortIdle
			}
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			got, reason := j.of(t, decode.Mailboxes.Purpose)
			wantError(t, reason, c.kind, c.says, fmt.Sprintf("after %d entries", len(got)))
			once(t, got)
			if c.entries >= 0 && len(got) != c.entries || len(got) < 100 {
				t.Errorf("%d entries, want %d", len(got), c.entries)
			}
			j.complete(t, decode.Mailboxes.Purpose)
			if principals, _ := j.of(t, decode.Principals.Purpose); len(principals) != 2 {
				t.Errorf("%d principals after the fault, want 2", len(principals))
			}
		})
	}
}

// An entry that cannot be decoded, under the ID of the search.
func TestUndecodableEntry(t *testing.T) {
	noLeaks(t)
	j, err := read(t, options(faulty(t, ldaptest.Fault{After: 30, BadEntry: true})))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	got, reason := j.of(t, decode.Mailboxes.Purpose)
	wantError(t, reason, ErrIncomplete, "1 entries", "cannot be decoded")
	if len(got) != 180 { // the page ends there; the next one comes
		t.Errorf("%d entries, want the 180 that can be decoded", len(got))
	}
	j.complete(t, decode.Mailboxes.Purpose)
}

// References to other partitions of the forest hide nothing that was asked for.
func TestReferenceWithinTheForest(t *testing.T) {
	for _, ref := range []string{
		"ldap://DomainDnsZones.contoso.lab/DC=DomainDnsZones,DC=contoso,DC=lab",
		"ldap://contoso.lab/CN=Configuration,DC=contoso,DC=lab",
	} {
		noLeaks(t)
		j, err := read(t, options(faulty(t, ldaptest.Fault{Referral: ref})))
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		j.complete(t)
	}
}

// A reference to the very base of a search is no other partition.
func TestReferenceToTheBase(t *testing.T) {
	noLeaks(t)
	j, err := read(t, options(faulty(t, ldaptest.Fault{Referral: "ldap://dc2.contoso.lab/DC=contoso,DC=lab"})))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	_, reason := j.of(t, decode.Mailboxes.Purpose)
	wantError(t, reason, ErrReferral, "dc2.contoso.lab")
	j.complete(t, decode.Mailboxes.Purpose)
}

// A healthy server, a slow sink: nobody may lose patience, and nothing is lost.
func TestSlowSink(t *testing.T) {
	noLeaks(t)
	o := options(serve(t, ldaptest.Size{Mailboxes: 30}))
	o.Idle, o.PageSize = shortIdle, 10
	s := open(t, o)
	j := newJournal()
	slow := 0
	j.onEntry = func(e *collector.Entry) {
		if len(e.Values("msExchMailboxSecurityDescriptor")) > 0 && slow < 2 {
			slow++
			time.Sleep(shortIdle + 300*time.Millisecond)
		}
	}
	if err := s.Read(context.Background(), j); err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t)
	if got, _ := j.of(t, decode.Mailboxes.Purpose); len(got) != 30 {
		t.Errorf("%d entries, want 30", len(got))
	}
	s.Close()
}

// A server that takes longer for a page than the idle time, but is never silent.
func TestSlowServer(t *testing.T) {
	noLeaks(t)
	o := options(faulty(t, ldaptest.Fault{Delay: 20 * time.Millisecond}))
	o.Idle = shortIdle
	j, err := read(t, o)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t)
	if got, _ := j.of(t, decode.Mailboxes.Purpose); len(got) != 250 {
		t.Errorf("%d entries, want 250", len(got))
	}
}

// Entries that come in drops are whole, as long as none of them takes longer than
// the idle time; one that has many megabytes may take longer.
func TestSlowEntry(t *testing.T) {
	for name, c := range map[string]struct {
		mailboxes, more int // bytes more in each
		drip            time.Duration
	}{
		"small": {3, 0, shortIdle / 40},
		"large": {1, 5 * useful, shortIdle / 15},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			server := serve(t, ldaptest.Size{Mailboxes: c.mailboxes}, func(config *ldaptest.Config) {
				for i, e := range config.Entries {
					if strings.HasPrefix(e.DN, "CN=u0") {
						config.Entries[i] = e.WithBytes("publicDelegates", make([]byte, c.more))
					}
				}
				config.Fault = func(r *ldaptest.Request) ldaptest.Fault {
					if onMailboxes(r) {
						return ldaptest.Fault{Drip: c.drip}
					}
					return ldaptest.Fault{}
				}
			})
			o := options(server)
			o.Idle = shortIdle
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			j.complete(t)
		})
	}
}

// Cancelled while the server is silent in mid-page, and while it sends.
func TestCancelInMidPage(t *testing.T) {
	for name, f := range map[string]ldaptest.Fault{
		"silent":  {After: 30, Stall: true},
		"sending": {Delay: 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			s := open(t, options(faulty(t, f)))
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			j := newJournal()
			n := 0
			var at time.Time
			j.onEntry = func(e *collector.Entry) {
				if len(e.Values("msExchMailboxSecurityDescriptor")) > 0 {
					n++
				}
				if n == 120 && at.IsZero() {
					at = time.Now()
					cancel()
				}
			}
			err := s.Read(ctx, j)
			if d := time.Since(at); d > 2*time.Second {
				t.Errorf("Read came back %v after the cancel", d)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Read: %v, want cancelled", err)
			}
			got, reason := j.of(t, decode.Mailboxes.Purpose)
			if !errors.Is(reason, context.Canceled) {
				t.Errorf("the search ended with %v, want cancelled", reason)
			}
			if len(got) < 120 {
				t.Errorf("%d entries kept, want 120 at least", len(got))
			}
			s.Close()
		})
	}
}

func TestCloseWhileReading(t *testing.T) {
	noLeaks(t)
	s := open(t, options(faulty(t, ldaptest.Fault{After: 30, Stall: true})))
	j := newJournal()
	n := 0
	j.onEntry = func(*collector.Entry) {
		if n++; n == 140 {
			go func() {
				s.Close()
				s.Close()
			}()
		}
	}
	if err := s.Read(context.Background(), j); !errors.Is(err, ErrClosed) {
		t.Errorf("Read: %v, want ErrClosed", err)
	}
	_, reason := j.of(t, decode.Mailboxes.Purpose)
	if !errors.Is(reason, ErrClosed) {
		t.Errorf("the search ended with %v, want ErrClosed", reason)
	}
	if err := s.Read(context.Background(), newJournal()); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after Close: %v, want ErrClosed", err)
	}
	if err := s.Lookup(context.Background(), []acl.SID{sid(t, 7)}, newJournal()); !errors.Is(err, ErrClosed) {
		t.Errorf("Lookup after Close: %v, want ErrClosed", err)
	}
}

// A sink that panics leaves nothing behind that runs.
func TestSinkPanics(t *testing.T) {
	noLeaks(t)
	s := open(t, options(serve(t, ldaptest.Size{Mailboxes: 1000})))
	j := newJournal()
	n := 0
	j.onEntry = func(*collector.Entry) {
		if n++; n == 140 {
			panic("a fault in the sink")
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		_ = s.Read(context.Background(), j)
	}()
	s.Close()
}

// Cancelled before and while connecting.
func TestCancelOpen(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault { return ldaptest.Fault{Stall: true} }
	})
	for _, after := range []time.Duration{0, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		start := time.Now()
		_, err := Open(ctx, options(server))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
			t.Errorf("Open: %v after %v, want the context's error at once", err, time.Since(start))
		}
	}
}

// The server goes away for good in the middle.
func TestServerGone(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 250})
	s := open(t, options(server))
	j := newJournal()
	n := 0
	j.onEntry = func(*collector.Entry) {
		if n++; n == 140 {
			server.Close()
		}
	}
	err := s.Read(context.Background(), j)
	wantError(t, err, ErrUnreachable, "refused the connection")
	broken := 0
	for _, q := range j.begun {
		if end, ok := j.ended[q.ID]; !ok {
			t.Errorf("%s has no End", q.Purpose)
		} else if end != nil {
			broken++
		}
	}
	// Which search it is depends on how much had come already.
	if broken == 0 {
		t.Error("every search ended as complete")
	}
	if got, reason := j.of(t, decode.Mailboxes.Purpose); reason == nil && len(got) != 250 {
		t.Errorf("%d mailboxes, and no reason", len(got))
	}
	s.Close()
}

// A connection that rests for longer than the idle time is still good.
func TestRestingConnection(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	o := options(server)
	o.Idle = shortIdle
	s := open(t, o)
	time.Sleep(shortIdle + 300*time.Millisecond)
	if err := s.Read(context.Background(), newJournal()); err != nil {
		t.Fatalf("Read: %v", err)
	}
	before := server.Connections()
	time.Sleep(shortIdle + 300*time.Millisecond)
	if err := s.Lookup(context.Background(), []acl.SID{sid(t, 1101)}, newJournal()); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if n := server.Connections(); n != before {
		t.Errorf("%d connections, want the %d there were", n, before)
	}
	s.Close()
}

// A server ends connections that rest for too long. That is no reason for the
// next search to be incomplete.
func TestServerEndsRestingConnection(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	s := open(t, options(server))
	server.Hangup()
	time.Sleep(quickRest + 100*time.Millisecond)
	j := newJournal()
	if err := s.Lookup(context.Background(), []acl.SID{sid(t, 1101)}, j); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	j.complete(t)
	if n := server.Connections(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
	s.Close()
}

// What comes behind an answer belongs to nothing that was asked: the connection is
// not used again, however short it rested.
func TestBytesBehindTheAnswer(t *testing.T) {
	for _, c := range []struct {
		behind string
		alive  bool
	}{{"", true}, {"\x30", false}} {
		conn := connOn(strings.NewReader(string(encodeDone(1, 0)) + c.behind))
		if _, _, err := readAll(conn); err != nil {
			t.Fatal(err)
		}
		conn.rested = time.Now()
		if got := conn.alive(); got != c.alive {
			t.Errorf("with %d bytes behind the answer: alive %v", len(c.behind), got)
		}
	}
}

// faultyReader stands for a fault of our own in the middle of an answer.
type faultyReader struct{}

func (faultyReader) Read([]byte) (int, error) { panic("index out of range") }

// A fault of our own ends its search, with the reason, and no other.
func TestInternalFault(t *testing.T) {
	noLeaks(t)
	o := options(serve(t, ldaptest.Size{Mailboxes: 5}))
	o.Connections = 1
	s := open(t, o)
	defer s.Close()
	s.home.idle[0].in.in = faultyReader{}
	j := newJournal()
	if err := s.Read(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	_, reason := j.of(t, decode.RootDSE.Purpose)
	wantError(t, reason, ErrIncomplete, "internal error", "index out of range")
	j.complete(t, decode.RootDSE.Purpose)
	if n := s.home.used; n != 0 {
		t.Errorf("%d connections were not given back", n)
	}
}

func TestRangeFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]ldaptest.Fault{
		"cut":    {Cut: true},
		"busy":   {Result: 51},
		"silent": {Stall: true},
		"gone":   {Result: 32},
		"lost":   {WrongID: true},
		"gap":    {RangeOffset: 100},
		"again":  {RangeOffset: -3000},
	} {
		t.Run(name, func(t *testing.T) {
			if f.Stall {
				t.Parallel()
			}
			noLeaks(t)
			server := serve(t, ldaptest.Size{Mailboxes: 3, Members: 4000}, func(c *ldaptest.Config) {
				c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
					if len(r.Attributes) == 1 && r.Attributes[0] == "member;range=3000-*" {
						return f
					}
					return ldaptest.Fault{}
				}
			})
			o := options(server)
			if f.Stall {
				o.Idle = shortIdle
			}
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			j.complete(t, decode.Recipients.Purpose)
			group := allHands(t, j)
			for _, a := range group.Attributes {
				if want := a.Name == "member"; a.Partial != want {
					t.Errorf("%s: partial %v, want %v", a.Name, a.Partial, want)
				}
			}
			if n := len(group.Values("member")); n != 3000 {
				t.Errorf("%d members, want the 3000 that came", n)
			}
		})
	}
}

// The page breaks off after a group whose members had not come in whole.
func TestPageBreaksBehindRange(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 3, Members: 4000}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if r.Filter == decode.Recipients.Filter {
				return ldaptest.Fault{After: 1, Cut: true}
			}
			return ldaptest.Fault{}
		}
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	_, reason := j.of(t, decode.Recipients.Purpose)
	wantError(t, reason, ErrBroken, "after ")
	for _, a := range allHands(t, j).Attributes {
		if a.Name == "member" && (!a.Partial || len(a.Values) != 1500) {
			t.Errorf("member: partial %v with %d values, want partial with 1500", a.Partial, len(a.Values))
		}
	}
}

// Of a batch that breaks off nobody is called missing.
func TestLookupFaults(t *testing.T) {
	for name, f := range map[string]ldaptest.Fault{
		"cut":       {After: 1, Cut: true},
		"no paging": {NoPaging: true},
		"busy":      {After: 1, Result: 51},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			var broken atomic.Bool
			broken.Store(true)
			server := serve(t, ldaptest.Size{Mailboxes: 10}, func(c *ldaptest.Config) {
				c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
					if r.Op == "search" && r.Scope == 2 && broken.Load() {
						return f
					}
					return ldaptest.Fault{}
				}
			})
			s := open(t, options(server))
			var sids []acl.SID
			for rid := uint32(2005); rid < 2015; rid++ {
				sids = append(sids, sid(t, rid))
			}
			j := newJournal()
			if err := s.Lookup(context.Background(), sids, j); err != nil {
				t.Fatalf("Lookup: %v", err)
			}
			found, reason := j.of(t, decode.Lookup.Purpose)
			if reason == nil || len(j.missed) != 0 {
				t.Errorf("%d found, %d missed, reason %v; want none missed and a reason", len(found), len(j.missed), reason)
			}
			broken.Store(false)
			again := newJournal()
			if err := s.Lookup(context.Background(), sids, again); err != nil {
				t.Fatalf("Lookup: %v", err)
			}
			again.complete(t)
			more, _ := again.of(t, decode.Lookup.Purpose)
			if len(found)+len(more) < 5 || len(again.missed) != 5 {
				t.Errorf("%d and %d found, %d missed; want 5 and 5", len(found), len(more), len(again.missed))
			}
			s.Close()
		})
	}
}
