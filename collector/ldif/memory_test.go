package ldif_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldif"
)

// again is a Source that says the same few hundred entries again and again: the
// model of it stays as it is, however long the file.
type again struct{ entries int }

func (*again) Name() string                                            { return "again" }
func (*again) Close() error                                            { return nil }
func (*again) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (*again) Changes(context.Context, []string, collector.Sink) error { return nil }
func (a *again) Read(ctx context.Context, sink collector.Sink) error {
	one := func(name, value string) collector.Attribute {
		return collector.Attribute{Name: name, Values: [][]byte{[]byte(value)}}
	}
	descriptor := string(make([]byte, 2000))
	sink.Begin(collector.Query{ID: 1, Purpose: decode.Mailboxes.Purpose, Scope: collector.ScopeSub})
	for i := range a.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := fmt.Sprintf("m%d", i%300)
		sink.Entry(&collector.Entry{Query: 1, DN: "CN=" + name + ",DC=contoso,DC=com", Attributes: []collector.Attribute{
			one("objectClass", "user"), one("sAMAccountName", name), one("mailNickname", name), one("homeMDB", "CN=DB"),
			one("nTSecurityDescriptor", descriptor), one("msExchMailboxSecurityDescriptor", descriptor+name),
		}})
	}
	sink.End(1, nil)
	return nil
}

// highWater notes the largest heap that was seen at an event.
type highWater struct {
	collector.Source
	most uint64
}

func (h *highWater) Read(ctx context.Context, sink collector.Sink) error {
	return h.Source.Read(ctx, &watched{Sink: sink, h: h})
}

type watched struct {
	collector.Sink
	h *highWater
	n int
}

func (w *watched) Entry(e *collector.Entry) {
	if w.n++; w.n%500 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.h.most = max(w.h.most, m.HeapAlloc)
	}
	w.Sink.Entry(e)
}

// TestMemoryIsThatOfTheModel: neither writing a recording nor reading it takes
// more memory where the file is longer and says nothing new.
func TestMemoryIsThatOfTheModel(t *testing.T) {
	most := func(entries int) (writing, reading uint64) {
		path := filepath.Join(t.TempDir(), "r")
		r, err := ldif.Create(t.Context(), path, ldif.Head{}, ldif.Options{})
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		w := &highWater{Source: r.Record(&again{entries})}
		collect(t, w)
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
		runtime.GC()
		again := &highWater{Source: reopen(t, path)}
		if s := collect(t, again); s.State.Err != nil || s.State.Entries != entries {
			t.Fatalf("%d entries, %v", s.State.Entries, s.State.Err)
		}
		return w.most, again.most
	}
	const few, many = 4_000, 20_000 // 23 MB and 115 MB of text
	shortW, shortR := most(few)
	longW, longR := most(many)
	t.Logf("writing %d and %d MiB, reading %d and %d MiB", shortW>>20, longW>>20, shortR>>20, longR>>20)
	const slack = 32 << 20
	if longW > shortW+slack || longR > shortR+slack {
		t.Errorf("the heap grows with the file: writing %d, then %d; reading %d, then %d", shortW, longW, shortR, longR)
	}
}
