package settings

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mbxperm", "settings.json")
	s, err := LoadFile(path)
	if err != nil || s.Theme != "" || s.Recent != nil {
		t.Fatalf("without a file: %+v, %v", s, err)
	}
	s.Theme = "light"
	for _, source := range []string{"a", "b", "c", "d", "a", "e", "f"} {
		s.Remember(Recent{Source: source, User: "auditor@contoso.com"})
	}
	s.Remember(Recent{Source: "f", User: "other@contoso.com", Auth: "ntlm"})
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	got, err := LoadFile(path)
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("read back: %+v, %v, want %+v", got, err, s)
	}
	names := ""
	for _, r := range got.Recent {
		names += r.Source
	}
	if names != "ffead" {
		t.Errorf("the last ones are %q", names)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSettingsDamaged: a file that cannot be read is said so, and left alone.
func TestSettingsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	const damaged = `{"theme": "light", `
	if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := LoadFile(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "repair it or remove it") {
		t.Errorf("got %v", err)
	}
	s.Theme = "dark"
	if err := s.Save(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path); string(b) != damaged {
		t.Errorf("the file now holds %q", b)
	}
}

// TestNothingToSave: a run in which nothing was chosen leaves no file behind,
// and does not touch one.
func TestNothingToSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mbxperm", "settings.json")
	s, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made for nothing")
	}
	s.Theme = "dark"
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("what has not changed was written again")
	}
}

// TestBookmarks: a second time drops a bookmark, each directory has its own, and they
// are there in the next run.
func TestBookmarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	s, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, b := Bookmark{"anna", "S-1-5-21-1-2-3-1001"}, Bookmark{"board", "S-1-5-21-1-2-3-1002"}
	for i, c := range []struct {
		directory string
		b         Bookmark
		is        bool
	}{{"contoso", a, true}, {"contoso", b, true}, {"fabrikam", a, true}, {"fabrikam", a, false}, {"contoso", a, false}} {
		if got := s.ToggleBookmark(c.directory, c.b); got != c.is {
			t.Errorf("step %d: %v", i, got)
		}
	}
	for i := range 2 * mostBookmarks {
		s.ToggleBookmark("many", Bookmark{Name: "u", ID: strings.Repeat("1", i+1)})
	}
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	again, err := LoadFile(path)
	if err != nil || len(again.Bookmarks) != 2 || len(again.Bookmarks["contoso"]) != 1 || again.Bookmarks["contoso"][0] != b || len(again.Bookmarks["many"]) != mostBookmarks {
		t.Errorf("%+v, %v", again, err)
	}
}
