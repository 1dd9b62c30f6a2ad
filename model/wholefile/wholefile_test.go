package wholefile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// put writes a file.
func put(path, content string, replace bool) error {
	f, err := Create(context.Background(), path, replace)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write([]byte(content)); err != nil {
		return err
	}
	return f.Keep()
}

func want(t *testing.T, path, content string) {
	t.Helper()
	if b, err := os.ReadFile(path); err != nil || string(b) != content {
		t.Errorf("%s holds %q, %v; want %q", path, b, err, content)
	}
}

// unfinished lists the unfinished files of a folder.
func unfinished(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, ".mbxperm-*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestKeepAndDiscard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := put(path, "old", false); err != nil {
		t.Fatal(err)
	}
	want(t, path, "old")
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
		t.Errorf("%v, %v; want 0600", info.Mode(), err)
	}
	f, err := Create(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if n := len(unfinished(t, filepath.Dir(path))); n != 1 {
		t.Errorf("%d unfinished files", n)
	}
	want(t, path, "old")
	f.Discard()
	f.Discard()
	if err := put(path, "new", true); err != nil {
		t.Fatal(err)
	}
	want(t, path, "new")
	if list := unfinished(t, filepath.Dir(path)); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

func TestWhatStandsInTheWay(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path    string
		replace bool
		want    string
	}{
		{old, false, old + " exists: choose another name, or --force to replace it"},
		{dir, true, "cannot write " + dir + ": it is a folder"},
		{dir + string(filepath.Separator), true, "it is a folder"},
		{filepath.Join(dir, "none", "x"), false, "cannot write " + filepath.Join(dir, "none", "x") + ": no such file or directory"},
		{filepath.Join(old, "x"), false, "not a directory"},
	} {
		if runtime.GOOS == "windows" && strings.Contains(c.want, "directory") {
			continue // in other words there
		}
		if err := put(c.path, "new", c.replace); err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Contains(err.Error(), ".mbxperm-") {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
}

// TestSomebodyCameFirst: what appeared meanwhile is not replaced.
func TestSomebodyCameFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, err := Create(t.Context(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Keep(); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("Keep says %v", err)
	}
	want(t, path, "theirs")
	if list := unfinished(t, filepath.Dir(path)); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

// TestAbandoned: what a killed process left goes when the next file is begun,
// what a living one writes stays, and so does what another computer writes.
func TestAbandoned(t *testing.T) {
	if path := os.Getenv("MBXPERM_TEST_UNFINISHED"); path != "" {
		if _, err := Create(t.Context(), path, true); err != nil {
			t.Fatal(err)
		}
		fmt.Println("created")
		select {} // until it is killed
	}
	path := filepath.Join(t.TempDir(), "file")
	foreign := filepath.Join(filepath.Dir(path), ".mbxperm-another-1")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestAbandoned$")
	child.Env = append(os.Environ(), "MBXPERM_TEST_UNFINISHED="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "created\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	if err := put(path, "new", false); err != nil {
		t.Fatal(err)
	}
	if list := unfinished(t, filepath.Dir(path)); len(list) != 2 {
		t.Fatalf("while the child lives: %v", list)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	for _, name := range unfinished(t, filepath.Dir(path)) {
		long := time.Now().Add(-time.Hour) // Windows goes by that
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(path, "newer", true); err != nil {
		t.Fatal(err)
	}
	if list := unfinished(t, filepath.Dir(path)); len(list) != 1 || list[0] != foreign {
		t.Errorf("after its death: %v", list)
	}
}

// TestOneOfMany: of many that would make the same file, and replace none, one
// does, and the others say that it is there.
func TestOneOfMany(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "file")
		var all sync.WaitGroup
		var ready sync.WaitGroup
		errs := make([]error, 8)
		ready.Add(len(errs))
		for w := range errs {
			all.Go(func() {
				f, err := Create(t.Context(), path, false)
				ready.Done()
				ready.Wait()
				if err == nil {
					_, _ = f.Write([]byte(fmt.Sprint(w)))
					err = f.Keep()
				}
				errs[w] = err
			})
		}
		all.Wait()
		kept := -1
		for w, err := range errs {
			switch {
			case err == nil && kept >= 0:
				t.Errorf("%d and %d were kept", kept, w)
			case err == nil:
				kept = w
			case !errors.Is(err, fs.ErrExist) || err.Error() != path+" exists: choose another name, or --force to replace it":
				t.Error(err)
			}
		}
		want(t, path, fmt.Sprint(kept))
		if list := unfinished(t, filepath.Dir(path)); len(list) > 0 {
			t.Errorf("left behind: %v", list)
		}
	}
}

// TestManyReplaceOne: of many that replace the same file each does, and it is
// whole whenever somebody looks.
func TestManyReplaceOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var all sync.WaitGroup
	errs := make([]error, 8)
	for w := range errs {
		all.Go(func() {
			content := strings.Repeat(fmt.Sprint(w), 10_000)
			for range 50 {
				errs[w] = errors.Join(errs[w], put(path, content, true))
				if b, err := os.ReadFile(path); err != nil || len(b) != len(content) || strings.Trim(string(b), string(b[:1])) != "" {
					errs[w] = errors.Join(errs[w], fmt.Errorf("%d bytes, %w", len(b), err))
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if list := unfinished(t, filepath.Dir(path)); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

// TestManyAtATime: nobody takes the file of another one for abandoned.
func TestManyAtATime(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	errs := make([]error, 8)
	for w := range errs {
		all.Go(func() {
			for i := range 50 {
				path := filepath.Join(dir, fmt.Sprint(w))
				content := fmt.Sprint(w, i)
				err := put(path, content, true)
				if b, e := os.ReadFile(path); err == nil && (e != nil || string(b) != content) {
					err = fmt.Errorf("%s holds %q, %w", path, b, e)
				}
				errs[w] = errors.Join(errs[w], err)
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if list := unfinished(t, dir); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

// TestKeepAs: a content that is not what its path promises goes beside it, and
// what is at either path stays; of a link, beside what it leads to.
func TestKeepAs(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	link, path := filepath.Join(dir, "link"), filepath.Join(elsewhere, "file")
	rename := func(path string) string { return path + ".partial" }
	for i, name := range []string{path, link} {
		if i == 1 {
			if err := os.Remove(path + ".partial"); err != nil {
				t.Fatal(err)
			}
			if os.Symlink(path, link) != nil {
				t.Skip("no links here")
			}
		}
		f, err := Create(t.Context(), name, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("half")); err != nil {
			t.Fatal(err)
		}
		if got, err := f.KeepAs(rename); err != nil || got != path+".partial" {
			t.Errorf("%s: kept as %s, %v", name, got, err)
		}
		want(t, path+".partial", "half")
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is there", path)
		}
	}
	f, err := Create(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.KeepAs(rename); !errors.Is(err, fs.ErrExist) {
		t.Errorf("what is there was replaced: %v", err)
	}
	want(t, path+".partial", "half")
}
