// Package wholefile writes files of which there is at every moment the old one
// or the new one, whole: recordings and reports are evidence.
//
// It knows nothing of the model. It lies here because both those who collect and
// those who report write such files, and model is what they have in common.
package wholefile

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file to be. It is written under another name beside its path, for
// its owner's eyes only, and gets its own name from Keep. Its methods are called
// by one goroutine.
//
// A process that is killed leaves the unfinished file behind. Whoever creates
// one in the same folder removes it: an unfinished file is locked for as long as
// its process lives.
type File struct {
	file    *os.File
	temp    string // its name for now
	path    string
	replace bool
}

// Vacant reports what stands in the way of a file at path: one that exists,
// unless it is to be replaced, and anything that is no file. A link is replaced
// itself, not what it points to.
func Vacant(path string, replace bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cannot(path, err)
	case info.IsDir():
		return fmt.Errorf("cannot write %s: it is a folder", path)
	case !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink:
		return fmt.Errorf("cannot write %s: it exists and is no file", path)
	case !replace:
		return fmt.Errorf("%s exists: choose another name, or --force to replace it", path)
	}
	return nil
}

// Create begins a file. What is at path stays as it is until Keep.
func Create(path string, replace bool) (*File, error) {
	if err := Vacant(path, replace); err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	clean(dir)
	for {
		f, err := os.CreateTemp(dir, prefix()+"*") // created 0600
		if err != nil {
			return nil, cannot(path, err)
		}
		if hold(f) {
			return &File{file: f, temp: f.Name(), path: path, replace: replace}, nil
		}
		// In the moment between its birth and its lock somebody took it for an
		// abandoned one.
		f.Close()
		os.Remove(f.Name())
	}
}

// Write appends to the file.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	if err != nil {
		err = cannot(f.path, err)
	}
	return n, err
}

// String returns the path.
func (f *File) String() string { return f.path }

// Sync returns when all that was written is on the disk: for files that belong
// together, none of which may get its name before all are there. Keep syncs too.
func (f *File) Sync() error {
	if err := f.file.Sync(); err != nil {
		return cannot(f.path, err)
	}
	return nil
}

// Keep gives the file its name; its content is complete then, and on the disk.
// On an error there is what was there before, and the file is gone.
func (f *File) Keep() error {
	defer f.Discard()
	if err := f.Sync(); err != nil {
		return err
	}
	if err := Vacant(f.path, f.replace); err != nil { // somebody may have come first
		return err
	}
	if closeFirst {
		f.file.Close()
	}
	if err := os.Rename(f.temp, f.path); err != nil {
		return cannot(f.path, err)
	}
	f.temp = ""
	// The new name is on the disk when the folder is. Some systems cannot sync
	// a folder; there is nothing to be done about it.
	if d, err := os.Open(filepath.Dir(f.path)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return nil
}

// Discard removes the file, unless it was kept.
func (f *File) Discard() {
	if closeFirst {
		f.file.Close()
	}
	if f.temp != "" {
		os.Remove(f.temp)
		f.temp = ""
	}
	f.file.Close() // and with this goes the lock
}

// prefix begins the names of unfinished files of this computer: the lock of a
// file in a shared folder need not be seen by another one.
func prefix() string {
	host, _ := os.Hostname()
	h := fnv.New32a()
	h.Write([]byte(host))
	return fmt.Sprintf(".mbxperm-%08x-", h.Sum32())
}

// clean removes what killed processes left in a folder. Nothing depends on it.
func clean(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	for ours := prefix(); ; {
		names, err := d.Readdirnames(1000) // of how many there are, nobody knows
		for _, name := range names {
			if strings.HasPrefix(name, ours) {
				removeAbandoned(filepath.Join(dir, name))
			}
		}
		if err != nil {
			return
		}
	}
}

func cannot(path string, err error) error {
	return fmt.Errorf("cannot write %s: %w", path, cause(err))
}

// cause takes the paths out of a file error: the message names the file already,
// and the other name is nobody's business.
func cause(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
