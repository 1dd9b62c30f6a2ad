package ui

import (
	"strings"
	"testing"

	"mbxperm/model"
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
	d.WantScreen(" · deny only", " not deny", " lines")
	d.idle(a)
	d.On(func() {
		res := a.left.result
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
	d.WantScreen(" · deny only · orphans only", " not orphan")
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
