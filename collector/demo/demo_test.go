package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model/dn"
)

// tape is a sink that counts, keeps a hash of all it is told if it has one, and
// calls a function for each entry.
type tape struct {
	hash    hash.Hash
	queries []collector.Query
	expect  map[collector.QueryID]int
	got     map[collector.QueryID]int
	ended   map[collector.QueryID]error
	missed  []acl.SID
	entry   func(q *collector.Query, e *collector.Entry)
}

func newTape(entry func(*collector.Query, *collector.Entry)) *tape {
	return &tape{expect: map[collector.QueryID]int{}, got: map[collector.QueryID]int{},
		ended: map[collector.QueryID]error{}, entry: entry}
}

// note adds to the hash.
func (s *tape) note(format string, args ...any) {
	if s.hash != nil {
		fmt.Fprintf(s.hash, format, args...)
	}
}

func (s *tape) Begin(q collector.Query) {
	s.note("begin %+v\n", q)
	s.queries = append(s.queries, q)
}

func (s *tape) Expect(id collector.QueryID, n int) {
	s.note("expect %d %d\n", id, n)
	s.expect[id] = n
}

func (s *tape) Entry(e *collector.Entry) {
	s.got[e.Query]++
	s.note("entry %d %q\n", e.Query, e.DN)
	for _, a := range e.Attributes {
		s.note("%s %q\n", a.Name, a.Values)
	}
	if s.entry != nil {
		s.entry(s.query(e.Query), e)
	}
}

func (s *tape) End(id collector.QueryID, err error) {
	s.note("end %d %v\n", id, err)
	s.ended[id] = err
}

func (s *tape) Missed(sid acl.SID) {
	s.note("missed %s\n", sid)
	s.missed = append(s.missed, sid)
}

func (s *tape) query(id collector.QueryID) *collector.Query {
	for i := range s.queries {
		if s.queries[i].ID == id {
			return &s.queries[i]
		}
	}
	return nil
}

// read reads a whole organisation.
func read(t *testing.T, spec string, entry func(*collector.Query, *collector.Entry)) *tape {
	t.Helper()
	return readInto(t, spec, newTape(entry))
}

func readInto(t *testing.T, spec string, sink *tape) *tape {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Read(t.Context(), sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestSameSpecSameBytes(t *testing.T) {
	sum := func(spec string) string {
		sink := newTape(nil)
		sink.hash = sha256.New()
		return fmt.Sprintf("%x", readInto(t, spec, sink).hash.Sum(nil))
	}
	first := sum("demo:700:3:2")
	if again := sum("demo:700:3:2"); again != first {
		t.Error("two reads of the same organisation differ")
	}
	for _, other := range []string{"demo:701:3:2", "demo:700:4:2", "demo:700:3:3"} {
		if sum(other) == first {
			t.Errorf("%s is the same as demo:700:3:2", other)
		}
	}
	if sum("demo") != sum("demo:250:1:0") {
		t.Error("demo is not demo:250:1:0")
	}
}

func TestSearches(t *testing.T) {
	sink := read(t, "demo", func(q *collector.Query, e *collector.Entry) {
		if q == nil {
			t.Fatalf("%s: entry of no search", e.DN)
		}
		seen := map[string]bool{}
		for _, a := range e.Attributes {
			if !q.Asked(a.Name) {
				t.Errorf("%s: %s was not asked for", e.DN, a.Name)
			}
			if len(a.Values) == 0 || seen[a.Name] {
				t.Errorf("%s: %s is empty or comes twice", e.DN, a.Name)
			}
			seen[a.Name] = true
		}
	})
	order := []collector.Purpose{decode.RootDSE.Purpose, decode.Partitions.Purpose, decode.AttributeIDs.Purpose, decode.Controllers.Purpose,
		decode.Schema.Purpose, decode.Rights.Purpose,
		decode.Stores.Purpose, decode.Mailboxes.Purpose, decode.DelegateStamps.Purpose, decode.Recipients.Purpose, decode.Containers.Purpose,
		decode.Groups.Purpose, decode.Principals.Purpose, decode.Trusts.Purpose, decode.Roles.Purpose, decode.Doors.Purpose, decode.Logs.Purpose}
	at := 0
	for _, q := range sink.queries {
		for at < len(order) && order[at] != q.Purpose {
			at++
		}
		if at == len(order) {
			t.Fatalf("search %d for %s is out of order", q.ID, q.Purpose)
		}
		if q.Account != `CONTOSO\auditor` || q.Filter == "" && q.Purpose != decode.Logs.Purpose {
			t.Errorf("search %d: account %q, filter %q", q.ID, q.Account, q.Filter)
		}
		if err, ok := sink.ended[q.ID]; !ok || err != nil {
			t.Errorf("search %d for %s: ended %v, %v", q.ID, q.Purpose, ok, err)
		}
		if sink.got[q.ID] != sink.expect[q.ID] {
			t.Errorf("search %d for %s: %d entries, expected %d", q.ID, q.Purpose, sink.got[q.ID], sink.expect[q.ID])
		}
	}
}

func TestExactlyNMailboxes(t *testing.T) {
	for _, n := range []int{1, 2, 7, 42, 43, 44, 250, 3001} {
		got := 0
		sink := read(t, fmt.Sprintf("demo:%d", n), func(q *collector.Query, e *collector.Entry) {
			if q.Purpose == decode.Mailboxes.Purpose && e.Value("homeMDB") != nil && e.Value("msExchMailboxGuid") != nil {
				got++
			}
		})
		if got != n {
			t.Errorf("demo:%d has %d mailboxes", n, got)
		}
		if len(sink.missed) > 0 {
			t.Errorf("demo:%d: Missed without Lookup", n)
		}
	}
}

func TestIdentitiesAreUnique(t *testing.T) {
	const size = 30_000
	seen := map[string]string{}
	read(t, fmt.Sprintf("demo:%d:9:30", size), func(q *collector.Query, e *collector.Entry) {
		if q.Purpose == decode.AttributeIDs.Purpose || q.Purpose == decode.DelegateStamps.Purpose { // more of an object that comes elsewhere
			return
		}
		for _, key := range []string{
			"dn " + strings.ToLower(e.DN), "sid " + string(e.Value("objectSid")), "guid " + string(e.Value("objectGUID")),
			"account " + strings.ToLower(e.Text("sAMAccountName")),
		} {
			if strings.HasSuffix(key, " ") {
				continue
			}
			if other, ok := seen[key]; ok {
				t.Fatalf("%q: %s and %s", key, other, e.DN)
			}
			seen[key] = e.DN
		}
		for _, a := range e.Attributes {
			values := map[string]bool{}
			for _, v := range a.Values {
				if values[string(v)] {
					t.Fatalf("%s: %s holds %q twice", e.DN, a.Name, v)
				}
				values[string(v)] = true
			}
		}
	})
}

// damaged are the mailboxes whose descriptor is meant not to parse.
func damaged(e *collector.Entry) bool {
	return string(e.Value("objectSid")) == local(firstMailbox+headTruncated).sid().Raw()
}

func TestDescriptors(t *testing.T) {
	broken, count := 0, 0
	read(t, "demo:3000:5:40", func(q *collector.Query, e *collector.Entry) {
		for _, name := range []string{"nTSecurityDescriptor", "msExchMailboxSecurityDescriptor"} {
			sd := e.Value(name)
			if sd == nil {
				continue
			}
			count++
			d, err := acl.Parse(sd)
			if err != nil {
				broken++
				if name != "msExchMailboxSecurityDescriptor" || !damaged(e) {
					t.Errorf("%s: %s: %v", e.DN, name, err)
				}
				continue
			}
			again, err := acl.Encode(d.Parts())
			if err != nil || !bytes.Equal(again, sd) {
				t.Errorf("%s: %s: acl.Encode writes other bytes (%v)", e.DN, name, err)
			}
		}
	})
	if broken != 1 || count < 6000 {
		t.Errorf("%d of %d descriptors are broken, want one", broken, count)
	}
}

// TestParents holds that every object lies in a container that is delivered.
func TestParents(t *testing.T) {
	known := map[string]bool{
		strings.ToLower(domainDN): true, strings.ToLower(configDN): true, strings.ToLower(schemaDN): true,
		strings.ToLower(rightsDN): true, strings.ToLower("CN=Partitions," + configDN): true, // read as containers of entries only
		strings.ToLower("CN=DC1,CN=Servers,CN=Berlin,CN=Sites," + configDN): true, strings.ToLower("CN=DC2,CN=Servers,CN=Berlin,CN=Sites," + configDN): true,
	}
	var parents []string
	read(t, "demo:600", func(q *collector.Query, e *collector.Entry) {
		known[strings.ToLower(e.DN)] = true
		if e.DN != "" && e.DN != domainDN && q.Purpose != decode.Logs.Purpose { // logs are in no directory
			parents = append(parents, strings.ToLower(parentOf(e.DN)))
		}
	})
	for _, p := range parents {
		if !known[p] {
			t.Errorf("%s is not delivered", p)
		}
	}
}

// TestLinks holds that a DN in a value is that of a delivered object, and that
// a SID in an entry is one that can be explained.
func TestLinks(t *testing.T) {
	dns, sids := map[string]bool{}, map[string]bool{}
	var links []string
	trustees := map[string]string{}
	members := map[string][]string{}
	read(t, "demo:600:2:9", func(q *collector.Query, e *collector.Entry) {
		dns[e.DN] = true
		for _, name := range []string{"objectSid", "sIDHistory"} {
			sids[string(e.Value(name))] = true
		}
		for _, name := range []string{"member", "publicDelegates", "homeMDB", "msExchOwningServer"} {
			for _, v := range e.Values(name) {
				links = append(links, string(v))
				members[e.Text("cn")] = append(members[e.Text("cn")], string(v))
			}
		}
		for _, name := range []string{"nTSecurityDescriptor", "msExchMailboxSecurityDescriptor"} {
			d, _ := acl.Parse(e.Value(name))
			for a := range d.DACL() {
				trustees[string(a.SID)] = e.DN
			}
		}
	})
	for _, dn := range links {
		if !dns[dn] {
			t.Errorf("a value names %s, which is not delivered", dn)
		}
	}
	for raw, dn := range trustees {
		sid, err := acl.SIDFromBytes([]byte(raw))
		who, known := trusteeOf(sid)
		if err != nil || !known {
			t.Errorf("%s: %s is nobody's", dn, sid)
		}
		if who.realm == contoso && !sids[raw] && who.rid < firstOrphan || who.realm == builtin && !sids[raw] {
			t.Errorf("%s: %s is not delivered and not an orphan", dn, sid)
		}
	}
	for group, member := range map[string]string{"Helpdesk": "Helpdesk 2nd level", "Helpdesk 2nd level": "Helpdesk 1st level",
		"Helpdesk 1st level": "Contractors", "Project Blue": "Project Green", "Project Green": "Project Blue"} {
		if !strings.Contains(strings.Join(members[group], "\n"), "CN="+member+",") {
			t.Errorf("%s is not a member of %s", member, group)
		}
	}
}

// parentOf cuts the first RDN off.
func parentOf(name string) string {
	_, above := dn.Split(name)
	return above
}

// TestInheritedEntriesHaveAnOrigin looks for each inherited entry above the
// object: the same entry, inheritable, and set there.
func TestInheritedEntriesHaveAnOrigin(t *testing.T) {
	type object struct {
		dn string
		sd []byte
	}
	sds := map[string][]byte{}
	var objects []object
	read(t, "demo:600:2:60", func(q *collector.Query, e *collector.Entry) {
		if sd := e.Value("nTSecurityDescriptor"); sd != nil {
			sd = bytes.Clone(sd)
			objects = append(objects, object{e.DN, sd})
			sds[e.DN] = sd
		}
	})
	without := 0
	for _, o := range objects {
		d, _ := acl.Parse(o.sd)
		for a := range d.DACL() {
			if a.IsInherited() && !hasOrigin(sds, parentOf(o.dn), a) {
				without++
				if !bytes.Equal(a.SID, formerTeam.appendSID(nil)) {
					t.Errorf("%s: %s %s for %x has no origin", o.dn, a.Type, a.Mask, a.SID)
				}
			}
		}
	}
	if without != 1 {
		t.Errorf("%d entries without an origin, want one", without)
	}
}

func hasOrigin(sds map[string][]byte, dn string, want acl.ACE) bool {
	for ; dn != ""; dn = parentOf(dn) {
		d, err := acl.Parse(sds[dn])
		if err != nil {
			continue
		}
		for a := range d.DACL() {
			if a.Flags&acl.ContainerInherit != 0 && !a.IsInherited() && a.Type == want.Type && a.Mask == want.Mask &&
				a.ObjectType == want.ObjectType && a.InheritedObjectType == want.InheritedObjectType && bytes.Equal(a.SID, want.SID) {
				return true
			}
		}
	}
	return false
}

func TestErrClosed(t *testing.T) {
	s, _ := New("demo:5")
	s.Close()
	if err := s.Read(t.Context(), newTape(nil)); !errors.Is(err, errClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// TestCancel holds that a read stops at the entry after the one in which it was
// cancelled, however slow the sink is, and that the search says so.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := New("demo:100000")
	after := 0
	sink := newTape(nil)
	sink.entry = func(q *collector.Query, e *collector.Entry) {
		if q.Purpose != decode.Mailboxes.Purpose {
			return
		}
		if ctx.Err() != nil {
			after++
		}
		if sink.got[q.ID] == 300 {
			cancel()
		}
	}
	if err := s.Read(ctx, sink); !errors.Is(err, context.Canceled) {
		t.Fatalf("Read: %v", err)
	}
	if after > 0 {
		t.Errorf("%d entries after cancel", after)
	}
	last := sink.queries[len(sink.queries)-1]
	if last.Purpose != decode.Mailboxes.Purpose || !errors.Is(sink.ended[last.ID], context.Canceled) {
		t.Errorf("last search is for %s and ended with %v", last.Purpose, sink.ended[last.ID])
	}
	if err := s.Lookup(ctx, []acl.SID{svcBackup.sid()}, sink); !errors.Is(err, context.Canceled) {
		t.Errorf("Lookup: %v", err)
	}
}
