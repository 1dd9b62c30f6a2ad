package live

import (
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// lowBounds are reached within a moment. What a healthy test server has stays below.
func lowBounds() bounds {
	b := usualBounds()
	b.message, b.attributes, b.values = 4<<20, 1000, 20_000
	b.listBytes, b.listValues, b.listParts, b.waiting = 4<<20, 50_000, 40, 1<<20
	b.references, b.fruitless, b.pages, b.entries, b.holders = 100, 4<<20, 50, 5000, 2
	b.domains, b.ancestors, b.stores, b.missing = 3, 1<<20, 100, 500
	return b
}

// on reports whether a request is this search in the domain or the configuration,
// by what it asks for.
func on(by collector.Search) func(*ldaptest.Request) bool {
	return func(r *ldaptest.Request) bool {
		return r.Op == "search" && (r.Base != "" || by.Purpose == decode.RootDSE.Purpose) && slices.Equal(r.Attributes, by.Attributes) &&
			(by.Purpose != decode.Stores.Purpose || r.Filter == decode.Stores.Filter)
	}
}

// onMembers is the search for recipients, and what asks for the rest of the
// members of one.
func onMembers(r *ldaptest.Request) bool {
	return on(decode.Recipients)(r) || r.Op == "search" && len(r.Attributes) == 1 && strings.HasPrefix(r.Attributes[0], "member;range=")
}

// hostile is a way to misbehave at one place, and what must be said of it.
type hostile struct {
	mode    string
	at      func(*ldaptest.Request) bool
	purpose collector.Purpose // of which the reason is
	says    string            // "": nothing, the search is complete
	size    ldaptest.Size
	idle    bool // it ends by the idle time
}

var (
	atMailboxes  = on(decode.Mailboxes)
	atPrincipals = on(decode.Principals)
	atRootDSE    = on(decode.RootDSE)
)

var hostiles = []hostile{
	{mode: "references without end", at: atMailboxes, purpose: "mailboxes", says: "nothing new in them"},
	{mode: "thousands of references", at: atMailboxes, purpose: "mailboxes", says: "5000 references to other servers, of which the first 100 were kept"},
	{mode: "long references", at: atMailboxes, purpose: "mailboxes", says: "nothing new in them"},
	{mode: "one entry of a gigabyte", at: atMailboxes, purpose: "mailboxes", says: "announced a message of 1073741814 bytes"},
	{mode: "entries of very many attributes", at: atMailboxes, purpose: "mailboxes", says: "40 entries of ldaps://127.0.0.1"},
	{mode: "entries of very many values", at: atMailboxes, purpose: "mailboxes", says: "have more attributes or values than are read"},
	{mode: "entries that cannot be decoded, without end", at: atMailboxes, purpose: "mailboxes", says: "nothing new in them"},
	{mode: "the same entry without end", at: atMailboxes, purpose: "mailboxes", says: "nothing new in them"},
	{mode: "the same page without end", at: atMailboxes, purpose: "mailboxes", says: "50 pages in a row"},
	{mode: "empty pages without end", at: atMailboxes, purpose: "mailboxes", says: "50 pages in a row"},
	{mode: "empty pages without end", at: on(decode.Lookup), purpose: "lookup", says: "50 pages in a row"},
	{mode: "a cookie that does not change", at: atMailboxes, purpose: "mailboxes", says: "50 pages in a row"},
	{mode: "empty pages before the first entry", at: atMailboxes, purpose: "mailboxes"},
	{mode: "a directory without end", at: atMailboxes, purpose: "mailboxes", says: "more than the 5000 entries"},
	{mode: "a page without end", at: atPrincipals, purpose: "principals", says: "more than the 5000 entries"},
	{mode: "a page without end of long lists", at: on(decode.Groups), purpose: "groups", says: "more than the 5000 entries"},
	{mode: "a page without end", at: on(decode.Keys), purpose: "keys", says: "more than the 5000 entries", size: ldaptest.Size{Mailboxes: 250, Stores: 3}},
	{mode: "the name of one object for others, without end", at: atMailboxes, purpose: "mailboxes", says: "nothing new in them"},
	{mode: "the name of one object for two", at: atMailboxes, purpose: "mailboxes", says: "1 entries of ldaps://127.0.0.1"},
	{mode: "entries outside of the base", at: atMailboxes, purpose: "mailboxes", says: "outside of what was asked for, the first is CN=x00000001,OU=x,DC=fabrikam,DC=lab"},
	{mode: "names of a thousand parts", at: atMailboxes, purpose: "containers", says: "stores or recipients not all that lies above was read"},
	{mode: "names of a megabyte", at: atMailboxes, purpose: "mailboxes", says: "20 objects were left out: their names are too long"},
	{mode: "a byte at a time", at: atMailboxes, purpose: "mailboxes", says: "nothing whole and new", idle: true},
	{mode: "a reference at a time", at: atMailboxes, purpose: "mailboxes", says: "nothing whole and new", idle: true},
	{mode: "ranges without end", at: onMembers, purpose: "recipients", says: "gave 51000 values in 33 parts, and has more"},
	{mode: "ranges of one value", at: onMembers, purpose: "recipients", says: "gave 41 values in 40 parts, and has more"},
	{mode: "ranges of long values", at: onMembers, purpose: "recipients", says: "values in 21 parts, and has more"},
	{mode: "ranges of everything", at: onMembers, purpose: "recipients", says: "of 500 attributes the values were not read to the end"},
	{mode: "more than one object for one name", at: atRootDSE, purpose: "rootdse", says: "more than the 1 entries"},
	{mode: "one object for one name, without end", at: atRootDSE, purpose: "rootdse", says: "nothing new in them"},
	{mode: "other objects than were asked for", at: on(decode.Lookup), purpose: "lookup", says: "entries that there can be"},
	{mode: "other objects than were asked for", at: on(decode.Containers), purpose: "containers", says: "entries that there can be"},
	{mode: "stores that are larger than asked, whatever is asked", at: func(r *ldaptest.Request) bool {
		return len(r.Attributes) == 1 && strings.HasPrefix(r.Attributes[0], "homeMDBBL;range=")
	}, purpose: "mailboxes", size: ldaptest.Size{Mailboxes: 250, Stores: 3}},
	{mode: "thousands of domains", at: on(decode.Partitions), purpose: "forest", says: "2997 more domains than the 3 that are read"},
	{mode: "thousands of stores", at: on(decode.Stores), purpose: "exchange"},
	{mode: "a cycle of 100,000 groups", at: on(decode.Groups), purpose: "groups"},
	{mode: "a result of very many elements", at: atMailboxes, purpose: "mailboxes", says: "not an LDAP message"},
	{mode: "a result of very many words", at: atMailboxes, purpose: "mailboxes", says: "result 1"},
	{mode: "a control without end", at: atMailboxes, purpose: "mailboxes", says: "announced a message of"},
}

// liveHeap returns the bytes that the last garbage collection left.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// mostHeap is what a reading of a hostile server may take here, beside the server
// in the same process: without bounds it is taken within a second.
const mostHeap = 300 << 20

// Whatever a server does, the reading ends by itself, takes a bounded amount of
// memory, and says in the coverage what was wrong.
func TestHostileServer(t *testing.T) {
	tried := map[string]bool{}
	for _, h := range hostiles {
		tried[h.mode] = true
		t.Run(h.mode+"/"+string(h.purpose), func(t *testing.T) { h.run(t) })
	}
	for mode := range ldaptest.Modes {
		if !tried[mode] {
			t.Errorf("nothing is tried on a server that sends %s", mode)
		}
	}
}

func (h *hostile) run(t *testing.T) {
	noLeaks(t)
	if h.size.Mailboxes == 0 {
		h.size = ldaptest.Size{Mailboxes: 5}
	}
	server := serve(t, h.size, func(c *ldaptest.Config) {
		// Trustees that nothing else delivers, for the look-ups.
		i := slices.IndexFunc(c.Entries, func(e ldaptest.Entry) bool { return strings.HasPrefix(e.DN, "CN=u00001,") })
		c.Entries[i] = ldaptest.Entry{DN: c.Entries[i].DN, Attributes: slices.DeleteFunc(slices.Clone(c.Entries[i].Attributes),
			func(a ldaptest.Attribute) bool { return a.Name == "msExchMailboxSecurityDescriptor" })}.
			WithBytes("msExchMailboxSecurityDescriptor", memoryDescriptor(t, 1))
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if h.at(r) {
				return ldaptest.Fault{Mode: ldaptest.Modes[h.mode]}
			}
			return ldaptest.Fault{}
		}
	})
	o := options(server)
	o.bounds = lowBounds()
	if h.size.Stores > 0 {
		o.partition = 50
	}
	if o.Resolver = (&nameServer{}).start(t); h.idle {
		o.Idle = shortIdle / 3
	}
	if h.mode == "a cycle of 100,000 groups" {
		o.bounds = usualBounds()
	}
	debug.FreeOSMemory()
	before, most := liveHeap(), uint64(0)
	src, read := open(t, o), make(chan *model.Snapshot, 1)
	go func() { read <- collect(t, src) }()
	var s *model.Snapshot
	for tick := time.Tick(5 * time.Millisecond); s == nil; {
		select {
		case s = <-read:
		case <-tick:
			most = max(most, liveHeap())
		}
	}
	if most > before+mostHeap {
		t.Errorf("%d MB were live, and %d before", most>>20, before>>20)
	}
	h.check(t, s)
	look(t, s)
}

// look asks what a screen asks of a snapshot; it ends.
func look(t *testing.T, s *model.Snapshot) {
	t.Helper()
	if _, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Show: hiding.All}); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"g0", "u00001"} {
		for _, line := range view.Named(s, name) {
			view.LineCard(s, line)
		}
	}
}

// check wants the reason in the state, and a line of the coverage that is not complete.
func (h *hostile) check(t *testing.T, s *model.Snapshot) {
	state := s.State
	if state.Err != nil {
		t.Errorf("the reading ended with %v", state.Err)
	}
	said := false
	for _, g := range state.Incomplete {
		said = said || g.Search == string(h.purpose) && (h.says == "" || strings.Contains(g.Reason, h.says))
	}
	if said != (h.says != "") {
		t.Errorf("gaps %+v, want %q of %s", state.Incomplete, h.says, h.purpose)
	}
	open := 0
	for _, line := range coverage.Of(s) {
		if !line.Complete {
			open++
		}
	}
	if (open > 0) != (len(state.Incomplete) > 0) || h.says != "" && open == 0 {
		t.Errorf("%d lines of the coverage are incomplete, with %d gaps", open, len(state.Incomplete))
	}
}

// A server that is silent on every search is not waited for once for each of them:
// the domain is given up after a few, and the rest ends with that reason at once.
func TestSilentServerIsGivenUp(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 250, Stores: 3}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			return ldaptest.Fault{Stall: r.Op == "search" && r.Scope != int(collector.ScopeBase)}
		}
	})
	o := options(server)
	o.Idle, o.Connections = 200*time.Millisecond, 1
	j, err := read(t, o)
	wantError(t, err, ErrSilent, "given up after 4 searches", "was silent for 200ms")
	for _, q := range j.begun {
		if j.ended[q.ID] == nil && q.Purpose != decode.RootDSE.Purpose {
			t.Errorf("%s ended as complete", q.Purpose)
		}
	}
	if n := len(server.Searches("")) - len(server.Searches("(objectClass=*)")); n != mostSilent*tries {
		t.Errorf("%d searches were sent, want %d, each %d times", n, mostSilent, tries)
	}
}

// A group of a million members, in 667 ranges, is within every bound.
func TestMillionMembers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	noLeaks(t)
	const members = 1_000_000
	j, err := read(t, options(serve(t, ldaptest.Size{Mailboxes: 3, Members: members})))
	if err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	for _, a := range allHands(t, j).Attributes {
		if a.Partial || a.Name == "member" && len(a.Values) != members {
			t.Errorf("%s: partial %v with %d values", a.Name, a.Partial, len(a.Values))
		}
	}
}
