package ui

import (
	"slices"
	"strings"

	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// helpMarks explains the signs in the grids.
var helpMarks = [][2]string{
	{"12", "entries that the right grid shows for this cell; 1 counts their rights"},
	{"2/1", "2 that allow and 1 that denies"},
	{"13 (26)", "in reverse: on 13 mailboxes, by 26 entries"},
	{"×4", "the list has this entry four times"},
	{"0 +12", "none is shown, 12 are hidden: the status line says why, and by which key they are shown"},
	{"0?", "the list was not read, or not to its end: there may be more"},
	{"3 g", "the account also gets rights through groups or stores; in reverse, e shows those of its groups and of Everyone"},
	{"name ~", "the mailbox is on a server before 2013: its store decides, and the directory holds a copy; ~? the server could not be found out"},
	{"2 through DB01", "above the ACEs of a mailbox: entries of its store that open it, below its own; +2: trustees of these, where the ACE type leaves them out"},
	{"(…)", "what the account is where it is no mailbox, and what is wrong with it"},
	{"< >", "at the edge of a heading: there are more columns to the left or to the right"},
	{"*", "at the left edge: the line is marked (Space)"},
}

// helpNotes are what no key and no sign says.
var helpNotes = [][2]string{
	{"/", "A filter wants every word; !word excludes. n and N go on to the next line that the last filter matches, without leaving any out."},
	{"mouse", "A click goes to a line, a double click does what Enter does, one on a heading sorts, and the wheel scrolls. " +
		"Boxes and buttons above open with a click. To select text as without this program, hold Shift (Option on a Mac)."},
}

// helpLines is the help page, made from the table of keys: the pane in use with its
// columns, then the signs in it, then all the rest.
func (a *app) helpLines(scope keys.Scope) []widget.Line {
	var f sheetLines
	section := func(title string, rows [][2]string) {
		if len(rows) == 0 {
			return
		}
		f.head(title)
		for _, r := range rows {
			f.say("  "+r[0], r[1], widget.StyleText)
		}
	}
	first := []keys.Scope{scope}
	section(scope.String(), keys.Help(bindings, scope))
	if scope == keys.ScopeTotals || scope == keys.ScopeDetail {
		section("Marks", helpMarks)
		section("Columns", a.columnHelp())
		section(keys.ScopeGrid.String(), keys.Help(bindings, keys.ScopeGrid))
		first = append(first, keys.ScopeGrid)
	}
	for _, s := range keys.Scopes {
		if !slices.Contains(first, s) {
			section(s.String(), keys.Help(bindings, s))
		}
	}
	if scope != keys.ScopeTotals && scope != keys.ScopeDetail {
		section("Marks", helpMarks)
	}
	section("Besides", helpNotes)
	return f
}

func (a *app) openHelp() {
	scope := a.scope()
	p := widget.NewPage(a.theme, 0, widget.Sheet{Title: "Help", Text: func() []widget.Line { return a.helpLines(scope) }})
	p.TwoFrom = 120
	a.root.push(p)
}

// drawParts writes words that each have a key before them, apart by a separator, with
// keys and words in different colours.
func (f *foot) drawParts(put func(x int, text string, s widget.Style), line, sep string) {
	x := 0
	for i, part := range strings.Split(line, sep) {
		if i > 0 {
			put(x, sep, widget.StyleMuted)
			x += safe.Width(sep)
		}
		key, word, _ := strings.Cut(part, " ")
		put(x, key, widget.StyleTitle)
		put(x+safe.Width(key), " "+word, widget.StyleMuted)
		x += safe.Width(part)
	}
}
