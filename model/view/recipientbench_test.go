package view_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// manyGroups is a source of groups with an address: each has a manager, every
// second somebody from whom it takes messages, and every fourth a list of its own,
// in which somebody may change the members. Persons come before them.
type manyGroups struct{ groups, persons int }

var benchDomain = acl.MustParseSID("S-1-5-21-10-20-30")

func (*manyGroups) Name() string { return "groups" }
func (*manyGroups) Close() error { return nil }

func (*manyGroups) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (*manyGroups) Changes(context.Context, []string, collector.Sink) error { return nil }

func (m *manyGroups) Read(_ context.Context, sink collector.Sink) error {
	texts := func(values ...string) (out [][]byte) {
		for _, v := range values {
			out = append(out, []byte(v))
		}
		return out
	}
	put := func(id collector.QueryID, dn string, rid uint32, guid uint32, more ...collector.Attribute) {
		var g [16]byte
		binary.LittleEndian.PutUint32(g[:], guid)
		sink.Entry(&collector.Entry{Query: id, DN: dn, Attributes: append([]collector.Attribute{
			{Name: "objectSid", Values: [][]byte{benchDomain.WithRID(rid).Bytes()}}, {Name: "objectGUID", Values: [][]byte{g[:]}}}, more...)})
	}
	const in = ",OU=Everybody,DC=contoso,DC=com"
	person := func(i int) string { return fmt.Sprintf("CN=p%06d", i%m.persons) + in }
	for id, s := range map[collector.QueryID]collector.Search{1: decode.Principals, 2: decode.Recipients} {
		sink.Begin(collector.Query{ID: id, Purpose: s.Purpose, Base: "DC=contoso,DC=com", Scope: s.Scope, Filter: s.Filter, Attributes: s.Attributes})
	}
	for i := range m.persons {
		put(1, person(i), uint32(2000+i), uint32(i), collector.Attribute{Name: "objectClass", Values: texts("top", "person", "user")},
			collector.Attribute{Name: "sAMAccountName", Values: texts(fmt.Sprintf("p%06d", i))},
			collector.Attribute{Name: "userAccountControl", Values: texts("512")})
	}
	for i := range m.groups {
		more := []collector.Attribute{
			{Name: "objectClass", Values: texts("top", "group")}, {Name: "sAMAccountName", Values: texts(fmt.Sprintf("g%06d", i))},
			{Name: "mailNickname", Values: texts("g")}, {Name: "groupType", Values: texts("-2147483640")},
			{Name: "msExchRecipientTypeDetails", Values: texts("1024")}, {Name: "managedBy", Values: texts(person(i * 7))},
			{Name: "member", Values: texts(person(i), person(i*3), person(i*5))},
			{Name: "nTSecurityDescriptor", Values: [][]byte{m.list(i)}},
		}
		if i%2 == 0 {
			more = append(more, collector.Attribute{Name: "authOrig", Values: texts(person(i * 11))})
		}
		put(2, fmt.Sprintf("CN=g%06d", i)+in, uint32(1_000_000+i), uint32(1_000_000+i), more...)
	}
	sink.End(1, nil)
	sink.End(2, nil)
	return nil
}

// list is the descriptor of a group.
func (m *manyGroups) list(i int) []byte {
	text := "O:DAG:DAD:(A;;0xf01ff;;;DA)(A;;0xf01ff;;;AO)(A;;0xf01ff;;;SY)(OA;;CR;ab721a55-1e2f-11d0-9819-00aa0040529b;;AU)"
	if i%4 == 0 {
		text += fmt.Sprintf("(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;%s)", benchDomain.WithRID(uint32(2000+i%m.persons)))
	}
	b, err := encodeSDDL(text)
	if err != nil {
		panic(err)
	}
	return b
}

func encodeSDDL(text string) ([]byte, error) {
	parts, err := sddl.Parse(text, benchDomain)
	if err != nil {
		return nil, err
	}
	return acl.Encode(parts)
}

// BenchmarkRecipients reads 100,000 groups and shows them. The source's own work
// is in the figure of reading.
func BenchmarkRecipients(b *testing.B) {
	read := func() *model.Snapshot {
		c := session.Start(b.Context(), &manyGroups{100_000, 50_000}, model.NewPool(), nil)
		<-c.Done()
		return c.Snapshot()
	}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			read()
		}
	})
	s := read()
	q := view.Query{Type: view.Recipients}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			benchView(b, s.Fresh(), q)
		}
	})
	lines := benchView(b, s, q)
	if lines.Targets != 100_000 {
		b.Fatalf("%d groups", lines.Targets)
	}
	for name, q := range map[string]view.Query{
		"toggle":  {Type: view.Recipients, Show: hiding.All},
		"deny":    {Type: view.Recipients, Only: hiding.OnlyDeny},
		"filter":  {Type: view.Recipients, Filter: "g0001"},
		"sort":    {Type: view.Recipients, Sort: -3},
		"rows":    {Type: view.Recipients, Rows: true, ACEs: view.Recipients.ACEs[0]},
		"reverse": {Type: view.Recipients, Rows: true, Of: lines.Key(lines.Len() - 1), ACEs: view.Recipients.ACEs[5]},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benchView(b, s, q)
			}
		})
	}
	b.Run("verdicts of a person", func(b *testing.B) {
		book := verdict.Of(s)
		p, err := view.FindPerson(s, "p000004")
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := book.Lines(b.Context(), verdict.Query{Recipients: true, Person: p, Only: true}, func(*verdict.Line) bool { return true }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
