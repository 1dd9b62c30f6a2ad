package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// browse makes a controller that shows what text names.
func browse(t *testing.T, text string) *Controller {
	t.Helper()
	o := &Opener{Passwords: NewPasswords(func() (string, error) { return "", ErrNoPassword }, nil)}
	src, warnings, err := o.Open(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context) (collector.Source, []string, error) { return o.Open(ctx, text) }
	return &Controller{
		Session: New(t.Context(), model.NewPool(), src, warnings, open), Opener: o, Program: "mbxperm test",
	}
}

// TestRecord: a source on the screen is read again and recorded, the snapshot
// says what came of it, and the recording holds what the source does.
func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.ldif.zst")
	b := browse(t, "demo:60")
	b.Wait()
	if r := b.Snapshot().State.Recording; r != nil {
		t.Fatalf("not asked to record, yet %+v", r)
	}
	entries := b.Snapshot().State.Entries
	b.Record(path, false)
	b.Wait()
	r := b.Snapshot().State.Recording
	if r == nil || r.Path != path || r.Entries < entries || r.Err != nil || r.Ended != nil {
		t.Fatalf("recorded: %+v, want %d entries or more in %s", r, entries, path)
	}
	before := b.Snapshot()
	b.Record(path, false)
	b.Wait()
	s := b.Snapshot()
	if p := s.State.Problems; s.State.Started != before.State.Started || len(p) != 1 || !strings.Contains(p[0].Text, "exists") {
		t.Errorf("a file that exists: problems %v", p)
	}
	b.Record(path, true)
	b.Wait()
	if s := b.Snapshot(); s.State.Recording.Err != nil || !s.State.Complete() {
		t.Errorf("replaced: %+v", s.State)
	}
	b.Refresh()
	b.Wait()
	if s := b.Snapshot(); s.State.Recording != nil {
		t.Errorf("a refresh after it records too: %+v", s.State.Recording)
	}
	b.Open(model.Request{Source: path})
	b.Wait()
	if s := b.Snapshot(); !s.State.Complete() || s.State.Entries != entries {
		t.Errorf("the recording has %d entries, want %d: %+v", s.State.Entries, entries, s.State)
	}
}

// TestRecordCancelled: the file then says that it is not whole.
func TestRecordCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.ldif.zst")
	b := browse(t, "demo:20000")
	b.Wait()
	b.Record(path, false)
	for b.Snapshot().State.Recording == nil {
		time.Sleep(time.Millisecond)
	}
	b.Cancel()
	b.Wait()
	r := b.Snapshot().State.Recording
	if r == nil || !errors.Is(r.Ended, context.Canceled) || r.Err != nil {
		t.Errorf("got %+v", r)
	}
	if _, err := os.Stat(r.Path); err != nil || r.Path == path {
		t.Errorf("recorded to %s: %v", r.Path, err)
	}
}

// TestControllerOpen: what does not open is the error of the snapshot, in one
// sentence; no password goes to another server than that it was given for.
func TestControllerOpen(t *testing.T) {
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "none"))
	b := browse(t, "demo:5")
	for _, c := range []struct {
		request model.Request
		want    string
	}{
		{model.Request{Source: "-"}, "standard input is the keyboard here"},
		{model.Request{Source: "nonsense"}, "a source is ldaps://HOST"},
		{model.Request{Source: "demo:x"}, `"x" is not a number`},
		{model.Request{Source: "ldaps://127.0.0.1:1", User: "auditor@contoso.com"}, "127.0.0.1:1"},
		{model.Request{Source: "ldaps://127.0.0.1:1", User: "auditor@contoso.com", Auth: "sicily"}, `unknown way to bind "sicily"`},
	} {
		b.Open(c.request)
		b.Wait()
		s := b.Snapshot()
		if s.State.Phase != model.Finished || s.State.Err == nil || !strings.Contains(s.State.Err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.request.Source, s.State.Err, c.want)
		}
	}
	b.Open(model.Request{Source: "demo:7"})
	b.Wait()
	if s := b.Snapshot(); !s.State.Complete() || s.State.Source != "demo:7:1" {
		t.Errorf("after all that: %+v", s.State)
	}
}
