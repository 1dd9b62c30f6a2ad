package ui

import (
	"path/filepath"
	"testing"

	"mbxperm/ui/settings"
)

// TestBookmarks: m keeps a bookmark of a line and drops it again, ' goes to one, also
// in another recording of the same directory.
func TestBookmarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	use := func(d *driver, a *app) {
		t.Helper()
		s, err := settings.LoadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d.On(func() { a.options.Settings = s })
	}
	d, a := driveDemo(t, 120, 32)
	use(d, a)
	d.Press("'")
	d.WantScreen("there is no bookmark in this directory: m keeps one of a line")
	d.find("svc-backup")
	d.idle(a)
	d.Press("m")
	d.WantScreen("svc-backup has a bookmark: ' lists them")
	d.Press("Esc")
	d.find("front.desk")
	d.idle(a)
	d.Press("Enter", "m")
	d.WantScreen("front.desk has a bookmark")

	d, a = driveDemo(t, 80, 24)
	use(d, a)
	d.Press("'")
	d.WantScreen("Bookmarks", "svc-backup", "front.desk", "S-1-5-21-", "Delete drop")
	d.Press("Enter")
	d.WantScreen("svc-backup · ", "reverse ·")
	d.WantSelected("svc-backup")
	d.Press("m")
	d.WantScreen("svc-backup has no bookmark any more")
	d.Press("'", "Enter")
	d.WantScreen("front.desk · ", "forward · ")
	d.Press("'", "Delete")
	d.WantGone("Bookmarks")
	d.Press("'")
	d.WantScreen("there is no bookmark in this directory")
	d.Press("o")
	d.WantScreen("Enter choose")
	d.WantGone("Delete drop") // which is for bookmarks
}

// TestTrailWithoutRounds: the way from a place back to itself is left out.
func TestTrailWithoutRounds(t *testing.T) {
	for _, c := range []struct{ names, want []string }{
		{[]string{"a"}, []string{"a"}},
		{[]string{"a", "a", "b"}, []string{"a", "b"}},
		{[]string{"a", "b", "a", "c"}, []string{"a", "c"}},
		{[]string{"a", "b", "c", "b", "d", "b"}, []string{"a", "b"}},
	} {
		if got := withoutRounds(c.names); len(got) != len(c.want) || got[len(got)-1] != c.want[len(c.want)-1] {
			t.Errorf("%q is %q, want %q", c.names, got, c.want)
		}
	}
}
