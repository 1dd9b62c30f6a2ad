package term_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/screentest"
	"mbxperm/ui/term"
)

// drawing is a random series of drawing calls, made on several screens alike.
type drawing struct {
	rnd     *rand.Rand
	screens []tcell.Screen
	styles  bool // with SetStyle, which the simulated screen does not repaint for
}

var drawnTexts = []string{
	"a", "b", " ", "Z", "─", "│", "é", "e\u0301", "a\u0308\u0323", "世", "界", "한", "👩", "🇩🇪",
	"\u0e01\u0e33" /* two cells, two runes */, "\u0939\u093f\u0903" /* three cells */, "…",
}

var drawnStyles = []tcell.Style{
	tcell.StyleDefault,
	tcell.StyleDefault.Bold(true),
	tcell.StyleDefault.Reverse(true),
	tcell.StyleDefault.Foreground(tcell.ColorRed).Background(tcell.ColorBlue),
	tcell.StyleDefault.Foreground(tcell.NewRGBColor(1, 2, 3)),
	tcell.StyleDefault.Foreground(tcell.ColorNone).Background(tcell.ColorNone),
}

func (d *drawing) each(f func(s tcell.Screen)) {
	for _, s := range d.screens {
		f(s)
	}
}

// step makes one call. Positions reach past the edges on purpose.
func (d *drawing) step(w, h int) {
	x, y := d.rnd.IntN(w+4)-2, d.rnd.IntN(h+4)-2
	text := drawnTexts[d.rnd.IntN(len(drawnTexts))]
	style := drawnStyles[d.rnd.IntN(len(drawnStyles))]
	runes := []rune(text)
	switch d.rnd.IntN(20) {
	case 0:
		d.each(func(s tcell.Screen) { s.Clear() })
	case 1:
		d.each(func(s tcell.Screen) { s.Fill('.', style) })
	case 2, 3:
		line := text + "xyz" + drawnTexts[d.rnd.IntN(len(drawnTexts))]
		d.each(func(s tcell.Screen) { s.PutStrStyled(x, max(y, 0), line, style) })
	case 4:
		d.each(func(s tcell.Screen) { s.SetCell(x, y, style, runes...) })
	case 5:
		d.each(func(s tcell.Screen) { s.Put(x, y, text, style) })
	case 6:
		d.each(func(s tcell.Screen) { s.PutStr(max(x, 0), max(y, 0), text) })
	case 7:
		d.each(func(s tcell.Screen) { s.SetCell(x, y, style) })
	case 8:
		if d.styles {
			d.each(func(s tcell.Screen) { s.SetStyle(style) })
		}
	default:
		d.each(func(s tcell.Screen) { s.SetContent(x, y, runes[0], runes[1:], style) })
	}
}

// TestDiffScreenShowsTheSame holds the wrapped screen against an unwrapped
// one: the same buffer after each call and the same cells after each Show.
func TestDiffScreenShowsTheSame(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			plain, wrapped := screentest.NewSim(t, 20, 6), screentest.NewSim(t, 20, 6)
			diff := term.NewScreen(wrapped)
			d := &drawing{rnd: rand.New(rand.NewPCG(seed, 1)), screens: []tcell.Screen{plain, diff}}
			d.each(func(s tcell.Screen) { s.Clear() })
			for range 80 {
				for range d.rnd.IntN(12) {
					d.step(plain.Size())
				}
				compareBuffers(t, plain, diff)
				switch d.rnd.IntN(8) {
				case 0:
					w, h := 5+d.rnd.IntN(30), 2+d.rnd.IntN(8)
					d.each(func(s tcell.Screen) { s.SetSize(w, h); s.Clear() })
				case 1:
					d.each(func(s tcell.Screen) { s.Sync() })
				}
				d.each(func(s tcell.Screen) { s.Show() })
				compareSims(t, plain, wrapped)
			}
		})
	}
}

func compareBuffers(t *testing.T, want, got tcell.Screen) {
	t.Helper()
	w, h := want.Size()
	if gw, gh := got.Size(); gw != w || gh != h {
		t.Fatalf("size %dx%d, want %dx%d", gw, gh, w, h)
	}
	for y := -1; y <= h; y++ {
		for x := -1; x <= w; x++ {
			wt, ws, ww := want.Get(x, y)
			gt, gs, gw := got.Get(x, y)
			if wt != gt || ws != gs || ww != gw {
				t.Fatalf("Get(%d,%d) = %q %v %d, want %q %v %d", x, y, gt, gs, gw, wt, ws, ww)
			}
			//lint:ignore SA1019 tview uses it, so it must be right
			wr, wc, _, _ := want.GetContent(x, y)
			//lint:ignore SA1019 as above
			gr, gc, _, _ := got.GetContent(x, y)
			if wr != gr || string(wc) != string(gc) {
				t.Fatalf("GetContent(%d,%d) = %q %q, want %q %q", x, y, gr, gc, wr, wc)
			}
		}
	}
}

// compareSims compares what two simulated terminals show. The cells under a
// wide character are left out: nothing shows there.
func compareSims(t *testing.T, want, got tcell.SimulationScreen) {
	t.Helper()
	a, w, h := want.GetContents()
	b, _, _ := got.GetContents()
	for y := range h {
		for x := 0; x < w; {
			wc, gc := a[y*w+x], b[y*w+x]
			if string(wc.Runes) != string(gc.Runes) || wc.Style != gc.Style {
				t.Fatalf("cell %d,%d shows %q %v, want %q %v", x, y,
					string(gc.Runes), gc.Style, string(wc.Runes), wc.Style)
			}
			_, _, width := want.Get(x, y)
			x += width
		}
	}
}

// TestDiffScreenOnTerminal is the same on tcell's real terminal screen, with
// an emulator at the far end: what counts is the picture the bytes make.
// Each frame starts with Clear, as tview's do.
func TestDiffScreenOnTerminal(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			ttys := [2]*screentest.TTY{screentest.NewTTY(20, 6), screentest.NewTTY(20, 6)}
			plain, wrapped := screentest.OpenXterm(t, ttys[0]), screentest.OpenXterm(t, ttys[1])
			diff := term.NewScreen(wrapped)
			d := &drawing{rnd: rand.New(rand.NewPCG(seed, 2)), screens: []tcell.Screen{plain, diff}, styles: true}
			for frame := range 60 {
				if d.rnd.IntN(10) == 0 {
					d.each(func(s tcell.Screen) { _ = s.Suspend(); _ = s.Resume() })
				}
				d.each(func(s tcell.Screen) { s.Clear() })
				for range d.rnd.IntN(30) {
					d.step(20, 6)
				}
				// The plain screen leaves stale blanks after SetStyle and
				// beside wide characters; a full repaint is the right picture.
				plain.Sync()
				diff.Show()
				if want, got := ttys[0].Picture(), ttys[1].Picture(); want != got {
					t.Fatalf("frame %d shows\n%s\nwant\n%s", frame, got, want)
				}
			}
		})
	}
}

// TestDiffScreenResizeThereAndBack: a terminal that shrinks and grows back
// between two frames has lost cells although its size is the old one.
func TestDiffScreenResizeThereAndBack(t *testing.T) {
	tty := screentest.NewTTY(10, 2)
	diff := term.NewScreen(screentest.OpenXterm(t, tty))
	draw := func() {
		diff.Clear()
		diff.PutStr(0, 0, "0123456789")
		diff.Show()
	}
	sized := func(w int) {
		for {
			if ev, ok := diff.PollEvent().(*tcell.EventResize); ok {
				if got, _ := ev.Size(); got == w {
					return
				}
			}
		}
	}
	sized(10) // tcell starts at 80x24 and reports the real size as a resize
	draw()
	resized := func(w int) {
		tty.SetSize(w, 2)
		sized(w)
	}
	resized(4)
	resized(10)
	draw()
	if got, want := tty.Picture(), "0123456789\n          "; got != want {
		t.Errorf("after shrinking and growing the screen shows\n%s\nwant\n%s", got, want)
	}
}

// TestDiffScreenWideReplaced: both halves of a wide character are repainted
// when narrow ones take their place, also if the right one is as before.
func TestDiffScreenWideReplaced(t *testing.T) {
	tty := screentest.NewTTY(6, 1)
	diff := term.NewScreen(screentest.OpenXterm(t, tty))
	for _, step := range []struct{ text, want string }{
		{"abcdef", "abcdef"},
		{"a世def", "a世def"},
		{"abcdef", "abcdef"},
		{"世cdef", "世cdef"},
		{"a世def", "a世def"},
		{"a世界f", "a世界f"},
		{"ab世ef", "ab世ef"},
		{"abcde世", "abcde "},
		{"abcdef", "abcdef"},
	} {
		diff.Clear()
		// The cell under the right half keeps a letter, as tview leaves it.
		diff.PutStr(0, 0, "abcdef")
		diff.PutStr(0, 0, step.text)
		diff.Show()
		if got := tty.Picture(); got != step.want {
			t.Fatalf("after %q the screen shows %q", step.text, got)
		}
	}
}

type failingScreen struct {
	tcell.Screen
	inits int
}

func (s *failingScreen) Init() error { s.inits++; return errors.New("no terminal") }

func TestDiffScreenInitKeepsItsError(t *testing.T) {
	inner := &failingScreen{}
	s := term.NewScreen(inner)
	for range 2 {
		if err := s.Init(); err == nil || err.Error() != "no terminal" {
			t.Errorf("Init() = %v, want the error of the wrapped screen", err)
		}
	}
	if inner.inits != 1 {
		t.Errorf("the wrapped screen was initialised %d times, want once", inner.inits)
	}
}

// TestDiffScreenChannelEvents: the channel closes when told to quit, and
// events come through.
func TestDiffScreenChannelEvents(t *testing.T) {
	sim := screentest.NewSim(t, 10, 2)
	s := term.NewScreen(sim)
	ch, quit := make(chan tcell.Event), make(chan struct{})
	go s.ChannelEvents(ch, quit)
	sim.InjectKey(tcell.KeyRune, 'x', tcell.ModNone)
	if ev, ok := (<-ch).(*tcell.EventKey); !ok || ev.Rune() != 'x' {
		t.Errorf("got event %v, want the key x", ev)
	}
	close(quit)
	if ev, ok := <-ch; ok {
		t.Errorf("got %v after quit, want a closed channel", ev)
	}
}

// gone is a screen whose terminal does not come back.
type gone struct {
	tcell.SimulationScreen
	shown int
}

func (*gone) Resume() error { return errors.New("no such device") }
func (g *gone) Show()       { g.shown++ }
func (g *gone) Sync()       { g.shown++ }

// TestTerminalThatDoesNotComeBack: nothing is drawn to it, and whoever waits for
// events learns that it is gone.
func TestTerminalThatDoesNotComeBack(t *testing.T) {
	inner := &gone{SimulationScreen: tcell.NewSimulationScreen("UTF-8")}
	s := term.NewScreen(inner)
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.Fini()
	s.Show()
	if err := s.Suspend(); err != nil {
		t.Fatal(err)
	}
	if err := s.Resume(); err == nil {
		t.Fatal("resumed")
	}
	s.Show()
	s.Sync()
	if inner.shown != 1 {
		t.Errorf("shown %d times, want once, before", inner.shown)
	}
	for {
		switch ev := s.PollEvent().(type) {
		case *tcell.EventError:
			if ev.Error() != "no such device" {
				t.Errorf("got %v", ev)
			}
			return
		case nil:
			t.Fatal("no event says so")
		}
	}
}
