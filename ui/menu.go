package ui

import (
	"fmt"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/safe"
)

// menuItem is an entry of a menu: a name, and what it stands for. Both may hold anything.
type menuItem struct{ name, text string }

// menu is a list over the grids, of which one entry can be chosen.
type menu struct {
	*tview.Box
	theme  *theme
	items  []menuItem
	at     int // the cursor
	first  int // on the screen
	height int // entries on the screen
	names  int // cells of the longest name
	keys   scope
	choose func(i int)
	closed func() // after Enter and Esc; may be nil
	// also handles a key that moves nothing; may be nil.
	also func(ev *tcell.EventKey)
}

const (
	longestItemName = 32
	widestMenu      = 100
)

// newMenu makes a menu. choose is called with the menu closed.
func newMenu(t *theme, title string, items []menuItem, choose func(i int)) *menu {
	m := &menu{Box: tview.NewBox(), theme: t, keys: scopeList, choose: choose}
	m.SetBorder(true).SetTitle(plain(title)).SetTitleAlign(tview.AlignLeft)
	m.set(items)
	return m
}

// set shows other entries.
func (m *menu) set(items []menuItem) {
	m.items, m.names = items, 0
	for _, i := range items {
		m.names = max(m.names, min(safe.Width(safe.Text(i.name)), longestItemName))
	}
	m.at = max(min(m.at, len(items)-1), 0)
}

func (m *menu) scope() scope { return m.keys }

// place puts the menu into the middle, as large as it needs to be.
func (m *menu) place(x, y, w, h int) {
	width := safe.Width(m.GetTitle()) + 4
	for _, i := range m.items {
		width = max(width, m.names+safe.Width(safe.Text(i.text))+6)
	}
	width = min(width, w-4, widestMenu)
	height := min(len(m.items)+2, h-2)
	m.SetRect(x+(w-width)/2, y+(h-height)/2, width, height)
}

// Draw draws the entries in view.
func (m *menu) Draw(screen tcell.Screen) {
	m.DrawForSubclass(screen, m)
	x, y, w, h := m.GetInnerRect()
	m.height = h
	m.first = max(min(m.first, m.at), m.at-h+1, 0)
	for i := range min(h, len(m.items)-m.first) {
		item := m.items[m.first+i]
		style, names := m.theme.style(styleText), m.theme.style(styleMuted)
		if m.first+i == m.at {
			style = m.theme.style(styleSelected)
			names = style
		}
		put(screen, x, y+i, w, " "+safe.Fit(safe.Text(item.name), m.names), names)
		put(screen, x+m.names+3, y+i, w-m.names-3, item.text, style)
	}
	if len(m.items) > h {
		text := fmt.Sprintf(" %d of %d ", m.at+1, len(m.items))
		putSafe(screen, x+w-safe.Width(text), y+h, safe.Width(text), text, m.theme.style(styleMuted))
	}
}

func (m *menu) key(a *app, _ action, ev *tcell.EventKey) {
	switch ev.Key() {
	case tcell.KeyEscape, tcell.KeyEnter:
		a.root.pop()
		if ev.Key() == tcell.KeyEnter && len(m.items) > 0 && m.choose != nil {
			m.choose(m.at)
		}
		if m.closed != nil {
			m.closed()
		}
	default:
		if !m.move(ev) && m.also != nil {
			m.also(ev)
		}
	}
}

// move moves the cursor; it reports whether the key is one that does.
func (m *menu) move(ev *tcell.EventKey) bool {
	switch r := ev.Rune(); {
	case ev.Key() == tcell.KeyUp, ev.Key() == tcell.KeyRune && r == 'k':
		m.at--
	case ev.Key() == tcell.KeyDown, ev.Key() == tcell.KeyRune && r == 'j':
		m.at++
	case ev.Key() == tcell.KeyPgUp:
		m.at -= m.height
	case ev.Key() == tcell.KeyPgDn:
		m.at += m.height
	case ev.Key() == tcell.KeyHome:
		m.at = 0
	case ev.Key() == tcell.KeyEnd:
		m.at = len(m.items)
	default:
		return false
	}
	m.at = max(min(m.at, len(m.items)-1), 0)
	return true
}

// MouseHandler moves the cursor; a second click on the same entry is no choice:
// what is chosen may be copied over something.
func (m *menu) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		_, y, _, h := m.GetInnerRect()
		switch _, at := ev.Position(); action {
		case tview.MouseLeftClick:
			if row := at - y; row >= 0 && row < h && m.first+row < len(m.items) {
				m.at = m.first + row
			}
		case tview.MouseScrollUp:
			m.at = max(m.at-1, 0)
		case tview.MouseScrollDown:
			m.at = max(min(m.at+1, len(m.items)-1), 0)
		}
		return true, nil
	}
}
