package screentest

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

	"mbxperm/ui/term"
)

// Update is the flag -update: [Driver.Golden] then writes what it would compare.
var Update = flag.Bool("update", false, "rewrite the screens in testdata/golden")

// Patience is how long a test waits for something that should happen at once.
const Patience = 30 * time.Second

// Driver uses an application as a person does: it presses keys, by name, and
// reads the screen. It never sleeps: a key press returns when the application
// has handled it and drawn, and the want methods look again at each new frame
// until they are content, or fail with the screen and all goroutines.
//
// This is the only place that knows the simulated screen.
type Driver struct {
	T    testing.TB
	App  *tview.Application
	Sim  tcell.SimulationScreen // what is shown in the end
	Top  *term.Screen           // what the application draws on
	done chan struct{}          // closed when Run has returned
	err  error                  // what Run returned

	settled chan struct{} // one for each settleKey that was handled
	asIs    bool          // what is drawn next is not wanted; of the goroutine that draws

	mu       sync.Mutex
	lines    []string      // the last frame
	selected []string      // its reversed cells, line by line; dim ones are of a pane without focus
	newFrame chan struct{} // closed when the next frame is there
}

// settleKey is a key that no keyboard has. Events are handled in order: when
// it comes through, all before it have been handled and drawn.
const settleKey = tcell.Key(30000)

// stopKey is another one: the application stops itself, see stop.
const stopKey = tcell.Key(30001)

// unasked is the screen as the application has it. tview draws after every key,
// also after one that nobody presses: drawing is most of what a test takes, and
// a second picture would hide what the first one lacks.
type unasked struct {
	*term.Screen
	d *Driver
}

func (s unasked) Clear() {
	if !s.d.asIs {
		s.Screen.Clear()
	}
}

func (s unasked) Show() {
	if !s.d.asIs {
		s.Screen.Show()
	}
	s.d.asIs = false
}

// frameScreen tells the driver of each frame, on the goroutine that draws.
type frameScreen struct {
	tcell.Screen
	d *Driver
}

func (s *frameScreen) Show() {
	s.Screen.Show()
	s.d.frame()
}

func (s *frameScreen) Sync() {
	s.Screen.Sync()
	s.d.frame()
}

// Drive starts an application whose root is set, on a screen of w by h cells.
// The test's end stops it.
func Drive(t testing.TB, w, h int, app *tview.Application) *Driver {
	t.Helper()
	d := &Driver{
		T: t, App: app, Sim: tcell.NewSimulationScreen("UTF-8"),
		done: make(chan struct{}), settled: make(chan struct{}, 1), newFrame: make(chan struct{}),
	}
	d.Top = term.NewScreen(&frameScreen{d.Sim, d})
	if err := d.Top.Init(); err != nil {
		t.Fatal(err)
	}
	d.Top.SetSize(w, h)
	capture := app.GetInputCapture()
	app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		switch ev.Key() {
		case settleKey:
			d.asIs = true
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
	app.SetBeforeDrawFunc(func(tcell.Screen) bool { return d.asIs })
	app.SetScreen(unasked{d.Top, d})
	go func() {
		defer close(d.done)
		d.err = app.Run()
	}()
	t.Cleanup(func() {
		d.stop()
		d.WantStopped()
	})
	d.Settle()
	return d
}

// frame takes the picture that has just been shown.
func (d *Driver) frame() {
	cells, w, h := d.Sim.GetContents()
	lines, selected := make([]string, h), make([]string, h)
	for y := range h {
		var line, reversed strings.Builder
		for x := 0; x < w; {
			text := string(cells[y*w+x].Runes)
			line.WriteString(text)
			if _, _, attrs := cells[y*w+x].Style.Decompose(); attrs&(tcell.AttrReverse|tcell.AttrDim) == tcell.AttrReverse {
				reversed.WriteString(text)
			}
			_, _, width := d.Sim.Get(x, y)
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
func (d *Driver) stop() {
	for d.Sim.PostEvent(tcell.NewEventKey(stopKey, 0, tcell.ModNone)) != nil {
		select {
		case <-d.done:
			return
		default:
			runtime.Gosched()
		}
	}
}

// Settle waits until every event so far has been handled and drawn.
func (d *Driver) Settle() {
	d.T.Helper()
	d.Sim.InjectKey(settleKey, 0, tcell.ModNone)
	select {
	case <-d.settled:
	case <-d.done:
	case <-time.After(Patience):
		d.Fail("the application does not come to rest")
	}
}

var keyNames = map[string]tcell.Key{
	"Enter": tcell.KeyEnter, "Esc": tcell.KeyEscape, "Tab": tcell.KeyTab, "Shift-Tab": tcell.KeyBacktab,
	"Backspace": tcell.KeyBackspace2, "Delete": tcell.KeyDelete, "Up": tcell.KeyUp, "Down": tcell.KeyDown,
	"Left": tcell.KeyLeft, "Right": tcell.KeyRight, "PgUp": tcell.KeyPgUp, "PgDn": tcell.KeyPgDn,
	"Home": tcell.KeyHome, "End": tcell.KeyEnd, "Ctrl-C": tcell.KeyCtrlC, "Ctrl-L": tcell.KeyCtrlL, "Ctrl-U": tcell.KeyCtrlU,
	"F1": tcell.KeyF1, "F5": tcell.KeyF5,
}

// Press presses keys one after the other: names as in keyNames, or characters.
func (d *Driver) Press(names ...string) {
	d.T.Helper()
	for _, name := range names {
		d.PressAhead(name)
		d.Settle()
	}
}

// PressAhead presses keys and waits for none of them to be handled.
func (d *Driver) PressAhead(names ...string) {
	d.T.Helper()
	for _, name := range names {
		key, r := tcell.KeyRune, []rune(name)
		if special, ok := keyNames[name]; ok {
			key, r = special, []rune{0}
		} else if name == "Space" {
			r = []rune{' '}
		} else if len(r) != 1 {
			d.T.Fatalf("no key is called %q", name)
		}
		d.post(tcell.NewEventKey(key, r[0], tcell.ModNone))
	}
}

// Alt presses a character with Alt.
func (d *Driver) Alt(r rune) {
	d.T.Helper()
	d.Sim.InjectKey(tcell.KeyRune, r, tcell.ModAlt)
	d.Settle()
}

// TypeText presses the key of each character.
func (d *Driver) TypeText(text string) {
	d.T.Helper()
	for _, r := range text {
		d.Press(string(r))
	}
}

// Resize gives the terminal another size.
func (d *Driver) Resize(w, h int) {
	d.T.Helper()
	d.Top.SetSize(w, h)
	d.post(tcell.NewEventResize(w, h))
	d.Settle()
}

// Screen returns the last frame, line by line, without blanks at the ends.
func (d *Driver) Screen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines
}

// Wait waits until a frame satisfies ok, which gets the lines and their
// reversed parts.
func (d *Driver) Wait(what string, ok func(lines, selected []string) bool) {
	d.T.Helper()
	deadline := time.After(Patience)
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
			d.Fail("the application has ended; " + what)
		case <-deadline:
			d.Fail(what)
		}
	}
}

// WantLine wants a text in a line of the screen; lines count from 0.
func (d *Driver) WantLine(n int, text string) {
	d.T.Helper()
	d.Wait("want "+text+" in a certain line", func(lines, _ []string) bool {
		return n < len(lines) && strings.Contains(lines[n], text)
	})
}

// WantScreen wants texts somewhere on the screen.
func (d *Driver) WantScreen(texts ...string) {
	d.T.Helper()
	for _, text := range texts {
		d.Wait("want "+text, func(lines, _ []string) bool {
			return strings.Contains(strings.Join(lines, "\n"), text)
		})
	}
}

// WantGone wants a text to be nowhere on the screen.
func (d *Driver) WantGone(text string) {
	d.T.Helper()
	d.Wait("do not want "+text, func(lines, _ []string) bool {
		return !strings.Contains(strings.Join(lines, "\n"), text)
	})
}

// WantSelected wants a text in the cursor's line.
func (d *Driver) WantSelected(text string) {
	d.T.Helper()
	d.Wait("want the cursor on "+text, func(_, selected []string) bool {
		return strings.Contains(strings.Join(selected, "\n"), text)
	})
}

// WantStopped wants the application to have ended without an error.
func (d *Driver) WantStopped() {
	d.T.Helper()
	select {
	case <-d.done:
		if d.err != nil {
			d.T.Errorf("Run() = %v, want no error", d.err)
		}
	case <-time.After(Patience):
		d.Fail("the application does not end")
	}
}

// Golden wants the screen to be as in testdata/golden/name.txt; with -update
// it makes it so.
func (d *Driver) Golden(name string) {
	d.T.Helper()
	d.Settle()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *Update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			d.T.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Join(d.Screen(), "\n")+"\n"), 0o666); err != nil {
			d.T.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.T.Fatalf("%v (go test -update writes it)", err)
	}
	d.Wait("want the screen of "+path+" (after an intended change: go test -update)\n"+string(want),
		func(lines, _ []string) bool { return strings.Join(lines, "\n")+"\n" == string(want) })
}

// Fail ends the test with all there is to know.
func (d *Driver) Fail(what string) {
	d.T.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	d.T.Fatalf("%s\nthe screen:\n%s\nall goroutines:\n%s", what, strings.Join(d.Screen(), "\n"), stacks)
}

// Paste pastes a text, as a terminal does when told to bracket it.
func (d *Driver) Paste(text string) {
	d.T.Helper()
	d.post(tcell.NewEventPaste(true))
	for _, r := range text {
		d.post(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
	}
	d.post(tcell.NewEventPaste(false))
	d.Settle()
}

// post hands an event to the application as soon as there is room for it.
func (d *Driver) post(ev tcell.Event) {
	d.T.Helper()
	for end := time.Now().Add(Patience); d.Sim.PostEvent(ev) != nil; runtime.Gosched() {
		if time.Now().After(end) {
			d.Fail("the application takes no events")
		}
	}
}

// On runs f where a grid may be touched.
func (d *Driver) On(f func()) {
	d.App.QueueUpdateDraw(f)
	d.Settle()
}

// Ask runs f where a grid may be looked at. Nothing is drawn for it.
func (d *Driver) Ask(f func()) {
	d.App.QueueUpdate(f)
}

// Click presses and releases the left button.
func (d *Driver) Click(x, y int) {
	d.T.Helper()
	d.Sim.InjectMouse(x, y, tcell.ButtonPrimary, tcell.ModNone)
	d.Sim.InjectMouse(x, y, tcell.ButtonNone, tcell.ModNone)
	d.Settle()
}
