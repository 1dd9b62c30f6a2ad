package ldif

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// stamp names a recording in a folder by when it began, in UTC: in the order of
// their names they are in the order of time, and no system forbids a character.
const stamp = "2006-01-02T150405Z"

const suffix = ".ldif.zst"

// InFolder returns where a recording goes: to path itself, or, where that is a
// folder, to a file in it that is named by the time.
func InFolder(path string, now time.Time) string {
	if !isFolder(path) {
		return path
	}
	return filepath.Join(path, now.UTC().Format(stamp)+suffix)
}

// ErrNoRecording is what Newest returns for a folder without a recording.
var ErrNoRecording = errors.New("there is no recording in it yet")

// Newest returns the newest recording in a folder, of those that InFolder named;
// whatever else lies there counts for nothing. What is no folder it returns as it is.
func Newest(path string) (string, error) {
	if !isFolder(path) {
		return path, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", fmt.Errorf("cannot read %s: %w", path, reason(err))
	}
	for i := len(entries) - 1; i >= 0; i-- { // they come in the order of their names
		if _, err := time.Parse(stamp+suffix, entries[i].Name()); err == nil && entries[i].Type().IsRegular() {
			return filepath.Join(path, entries[i].Name()), nil
		}
	}
	return "", fmt.Errorf("%s: %w", path, ErrNoRecording)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return path != "" && err == nil && info.IsDir()
}
