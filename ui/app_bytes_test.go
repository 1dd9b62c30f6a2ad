package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/ui/screentest"
	"mbxperm/ui/widget"
)

// wireApp shows a demo on a 200x50 xterm of which every byte is seen. rest waits
// until the right grid shows the line of the cursor, and all is quiet.
func wireApp(t *testing.T) (w *screentest.Wire, a *app, rest func()) {
	ctx, cancel := context.WithCancel(context.Background())
	session := session.New(ctx, model.NewPool(), newDemo(t, "demo:250"), nil, nil)
	session.Wait()
	a = newApp(sessionDriver{session}, widget.ThemeFor(256))
	w = screentest.NewWire(t, true, a.tv)
	done := make(chan error)
	go func() { done <- w.App.Run() }()
	t.Cleanup(func() {
		cancel() // ends the screen too
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	a.start(ctx, w.Screen)
	rest = func() {
		t.Helper()
		for deadline := time.Now().Add(screentest.Patience); ; {
			quiet := false
			w.App.QueueUpdate(func() { quiet = a.quiet() })
			if quiet {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the application does not come to rest")
			}
			time.Sleep(time.Millisecond)
		}
		for {
			select {
			case <-w.Drawn:
				continue
			default:
			}
			return
		}
	}
	rest()
	return w, a, rest
}

// TestPreviewBytes: a move of the cursor in the right grid costs few bytes, with
// all that the preview says anew and without it.
func TestPreviewBytes(t *testing.T) {
	w, a, rest := wireApp(t)
	for _, key := range []string{"/", "front.desk", "\r", "\r"} {
		w.KeyUntil(key, rest)
	}
	for _, c := range []struct {
		name   string
		budget int
	}{{"with the preview", 1500}, {"without it", 500}} {
		worst := 0
		w.KeyUntil("g", rest)
		for range 20 { // none of which scrolls
			worst = max(worst, w.KeyUntil("\x1b[B", rest))
		}
		t.Logf("%-16s %5d bytes at most", c.name, worst)
		if shown := a.root.shown > 0; worst > c.budget || shown != (c.budget > 500) {
			t.Errorf("%s: %d bytes, want at most %d; there is a preview: %v", c.name, worst, c.budget, shown)
		}
		w.KeyUntil("P", rest)
	}
}

// TestMouseAndPasteInBytes: the terminal is asked for the mouse in SGR form and for
// bracketed paste, and what it then sends moves the cursor and fills a field.
func TestMouseAndPasteInBytes(t *testing.T) {
	w, a, rest := wireApp(t)
	for _, mode := range []string{"?1006", "?2004"} {
		if !w.TTY.Mode(mode) {
			t.Errorf("mode %s is not set", mode)
		}
	}
	row := func() (row int) {
		w.App.QueueUpdate(func() { row, _ = a.left.Selected() })
		return row
	}
	before := row()
	w.KeyUntil("\x1b[<0;10;12M", rest)
	w.KeyUntil("\x1b[<0;10;12m", rest)
	if row() == before {
		t.Errorf("a click does not move the cursor from row %d", before)
	}
	w.KeyUntil("/", rest)
	w.KeyUntil("\x1b[200~Help\tdesk\x1b[201~", rest)
	if got := a.foot.input.GetText(); got != "Help desk" {
		t.Errorf("pasted is %q", got)
	}
	w.KeyUntil("\r", rest)
}

// TestAppBytes is the promise of few bytes over SSH, kept by the whole
// application on a 200x50 xterm.
func TestAppBytes(t *testing.T) {
	w, a, rest := wireApp(t)
	for _, c := range []struct {
		name, key string
		budget    int
	}{{"key that does nothing", "Z", 50}, {"cursor down", "\x1b[B", 500}, {"cursor up", "\x1b[A", 500}} {
		w.Key(c.key)
		rest()
		got := w.Key(c.key)
		t.Logf("%-22s %5d bytes", c.name, got)
		if got > c.budget {
			t.Errorf("%s: %d bytes, want at most %d", c.name, got, c.budget)
		}
		rest()
	}
	// A tick of progress changes the status and nothing else: never more than the
	// budget, whichever digits and cells of the bar it is.
	base := &a.reading.latest.State
	w.App.QueueUpdate(func() { a.driver = frozenDriver{a.reading.latest} })
	worst := 0
	for n := range 60 {
		got := w.Update(func() {
			base.Phase, base.Search, base.Done, base.Expect = model.Reading, "mailboxes", n*17_234, 1_000_000
			base.Since = time.Now().Add(-time.Duration(n) * time.Second)
		})
		if n > 1 { // the first ones bring the bar and the rate
			worst = max(worst, got)
		}
	}
	t.Logf("%-22s %5d bytes at most", "progress tick", worst)
	if worst > 200 {
		t.Errorf("progress tick: %d bytes, want at most 200", worst)
	}
	if line := w.TTY.Picture(); !strings.Contains(line, "█") || !strings.Contains(line, "of 1,000,000") {
		t.Errorf("there is no progress on the screen:\n%s", line)
	}
}

// frozenDriver has told everything.
type frozenDriver struct{ snap *model.Snapshot }

func (d frozenDriver) Snapshot() *model.Snapshot      { return d.snap }
func (d frozenDriver) Cancel()                        {}
func (d frozenDriver) Answer(*model.Question, string) {}
func (d frozenDriver) Refresh()                       {}
func (d frozenDriver) Open(model.Request)             {}
func (d frozenDriver) Record(string, bool)            {}
