package wholefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// place is where a path leads.
type place struct {
	path   string // as it was given: errors name it so
	file   string // at the end of all links; empty for a stream
	exists bool   // there is such a file
	stream bool   // it is no file, and takes what is written to it
	fd     int    // of a stream that this process has open already, else -1
}

// mostLinks is how many links lead on from each other at most, as on Linux.
const mostLinks = 40

// find follows a path. The errors say what stands in the way of writing there.
func find(path string) (place, error) {
	p := place{path: path, fd: -1}
	// Where a link is not to be followed, in a folder of everybody's, only the
	// system knows (Linux: protected_symlinks).
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, cannot(path, err)
	}
	if info != nil && info.IsDir() {
		return p, fmt.Errorf("cannot write %s: it is a folder", path)
	}
	if p.file, p.fd, err = follow(path); err != nil {
		return p, cannot(path, err)
	}
	if info == nil {
		return p, p.absent()
	}
	switch mode := info.Mode(); {
	case p.fd >= 0, mode.Type()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
		p.stream, p.file = true, ""
		return p, nil
	case !mode.IsRegular():
		return p, fmt.Errorf("cannot write %s: it exists and is no file", path)
	}
	p.exists = true
	// A link of /proc leads to a file that was removed, too.
	if _, err := os.Lstat(p.file); err != nil && p.file != path {
		return p, fmt.Errorf("cannot write %s: the link leads to a file without a name", path)
	}
	return p, nil
}

// absent says what stands in the way of a file where there is none yet.
func (p *place) absent() error {
	if p.fd >= 0 {
		return fmt.Errorf("cannot write %s: it is not open", p.path)
	}
	if _, err := os.Stat(filepath.Dir(p.file)); err != nil {
		return cannot(p.path, err)
	}
	return nil
}

// follow returns the name at the end of all links, whether there is something of
// that name or not, or the descriptor of this process that the links lead to.
//
// A descriptor has to be known by its number. What /dev/stdout leads to may be a
// file by its name, but whoever redirected standard output there means to write
// behind what is in it already.
func follow(path string) (string, int, error) {
	for range mostLinks {
		dir, name := filepath.Split(path)
		if name == "" {
			return "", -1, errors.New("there is no such folder")
		}
		if n, err := strconv.Atoi(name); err == nil && n >= 0 && holdsDescriptors(dir) {
			return "", n, nil
		}
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return path, -1, nil
		case err != nil:
			return "", -1, err
		case info.Mode().Type() != fs.ModeSymlink:
			return path, -1, nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", -1, err
		}
		if !filepath.IsAbs(to) {
			to = dir + to // not cleaned: .. leads up from where dir really is
		}
		path = to
	}
	return "", -1, errors.New("too many links")
}

// holdsDescriptors reports whether the names in a folder are numbers of what
// this process has open.
func holdsDescriptors(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	return err == nil && (real == "/dev/fd" || real == fmt.Sprintf("/proc/%d/fd", os.Getpid()))
}

// open opens a stream.
func (p *place) open(ctx context.Context) (*os.File, error) {
	switch p.fd {
	case 1: // and no copy of it: who writes to a pipe that nobody reads any more ends without a word
		return os.Stdout, nil
	case 2:
		return os.Stderr, nil
	}
	if p.fd >= 0 {
		return openDescriptor(p.fd, p.path)
	}
	type outcome struct {
		f   *os.File
		err error
	}
	done := make(chan outcome)
	go func() { // a named pipe takes until somebody reads it
		f, err := os.OpenFile(p.path, os.O_WRONLY, 0)
		select {
		case done <- outcome{f, err}:
		case <-ctx.Done():
			if err == nil {
				f.Close()
			}
		}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-ctx.Done():
		return nil, errors.New("interrupted before anybody read it")
	}
}
