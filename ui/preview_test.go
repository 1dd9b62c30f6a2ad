package ui

import "testing"

// TestPreview: on a high screen the entry of the cursor is said below the right
// grid, in words, in SDDL and with who is in its group; P takes it away and back.
func TestPreview(t *testing.T) {
	d, a := driveDemo(t, 200, 50)
	d.find("front.desk")
	d.Press("Enter")
	d.idle(a)
	d.WantScreen("┌Entry", "Allows alex.brandt: FullAccess, on front.desk.", "Set on      this object", "SDDL        (A;")
	d.Press("Down", "Down")
	d.idle(a)
	d.WantScreen("Allows Helpdesk: ReadPermission", "Members     2: Helpdesk 2nd level")
	d.Press("P")
	d.WantGone("Allows Helpdesk")
	d.WantScreen("no preview: P has it back")
	d.Press("P")
	d.WantScreen("Allows Helpdesk: ReadPermission")
	d.Press("+")
	d.WantGone("Allows Helpdesk")
	d.Press("P")
	d.WantScreen("one grid has all the room")
	d.Press("+")
	for _, typ := range []string{"Role Assignment", "Client Access", "Effective"} {
		d.Press(":")
		d.TypeText(typ)
		d.Press("Enter")
		d.idle(a)
		d.WantScreen("┌Entry")
		lines := 0
		d.On(func() { lines = len(a.preview.lines) })
		if lines < 2 {
			t.Errorf("%s: %d lines in the preview", typ, lines)
		}
	}
	d.Resize(80, 24)
	d.WantGone("┌Entry")
	d.Press("P")
	d.WantScreen("from 40 lines on")
}
