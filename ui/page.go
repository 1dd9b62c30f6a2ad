package ui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/report"
	"mbxperm/ui/safe"
)

// overlay stands before the grids and takes the keys and the mouse.
type overlay interface {
	tview.Primitive
	// scope says which bindings work on it.
	scope() scope
	// place tells it the room that there is.
	place(x, y, w, h int)
	// key handles a key; act is what the bindings of its scope say of it.
	key(a *app, act action, ev *tcell.EventKey)
}

// push lays an overlay over everything else.
func (r *root) push(o overlay) { r.over = append(r.over, o) }

// pop takes the uppermost overlay away.
func (r *root) pop() { r.over = r.over[:len(r.over)-1] }

// renew has pages make their texts again.
func (r *root) renew() {
	for _, o := range r.over {
		if p, ok := o.(*page); ok {
			p.renew()
		}
	}
}

// top returns the uppermost overlay, nil where there is none.
func (r *root) top() overlay {
	if len(r.over) == 0 {
		return nil
	}
	return r.over[len(r.over)-1]
}

// pageLine is a line of a page before it is broken: a name and what is said
// of it, or a text alone. Both may hold anything.
type pageLine struct {
	label, text string
	style       cellStyle
	exact       bool // a command: copied as it is
}

// sheet is one of the texts of a page.
type sheet struct {
	title string
	// text makes the lines, on the screen's goroutine: again whenever there are news.
	text  func() []pageLine
	lines []pageLine
	top   int // first row on the screen
	show  int // the line to be in view at first
}

// toEnd as the first row of a sheet shows its end, also when it grows.
const toEnd = math.MaxInt32

// still is the text of a sheet that does not change.
func still(lines ...pageLine) func() []pageLine { return func() []pageLine { return lines } }

// pageRow is a line, or a part of one, as it fits into the page; safe to be shown.
type pageRow struct {
	label, text string
	style       cellStyle
	line        int // number of the line it is from
}

// page is one or several sheets of text over the grids, to be scrolled and searched.
type page struct {
	*tview.Box
	theme  *theme
	sheets []sheet
	at     int // the sheet that is shown
	rows   []pageRow
	width  int // that rows are broken for
	names  int // cells of the column of labels
	height int // rows on the screen
	word   string
	hit    int // row of the match gone to, -1 for none
}

const longestLabel = 24

// newPage makes a page that shows its sheet number at.
func newPage(t *theme, at int, sheets ...sheet) *page {
	p := &page{Box: tview.NewBox(), theme: t, sheets: sheets, at: at, hit: -1}
	p.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	for i := range p.sheets {
		p.sheets[i].lines = p.sheets[i].text()
	}
	p.retitle()
	return p
}

func (p *page) scope() scope {
	if len(p.sheets) > 1 {
		return scopeSheets
	}
	return scopePage
}

func (p *page) place(x, y, w, h int) { p.SetRect(x, y, w, h) }

// retitle names the sheets, the one that is shown in brackets.
func (p *page) retitle() {
	names := make([]string, len(p.sheets))
	for i, s := range p.sheets {
		names[i] = s.title
		if i == p.at && len(p.sheets) > 1 {
			names[i] = "[" + s.title + "]"
		}
	}
	p.SetTitle(plain(strings.Join(names, "  ")))
}

// renew makes the texts again. What the user looks at stays where it is, and
// the end in view if it was.
func (p *page) renew() {
	for i := range p.sheets {
		s := &p.sheets[i]
		lines := s.text()
		if slices.Equal(lines, s.lines) {
			continue
		}
		s.lines = lines
		if i != p.at {
			continue
		}
		if len(p.rows) > 0 && s.top+p.height >= len(p.rows) {
			s.top = toEnd
		}
		p.width = 0
	}
}

// turn goes to another sheet.
func (p *page) turn(step int) {
	p.at = (p.at + step + len(p.sheets)) % len(p.sheets)
	p.width, p.hit = 0, -1
	p.retitle()
}

// lay breaks the sheet into rows of a width.
func (p *page) lay(width int) {
	if width == p.width {
		return
	}
	first := -1 // the line that is on top stays there when the width changes
	if top := p.sheets[p.at].top; top < len(p.rows) && p.width > 0 {
		first = p.rows[top].line
	}
	p.width, p.rows, p.names, p.hit = width, nil, 0, -1
	for _, l := range p.sheets[p.at].lines {
		p.names = max(p.names, min(safe.Width(safe.Text(l.label)), longestLabel))
	}
	if p.names > 0 {
		p.names += 2
	}
	for i, l := range p.sheets[p.at].lines {
		hang := 0
		if l.label != "" {
			hang = p.names
		}
		if i == first {
			p.sheets[p.at].top = len(p.rows)
		}
		if s := &p.sheets[p.at]; s.show > 0 && i == s.show {
			s.top, s.show = max(len(p.rows)-3, 0), 0
		}
		for j, text := range wrapSafe(safe.Text(l.text), width-hang) {
			row := pageRow{text: text, style: l.style, line: i}
			if hang > 0 {
				row.label = strings.Repeat(" ", hang)
				if j == 0 {
					row.label = safe.Fit(safe.Text(l.label), hang)
				}
			}
			p.rows = append(p.rows, row)
		}
	}
}

// Draw draws what is in view, and on the border how much that is.
func (p *page) Draw(screen tcell.Screen) {
	p.DrawForSubclass(screen, p)
	x, y, w, h := p.GetInnerRect()
	x, w = x+1, w-2
	p.lay(w)
	p.height = h
	s := &p.sheets[p.at]
	s.top = max(min(s.top, len(p.rows)-h), 0)
	for i := range min(h, len(p.rows)-s.top) {
		row := &p.rows[s.top+i]
		style := p.theme.style(row.style)
		if s.top+i == p.hit {
			style = p.theme.style(styleSelected)
		}
		at := x
		if row.label != "" {
			putSafe(screen, x, y+i, p.names, row.label, p.theme.style(styleMuted))
			at += p.names
		}
		putSafe(screen, at, y+i, min(safe.Width(row.text), x+w-at), row.text, style)
	}
	if len(p.rows) > h {
		text := fmt.Sprintf(" %s–%s of %s ", report.Thousands(s.top+1), report.Thousands(min(s.top+h, len(p.rows))), report.Thousands(len(p.rows)))
		putSafe(screen, x+w-safe.Width(text), y+h, safe.Width(text), text, p.theme.style(styleMuted))
	}
}

// key scrolls, turns, searches or closes the page.
func (p *page) key(a *app, act action, ev *tcell.EventKey) {
	switch act {
	case actionClear:
		a.root.pop()
	case actionNextPane:
		p.turn(1)
	case actionPrevPane:
		p.turn(-1)
	case actionNone:
		p.move(ev)
	default:
		a.pageAction(p, act)
	}
}

// move scrolls.
func (p *page) move(ev *tcell.EventKey) {
	top := &p.sheets[p.at].top
	switch ev.Key() {
	case tcell.KeyUp:
		*top--
	case tcell.KeyDown:
		*top++
	case tcell.KeyPgUp, tcell.KeyCtrlB:
		*top -= p.height
	case tcell.KeyPgDn, tcell.KeyCtrlF:
		*top += p.height
	case tcell.KeyHome:
		*top = 0
	case tcell.KeyEnd:
		*top = len(p.rows)
	case tcell.KeyRune:
		switch ev.Rune() {
		case 'k':
			*top--
		case 'j':
			*top++
		case ' ':
			*top += p.height
		case 'g':
			*top = 0
		case 'G':
			*top = len(p.rows)
		}
	}
	*top = max(min(*top, len(p.rows)-p.height), 0)
}

// find goes to the next row, or the one before, that holds the word of the
// search; it reports whether there is one and whether it lies beyond the end.
func (p *page) find(step int) (found, wrapped bool) {
	n := len(p.rows)
	from := p.hit
	if from < 0 {
		from = p.sheets[p.at].top
		if step > 0 {
			from--
		}
	}
	word := strings.ToLower(safe.Text(p.word))
	for i := 1; i <= n; i++ {
		at := ((from+i*step)%n + n) % n
		if !strings.Contains(strings.ToLower(p.rows[at].label+p.rows[at].text), word) {
			continue
		}
		p.hit = at
		if top := &p.sheets[p.at].top; at < *top || at >= *top+p.height {
			*top = max(at-p.height/3, 0)
		}
		return true, step > 0 && at <= from || step < 0 && at >= from
	}
	p.hit = -1
	return false, false
}

// MouseHandler scrolls.
func (p *page) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, _ *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		switch action {
		case tview.MouseScrollUp:
			p.sheets[p.at].top -= 3
		case tview.MouseScrollDown:
			p.sheets[p.at].top += 3
		}
		return true, nil // Draw keeps it within bounds
	}
}
