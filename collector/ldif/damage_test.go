package ldif_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/model/coverage"
)

// isPrefix reports whether got is the beginning of want, up to the error at the
// end of got.
func isPrefix(got, want []string) bool {
	for i, e := range got {
		if strings.HasPrefix(e, "read ") || strings.HasPrefix(e, "lookup ") || strings.HasPrefix(e, "open ") {
			return true
		}
		if i >= len(want) || e != want[i] {
			return false
		}
	}
	return true
}

// noticed checks what a damaged recording gives: an error that says so, and
// before it nothing but what was recorded.
func noticed(t *testing.T, what string, b []byte, want []string) {
	t.Helper()
	src, err := ldif.Read("test", bytes.NewReader(b))
	if err != nil {
		return // refused at once
	}
	got := everything(t.Context(), src, nil)
	if last := got[len(got)-1]; strings.HasSuffix(last, "well") {
		// The sums are of the content. A few bits of a zstd frame's header (RFC 8878
		// 3.1.1.1: the unused bit, the size of the window) change nothing of it.
		if !bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}) || !slices.Equal(got, want) {
			t.Errorf("%s: nobody noticed", what)
		}
	} else if !isPrefix(got, want) {
		t.Errorf("%s: something was delivered that had not been recorded", what)
	}
}

func TestDamageIsNoticed(t *testing.T) {
	want, path := recordEvents(t, t.Context(), source(t, "demo:20"), nil)
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	plain := unpack(t, path)
	random := rand.New(rand.NewPCG(1, 2))
	for name, whole := range map[string][]byte{"zstd": packed, "plain": plain} {
		for range 30 {
			at := random.IntN(len(whole))
			noticed(t, fmt.Sprintf("%s cut at %d of %d", name, at, len(whole)), whole[:at], want)
			bit := byte(1) << random.IntN(8)
			changed := bytes.Clone(whole)
			changed[at] ^= bit
			noticed(t, fmt.Sprintf("%s with bit %#x of byte %d changed", name, bit, at), changed, want)
			noticed(t, fmt.Sprintf("%s without byte %d", name, at), append(bytes.Clone(whole[:at]), whole[at+1:]...), want)
		}
		noticed(t, name+" twice", append(bytes.Clone(whole), whole...), want)
	}
	noticed(t, "cut before the last line end", plain[:len(plain)-1], want)
	noticed(t, "something after the end", append(bytes.Clone(plain), "dn: CN=x\n\n"...), want)
}

// TestDamageSaysWhere: the lines between which it lies, and that it is cut.
func TestDamageSaysWhere(t *testing.T) {
	_, path := recordEvents(t, t.Context(), source(t, "demo:60"), nil)
	plain := unpack(t, path)
	at := len(plain) / 2
	line := bytes.Count(plain[:at], []byte("\n")) + 1
	for _, c := range []struct {
		name string
		b    []byte
		cut  bool
	}{
		{"altered", append(append(bytes.Clone(plain[:at]), plain[at]^1), plain[at+1:]...), false},
		{"cut", plain[:at], true},
	} {
		events := readText(t, string(c.b))
		last := events[len(events)-1]
		var from, to, entries int
		_, err := fmt.Sscanf(last[strings.Index(last, "the recording"):], "the recording was damaged or altered between line %d and line %d", &from, &to)
		if c.cut {
			_, err = fmt.Sscanf(last[strings.Index(last, "the recording"):], "the recording is cut in or after line %d: its first %d entries", &to, &entries)
			if entries == 0 || entries > len(events) {
				t.Errorf("%s: %d entries said, %d events", c.name, entries, len(events))
			}
		}
		if err != nil || from > line || to < line-1 || to-from > 2000 && !c.cut {
			t.Errorf("%s in line %d; the error says %q", c.name, line, last)
		}
		if len(events) < 100 {
			t.Errorf("%s: only %d events were delivered of what comes before", c.name, len(events))
		}
	}
}

// TestDamageShowsInTheCoverage: what was read stays, and is not called complete.
func TestDamageShowsInTheCoverage(t *testing.T) {
	path := record(t, source(t, "demo:200"))
	plain := unpack(t, path)
	s := collect(t, reopen(t, writeFile(t, "cut", plain[:len(plain)*3/4])))
	if s.State.Complete() || s.State.Err == nil || s.Empty() {
		t.Errorf("complete %v, error %v, empty %v", s.State.Complete(), s.State.Err, s.Empty())
	}
	for _, c := range coverage.Of(s) {
		if c.Complete || !strings.Contains(c.Reason, "is cut in or after line") {
			t.Errorf("%s: complete %v, reason %q", c.ObjectType, c.Complete, c.Reason)
		}
	}
}

// sealed adds the last line to the text of a recording, with a sum that fits.
func sealed(text, counts string) string {
	text = "# mbxperm: recording format=1 time=2026-11-21T09:00:00Z\nversion: 1\n" + text
	return fmt.Sprintf("%s# mbxperm: done %s bytes=%d sha256=%x\n", text, counts, len(text), sha256.Sum256([]byte(text)))
}

// TestSumsThatFit: a recording is judged by what it says, too.
func TestSumsThatFit(t *testing.T) {
	const good = "entries=1 searches=0 missed=0"
	for _, c := range []struct{ name, text, counts, want string }{
		{"good", "dn: CN=a\ncn: a\n\n# mbxperm: read future=\"key\"\n", good, "read well"},
		{"not read to the end", "dn: CN=a\ncn: a\n\n", good, "the recording ends before the source was read to its end"},
		{"other counts", "dn: CN=a\ncn: a\n\n# mbxperm: read\n", "entries=2 searches=0 missed=0", "says 2 entries and holds 1"},
		{"no counts", "dn: CN=a\ncn: a\n\n# mbxperm: read\n", "entries=1 searches=0", "no number in missed"},
		{"an unknown event", "# mbxperm: shrug\n# mbxperm: read\n", good, "unknown event"},
		{"an unknown event in a record", "dn: CN=a\n# mbxperm: end id=1\n\n# mbxperm: read\n", good, "inside a record"},
		{"a value of nothing", "dn: CN=a\n# mbxperm: value\n\n# mbxperm: read\n", good, "a value of no attribute"},
		{"no SID", "# mbxperm: missed sid=S-2\n", good, "S-1-"},
		{"no ID", "# mbxperm: end\n", good, "no number in id"},
		{"half a text", "# mbxperm: read error=\"x\n", good, "closing quote"},
		{"folded", "dn: CN=a\ncn: a\n b\n\n# mbxperm: read\n", good, "a folded line"},
	} {
		events := readText(t, sealed(c.text, c.counts))
		if got := fmt.Sprint(events); !strings.Contains(got, c.want) {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

func TestNewerVersion(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`# mbxperm: recording format=2 time=then program="mbxperm 9.0"` + "\n", `recorded by a newer version, "mbxperm 9.0", in format 2`},
		{`# mbxperm: recording format=0` + "\n", "damaged"},
		{`# mbxperm: recording format=x` + "\n", "damaged"},
		{`# mbxperm: recording format=1` + "\n", "damaged"},
		{`# mbxperm: recording format=1 time=2026-11-21T09:00:00Z` + "\n", "cut"},
	} {
		if _, err := ldif.Read("test", strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s gives %v, want %q", c.text, err, c.want)
		}
	}
}

// TestPathThatExists: only a file is replaced, and only if asked; a device is written to.
func TestPathThatExists(t *testing.T) {
	dir := t.TempDir()
	old := writeFile(t, "old", []byte("old"))
	for _, c := range []struct {
		path  string
		force bool
		want  string
	}{
		{old, false, "--force"}, {old, true, ""}, {dir, true, "is a folder"}, {os.DevNull, false, ""},
		{filepath.Join(dir, "none", "x"), false, "no such file"},
	} {
		r, err := ldif.Create(t.Context(), c.path, ldif.Head{}, ldif.Options{Force: c.force})
		if c.want == "" && err == nil {
			err = r.Close()
		} else if err == nil {
			t.Fatalf("%s: no error, want %q", c.path, c.want)
		}
		if got := fmt.Sprint(err); c.want != "" && !strings.Contains(got, c.want) || c.want == "" && err != nil {
			t.Errorf("%s, force %v: %v, want %q", c.path, c.force, err, c.want)
		}
	}
	if b, _ := os.ReadFile(old); bytes.Equal(b, []byte("old")) {
		t.Error("--force did not replace the file")
	}
	noLeftovers(t, filepath.Dir(old))
}

// TestSomebodyElseWasFirst: a file that appears meanwhile is not replaced.
func TestSomebodyElseWasFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r")
	r, err := ldif.Create(t.Context(), path, ldif.Head{}, ldif.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("Close says %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "theirs" {
		t.Error("their file is gone")
	}
	noLeftovers(t, filepath.Dir(path))
}

func noLeftovers(t *testing.T, dir string) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, ".mbxperm-*"))
	if err != nil || len(list) > 0 {
		t.Errorf("left behind: %v %v", list, err)
	}
}

// TestKill: kill -9 in the middle of a recording leaves the old file whole. The
// child is this test again; it records without end.
func TestKill(t *testing.T) {
	if path := os.Getenv("MBXPERM_TEST_RECORD"); path != "" {
		r, err := ldif.Create(t.Context(), path, ldif.Head{}, ldif.Options{Force: true})
		if err != nil {
			t.Fatal(err)
		}
		value := make([]byte, 10_000)
		for i := 0; ; i++ {
			_, _ = rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)}).Read(value)
			r.Entry(&collector.Entry{DN: "CN=x", Attributes: []collector.Attribute{{Name: "x", Values: [][]byte{value}}}})
			time.Sleep(time.Millisecond)
		}
	}
	_, path := recordEvents(t, t.Context(), source(t, "demo:5"))
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestKill$", "-test.v")
	child.Env = append(os.Environ(), "MBXPERM_TEST_RECORD="+path)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Process.Kill()
	pattern := filepath.Join(filepath.Dir(path), ".mbxperm-*")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		list, _ := filepath.Glob(pattern)
		if len(list) == 1 {
			if info, err := os.Stat(list[0]); err == nil && info.Size() > 100_000 {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the child records nothing")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, old) {
		t.Errorf("the old file changed, %v", err)
	}
	list, _ := filepath.Glob(pattern)
	if len(list) != 1 {
		t.Fatalf("%v: want what the child wrote", list)
	}
	b, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	noticed(t, "what a killed recorder left", b, everyEntry(b))
}

// everyEntry reads what can be unpacked of a cut file, so that noticed has
// nothing to compare with but the file itself.
func everyEntry(b []byte) []string {
	z, err := zstd.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	defer z.Close()
	plain, _ := io.ReadAll(z)
	src, err := ldif.Read("test", bytes.NewReader(bytes.SplitN(plain, []byte("version: 1\n"), 2)[1]))
	if err != nil {
		return nil
	}
	return everything(context.Background(), src)
}
