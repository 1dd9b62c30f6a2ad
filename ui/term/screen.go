package term

import (
	"sync"

	"github.com/gdamore/tcell/v2"
)

// Screen is a tcell.Screen that passes on only what changed since the last
// Show.
//
// It exists because tview clears the screen before each draw, and tcell v2
// takes a cell that was cleared and written again for a changed one: every key
// press sends every non-blank cell, 8 KB on a screen of 200x50. Screen
// lets tview clear and draw into a buffer of its own; the wrapped screen is
// never cleared and sees only real changes. tcell v3 does this itself.
//
// It is safe for use by several goroutines, as the screens of tcell are.
type Screen struct {
	tcell.Screen

	init    sync.Once
	initErr error

	mu    sync.Mutex
	back  tcell.CellBuffer // what the application has drawn
	shown []shownCell      // what the wrapped screen was last given, by y*width+x
	sync  bool             // the next Show must repaint every cell
	away  bool             // the terminal is not ours now, or it is lost

	instead map[string]string // what is shown in the place of a character; nil for nothing
}

// shownCell is one cell as the wrapped screen has it. The zero value stands
// for "unknown": no cell of a buffer holds an empty string.
type shownCell struct {
	text  string
	style tcell.Style
}

var _ tcell.Screen = (*Screen)(nil)

// NewScreen wraps a screen. The wrapped one must not be drawn to by others.
func NewScreen(wrapped tcell.Screen) *Screen {
	return &Screen{Screen: wrapped}
}

// Init initialises the wrapped screen once and gives the same answer ever
// after: tview's SetScreen calls Init and drops its error, so the caller must
// call it before, and tcell does not bear a second one.
func (s *Screen) Init() error {
	s.init.Do(func() { s.initErr = s.Screen.Init() })
	return s.initErr
}

// EnableMouse asks for buttons and dragging only, unless told otherwise: tview
// has no use for the position of a mouse that merely moves, and every report
// of it would travel over the line.
func (s *Screen) EnableMouse(flags ...tcell.MouseFlags) {
	if len(flags) == 0 {
		flags = []tcell.MouseFlags{tcell.MouseButtonEvents, tcell.MouseDragEvents}
	}
	s.Screen.EnableMouse(flags...)
}

// Suspend gives the terminal back. The wrapped screen loses its cells with it,
// and must not be drawn to (tcell then counts columns of no width, for ever).
func (s *Screen) Suspend() error {
	s.mu.Lock()
	s.away = true
	s.mu.Unlock()
	return s.Screen.Suspend()
}

// Resume takes the terminal again; the next Show paints everything. A terminal
// that is gone by then is an event too, as one that is lost while it is used.
func (s *Screen) Resume() error {
	err := s.Screen.Resume()
	if err != nil {
		_ = s.Screen.PostEvent(tcell.NewEventError(err))
		return err
	}
	s.forget()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = false
	return nil
}

// SetSize asks the terminal for another size, which drops cells of the wrapped
// screen even if it ends with the size it had.
func (s *Screen) SetSize(w, h int) {
	s.Screen.SetSize(w, h)
	s.forget()
}

// SetStyle sets what StyleDefault means. No cell changes by it, yet each one
// in that style looks different afterwards.
func (s *Screen) SetStyle(style tcell.Style) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Screen.SetStyle(style)
	s.sync = true
}

// PollEvent waits for an event. A resize passes through here, and a terminal
// that grew back to its old size between two looks has lost what it cut off:
// the size alone does not tell.
func (s *Screen) PollEvent() tcell.Event {
	ev := s.Screen.PollEvent()
	s.notice(ev)
	return ev
}

// ChannelEvents is PollEvent in a loop, as tcell defines it.
func (s *Screen) ChannelEvents(ch chan<- tcell.Event, quit <-chan struct{}) {
	defer close(ch)
	in := make(chan tcell.Event)
	go s.Screen.ChannelEvents(in, quit)
	for ev := range in {
		s.notice(ev)
		select {
		case ch <- ev:
		case <-quit:
			return
		}
	}
}

func (s *Screen) notice(ev tcell.Event) {
	if _, ok := ev.(*tcell.EventResize); ok {
		s.forget()
	}
}

// forget makes the next Show pass on every cell.
func (s *Screen) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.shown)
}

// Size is the size of the wrapped screen. The buffer follows it here, so that
// what is drawn after asking fits.
func (s *Screen) Size() (width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fit()
	return s.back.Size()
}

// ready makes a buffer for drawing if there is none yet: looking at the wrapped
// screen's size for each cell would double the price of a cell. The caller
// holds mu.
func (s *Screen) ready() {
	if len(s.shown) == 0 {
		s.fit()
	}
}

// fit brings the buffer to the size of the wrapped screen. The caller holds mu.
func (s *Screen) fit() {
	w, h := s.Screen.Size()
	if bw, bh := s.back.Size(); bw == w && bh == h && len(s.shown) == w*h {
		return
	}
	s.back.Resize(w, h)
	s.shown = make([]shownCell, w*h)
}

// Clear fills the buffer with blanks.
func (s *Screen) Clear() { s.Fill(' ', tcell.StyleDefault) }

// Fill fills the buffer with one character.
func (s *Screen) Fill(r rune, style tcell.Style) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fit()
	s.back.Fill(r, style)
}

// asciiText holds a string for each ASCII character: a screen is mostly made
// of them, and SetContent would allocate one each time.
var asciiText = func() (t [128]string) {
	for i := range t {
		t[i] = string(rune(i))
	}
	return t
}()

// SetContent puts a character with its combining ones into the buffer.
func (s *Screen) SetContent(x, y int, primary rune, combining []rune, style tcell.Style) {
	var text string
	switch {
	case len(combining) > 0:
		text = string(append([]rune{primary}, combining...))
	case primary >= 0 && int(primary) < len(asciiText):
		text = asciiText[primary]
	default:
		text = string(primary)
	}
	s.Put(x, y, text, style)
}

// SetCell is an older form of SetContent.
func (s *Screen) SetCell(x, y int, style tcell.Style, ch ...rune) {
	if len(ch) == 0 {
		ch = []rune{' '}
	}
	s.SetContent(x, y, ch[0], ch[1:], style)
}

// Put puts the first grapheme of text into the buffer; it returns the rest and
// the width in cells.
func (s *Screen) Put(x, y int, text string, style tcell.Style) (rest string, width int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready()
	return s.back.Put(x, y, text, style)
}

// PutStr puts text in the default style, clipped to the screen.
func (s *Screen) PutStr(x, y int, text string) {
	s.PutStrStyled(x, y, text, tcell.StyleDefault)
}

// PutStrStyled puts text into the buffer, clipped to the screen.
func (s *Screen) PutStrStyled(x, y int, text string, style tcell.Style) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready()
	w, h := s.back.Size()
	for width := 0; text != "" && x < w && y < h; x += width {
		if text, width = s.back.Put(x, y, text, style); width == 0 {
			return
		}
	}
}

// Get returns what was drawn at a place, shown or not yet.
func (s *Screen) Get(x, y int) (text string, style tcell.Style, width int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready()
	return s.back.Get(x, y)
}

// GetContent is an older form of Get.
func (s *Screen) GetContent(x, y int) (primary rune, combining []rune, style tcell.Style, width int) {
	text, style, width := s.Get(x, y)
	for i, r := range text {
		if i == 0 {
			primary = r
		} else {
			combining = append(combining, r)
		}
	}
	return primary, combining, style, width
}

// Show brings the terminal to what was drawn, sending only the differences.
func (s *Screen) Show() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return
	}
	s.pass()
	if s.sync {
		s.sync = false
		s.Screen.Sync()
		return
	}
	s.Screen.Show()
}

// Sync repaints every cell, for a terminal that was scribbled on.
func (s *Screen) Sync() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return
	}
	s.pass()
	s.sync = false
	s.Screen.Sync()
}

// pass hands every cell that changed to the wrapped screen. The caller holds
// mu.
//
// Cells under the right half of a wide character are left out, and what is
// known of them stays: the wrapped screen keeps their old content and marks
// them for painting whenever a wide character covers them, so that they come
// back by themselves when it goes.
func (s *Screen) pass() {
	s.fit()
	w, h := s.back.Size()
	for y := range h {
		for x := 0; x < w; {
			text, style, width := s.back.Get(x, y)
			if x+width > w {
				// tcell shows a blank for a wide character that does not fit,
				// and then loses track of the cells after it.
				text, width = " ", 1
			}
			if instead, ok := s.instead[text]; ok {
				text = instead
			}
			if was := &s.shown[y*w+x]; was.text != text || was.style != style {
				*was = shownCell{text, style}
				s.Screen.Put(x, y, text, style)
			}
			x += width
		}
	}
}
