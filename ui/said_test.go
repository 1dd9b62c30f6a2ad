package ui

import (
	"os"
	"strings"
	"testing"
)

// TestKeysOfALine: the line that is typed names the keys that it has, and lets go of
// them one by one as the text gets long.
func TestKeysOfALine(t *testing.T) {
	d, _ := driveDemo(t, 80, 24)
	d.Press(":")
	d.WantLine(23, "Enter do it  Esc leave  Tab complete")
	d.TypeText("a name that leaves room for no more than two")
	d.WantLine(23, " :a name that leaves room for no more than two")
	d.WantLine(23, "Enter do it  Esc leave")
	d.WantGone("Tab complete")
	d.Press("Esc", "?", "/")
	d.WantLine(23, "find: ")
	d.WantGone("Tab complete") // there is nothing to complete
}

// TestGridKeyAbove: a key of the grids says where it works when the keyboard is in the
// boxes above them.
func TestGridKeyAbove(t *testing.T) {
	d, _ := driveDemo(t, 80, 24)
	d.Press("Shift-Tab", "K")
	d.WantScreen("K is a key of the grids: Esc goes back there")
	d.Press("Esc", "K")
	d.WantScreen("mbxperm report")
}

// TestUnreadBesideItsStore: the title names what was not read of a mailbox where the
// entries of its store fill the grid, and there is no room for more.
func TestUnreadBesideItsStore(t *testing.T) {
	d, _ := driveApp(t, 80, 24, newDemo(t, "demo:250"))
	d.find("lena.justus")
	d.Press("Enter")
	d.WantScreen("lena.justus · forward · 0? entries · not read: its mailbox rights", "through DB01")
	d.Press(":")
	d.TypeText("ines.ferro")
	d.Press("Enter")
	d.WantScreen("ines.ferro · forward · 0? entries · not read: the ACL of its account and 1 ", "through DB02")
}

// TestReadmePicture: the screen in the README is the program's.
func TestReadmePicture(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```text\n")
	picture, _, _ := strings.Cut(rest, "\n```")
	want := strings.Split(picture, "\n")
	d, _ := driveApp(t, 100, len(want), newDemo(t, "demo:250"))
	d.WantScreen("other trustees 132", "1 undecodable")
	d.find("ann")
	d.Press("Enter")
	for i, line := range want {
		d.WantLine(i, strings.TrimRight(line, " "))
	}
}
