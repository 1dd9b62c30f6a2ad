package wholefile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const closeFirst = true // Windows renames no file that is open

// hold need do nothing: Windows removes no file that is open.
func hold(*os.File) bool { return true }

// removeAbandoned removes an unfinished file that no process has open. One that
// was written to just now may be closed and about to get its name.
func removeAbandoned(name string) {
	if info, err := os.Lstat(name); err == nil && time.Since(info.ModTime()) > time.Minute {
		os.Remove(name)
	}
}

// tryLock locks a file until it is closed, unless another has it.
func tryLock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
