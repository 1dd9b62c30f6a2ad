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

// TestNoPeople: a service account is no group, and nobody gets into it.
func TestNoPeople(t *testing.T) {
	d, _ := driveDemo(t, 120, 32)
	d.find("svc-backup")
	d.Press("p")
	d.WantScreen("svc-backup is no mailbox and no group: r shows what it reaches")
}
