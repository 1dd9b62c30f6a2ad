package live

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
)

// wholeRead wants everything that a directory with 250 mailboxes has, once.
func wholeRead(t *testing.T, j *journal) {
	t.Helper()
	j.complete(t)
	wantCounts(t, j)
	for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Recipients.Purpose, decode.Stores.Purpose,
		decode.Groups.Purpose, decode.Principals.Purpose, decode.Schema.Purpose} {
		got, _ := j.of(t, p)
		once(t, got)
	}
}

// cookiesStay wants no page to be asked for on another connection than the page
// before: cookies are worth nothing there.
func cookiesStay(t *testing.T, server *ldaptest.Server) {
	t.Helper()
	last := map[string]int{}
	for _, r := range server.Requests() {
		if r.Op != "search" || r.PageSize == 0 {
			continue
		}
		search := fmt.Sprint(r.Conn, r.Base, r.Filter, r.Attributes)
		if r.Page != 1 && r.Page != last[search]+1 {
			t.Errorf("connection %d was asked for page %d after page %d of %s", r.Conn, r.Page, last[search], r.Filter)
		}
		last[search] = r.Page
	}
}

// What goes wrong in passing is read again, and nobody notices: complete, never
// one less, never one twice.
func TestReadAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]ldaptest.Fault{
		"cut":              {After: 30, Cut: true},
		"cut at the start": {Cut: true},
		"cut at the end":   {After: 100, Cut: true},
		"busy":             {After: 30, Result: 51},
		"unavailable":      {Result: 52},
		"cookie forgotten": {Result: 53, Diagnostic: "00000057: LdapErr: DSID-0C090BE9, comment: Error processing control"},
		"bad envelope":     {After: 30, BadEnvelope: true},
		"lost entry":       {After: 30, WrongID: true},
		"half a message":   {After: 30, Raw: []byte{0x30, 0x84, 0, 0, 0, 90, 0x02}, Cut: true},
		"silent":           {After: 30, Stall: true},
	} {
		for _, times := range []int32{1, tries - 1} {
			t.Run(fmt.Sprintf("%s %d times", name, times), func(t *testing.T) {
				if f.Stall {
					t.Parallel()
				}
				noLeaks(t)
				var left atomic.Int32
				left.Store(times)
				server := serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
					c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
						if onMailboxes(r) && r.Page == 2 && left.Add(-1) >= 0 {
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
				wholeRead(t, j)
				cookiesStay(t, server)
				begun := map[int]bool{}
				for _, r := range server.Requests() {
					if onMailboxes(&r) && r.Page == 1 {
						if begun[r.Conn] {
							t.Errorf("connection %d was tried again", r.Conn)
						}
						begun[r.Conn] = true
					}
				}
				if len(begun) != int(times)+1 {
					t.Errorf("begun %d times, want %d", len(begun), times+1)
				}
			})
		}
	}
}

// A server without a rootDSE entry is not read to the end.
func TestNoRootDSE(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 5}, func(c *ldaptest.Config) {
		c.Entries[0].Gone = func(r *ldaptest.Request) bool { return slices.Contains(r.Attributes, "tokenGroups") }
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t, decode.RootDSE.Purpose)
	_, reason := j.of(t, decode.RootDSE.Purpose)
	wantError(t, reason, ErrIncomplete, "no entry")
}

// Every connection breaks once in the middle, whatever is being read.
func TestEverySearchBreaks(t *testing.T) {
	noLeaks(t)
	broken := make(map[string]bool)
	guard := make(chan bool, 1)
	server := serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			guard <- true
			defer func() { <-guard }()
			if r.Op != "search" || r.PageSize == 0 || broken[r.Filter+r.Base] {
				return ldaptest.Fault{}
			}
			broken[r.Filter+r.Base] = true
			return ldaptest.Fault{After: 1, Cut: true}
		}
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	wholeRead(t, j)
	if len(broken) < 10 {
		t.Errorf("only %d searches were broken", len(broken))
	}
}

// An attribute that came in part, and the connection breaks before the rest.
func TestRangeAgain(t *testing.T) {
	noLeaks(t)
	var left atomic.Int32
	left.Store(1)
	server := serve(t, ldaptest.Size{Mailboxes: 3, Members: 4000}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if len(r.Attributes) == 1 && r.Attributes[0] == "member;range=3000-*" && left.Add(-1) >= 0 {
				return ldaptest.Fault{Cut: true}
			}
			return ldaptest.Fault{}
		}
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t)
	entries, _ := j.of(t, decode.Recipients.Purpose)
	once(t, entries)
	for _, a := range allHands(t, j).Attributes {
		if a.Name == "member" && (a.Partial || len(a.Values) != 4000) {
			t.Errorf("%d members, partial %v; want 4000 and all", len(a.Values), a.Partial)
		}
	}
}

// twoControllers starts two domain controllers of one domain, and opens the
// domain: the first one is asked.
func twoControllers(t *testing.T, fault func(dc int, r *ldaptest.Request) ldaptest.Fault) (*Source, [2]*ldaptest.Server) {
	t.Helper()
	var servers [2]*ldaptest.Server
	for i := range servers {
		servers[i] = serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
			c.Fault = func(r *ldaptest.Request) ldaptest.Fault { return fault(i, r) }
		})
	}
	o := options(servers[0])
	o.URL, o.CAFile, o.Domain, o.Insecure, o.Idle = "", "", "contoso.lab", true, shortIdle
	o.DC = Servers{"dc1.contoso.lab": servers[0].Addr(), "dc2.contoso.lab": servers[1].Addr()}
	return open(t, o), servers
}

// A domain controller goes away, or has no time: another one of the domain goes
// on, from the start of each search that was under way.
func TestAnotherController(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]ldaptest.Fault{
		"busy":   {Result: 51},
		"silent": {After: 10, Stall: true},
		"gone":   {Cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			if f.Stall {
				t.Parallel()
			}
			noLeaks(t)
			var s *Source
			var servers [2]*ldaptest.Server
			s, servers = twoControllers(t, func(dc int, r *ldaptest.Request) ldaptest.Fault {
				if dc != 0 || !onMailboxes(r) || r.Page != 2 {
					return ldaptest.Fault{}
				}
				if name == "gone" {
					go servers[0].Close() // it waits for this answer
				}
				return f
			})
			j := newJournal()
			if err := s.Read(context.Background(), j); err != nil {
				t.Fatalf("Read: %v", err)
			}
			wholeRead(t, j)
			cookiesStay(t, servers[0])
			cookiesStay(t, servers[1])
			if servers[1].Connections() == 0 {
				t.Error("the other domain controller was never asked")
			}
			s.Close()
		})
	}
}

// All of them go away: incomplete, with the reason, and it does not take for ever.
func TestNoControllerLeft(t *testing.T) {
	noLeaks(t)
	var s *Source
	var servers [2]*ldaptest.Server
	s, servers = twoControllers(t, func(_ int, r *ldaptest.Request) ldaptest.Fault {
		if !onMailboxes(r) || r.Page != 2 {
			return ldaptest.Fault{}
		}
		for _, server := range servers {
			go server.Close() // it waits for this answer
		}
		return ldaptest.Fault{Cut: true}
	})
	j := newJournal()
	err := s.Read(context.Background(), j)
	wantError(t, err, ErrUnreachable, "refused the connection")
	if _, reason := j.of(t, decode.Mailboxes.Purpose); reason == nil { // cut, or refused already
		t.Error("the mailboxes ended as complete")
	}
	for _, q := range j.begun {
		if _, ok := j.ended[q.ID]; !ok {
			t.Errorf("%s has no End", q.Purpose)
		}
	}
	s.Close()
}

// A server that gives no more than two connections is read on two, to the end.
func TestFewConnections(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
		c.MaxConnections = 2
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault { return ldaptest.Fault{Delay: 100 * time.Microsecond} }
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	wholeRead(t, j)
	if server.Refused() == 0 {
		t.Error("no connection was refused: nothing was tested")
	}
}

// A page shorter than asked for is no last page: the cookie says so.
func TestShortPage(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if onMailboxes(r) && r.Page%2 == 1 {
				return ldaptest.Fault{Short: 7}
			}
			return ldaptest.Fault{}
		}
	})
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	wholeRead(t, j)
}

// The next page is asked for before anybody has worked on the last one, and no
// more than that: a slow sink does not fill the memory.
func TestAsksAhead(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 4000})
	o := options(server)
	o.Connections = 1
	s := open(t, o)
	pages := func() (n int) {
		for _, r := range server.Searches("mailNickname") {
			if onMailboxes(&r) {
				n++
			}
		}
		return n
	}
	j := newJournal()
	first := true
	j.onEntry = func(e *collector.Entry) {
		if len(e.Values("msExchMailboxSecurityDescriptor")) == 0 || !first {
			return
		}
		first = false
		for deadline := time.Now().Add(10 * time.Second); pages() < 2; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the second page was not asked for while the first entry was worked on")
			}
		}
		time.Sleep(100 * time.Millisecond) // time to ask for all of them
		if n := pages(); n > 20 {
			t.Errorf("%d pages of a hundred were asked for before the first entry was worked on", n)
		}
	}
	if err := s.Read(context.Background(), j); err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t)
	s.Close()
}

// Nobody gives up because all connections are taken, while one of them is only being
// looked at.
func TestWaitForOneThatIsLookedAt(t *testing.T) {
	noLeaks(t)
	s := open(t, options(serve(t, ldaptest.Size{})))
	defer s.Close()
	c := s.home.resting()
	came := make(chan bool)
	go func() { came <- s.home.wait(t.Context()) }()
	select {
	case <-came:
		t.Fatal("did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	s.home.give(c, true)
	if !<-came {
		t.Error("gave up, and there is a connection")
	}
	if s.home.used != 0 {
		t.Errorf("%d connections are still counted", s.home.used)
	}
}
