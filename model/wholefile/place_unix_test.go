//go:build unix

package wholefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLinks: a link stays, and what it leads to is made or replaced, through
// folders that are links and through links that lead up from them.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, d := range []string{"data/deep", "other"} {
		if err := os.MkdirAll(at(d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"report": "data/report", "second": "report", "absolute": at("data/absolute"),
		"folder": "data/deep", "data/deep/up": "../up", // seen through folder, .. is data and not dir
		"loop": "loop2", "loop2": "loop", "astray": "none/x", "todir": "data",
	} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, file string }{
		{"report", "data/report"}, {"second", "data/report"}, {"absolute", "data/absolute"},
		{"folder/up", "data/up"}, {"folder/plain", "data/deep/plain"},
	} {
		before, err := os.Readlink(at(c.path))
		islink := err == nil
		for _, content := range []string{"old", "new"} {
			if err := put(at(c.path), content, true); err != nil {
				t.Fatalf("%s: %v", c.path, err)
			}
			want(t, at(c.file), content)
		}
		if err := put(at(c.path), "unasked", false); !errors.Is(err, fs.ErrExist) || !strings.HasPrefix(err.Error(), at(c.path)+" exists") {
			t.Errorf("%s without leave: %v", c.path, err)
		}
		want(t, at(c.file), "new")
		if after, err := os.Readlink(at(c.path)); islink && (err != nil || after != before) {
			t.Errorf("%s leads to %q (%v) now, want %q", c.path, after, err, before)
		}
	}
	for path, text := range map[string]string{
		"loop": "too many levels of symbolic links", "astray": "no such file or directory", "todir": "it is a folder",
	} {
		if err := put(at(path), "x", true); err == nil || err.Error() != "cannot write "+at(path)+": "+text {
			t.Errorf("%s: %v, want %s", path, err, text)
		}
	}
	// The link is led elsewhere while the file is written.
	f, err := Create(t.Context(), at("report"), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(at("report")), os.Symlink("other/x", at("report"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Keep(); err == nil || !strings.Contains(err.Error(), "leads elsewhere") {
		t.Errorf("Keep says %v", err)
	}
	want(t, at("data/report"), "new")
	for _, d := range []string{"", "data", "data/deep", "other"} {
		if list := unfinished(t, at(d)); len(list) > 0 {
			t.Errorf("left behind: %v", list)
		}
	}
}

// TestStreams: pipes and devices are written to, by their own name, by a link,
// and by the number of a descriptor, with and without leave to replace; nothing
// takes their place.
func TestStreams(t *testing.T) {
	dir := t.TempDir()
	fifo, link := filepath.Join(dir, "fifo"), filepath.Join(dir, "link")
	if err := errors.Join(syscall.Mkfifo(fifo, 0o600), os.Symlink(fifo, link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, link} {
		for _, replace := range []bool{false, true} {
			got := make(chan string)
			go func() {
				b, err := os.ReadFile(fifo)
				got <- fmt.Sprint(string(b), err)
			}()
			if err := put(path, "through", replace); err != nil || !Stream(path) {
				t.Fatalf("%s: %v, a stream: %v", path, err, Stream(path))
			}
			if text := <-got; text != "through<nil>" {
				t.Errorf("%s: the reader got %s", path, text)
			}
		}
	}
	if info, err := os.Lstat(fifo); err != nil || info.Mode().Type() != fs.ModeNamedPipe {
		t.Errorf("the pipe is %v, %v now", info.Mode(), err)
	}
	if err := put(os.DevNull, "x", false); err != nil || !Stream(os.DevNull) || Stream(dir) || Stream(filepath.Join(dir, "none")) {
		t.Errorf("%s: %v", os.DevNull, err)
	}

	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("/dev/fd/%d", w.Fd())
	stdout := filepath.Join(dir, "stdout")
	if err := os.Symlink(name, stdout); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(put(name, "one ", false), put(stdout, "two", true)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if b, err := io.ReadAll(r); string(b) != "one two" || err != nil {
		t.Errorf("the pipe gave %q, %v", b, err)
	}
	if to, err := os.Readlink(stdout); to != name {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if err := put(name, "x", false); err == nil || !strings.Contains(err.Error(), "it is not open") {
		t.Errorf("a descriptor that is closed: %v", err)
	}

	// A file that a descriptor stands for is written to where that is.
	path := filepath.Join(dir, "file")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("head "); err != nil {
		t.Fatal(err)
	}
	if err := put(fmt.Sprintf("/dev/fd/%d", f.Fd()), "body", false); err != nil {
		t.Fatal(err)
	}
	want(t, path, "head body")
}

// TestNobodyReads: whoever waits for the reader of a named pipe can be
// interrupted, and one that comes later finds it as it was.
func TestNobodyReads(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Create(ctx, fifo, false); err == nil || err.Error() != "cannot write "+fifo+": interrupted before anybody read it" {
		t.Errorf("got %v", err)
	}
	f, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := put(fifo, "later", false); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 10)
	if n, err := f.Read(b); string(b[:n]) != "later" {
		t.Errorf("got %q, %v", b[:n], err)
	}
}
