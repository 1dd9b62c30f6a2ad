package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSixKeys answers, by the keyboard alone, the questions that people come with: in
// at most six keys after the start, of which a name that is typed after : is one,
// however long it is. Each is asked in a terminal of another size and sort.
func TestSixKeys(t *testing.T) {
	program := buildProgram(t)
	mailbox := openedBy(t, program, "svc-backup")
	opened := inReport(t, program, "aces", "demo", "--rows", "entry", "--of", "svc-backup", "--ace-type", "Reverse-All", "--via-groups")
	for _, c := range []struct {
		question string
		w, h     int
		terminal string   // a variable of the environment
		source   []string // what the program is started with
		keys     []string // a name that is typed has = before it, what is waited for ~
		want     []string
		check    func(t *testing.T, term *terminal, dir string)
	}{
		{"who opens the mailbox and why", 80, 24, "TERM=vt100", []string{"demo"},
			[]string{":", "=" + mailbox, "Enter", "~› " + mailbox + " forward", ":", "=Effective", "Enter"},
			[]string{mailbox + " · who gets in", "Allowed", "Basis", "Via", "> "}, wantNoColour},
		{"all that svc-backup opens, as a spreadsheet", 120, 32, "TERM=screen", []string{"demo"},
			[]string{":", "=svc-backup", "Enter", "~› svc-backup reverse", "e", "~reverse, with", "E", "Enter"},
			[]string{fmt.Sprint(opened) + " records written to "},
			func(t *testing.T, _ *terminal, dir string) { wantSpreadsheet(t, dir, "svc-backup", opened) }},
		{"what everybody can open", 40, 10, "LC_ALL=C", []string{"demo"},
			[]string{":", "=Everyone", "Enter"},
			[]string{"Everyone - reverse - ", "Everyone Receive-As"}, wantASCII},
		{"all entries of dead accounts", 200, 50, "NO_COLOR=1", []string{"demo"},
			[]string{":", "=All lines", "Enter", "~[All lines", "u"},
			[]string{"orphans only", "(deleted)", "FullAccess", "Send-As"}, wantNoColour},
		{"what changed since yesterday", 80, 24, "TERM=xterm-256color", []string{"demo:250:1:1", "--since", "demo:250:1:0"},
			[]string{"D"},
			[]string{"Changes since demo:250:1", "+ added", "membership", "Effect"}, nil},
	} {
		t.Run(c.question, func(t *testing.T) {
			dir := t.TempDir()
			term := startTerminal(t, c.w, c.h, append([]string{"env", "XDG_CONFIG_HOME=" + t.TempDir(), c.terminal,
				"sh", "-c", `cd "$0" && exec "$@"`, dir, program}, c.source...)...)
			term.wantRead()
			if c.keys[0] == "D" { // which has something to show when the two were compared
				term.want("changes: D")
			}
			pressed := 0
			for _, key := range c.keys {
				if text, ok := strings.CutPrefix(key, "~"); ok {
					term.want(text)
					continue
				}
				if name, ok := strings.CutPrefix(key, "="); ok {
					term.press("-l", name)
					term.want(":" + name)
				} else {
					term.press(key)
				}
				pressed++
			}
			if pressed > 6 {
				t.Errorf("%d keys", pressed)
			}
			term.want(c.want...)
			if c.check != nil {
				c.check(t, term, dir)
			}
			term.press("q")
			if c.keys[0] == "D" { // from the changes to the grids
				term.want("!Changes since")
				term.press("q")
			}
			term.want("left with 0")
		})
	}
}

// openedBy gives a mailbox of the demo that an account has full access to.
func openedBy(t *testing.T, program, account string) string {
	t.Helper()
	out, err := exec.Command(program, "report", "aces", "demo", "--trustee", account, "--columns", "right,target", "--format", "csv", "--quiet").Output()
	found := regexp.MustCompile(`(?m)^FullAccess,([a-z0-9.]+)\r?$`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("%s has full access to nothing: %v\n%s", account, err, out)
	}
	return string(found[1])
}

// colours are those of a text or of what is behind it, in the sequences of ECMA-48 8.3.117.
var colours = regexp.MustCompile(`\x1b\[(?:[0-9;:]*[;:])?[34][0-8](?:[;:][0-9;:]*)?m`)

func wantNoColour(t *testing.T, term *terminal, _ string) {
	if found := colours.FindString(term.tmux("capture-pane", "-p", "-e")); found != "" {
		t.Errorf("the screen has %q", found)
	}
}

func wantASCII(t *testing.T, term *terminal, _ string) {
	for _, c := range term.tmux("capture-pane", "-p") {
		if c > '~' {
			t.Errorf("the screen has %q", c)
		}
	}
}

// wantSpreadsheet looks for the one file that was written: a line for each record,
// below their titles.
func wantSpreadsheet(t *testing.T, dir, name string, records int) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+name+"*.csv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if n := strings.Count(text, "\n"); n != records+1 || !strings.Contains(text, name) {
		t.Errorf("%d lines for %d records and their titles:\n%.300s", n, records, text)
	}
}
