package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/safe"
)

// page is a text that lies over the grids until it is closed. What is read
// below goes on meanwhile.
type page struct {
	*tview.TextView
	// text makes the text for a width, on the screen's goroutine: again whenever
	// there are news or the width changes. It is made safe, but not for tags:
	// pages know none.
	text  func(width int) string
	width int
}

// openPage shows a page in the place of the one that is open, if any.
func (a *app) openPage(title string, text func(width int) string) *page {
	p := &page{TextView: tview.NewTextView(), text: text}
	p.SetTextStyle(a.theme.style(styleText)).SetWordWrap(true)
	p.SetBorder(true).SetTitle(plain(title)).SetTitleAlign(tview.AlignLeft)
	a.root.page = p
	return p
}

func (a *app) closePage() { a.root.page = nil }

// renew makes the text again; it reports whether it is another one. What the
// user looks at stays where it is.
func (p *page) renew() bool {
	text := p.text(p.width)
	if text == p.GetText(false) {
		return false
	}
	p.SetText(text)
	return true
}

// Draw draws the page.
func (p *page) Draw(screen tcell.Screen) {
	if _, _, w, _ := p.GetInnerRect(); w != p.width {
		p.width = w
		p.renew()
	}
	p.TextView.Draw(screen)
}

// pageKey handles a key while a page is open.
func (a *app) pageKey(act action, ev *tcell.EventKey) {
	switch act {
	case actionClear:
		a.closePage()
	case actionNone:
		a.root.page.InputHandler()(ev, a.focus)
	default:
		a.closePage()
		a.do(act)
	}
}

// hanging writes a paragraph of a page: a head, and beside it one text of any
// origin, in lines that all begin below its first word.
func hanging(b *strings.Builder, head, text string, width int) {
	indent := safe.Width(head)
	for i, line := range wrapSafe(safe.Text(text), width-indent) {
		if i > 0 {
			head = strings.Repeat(" ", indent)
		}
		b.WriteString(head)
		b.WriteString(line)
		b.WriteByte('\n')
	}
}
