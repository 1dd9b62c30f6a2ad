package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFolderOfTheDead: what a killed process left is removed by the next, and a
// folder in use is not.
func TestFolderOfTheDead(t *testing.T) {
	dir := t.TempDir()
	living, err := CreateFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := living.Create("entry")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	dead := filepath.Join(dir, folderPrefix+"DEAD")
	if err := os.Mkdir(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{folderLock, "entry"} {
		path := filepath.Join(dead, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	second, err := CreateFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dead); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the abandoned folder is still there: %v", err)
	}
	to := filepath.Join(dir, "to")
	if err := living.Move("entry", to, false); err != nil {
		t.Errorf("the folder in use is gone: %v", err)
	}
	if f, err = second.Create("entry"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := second.Move("entry", to, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file was replaced: %v", err)
	}
	if err := second.Move("entry", to, true); err != nil {
		t.Error(err)
	}
	living.Discard()
	second.Discard()
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
