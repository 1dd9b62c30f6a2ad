package settings

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCompletePath(t *testing.T) {
	dir := t.TempDir() + string(filepath.Separator)
	t.Setenv("HOME", dir)
	for _, name := range []string{"monday.ldif", "monday.ldif.zst", "Überblick", ".hidden"} {
		if err := os.WriteFile(dir+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir+"records", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, want string }{
		{dir + "mo", dir + "monday.ldif"}, {dir + "r", dir + "records" + string(filepath.Separator)},
		{dir + "x", dir + "x"}, {dir, dir}, {dir + "Ü", dir + "Überblick"}, {dir + ".", dir + ".hidden"},
		{filepath.Join(dir, "none", "x"), filepath.Join(dir, "none", "x")}, {"~" + string(filepath.Separator) + "mo", dir + "monday.ldif"},
	} {
		if got := CompletePath(c.in); filepath.Clean(got) != filepath.Clean(c.want) {
			t.Errorf("completePath(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
