package ldif_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/ldif"
)

// FuzzRead: no input makes the reader panic, and what it holds follows from the
// input: no entry has more bytes than the text it stands in.
func FuzzRead(f *testing.F) {
	_, path := recordEvents(f, f.Context(), source(f, "demo:2"), []acl.SID{sidA})
	f.Add(unpack(f, path)[:1500]) // small: the fuzzer minimizes what it finds for as long as it may
	_, path = recordEvents(f, f.Context(), &script{read: odd}, nil)
	f.Add(unpack(f, path))
	for _, s := range []string{
		"dn: CN=a\nmember;range=0-1: x\nmember;range=2-*: y\ncn:: w7w=\n", "version: 1\r\ndn:: Q049\r\n bQ==\r\ncn:< file:///x\r\n",
		"# c\n c\nsearch: 2\nresult: 4 x\n", "\x1f\x8b\x08\x00", "\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00",
		"# mbxperm: recording format=1 time=2026-11-21T09:00:00Z\n# mbxperm: attribute name=\"x\" partial\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := ldif.Read("test", strings.NewReader(string(b)))
		if err != nil {
			return
		}
		compressed := len(b) > 2 && (b[0] == 0x1f || b[0] == 0x28)
		sink := &sizes{}
		_ = src.Read(t.Context(), sink)
		_ = src.Lookup(t.Context(), nil, sink)
		src.Close()
		if sink.bytes > len(b) && !compressed {
			t.Errorf("%d bytes in entries of a text of %d", sink.bytes, len(b))
		}
	})
}

// sizes is a sink that adds up values.
type sizes struct {
	nothing
	bytes int
}

func (s *sizes) Entry(e *collector.Entry) {
	for _, a := range e.Attributes {
		for _, v := range a.Values {
			s.bytes += len(v)
		}
	}
}

// FuzzRoundTrip: whatever a source says, the recording of it says too.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("\x00\x01mailboxes\x00\x02\x03cn\x00x\x00y\x00"), []byte("text"))
	f.Add([]byte{3, 3, 3, 5, 5, 1, 3, 4, 4, 2, 0, 6}, []byte("a\nb\x00c:<d \xff"))
	f.Fuzz(func(t *testing.T, program, text []byte) {
		src := &script{read: func(_ context.Context, sink collector.Sink) error { return play(program, text, sink) }}
		lookups := [][]acl.SID{{sidA}}
		src.lookups = []func(collector.Sink) error{func(sink collector.Sink) error { return play(text, program, sink) }}
		r, file, err := ldif.CreateInMemory()
		if err != nil {
			t.Fatal(err)
		}
		want := everything(t.Context(), r.Record(src), lookups...)
		again, err := ldif.Read("test", file)
		if err != nil {
			t.Fatal(err)
		}
		wantEvents(t, everything(t.Context(), again, lookups...), want)
	})
}

// play makes events of bytes: each byte of the program is an event, each byte of
// the text a length or a piece of itself.
func play(program, text []byte, sink collector.Sink) error {
	at := 0
	next := func() byte {
		if len(text) == 0 {
			return 0
		}
		at++
		return text[at%len(text)]
	}
	piece := func() []byte {
		n := int(next() % 12)
		from := int(next()) % (len(text) + 1)
		return text[from:min(from+n, len(text))]
	}
	for _, op := range program {
		switch id := collector.QueryID(int8(next()) % 4); op % 8 {
		case 0:
			q := collector.Query{ID: id, Purpose: collector.Purpose(piece()), Base: string(piece()), Scope: collector.Scope(next()),
				Filter: string(piece()), Account: string(piece())}
			for range next() % 4 {
				q.Attributes = append(q.Attributes, string(piece()))
			}
			sink.Begin(q)
		case 1:
			sink.Expect(id, int(int8(next())))
		case 2:
			var err error
			if next()%2 == 0 {
				err = errors.New(string(piece()))
			} else if next()%2 == 0 {
				err = context.Canceled
			}
			sink.End(id, err)
		case 3:
			sink.Missed(sidA.WithRID(uint32(next())))
		case 4:
			if next()%8 == 0 {
				return errors.New(string(piece()))
			}
		default:
			e := &collector.Entry{Query: id, DN: string(piece())}
			for range next() % 5 {
				a := collector.Attribute{Name: string(piece()), Partial: next()%4 == 0}
				if next()%2 == 0 {
					a.Name = []string{"cn", "member", "dn", "CN", "a;range=0-1"}[next()%5]
				}
				for range next() % 4 {
					a.Values = append(a.Values, append([]byte{}, piece()...))
				}
				e.Attributes = append(e.Attributes, a)
			}
			sink.Entry(e)
		}
	}
	return nil
}
