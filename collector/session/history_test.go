package session_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"mbxperm/collector/demo"
	"mbxperm/collector/ldif"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/history"
	"mbxperm/model/view"
)

// recordDemo records the demo as the program does, and returns what was read.
func recordDemo(t testing.TB, spec, path string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ldif.Create(t.Context(), path, ldif.Head{Program: "test", Source: spec}, ldif.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), r.Record(src), model.NewPool(), nil)
	<-c.Done()
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return c.Snapshot()
}

// plain is the text of a recording, without its frames.
func plain(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(z); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// packed packs a text in one frame, as older versions did and other programs do.
func packed(t testing.TB, text []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll(text, nil)
}

// withoutCounts is a recording as an older version made it.
func withoutCounts(text []byte) []byte {
	before, rest, _ := bytes.Cut(text, []byte(" counts="))
	_, after, _ := bytes.Cut(rest, []byte(" bytes="))
	return append(append(bytes.Clone(before), " bytes="...), after...)
}

// TestHistory: what recordings tell at their ends is what counting one by one gives;
// older ones are counted once and remembered; what cannot be counted is left out with
// a sentence, and nothing lies in the folder that was not there.
func TestHistory(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	at := func(name string) string { return filepath.Join(dir, name) }
	var want []history.Counts
	for _, day := range []int{0, 20, 40} {
		s := recordDemo(t, fmt.Sprintf("demo:80:1:%d", day), at(fmt.Sprintf("d%02d.ldif.zst", day)))
		want = append(want, byHand(t, s))
	}
	text := plain(t, at("d40.ldif.zst"))
	write(t, at("old.ldif.zst"), packed(t, withoutCounts(text)))
	write(t, at("cut.ldif.zst"), packed(t, text[:len(text)/2]))
	write(t, at("newer.ldif.zst"), packed(t, bytes.Replace(text, []byte("format=1 "), []byte("format=2 "), 1)))
	write(t, at("foreign.zst"), packed(t, []byte("no LDIF at all\n")))
	write(t, at("readme.txt"), []byte("nothing of ours"))
	s := recordDemo(t, "demo:80:1:0", at("other.ldif.zst"))
	foreign := bytes.Replace(plain(t, at("other.ldif.zst")), []byte("forest="+s.Forest.RootSID().String()), []byte("forest=S-1-5-21-9-9-9"), 1)
	os.Remove(at("other.ldif.zst"))
	i := bytes.LastIndex(foreign, []byte("# mbxperm: done "))
	write(t, at("another.ldif.zst"), append(packed(t, foreign[:i]), packed(t, foreign[i:])...))

	for _, round := range []string{"counted", "remembered", "forgotten"} {
		all, notes, err := session.History(t.Context(), dir, nil, nil)
		if err != nil {
			t.Fatal(round, err)
		}
		for i, name := range []string{"d00.ldif.zst", "d20.ldif.zst", "d40.ldif.zst", "old.ldif.zst"} {
			if len(all) != 4 || all[i].File != name || all[i].Counts != want[min(i, 2)] || all[i].Rows != -1 {
				t.Fatalf("%s: %+v, want %s with %+v", round, all, name, want[min(i, 2)])
			}
		}
		for i, part := range []string{"cut.ldif.zst: left out: ", "foreign.zst: left out: it is no recording", "newer.ldif.zst: left out: it was recorded by a newer version", "another.ldif.zst: left out: it is of another forest"} {
			if len(notes) != 4 || !strings.HasPrefix(notes[i], part) {
				t.Fatalf("%s: notes %q, want %q", round, notes, part)
			}
		}
		files, err := filepath.Glob(filepath.Join(cache, "mbxperm", "history", "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s: remembered %q, %v", round, files, err)
		}
		if round == "remembered" {
			write(t, files[0], []byte("{\"damaged"))
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 9 {
		t.Errorf("%d files in the folder, want the 9 that were put there", len(files))
	}
	empty := t.TempDir()
	if _, _, err := session.History(t.Context(), empty, nil, nil); err == nil || !strings.Contains(err.Error(), "no recording") {
		t.Errorf("an empty folder: %v", err)
	}
}

// byHand counts by the views of the program, which the numbers must agree with.
func byHand(t *testing.T, s *model.Snapshot) (c history.Counts) {
	t.Helper()
	q := view.Query{Type: view.Mailboxes, ACEs: view.Mailboxes.ACEs[0], Rows: true, System: true, Split: true, Show: 1<<5 - 1}
	r, err := view.Of(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	boxes := map[string]bool{}
	for i := range r.Len() {
		row := r.Row(i)
		boxes[row.Target.DN] = true
		if row.ACLType == "MailboxRight" && row.Right == "FullAccess" && row.Status == "Allow" && !row.Inherited && row.Trustee.Name != "SELF" && !row.NullDACL {
			c.FullAccess++
		}
	}
	l, err := finding.Find(t.Context(), s, finding.Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Len() {
		c.Findings[l.Severity(i)]++
	}
	got, err := history.Of(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if got.FullAccess != c.FullAccess || got.Findings != c.Findings || got.Mailboxes < len(boxes) || got.Mailboxes == 0 || got.Entries < r.Len()/4 {
		t.Errorf("counted %+v, the views say %+v", got, c)
	}
	again, ok := history.Parse(got.Words())
	if !ok || again != got {
		t.Errorf("%+v comes back as %+v", got, again)
	}
	return got
}

// TestHistoryLine: the night on which a line appeared, and the one on which it was gone.
func TestHistoryLine(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	for i := range 4 {
		recordDemo(t, "demo:20", filepath.Join(dir, fmt.Sprintf("d%d.ldif.zst", i)))
	}
	n := 0
	all, _, err := session.History(t.Context(), dir, func(*model.Snapshot) (int, error) { n++; return []int{0, 3, 2, 0}[n-1], nil }, nil)
	if err != nil || len(all) != 4 {
		t.Fatal(all, err)
	}
	for i, want := range []string{"", "appeared", "", "gone"} {
		if all[i].Line != want {
			t.Errorf("%d: %q, want %q", i, all[i].Line, want)
		}
	}
}

// BenchmarkHistory looks through the recordings of a year, which are read at their ends
// alone.
func BenchmarkHistory(b *testing.B) {
	b.Setenv("XDG_CACHE_HOME", b.TempDir())
	dir := b.TempDir()
	first := filepath.Join(dir, "d000.ldif.zst")
	recordDemo(b, "demo:5000", first)
	bytes, err := os.ReadFile(first)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 364 {
		write(b, filepath.Join(dir, fmt.Sprintf("d%03d.ldif.zst", i+1)), bytes)
	}
	for b.Loop() {
		if all, notes, err := session.History(b.Context(), dir, nil, nil); err != nil || len(all) != 365 || len(notes) > 0 {
			b.Fatal(len(all), notes, err)
		}
	}
}
