package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mbxperm/model"
)

// full is a disk with room for some bytes.
type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, syscall.ENOSPC
	}
	f.left -= len(b)
	return len(b), nil
}

// TestNoSpaceIsSaid: wherever in a table the disk is full, writing it fails with
// that error.
func TestNoSpaceIsSaid(t *testing.T) {
	r := newRun(demoState(t, "demo:20", model.NewPool()), nil, nil, "test", "")
	for _, name := range []string{"run", "entry", "access"} {
		tab := tableNamed(t, name)
		var whole bytes.Buffer
		if _, err := tab.write(t.Context(), r, &whole); err != nil {
			t.Fatal(err)
		}
		for left := 0; left < whole.Len(); left += max(1, whole.Len()/200) {
			if _, err := tab.write(t.Context(), r, &full{left}); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s, with room for %d of %d bytes: %v", name, left, whole.Len(), err)
			}
		}
	}
}

// TestLinkToNothing: a folder may be a link to one, and what a link leads to must be
// there.
func TestLinkToNothing(t *testing.T) {
	dir := t.TempDir()
	link, there := folder(filepath.Join(dir, "link")), filepath.Join(dir, "there")
	if err := os.Symlink(there, string(link)); err != nil {
		t.Skip(err) // Windows asks for a privilege
	}
	if err := link.check(); err == nil || !strings.Contains(err.Error(), "it is a link to "+there+", which is not there") {
		t.Errorf("a link to nothing: %v", err)
	}
	if err := os.Mkdir(there, 0o700); err != nil {
		t.Fatal(err)
	}
	r := newRun(demoState(t, "demo:5", model.NewPool()), nil, nil, "test", "")
	if err := errors.Join(link.check(), export(t, link, r, false)); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(there, "run", "*", r.id+".parquet")); len(files) != 1 {
		t.Errorf("the run is not where the link leads to: %v", files)
	}
}

// export writes the tables of a run.
func export(t *testing.T, f folder, r *run, force bool) error {
	t.Helper()
	_, err := f.write(t.Context(), r, tables[:4], force, func(string) {})
	return err
}

// TestTwoExportsAtOnce: of two runs both are there, and of one run that two write one
// is, and the other says so.
func TestTwoExportsAtOnce(t *testing.T) {
	dir := folder(filepath.Join(t.TempDir(), "tables"))
	var runs []*run
	for _, name := range []string{"demo:20", "demo:21", "demo:20"} {
		runs = append(runs, newRun(demoState(t, name, model.NewPool()), nil, nil, "test", ""))
	}
	failed := make([]error, len(runs))
	var all sync.WaitGroup
	for i, r := range runs {
		all.Go(func() { failed[i] = export(t, dir, r, false) })
	}
	all.Wait()
	if failed[1] != nil || (failed[0] == nil) == (failed[2] == nil) {
		t.Fatalf("the one %v, the other %v, the one again %v", failed[0], failed[1], failed[2])
	}
	if err := errors.Join(failed...); !strings.Contains(err.Error(), "holds the run "+runs[0].id+" already: --force replaces it") {
		t.Error(err)
	}
	if files, _ := filepath.Glob(dir.path("*", "*", "*.parquet")); len(files) != 2*4 {
		t.Errorf("files: %v", files)
	}
	if left := dir.cutOff(); len(left) > 0 {
		t.Errorf("cut off: %v", left)
	}
}

// TestReaderInTheWay: who reads a run that is replaced reads the old one to its end,
// where a system allows that, or the new one is refused and the old one stays.
func TestReaderInTheWay(t *testing.T) {
	dir := folder(filepath.Join(t.TempDir(), "tables"))
	r := newRun(demoState(t, "demo:20", model.NewPool()), nil, nil, "test", "")
	if err := export(t, dir, r, false); err != nil {
		t.Fatal(err)
	}
	path := dir.fileOf(tableNamed(t, "entry"), r)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	r.version = "another" // which stands in the file
	failed := export(t, dir, r, true)
	old, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(old, before) {
		t.Errorf("the reader got %d bytes of %d: %v", len(old), len(before), err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(now), int64(len(now)))
	if err != nil {
		t.Fatal(err)
	}
	if version, _ := f.Lookup("mbxperm.version"); (failed == nil) != (version == "another") {
		t.Errorf("the file is of version %s, and the export says %v", version, failed)
	}
	if failed != nil && !strings.Contains(failed.Error(), fmt.Sprint("cannot write ", path)) {
		t.Error(failed)
	}
}
