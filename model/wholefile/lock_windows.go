package wholefile

import (
	"os"
	"time"
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
