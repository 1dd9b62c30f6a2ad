package ldif

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
)

// fullDisk is a file on a disk without space.
type fullDisk struct {
	*os.File
	kept, discarded bool
}

func (f *fullDisk) Keep() error                                { f.kept = true; return nil }
func (f *fullDisk) KeepAs(func(string) string) (string, error) { f.kept = true; return "", nil }
func (f *fullDisk) Discard()                                   { f.discarded = true }

func (f *fullDisk) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	if err != nil {
		err = fmt.Errorf("cannot write full.ldif.zst: %w", err)
	}
	return n, err
}

// endlessSource gives entries until it is told to stop, or ten thousand.
type endlessSource struct{ entries int }

func (*endlessSource) Name() string { return "endless" }
func (*endlessSource) Close() error { return nil }

func (s *endlessSource) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (s *endlessSource) Changes(context.Context, []string, collector.Sink) error { return nil }

func (s *endlessSource) Read(ctx context.Context, sink collector.Sink) error {
	value := []byte(strings.Repeat("x", 1000))
	for ; s.entries < 10_000; s.entries++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		sink.Entry(&collector.Entry{DN: "CN=x", Attributes: []collector.Attribute{{Name: "x", Values: [][]byte{value}}}})
	}
	return nil
}

type silent struct{ n int }

func (*silent) Begin(collector.Query)         {}
func (*silent) Expect(collector.QueryID, int) {}
func (s *silent) Entry(*collector.Entry)      { s.n++ }
func (*silent) End(collector.QueryID, error)  {}
func (*silent) Missed(acl.SID)                {}

// TestFullDisk: the collection goes on, unless it was for the recording's sake;
// the file never gets its name, and the error says what is the matter.
func TestFullDisk(t *testing.T) {
	for _, required := range []bool{false, true} {
		dev, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("no /dev/full here")
		} else if err != nil {
			t.Fatal(err)
		}
		f := &fullDisk{File: dev}
		r, err := newRecorder(f, Head{}, Options{Required: required})
		if err != nil {
			t.Fatal(err)
		}
		inner, sink := &endlessSource{}, &silent{}
		src := r.Record(inner)
		err = src.Read(t.Context(), sink)
		_ = src.Close()
		if r.Err() == nil || !strings.Contains(r.Err().Error(), "cannot write full.ldif.zst") || !strings.Contains(r.Err().Error(), "no space left") {
			t.Errorf("the recorder says %v", r.Err())
		}
		if f.kept || !f.discarded {
			t.Errorf("kept %v, discarded %v", f.kept, f.discarded)
		}
		if required != (err != nil) || required != (sink.n < 10_000) {
			t.Errorf("required %v: Read says %v after %d entries", required, err, sink.n)
		}
		dev.Close()
	}
}
