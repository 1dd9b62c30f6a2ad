package ldif

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFolder: a recording in a folder is named by the time, the newest one is
// found by its name, and whatever else lies there is passed over.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Newest(dir); !errors.Is(err, ErrNoRecording) {
		t.Errorf("an empty folder: %v", err)
	}
	at := time.Date(2026, 3, 1, 1, 30, 0, 0, time.FixedZone("", 3600))
	older, newer := InFolder(dir, at), InFolder(dir, at.Add(24*time.Hour))
	if want := filepath.Join(dir, "2026-03-01T003000Z.ldif.zst"); older != want {
		t.Errorf("named %s, want %s", older, want)
	}
	for i, name := range []string{newer, older, filepath.Join(dir, "zebra.ldif.zst"), filepath.Join(dir, "2027-01-01T000000Z.ldif")} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Newest(dir); err != nil || got != newer {
			t.Errorf("%d: newest %s, %v", i, got, err)
		}
	}
	if err := os.Mkdir(InFolder(dir, at.Add(48*time.Hour)), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := Newest(dir); err != nil || got != newer {
		t.Errorf("with a folder: newest %s, %v", got, err)
	}
	for _, name := range []string{newer, "contoso.com", "-", ""} { // what is no folder stays as it is
		if got, err := Newest(name); err != nil || got != name || InFolder(name, at) != name {
			t.Errorf("%q became %q, %q, %v", name, got, InFolder(name, at), err)
		}
	}
}
