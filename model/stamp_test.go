package model

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"mbxperm/acl"
)

// TestStampBytes: two stamps of a mailbox take 28 bytes (the place of the first, and
// twice 12), and nothing where none was read.
func TestStampBytes(t *testing.T) {
	const objects = 100_000
	w := NewWriter(NewPool())
	names := make([]string, objects)
	for i := range names {
		names[i] = fmt.Sprintf("CN=u%06d,DC=contoso,DC=com", i)
		w.Put(&Object{DN: names[i], Class: ClassUser})
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	if s := w.Snapshot(); s.Stamped() || w.stamps.of.Len() != 0 {
		t.Errorf("%d places where nothing was read", w.stamps.of.Len())
	}
	before := heap()
	in := Stamps{Told: [StampedCount]bool{StampedMailboxSD: true, StampedSecurity: true}}
	for i, name := range names {
		in.Of[StampedMailboxSD] = Stamp{At: time.Unix(int64(1_700_000_000+i), 0), Version: 3, Invocation: acl.GUID{1}}
		in.Of[StampedSecurity] = Stamp{At: time.Unix(int64(1_600_000_000+i), 0), Version: 1, Invocation: acl.GUID{2}}
		w.Stamps(name, &in)
	}
	after := heap()
	runtime.KeepAlive(names)
	if per := (float64(after) - float64(before)) / objects; per < 20 || per > 30 {
		t.Errorf("%.1f bytes for each mailbox, want 28 and what is not full yet", per)
	}
	s := w.Snapshot()
	for _, i := range []int{0, 4711, objects - 1} {
		got, told := s.StampOf(ObjectID(i+1), StampedMailboxSD)
		if !told || got.At.Unix() != int64(1_700_000_000+i) || got.Version != 3 || got.Invocation != (acl.GUID{1}) {
			t.Errorf("%d: %+v, %v", i, got, told)
		}
	}
}
