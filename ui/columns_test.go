package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
)

// TestScreenColumns: the list of columns, and what comes of it in the grid.
func TestScreenColumns(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.press("L")
		d.wantScreen("Columns", "[x] AccountName", "[~] OnBehalf")
		golden(d, a, "columns")
		d.press("End", " ", "Up", "Up", " ", " ", "Home", ">", "Right", "Right", "Esc")
		d.wantGone("[x] AccountName")
		golden(d, a, "columns-chosen")
	})
}

// TestColumns: columns are hidden, widened and moved, and stay so: in another
// place and in the next run.
func TestColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", "settings.json")
	d, a := driveDemo(t, 200, 50)
	d.on(func() { a.options.Settings = &Settings{path: path} })
	heading := func() []string { return strings.Fields(strings.Split(strings.Trim(d.screen()[4], "║│"), "║")[0]) }
	if got := heading(); got[0] != "AccountName" || got[1] != "Mailbox" {
		t.Fatalf("the columns are %q", got)
	}
	d.press("L", " ", "Down", " ") // no AccountName, no Mailbox
	d.wantScreen("[ ] Mailbox")
	d.press("Down", ">", "Esc")
	d.settle()
	if got := heading(); got[0] != "Reverse_Mailbox" || slices.Contains(got, "AccountName") {
		t.Errorf("the columns are %q", got)
	}
	d.press(">")
	d.wantScreen("↓Reverse_Mailbox")
	d.press("L", "Home", " ", "Right", "Right", "Right")
	d.wantScreen("[x] AccountName", "cells wide")
	d.press("Enter", "o", "Down", "Enter")
	d.wantScreen("Mailbox stores", "ServerName")
	d.press("o", "Up", "Enter")
	d.wantScreen("Mailboxes 60", "↓Rev_Mbx")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	s, err := loadSettings(path)
	if err != nil || len(s.Columns["mailbox totals"]) != 8 {
		t.Fatalf("%+v, %v", s, err)
	}
	if at := slices.IndexFunc(s.Columns["mailbox totals"], func(c columnChoice) bool { return c.Title == "AccountName" }); at != 0 ||
		s.Columns["mailbox totals"][at].Width == 0 {
		t.Errorf("AccountName is remembered as %+v", s.Columns["mailbox totals"])
	}
	d.press("L", "0", "Esc")
	d.settle()
	if got := heading(); got[0] != "AccountName" || got[1] != "Mailbox" {
		t.Errorf("after a reset the columns are %q", got)
	}
	if s, err := loadSettings(path); err != nil || len(s.Columns) != 0 || s.Sort["mailbox totals"] != "-Reverse_Mailbox" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestSettingsThatMakeNoSense: whatever stands in the file, there is a grid.
func TestSettingsThatMakeNoSense(t *testing.T) {
	for name, choices := range map[string][]columnChoice{
		"strange titles": {{Title: "nothing"}, {Title: "Mailbox", Width: -5}, {Title: "Mailbox", Show: "never"}},
		"strange widths": {{Title: "AccountName", Width: 1 << 30}, {Title: "Type", Show: "maybe", Width: 1}},
		"nothing left":   hideAll(model.Mailboxes),
	} {
		t.Run(name, func(t *testing.T) {
			d, a := driveDemo(t, 80, 24)
			d.on(func() {
				a.options.Settings = &Settings{Columns: map[string][]columnChoice{"mailbox totals": choices},
					Sort: map[string]string{"mailbox totals": "-nothing"}}
			})
			d.press("o", "Down", "Enter")
			d.wantScreen("Mailbox stores")
			d.press("o", "Up", "Enter")
			d.wantScreen("Mailboxes 60")
			d.idle(a)
			d.press("Down", ">", "<", "<", "S", "L", "End", " ", "Right", ">", "<", "Esc", "End")
			d.idle(a)
			d.wantScreen("Mailboxes 60")
		})
	}
}

func hideAll(t *model.ObjectType) (all []columnChoice) {
	for _, c := range t.Totals {
		all = append(all, columnChoice{Title: c.Title, Show: showNever})
	}
	return all
}
