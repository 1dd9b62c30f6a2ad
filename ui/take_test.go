package ui

import (
	"strings"
	"testing"

	"mbxperm/ui/report"
)

// clipboard returns what was copied last.
func (d *driver) clipboard() string {
	var text string
	d.On(func() { text = string(d.Sim.GetClipboardData()) })
	return text
}

// TestCopy: a cell, the row and the grid, as they are seen and safe to be pasted.
func TestCopy(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("STY", "")
	t.Setenv("TERM", "xterm-256color")
	d, a := driveDemo(t, 120, 32)
	d.find("＝1+1")
	d.WantScreen("Mailboxes 2")
	d.Press("Down")
	d.WantSelected("＝1+1")
	d.idle(a)
	d.Press("C")
	d.WantScreen("Copy", "AccountName", "the row")
	d.Press("Enter")
	d.WantScreen("copied AccountName")
	if got := d.clipboard(); got != "＝1+1[red]<U+001B>[2J<U+202E>" {
		t.Errorf("the cell is copied as %q", got)
	}
	d.Press("C", "End", "Up", "Enter")
	d.WantScreen("copied the row")
	if got := d.clipboard(); !strings.HasPrefix(got, "'＝1+1[red]<U+001B>[2J<U+202E>\t") || strings.Contains(got, "\n") {
		t.Errorf("the row is copied as %q", got)
	}
	d.Press("C", "End", "Enter")
	d.WantScreen("copied the grid, 3 lines")
	if got := d.clipboard(); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, "AccountName\tMailbox\t") {
		t.Errorf("the grid is copied as %q", got)
	}
	d.Press("Esc")
	d.find("front.desk")
	d.WantScreen("82 entries")
	d.Press("Enter", "C")
	d.WantScreen("trustee SID", "target DN")
	d.Press("Esc", "x")
	d.WantScreen("[Trustee]")
	d.Press("C")
	d.WantScreen("all of it")
	d.Press("Enter")
	d.WantScreen("copied the line")
	if got := d.clipboard(); got == "" || strings.Contains(got, "\n") {
		t.Errorf("the first line of the card is copied as %q", got)
	}
	d.Press("C", "Home", "Enter")
	d.WantScreen("copied the sheet, ")
	d.Press("q")
}

// TestCopyTooMuch: what is longer than a terminal takes is not cut, but refused.
func TestCopyTooMuch(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("TERM", "xterm")
	d, a := driveApp(t, 120, 32, newDemo(t, "demo:3000"))
	d.wantRead()
	d.idle(a)
	d.Press("C", "End", "Enter")
	d.WantScreen("and a terminal takes 74,990: E writes it to a file")
	if d.clipboard() != "" {
		t.Error("something was copied all the same")
	}
	t.Setenv("TERM", "linux")
	d.Press("C", "Enter")
	d.WantScreen("this terminal has no clipboard for programs")
}

// TestScreenCommands: the view and an entry as commands, to be copied as they are.
func TestScreenCommands(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("TERM", "xterm")
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("＝1+1")
		d.WantScreen("Mailboxes 2")
		d.Press("Down")
		d.WantSelected("＝1+1")
		d.idle(a)
		d.Press("K")
		d.WantScreen("mbxperm report totals demo:60:1 --no-system", "--filter=＝1+1")
		golden(d, a, "command-totals")
		d.Press("q", "A", "Enter", "Home")
		d.WantScreen("8 entries")
		d.idle(a)
		d.Press("K")
		d.WantScreen("mbxperm report aces demo:60:1 --of", "--all", "Get-MailboxPermission -Identity", "Remove-MailboxPermission")
		golden(d, a, "command-aces")
		var want string
		d.On(func() {
			key, _ := a.left.key()
			want = "mbxperm " + report.ShLine(report.Command([]string{"demo:60:1"}, a.reading.base, a.rightQuery())...)
			_ = key
		})
		d.Press("C")
		golden(d, a, "copy")
		d.Press("Enter")
		d.WantScreen("copied the line")
		if got := d.clipboard(); got != want {
			t.Errorf("copied %q, want %q", got, want)
		}
	})
}

// TestScreenCommandLine: commands and names with completion.
func TestScreenCommandLine(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.Press(":")
		d.WantScreen("Mailbox-Store", "object type", "Relays")
		golden(d, a, "colon")
		d.TypeText("mailbox-s")
		d.WantGone("Relays ")
		d.Press("Tab", "Enter")
		d.WantScreen("Mailbox stores", "[Mailbox-Store")
		d.Press(":")
		d.TypeText("Mailbox")
		d.Press("Enter")
		d.WantScreen("[Mailbox  ")
		d.Press(":")
		d.TypeText("svc-b")
		d.WantScreen("svc-backup", "go to this name")
		golden(d, a, "colon-names")
		d.Press("Tab", "Enter")
		d.WantScreen("svc-backup · ", "reverse ·", "Mailboxes › svc-backup reverse")
		d.Press(":")
		d.TypeText("go FRONT.DESK")
		d.Press("Enter")
		d.WantScreen("front.desk · ", "forward · 82 entries", "› front.desk forward")
	})
}

func TestCommandLine(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	tell := func(text string) {
		d.Press(":")
		d.TypeText(text)
		d.Press("Enter")
		d.idle(a)
	}
	tell("reverse-mailbox-rights")
	d.WantScreen("[Reverse-Mailbox-Rights")
	tell("All")
	d.WantScreen("[All ")
	tell("inherited")
	d.WantScreen("shown: inherited")
	tell("sort the other way round")
	d.WantScreen("↓AccountName")
	tell("nobody-at-all")
	d.WantScreen("no command and no name: nobody-at-all")
	tell("go nobody-at-all")
	d.WantScreen("nothing that was read is called nobody-at-all")
	d.Press(":")
	d.TypeText("s")
	d.idle(a)
	d.WantSelected("SendAs/ReceiveAs-Rights")
	d.Press("Down", "Up", "Enter")
	d.WantScreen("[SendAs/ReceiveAs-Rights")
	d.Press(":")
	d.TypeText("elpdes") // inside a word
	d.idle(a)
	d.WantSelected("Helpdesk")
	d.Press("Tab")
	d.WantScreen(":Helpdesk")
	d.Press("Enter")
	d.WantScreen("Helpdesk · reverse", "[Reverse-All")
	d.idle(a)
	d.On(func() {
		if key, ok := a.left.key(); !ok || key != a.here.of {
			t.Error("its line on the left is not the selected one")
		}
	})
	d.Press("t")
	d.WantScreen("mailboxes only")
	tell("Enterprise Admins")
	d.WantScreen("Enterprise Admins · reverse", "other trustees 6")
	tell("inherited")
	tell("nils.krogh")
	d.WantScreen("nils.krogh · ", "forward · 0 entries · 7 through DB02")
	d.Press("b")
	d.WantScreen("deny only")
	tell("nils.krogh")
	d.WantScreen("nils.krogh is known, but nothing shown reaches it (b and A show ")
	d.Press("b")
	tell("DB02")
	d.WantScreen("Mailbox stores", "DB02 · ", "forward ·")
	tell("Contoso") // the organisation, the OU and the domain
	d.WantScreen("Several are called Contoso", "OU=Contoso")
	d.Press("Esc")
	tell("OU=Contoso,DC=contoso,DC=com")
	d.WantScreen("Containers", "Contoso · forward")
	tell("CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com")
	d.WantScreen("Delegated admins", "Contoso")
	tell("S-1-5-18")
	d.WantScreen("SYSTEM · ", "reverse ·")
	d.Press("Backspace")
	d.WantScreen("Delegated admins")
	d.Press(":", "Up")
	d.Press("Esc")
	d.WantGone("Enter do it")
	d.Press(":")
	d.TypeText("x")
	d.Click(5, 7)
	d.WantGone("Enter do it")
	d.Press("/")
	d.WantGone("object type ")
	d.Press("Esc")
	tell("he")
	d.WantScreen("that allow and 1 that denies")
	d.Press("q")
	d.Press(":")
	d.TypeText("quit")
	d.Press("Enter")
	d.WantStopped()
}
