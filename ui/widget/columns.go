package widget

import (
	"fmt"
	"slices"

	"github.com/gdamore/tcell/v2"
)

// ColumnChoice is what the user wants of one column of a grid. The order of
// the choices is that of the columns.
type ColumnChoice struct {
	Title string `json:"title"`
	Show  string `json:"show,omitempty"`  // "always", [ShowNever]; else where there is room
	Width int    `json:"width,omitempty"` // in cells; 0 for what the texts need
}

const (
	showAlways = "always"
	// ShowNever as Show of a [ColumnChoice] hides the column.
	ShowNever   = "never"
	widestFixed = 200
)

// Choice returns what is wanted of a column; the zero value where nothing is.
func (g *Grid) Choice(at int) ColumnChoice {
	for _, c := range g.Choices {
		if c.Title == g.columns[at].Title {
			c.Width = max(min(c.Width, widestFixed), 0)
			if c.Width > 0 {
				c.Width = max(c.Width, minColumn)
			}
			return c
		}
	}
	c := ColumnChoice{Title: g.columns[at].Title}
	if g.columns[at].Off {
		c.Show = ShowNever
	}
	return c
}

// Ordered returns all columns in the order that was chosen; those of which
// nothing is said stand at the end.
func (g *Grid) Ordered() (order []int) {
	for _, c := range g.Choices {
		at := slices.IndexFunc(g.columns, func(x Column) bool { return x.Title == c.Title })
		if at >= 0 && !slices.Contains(order, at) {
			order = append(order, at)
		}
	}
	for at := range g.columns {
		if !slices.Contains(order, at) {
			order = append(order, at)
		}
	}
	return order
}

// WantedColumns are those that are to be shown if there is room; one at least.
func (g *Grid) WantedColumns() []int {
	order := g.Ordered()
	shown := slices.DeleteFunc(slices.Clone(order), func(at int) bool {
		show := g.Choice(at).Show
		c := &g.columns[at]
		return show == ShowNever || (c.Repeats || c.Spare && !g.Roomy) && show != showAlways
	})
	if len(shown) == 0 && len(order) > 0 {
		return order[:1]
	}
	return shown
}

// mayGo reports whether a column is left out where there is no room.
func (g *Grid) mayGo(at int) bool { return g.columns[at].Extra && g.Choice(at).Show != showAlways }

// Rearrange takes other choices.
func (g *Grid) Rearrange(choices []ColumnChoice) {
	g.Choices = choices
	g.fit.inner = -1
	clear(g.cells)
}

// ColumnItems are the columns as a menu has them.
func (g *Grid) ColumnItems() (items []Item) {
	for _, at := range g.Ordered() {
		c := g.Choice(at)
		mark := "[x] "
		switch {
		case c.Show == ShowNever:
			mark = "[ ] "
		case g.mayGo(at), g.columns[at].Repeats && c.Show != showAlways:
			mark = "[~] "
		}
		text := "as wide as its texts"
		if c.Width > 0 {
			text = fmt.Sprintf("%d cells wide", c.Width)
		}
		switch {
		case mark != "[~] ":
		case g.columns[at].Repeats:
			text += ", where it is not the same in each row"
		default:
			text += ", where there is room"
		}
		items = append(items, Item{mark + c.Title, text})
	}
	return items
}

// ChangeColumn changes the choice of one column as a key says, and returns
// where it then stands; nil if the key says nothing.
func (g *Grid) ChangeColumn(choices []ColumnChoice, i int, ev *tcell.EventKey) ([]ColumnChoice, int) {
	if i >= len(choices) {
		return nil, 0
	}
	c := &choices[i]
	at := slices.IndexFunc(g.columns, func(x Column) bool { return x.Title == c.Title })
	step := 0
	switch {
	case ev.Key() == tcell.KeyLeft:
		c.Width = g.widthNow(at, c.Width) - 1
	case ev.Key() == tcell.KeyRight:
		c.Width = g.widthNow(at, c.Width) + 1
	case ev.Key() != tcell.KeyRune:
		return nil, 0
	case ev.Rune() == ' ':
		c.Show = nextShow(c.Show, g.columns[at].Extra || g.columns[at].Repeats)
	case ev.Rune() == '<':
		step = -1
	case ev.Rune() == '>':
		step = 1
	default:
		return nil, 0
	}
	if to := i + step; step != 0 && to >= 0 && to < len(choices) {
		choices[i], choices[to] = choices[to], choices[i]
		i = to
	}
	return choices, i
}

// nextShow goes through the ways to show a column: where there is room is one
// for the columns that may be left out.
func nextShow(show string, extra bool) string {
	switch {
	case show == ShowNever:
		return ""
	case show == "" && extra:
		return showAlways
	}
	return ShowNever
}

// widthNow is the width to start from.
func (g *Grid) widthNow(at, fixed int) int {
	if fixed > 0 {
		return max(fixed, minColumn+1)
	}
	if i := slices.Index(g.fit.columns, at); i >= 0 && i < len(g.fit.columns)-1 {
		return g.fit.widths[i] // the last one has the room that is left over
	}
	return max(g.wanted[at].rows, g.wanted[at].title)
}
