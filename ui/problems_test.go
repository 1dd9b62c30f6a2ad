package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// driveFrozen shows a small organisation that was read to its end, with a state
// that is changed first.
func driveFrozen(t *testing.T, w, h int, change func(*model.State)) (*driver, *app) {
	t.Helper()
	c := session.Start(t.Context(), newDemo(t, "demo:60"), model.NewPool(), nil)
	<-c.Done()
	snap := c.Snapshot()
	change(&snap.State)
	a := newApp(frozenDriver{snap}, widget.ThemeFor(0))
	a.reading.now = longAgo()
	d := drive(t, w, h, a.tv)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	a.start(ctx, d.Top)
	d.idle(a)
	return d, a
}

// TestScreenErrors: the list of errors is a page, the newest first, whatever
// stands in the names; the status line counts them.
func TestScreenErrors(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveFrozen(t, w, h, func(s *model.State) {
			at := time.Date(2026, 3, 2, 9, 15, 7, 0, time.Local)
			hostile := "CN=[red]\x1b[2J\u202e,OU=山田　太郎,OU=Empfänger,DC=contoso,DC=com"
			for i := range 40 {
				s.Problems = append(s.Problems, model.Problem{Time: at.Add(time.Duration(i) * time.Second), Object: hostile,
					Text: "the security descriptor is damaged: dacl: ace 12: sid: 3 bytes left, need 8"})
			}
			s.Problems = append(s.Problems, model.Problem{Time: at.Add(time.Hour), Object: "mailboxes",
				Text: "the server broke off at a page of 1,000 entries: the connection was closed"})
		})
		d.WantScreen("41 errors: !")
		d.Press("!")
		d.WantScreen("10:15:07     mailboxes: the server broke off")
		golden(d, a, "errors")
		d.Press("End")
		d.WantScreen("unreadable ", "undecodable ", "unknown ")
		d.Press("Home", "/")
		d.TypeText("09:15:07")
		d.Press("Enter")
		d.WantScreen("09:15:07     CN=[red]<U+001B>[2J<U+202E>")
		d.Press("!")
		d.WantGone("09:15:07")
	})
}

// TestUnreadDomainIsSaidFirst: a forest of which a domain was not read was not
// read to the end. The status line says so before all else, at any width, and
// the list of errors names the domain.
func TestUnreadDomainIsSaidFirst(t *testing.T) {
	for _, c := range []struct {
		w, h, line int
		want       string
	}{
		{60, 15, 13, " 1 of 2 domains not read · 9 unread: ! · "},
		{80, 24, 22, " 1 of 2 domains not read · 1 unreadable · 7 unknown · 1 undecodable: !"},
		{200, 50, 48, "1 of 2 domains not read · 1 unreadable"},
	} {
		t.Run(fmt.Sprintf("%dx%d", c.w, c.h), func(t *testing.T) { // one application after the other: tview keeps its styles in common
			d, _ := driveApp(t, c.w, c.h, newDemo(t, "demo:60"))
			d.WantLine(c.line, c.want)
			d.WantGone("read to the end")
			d.Press("!")
			d.WantLine(1, "emea.contoso.com")
			d.WantScreen("object type ", "nothing was read")
			d.WantGone("Nothing went wrong")
		})
	}
}

// TestCoverageTable fits into any width, and says of each row what was searched and what
// of it was not read, however little room there is.
func TestCoverageTable(t *testing.T) {
	rows := []covered{
		{"mailbox", "1,000,000", "999,998", "2 +?", "1 unknown, 1 undecodable, not read to the end"},
		{"client-access-rule", "4", "4", "0", ""},
	}
	for w := 36; w < 200; w++ {
		text := ""
		for _, l := range coverageTable(rows, w, widget.StyleText) {
			if got := safe.Width(l.Text); got > w {
				t.Errorf("at %d cells a line has %d: %q", w, got, l.Text)
			}
			text += l.Text + " "
		}
		for _, want := range []string{"1,000,000", "2 +?", "undecodable", "searched", "not read"} {
			if !strings.Contains(text, want) {
				t.Errorf("at %d cells there is no %q:\n%s", w, want, text)
			}
		}
		if wide := strings.Contains(text, "999,998"); w < 40 && wide || w > 70 && !wide {
			t.Errorf("at %d cells the column of what was read is there: %v", w, wide)
		}
	}
}

// TestErrorsFollowTheNews: the list grows while it is open.
func TestErrorsFollowTheNews(t *testing.T) {
	src := &fakeSource{Source: newDemo(t, "demo:60"), after: 454, hold: make(chan struct{})}
	d, _ := driveApp(t, 80, 24, src)
	d.Press("!")
	d.WantScreen("Nothing went wrong.")
	d.Press("q")
	d.WantScreen("reading containers")
	d.Press("X", "!")
	d.WantScreen("containers: cancelled", "object type") // before the table, and still there with it
	d.Press("Esc", "F5")
	d.WantScreen("errors: !")
	d.Press("!")
	d.WantScreen("demo:60:1: reading it again: dial tcp 192.0.2.1:636: connection")
}

// TestMouseLeavesTheLine: a click on a grid ends typing, and the keys are the
// grid's again.
func TestMouseLeavesTheLine(t *testing.T) {
	d, _ := driveDemo(t, 80, 24)
	d.Press("/")
	d.TypeText("alex")
	d.WantScreen("Enter keep", "filter alex")
	d.Click(5, 7)
	d.WantGone("Enter keep")
	d.Press("?")
	d.WantScreen("that allow and 1 that denies")
}

func TestWrapSafe(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"  one  two", 20, []string{"  one  two"}},
		{"  one  two", 6, []string{"  one", "two"}},
		{"    abcdefgh", 6, []string{"    ab", "cdefgh"}},
		{"abc   def", 4, []string{"abc", "def"}},
		{"abc def", 3, []string{"abc", "def"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"x abcdefgh y", 3, []string{"x", "abc", "def", "gh", "y"}},
		{"山田太郎", 3, []string{"山", "田", "太", "郎"}},
		{"e\u0301e\u0301e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"山", -5, []string{"山"}},
	} {
		if got := widget.WrapSafe(c.text, c.w); !slices.Equal(got, c.want) {
			t.Errorf("wrapSafe(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
	if got := widget.Wrap("a\x00b\nc", 20); !slices.Equal(got, []string{"a<U+0000>b", "c"}) {
		t.Errorf("got %q", got)
	}
}
