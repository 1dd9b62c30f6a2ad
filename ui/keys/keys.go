package keys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// Action is what a key does. The application binds the doing to it.
type Action int

const (
	ActionNone Action = iota // no binding of ours: the widget in focus decides
	ActionHelp
	ActionFilter
	ActionClear
	ActionReverse
	ActionEnter
	ActionBack
	ActionNextPane
	ActionPrevPane
	ActionObjectType
	ActionACEType
	ActionInherited
	ActionSelf
	ActionDefaults
	ActionImplied
	ActionStale
	ActionAll
	ActionSortLeft
	ActionSortRight
	ActionSortDirection
	ActionSystem
	ActionOnlyDeny
	ActionOnlyOrphans
	ActionLines
	ActionEffective
	ActionCancel
	ActionRefresh
	ActionProblems
	ActionConnect
	ActionRecord
	ActionTheme
	ActionCard
	ActionRaw
	ActionCopy
	ActionCommands
	ActionExport
	ActionColumns
	ActionCommand
	ActionNext
	ActionPrevious
	ActionChanges
	ActionRedraw
	ActionQuit
)

// Scope is where a key works. A key means the same in every pane it works in,
// or the panes have bindings of their own.
type Scope uint8

const (
	ScopeEverywhere Scope = iota // wherever no text is typed
	scopeGrid                    // both grids
	ScopeTotals                  // the left grid
	ScopeDetail                  // the right grid
	ScopePage                    // help and other pages over the grids
	ScopeSheets                  // pages of several sheets
	ScopeChanges                 // the view of what changed
	ScopeInput                   // the line in which a filter is typed
	ScopeColumns                 // the list of columns
	ScopeCommand                 // a line in which anything else is typed
	ScopeForm                    // the form in which a source is named
	ScopeList                    // the open list of a drop-down
)

// String names a scope as the help page does.
func (s Scope) String() string {
	switch s {
	case scopeGrid:
		return "Both grids"
	case ScopeTotals:
		return "Totals"
	case ScopeDetail:
		return "ACEs"
	case ScopePage:
		return "Pages"
	case ScopeSheets:
		return "Cards and raw ACEs"
	case ScopeChanges:
		return "Changes"
	case ScopeInput:
		return "Filter"
	case ScopeColumns:
		return "List of columns"
	case ScopeCommand:
		return "Typing"
	case ScopeForm:
		return "Connect form"
	case ScopeList:
		return "Lists"
	case ScopeEverywhere:
	}
	return "Everywhere"
}

// Within lists the scopes whose keys work in s, the nearest first. Where text
// is typed, letters are text; on a page and in a list only what is said of them works.
func (s Scope) Within() []Scope {
	switch s {
	case ScopeTotals, ScopeDetail, ScopeChanges:
		return []Scope{s, scopeGrid, ScopeEverywhere}
	case ScopeSheets:
		return []Scope{s, ScopePage}
	case ScopeInput, ScopeCommand, ScopeColumns, ScopeForm, ScopeList, ScopePage, ScopeEverywhere:
		return []Scope{s}
	case scopeGrid:
	}
	return []Scope{s, ScopeEverywhere}
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
	Scope    Scope  // where they work
	Label    string // for the footer; without one the key is not shown there
	Sentence string // for the help page and the README
	Action   Action // what they do
	rank     int    // 1 stays in the footer longest
}

// Bindings is the one table of keys. Footer, help page and README are made
// from it, in its order.
//
// Not to be used, because tview's tables move by them: g G h j k l, Ctrl-F and
// Ctrl-B.
var Bindings = []binding{
	{[]key{char('?'), {code: tcell.KeyF1}}, ScopeEverywhere, "help", "Show this page.", ActionHelp, 1},
	{[]key{char('/')}, scopeGrid, "filter", "Show only the lines that contain what you type.", ActionFilter, 3},
	{[]key{char('x')}, scopeGrid, "card", "Show all that is known of this name, or of the names of a row.", ActionCard, 20},
	{[]key{char('v')}, scopeGrid, "raw", "Show the ACE and its descriptor as they are stored.", ActionRaw, 21},
	{[]key{char('C')}, scopeGrid, "copy", "Copy a cell, the row or the grid, also through SSH and tmux.", ActionCopy, 22},
	{[]key{char('K')}, scopeGrid, "command", "Show as commands: this view; what would show or revoke this ACE.", ActionCommands, 23},
	{[]key{char(':')}, scopeGrid, "go to", "Type a command or a name to go to; Tab completes.", ActionCommand, 5},
	{[]key{char('E')}, scopeGrid, "export", "Write this grid to a file: .csv, .json, .jsonl, .html or .xlsx.", ActionExport, 24},
	{[]key{char('L')}, scopeGrid, "columns", "Hide, show, widen and order the columns of this grid.", ActionColumns, 25},
	{[]key{char('n')}, scopeGrid, "", "Go to the next line that the last filter matches.", ActionNext, 0},
	{[]key{char('N')}, scopeGrid, "", "Go to the match before.", ActionPrevious, 0},
	{[]key{{code: tcell.KeyEnter}}, ScopeTotals, "ACEs", "Show the ACEs of this line.", ActionEnter, 4},
	{[]key{{code: tcell.KeyEnter}}, ScopeDetail, "pivot", "Go to what this trustee can reach, or who can reach this target.", ActionEnter, 4},
	{[]key{{code: tcell.KeyBackspace2}}, scopeGrid, "back", "Go back to where you came from.", ActionBack, 5},
	{[]key{char('r')}, scopeGrid, "reverse", "Switch between who can reach it and what it can reach.", ActionReverse, 6},
	{[]key{char('e')}, scopeGrid, "via groups", "In reverse, add what is held through groups, or leave it out.", ActionEffective, 17},
	{[]key{char('o')}, ScopeEverywhere, "object type", "Choose mailboxes, mailbox stores or delegated admins.", ActionObjectType, 7},
	{[]key{char('a')}, ScopeEverywhere, "ACE type", "Choose which rights the right grid shows.", ActionACEType, 8},
	{[]key{{code: tcell.KeyTab}}, ScopeEverywhere, "next pane", "Go to the next pane.", ActionNextPane, 9},
	{[]key{{code: tcell.KeyBacktab}}, ScopeEverywhere, "", "Go to the pane before.", ActionPrevPane, 0},
	{[]key{char('i')}, scopeGrid, "inherited", "Show or hide inherited rights.", ActionInherited, 10},
	{[]key{char('s')}, scopeGrid, "self", "Show or hide rights of SELF and SYSTEM.", ActionSelf, 11},
	{[]key{char('d')}, scopeGrid, "defaults", "Show or hide what Exchange setup grants.", ActionDefaults, 12},
	{[]key{char('m')}, scopeGrid, "implied", "Show or hide rights that follow from other rights.", ActionImplied, 13},
	{[]key{char('c')}, scopeGrid, "copies", "Show or hide stale copies of inherited rights.", ActionStale, 14},
	{[]key{char('A')}, scopeGrid, "show all", "Show all of these, or hide them again.", ActionAll, 15},
	{[]key{char('y')}, scopeGrid, "system", "Show or hide system mailboxes.", ActionSystem, 18},
	{[]key{char('b')}, scopeGrid, "deny only", "Show only rows that deny, or all again.", ActionOnlyDeny, 22},
	{[]key{char('u')}, scopeGrid, "orphans only", "Show only rows for orphans and deleted accounts, or all again.", ActionOnlyOrphans, 23},
	{[]key{char('t')}, scopeGrid, "which lines", "Show mailboxes only, then whoever holds a right, then all lines.", ActionLines, 24},
	{[]key{char('<')}, scopeGrid, "", "Sort by the column to the left.", ActionSortLeft, 0},
	{[]key{char('>')}, scopeGrid, "sort", "Sort by the column to the right.", ActionSortRight, 16},
	{[]key{char('S')}, scopeGrid, "", "Sort the other way round.", ActionSortDirection, 0},
	{[]key{{code: tcell.KeyUp}, {code: tcell.KeyDown}, char('j'), char('k')}, scopeGrid, "", "Move by a line.", ActionNone, 0},
	{[]key{{code: tcell.KeyPgUp}, {code: tcell.KeyPgDn}}, scopeGrid, "", "Move by a page.", ActionNone, 0},
	{[]key{{code: tcell.KeyHome}, {code: tcell.KeyEnd}, char('g'), char('G')}, scopeGrid, "", "Move to the first or the last line.", ActionNone, 0},
	{[]key{{code: tcell.KeyEscape}}, scopeGrid, "", "Clear the filter.", ActionClear, 0},
	{[]key{{code: tcell.KeyEscape}, char('q'), char('?'), char('!')}, ScopePage, "close", "Close the page.", ActionClear, 2},
	{[]key{{code: tcell.KeyUp}, {code: tcell.KeyDown}}, ScopePage, "scroll", "Scroll; PgUp and PgDn scroll by a page.", ActionNone, 3},
	{[]key{char('/')}, ScopePage, "find", "Find a text on the page.", ActionFilter, 4},
	{[]key{char('C')}, ScopePage, "copy", "Copy a line of the page, or all of it.", ActionCopy, 6},
	{[]key{char('n')}, ScopePage, "", "Go to the next place where it stands.", ActionNext, 0},
	{[]key{char('N')}, ScopePage, "", "Go to the place before.", ActionPrevious, 0},
	{[]key{{code: tcell.KeyTab}}, ScopeSheets, "next sheet", "Turn to the next sheet: trustee, target, ACE, descriptor.", ActionNextPane, 5},
	{[]key{{code: tcell.KeyBacktab}}, ScopeSheets, "", "Turn to the sheet before.", ActionPrevPane, 0},
	{[]key{{code: tcell.KeyCtrlC}}, ScopePage, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, ScopeInput, "keep", "Keep the filter and go back to the grid.", ActionEnter, 3},
	{[]key{{code: tcell.KeyEscape}}, ScopeInput, "clear", "Clear the filter and go back to the grid.", ActionClear, 2},
	{[]key{char('!')}, ScopeEverywhere, "errors", "List what went wrong, with time, object and reason.", ActionProblems, 19},
	{[]key{{code: tcell.KeyEnter}}, ScopeCommand, "do it", "Do what the line says.", ActionEnter, 3},
	{[]key{{code: tcell.KeyEscape}}, ScopeCommand, "leave", "Leave the line and do nothing.", ActionClear, 2},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeCommand, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{char('R')}, ScopeEverywhere, "record", "Read everything again and record it to a file.", ActionRecord, 20},
	{[]key{char('w')}, ScopeEverywhere, "connect", "Open another directory, file or the demo.", ActionConnect, 21},
	{[]key{char('D')}, scopeGrid, "changes", "Show what changed since the reading before, or since --since.", ActionChanges, 22},
	{[]key{{code: tcell.KeyEnter}}, ScopeChanges, "go there", "Go to the target as it is now; by trustee, to all it can reach.", ActionEnter, 4},
	{[]key{{code: tcell.KeyBackspace2}}, ScopeChanges, "close", "Go back to the grids.", ActionBack, 2},
	{[]key{char('D'), char('q')}, ScopeChanges, "", "Go back to the grids.", ActionBack, 0},
	{[]key{char('r')}, ScopeChanges, "by trustee", "Order by trustee instead of target, or back.", ActionReverse, 5},
	{[]key{char('T')}, ScopeEverywhere, "", "Change the colours: for any background, dark, light, or none.", ActionTheme, 0},
	{[]key{char(' ')}, ScopeColumns, "show or hide", "Show or hide this column; [~] is shown where there is room.", ActionNone, 3},
	{[]key{{code: tcell.KeyLeft}, {code: tcell.KeyRight}}, ScopeColumns, "width", "Make it narrower or wider.", ActionNone, 4},
	{[]key{char('<'), char('>')}, ScopeColumns, "move", "Move it to the left or to the right.", ActionNone, 5},
	{[]key{char('0')}, ScopeColumns, "reset", "Have all columns as they were at first.", ActionNone, 6},
	{[]key{{code: tcell.KeyEscape}, {code: tcell.KeyEnter}}, ScopeColumns, "close", "Close the list; what was chosen is remembered.", ActionNone, 2},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeColumns, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{char('X')}, ScopeEverywhere, "", "Stop reading; what has come stays.", ActionCancel, 0},
	{[]key{{code: tcell.KeyF5}}, ScopeEverywhere, "", "Read everything again; then D shows what changed.", ActionRefresh, 0},
	{[]key{{code: tcell.KeyCtrlL}}, ScopeEverywhere, "", "Draw the screen anew.", ActionRedraw, 0},
	{[]key{char('q')}, ScopeEverywhere, "quit", "Leave the program.", ActionQuit, 2},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeEverywhere, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeInput, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, ScopeForm, "go on", "Connect, or press the button.", ActionEnter, 3},
	{[]key{{code: tcell.KeyTab}, {code: tcell.KeyDown}}, ScopeForm, "next", "Go to the next field; in the name of a file Tab completes it.", ActionNextPane, 4},
	{[]key{{code: tcell.KeyBacktab}, {code: tcell.KeyUp}}, ScopeForm, "", "Go to the field before.", ActionPrevPane, 0},
	{[]key{{code: tcell.KeyEscape}}, ScopeForm, "leave", "Stop connecting, or leave the form.", ActionClear, 2},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeForm, "", "Leave the program, whatever is going on.", ActionQuit, 0},
	{[]key{{code: tcell.KeyEnter}}, ScopeList, "choose", "Choose this entry.", ActionNone, 3},
	{[]key{{code: tcell.KeyEscape}}, ScopeList, "close", "Close the list and choose nothing.", ActionNone, 2},
	{[]key{char('q')}, ScopeList, "quit", "Leave the program.", ActionQuit, 4},
	{[]key{{code: tcell.KeyCtrlC}}, ScopeList, "", "Leave the program, whatever is going on.", ActionQuit, 0},
}

// Lookup finds what a key does in a scope; ActionNone where we bind nothing.
func Lookup(table []binding, s Scope, ev *tcell.EventKey) Action {
	for _, within := range s.Within() {
		for _, b := range table {
			if b.Scope == within && slices.ContainsFunc(b.keys, func(k key) bool { return k.matches(ev) }) {
				return b.Action
			}
		}
	}
	return ActionNone
}

// inForce returns the bindings that work in a scope and have a label, those of
// the scope itself before a wider one's for the same key.
func inForce(table []binding, s Scope) []binding {
	within := s.Within()
	var found []binding
	for _, b := range table {
		if b.Label == "" || !slices.Contains(within, b.Scope) {
			continue
		}
		covered := slices.ContainsFunc(table, func(o binding) bool {
			return slices.Contains(o.keys, b.keys[0]) &&
				slices.Index(within, o.Scope) >= 0 && slices.Index(within, o.Scope) < slices.Index(within, b.Scope)
		})
		if !covered {
			found = append(found, b)
		}
	}
	return found
}

// Footer is the line of keys below the grids, at most width cells long. What
// matters least goes first when there is no room.
func Footer(table []binding, s Scope, width int) string {
	shown := inForce(table, s)
	for len(shown) > 0 {
		parts := make([]string, len(shown))
		for i, b := range shown {
			parts[i] = b.keys[0].String() + " " + b.Label
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
var scopesInOrder = []Scope{ScopeEverywhere, scopeGrid, ScopeTotals, ScopeDetail, ScopeChanges, ScopeInput, ScopeCommand, ScopeForm, ScopeList,
	ScopePage, ScopeSheets, ScopeColumns}

// KeyList names the keys of a binding.
func (b binding) KeyList(quote string) string {
	names := make([]string, len(b.keys))
	for i, k := range b.keys {
		names[i] = quote + k.String() + quote
	}
	return strings.Join(names, " ")
}

// HelpText is the help page about the keys: plain text, not for tags.
func HelpText(table []binding) string {
	widest := 0
	for _, b := range table {
		widest = max(widest, safe.Width(b.KeyList("")))
	}
	var text strings.Builder
	for i, s := range scopesInOrder {
		if i > 0 {
			text.WriteByte('\n')
		}
		fmt.Fprintln(&text, s)
		for _, b := range table {
			if b.Scope == s {
				fmt.Fprintf(&text, "  %s  %s\n", safe.Fit(b.KeyList(""), widest), b.Sentence)
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
			if b.Scope == s {
				fmt.Fprintf(&text, "| %s | %s | %s |\n", b.KeyList("`"), s, b.Sentence)
			}
		}
	}
	return text.String()
}
