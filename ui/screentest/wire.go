package screentest

import (
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/term"
)

// Wire is a running application on a fake terminal of 200x50, to count what it
// sends.
type Wire struct {
	TTY    *TTY
	Drawn  chan struct{} // one for each frame
	t      testing.TB
	App    *tview.Application
	Screen tcell.Screen
}

// NewWire puts an application on a fake terminal, through the screen that sends
// only what changed if wrap says so. It does not run yet.
func NewWire(t testing.TB, wrap bool, app *tview.Application) *Wire {
	t.Helper()
	w := &Wire{t: t, App: app, TTY: NewTTY(200, 50), Drawn: make(chan struct{}, 1024)}
	w.Screen = &initialised{OpenXterm(t, w.TTY)}
	if wrap {
		w.Screen = term.NewScreen(w.Screen)
	}
	app.SetScreen(w.Screen)
	app.SetAfterDrawFunc(func(tcell.Screen) { w.Drawn <- struct{}{} })
	return w
}

// StartWire runs an application that shows root, until the test's end.
func StartWire(t testing.TB, wrap bool, root tview.Primitive) *Wire {
	t.Helper()
	w := NewWire(t, wrap, tview.NewApplication())
	w.App.SetRoot(root, true)
	done := make(chan error)
	go func() { done <- w.App.Run() }()
	t.Cleanup(func() {
		w.App.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.wait()
	w.wait() // tcell starts at 80x24 and reports the real size as a resize
	return w
}

// initialised keeps SetScreen from initialising a screen twice.
type initialised struct{ tcell.Screen }

func (initialised) Init() error { return nil }

// wait returns when a frame has been drawn and sent.
func (w *Wire) wait() {
	w.t.Helper()
	select {
	case <-w.Drawn:
	case <-time.After(10 * time.Second):
		w.t.Fatal("no frame was drawn for 10 s")
	}
	w.App.QueueUpdate(func() {}) // the frame's Show is over when this has run
}

// Key sends a key and returns the number of bytes the answer took.
func (w *Wire) Key(seq string) int {
	w.t.Helper()
	w.TTY.taken()
	w.TTY.input <- []byte(seq)
	w.wait()
	return w.TTY.taken()
}

// KeyUntil sends a key and returns the number of bytes of all frames that came
// until rest returned.
func (w *Wire) KeyUntil(seq string, rest func()) int {
	w.t.Helper()
	w.TTY.taken()
	w.TTY.input <- []byte(seq)
	w.wait()
	rest()
	return w.TTY.taken()
}

// Update runs f on the application's goroutine and returns the number of bytes
// that the drawing after it took.
func (w *Wire) Update(f func()) int {
	w.t.Helper()
	w.TTY.taken()
	w.App.QueueUpdateDraw(f)
	w.wait()
	return w.TTY.taken()
}

// NewSim makes a simulated screen of w by h cells.
func NewSim(t testing.TB, w, h int) tcell.SimulationScreen {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	if err := sim.Init(); err != nil {
		t.Fatal(err)
	}
	sim.SetSize(w, h)
	t.Cleanup(sim.Fini)
	return sim
}

// OpenXterm makes tcell's screen for an xterm with 256 colours, initialised, on a
// fake terminal.
func OpenXterm(t testing.TB, tty *TTY) tcell.Screen {
	t.Helper()
	t.Setenv("NO_COLOR", "")
	t.Setenv("LINES", "")
	t.Setenv("COLUMNS", "")
	s, err := newXterm(tty)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Fini)
	return s
}
