package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// action is what a key does. The application binds the doing to it.
type action int

const (
	actionNone action = iota // no binding of ours: the widget in focus decides
	actionHelp
	actionFilter
	actionClear
	actionReverse
	actionEnter
	actionBack
	actionNextPane
	actionPrevPane
	actionObjectType
	actionACEType
	actionInherited
	actionSelf
	actionDefaults
	actionImplied
	actionStale
	actionAll
	actionSortLeft
	actionSortRight
	actionSortDirection
	actionSystem
	actionOnlyDeny
	actionOnlyOrphans
	actionLines
	actionEffective
	actionCancel
	actionRefresh
	actionProblems
	actionConnect
	actionRecord
	actionTheme
	actionCard
	actionRaw
	actionCopy
	actionCommands
	actionExport
	actionColumns
	actionCommand
	actionNext
	actionPrevious
	actionChanges
	actionRedraw
	actionQuit
)

// scope is where a key works. A key means the same in every pane it works in,
// or the panes have bindings of their own.
type scope uint8

const (
	scopeEverywhere scope = iota // wherever no text is typed
	scopeGrid                    // both grids
	scopeTotals                  // the left grid
	scopeDetail                  // the right grid
	scopePage                    // help and other pages over the grids
	scopeSheets                  // pages of several sheets
	scopeChanges                 // the view of what changed
	scopeInput                   // the line in which a filter is typed
	scopeColumns                 // the list of columns
	scopeCommand                 // a line in which anything else is typed
	scopeForm                    // the form in which a source is named
	scopeList                    // the open list of a drop-down
)

// String names a scope as the help page does.
func (s scope) String() string {
	switch s {
	case scopeGrid:
		return "Both grids"
	case scopeTotals:
		return "Totals"
	case scopeDetail:
		return "ACEs"
	case scopePage:
		return "Pages"
	case scopeSheets:
		return "Cards and raw ACEs"
	case scopeChanges:
		return "Changes"
	case scopeInput:
		return "Filter"
	case scopeColumns:
		return "List of columns"
	case scopeCommand:
		return "Typing"
	case scopeForm:
		return "Connect form"
	case scopeList:
		return "Lists"
	case scopeEverywhere:
	}
	return "Everywhere"
}

// within lists the scopes whose keys work in s, the nearest first. Where text
// is typed, letters are text; on a page and in a list only what is said of them works.
func (s scope) within() []scope {
	switch s {
	case scopeTotals, scopeDetail, scopeChanges:
		return []scope{s, scopeGrid, scopeEverywhere}
	case scopeSheets:
		return []scope{s, scopePage}
	case scopeInput, scopeCommand, scopeColumns, scopeForm, scopeList, scopePage, scopeEverywhere:
		return []scope{s}
	case scopeGrid:
	}
	return []scope{s, scopeEverywhere}
}

// key is a key of the keyboard: a special one, or a character.
type key struct {
	code tcell.Key
	char rune // for tcell.KeyRune
}

// String names the key as it is written on it.
func (k key) String() string {
	switch k.code {
	case tcell.KeyRune:
		if k.char == ' ' {
			return "Space"
		}
		return string(k.char)
	case tcell.KeyEscape:
		return "Esc"
	case tcell.KeyBackspace2, tcell.KeyBackspace:
		return "Backspace"
	case tcell.KeyBacktab:
		return "Shift-Tab"
	case tcell.KeyUp:
		return "↑"
	case tcell.KeyDown:
		return "↓"
	}
	return tcell.KeyNames[k.code]
}

// matches tells whether an event is this key.
func (k key) matches(ev *tcell.EventKey) bool {
	if ev.Modifiers()&(tcell.ModAlt|tcell.ModMeta) != 0 {
		return false
	}
	code := ev.Key()
	if code == tcell.KeyBackspace { // what some terminals send for it
		code = tcell.KeyBackspace2
	}
	return code == k.code && (code != tcell.KeyRune || ev.Rune() == k.char)
}

func char(r rune) key { return key{tcell.KeyRune, r} }

// binding ties keys to an action.
type binding struct {
	keys     []key
	scope    scope
	label    string // for the footer; without one the key is not shown there
	sentence string // for the help page and the README
	action   action
	rank     int // 1 stays in the footer longest
}

// bindings is the one table of keys. Footer, help page and README are made
// from it, in its order.
//
// Not to be used, because tview's tables move by them: g G h j k l, Ctrl-F and
// Ctrl-B.
var bindings = []binding{
	{[]key{char('?'), {code: tcell.KeyF1}}, scopeEverywhere, "help", "Show this page.", actionHelp, 1},
	{[]key{char('/')}, scopeGrid, "filter", "Show only the lines that contain what you type.", actionFilter, 3},
	{[]key{char('x')}, scopeGrid, "card", "Show all that is known of this name, or of the names of a row.", actionCard, 20},
	{[]key{char('v')}, scopeGrid, "raw", "Show the ACE and its descriptor as they are stored.", actionRaw, 21},
	{[]key{char('C')}, scopeGrid, "copy", "Copy a cell, the row or the grid, also through SSH and tmux.", actionCopy, 22},
	{[]key{char('K')}, scopeGrid, "command", "Show as commands: this view; what would show or revoke this ACE.", actionCommands, 23},
	{[]key{char(':')}, scopeGrid, "go to", "Type a command or a name to go to; Tab completes.", actionCommand, 5},
	{[]key{char('E')}, scopeGrid, "export", "Write this grid to a file: .csv, .json, .jsonl, .html or .xlsx.", actionExport, 24},
	{[]key{char('L')}, scopeGrid, "columns", "Hide, show, widen and order the columns of this grid.", actionColumns, 25},
	{[]key{char('n')}, scopeGrid, "", "Go to the next line that the last filter matches.", actionNext, 0},
	{[]key{char('N')}, scopeGrid, "", "Go to the match before.", actionPrevious, 0},
	{[]key{{code: tcell.KeyEnter}}, scopeTotals, "ACEs", "Show the ACEs of this line.", actionEnter, 4},
	{[]key{{code: tcell.KeyEnter}}, scopeDetail, "pivot", "Go to what this trustee can reach, or who can reach this target.", actionEnter, 4},
	{[]key{{code: tcell.KeyBackspace2}}, scopeGrid, "back", "Go back to where you came from.", actionBack, 5},
	{[]key{char('r')}, scopeGrid, "reverse", "Switch between who can reach it and what it can reach.", actionReverse, 6},
	{[]key{char('e')}, scopeGrid, "via groups", "In reverse, add what is held through groups, or leave it out.", actionEffective, 17},
	{[]key{char('o')}, scopeEverywhere, "object type", "Choose mailboxes, mailbox stores or delegated admins.", actionObjectType, 7},
	{[]key{char('a')}, scopeEverywhere, "ACE type", "Choose which rights the right grid shows.", actionACEType, 8},
	{[]key{{code: tcell.KeyTab}}, scopeEverywhere, "next pane", "Go to the next pane.", actionNextPane, 9},
	{[]key{{code: tcell.KeyBacktab}}, scopeEverywhere, "", "Go to the pane before.", actionPrevPane, 0},
	{[]key{char('i')}, scopeGrid, "inherited", "Show or hide inherited rights.", actionInherited, 10},
	{[]key{char('s')}, scopeGrid, "self", "Show or hide rights of SELF and SYSTEM.", actionSelf, 11},
	{[]key{char('d')}, scopeGrid, "defaults", "Show or hide what Exchange setup grants.", actionDefaults, 12},
	{[]key{char('m')}, scopeGrid, "implied", "Show or hide rights that follow from other rights.", actionImplied, 13},
	{[]key{char('c')}, scopeGrid, "copies", "Show or hide stale copies of inherited rights.", actionStale, 14},
	{[]key{char('A')}, scopeGrid, "show all", "Show all of these, or hide them again.", actionAll, 15},
	{[]key{char('y')}, scopeGrid, "system", "Show or hide system mailboxes.", actionSystem, 18},
	{[]key{char('b')}, scopeGrid, "deny only", "Show only rows that deny, or all again.", actionOnlyDeny, 22},
	{[]key{char('u')}, scopeGrid, "orphans only", "Show only rows for orphans and deleted accounts, or all again.", actionOnlyOrphans, 23},
	{[]key{char('t')}, scopeGrid, "which lines", "Show mailboxes only, then whoever holds a right, then all lines.", actionLines, 24},
	{[]key{char('<')}, scopeGrid, "", "Sort by the column to the left.", actionSortLeft, 0},
	{[]key{char('>')}, scopeGrid, "sort", "Sort by the column to the right.", actionSortRight, 16},
	{[]key{char('S')}, scopeGrid, "", "Sort the other way round.", actionSortDirection, 0},
	{[]key{{code: tcell.KeyUp}, {code: tcell.KeyDown}, char('j'), char('k')}, scopeGrid, "", "Move by a line.", actionNone, 0},
	{[]key{{code: tcell.KeyPgUp}, {code: tcell.KeyPgDn}}, scopeGrid, "", "Move by a page.", actionNone, 0},
	{[]key{{code: tcell.KeyHome}, {code: tcell.KeyEnd}, char('g'), char('G')}, scopeGrid, "", "Move to the first or the last line.", actionNone, 0},
	{[]key{{code: tcell.KeyEscape}}, scopeGrid, "", "Clear the filter.", actionClear, 0},
	{[]key{{code: tcell.KeyEscape}, char('q'), char('?'), char('!')}, scopePage, "close", "Close the page.", actionClear, 2},
	{[]key{{code: tcell.KeyUp}, {code: tcell.KeyDown}}, scopePage, "scroll", "Scroll; PgUp and PgDn scroll by a page.", actionNone, 3},
	{[]key{char('/')}, scopePage, "find", "Find a text on the page.", actionFilter, 4},
	{[]key{char('C')}, scopePage, "copy", "Copy a line of the page, or all of it.", actionCopy, 6},
	{[]key{char('n')}, scopePage, "", "Go to the next place where it stands.", actionNext, 0},
	{[]key{char('N')}, scopePage, "", "Go to the place before.", actionPrevious, 0},
	{[]key{{code: tcell.KeyTab}}, scopeSheets, "next sheet", "Turn to the next sheet: trustee, target, ACE, descriptor.", actionNextPane, 5},
	{[]key{{code: tcell.KeyBacktab}}, scopeSheets, "", "Turn to the sheet before.", actionPrevPane, 0},
	{[]key{{code: tcell.KeyCtrlC}}, scopePage, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, scopeInput, "keep", "Keep the filter and go back to the grid.", actionEnter, 3},
	{[]key{{code: tcell.KeyEscape}}, scopeInput, "clear", "Clear the filter and go back to the grid.", actionClear, 2},
	{[]key{char('!')}, scopeEverywhere, "errors", "List what went wrong, with time, object and reason.", actionProblems, 19},
	{[]key{{code: tcell.KeyEnter}}, scopeCommand, "do it", "Do what the line says.", actionEnter, 3},
	{[]key{{code: tcell.KeyEscape}}, scopeCommand, "leave", "Leave the line and do nothing.", actionClear, 2},
	{[]key{{code: tcell.KeyCtrlC}}, scopeCommand, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{char('R')}, scopeEverywhere, "record", "Read everything again and record it to a file.", actionRecord, 20},
	{[]key{char('w')}, scopeEverywhere, "connect", "Open another directory, file or the demo.", actionConnect, 21},
	{[]key{char('D')}, scopeGrid, "changes", "Show what changed since the reading before, or since --since.", actionChanges, 22},
	{[]key{{code: tcell.KeyEnter}}, scopeChanges, "go there", "Go to the target as it is now; by trustee, to all it can reach.", actionEnter, 4},
	{[]key{{code: tcell.KeyBackspace2}}, scopeChanges, "close", "Go back to the grids.", actionBack, 2},
	{[]key{char('D'), char('q')}, scopeChanges, "", "Go back to the grids.", actionBack, 0},
	{[]key{char('r')}, scopeChanges, "by trustee", "Order by trustee instead of target, or back.", actionReverse, 5},
	{[]key{char('T')}, scopeEverywhere, "", "Change the colours: for any background, dark, light, or none.", actionTheme, 0},
	{[]key{char(' ')}, scopeColumns, "show or hide", "Show or hide this column; [~] is shown where there is room.", actionNone, 3},
	{[]key{{code: tcell.KeyLeft}, {code: tcell.KeyRight}}, scopeColumns, "width", "Make it narrower or wider.", actionNone, 4},
	{[]key{char('<'), char('>')}, scopeColumns, "move", "Move it to the left or to the right.", actionNone, 5},
	{[]key{char('0')}, scopeColumns, "reset", "Have all columns as they were at first.", actionNone, 6},
	{[]key{{code: tcell.KeyEscape}, {code: tcell.KeyEnter}}, scopeColumns, "close", "Close the list; what was chosen is remembered.", actionNone, 2},
	{[]key{{code: tcell.KeyCtrlC}}, scopeColumns, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{char('X')}, scopeEverywhere, "", "Stop reading; what has come stays.", actionCancel, 0},
	{[]key{{code: tcell.KeyF5}}, scopeEverywhere, "", "Read everything again; then D shows what changed.", actionRefresh, 0},
	{[]key{{code: tcell.KeyCtrlL}}, scopeEverywhere, "", "Draw the screen anew.", actionRedraw, 0},
	{[]key{char('q')}, scopeEverywhere, "quit", "Leave the program.", actionQuit, 2},
	{[]key{{code: tcell.KeyCtrlC}}, scopeEverywhere, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{{code: tcell.KeyCtrlC}}, scopeInput, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, scopeForm, "go on", "Connect, or press the button.", actionEnter, 3},
	{[]key{{code: tcell.KeyTab}, {code: tcell.KeyDown}}, scopeForm, "next", "Go to the next field; in the name of a file Tab completes it.", actionNextPane, 4},
	{[]key{{code: tcell.KeyBacktab}, {code: tcell.KeyUp}}, scopeForm, "", "Go to the field before.", actionPrevPane, 0},
	{[]key{{code: tcell.KeyEscape}}, scopeForm, "leave", "Stop connecting, or leave the form.", actionClear, 2},
	{[]key{{code: tcell.KeyCtrlC}}, scopeForm, "", "Leave the program, whatever is going on.", actionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, scopeList, "choose", "Choose this entry.", actionNone, 3},
	{[]key{{code: tcell.KeyEscape}}, scopeList, "close", "Close the list and choose nothing.", actionNone, 2},
	{[]key{char('q')}, scopeList, "quit", "Leave the program.", actionQuit, 4},
	{[]key{{code: tcell.KeyCtrlC}}, scopeList, "", "Leave the program, whatever is going on.", actionQuit, 0},
}

// lookup finds what a key does in a scope; actionNone where we bind nothing.
func lookup(table []binding, s scope, ev *tcell.EventKey) action {
	for _, within := range s.within() {
		for _, b := range table {
			if b.scope == within && slices.ContainsFunc(b.keys, func(k key) bool { return k.matches(ev) }) {
				return b.action
			}
		}
	}
	return actionNone
}

// inForce returns the bindings that work in a scope and have a label, those of
// the scope itself before a wider one's for the same key.
func inForce(table []binding, s scope) []binding {
	within := s.within()
	var found []binding
	for _, b := range table {
		if b.label == "" || !slices.Contains(within, b.scope) {
			continue
		}
		covered := slices.ContainsFunc(table, func(o binding) bool {
			return slices.Contains(o.keys, b.keys[0]) &&
				slices.Index(within, o.scope) >= 0 && slices.Index(within, o.scope) < slices.Index(within, b.scope)
		})
		if !covered {
			found = append(found, b)
		}
	}
	return found
}

// footer is the line of keys below the grids, at most width cells long. What
// matters least goes first when there is no room.
func footer(table []binding, s scope, width int) string {
	shown := inForce(table, s)
	for len(shown) > 0 {
		parts := make([]string, len(shown))
		for i, b := range shown {
			parts[i] = b.keys[0].String() + " " + b.label
		}
		line := strings.Join(parts, "  ")
		if safe.Width(line) <= width {
			return line
		}
		least := slices.MaxFunc(shown, func(a, b binding) int { return a.rank - b.rank })
		shown = slices.DeleteFunc(shown, func(b binding) bool { return b.rank == least.rank })
	}
	return ""
}

// scopesInOrder is the order of the sections of help page and README.
var scopesInOrder = []scope{scopeEverywhere, scopeGrid, scopeTotals, scopeDetail, scopeChanges, scopeInput, scopeCommand, scopeForm, scopeList,
	scopePage, scopeSheets, scopeColumns}

// keyList names the keys of a binding.
func (b binding) keyList(quote string) string {
	names := make([]string, len(b.keys))
	for i, k := range b.keys {
		names[i] = quote + k.String() + quote
	}
	return strings.Join(names, " ")
}

// helpText is the help page about the keys: plain text, not for tags.
func helpText(table []binding) string {
	widest := 0
	for _, b := range table {
		widest = max(widest, safe.Width(b.keyList("")))
	}
	var text strings.Builder
	for i, s := range scopesInOrder {
		if i > 0 {
			text.WriteByte('\n')
		}
		fmt.Fprintln(&text, s)
		for _, b := range table {
			if b.scope == s {
				fmt.Fprintf(&text, "  %s  %s\n", safe.Fit(b.keyList(""), widest), b.sentence)
			}
		}
	}
	return text.String()
}

// markdownKeys is the table of keys in the README.
func markdownKeys(table []binding) string {
	var text strings.Builder
	text.WriteString("| Key | Where | What it does |\n|---|---|---|\n")
	for _, s := range scopesInOrder {
		for _, b := range table {
			if b.scope == s {
				fmt.Fprintf(&text, "| %s | %s | %s |\n", b.keyList("`"), s, b.sentence)
			}
		}
	}
	return text.String()
}
