package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/model/view"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// TestScreenColumns: the list of columns, and what comes of it in the grid.
func TestScreenColumns(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.Press("L")
		d.WantScreen("Columns", "[x] AccountName", "[~] OnBehalf")
		golden(d, a, "columns")
		d.Press("End", " ", "Up", "Up", " ", " ", "Home", ">", "Right", "Right", "Esc")
		d.WantGone("[x] AccountName")
		golden(d, a, "columns-chosen")
	})
}

// TestColumns: columns are hidden, widened and moved, and stay so: in another
// place and in the next run.
func TestColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", "settings.json")
	d, a := driveDemo(t, 200, 50)
	kept, err := settings.LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d.On(func() { a.options.Settings = kept })
	heading := func() []string { // which stands below the bands, if there are any
		lines := d.Screen()[4:]
		if strings.Contains(lines[0], "REACHES") {
			lines = lines[1:]
		}
		return strings.Fields(strings.Split(strings.Trim(lines[0], "║│"), "║")[0])
	}
	if got := heading(); got[0] != "AccountName" || got[1] != "Mailbox" {
		t.Fatalf("the columns are %q", got)
	}
	d.Press("L", " ", "Down", " ") // no AccountName, no Mailbox
	d.WantScreen("[ ] Mailbox")
	d.Press("Down", "Down", "Down", "Down", "<", "<", "<", "Esc")
	d.Settle()
	if got := heading(); got[0] != "Rev_Mbx" || slices.Contains(got, "AccountName") {
		t.Errorf("the columns are %q", got)
	}
	d.Press(">")
	d.WantScreen("↓Rev_Mbx")
	d.Press("L", "Home", " ", "Right", "Right", "Right")
	d.WantScreen("[x] AccountName", "cells wide")
	d.Press("Enter", "o", "Down", "Down", "Enter")
	d.WantScreen("Mailbox stores", "ServerName")
	d.Press("o", "Up", "Up", "Enter")
	d.WantScreen("Mailboxes 60", "↓Rev_Mbx")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	s, err := settings.LoadFile(path)
	if err != nil || len(s.Columns["mailbox totals"]) != len(view.Mailboxes.Totals) {
		t.Fatalf("%+v, %v", s, err)
	}
	if at := slices.IndexFunc(s.Columns["mailbox totals"], func(c widget.ColumnChoice) bool { return c.Title == "AccountName" }); at != 0 ||
		s.Columns["mailbox totals"][at].Width == 0 {
		t.Errorf("AccountName is remembered as %+v", s.Columns["mailbox totals"])
	}
	d.Press("L", "0", "Esc")
	d.Settle()
	if got := heading(); got[0] != "AccountName" || got[1] != "Mailbox" {
		t.Errorf("after a reset the columns are %q", got)
	}
	if s, err := settings.LoadFile(path); err != nil || len(s.Columns) != 0 || s.Sort["mailbox totals"] != "-Reverse_Mailbox" {
		t.Errorf("%+v, %v", s, err)
	}
	d.Press("1")
	d.WantScreen("a row for each right; 1 again")
	if s, err := settings.LoadFile(path); err != nil || !s.Split {
		t.Errorf("1 is remembered as %v, %v", s.Split, err)
	}
	d.On(func() { a.options.Settings = &settings.Settings{Split: true} })
	d.Press("A")
	d.Settle()
	d.On(func() {
		if !a.left.result.Query.Split || !a.right.result.Query.Split {
			t.Error("what was remembered of 1 is not asked for")
		}
	})
}

// TestSettingsThatMakeNoSense: whatever stands in the file, there is a grid.
func TestSettingsThatMakeNoSense(t *testing.T) {
	for name, choices := range map[string][]widget.ColumnChoice{
		"strange titles": {{Title: "nothing"}, {Title: "Mailbox", Width: -5}, {Title: "Mailbox", Show: "never"}},
		"strange widths": {{Title: "AccountName", Width: 1 << 30}, {Title: "Type", Show: "maybe", Width: 1}},
		"nothing left":   hideAll(view.Mailboxes),
	} {
		t.Run(name, func(t *testing.T) {
			d, a := driveDemo(t, 80, 24)
			d.On(func() {
				a.options.Settings = &settings.Settings{Columns: map[string][]widget.ColumnChoice{"mailbox totals": choices},
					Sort: map[string]string{"mailbox totals": "-nothing"}}
			})
			d.Press("o", "Down", "Down", "Enter")
			d.WantScreen("Mailbox stores")
			d.Press("o", "Up", "Up", "Enter")
			d.WantScreen("Mailboxes 60")
			d.idle(a)
			d.Press("Down", ">", "<", "<", "S", "L", "End", " ", "Right", ">", "<", "Esc", "End")
			d.idle(a)
			d.WantScreen("Mailboxes 60")
		})
	}
}

func hideAll(t *view.ObjectType) (all []widget.ColumnChoice) {
	for _, c := range t.Totals {
		all = append(all, widget.ColumnChoice{Title: c.Title, Show: widget.ShowNever})
	}
	return all
}
