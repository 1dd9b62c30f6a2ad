package ui

import (
	"testing"

	"mbxperm/model/view"
)

// TestAllLinesOnScreen: the rows of all lines stay while the cursor of the left grid
// moves, Enter there goes to the first row of its line, toggles, filter and order bear on
// all of them, and Enter on a row pivots and Backspace comes back.
func TestAllLinesOnScreen(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	asked := func() (n uint64) {
		d.idle(a)
		d.On(func() { n = a.pending.right.asked })
		return n
	}
	of := func() (target, line string) {
		d.idle(a)
		d.On(func() {
			row, ok := a.right.Selected()
			key, _ := a.left.key()
			if !ok || a.right.result == nil || !a.right.result.Query.AllLines() {
				t.Fatal("the right grid does not have a row of all lines")
			}
			target, line = a.right.result.Row(row).Target.Name, a.left.result.Line(a.left.result.Find(key)).Name
		})
		return target, line
	}
	d.chooseACE(a, "All lines")
	d.WantScreen("all lines · ", " entries on ", "MailboxName")
	before := asked()
	d.Press("Down", "Down", "Down")
	if n := asked(); n != before {
		t.Errorf("moving in the left grid asked for the same rows %d times more", n-before)
	}
	d.find("zoe.mueller")
	d.Press("Enter")
	if target, line := of(); target != line {
		t.Errorf("Enter goes to a row on %s, want %s", target, line)
	}
	d.Press("r")
	d.WantScreen("these are the entries of all lines")
	d.Press("Enter")
	d.WantScreen("· reverse ·", "Mailboxes all lines › ")
	d.Press("Backspace")
	of()
	var all, denies, filtered int
	count := func(n *int) {
		d.idle(a)
		d.On(func() { *n = a.right.result.Len() })
	}
	count(&all)
	d.Press("b")
	count(&denies)
	d.Press("b", "/")
	d.TypeText("svc-backup")
	d.Press("Enter")
	count(&filtered)
	if denies == 0 || denies >= all || filtered == 0 || filtered >= all {
		t.Errorf("%d rows, %d that deny, %d of svc-backup", all, denies, filtered)
	}
	d.On(func() {
		for i := range a.right.result.Len() {
			if r := a.right.result.Row(i); r.Trustee.Name != "svc-backup" {
				t.Errorf("row %d is of %s", i, r.Trustee.Name)
			}
		}
		if name := exportName(a.right.result); name != "demo-60-1-mailbox-all-lines" {
			t.Errorf("the name proposed for a file is %q", name)
		}
	})
	d.Press("m") // of the target of the row
	d.On(func() {
		row, _ := a.right.Selected()
		if want := a.right.result.TargetKey(row); a.lineHere() != want || want == (view.LineKey{}) {
			t.Error("a bookmark is not kept of the target of the row")
		}
	})
	d.Press("Esc", "m")
}
