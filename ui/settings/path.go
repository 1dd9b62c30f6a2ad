package settings

import (
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// CompletePath adds to a path what all files and folders that begin like it
// have in common, and a separator behind a folder that is the only one.
func CompletePath(path string) string {
	dir, name := filepath.Split(ExpandHome(path))
	entries, err := os.ReadDir(filepath.Clean(dir + "."))
	if err != nil {
		return path
	}
	common, n, folder := "", 0, false
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), name) || name == "" && strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if n++; n == 1 {
			common = e.Name()
			info, err := os.Stat(filepath.Join(dir, e.Name())) // a link to a folder is one too
			folder = err == nil && info.IsDir()
			continue
		}
		for !strings.HasPrefix(e.Name(), common) {
			_, size := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-size]
		}
	}
	if n == 0 || common == "" {
		return path
	}
	if n == 1 && folder {
		common += string(filepath.Separator)
	}
	return dir + common
}

// ExpandHome puts the home folder in the place of a ~ at the beginning, as a
// shell does.
func ExpandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + rest
}

// FileExists reports whether there is something with this name.
func FileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
