package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
)

// TestJourneys takes three ways through the built program that people take.
func TestJourneys(t *testing.T) {
	program := buildProgram(t)
	mailboxes, rows := wantMailboxes(t, program), wantRows(t, program, "front.desk")
	for _, s := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		start := func(t *testing.T) *terminal {
			config := t.TempDir()
			term := startTerminal(t, s.w, s.h, "env", "XDG_CONFIG_HOME="+config, program, "demo")
			term.wantRead()
			term.want(mailboxes)
			return term
		}
		t.Run(fmt.Sprintf("who opens this mailbox %dx%d", s.w, s.h), func(t *testing.T) {
			term := start(t)
			term.press(":")
			term.press("-l", "go front")
			term.want("front.desk", "go to this name")
			term.press("Tab")
			term.want(":go front.desk")
			term.press("Enter")
			term.want("front.desk · ", "forward · "+rows)
			term.press("Down", "v")
			term.want("[ACE]", "FullAccess", "msExchMailboxSecurityDescriptor")
			term.press("Tab")
			term.want("[Descriptor]", "▸ ")
			term.press("Tab")
			term.want("[Trustee]", "svc-backup", "Groups, as far as they were read")
			term.press("q")
			term.want(rows, "!Trustee")
			term.press("K")
			term.want("Remove-MailboxPermission", "mbxperm report aces demo")
			term.press("C", "Enter")
			term.want("copied the line")
			term.wantPrinted(program, term.tmux("show-buffer"), inReport(t, program, "aces", "demo", "--rows", "entry", "--of", "front.desk"))
			term.press("q", "q")
			term.want("left with 0")
		})
		t.Run(fmt.Sprintf("what can this account open %dx%d", s.w, s.h), func(t *testing.T) {
			term := start(t)
			term.press("/")
			term.press("-l", "svc-backup")
			term.want("filter svc-backup")
			term.press("Enter")
			term.want("svc-backup · ", "reverse ·")
			term.press("Enter", "e")
			term.want("reverse, with groups")
			term.press("E")
			term.want("export to ")
			term.press("C-u")
			path := filepath.Join(t.TempDir(), "svc.csv")
			term.press("-l", path)
			term.press("Enter")
			term.want("records written to svc.csv")
			b, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(b), "svc-backup") {
				t.Errorf("%v:\n%.300s", err, b)
			}
			term.press("C", "End", "Enter")
			term.want("copied the grid")
			if got := term.tmux("show-buffer"); !strings.HasPrefix(got, "MailboxName\t") {
				t.Errorf("copied %.200q", got)
			}
			term.press("q")
			term.want("left with 0")
		})
		t.Run(fmt.Sprintf("what is odd here %dx%d", s.w, s.h), func(t *testing.T) {
			term := start(t)
			term.press("n")
			term.want("find: ")
			term.press("-l", "orphan")
			term.press("Enter")
			term.want("(orp") // 80 columns cut it
			term.press("x")
			term.want("Kind             orphan", "nowhere: the directory was asked for this SID")
			term.press("q", ">", ">")
			term.want("↓Mailbox")
			term.press("L", "Space")
			term.want("[ ] AccountName")
			term.press("0")
			term.want("[x] AccountName")
			term.press("Escape")
			term.want("!0 reset") // Esc and ! at once would be one key
			term.press("!")
			term.press("q", "?")
			term.want("that allow and 1 that denies")
			term.press("q", "q")
			term.want("left with 0")
		})
	}
}

// TestLabJourneys takes the same ways through a real directory.
func TestLabJourneys(t *testing.T) {
	lab := adlab.Start(t)
	program := buildProgram(t)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(lab.AdministratorPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(t *testing.T) *terminal {
		term := startTerminal(t, 200, 50, "env", "XDG_CONFIG_HOME="+t.TempDir(), program, "ldaps://"+lab.Host, "-u", lab.Administrator,
			"--password-file", password, "--ca", lab.CAFile, "--dc", lab.Host+"="+lab.Address)
		term.wantRead()
		term.want("Mailboxes ")
		return term
	}
	t.Run("what can this account open", func(t *testing.T) {
		term := start(t)
		term.press(":")
		term.press("-l", "go svc-crm")
		term.press("Enter")
		term.want("svc-crm · reverse · ")
		rows := term.number(`svc-crm · reverse · (\d+) entr`) + term.number(`svc-crm · reverse ·[^·]*, (\d+) role assignment`)
		term.press("K")
		term.want("mbxperm report aces ldaps://"+lab.Host, "--password-file")
		term.press("C", "Enter")
		term.want("copied the line")
		term.wantPrinted(program, term.tmux("show-buffer"), rows)
		term.press("q")
		term.want("!mbxperm report")
		term.press("Enter")
		term.want("svc-crm reverse › ", "forward")
		term.press("q")
		term.want("left with 0")
	})
	t.Run("who opens this mailbox", func(t *testing.T) {
		term := start(t)
		term.press("/")
		term.press("-l", "UserMailbox svc")
		term.want("nothing matches")
		term.press("Escape")
		term.want("!filter UserMailbox")
		term.press("/")
		term.press("-l", "helpdesk1")
		term.want("filter helpdesk1", "helpdesk1 (user)")
		term.press("Enter")
		term.want("helpdesk1 · ")
		term.press("e")
		term.want("reverse, with groups")
		term.press("Enter", "x")
		term.want("Groups, as far as they were read", "Users  through Domain Users")
		term.press("q", "q")
		term.want("left with 0")
	})
	t.Run("what is odd here", func(t *testing.T) {
		term := start(t)
		term.press("u")
		term.want("orphans only", "left0 (deleted)")
		term.press(":")
		term.press("-l", "go left0")
		term.press("Enter")
		term.want("left0 (deleted) · ")
		term.press("x")
		term.want("tombstone of ")
		term.press("q", "!")
		term.want("undecodable  mailbox CN=Truncated,OU=Legal")
		term.press("q", "q")
		term.want("left with 0")
	})
}

// number returns the number on the screen that a pattern's first group matches.
func (term *terminal) number(pattern string) int {
	term.t.Helper()
	screen := term.tmux("capture-pane", "-p")
	m := regexp.MustCompile(pattern).FindStringSubmatch(screen)
	if m == nil {
		term.t.Fatalf("want %s on the screen:\n%s", pattern, screen)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		term.t.Fatal(err)
	}
	return n
}

// wantPrinted runs a command that was copied from the program, as a shell reads
// it, and counts what it prints.
func (term *terminal) wantPrinted(program, command string, rows int) {
	term.t.Helper()
	rest, ok := strings.CutPrefix(strings.TrimSpace(command), "mbxperm ")
	if !ok {
		term.t.Fatalf("what was copied is %q", command)
	}
	c := exec.Command("sh", "-c", `"$0" `+rest+" --format jsonl --quiet", program)
	out, err := c.Output()
	if code := c.ProcessState.ExitCode(); code != 3 { // done, with gaps, which demo and lab have
		term.t.Fatalf("%s: %v", command, err)
	}
	if n := strings.Count(string(out), "\n"); n != rows {
		term.t.Errorf("%s prints %d rows, want the %d on the screen", command, n, rows)
	}
}

// TestCopyThroughTerminal: where the program does not know of the tmux it is
// shown in, as over SSH, the escape sequence gets there.
func TestCopyThroughTerminal(t *testing.T) {
	program := buildProgram(t)
	mailboxes := wantMailboxes(t, program)
	for _, name := range []string{"xterm-256color", "tmux-256color", "screen-256color"} {
		t.Run(name, func(t *testing.T) {
			term := startTerminal(t, 80, 24, "env", "-u", "TMUX", "TERM="+name, "XDG_CONFIG_HOME="+t.TempDir(), program, "demo")
			term.tmux("set", "-s", "set-clipboard", "on")
			term.wantRead()
			term.want(mailboxes)
			term.press("/")
			term.press("-l", "front.desk")
			term.want("filter front.desk")
			term.press("Enter", "C")
			term.want("the row")
			term.press("Enter")
			term.want("copied AccountName")
			if got := term.tmux("show-buffer"); got != "front.desk" {
				t.Errorf("copied %q", got)
			}
			term.press("q")
			term.want("left with 0")
		})
	}
}
