package keys

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// Scope is where a key works. A key means the same in every pane it works in,
// or the panes have bindings of their own.
type Scope uint8

const (
	ScopeEverywhere Scope = iota // wherever no text is typed
	ScopeGrid                    // both grids
	ScopeTotals                  // the left grid
	ScopeDetail                  // the right grid
	ScopePage                    // help and other pages over the grids
	ScopeSheets                  // pages of several sheets
	ScopeChanges                 // the view of what changed
	ScopeChecks                  // the view of the last runs of checks
	ScopeFindings                // the view of what is wrong
	ScopePeople                  // the tree of who gets in
	ScopeInput                   // the line in which a filter is typed
	ScopeColumns                 // the list of columns
	ScopeCommand                 // a line in which anything else is typed
	ScopeForm                    // the form in which a source is named
	ScopeList                    // the open list of a drop-down
)

// String names a scope as the help page does.
func (s Scope) String() string {
	switch s {
	case ScopeGrid:
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
	case ScopeChecks:
		return "Checks"
	case ScopeFindings:
		return "Findings"
	case ScopePeople:
		return "People"
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
		return []Scope{s, ScopeGrid, ScopeEverywhere}
	case ScopeSheets:
		return []Scope{s, ScopePage}
	case ScopeInput, ScopeCommand, ScopeColumns, ScopeForm, ScopeList, ScopePage, ScopeEverywhere:
		return []Scope{s}
	case ScopeGrid, ScopeChecks, ScopeFindings, ScopePeople:
	}
	return []Scope{s, ScopeEverywhere}
}

// Key is a key of the keyboard: a special one, or a character.
type Key struct {
	Code tcell.Key
	Char rune // for tcell.KeyRune
}

// String names the key as it is written on it.
func (k Key) String() string {
	switch k.Code {
	case tcell.KeyRune:
		if k.Char == ' ' {
			return "Space"
		}
		return string(k.Char)
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
	return tcell.KeyNames[k.Code]
}

// matches tells whether an event is this key.
func (k Key) matches(ev *tcell.EventKey) bool {
	if ev.Modifiers()&(tcell.ModAlt|tcell.ModMeta) != 0 {
		return false
	}
	code := ev.Key()
	if code == tcell.KeyBackspace { // what some terminals send for it
		code = tcell.KeyBackspace2
	}
	return code == k.Code && (code != tcell.KeyRune || ev.Rune() == k.Char)
}

// named are the keys by the names that are written on them.
var named = func() map[string]Key {
	m := map[string]Key{"Space": {tcell.KeyRune, ' '}}
	for code := range tcell.KeyNames {
		if k := (Key{Code: code}); code != tcell.KeyBackspace { // which matches as the other one
			m[k.String()] = k
		}
	}
	return m
}()

// Parse returns the keys with these names, apart by blanks: "Enter", "Ctrl-C",
// "↑", or a single character. It panics at a name that no key has: names stand
// in tables of ours.
func Parse(names string) (list []Key) {
	for name := range strings.FieldsSeq(names) {
		k, ok := named[name]
		if r, size := utf8.DecodeRuneInString(name); !ok && size == len(name) {
			k, ok = Key{tcell.KeyRune, r}, true
		}
		if !ok {
			panic("no key is called " + name)
		}
		list = append(list, k)
	}
	return list
}

// About is what keys act on beside the state of the screen.
type About uint8

const (
	OfNothing About = iota // nothing else: they act at any time
	OfLine                 // the line of the cursor
	OfGrid                 // all lines, in their order
)

// Binding ties keys to what they do in an application of type A.
type Binding[A any] struct {
	Keys     []Key
	Scope    Scope  // where they work
	Label    string // for the footer; without one the keys are not shown there
	Rank     int    // 1 stays in the footer longest
	Sentence string // for the help page and the README
	About    About
	// Now is the label as things are; nil where it is always Label.
	Now func(A) string

	// Do does what the keys say. Without it the widget that has the keyboard
	// gets them: they move its cursor, or type.
	Do func(A)
	// WhyNot says why the keys do nothing here and now, or "" where they do
	// something; nil where they always do.
	WhyNot func(A) string
}

// Reason is why the keys of a binding do nothing now, "" where they do something.
func (b *Binding[A]) Reason(a A) string {
	if b.WhyNot == nil {
		return ""
	}
	return b.WhyNot(a)
}

// Lookup finds what a key does in a scope; nil where nothing is bound to it.
func Lookup[A any](table []Binding[A], s Scope, ev *tcell.EventKey) *Binding[A] {
	for _, within := range s.Within() {
		for i := range table {
			b := &table[i]
			if b.Scope == within && slices.ContainsFunc(b.Keys, func(k Key) bool { return k.matches(ev) }) {
				return b
			}
		}
	}
	return nil
}

// inForce returns the bindings that work in a scope, do something there as
// things are with a, and have a label: those of the scope itself before a wider
// one's for the same key.
func inForce[A any](table []Binding[A], s Scope, a A) []Binding[A] {
	within := s.Within()
	var found []Binding[A]
	for _, b := range table {
		if b.Label == "" || !slices.Contains(within, b.Scope) || b.Reason(a) != "" {
			continue
		}
		covered := slices.ContainsFunc(table, func(o Binding[A]) bool {
			return slices.Contains(o.Keys, b.Keys[0]) &&
				slices.Index(within, o.Scope) >= 0 && slices.Index(within, o.Scope) < slices.Index(within, b.Scope)
		})
		if !covered {
			found = append(found, b)
		}
	}
	return found
}

// Footer is the line of keys below the grids of a, at most width cells long:
// those that do something where its cursor is. What matters least goes first
// when there is no room. It asks for the reasons of all keys each time it is
// drawn, so these must be cheap.
func Footer[A any](table []Binding[A], s Scope, width int, a A) string {
	shown := inForce(table, s, a)
	for len(shown) > 0 {
		parts := make([]string, len(shown))
		for i, b := range shown {
			label := b.Label
			if b.Now != nil {
				label = b.Now(a)
			}
			parts[i] = b.Keys[0].String() + " " + label
		}
		line := strings.Join(parts, "  ")
		if safe.Width(line) <= width {
			return line
		}
		least := slices.MaxFunc(shown, func(a, b Binding[A]) int { return a.Rank - b.Rank })
		shown = slices.DeleteFunc(shown, func(b Binding[A]) bool { return b.Rank == least.Rank })
	}
	return ""
}

// Scopes are all scopes, in the order of the sections of help page and README.
var Scopes = []Scope{ScopeEverywhere, ScopeGrid, ScopeTotals, ScopeDetail, ScopeChanges, ScopeChecks, ScopeFindings, ScopePeople, ScopeInput, ScopeCommand, ScopeForm, ScopeList,
	ScopePage, ScopeSheets, ScopeColumns}

// KeyList names the keys of a binding.
func (b Binding[A]) KeyList(quote string) string {
	names := make([]string, len(b.Keys))
	for i, k := range b.Keys {
		names[i] = quote + k.String() + quote
	}
	return strings.Join(names, " ")
}

// Help are the bindings of a scope, each with its keys and what they do.
func Help[A any](table []Binding[A], s Scope) (rows [][2]string) {
	for _, b := range table {
		if b.Scope == s {
			rows = append(rows, [2]string{b.KeyList(""), b.Sentence})
		}
	}
	return rows
}

// Markdown is the table of keys in the README.
func Markdown[A any](table []Binding[A]) string {
	var text strings.Builder
	text.WriteString("| Key | Where | What it does |\n|---|---|---|\n")
	for _, s := range Scopes {
		for _, b := range table {
			if b.Scope == s {
				fmt.Fprintf(&text, "| %s | %s | %s |\n", b.KeyList("`"), s, b.Sentence)
			}
		}
	}
	return text.String()
}
