package ui

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// TestKeysDoNotCollide: within one scope a key has one meaning, and the keys
// by which tview moves through a table are left to it.
func TestKeysDoNotCollide(t *testing.T) {
	type place struct {
		key   key
		scope scope
	}
	seen := map[place]binding{}
	for _, b := range bindings {
		for _, k := range b.keys {
			p := place{k, b.scope}
			if other, ok := seen[p]; ok {
				t.Errorf("%v in %q is bound to %q and to %q", k, b.scope, other.sentence, b.sentence)
			}
			seen[p] = b
			moves := k.code == tcell.KeyCtrlF || k.code == tcell.KeyCtrlB ||
				k.code == tcell.KeyRune && strings.ContainsRune("gGhjkl", k.char)
			if moves && b.action != actionNone {
				t.Errorf("%v (%q) takes a key away from the tables", k, b.sentence)
			}
		}
	}
}

// TestBindingsAreComplete: every action has a key, every key a name and a
// sentence that fits the help page at 80 columns.
func TestBindingsAreComplete(t *testing.T) {
	bound := map[action]bool{}
	for _, b := range bindings {
		bound[b.action] = true
		if b.sentence == "" || !strings.HasSuffix(b.sentence, ".") {
			t.Errorf("%s has the sentence %q", b.keyList(""), b.sentence)
		}
		if (b.label == "") != (b.rank == 0) {
			t.Errorf("%s: a label needs a rank, and the other way round", b.keyList(""))
		}
		for _, k := range b.keys {
			if k.String() == "" {
				t.Errorf("a key of %q has no name", b.sentence)
			}
		}
		if !slices.Contains(scopesInOrder, b.scope) {
			t.Errorf("%s is on no section of the help page", b.keyList(""))
		}
	}
	for a := actionNone; a <= actionQuit; a++ {
		if !bound[a] {
			t.Errorf("action %d has no key", a)
		}
	}
	for line := range strings.Lines(helpText(bindings)) {
		if w := safe.Width(strings.TrimSuffix(line, "\n")); w > 80 {
			t.Errorf("%d cells in the help page's %q", w, line)
		}
	}
}

func TestLookup(t *testing.T) {
	press := func(k tcell.Key, r rune) *tcell.EventKey { return tcell.NewEventKey(k, r, tcell.ModNone) }
	for _, c := range []struct {
		name  string
		scope scope
		ev    *tcell.EventKey
		want  action
	}{
		{"letter in a grid", scopeTotals, press(tcell.KeyRune, 'r'), actionReverse},
		{"letter where text is typed", scopeInput, press(tcell.KeyRune, 'r'), actionNone},
		{"q in a grid", scopeDetail, press(tcell.KeyRune, 'q'), actionQuit},
		{"q on a page", scopePage, press(tcell.KeyRune, 'q'), actionClear},
		{"q where text is typed", scopeInput, press(tcell.KeyRune, 'q'), actionNone},
		{"Ctrl-C where text is typed", scopeInput, press(tcell.KeyCtrlC, 0), actionQuit},
		{"Enter in the detail", scopeDetail, press(tcell.KeyEnter, 0), actionEnter},
		{"either backspace", scopeDetail, press(tcell.KeyBackspace, 0), actionBack},
		{"the other backspace", scopeDetail, press(tcell.KeyBackspace2, 0), actionBack},
		{"upper case", scopeTotals, press(tcell.KeyRune, 'P'), actionNone},
		{"Alt", scopeTotals, tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModAlt), actionNone},
		{"moving is tview's", scopeTotals, press(tcell.KeyDown, 0), actionNone},
		{"a toggle outside the grids", scopePage, press(tcell.KeyRune, 'i'), actionNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lookup(bindings, c.scope, c.ev); got != c.want {
				t.Errorf("got action %d, want %d", got, c.want)
			}
		})
	}
}

func TestFooter(t *testing.T) {
	last := 0
	for width := range 260 {
		line := footer(bindings, scopeTotals, width)
		w := safe.Width(line)
		if w > width {
			t.Fatalf("the footer for %d cells has %d", width, w)
		}
		if n := strings.Count(line, "  "); n < last {
			t.Errorf("at %d cells the footer shows less than at %d: %q", width, width-1, line)
		} else {
			last = n
		}
	}
	if got := footer(bindings, scopeTotals, 16); got != "? help  q quit" {
		t.Errorf("the last to go are %q", got)
	}
	if got := footer(bindings, scopePage, 40); got != "Esc close  ↑ scroll  / find  C copy" {
		t.Errorf("on a page the footer is %q", got)
	}
	if got := footer(bindings, scopeInput, 80); got != "Enter keep  Esc clear" {
		t.Errorf("where text is typed the footer is %q", got)
	}
	t.Log(footer(bindings, scopeTotals, 80))
	t.Log(footer(bindings, scopeDetail, 200))
}

// TestReadmeKeys compares the README's table of keys, between its two markers,
// with the one made from the bindings.
func TestReadmeKeys(t *testing.T) {
	const begin, end = "<!-- keys -->\n", "<!-- /keys -->"
	readme, err := os.ReadFile("../README.md")
	if os.IsNotExist(err) {
		t.Skip("there is no README yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), begin)
	if !ok {
		t.Skipf("the README has no table of keys (%q) yet", begin)
	}
	got, after, _ := strings.Cut(rest, end)
	if *update {
		before, _, _ := strings.Cut(string(readme), begin)
		if err := os.WriteFile("../README.md", []byte(before+begin+markdownKeys(bindings)+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := markdownKeys(bindings); got != want {
		t.Errorf("the README's keys differ from the bindings; they should be\n%s", want)
	}
}
