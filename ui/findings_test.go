package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/model/finding"
	"mbxperm/ui/report"
)

// TestScreenFindings: rules first, their findings on Enter, what a rule means on x, the
// rows behind a finding on Enter.
func TestScreenFindings(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.Press("F")
		d.WantScreen("Findings · ", "critical", "+ everyone (", "An entry names Everyone")
		golden(d, a, "findings")
		d.Press("Enter", "Down")
		d.WantScreen("- everyone (", "DB02", "Everyone")
		golden(d, a, "findings-open")
		d.Press("x")
		d.WantScreen("What it means", "How it is decided")
		d.Press("Esc", "Enter")
		d.WantScreen("Receive-As", "Everyone")
		d.On(func() {
			if a.here.typ.Flag != "store" || a.findings() != nil {
				t.Errorf("the place is %s", a.here.typ.Flag)
			}
		})
		d.Press("F", "/")
		d.TypeText("null-dacl")
		d.Press("Enter")
		d.WantScreen("- null-dacl (", "esra.tordan")
		d.Press("Esc")
		d.WantScreen("+ null-dacl (")
		d.Press("Backspace")
		d.On(func() {
			if a.findings() != nil {
				t.Error("Backspace leaves the page open")
			}
		})
	})
}

// TestScreenAccept: A writes what the cursor is on into the accept file, and it is counted
// instead of shown; where a file says what is known, the message row offers the rest.
func TestScreenAccept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known.csv")
	d, a := driveApp(t, 120, 32, newDemo(t, "demo:60"))
	d.On(func() {
		a.options.AcceptFile = file
		a.options.Accepted = func() (*finding.Accepted, error) {
			if _, err := os.Stat(file); err != nil {
				return nil, nil
			}
			return report.ReadAccepted(file, a.reading.now())
		}
	})
	d.wantRead()
	d.Press("F")
	d.WantScreen("+ everyone (")
	d.Press("A")
	d.WantScreen("which finding? Enter opens the rule")
	d.Press("Enter", "Down", "A")
	d.WantScreen("accept until ")
	d.Press("Enter")
	d.WantScreen("1 accepted")
	b, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(b), finding.AcceptHead+"everyone,") || strings.Count(string(b), "\n") != 2 {
		t.Errorf("%q, %v", b, err)
	}
}
