package ui

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// TestOnly: b and u narrow the grids to denies and to orphans, say so, and count
// what they leave out; without such a row they say how to get back.
func TestOnly(t *testing.T) {
	d, a := driveDemo(t, 200, 50)
	d.idle(a)
	all := a.left.result
	d.Press("b")
	d.WantScreen(" · deny only", "hidden: ", " lines")
	d.idle(a)
	d.On(func() {
		res := a.left.result
		if n := res.Hidden[slices.Index(hiding.Names[:], "not deny")]; n == 0 {
			t.Error("no row is hidden because it does not deny")
		}
		if res.Len() == 0 || res.Len()+res.LeftOut+res.System != all.Len()+all.LeftOut+all.System || res.Len() >= all.Len() {
			t.Errorf("deny only shows %d lines and leaves out %d, of %d", res.Len(), res.LeftOut, all.Len())
		}
		for i := range res.Len() {
			l := res.Line(i)
			n := 0
			for f := range l.Totals.Forward {
				n += l.Totals.Forward[f].Deny + l.Totals.Reverse[f].Deny
				if c := l.Totals.Forward[f]; c.Rows != c.Deny {
					t.Errorf("%s shows %d rows of which %d deny", l.Name, c.Rows, c.Deny)
				}
			}
			if n == 0 && res.Query.Lines == view.AllLines && l.Kind == model.KindMailbox {
				t.Errorf("%s has a line and no deny", l.Name)
			}
		}
	})
	d.Press("u")
	d.WantScreen(" · deny only · orphans only", "hidden: ")
	d.Press("b")
	d.WantGone("deny only")
	d.WantScreen(" · orphans only", "orphan)")
	d.Press("/")
	d.TypeText("svc-backup")
	d.WantScreen("filter svc-backup")
	d.Press("Enter", "Esc", "u")
	d.WantGone("orphans only")
}

// TestLinesKey: t shows mailboxes, then trustees, then all; other object types have no such choice.
func TestLinesKey(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.Press("t")
	d.WantScreen("other trustees 0 · mailboxes only", "mailboxes are shown, and no other lines")
	d.Press("t")
	d.WantScreen(" · trustees only")
	d.idle(a)
	d.Press("t")
	d.WantScreen(" · remote only", "whose mailbox is in Exchange Online is shown", "RemoteUserMailbox")
	d.idle(a)
	d.Press("t")
	d.WantScreen("all lines are shown")
	d.WantGone(" only ")
	d.Press("o", "Down", "Down", "Enter")
	d.WantScreen("Mailbox stores")
	d.Press("t")
	d.WantScreen("their lines are all of one kind")
}

// TestToggleAtOnce: with the answer to a toggle outstanding, the lines on the
// screen have its numbers, and the screen says that the rest is worked out.
func TestToggleAtOnce(t *testing.T) {
	d, a := driveDemo(t, 200, 50)
	d.idle(a)
	hold := make(chan struct{})
	d.On(func() {
		a.pending.left = newWorker() // nobody answers it
		toggle(hiding.All)(a)
		a.tv.ForceDraw()
		close(hold)
	})
	<-hold
	d.WantScreen("working…", "working out what is hidden…", "shown: stale, inherited")
	d.On(func() {
		res := a.left.result
		for i := range res.Len() {
			if l := res.Line(i); l.Totals.Hidden() != 0 {
				t.Errorf("%s still hides %d rows", l.Name, l.Totals.Hidden())
				break
			}
		}
		if holds(res, a.leftQuery()) {
			t.Error("what is shown meanwhile passes for the answer")
		}
	})
	for _, line := range d.Screen()[5:40] {
		if cells := string([]rune(line)[:98]); strings.Contains(cells, " +") {
			t.Errorf("a cell still says that something is hidden: %s", cells)
		}
	}
}

// TestExpectedOnScreen: what --expect says is a column of both grids, t narrows them
// to what deviates, y shows the system mailboxes among it, and K is the command that
// has the same rows. A group that is not there is said and no answer.
func TestExpectedOnScreen(t *testing.T) {
	d, a := driveDemo(t, 200, 50)
	expect := func(group string) {
		d.On(func() {
			a.options.expected = []view.Expectation{{Client: door.ByPOP3, Group: group}}
			a.chooseType(slices.Index(view.ObjectTypes, view.ClientAccess))
			a.askLeft()
			a.askRight()
		})
		d.idle(a)
	}
	d.Press("o")
	d.Press("Esc")
	d.On(func() { a.chooseType(slices.Index(view.ObjectTypes, view.ClientAccess)) })
	d.Press("t")
	d.WantScreen("nothing is expected of protocols: start with --expect PROTOCOL=GROUP")
	d.WantGone("Deviat")
	expect("Helpdesk")
	d.WantScreen(" Deviating", " Deviation", "on-not-member")
	d.Press("t")
	d.WantScreen("only what is not as --expect has it is shown", " · deviating only")
	d.idle(a)
	hidden := 0
	d.On(func() {
		left, right := a.left.result, a.right.result
		if hidden = right.Probes; hidden == 0 || left.Line(0).Door.Rows != right.Len() || left.Line(0).Door.Hidden != hidden {
			t.Errorf("%d rows and %d hidden, the line says %d and %d", right.Len(), hidden, left.Line(0).Door.Rows, left.Line(0).Door.Hidden)
		}
	})
	d.Press("y")
	d.idle(a)
	d.On(func() {
		left, right := a.left.result, a.right.result
		if right.Probes != 0 || left.Line(0).Door.Rows != right.Len() {
			t.Errorf("with system mailboxes %d rows, and the line says %d", right.Len(), left.Line(0).Door.Rows)
		}
	})
	d.Press("Tab", "K")
	d.WantScreen("--expect=POP3=Helpdesk --deviating")
	d.Press("Esc")
	expect("Helpdes")
	d.WantScreen("no group that was read is called")
}
