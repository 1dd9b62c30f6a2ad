package widget

import (
	"fmt"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
)

// Item is an entry of a menu: a name, and what it stands for. Both may hold anything.
type Item struct{ Name, Text string }

// Menu is a list over the grids, of which one entry can be chosen.
type Menu struct {
	*tview.Box

	Items  []Item     // to be changed by [Menu.Set]
	At     int        // the cursor
	Keys   keys.Scope // which bindings work on it
	Choose func(i int)
	Closed func() // after Enter and Esc; may be nil
	// Also handles a key that moves nothing; may be nil.
	Also func(ev *tcell.EventKey)

	theme  *Theme
	first  int // on the screen
	height int // entries on the screen
	names  int // cells of the longest name
}

// How wide, in cells, a menu gets, and the names in it.
const (
	LongestName = 32
	WidestMenu  = 100
)

// NewMenu makes a menu. choose is called with the menu closed.
func NewMenu(t *Theme, title string, items []Item, choose func(i int)) *Menu {
	m := &Menu{Box: tview.NewBox(), theme: t, Keys: keys.ScopeList, Choose: choose}
	m.SetBorder(true).SetTitle(Plain(title)).SetTitleAlign(tview.AlignLeft)
	m.Set(items)
	return m
}

// Set shows other entries.
func (m *Menu) Set(items []Item) {
	m.Items, m.names = items, 0
	for _, i := range items {
		m.names = max(m.names, min(safe.Width(safe.Text(i.Name)), LongestName))
	}
	m.At = max(min(m.At, len(items)-1), 0)
}

// Scope says which bindings work on the menu.
func (m *Menu) Scope() keys.Scope { return m.Keys }

// Fit puts the menu into the middle, as large as it needs to be.
func (m *Menu) Fit(x, y, w, h int) {
	width := safe.Width(m.GetTitle()) + 4
	for _, i := range m.Items {
		width = max(width, m.names+safe.Width(safe.Text(i.Text))+6)
	}
	width = min(width, w-4, WidestMenu)
	height := min(len(m.Items)+2, h-2)
	m.SetRect(x+(w-width)/2, y+(h-height)/2, width, height)
}

// Draw draws the entries in view.
func (m *Menu) Draw(screen tcell.Screen) {
	m.DrawForSubclass(screen, m)
	x, y, w, h := m.GetInnerRect()
	m.height = h
	m.first = max(min(m.first, m.At), m.At-h+1, 0)
	for i := range min(h, len(m.Items)-m.first) {
		item := m.Items[m.first+i]
		style, names := m.theme.Style(StyleText), m.theme.Style(StyleMuted)
		if m.first+i == m.At {
			style = m.theme.Style(StyleSelected)
			names = style
		}
		Put(screen, x, y+i, w, " "+safe.Fit(safe.Text(item.Name), m.names), names)
		Put(screen, x+m.names+3, y+i, w-m.names-3, item.Text, style)
	}
	if len(m.Items) > h {
		text := fmt.Sprintf(" %d of %d ", m.At+1, len(m.Items))
		PutSafe(screen, x+w-safe.Width(text), y+h, safe.Width(text), text, m.theme.Style(StyleMuted))
	}
}

// Move moves the cursor; it reports whether the key is one that does.
func (m *Menu) Move(ev *tcell.EventKey) bool {
	switch r := ev.Rune(); {
	case ev.Key() == tcell.KeyUp, ev.Key() == tcell.KeyRune && r == 'k':
		m.At--
	case ev.Key() == tcell.KeyDown, ev.Key() == tcell.KeyRune && r == 'j':
		m.At++
	case ev.Key() == tcell.KeyPgUp:
		m.At -= m.height
	case ev.Key() == tcell.KeyPgDn:
		m.At += m.height
	case ev.Key() == tcell.KeyHome:
		m.At = 0
	case ev.Key() == tcell.KeyEnd:
		m.At = len(m.Items)
	default:
		return false
	}
	m.At = max(min(m.At, len(m.Items)-1), 0)
	return true
}

// MouseHandler moves the cursor; a second click on the same entry is no choice:
// what is chosen may be copied over something.
func (m *Menu) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		_, y, _, h := m.GetInnerRect()
		switch _, at := ev.Position(); action {
		case tview.MouseLeftClick:
			if row := at - y; row >= 0 && row < h && m.first+row < len(m.Items) {
				m.At = m.first + row
			}
		case tview.MouseScrollUp:
			m.At = max(m.At-1, 0)
		case tview.MouseScrollDown:
			m.At = max(min(m.At+1, len(m.Items)-1), 0)
		}
		return true, nil
	}
}
