// Package wholefile writes files of which there is at every moment the old one
// or the new one, whole: recordings and reports are evidence.
//
// It knows nothing of the model. It lies here because both those who collect and
// those who report write such files, and model is what they have in common.
package wholefile

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file to be. It is written under another name beside its path, for
// its owner's eyes only (0600; on Windows a protected DACL), and gets its own
// name from Keep. Its methods are called by one goroutine.
//
// A link is followed: the file that it leads to is made or replaced, and the link
// stays. What is no file but takes text, a pipe, a terminal or another device, is
// written to as it comes: a stream. It is never replaced, and Keep only ends it.
//
// A process that is killed leaves the unfinished file behind. Whoever creates
// one in the same folder removes it: an unfinished file is locked for as long as
// its process lives.
type File struct {
	file    *os.File
	temp    string // its name for now; empty for a stream
	at      place
	replace bool
}

// Vacant reports what stands in the way of a file at path: one that exists,
// unless it is to be replaced (fs.ErrExist), a folder, a disk, a socket. Nothing
// stands in the way of a stream.
func Vacant(path string, replace bool) error {
	_, err := vacant(path, replace)
	return err
}

// Stream reports whether a path leads to what is no file and takes text all the
// same: a pipe, a terminal, another device, whatever this process has open.
func Stream(path string) bool {
	p, err := find(path)
	return err == nil && p.stream
}

func vacant(path string, replace bool) (place, error) {
	p, err := find(path)
	if err == nil && p.exists && !replace {
		err = existsError(path)
	}
	return p, err
}

// existsError is the path of a file that is not to be replaced.
type existsError string

func (e existsError) Error() string {
	return string(e) + " exists: choose another name, or --force to replace it"
}

// Is makes it fs.ErrExist.
func (existsError) Is(target error) bool { return target == fs.ErrExist }

// Create begins a file. What is at path stays as it is until Keep. A named pipe
// is opened when somebody reads it, or ctx ends.
func Create(ctx context.Context, path string, replace bool) (*File, error) {
	p, err := vacant(path, replace)
	if err != nil {
		return nil, err
	}
	if p.stream {
		f, err := p.open(ctx)
		if err != nil {
			return nil, cannot(path, err)
		}
		return &File{file: f, at: p}, nil
	}
	dir := filepath.Dir(p.file)
	clean(dir)
	for {
		f, err := createTemp(dir)
		if err != nil {
			return nil, cannot(path, err)
		}
		if hold(f) {
			return &File{file: f, temp: f.Name(), at: p, replace: replace}, nil
		}
		// In the moment between its birth and its lock somebody took it for an
		// abandoned one.
		f.Close()
		os.Remove(f.Name())
	}
}

// createTemp creates a file under a name that nobody else has.
func createTemp(dir string) (*os.File, error) {
	for {
		f, err := createPrivate(filepath.Join(dir, prefix()+rand.Text()))
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Append opens a file to add to it. One that is not there yet is made for its
// owner's eyes only; what is there stays.
func Append(path string) (*os.File, error) {
	if f, err := createPrivate(path); err == nil {
		f.Close()
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, cannot(path, err)
	}
	return f, nil
}

// Write appends to the file.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	if err != nil {
		err = cannot(f.at.path, err)
	}
	return n, err
}

// String returns the path.
func (f *File) String() string { return f.at.path }

// Fd returns what the system knows the open file by: whoever writes may ask
// whether it is a terminal.
func (f *File) Fd() uintptr { return f.file.Fd() }

// Sync returns when all that was written is on the disk: for files that belong
// together, none of which may get its name before all are there. Keep syncs too.
func (f *File) Sync() error {
	if f.at.stream {
		return nil
	}
	if err := f.file.Sync(); err != nil {
		return cannot(f.at.path, err)
	}
	return nil
}

// Keep gives the file its name; its content is complete then, and on the disk.
// On an error there is what was there before, and the file is gone.
func (f *File) Keep() error {
	defer f.Discard()
	if f.at.stream {
		return f.closeStream()
	}
	if err := f.Sync(); err != nil {
		return err
	}
	now, err := vacant(f.at.path, f.replace) // somebody may have come first
	switch {
	case err != nil:
		return err
	case now.file != f.at.file:
		return fmt.Errorf("cannot write %s: it leads elsewhere than it did before", f.at.path)
	}
	if closeFirst {
		f.file.Close()
	}
	if now.exists {
		err = os.Rename(f.temp, f.at.file)
	} else {
		err = renameNew(f.temp, f.at.file)
	}
	switch {
	case errors.Is(err, fs.ErrExist) && !f.replace: // in this very moment
		return existsError(f.at.path)
	case errors.Is(err, fs.ErrExist):
		err = os.Rename(f.temp, f.at.file)
	}
	if err != nil {
		return cannot(f.at.path, err)
	}
	f.temp = ""
	// The new name is on the disk when the folder is. Some systems cannot sync
	// a folder; there is nothing to be done about it.
	if d, err := os.Open(filepath.Dir(f.at.file)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return nil
}

// closeStream ends a stream. Standard output and standard error stay: others
// write to them.
func (f *File) closeStream() error {
	if f.file == os.Stdout || f.file == os.Stderr {
		return nil
	}
	if err := f.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return cannot(f.at.path, err)
	}
	return nil
}

// KeepAs is Keep under another name beside that of Create, for a content that is
// not what that one promises; nothing is replaced. It returns where the file is.
// What is a stream stays one.
func (f *File) KeepAs(rename func(path string) string) (string, error) {
	if !f.at.stream {
		f.at, f.replace = place{path: rename(f.at.file)}, false
		f.at.file = f.at.path
	}
	return f.at.path, f.Keep()
}

// Discard removes the file, unless it was kept.
func (f *File) Discard() {
	if f.at.stream {
		_ = f.closeStream()
		return
	}
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
	return fmt.Errorf("cannot write %s: %w", path, Cause(err))
}

// Cause takes the paths out of a file error, for a message that names the file
// already. The other name of a rename is nobody's business.
func Cause(err error) error {
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
