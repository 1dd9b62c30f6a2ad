//go:build unix

package session_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mbxperm/collector/session"
)

// TestHistoryCachePipe: what stands in the place of a remembered number and is no file
// is neither read nor waited for.
func TestHistoryCachePipe(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache) // where macOS has its caches
	recordDemo(t, "demo:20", filepath.Join(dir, "new.ldif.zst"))
	write(t, filepath.Join(dir, "old.ldif.zst"), packed(t, withoutCounts(plain(t, filepath.Join(dir, "new.ldif.zst")))))
	want, _, err := session.History(t.Context(), dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pipes := 0
	_ = filepath.WalkDir(cache, func(path string, _ fs.DirEntry, _ error) error {
		if strings.HasSuffix(path, ".json") && os.Remove(path) == nil && syscall.Mkfifo(path, 0o600) == nil {
			pipes++
		}
		return nil
	})
	if pipes != 1 {
		t.Fatalf("%d pipes", pipes)
	}
	done := make(chan bool)
	go func() {
		got, _, err := session.History(t.Context(), dir, nil, nil)
		done <- err == nil && len(got) == len(want) && got[1].Counts == want[1].Counts
	}()
	select {
	case ok := <-done:
		if !ok {
			t.Error("other numbers than before")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for a pipe")
	}
}
