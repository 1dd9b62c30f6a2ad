package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreenPeople: who gets into a mailbox as a tree; Enter unfolds, / finds in what is
// folded, E writes the leaves.
func TestScreenPeople(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, _ func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("front.desk")
		d.Press("p")
		d.WantScreen("People · front.desk", "- Open", "Allowed")
		d.Press("/")
		d.TypeText("Send As")
		d.Press("Enter")
		d.WantSelected("Send As")
		d.Press("Home", "Left")
		d.WantScreen("+ Open")
		d.Press("Right")
		d.WantScreen("- Open")
		file := filepath.Join(t.TempDir(), "people.csv")
		d.Press("E")
		d.WantScreen("export to ")
		d.Press("Ctrl-U")
		d.TypeText(file)
		d.Press("Enter")
		d.WantScreen("records written to")
		b, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(b), "part,name,domain,sid,dn,kind,state,answer,trustee,") || !strings.Contains(string(b), "Open,front.desk,") {
			t.Errorf("%.200q, %v", b, err)
		}
		d.Press("Backspace")
		d.On(func() {
			if a.people() != nil {
				t.Error("Backspace leaves the page open")
			}
		})
	})
}

// TestScreenPeopleWhy: where there is no room for what is known of a line below the
// tree, x and Tab show it on a page, and the foot names the key.
func TestScreenPeopleWhy(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, _ func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("front.desk")
		d.Press("p")
		d.WantScreen("People · front.desk", "x why", "Esc close")
		for _, key := range []string{"x", "Tab"} {
			d.Press("Home", "Down", key)
			d.WantScreen("┌Why─", "Who", "front.desk", "Answer", "Allowed", "owner of the mailbox")
			d.Press("Esc")
			d.On(func() {
				if a.people() == nil {
					t.Error("Esc on the page does not lead back to the tree")
				}
			})
		}
	})
}

// TestScreenPeopleFind: / finds whoever is in a group of very many that nobody has
// unfolded; n and N go on from there and back, and begin anew beyond the ends.
func TestScreenPeopleFind(t *testing.T) {
	d, a := driveApp(t, 80, 24, newDemo(t, "demo:300"))
	d.wantRead()
	d.Press(":")
	d.TypeText("Domain Users")
	d.Press("Enter", "p")
	d.WantScreen("People · Domain Users", "+ Members")
	at := func() (row int) {
		d.idle(a)
		d.On(func() { row, _ = a.people().grid.Selected() })
		return row
	}
	d.Press("/")
	d.TypeText("ann")
	d.Press("Enter")
	d.WantSelected("ann")
	first := at()
	d.Press("n")
	second := at()
	if second <= first {
		t.Errorf("n goes from line %d to %d", first, second)
	}
	d.Press("N")
	if back := at(); back != first {
		t.Errorf("N goes to line %d and not back to %d", back, first)
	}
	d.Press("N")
	last := at()
	if last < second {
		t.Errorf("N goes from the first to line %d and not to the last", last)
	}
	d.Press("n")
	if again := at(); again != first {
		t.Errorf("n goes from the last to line %d and not to the first, %d", again, first)
	}
	d.On(func() {
		members := a.people().tree.Top[0]
		if n := a.people().below(members).Len(); n != members.People {
			t.Errorf("%d lines below a group of %d", n, members.People)
		}
	})
	d.Press("/", "Ctrl-U")
	d.TypeText("nobody of this name")
	d.Press("Enter")
	d.WantScreen("nobody here matches nobody of this name")
}

// TestScreenPeopleOfGroup: who is in it and what it opens; Enter on a person goes to all
// he reaches.
func TestScreenPeopleOfGroup(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, _ func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("Helpdesk")
		d.Press("p")
		d.WantScreen("People · Helpdesk", "- Members", "Opens")
		d.Press("/")
		d.TypeText("svc-provisioning")
		d.Press("Enter", "Enter")
		d.WantScreen("svc-provisioning · reverse")
		d.On(func() {
			if a.people() != nil {
				t.Error("Enter leaves the page open")
			}
		})
	})
}

// TestScreenPeopleSizes: the tree of a mailbox and of a group as they are seen, folded to
// the screen.
func TestScreenPeopleSizes(t *testing.T) {
	for _, size := range []struct{ w, h int }{{40, 10}, {80, 24}, {200, 50}} {
		for _, of := range []struct{ name, kind, want string }{{"front.desk", "mailbox", "People · front.desk"}, {"Helpdesk", "group", "People · Helpdesk"}} {
			t.Run(fmt.Sprintf("%s-%dx%d", of.kind, size.w, size.h), func(t *testing.T) {
				d, a := driveDemo(t, 200, 50)
				d.find(of.name)
				d.Resize(size.w, size.h)
				d.idle(a)
				d.Press("p")
				d.WantScreen(of.want)
				d.Golden(fmt.Sprintf("app-people-%s-%dx%d", of.kind, size.w, size.h))
			})
		}
	}
}

// TestScreenPeopleOfEverybody: a foreign security principal that stands for everybody
// who logs on opens what its entries open; no list of members says who is in it.
func TestScreenPeopleOfEverybody(t *testing.T) {
	d, _ := driveDemo(t, 80, 24)
	d.Press(":")
	d.TypeText("Authenticated Users")
	d.Press("Enter", "p")
	d.WantScreen("People · Authenticated Users · everybody in it · opens ", "whoever has it in his token", "+ Opens")
}

// TestNoPeople: a service account is no group, and nobody gets into it.
func TestNoPeople(t *testing.T) {
	d, _ := driveDemo(t, 120, 32)
	d.find("svc-backup")
	d.Press("p")
	d.WantScreen("svc-backup is no mailbox and no group: r shows what it reaches")
}
