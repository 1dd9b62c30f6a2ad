package adexplorer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/adexplorer"
	"mbxperm/collector/adexplorer/snaptest"
	"mbxperm/collector/decode"
)

// taker takes what a source says.
type taker struct {
	queries map[collector.QueryID]collector.Query
	entries []taken1
	ends    map[collector.Purpose][]error
	missed  []acl.SID
}

// taken1 is an entry that was delivered.
type taken1 struct {
	purpose    collector.Purpose
	dn         string
	attributes map[string][]string
	partial    []string
}

func newTaker() *taker {
	return &taker{queries: map[collector.QueryID]collector.Query{}, ends: map[collector.Purpose][]error{}}
}

func (t *taker) Begin(q collector.Query)     { t.queries[q.ID] = q }
func (*taker) Expect(collector.QueryID, int) {}
func (t *taker) Missed(sid acl.SID)          { t.missed = append(t.missed, sid) }
func (t *taker) End(id collector.QueryID, err error) {
	q := t.queries[id]
	t.ends[q.Purpose] = append(t.ends[q.Purpose], err)
}

func (t *taker) Entry(e *collector.Entry) {
	one := taken1{purpose: t.queries[e.Query].Purpose, dn: e.DN, attributes: map[string][]string{}}
	for _, a := range e.Attributes {
		one.attributes[a.Name] = []string{}
		for _, v := range a.Values {
			one.attributes[a.Name] = append(one.attributes[a.Name], string(v))
		}
		if a.Partial {
			one.partial = append(one.partial, a.Name)
		}
	}
	t.entries = append(t.entries, one)
}

// of are the entries that a search gave.
func (t *taker) of(p collector.Purpose) (out []taken1) {
	for _, e := range t.entries {
		if e.purpose == p {
			out = append(out, e)
		}
	}
	return out
}

// failed are the purposes of searches that ended with a reason, and the reasons.
func (t *taker) failed() (out []string) {
	for p, errs := range t.ends {
		for _, err := range errs {
			if err != nil {
				out = append(out, string(p)+": "+err.Error())
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// read reads a snapshot that opens.
func read(tb testing.TB, b []byte) (*taker, error) {
	tb.Helper()
	src, err := adexplorer.Open(file(tb, b))
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	t := newTaker()
	return t, src.Read(context.Background(), t)
}

// TestEveryValue: each entry is an object of the file, and each value of it the
// one that a slow reader finds, whether values are shared or not.
func TestEveryValue(t *testing.T) {
	for _, alone := range []bool{false, true} {
		s := written(t, "demo:300", true, snaptest.Options{Alone: alone})
		objects := map[string]map[string][]string{}
		for _, o := range readPlain(s.Bytes) {
			name := ""
			if v := o["distinguishedName"]; v != nil {
				name = v[0]
			}
			objects[name] = map[string][]string{}
			for k, v := range o {
				objects[name][strings.ToLower(k)] = v
			}
		}
		got, err := read(t, s.Bytes)
		if err != nil || got.failed() != nil {
			t.Fatal(err, got.failed())
		}
		values := 0
		for _, e := range got.entries {
			if e.dn == "" && e.purpose == decode.RootDSE.Purpose && e.attributes["tokenGroups"] == nil {
				continue // made of the header
			}
			for name, v := range e.attributes {
				if values += len(v); !slices.Equal(v, objects[e.dn][strings.ToLower(name)]) {
					t.Fatalf("%s of %q is %q, want %q", name, e.dn, v, objects[e.dn][strings.ToLower(name)])
				}
			}
		}
		if len(got.entries) < 800 || values < 8000 {
			t.Errorf("only %d entries with %d values", len(got.entries), values)
		}
	}
}

// TestNothingIsLeftOut: every object of the domain with a SID, and every
// recipient, is delivered once by the searches for principals.
func TestNothingIsLeftOut(t *testing.T) {
	s := written(t, "demo:300", false, snaptest.Options{})
	got, err := read(t, s.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, p := range []collector.Search{decode.Mailboxes, decode.Recipients, decode.Groups, decode.Principals} {
		for _, e := range got.of(p.Purpose) {
			seen[e.dn]++
		}
	}
	want := 0
	for _, o := range readPlain(s.Bytes) {
		name := o["distinguishedName"][0]
		if o["isDeleted"] != nil || strings.Contains(name, "CN=Configuration,") || o["objectSid"] == nil && o["mailNickname"] == nil {
			continue
		}
		if want++; seen[name] != 1 {
			t.Errorf("%s was delivered %d times", name, seen[name])
		}
	}
	if want < 400 {
		t.Errorf("only %d objects", want)
	}
}

// TestEverySearchIsAnswered: whatever a directory is asked by a filter, a
// snapshot answers; the others are those that have code of their own here.
func TestEverySearchIsAnswered(t *testing.T) {
	got, err := read(t, written(t, "demo:20", false, snaptest.Options{}).Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range decode.Searches() {
		_, ended := got.ends[s.Purpose]
		if s.Purpose == decode.Keys.Purpose || s.Purpose == decode.StoreLinks.Purpose || s.Purpose == decode.Lookup.Purpose || s.Purpose == decode.MemberStamps.Purpose {
			if ended {
				t.Errorf("%s was asked", s.Purpose)
			}
		} else if !ended {
			t.Errorf("%s was not answered", s.Purpose)
		}
	}
	for _, q := range got.queries {
		if q.Base == "" && q.Scope == collector.ScopeSub {
			t.Errorf("%s looks like a question to a global catalog", q.Purpose)
		}
	}
}

// TestUnknownType: values of a type that is not read are counted by name, and
// what depends on them is not complete; the rest is.
func TestUnknownType(t *testing.T) {
	got, err := read(t, written(t, "demo:60", false, snaptest.Options{Types: map[string]uint32{"msExchOwningServer": 28, "description": 28}}).Bytes)
	if err != nil {
		t.Fatal(err)
	}
	stores := len(got.of(decode.Stores.Purpose))
	failed := got.failed()
	if len(failed) != 1 || !strings.HasPrefix(failed[0], "exchange: not read: msExchOwningServer of ") || !strings.HasSuffix(failed[0], " objects, of type 28, which is not read") {
		t.Errorf("ended %q", failed)
	}
	n := 0
	for _, e := range got.of(decode.Stores.Purpose) {
		if slices.Contains(e.partial, "msExchOwningServer") {
			n++
		}
	}
	if n == 0 || n == stores {
		t.Errorf("%d of %d", n, stores)
	}
}

// groupFile is a snapshot of a domain with one group and its members.
func groupFile(group *snaptest.Entry, members ...*snaptest.Entry) []byte {
	return groupSnapshot(group, members...).Bytes
}

func groupSnapshot(group *snaptest.Entry, members ...*snaptest.Entry) *snaptest.Snapshot {
	head := &snaptest.Entry{DN: "DC=contoso,DC=com", Attributes: []collector.Attribute{
		snaptest.Text("distinguishedName", "DC=contoso,DC=com"), snaptest.Text("objectClass", "top", "domainDNS"),
		snaptest.Text("objectSid", string(acl.MustParseSID("S-1-5-21-1-2-3").Bytes())),
	}}
	mailbox := member("anna", "S-1-5-21-1-2-3-1104")
	mailbox.Attributes = append(mailbox.Attributes, snaptest.Text("mailNickname", "anna"))
	return snaptest.Write(append([]*snaptest.Entry{head, mailbox, group}, members...), snaptest.Options{Schema: schema, Server: "dc1.contoso.com", Taken: taken})
}

func member(name, sid string, of ...string) *snaptest.Entry {
	e := &snaptest.Entry{DN: "CN=" + name + ",DC=contoso,DC=com", Attributes: []collector.Attribute{
		snaptest.Text("distinguishedName", "CN="+name+",DC=contoso,DC=com"), snaptest.Text("objectClass", "top", "person", "organizationalPerson", "user"),
		snaptest.Text("objectCategory", "CN=Person,"+schema), snaptest.Text("sAMAccountName", name), snaptest.Text("objectSid", string(acl.MustParseSID(sid).Bytes())),
	}}
	if of != nil {
		e.Attributes = append(e.Attributes, snaptest.Text("memberOf", of...))
	}
	return e
}

func team(members ...string) *snaptest.Entry {
	e := &snaptest.Entry{DN: "CN=Team,DC=contoso,DC=com", Attributes: []collector.Attribute{
		snaptest.Text("distinguishedName", "CN=Team,DC=contoso,DC=com"), snaptest.Text("objectClass", "top", "group"),
		snaptest.Text("objectCategory", "CN=Group,"+schema), snaptest.Text("sAMAccountName", "Team"), snaptest.Text("groupType", "-2147483646"),
		snaptest.Text("objectSid", string(acl.MustParseSID("S-1-5-21-1-2-3-1200").Bytes())),
	}}
	if members != nil {
		e.Attributes = append(e.Attributes, snaptest.Text("member", members...))
	}
	return e
}

// TestLongLists: a server gives so many values at a time; that a list is whole
// is believed only where nothing speaks against it.
func TestLongLists(t *testing.T) {
	var long []string
	for i := range 1500 {
		long = append(long, fmt.Sprintf("CN=m%d,DC=contoso,DC=com", i))
	}
	ranged := team()
	ranged.Attributes = append(ranged.Attributes, collector.Attribute{Name: "member", Values: [][]byte{[]byte("CN=bert,DC=contoso,DC=com")}, Partial: true})
	bert := member("bert", "S-1-5-21-1-2-3-1105", "cn=team,DC=contoso,DC=com")
	for _, c := range []struct {
		name    string
		group   *snaptest.Entry
		partial bool
		members int
	}{
		{"whole", team("CN=bert,DC=contoso,DC=com"), false, 1},
		{"more than name it", team("CN=bert,DC=contoso,DC=com", "CN=x,DC=elsewhere"), false, 2},
		{"nobody, and one says so", team(), true, 0},
		{"as many as a server gives", team(long...), true, 1500},
		{"one more", team(append(slices.Clone(long), "CN=bert,DC=contoso,DC=com")...), false, 1501},
		{"a part by its name", ranged, true, 1},
	} {
		got, err := read(t, groupFile(c.group, bert))
		if err != nil {
			t.Fatal(c.name, err)
		}
		groups := got.of(decode.Groups.Purpose)
		last := groups[len(groups)-1]
		if slices.Contains(last.partial, "member") != c.partial || len(last.attributes["member"]) != c.members {
			t.Errorf("%s: partial %v, %d members", c.name, last.partial, len(last.attributes["member"]))
		}
	}
}

// TestDeleted: searches do not find the deleted; who asks for a SID does.
func TestDeleted(t *testing.T) {
	gone := acl.MustParseSID("S-1-5-21-1-2-3-1300")
	dead := member("gone", gone.String())
	dead.Attributes = append(dead.Attributes, snaptest.Text("isDeleted", "TRUE"), snaptest.Text("whenChanged", "20240301120000.0Z"))
	src, err := adexplorer.Open(file(t, groupFile(team(), dead)))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, never := newTaker(), acl.MustParseSID("S-1-5-21-1-2-3-1301")
	if err := src.Read(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(got.entries, func(e taken1) bool { return strings.HasPrefix(e.dn, "CN=gone") }) {
		t.Error("a search found somebody who is deleted")
	}
	if err := src.Lookup(t.Context(), []acl.SID{gone, never}, got); err != nil {
		t.Fatal(err)
	}
	found := got.of(decode.Lookup.Purpose)
	if len(found) != 1 || found[0].attributes["whenChanged"][0] != "20240301120000.0Z" || !slices.Equal(got.missed, []acl.SID{never}) {
		t.Errorf("found %v, missed %v", found, got.missed)
	}
}

// TestOtherPartitions: those of applications are below the domain by their
// names alone, and nothing is asked of them.
func TestOtherPartitions(t *testing.T) {
	zone := member("x", "S-1-5-21-1-2-3-1400")
	zone.Attributes[0] = snaptest.Text("distinguishedName", "CN=x,DC=DomainDnsZones,DC=contoso,DC=com")
	odd := member("y", "S-1-5-21-1-2-3-1401")
	odd.Attributes[0] = snaptest.Text("distinguishedName", `CN=y\,DC=z,DC=contoso,DC=com`)
	got, err := read(t, groupFile(team(), zone, odd))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range got.of(decode.Principals.Purpose) {
		names = append(names, e.dn)
	}
	if want := []string{"DC=contoso,DC=com", `CN=y\,DC=z,DC=contoso,DC=com`}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// TestNoExchange: a forest without Exchange, and a snapshot without a domain.
func TestNoExchange(t *testing.T) {
	head := member("a", "S-1-5-21-1-2-3-1104")
	s := snaptest.Write([]*snaptest.Entry{head}, snaptest.Options{Schema: schema, Taken: taken})
	got, err := read(t, s.Bytes)
	if err == nil || !strings.HasPrefix(err.Error(), "none of its 1 objects is a mailbox") {
		t.Errorf("error %v", err)
	}
	if failed := strings.Join(got.failed(), "\n"); !strings.Contains(failed, "mailboxes: the snapshot has no object of a domain") {
		t.Errorf("ended %s", failed)
	}
}

// TestOnce: a file is read once, and not when it is closed; a Lookup before it
// was read answers nothing.
func TestOnce(t *testing.T) {
	name := file(t, written(t, "demo:5", false, snaptest.Options{}).Bytes)
	src, err := adexplorer.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := src.Name(); got != name+" (AD Explorer, dc1.contoso.com, 2024-03-04 06:00 UTC)" {
		t.Errorf("Name is %q", got)
	}
	quiet := newTaker()
	if err := src.Lookup(t.Context(), []acl.SID{acl.SIDEveryone}, quiet); err != nil || len(quiet.missed) != 0 {
		t.Error(err, quiet.missed)
	}
	if err := src.Read(t.Context(), newTaker()); err != nil {
		t.Error(err)
	}
	if err := src.Read(t.Context(), newTaker()); err == nil || !strings.Contains(err.Error(), "read once") {
		t.Error(err)
	}
	src.Close()
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	again, err := adexplorer.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := again.Read(ctx, newTaker()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	again.Close()
	if _, err := adexplorer.Open(name + ".none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
