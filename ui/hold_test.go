package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// ahead presses keys and characters without waiting for any of them.
func (d *driver) ahead(text string, names ...string) {
	d.T.Helper()
	for _, r := range text {
		d.PressAhead(string(r))
	}
	d.PressAhead(names...)
}

// TestTypedAhead presses keys faster than anything can be worked out: each acts on what
// the keys before it have asked for.
func TestTypedAhead(t *testing.T) {
	t.Chdir(t.TempDir())
	d, a := driveDemo(t, 120, 32)
	d.ahead(":anna.keller", "Enter", "E", "Enter")
	d.WantScreen("records written to anna.keller-forward-")
	d.idle(a)

	d, a = driveDemo(t, 120, 32)
	d.ahead("/svc-backup", "Enter", "Enter", "E", "Enter")
	d.WantScreen("records written to svc-backup-")
	d.idle(a)
	files, err := filepath.Glob("*.csv")
	if err != nil || len(files) != 2 {
		t.Fatalf("the files are %q, %v: want two", files, err)
	}
	for _, name := range files {
		of, _, _ := strings.Cut(name, "-forward")
		of, _, _ = strings.Cut(of, "-reverse")
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		for _, line := range lines[1:] {
			if !strings.Contains(line, of) && !strings.HasPrefix(line, "store,") { // which open its mailbox
				t.Errorf("%s has a line of somebody else: %s", name, line)
			}
		}
	}
}

// lookUpSlowly goes to a name as the command line does, once release is closed.
func (a *app) lookUpSlowly(name string, release <-chan struct{}) {
	base := a.reading.base
	a.inBackground("looking up "+name, func(w *awaited) func() {
		select {
		case <-release:
		case <-w.ctx.Done():
		}
		return func() { a.jumpTo(base, name, view.Named(base, name)) }
	})
}

// TestHeldKeys holds keys as long as a look-up lasts.
func TestHeldKeys(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	title := func() string { return a.right.GetTitle() }
	release := make(chan struct{})
	d.On(func() { a.lookUpSlowly("anna.keller", release) })
	d.Press("x")
	d.WantScreen("1 key waits: looking up anna.keller … Esc gives up")
	d.Press("Down", "Tab")
	d.WantScreen("3 keys wait: looking up anna.keller")

	d.Press("Esc")
	d.WantScreen("given up: looking up anna.keller")
	before := title()
	close(release)
	d.idle(a)
	if got := title(); got != before || len(a.pending.held) > 0 || a.root.top() != nil {
		t.Errorf("the place is %q after what was given up, want %q and no page", got, before)
	}

	release = make(chan struct{})
	d.On(func() { a.lookUpSlowly("anna.keller", release) })
	d.Press("x")
	d.WantScreen("1 key waits")
	close(release)
	d.WantScreen("anna.keller", "Trustee") // the card of a row of hers
	d.WantGone("key waits")
	d.idle(a)
	d.Press("Esc")

	release = make(chan struct{})
	defer close(release)
	d.On(func() { a.lookUpSlowly("anna.keller", release) })
	d.Press("x", "Ctrl-C")
	d.WantStopped()
}

// TestHeldPaste: a text that is pasted behind keys that wait acts in its turn, in the line
// that one of them opens. A click meanwhile would come upon another line than the one it
// is meant for: it does not act.
func TestHeldPaste(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	release := make(chan struct{})
	d.On(func() { a.lookUpSlowly("svc-backup", release) })
	d.Press(":")
	d.On(func() { a.root.PasteHandler()("anna.keller\n", nil) })
	d.Press("Enter")
	d.WantScreen("3 keys wait: looking up svc-backup")
	var before widget.Spot
	d.On(func() { before = a.left.Spot() })
	d.Click(5, 8)
	d.WantScreen("no click acts yet: looking up svc-backup … Esc gives up")
	d.On(func() {
		if got := a.left.Spot(); got != before || a.pending.awaited == nil || len(a.pending.held) != 3 {
			t.Errorf("a click moves the cursor to %v, and %d keys wait", got, len(a.pending.held))
		}
	})
	close(release)
	d.WantScreen("anna.keller · ")
	d.WantGone("no click acts yet")
	d.idle(a)
	d.Click(5, 8)
	d.On(func() {
		if a.left.Spot() == before {
			t.Error("no click acts any more")
		}
	})
}

// TestHeldForNothing lets go of keys that are about a place that is not there: they are
// not about the one that is.
func TestHeldForNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	d, a := driveDemo(t, 120, 32)
	d.On(func() { // in one go: on a busy machine the answer came before E, which then was about what is shown
		for _, r := range ":no.such.name\rE\r" {
			key := tcell.KeyRune
			if r == '\r' {
				key = tcell.KeyEnter
			}
			a.press(tcell.NewEventKey(key, r, tcell.ModNone))
		}
	})
	d.WantScreen("no command and no name: no.such.name", "not acted on")
	d.idle(a)
	if files, _ := filepath.Glob("*"); len(files) > 0 {
		t.Errorf("%q was written, want nothing", files)
	}
}

// TestMovesAreNotHeldForOrder goes on in the old order while the new one is made.
func TestMovesAreNotHeldForOrder(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.On(func() {
		a.pending.left.asked++ // an answer is to come
		a.here.sides[leftPane].sort = 2
	})
	d.Press("Down")
	d.Ask(func() {
		if other, behind := a.behind(); other || !behind {
			t.Errorf("behind() = %v, %v with another order to come, want false, true", other, behind)
		}
		if len(a.pending.held) > 0 {
			t.Error("a move of the cursor waits for another order")
		}
	})
	d.Press("E")
	d.WantScreen("1 key waits: the lines are being worked out")
	d.On(func() { a.pending.left.got = a.pending.left.asked })
	d.WantScreen("export to ")
}

// TestHeldForTheFirstLine: a key about a line waits where there is none yet and more is
// still read; once all was read it is told that there is none.
func TestHeldForTheFirstLine(t *testing.T) {
	a := newApp(frozenDriver{}, widget.ThemeFor(0))
	s := model.NewWriter(model.NewPool()).Snapshot()
	res, err := view.Of(t.Context(), s, a.leftQuery())
	if err != nil {
		t.Fatal(err)
	}
	a.reading.base, a.left.result = s, res
	enter := tcell.NewEventKey(tcell.KeyEnter, 0, tcell.ModNone)
	for phase, want := range map[model.Phase]string{model.Finished: "", model.Finished - 1: "there is no line yet"} {
		s.State.Phase = phase
		if got := a.waitsFor(enter); got != want {
			t.Errorf("in phase %v Enter waits for %q, want %q", phase, got, want)
		}
	}
}
