package screentest

import (
	"bytes"
	"errors"
	"strings"
	"sync"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	_ "github.com/gdamore/tcell/v2/terminfo/x/xterm"
	"github.com/rivo/uniseg"
)

// TTY is a terminal that counts what it is sent, and shows it: enough of
// an xterm to tell whether two streams of bytes lead to the same picture.
type TTY struct {
	mu     sync.Mutex
	w, h   int
	sent   int
	input  chan []byte
	closed chan struct{}
	resize func()
	vt     vt
}

// NewTTY makes a terminal of w by h cells.
func NewTTY(w, h int) *TTY {
	t := &TTY{w: w, h: h, input: make(chan []byte, 16), closed: make(chan struct{})}
	t.vt.clear(w, h)
	return t
}

// newXterm makes a tcell screen as for a real terminal, on a fake tty.
func newXterm(tty *TTY) (tcell.Screen, error) {
	ti, err := terminfo.LookupTerminfo("xterm-256color")
	if err != nil {
		return nil, err
	}
	return tcell.NewTerminfoScreenFromTtyTerminfo(tty, ti)
}

// Start, Drain, Stop, Close, Read, Write, NotifyResize and WindowSize make it a
// tcell.Tty.
func (t *TTY) Start() error { t.closed = make(chan struct{}); return nil }
func (t *TTY) Drain() error { close(t.closed); return nil }
func (t *TTY) Stop() error  { return nil }
func (t *TTY) Close() error { return nil }

func (t *TTY) Read(p []byte) (int, error) {
	select {
	case b := <-t.input:
		return copy(p, b), nil
	case <-t.closed:
		return 0, errors.New("closed")
	}
}

func (t *TTY) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent += len(p)
	t.vt.write(p)
	return len(p), nil
}

func (t *TTY) NotifyResize(cb func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.resize = cb
}

func (t *TTY) WindowSize() (tcell.WindowSize, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return tcell.WindowSize{Width: t.w, Height: t.h}, nil
}

// SetSize gives the terminal another size and tells of it. The picture is lost.
func (t *TTY) SetSize(w, h int) {
	t.mu.Lock()
	t.w, t.h = w, h
	t.vt.clear(w, h)
	cb := t.resize
	t.mu.Unlock()
	if cb != nil {
		cb()
	}
}

// taken returns the number of bytes sent since it was last asked.
func (t *TTY) taken() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.sent
	t.sent = 0
	return n
}

// Mode reports whether a private mode of the terminal is set, "?2004" for one.
func (t *TTY) Mode(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.vt.modes[name]
}

// Picture is what the terminal shows, line by line, with the styles in braces.
func (t *TTY) Picture() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.vt.String()
}

// vt is the picture on a terminal.
type vt struct {
	w, h, x, y int
	cells      []vtCell
	style      string
	rest       []byte // an unfinished escape sequence

	modes map[string]bool // the private modes that were set: "?1006" is mouse reports in SGR form
}

// vtCell is a cell; the right part of a wide character has half set.
type vtCell struct {
	text, style string
	half        bool
}

func (v *vt) clear(w, h int) {
	v.w, v.h, v.x, v.y = w, h, 0, 0
	v.cells = make([]vtCell, w*h)
	for i := range v.cells {
		v.cells[i].text = " "
	}
}

func (v *vt) write(p []byte) {
	b := append(v.rest, p...)
	v.rest = nil
	for len(b) > 0 {
		if b[0] == 0x1b {
			n := escapeLen(b)
			if n == 0 {
				v.rest = bytes.Clone(b)
				return
			}
			v.escape(string(b[:n]))
			b = b[n:]
			continue
		}
		if b[0] == '\b' {
			v.x = max(v.x-1, 0)
			b = b[1:]
			continue
		}
		run := b
		if i := bytes.IndexAny(b, "\x1b\b"); i >= 0 {
			run = b[:i]
		}
		b = b[len(run):]
		for len(run) > 0 {
			var c []byte
			var width int
			c, run, width, _ = uniseg.FirstGraphemeCluster(run, -1)
			v.put(string(c), width)
		}
	}
}

// escapeLen is the length of the escape sequence that b starts with, 0 if it
// is not complete.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
		return 0
	case ']':
		return bytes.Index(b, []byte("\x1b\\")) + 2
	case '(':
		return min(3, len(b))
	}
	return 2
}

func (v *vt) escape(seq string) {
	switch {
	case strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "H"):
		row, col := 1, 1
		if body := seq[2 : len(seq)-1]; body != "" {
			r, c, _ := strings.Cut(body, ";")
			row, col = atoi(r), atoi(c)
		}
		v.x, v.y = col-1, row-1
	case strings.HasSuffix(seq, "J"):
		v.clear(v.w, v.h)
	case strings.HasPrefix(seq, "\x1b[?") && (strings.HasSuffix(seq, "h") || strings.HasSuffix(seq, "l")):
		if v.modes == nil {
			v.modes = map[string]bool{}
		}
		v.modes[seq[2:len(seq)-1]] = strings.HasSuffix(seq, "h")
	case seq == "\x1b[m" || seq == "\x1b[0m":
		v.style = ""
	case strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "m"):
		v.style += seq[2:]
	}
}

func atoi(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// put writes a grapheme at the cursor. As on a real terminal, a wide character
// that is hit in one half loses the other.
func (v *vt) put(text string, width int) {
	if v.y < 0 || v.y >= v.h || v.x < 0 || v.x+width > v.w {
		return
	}
	row := v.cells[v.y*v.w : (v.y+1)*v.w]
	for i := v.x; i > 0 && row[i].half; i-- {
		row[i-1] = vtCell{text: " ", style: row[i-1].style}
	}
	for i := v.x + width; i < v.w && row[i].half; i++ {
		row[i] = vtCell{text: " ", style: row[i].style}
	}
	for i := range width {
		row[v.x+i] = vtCell{style: v.style, half: i > 0}
	}
	row[v.x].text = text
	v.x += width
}

func (v *vt) String() string {
	var b strings.Builder
	for i, c := range v.cells {
		if i > 0 && i%v.w == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.text)
		if c.style != "" {
			b.WriteString("{" + c.style + "}")
		}
	}
	return b.String()
}
