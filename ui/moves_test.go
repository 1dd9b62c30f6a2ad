package ui

import "testing"

// TestScreenMoves: which mailboxes move with one, whatever their names hold, and why
// there is none for what is no mailbox here.
func TestScreenMoves(t *testing.T) {
	d, _ := driveDemo(t, 120, 32)
	d.find("zoe.mueller")
	d.WantScreen("Mailboxes 1")
	d.Press("H")
	d.WantScreen("Moves with", "Mailbox", "zoe.mueller", "onprem", "with 50 others", "Tied to it by a right")
	d.Press("Esc", "Esc")
	d.find("Helpdesk")
	d.WantScreen("other trustees")
	d.Press("H")
	d.WantScreen("mailboxes that are here move together: choose one")
}
