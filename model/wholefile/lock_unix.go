//go:build unix

package wholefile

import (
	"errors"
	"os"
	"syscall"
)

const closeFirst = false // a file may be renamed while it is open, and locked

// hold locks an unfinished file until it is closed or its process ends, and
// reports whether it is still there. A file system without locks has none for
// removeAbandoned either.
func hold(f *os.File) bool {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return false
	}
	return isAt(f, f.Name())
}

// isAt reports whether the open file is the one of that name.
func isAt(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(mine, there)
}

// removeAbandoned removes an unfinished file that nobody holds.
func removeAbandoned(name string) {
	// For writing: some network file systems lock nothing else.
	f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(f, name) {
		os.Remove(name)
	}
}

// tryLock locks a file until it is closed, unless another has it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
