package wholefile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folder is a hidden folder inside another, for files that belong together: each
// is written there and moved to its place once all are whole. Its methods are
// called by one goroutine.
//
// A process that is killed leaves its folder behind. Whoever makes one in the same
// place removes it: a file in it is locked for as long as its process lives.
type Folder struct {
	path string
	lock *os.File
}

const (
	folderPrefix = ".mbxperm-run-"
	folderLock   = "lock"
)

// CreateFolder makes a hidden folder in dir, which must be there.
func CreateFolder(dir string) (*Folder, error) {
	cleanFolders(dir)
	for {
		path := filepath.Join(dir, folderPrefix+rand.Text())
		if err := os.Mkdir(path, 0o700); err != nil {
			return nil, cannot(dir, err)
		}
		f, err := createPrivate(filepath.Join(path, folderLock))
		switch {
		case err == nil && hold(f):
			return &Folder{path, f}, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			os.Remove(path)
			return nil, cannot(dir, err)
		case err == nil:
			f.Close()
		}
		// In the moment between its birth and its lock somebody took it for an
		// abandoned one.
		os.RemoveAll(path)
	}
}

// cleanFolders removes what killed processes left. Nothing depends on it.
func cleanFolders(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), folderPrefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		lock := filepath.Join(path, folderLock)
		removeAbandoned(lock)
		if _, err := os.Lstat(lock); errors.Is(err, fs.ErrNotExist) {
			os.RemoveAll(path)
		}
	}
}

// Create begins a file in the folder, for its owner's eyes only. Whoever writes it
// syncs and closes it.
func (f *Folder) Create(name string) (*os.File, error) {
	file, err := createPrivate(filepath.Join(f.path, name))
	if err != nil {
		return nil, cannot(name, err)
	}
	return file, nil
}

// Move gives a file of the folder its place. Without replace nothing is replaced
// (fs.ErrExist).
func (f *Folder) Move(name, to string, replace bool) error {
	from := filepath.Join(f.path, name)
	err := renameNew(from, to)
	if errors.Is(err, fs.ErrExist) {
		if !replace {
			return existsError(to)
		}
		err = os.Rename(from, to)
	}
	if err != nil {
		return cannot(to, err)
	}
	// The new name is on the disk when the folder is, where a system can do that.
	if d, err := os.Open(filepath.Dir(to)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return nil
}

// Discard removes the folder with what is still in it.
func (f *Folder) Discard() {
	f.lock.Close()
	os.RemoveAll(f.path)
}
