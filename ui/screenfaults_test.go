package ui

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/ui/safe"
)

// TestSelectedLineStaysInSight: the pane that loses room keeps the line of its
// cursor on the screen.
func TestSelectedLineStaysInSight(t *testing.T) {
	for i, size := range []struct{ w, h int }{{80, 24}, {80, 24}, {120, 32}, {120, 32}} {
		d, a := driveDemo(t, size.w, size.h)
		d.Press([][]string{{"PgDn", "PgDn", "Up"}, {"End"}}[i%2]...)
		d.idle(a)
		name := ""
		d.On(func() {
			row, _ := a.left.Selected()
			name, _ = a.left.Rows().Cell(row, 0)
			name = string([]rune(safe.Text(name))[:min(12, len([]rune(safe.Text(name))))])
		})
		inSight := func(how string) {
			t.Helper()
			d.idle(a)
			var y, h int
			d.On(func() { _, y, _, h = a.left.GetRect() })
			d.Wait("want the line "+name+" in the left pane "+how, func(lines, _ []string) bool {
				return slices.ContainsFunc(lines[y+2:y+h-1], func(l string) bool { return strings.Contains(l, name) })
			})
		}
		inSight("before")
		d.Press("Tab")
		inSight("after Tab")
		d.Press("Shift-Tab", "Enter")
		inSight("after Enter")
		d.Press("i")
		inSight("after a toggle")
		d.Press("Backspace", "Tab", "i")
		inSight("after going back")
		d.Resize(size.w, max(size.h-5, 15))
		inSight("in a smaller terminal")
		d.On(func() { a.tv.Stop() })
	}
}

// TestClickOnTheFoot: a click where there is nothing to click on leaves the
// keyboard where it is.
func TestClickOnTheFoot(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	for _, at := range []struct{ x, y int }{{5, 21}, {5, 22}, {5, 23}, {0, 0}, {40, 0}, {79, 2}, {0, 8}, {79, 20}} {
		d.Click(at.x, at.y)
		d.On(func() {
			if !a.left.HasFocus() && !a.right.HasFocus() {
				t.Errorf("a click at %d,%d takes the keyboard away", at.x, at.y)
			}
		})
	}
	d.On(func() { a.focus(a.left) })
	d.Press("/")
	d.TypeText("alex.brand")
	d.Click(5, 21)
	d.Press("t")
	d.WantScreen("filter alex.brandt")
}

// TestCommandTakesWhatItOffers: Enter after the beginning of a name goes to the
// name that is marked in the list, and shows all of its rows whatever
// ACE type was chosen before.
func TestCommandTakesWhatItOffers(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.Press("a", "Down", "Down", "Down", "Enter")
	d.WantScreen("[SendOnBehalf-Rights")
	d.idle(a)
	d.Press(":")
	d.TypeText("svc-b")
	d.WantScreen("svc-backup")
	d.Press("Enter")
	d.WantScreen("svc-backup reverse", "[Reverse-All")
	d.WantGone("· 0 rows")
	d.WantGone("[SendOnBehalf-Rights")
	d.idle(a)
	d.Press(":")
	d.TypeText("zoe")
	d.idle(a)
	d.WantSelected("zoe.angstrom")
	d.Press("Down", "Enter")
	d.WantScreen("zoe.mueller · ")
	d.Press(":")
	d.TypeText("go nobody-is-called-this")
	d.Press("Enter")
	d.WantScreen("nothing that was read is called nobody-is-called-this")
}

// TestHintsNameWhatApplies: the keys and the toggles that are named are those
// that change something now.
func TestHintsNameWhatApplies(t *testing.T) {
	for only, want := range map[hiding.Only]string{
		0: "A shows them", hiding.OnlyDeny: "b and A show them", hiding.OnlyOrphans: "u and A show them",
		hiding.OnlyDeny | hiding.OnlyOrphans: "b, u and A show them",
	} {
		if got := showsThem(only); got != want {
			t.Errorf("%v: %q, want %q", only, got, want)
		}
	}
	d, a := driveDays(t, 120, 32, "demo:60:1:0", "demo:60:1:60")
	d.WantScreen("changes: D")
	d.idle(a)
	d.Press("D")
	d.WantScreen("r by trustee", "├Change─")
	d.Press("r")
	d.WantScreen("r by weight")
	d.Press("r")
	d.WantScreen("r by trustee")
}

// TestTrailNamesAPlaceOnce: places that look alike stand there once.
func TestTrailNamesAPlaceOnce(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.find("thea.sandoval")
	d.idle(a)
	d.Press("Enter", "i")
	d.idle(a)
	d.Press("/")
	d.TypeText("a")
	d.Press("Enter", "Shift-Tab", "Enter")
	d.idle(a)
	d.On(func() {
		if text := a.trailText(100); strings.Count(text, "thea.sandoval forward") > 1 {
			t.Errorf("the trail is %q", text)
		}
	})
}

// TestSortWhileReading: an order asked for while the source is read is that of what
// was read so far, and says so; without one, lines stand as they come.
func TestSortWhileReading(t *testing.T) {
	d, a := driveFrozen(t, 200, 32, func(s *model.State) {
		s.Phase, s.Search, s.Done, s.Expect = model.Reading, "mailboxes", 346_656, 929_279
	})
	d.idle(a)
	first := func() (name string) {
		d.idle(a)
		d.On(func() { name = a.left.result.Line(0).Name })
		return name
	}
	arrived := first()
	d.Press(">", "S")
	d.WantScreen("order of 00:", ", 346,656 of 929,279")
	if got := first(); got == arrived || got < "t" {
		t.Errorf("the last name is %q, and %q came first", got, arrived)
	}
	d.Press("<")
	d.WantGone("order of 00:")
	if got := first(); got != arrived {
		t.Errorf("without an order %q stands first, want %q", got, arrived)
	}
}
