package cli

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"

	"github.com/klauspost/compress/zstd"
)

// packed is a text as gzip.
func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func changed(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

// altered changes a bit in the middle of a packed file, one that the decoder does
// not take for the end of the file, neither of all at once nor as a stream.
func altered(t *testing.T, z *zstd.Decoder, good []byte) []byte {
	t.Helper()
	for at := len(good) / 2; at < len(good); at++ {
		bad := changed(good, at)
		if _, err := z.DecodeAll(bad, nil); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
			continue
		}
		stream, err := zstd.NewReader(bytes.NewReader(bad))
		if err != nil {
			continue
		}
		_, err = io.Copy(io.Discard, stream)
		stream.Close()
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return bad
		}
	}
	t.Fatal("every change looks like a cut")
	return nil
}

// TestDamagedRecordings: whatever is wrong with a recording, one sentence says
// which, where and what to do, and the exit code whether there is something to
// show. Files that are wrong as text are in testdata/bad-files.txtar.
func TestDamagedRecordings(t *testing.T) {
	good, err := os.ReadFile(program.Record(t, program.Gaps, "demo:60"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	plain, err := z.DecodeAll(good, nil)
	if err != nil {
		t.Fatal(err)
	}
	const recorded = "; copy it again, or record anew"
	newer := bytes.Replace(bytes.Replace(plain, []byte("format=1"), []byte("format=2"), 1), []byte("mbxperm (devel)"), []byte("mbxperm 9.0"), 1)
	for _, c := range []struct {
		name, content string
		code          int
		want          []string
	}{
		{"cut early", string(good[:40]), program.Failed, []string{"cannot read FILE: it is cut before its first entry: copy it again"}},
		{"cut", string(plain[:len(plain)/2]), program.Gaps, []string{"incomplete: the recording is cut in or after line ", recorded, "incomplete for the same reason"}},
		{"cut zstd", string(good[:len(good)/2]), program.Gaps, []string{"incomplete: the recording is cut in or after line ", recorded}},
		{"cut gzip", string(packed(t, plain)[:3000]), program.Failed, []string{": the recording is cut in or after line ", recorded}},
		{"altered", string(changed(plain, len(plain)/2)), program.Gaps, []string{"incomplete: the recording was damaged or altered between line ", recorded}},
		{"altered zstd", string(altered(t, z, good)), program.Gaps, []string{"incomplete: the recording was damaged or altered between line ", recorded}},
		{"newer", string(newer), program.Failed, []string{`cannot read FILE: it was recorded by a newer version, "mbxperm 9.0", in format 2, and this one reads format 1: use the newer one`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, said, code := program.Run(t, "report", "totals", file, "--format", "csv")
			errs := program.WithoutEvidence(said)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, want := range c.want {
				if want = strings.ReplaceAll(want, "FILE", file); strings.Count(errs, want) != 1 && want != "incomplete for the same reason" || !strings.Contains(errs, want) {
					t.Errorf("not said, or more than once: %q", want)
				}
			}
			if n := strings.Count(errs, "\n"); c.code == program.Failed && n != 1 || strings.Contains(errs, "goroutine") {
				t.Errorf("not one sentence")
			}
			if t.Failed() {
				t.Log(errs)
			}
		})
	}
}

// TestDevices: a device is written to, and not replaced by a file.
func TestDevices(t *testing.T) {
	for _, args := range [][]string{{"record", "demo:5", os.DevNull, "--force"}, {"report", "totals", "demo:5", "-o", os.DevNull, "--force"}} {
		if _, errs, code := program.Run(t, args...); code != program.Gaps {
			t.Errorf("%v: exit code %d, stderr %q", args, code, errs)
		}
		if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
			t.Fatalf("%v: the device is a file now: %v, %v", args, info, err)
		}
	}
}
