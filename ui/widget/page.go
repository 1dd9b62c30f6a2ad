package widget

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
)

// Line is a line of a page before it is broken: a name and what is said
// of it, or a text alone. Both may hold anything.
type Line struct {
	Label, Text string
	Style       Style
	Exact       bool // a command: copied as it is
}

// Sheet is one of the texts of a page.
type Sheet struct {
	Title string
	// Text makes the lines, on the screen's goroutine: again whenever there are news.
	Text  func() []Line
	Lines []Line // what Text made last
	Show  int    // the line to be in view at first
	top   int    // first row on the screen
}

// toEnd as the first row of a sheet shows its end, also when it grows.
const toEnd = math.MaxInt32

// Still is the text of a sheet that does not change.
func Still(lines ...Line) func() []Line { return func() []Line { return lines } }

// pageRow is a line, or a part of one, as it fits into the page; safe to be shown.
type pageRow struct {
	label, text string
	style       Style
	line        int // number of the line it is from
}

// Page is one or several sheets of text over the grids, to be scrolled and searched.
type Page struct {
	*tview.Box

	Sheets []Sheet // to be changed by [Page.Show] and [Page.Renew]
	At     int     // the sheet that is shown; [Page.Turn] goes to another
	Word   string  // what [Page.Find] looks for
	// TwoFrom is the width from which on the page has two columns: what does not fit
	// into the left one stands in the right one. 0 for never.
	TwoFrom int

	theme  *Theme
	rows   []pageRow
	width  int // that rows are broken for
	names  int // cells of the column of labels
	height int // rows on the screen, in all columns
	hit    int // row of the match gone to, -1 for none
}

const longestLabel = 24

// NewPage makes a page that shows its sheet number at.
func NewPage(t *Theme, at int, sheets ...Sheet) *Page {
	p := &Page{Box: tview.NewBox(), theme: t, Sheets: sheets, At: at, hit: -1}
	p.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	for i := range p.Sheets {
		p.Sheets[i].Lines = p.Sheets[i].Text()
	}
	p.retitle()
	return p
}

// Scope says which bindings work on the page.
func (p *Page) Scope() keys.Scope {
	if len(p.Sheets) > 1 {
		return keys.ScopeSheets
	}
	return keys.ScopePage
}

// Fit takes all the room there is.
func (p *Page) Fit(x, y, w, h int) { p.SetRect(x, y, w, h) }

// retitle names the sheets, the one that is shown in brackets.
func (p *Page) retitle() {
	names := make([]string, len(p.Sheets))
	for i, s := range p.Sheets {
		names[i] = s.Title
		if i == p.At && len(p.Sheets) > 1 {
			names[i] = "[" + s.Title + "]"
		}
	}
	p.SetTitle(Plain(strings.Join(names, "  ")))
}

// Show shows a sheet in the place of all others.
func (p *Page) Show(s Sheet) {
	s.Lines = s.Text()
	p.Sheets, p.At, p.width = []Sheet{s}, 0, 0
	p.retitle()
}

// Renew makes the texts again. What the user looks at stays where it is: the top of
// a sheet, and the end of one that was scrolled there.
func (p *Page) Renew() {
	for i := range p.Sheets {
		s := &p.Sheets[i]
		lines := s.Text()
		if slices.Equal(lines, s.Lines) {
			continue
		}
		s.Lines = lines
		if i != p.At {
			continue
		}
		if s.top > 0 && s.top+p.height >= len(p.rows) {
			s.top = toEnd
		}
		p.width = 0
	}
}

// Turn goes to another sheet.
func (p *Page) Turn(step int) {
	p.At = (p.At + step + len(p.Sheets)) % len(p.Sheets)
	p.width, p.hit = 0, -1
	p.retitle()
}

// lay breaks the sheet into rows of a width.
func (p *Page) lay(width int) {
	if width == p.width {
		return
	}
	first := -1 // the line that is on top stays there when the width changes
	if top := p.Sheets[p.At].top; top < len(p.rows) && p.width > 0 {
		first = p.rows[top].line
	}
	p.width, p.rows, p.names, p.hit = width, nil, 0, -1
	for _, l := range p.Sheets[p.At].Lines {
		p.names = max(p.names, min(safe.Width(safe.Text(l.Label)), longestLabel))
	}
	if p.names > 0 {
		p.names += 2
	}
	for i, l := range p.Sheets[p.At].Lines {
		hang := 0
		if l.Label != "" {
			hang = p.names
		}
		if i == first {
			p.Sheets[p.At].top = len(p.rows)
		}
		if s := &p.Sheets[p.At]; s.Show > 0 && i == s.Show {
			s.top, s.Show = max(len(p.rows)-3, 0), 0
		}
		for j, text := range WrapSafe(safe.Text(l.Text), width-hang) {
			row := pageRow{text: text, style: l.Style, line: i}
			if hang > 0 {
				row.label = strings.Repeat(" ", hang)
				if j == 0 {
					row.label = safe.Fit(safe.Text(l.Label), hang)
				}
			}
			p.rows = append(p.rows, row)
		}
	}
}

// Draw draws what is in view, and on the border how much that is.
func (p *Page) Draw(screen tcell.Screen) {
	p.DrawForSubclass(screen, p)
	x, y, w, h := p.GetInnerRect()
	x, w = x+1, w-2
	columns, gap := 1, 0
	if p.TwoFrom > 0 && w+4 >= p.TwoFrom {
		columns, gap = 2, 3
	}
	column := (w - gap) / columns
	p.lay(column)
	p.height = h * columns
	s := &p.Sheets[p.At]
	s.top = max(min(s.top, len(p.rows)-p.height), 0)
	for i := range min(p.height, len(p.rows)-s.top) {
		p.drawRow(screen, x+i/max(h, 1)*(column+gap), y+i%max(h, 1), column, s.top+i)
	}
	if len(p.rows) > p.height {
		text := fmt.Sprintf(" %s–%s of %s ", safe.Thousands(s.top+1), safe.Thousands(min(s.top+p.height, len(p.rows))), safe.Thousands(len(p.rows)))
		PutSafe(screen, x+w-safe.Width(text), y+h, safe.Width(text), text, p.theme.Style(StyleMuted))
	}
}

func (p *Page) drawRow(screen tcell.Screen, x, y, w, i int) {
	row := &p.rows[i]
	style, at := p.theme.Style(row.style), x
	if i == p.hit {
		style = p.theme.Style(StyleSelected)
	}
	if row.label != "" {
		PutSafe(screen, x, y, p.names, row.label, p.theme.Style(StyleMuted))
		at += p.names
	}
	PutSafe(screen, at, y, min(safe.Width(row.text), x+w-at), row.text, style)
}

// Move scrolls.
func (p *Page) Move(ev *tcell.EventKey) {
	top := &p.Sheets[p.At].top
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

// Find goes to the next row, or the one before, that holds the word of the
// search; it reports whether there is one and whether it lies beyond the end.
func (p *Page) Find(step int) (found, wrapped bool) {
	n := len(p.rows)
	from := p.hit
	if from < 0 {
		from = p.Sheets[p.At].top
		if step > 0 {
			from--
		}
	}
	word := strings.ToLower(safe.Text(p.Word))
	for i := 1; i <= n; i++ {
		at := ((from+i*step)%n + n) % n
		if !strings.Contains(strings.ToLower(p.rows[at].label+p.rows[at].text), word) {
			continue
		}
		p.hit = at
		if top := &p.Sheets[p.At].top; at < *top || at >= *top+p.height {
			*top = max(at-p.height/3, 0)
		}
		return true, step > 0 && at <= from || step < 0 && at >= from
	}
	p.hit = -1
	return false, false
}

// MouseHandler scrolls.
func (p *Page) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, _ *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		switch action {
		case tview.MouseScrollUp:
			p.Sheets[p.At].top -= 3
		case tview.MouseScrollDown:
			p.Sheets[p.At].top += 3
		}
		return true, nil // Draw keeps it within bounds
	}
}

// PlainText is a line to be copied: as it is seen, but for a command, in which
// a line break is one.
func (l *Line) PlainText() string {
	if l.Exact {
		return l.Text
	}
	return safe.Text(l.Text)
}

// PlainText is the whole sheet to be copied, a label and its text apart by a tab.
func (s *Sheet) PlainText() string {
	var b strings.Builder
	for _, l := range s.Lines {
		if l.Label != "" {
			b.WriteString(safe.Text(l.Label) + "\t")
		}
		b.WriteString(l.PlainText() + "\n")
	}
	return b.String()
}
