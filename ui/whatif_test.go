package ui

import (
	"testing"
)

// TestWhatIf: W asks what the cursor is on, the answer stands in the view of changes,
// a mistake is told in one sentence, and nothing else is changed by it.
func TestWhatIf(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDays(t, w, h, "", "demo:60:1:0")
		d.idle(a)
		d.Press("W", "Ctrl-U")
		d.TypeText("without-entry anna.keller=Helpdesk:FullAccess:Deny")
		d.Press("Enter")
		d.WantScreen("What if ", "shown", "+ gained", "can_open")
		d.idle(a)
		golden(d, a, "whatif")
		d.Press("K")
		d.WantScreen("As a command", "report whatif demo:60")
		d.Press("q", "W")
		d.WantScreen("what if: without-entry anna.keller=Helpdesk:FullAccess:Deny")
		d.Press("Ctrl-U")
		d.TypeText("without-member Helpdesk=anna.keller")
		d.Press("Enter")
		d.WantScreen("anna.keller is no member of Helpdesk itself")
		d.Press("Backspace")
		d.WantGone("What if ")
		d.Press("W", "Ctrl-U")
		d.TypeText("leave out Helpdesk")
		d.Press("Enter")
		d.WantScreen("begin with without-member")
	})
}

// TestWhatIfReread: what is open as an answer is asked again of what F5 read, and so is
// one that was left for the grids; where it cannot be asked any more, that is said.
func TestWhatIfReread(t *testing.T) {
	d, a := driveDays(t, 100, 30, "", "demo:60:1:0", "demo:60:1:30", "demo:60:1:0", "demo:60:1:30")
	current := func() {
		t.Helper()
		d.idle(a)
		d.Ask(func() {
			if v := a.root.changes(); v == nil || v.of.Old != a.reading.base || v.result == nil || v.result.Comparison != v.of {
				t.Error("what is shown is not of what was read last")
			}
		})
	}
	d.idle(a)
	d.Press("W", "Ctrl-U")
	d.TypeText("without-member Contractors=ines.ferro")
	d.Press("Enter")
	d.WantScreen("What if ", "shown", "ines.ferro")
	current()
	const gone = "of what was read since, this cannot be asked: ines.ferro is no member of Contractors itself"
	d.Press("F5")
	d.WantScreen(gone, "0 shown")
	current()
	d.Press("F5")
	d.WantGone(gone)
	current()
	d.Press("Enter")
	d.WantGone("What if ")
	d.Press("F5")
	d.idle(a)
	d.Press("Backspace")
	d.WantScreen("What if ", gone)
	current()
}

func TestParseWhatIf(t *testing.T) {
	got, err := parseWhatIf("without-member A=B; --with-entry CN=x,DC=y=z:Full Control")
	if err != nil || len(got) != 2 || !got[0].Member || got[0].Add || got[0].Text != "A=B" || got[1].Member || !got[1].Add || got[1].Text != "CN=x,DC=y=z:Full Control" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "without-member", "without-member ", "A=B", "without-member A=B; x"} {
		if _, err := parseWhatIf(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
