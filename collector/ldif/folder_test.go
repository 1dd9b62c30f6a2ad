package ldif_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/ldif"
)

// recordScript records a source at path, and returns where the recording is and
// why it is not complete.
func recordScript(t *testing.T, path string, ctx context.Context, src collector.Source, lookups ...[]acl.SID) (string, error) {
	t.Helper()
	r, err := ldif.Create(t.Context(), path, ldif.Head{Source: "script"}, ldif.Options{})
	if err != nil {
		t.Fatal(err)
	}
	everything(ctx, r.Record(src), lookups...)
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return r.Path(), r.Ended()
}

// whole reads one search to its end.
func whole(_ context.Context, sink collector.Sink) error {
	sink.Begin(collector.Query{ID: 1, Purpose: "mailboxes"})
	sink.Entry(&collector.Entry{Query: 1, DN: "CN=anna"})
	sink.End(1, nil)
	return nil
}

// unfinished are sources that are not read to their end, each in its way.
var unfinished = map[string]struct {
	read   func(context.Context, collector.Sink) error
	lookup func(collector.Sink) error
	want   string
	named  bool // partial: it was cut short
}{
	"search broke off": {read: func(_ context.Context, sink collector.Sink) error {
		sink.Begin(collector.Query{ID: 1, Purpose: "exchange"})
		sink.End(1, errors.New("connection reset"))
		return nil
	}, want: "exchange: connection reset"},
	"search never ended": {read: func(_ context.Context, sink collector.Sink) error {
		sink.Begin(collector.Query{ID: 1, Purpose: "groups"})
		return nil
	}, want: "groups: the search did not end"},
	"cancelled":     {read: func(_ context.Context, sink collector.Sink) error { return context.Canceled }, want: "cancelled", named: true},
	"source failed": {read: func(_ context.Context, sink collector.Sink) error { return errors.New("server down") }, want: "server down", named: true},
	"look-up failed": {read: whole, lookup: func(collector.Sink) error { return errors.New("no answer") },
		want: "no answer", named: true},
}

// TestFolder: a recording in a folder is named by the time, the newest complete
// one is found, and whatever else lies there is passed over.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := ldif.Newest(dir); !errors.Is(err, ldif.ErrNoRecording) || !strings.HasSuffix(err.Error(), "there is no recording in it yet") {
		t.Errorf("an empty folder: %v", err)
	}
	at := time.Date(2026, 3, 1, 1, 30, 0, 0, time.FixedZone("", 3600))
	older, newer := ldif.InFolder(dir, at), ldif.InFolder(dir, at.Add(24*time.Hour))
	if want := filepath.Join(dir, "2026-03-01T003000Z.ldif.zst"); older != want {
		t.Errorf("named %s, want %s", older, want)
	}
	for _, name := range []string{newer, older} {
		if path, err := recordScript(t, name, t.Context(), &script{read: whole}, nil); path != name || err != nil {
			t.Fatalf("recorded to %s, %v", path, err)
		}
	}
	for i, name := range []string{newer, filepath.Join(dir, "zebra.ldif.zst"), filepath.Join(dir, "2027-01-01T000000Z.ldif")} {
		if _, err := os.Stat(name); err != nil {
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, passed, err := ldif.Newest(dir); err != nil || got != newer || passed != nil {
			t.Errorf("%d: newest %s, %v, %v", i, got, passed, err)
		}
	}
	if err := os.Mkdir(ldif.InFolder(dir, at.Add(48*time.Hour)), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, passed, err := ldif.Newest(dir); err != nil || got != newer || passed != nil {
		t.Errorf("with a folder: newest %s, %v, %v", got, passed, err)
	}
	for _, name := range []string{newer, "contoso.com", "-", ""} { // what is no folder stays as it is
		if got, _, err := ldif.Newest(name); err != nil || got != name || ldif.InFolder(name, at) != name {
			t.Errorf("%q became %q, %q, %v", name, got, ldif.InFolder(name, at), err)
		}
	}
}

// TestPartialRecording: no folder gives what was not read to its end; where the
// reading was cut short the name says so, also a second time.
func TestPartialRecording(t *testing.T) {
	for name, c := range unfinished {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			good, night := ldif.InFolder(dir, at), ldif.InFolder(dir, at.Add(24*time.Hour))
			if _, err := recordScript(t, good, t.Context(), &script{read: whole}, nil); err != nil {
				t.Fatal(err)
			}
			record := func(want string) string {
				src := &script{read: c.read}
				if c.lookup != nil {
					src.lookups = append(src.lookups, c.lookup)
				}
				path, why := recordScript(t, night, t.Context(), src, nil)
				if filepath.Base(path) != want || why == nil || why.Error() != c.want {
					t.Errorf("recorded to %s, %v; want %s, %s", path, why, want, c.want)
				}
				if src, err := ldif.Open(path); err != nil {
					t.Errorf("it does not open by its name: %v", err)
				} else if events := everything(t.Context(), src, nil); len(events) == 0 {
					t.Error("nothing is in it")
				}
				return path
			}
			newest := func(passed ...string) {
				t.Helper()
				got, not, err := ldif.Newest(dir)
				if err != nil || got != good || !slices.Equal(not, passed) {
					t.Errorf("newest %s, not %q, %v; want %s, %q", got, not, err, good, passed)
				}
			}
			final := "2026-03-02T000000Z.ldif.zst"
			if c.named {
				path := record("2026-03-02T000000Z.partial.ldif.zst")
				again := record("2026-03-02T000000Z.partial2.ldif.zst")
				newest(filepath.Base(again), filepath.Base(path))
				if err := os.Remove(again); err != nil {
					t.Fatal(err)
				}
				// As a version wrote it that knew no other name.
				if err := os.Rename(path, night); err != nil {
					t.Fatal(err)
				}
			} else {
				record(final)
			}
			newest(final + " (" + c.want + ")")
			if err := os.Remove(good); err != nil {
				t.Fatal(err)
			}
			if _, _, err := ldif.Newest(dir); !errors.Is(err, ldif.ErrNoRecording) || !strings.HasSuffix(err.Error(), "there is no recording in it that is complete, only "+final+" ("+c.want+")") {
				t.Errorf("without a complete one: %v", err)
			}
		})
	}
}

// TestPartialPath: the name says what it is wherever the recording goes.
func TestPartialPath(t *testing.T) {
	for given, want := range map[string]string{
		"monday.ldif.zst": "monday.partial.ldif.zst", "monday.ldif": "monday.partial.ldif",
		"monday.zst": "monday.partial.zst", "monday": "monday.partial", "a.b": "a.b.partial",
	} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got, why := recordScript(t, filepath.Join(dir, given), ctx, &script{read: whole})
		if filepath.Base(got) != want || why == nil {
			t.Errorf("%s became %s, %v; want %s", given, got, why, want)
		}
	}
}

// TestDamagedInFolder: a file that is cut or altered is passed over, whatever
// its name.
func TestDamagedInFolder(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	good, bad := ldif.InFolder(dir, at), ldif.InFolder(dir, at.Add(24*time.Hour))
	if _, err := recordScript(t, good, t.Context(), &script{read: whole}, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{nil, []byte("dn: CN=anna\n"), []byte("# mbxperm: recording format=1\n")}
	for n := range b {
		damaged = append(damaged, b[:n])
		flipped := slices.Clone(b)
		flipped[n] ^= 4
		damaged = append(damaged, flipped)
	}
	missed := 0
	for _, d := range damaged {
		if err := os.WriteFile(bad, d, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, passed, err := ldif.Newest(dir); err != nil || got != good || len(passed) != 1 {
			missed++
		}
	}
	// A bit that zstd has no use for changes nothing that is read.
	if missed > 3 {
		t.Errorf("%d of %d damaged files were taken", missed, len(damaged))
	}
}
