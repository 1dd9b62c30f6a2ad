package live

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"mbxperm/collector"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// encodeEntry makes a SearchResultEntry with go-ldap's encoder.
func encodeEntry(id int64, e *collector.Entry) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	op.AppendChild(octets(e.DN))
	list := ber.NewSequence("")
	for _, a := range e.Attributes {
		one, set := ber.NewSequence(""), ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		one.AppendChild(octets(a.Name))
		for _, v := range a.Values {
			set.AppendChild(octets(string(v)))
		}
		one.AppendChild(set)
		list.AppendChild(one)
	}
	op.AppendChild(list)
	return envelope(id, op, nil)
}

func encodeDone(id int64, result int) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultDone, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(result), ""))
	op.AppendChild(octets(""))
	op.AppendChild(octets(""))
	return envelope(id, op, nil)
}

// pieces gives out at most n bytes at a time.
type pieces struct {
	in io.Reader
	n  int
}

func (p pieces) Read(b []byte) (int, error) { return p.in.Read(b[:min(p.n, len(b))]) }

// connOn is a connection that one search was sent on, and that gives in.
func connOn(in io.Reader) *conn {
	raw := newIdleConn(&pipe{in: in}, time.Second)
	w := &wire{Conn: raw}
	most := usualBounds()
	c := &conn{raw: raw, wire: w, in: newMessages(w, &most), sent: 1}
	c.in.begin(&batch{})
	return c
}

// readAll returns what an answer brings, copied, batch by batch.
func readAll(c *conn) (entries []*collector.Entry, a answer, err error) {
	calls := 0
	hand := func(full bool) {
		if calls++; !full && calls%3 != 0 {
			return // it goes on in the same batch
		}
		done, next := c.in.batch, &batch{}
		c.in.change(next, c.in.copyRest(next))
		for _, e := range done.entries {
			entries = append(entries, clone(&e))
		}
	}
	err = c.read(&a, 1, func(*collector.Entry) (bool, error) { return true, nil }, hand)
	hand(true)
	return entries, a, err
}

func sample(n int) []*collector.Entry {
	var out []*collector.Entry
	for i := range n {
		e := &collector.Entry{Query: 1, DN: fmt.Sprintf("CN=u%d,DC=contoso,DC=lab", i), Attributes: []collector.Attribute{
			{Name: "cn", Values: [][]byte{fmt.Appendf(nil, "u%d", i)}},
			{Name: "member", Values: [][]byte{}},
			{Name: "nTSecurityDescriptor", Values: [][]byte{bytes.Repeat([]byte{byte(i)}, i*i*10), {}}},
		}}
		out = append(out, e)
	}
	return out
}

// Messages come in pieces of any size, and entries larger than a batch among
// small ones.
func TestMessagesInPieces(t *testing.T) {
	want := sample(60)
	var stream []byte
	for _, e := range want {
		stream = append(stream, encodeEntry(1, e)...)
	}
	stream = append(stream, encodeDone(1, 0)...)
	for _, n := range []int{1, 2, 13, 1400, batchBytes, len(stream)} {
		got, a, err := readAll(connOn(pieces{bytes.NewReader(stream), n}))
		if err != nil || a.undecoded != 0 {
			t.Fatalf("pieces of %d: %v, %d undecoded", n, err, a.undecoded)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("pieces of %d: %d entries, other than went in", n, len(got))
		}
	}
}

// plainEntry decodes with the tree that go-ldap makes: slow, and by others.
func plainEntry(message []byte) (*collector.Entry, error) {
	p, err := ber.DecodePacketErr(message)
	if err != nil || len(p.Children) < 2 || len(p.Children[1].Children) != 2 {
		return nil, errors.New("no entry")
	}
	op := p.Children[1]
	e := &collector.Entry{Query: 1, DN: op.Children[0].Data.String(), Attributes: []collector.Attribute{}}
	for _, one := range op.Children[1].Children {
		if len(one.Children) != 2 {
			return nil, errors.New("no attribute")
		}
		a := collector.Attribute{Name: one.Children[0].Data.String(), Values: [][]byte{}}
		for _, v := range one.Children[1].Children {
			a.Values = append(a.Values, append([]byte{}, v.Data.Bytes()...))
		}
		e.Attributes = append(e.Attributes, a)
	}
	return e, nil
}

// FuzzAnswer: whatever a server sends, nothing panics, and what is taken for an
// entry is what another decoder makes of it.
func FuzzAnswer(f *testing.F) {
	for _, e := range sample(3) {
		f.Add(encodeEntry(1, e))
	}
	f.Add(encodeDone(1, 4))
	f.Add([]byte{0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Add([]byte{0x15, 0x03, 0x01, 0x00, 0x02})
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, a, err := readAll(connOn(bytes.NewReader(b)))
		if err == nil && len(a.references) == 0 && a.undecoded == 0 && len(whole) == 0 && len(b) == 0 {
			t.Fatal("nothing is no answer")
		}
		single, _, again := readAll(connOn(pieces{bytes.NewReader(b), 1}))
		if !reflect.DeepEqual(whole, single) || (err == nil) != (again == nil) {
			t.Fatalf("at once %d entries, %v; byte by byte %d, %v", len(whole), err, len(single), again)
		}
		if len(whole) == 0 {
			return
		}
		h, err := parseHeader(b)
		if err != nil || h.op != opEntry {
			return // the first message is a reference
		}
		if want, err := plainEntry(b[:h.size]); err == nil && !reflect.DeepEqual(whole[0], want) {
			t.Fatalf("%+v, and another decoder says %+v", whole[0], want)
		}
	})
}

// A length is not believed before the bytes have come.
func TestAnnouncedLength(t *testing.T) {
	b := append([]byte{0x30, 0x84, 0x07, 0xFF, 0xFF, 0xF0, 0x02, 0x01, 0x01, 0x64, 0x84, 0x07, 0xFF, 0xFF, 0x00}, make([]byte, 100_000)...)
	c := connOn(bytes.NewReader(b))
	if _, _, err := readAll(c); !errors.Is(err, io.EOF) {
		t.Errorf("%v, want the end", err)
	}
	if n := len(c.in.batch.bytes); n > 4*len(b) {
		t.Errorf("%d bytes were made room for, and %d came", n, len(b))
	}
}

// A result that is too deep or too long to be one is not decoded: the tree that
// go-ldap makes of a message keeps a copy of each level in the one above.
func TestResultTooDeepOrTooLong(t *testing.T) {
	nested := func(levels, size int) []byte {
		p := octets(strings.Repeat("x", size))
		for range levels {
			outer := ber.NewSequence("")
			outer.AppendChild(p)
			p = outer
		}
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		list.AppendChild(p)
		op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultDone, nil, "")
		op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(0), ""))
		op.AppendChild(octets(""))
		op.AppendChild(octets(""))
		return envelope(1, op, list)
	}
	for name, c := range map[string]struct {
		message []byte
		refused bool
	}{
		"a control":  {nested(1, 100), false},
		"deep":       {nested(deepest, 10), true},
		"long":       {nested(1, maxAnswer), true},
		"indefinite": {[]byte{0x30, 0x10, 0x02, 0x01, 0x01, 0x65, 0x07, 0x0A, 1, 0, 4, 0, 4, 0, 0xA0, 0x80, 0, 0}, true},
	} {
		_, err := decodeTree(c.message)
		if got := errors.Is(err, errEnvelope); got != c.refused {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := readAll(connOn(bytes.NewReader(c.message))); c.refused && err == nil {
			t.Errorf("%s: taken for a whole answer", name)
		}
	}
}

// A range that cannot be made out says that values may be missing.
func TestUnknownRange(t *testing.T) {
	for _, option := range []string{"", "0", "0-", "-5", "x-y", "9-3", "0-99999999999999999999"} {
		e := &collector.Entry{DN: "CN=g", Attributes: []collector.Attribute{{Name: "member;range=" + option, Values: [][]byte{[]byte("CN=u")}}, {Name: "member"}}}
		if !hasRanges(e) {
			t.Errorf("%q: taken for no range", option)
			continue
		}
		if err := new(conn).complete(t.Context(), &unfinished{Entry: e}, &collector.Query{}, new(tally)); err != nil {
			t.Errorf("%q: %v", option, err)
		}
		if len(e.Attributes) != 1 || e.Attributes[0].Name != "member" || !e.Attributes[0].Partial || len(e.Attributes[0].Values) != 1 {
			t.Errorf("%q: %+v", option, e.Attributes)
		}
	}
}
