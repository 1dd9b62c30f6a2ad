package ldif

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// file is where a recording goes.
type file interface {
	io.Writer
	fmt.Stringer // its name, for errors
	keep() error // the content is complete
	discard()    // it is not, and never will be
}

// wholeFile is written under another name beside path and gets its own when it
// is complete and on the disk, so that at every moment there is the old file or
// the new one, whole.
type wholeFile struct {
	*os.File
	path  string
	force bool
}

func createFile(path string, force bool) (*wholeFile, error) {
	w := &wholeFile{path: path, force: force}
	if err := w.vacant(); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".mbxperm-*") // created 0600
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	w.File = f
	return w, nil
}

// vacant reports what stands in the way of a file at path. A link is replaced
// itself, not what it points to.
func (w *wholeFile) vacant() error {
	info, err := os.Lstat(w.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot write %s: %w", w.path, reason(err))
	case !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink:
		return fmt.Errorf("cannot write %s: it exists and is no file", w.path)
	case !w.force:
		return fmt.Errorf("%s exists: choose another name, or --force to replace it", w.path)
	}
	return nil
}

func (w *wholeFile) String() string { return w.path }

func (w *wholeFile) keep() error {
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.path, reason(err))
	}
	if err := w.vacant(); err != nil { // somebody may have come first
		return err
	}
	if err := os.Rename(w.Name(), w.path); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.path, err)
	}
	// The new name is on the disk when the folder is. Some systems cannot sync
	// a folder; there is nothing to be done about it.
	if d, err := os.Open(filepath.Dir(w.path)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return nil
}

func (w *wholeFile) discard() {
	w.Close()
	os.Remove(w.Name())
}
