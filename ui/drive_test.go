package ui

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

var update = flag.Bool("update", false, "rewrite the screens in testdata/golden")

// patience is how long a test waits for something that should happen at once.
const patience = 30 * time.Second

// driver uses an application as a person does: it presses keys, by name, and
// reads the screen. It never sleeps: a key press returns when the application
// has handled it and drawn, and the want methods look again at each new frame
// until they are content, or fail with the screen and all goroutines.
//
// This is the only place that knows the simulated screen.
type driver struct {
	t    testing.TB
	app  *tview.Application
	sim  tcell.SimulationScreen
	top  *diffScreen
	done chan struct{} // closed when Run has returned
	err  error         // what Run returned

	settled chan struct{} // one for each settleKey that was handled

	mu       sync.Mutex
	lines    []string      // the last frame
	selected []string      // its reversed cells, line by line; dim ones are of a pane without focus
	newFrame chan struct{} // closed when the next frame is there
}

// settleKey is a key that no keyboard has. Events are handled in order: when
// it comes through, all before it have been.
const settleKey = tcell.Key(30000)

// stopKey is another one: the application stops itself, see stop.
const stopKey = tcell.Key(30001)

// frameScreen tells the driver of each frame, on the goroutine that draws.
type frameScreen struct {
	tcell.Screen
	d *driver
}

func (s *frameScreen) Show() {
	s.Screen.Show()
	s.d.frame()
}

func (s *frameScreen) Sync() {
	s.Screen.Sync()
	s.d.frame()
}

// drive starts an application whose root is set, on a screen of w by h cells.
// The test's end stops it.
func drive(t testing.TB, w, h int, app *tview.Application) *driver {
	t.Helper()
	d := &driver{
		t: t, app: app, sim: tcell.NewSimulationScreen("UTF-8"),
		done: make(chan struct{}), settled: make(chan struct{}, 1), newFrame: make(chan struct{}),
	}
	d.top = newDiffScreen(&frameScreen{d.sim, d})
	if err := d.top.Init(); err != nil {
		t.Fatal(err)
	}
	d.top.SetSize(w, h)
	capture := app.GetInputCapture()
	app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		switch ev.Key() {
		case settleKey:
			d.settled <- struct{}{}
			return nil
		case stopKey:
			app.Stop()
			return nil
		}
		if capture != nil {
			return capture(ev)
		}
		return ev
	})
	app.SetScreen(d.top)
	go func() {
		defer close(d.done)
		d.err = app.Run()
	}()
	t.Cleanup(func() {
		d.stop()
		d.wantStopped()
	})
	d.settle()
	return d
}

// frame takes the picture that has just been shown.
func (d *driver) frame() {
	cells, w, h := d.sim.GetContents()
	lines, selected := make([]string, h), make([]string, h)
	for y := range h {
		var line, reversed strings.Builder
		for x := 0; x < w; {
			text := string(cells[y*w+x].Runes)
			line.WriteString(text)
			if _, _, attrs := cells[y*w+x].Style.Decompose(); attrs&(tcell.AttrReverse|tcell.AttrDim) == tcell.AttrReverse {
				reversed.WriteString(text)
			}
			_, _, width := d.sim.Get(x, y)
			x += max(width, 1) // 0 is a cell that holds nothing
		}
		lines[y], selected[y] = strings.TrimRight(line.String(), " "), reversed.String()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines, d.selected = lines, selected
	close(d.newFrame)
	d.newFrame = make(chan struct{})
}

// stop has the application stop itself, unless it has: tview 0.42.0 races with
// itself when Stop is called beside the end of Run.
func (d *driver) stop() {
	for d.sim.PostEvent(tcell.NewEventKey(stopKey, 0, tcell.ModNone)) != nil {
		select {
		case <-d.done:
			return
		default:
			runtime.Gosched()
		}
	}
}

// settle waits until every event so far has been handled and drawn.
func (d *driver) settle() {
	d.t.Helper()
	for range 2 { // the first one's own draw is over when the second is handled
		d.sim.InjectKey(settleKey, 0, tcell.ModNone)
		select {
		case <-d.settled:
		case <-d.done:
		case <-time.After(patience):
			d.fail("the application does not come to rest")
		}
	}
}

var keyNames = map[string]tcell.Key{
	"Enter": tcell.KeyEnter, "Esc": tcell.KeyEscape, "Tab": tcell.KeyTab, "Shift-Tab": tcell.KeyBacktab,
	"Backspace": tcell.KeyBackspace2, "Delete": tcell.KeyDelete, "Up": tcell.KeyUp, "Down": tcell.KeyDown,
	"Left": tcell.KeyLeft, "Right": tcell.KeyRight, "PgUp": tcell.KeyPgUp, "PgDn": tcell.KeyPgDn,
	"Home": tcell.KeyHome, "End": tcell.KeyEnd, "Ctrl-C": tcell.KeyCtrlC, "Ctrl-L": tcell.KeyCtrlL,
	"F1": tcell.KeyF1, "F5": tcell.KeyF5,
}

// press presses keys one after the other: names as in keyNames, or characters.
func (d *driver) press(names ...string) {
	d.t.Helper()
	for _, name := range names {
		if key, ok := keyNames[name]; ok {
			d.sim.InjectKey(key, 0, tcell.ModNone)
		} else if r := []rune(name); len(r) == 1 {
			d.sim.InjectKey(tcell.KeyRune, r[0], tcell.ModNone)
		} else {
			d.t.Fatalf("no key is called %q", name)
		}
		d.settle()
	}
}

// alt presses a character with Alt.
func (d *driver) alt(r rune) {
	d.t.Helper()
	d.sim.InjectKey(tcell.KeyRune, r, tcell.ModAlt)
	d.settle()
}

// typeText presses the key of each character.
func (d *driver) typeText(text string) {
	d.t.Helper()
	for _, r := range text {
		d.press(string(r))
	}
}

// resize gives the terminal another size.
func (d *driver) resize(w, h int) {
	d.t.Helper()
	d.top.SetSize(w, h)
	d.post(tcell.NewEventResize(w, h))
	d.settle()
}

// screen returns the last frame, line by line, without blanks at the ends.
func (d *driver) screen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines
}

// wait waits until a frame satisfies ok, which gets the lines and their
// reversed parts.
func (d *driver) wait(what string, ok func(lines, selected []string) bool) {
	d.t.Helper()
	deadline := time.After(patience)
	for {
		d.mu.Lock()
		content, next := ok(d.lines, d.selected), d.newFrame
		d.mu.Unlock()
		if content {
			return
		}
		select {
		case <-next:
		case <-d.done:
			d.fail("the application has ended; " + what)
		case <-deadline:
			d.fail(what)
		}
	}
}

// wantLine wants a text in a line of the screen; lines count from 0.
func (d *driver) wantLine(n int, text string) {
	d.t.Helper()
	d.wait("want "+text+" in a certain line", func(lines, _ []string) bool {
		return n < len(lines) && strings.Contains(lines[n], text)
	})
}

// wantScreen wants texts somewhere on the screen.
func (d *driver) wantScreen(texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		d.wait("want "+text, func(lines, _ []string) bool {
			return strings.Contains(strings.Join(lines, "\n"), text)
		})
	}
}

// wantGone wants a text to be nowhere on the screen.
func (d *driver) wantGone(text string) {
	d.t.Helper()
	d.wait("do not want "+text, func(lines, _ []string) bool {
		return !strings.Contains(strings.Join(lines, "\n"), text)
	})
}

// wantSelected wants a text in the cursor's line.
func (d *driver) wantSelected(text string) {
	d.t.Helper()
	d.wait("want the cursor on "+text, func(_, selected []string) bool {
		return strings.Contains(strings.Join(selected, "\n"), text)
	})
}

// wantStopped wants the application to have ended without an error.
func (d *driver) wantStopped() {
	d.t.Helper()
	select {
	case <-d.done:
		if d.err != nil {
			d.t.Errorf("Run() = %v, want no error", d.err)
		}
	case <-time.After(patience):
		d.fail("the application does not end")
	}
}

// golden wants the screen to be as in testdata/golden/name.txt; with -update
// it makes it so.
func (d *driver) golden(name string) {
	d.t.Helper()
	d.settle()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Join(d.screen(), "\n")+"\n"), 0o666); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatalf("%v (go test -update writes it)", err)
	}
	d.wait("want the screen of "+path+" (after an intended change: go test -update)\n"+string(want),
		func(lines, _ []string) bool { return strings.Join(lines, "\n")+"\n" == string(want) })
}

// fail ends the test with all there is to know.
func (d *driver) fail(what string) {
	d.t.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	d.t.Fatalf("%s\nthe screen:\n%s\nall goroutines:\n%s", what, strings.Join(d.screen(), "\n"), stacks)
}

// paste pastes a text, as a terminal does when told to bracket it.
func (d *driver) paste(text string) {
	d.t.Helper()
	d.post(tcell.NewEventPaste(true))
	for _, r := range text {
		d.post(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
	}
	d.post(tcell.NewEventPaste(false))
	d.settle()
}

// post hands an event to the application as soon as there is room for it.
func (d *driver) post(ev tcell.Event) {
	d.t.Helper()
	for end := time.Now().Add(patience); d.sim.PostEvent(ev) != nil; runtime.Gosched() {
		if time.Now().After(end) {
			d.fail("the application takes no events")
		}
	}
}
