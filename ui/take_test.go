package ui

import (
	"encoding/base64"
	"strings"
	"testing"

	"mbxperm/ui/report"
)

// clipboard returns what was copied last.
func (d *driver) clipboard() string {
	var text string
	d.on(func() { text = string(d.sim.GetClipboardData()) })
	return text
}

// TestCopy: a cell, the row and the grid, as they are seen and safe to be pasted.
func TestCopy(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("STY", "")
	t.Setenv("TERM", "xterm-256color")
	d, a := driveDemo(t, 120, 32)
	d.find("=1+1")
	d.wantScreen("Mailboxes 2")
	d.idle(a)
	d.press("C")
	d.wantScreen("Copy", "AccountName", "the row")
	d.press("Enter")
	d.wantScreen("copied AccountName")
	if got := d.clipboard(); got != "=1+1[red]<U+001B>[2J<U+202E>" {
		t.Errorf("the cell is copied as %q", got)
	}
	d.press("C", "End", "Up", "Enter")
	d.wantScreen("copied the row")
	if got := d.clipboard(); !strings.HasPrefix(got, "'=1+1[red]<U+001B>[2J<U+202E>\t") || strings.Contains(got, "\n") {
		t.Errorf("the row is copied as %q", got)
	}
	d.press("C", "End", "Enter")
	d.wantScreen("copied the grid, 3 lines")
	if got := d.clipboard(); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, "AccountName\tMailbox\t") {
		t.Errorf("the grid is copied as %q", got)
	}
	d.press("Esc")
	d.find("u00002")
	d.wantScreen("399 rows")
	d.press("Enter", "C")
	d.wantScreen("trustee SID", "target DN")
	d.press("Esc", "x")
	d.wantScreen("[Trustee]")
	d.press("C")
	d.wantScreen("all of it")
	d.press("Enter")
	d.wantScreen("copied the line")
	if got := d.clipboard(); got == "" || strings.Contains(got, "\n") {
		t.Errorf("the first line of the card is copied as %q", got)
	}
	d.press("C", "Home", "Enter")
	d.wantScreen("copied the sheet, ")
	d.press("q")
}

// TestCopyTooMuch: what is longer than a terminal takes is not cut, but refused.
func TestCopyTooMuch(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("TERM", "xterm")
	d, a := driveApp(t, 120, 32, newDemo(t, "demo:3000"))
	d.wantScreen("read to the end")
	d.idle(a)
	d.press("C", "End", "Enter")
	d.wantScreen("and a terminal takes 74,990: E writes it to a file")
	if d.clipboard() != "" {
		t.Error("something was copied all the same")
	}
	t.Setenv("TERM", "linux")
	d.press("C", "Enter")
	d.wantScreen("this terminal has no clipboard for programs")
}

func TestWayToClipboard(t *testing.T) {
	for _, c := range []struct {
		system string
		env    map[string]string
		want   clipboardWay
	}{
		{"linux", map[string]string{"TERM": "xterm-256color"}, byTerminal},
		{"darwin", map[string]string{"TERM": "tmux-256color"}, byTerminal},
		{"linux", map[string]string{"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"}, byTmux},
		{"linux", map[string]string{"TERM": "screen", "STY": "1.x"}, byScreen},
		{"linux", map[string]string{"TERM": "linux"}, byNothing},
		{"windows", nil, byNothing},
	} {
		if got := wayToClipboard(c.system, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.system, c.env, got, c.want)
		}
	}
	text := strings.Repeat("übergroß ", 500)
	var whole strings.Builder
	for part := range strings.SplitSeq(string(screenSequence(text)), "\x1b\\") {
		if len(part) > 768 {
			t.Errorf("a piece of %d bytes", len(part))
		}
		whole.WriteString(strings.TrimPrefix(part, "\x1bP"))
	}
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"
	if whole.String() != want {
		t.Errorf("the pieces are %q", whole.String())
	}
}

// TestScreenCommands: the view and an entry as commands, to be copied as they are.
func TestScreenCommands(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("TERM", "xterm")
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("=1+1")
		d.wantScreen("Mailboxes 2")
		d.idle(a)
		d.press("K")
		d.wantScreen("mbxperm report totals demo:60:1 --no-system --filter==1+1")
		golden(d, a, "command-totals")
		d.press("q", "A", "Enter")
		d.wantScreen("14 rows")
		d.idle(a)
		d.press("K")
		d.wantScreen("mbxperm report aces demo:60:1 --of", "--all", "Get-MailboxPermission -Identity", "Remove-MailboxPermission")
		golden(d, a, "command-aces")
		var want string
		d.on(func() {
			key, _ := a.left.key()
			want = "mbxperm " + report.ShLine(report.Command([]string{"demo:60:1"}, a.news.base, a.rightQuery())...)
			_ = key
		})
		d.press("C")
		golden(d, a, "copy")
		d.press("Enter")
		d.wantScreen("copied the line")
		if got := d.clipboard(); got != want {
			t.Errorf("copied %q, want %q", got, want)
		}
	})
}

// TestScreenCommandLine: commands and names with completion.
func TestScreenCommandLine(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.press(":")
		d.wantScreen("Mailbox-Store", "object type", "Reverse-All")
		golden(d, a, "colon")
		d.typeText("mailbox-s")
		d.wantGone("Reverse-All ")
		d.press("Tab", "Enter")
		d.wantScreen("Mailbox stores", "[Mailbox-Store")
		d.press(":")
		d.typeText("Mailbox")
		d.press("Enter")
		d.wantScreen("[Mailbox  ")
		d.press(":")
		d.typeText("svc-b")
		d.wantScreen("svc-backup", "go to this name")
		golden(d, a, "colon-names")
		d.press("Tab", "Enter")
		d.wantScreen("svc-backup · ", "reverse ·", "Mailboxes › svc-backup reverse")
		d.press(":")
		d.typeText("go U00002")
		d.press("Enter")
		d.wantScreen("u00002 · ", "forward · 399 rows", "› u00002 forward")
	})
}

func TestCommandLine(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	tell := func(text string) {
		d.press(":")
		d.typeText(text)
		d.press("Enter")
		d.idle(a)
	}
	tell("reverse-mailbox-rights")
	d.wantScreen("[Reverse-Mailbox-Rights")
	tell("All")
	d.wantScreen("[All ")
	tell("inherited")
	d.wantScreen("shown: inherited")
	tell("sort the other way round")
	d.wantScreen("↓AccountName")
	tell("nobody-at-all")
	d.wantScreen("no command and no name: nobody-at-all")
	tell("go nobody-at-all")
	d.wantScreen("nothing that was read is called nobody-at-all")
	tell("s")
	d.wantScreen("s may be SendAs/ReceiveAs-Rights")
	tell("DB02")
	d.wantScreen("Mailbox stores", "DB02 · ", "forward ·")
	tell("Contoso")
	d.wantScreen("Delegated admins", "Contoso")
	tell("S-1-5-18")
	d.wantScreen("SYSTEM · ", "reverse ·")
	d.press("Backspace")
	d.wantScreen("Delegated admins")
	d.press(":", "Up")
	d.press("Esc")
	d.wantGone("Enter do it")
	d.press(":")
	d.typeText("x")
	d.click(5, 7)
	d.wantGone("Enter do it")
	d.press("/")
	d.wantGone("object type ")
	d.press("Esc")
	tell("he")
	d.wantScreen("Show this page.")
	d.press("q")
	d.press(":")
	d.typeText("quit")
	d.press("Enter")
	d.wantStopped()
}
