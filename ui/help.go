package ui

import (
	"strings"

	"mbxperm/ui/keys"
	"mbxperm/ui/widget"
)

// helpNotes explains the signs in the grids.
const helpNotes = `
In the grids
  12       entries that the right grid shows for this cell; 1 counts their rights
  2/1      2 that allow and 1 that denies
  13 (26)  in reverse: on 13 mailboxes, by 26 entries
  ×4       the list has this entry four times
  0 +12    none is shown, 12 are hidden: the status line says why, and the
           keys above show them
  0?       the list was not read, or not to its end: there may be more
  3 g      the account also gets rights through groups or stores; in reverse,
           e shows those of its groups and of Everyone
  name ~   the mailbox is on a server before 2013: its store decides, and the
           directory holds a copy; ~? the server could not be found out
  +2 through DB01    above the ACEs of a mailbox: so many trustees are allowed
           by entries of its store to open what is in it (o, Mailbox-Store)
  (…)      what the account is where it is no mailbox, and what is wrong with it

  A filter wants every word; !word excludes. n and N go on to the next line
  that the last filter matches, without leaving any out.

With the mouse
  A click goes to a line, a double click does what Enter does, one on a heading
  sorts, and the wheel scrolls. Boxes and buttons above open with a click. To
  select text as without this program, hold Shift (Option on a Mac).
`

// helpLines is the help page, made from the table of keys.
func helpLines() (lines []widget.Line) {
	for line := range strings.Lines(keys.HelpText(bindings) + helpNotes) {
		lines = append(lines, widget.Line{Text: strings.TrimRight(line, "\n")})
	}
	return lines
}
