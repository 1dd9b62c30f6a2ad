package keys

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
	"mbxperm/ui/screentest"
)

// TestKeysDoNotCollide: within one scope a key has one meaning, and the keys
// by which tview moves through a table are left to it.
func TestKeysDoNotCollide(t *testing.T) {
	type place struct {
		key   key
		scope Scope
	}
	seen := map[place]binding{}
	for _, b := range Bindings {
		for _, k := range b.keys {
			p := place{k, b.Scope}
			if other, ok := seen[p]; ok {
				t.Errorf("%v in %q is bound to %q and to %q", k, b.Scope, other.Sentence, b.Sentence)
			}
			seen[p] = b
			moves := k.code == tcell.KeyCtrlF || k.code == tcell.KeyCtrlB ||
				k.code == tcell.KeyRune && strings.ContainsRune("gGhjkl", k.char)
			if moves && b.Action != ActionNone {
				t.Errorf("%v (%q) takes a key away from the tables", k, b.Sentence)
			}
		}
	}
}

// TestBindingsAreComplete: every action has a key, every key a name and a
// sentence that fits the help page at 80 columns.
func TestBindingsAreComplete(t *testing.T) {
	bound := map[Action]bool{}
	for _, b := range Bindings {
		bound[b.Action] = true
		if b.Sentence == "" || !strings.HasSuffix(b.Sentence, ".") {
			t.Errorf("%s has the sentence %q", b.KeyList(""), b.Sentence)
		}
		if (b.Label == "") != (b.rank == 0) {
			t.Errorf("%s: a label needs a rank, and the other way round", b.KeyList(""))
		}
		for _, k := range b.keys {
			if k.String() == "" {
				t.Errorf("a key of %q has no name", b.Sentence)
			}
		}
		if !slices.Contains(scopesInOrder, b.Scope) {
			t.Errorf("%s is on no section of the help page", b.KeyList(""))
		}
	}
	for a := ActionNone; a <= ActionQuit; a++ {
		if !bound[a] {
			t.Errorf("action %d has no key", a)
		}
	}
	for line := range strings.Lines(HelpText(Bindings)) {
		if w := safe.Width(strings.TrimSuffix(line, "\n")); w > 80 {
			t.Errorf("%d cells in the help page's %q", w, line)
		}
	}
}

func TestLookup(t *testing.T) {
	press := func(k tcell.Key, r rune) *tcell.EventKey { return tcell.NewEventKey(k, r, tcell.ModNone) }
	for _, c := range []struct {
		name  string
		scope Scope
		ev    *tcell.EventKey
		want  Action
	}{
		{"letter in a grid", ScopeTotals, press(tcell.KeyRune, 'r'), ActionReverse},
		{"letter where text is typed", ScopeInput, press(tcell.KeyRune, 'r'), ActionNone},
		{"q in a grid", ScopeDetail, press(tcell.KeyRune, 'q'), ActionQuit},
		{"q on a page", ScopePage, press(tcell.KeyRune, 'q'), ActionClear},
		{"q where text is typed", ScopeInput, press(tcell.KeyRune, 'q'), ActionNone},
		{"Ctrl-C where text is typed", ScopeInput, press(tcell.KeyCtrlC, 0), ActionQuit},
		{"Enter in the detail", ScopeDetail, press(tcell.KeyEnter, 0), ActionEnter},
		{"either backspace", ScopeDetail, press(tcell.KeyBackspace, 0), ActionBack},
		{"the other backspace", ScopeDetail, press(tcell.KeyBackspace2, 0), ActionBack},
		{"upper case", ScopeTotals, press(tcell.KeyRune, 'P'), ActionNone},
		{"Alt", ScopeTotals, tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModAlt), ActionNone},
		{"moving is tview's", ScopeTotals, press(tcell.KeyDown, 0), ActionNone},
		{"a toggle outside the grids", ScopePage, press(tcell.KeyRune, 'i'), ActionNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Lookup(Bindings, c.scope, c.ev); got != c.want {
				t.Errorf("got action %d, want %d", got, c.want)
			}
		})
	}
}

func TestFooter(t *testing.T) {
	last := 0
	for width := range 260 {
		line := Footer(Bindings, ScopeTotals, width)
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
	if got := Footer(Bindings, ScopeTotals, 16); got != "? help  q quit" {
		t.Errorf("the last to go are %q", got)
	}
	if got := Footer(Bindings, ScopePage, 40); got != "Esc close  ↑ scroll  / find  C copy" {
		t.Errorf("on a page the footer is %q", got)
	}
	if got := Footer(Bindings, ScopeInput, 80); got != "Enter keep  Esc clear" {
		t.Errorf("where text is typed the footer is %q", got)
	}
	t.Log(Footer(Bindings, ScopeTotals, 80))
	t.Log(Footer(Bindings, ScopeDetail, 200))
}

// TestReadmeKeys compares the README's table of keys, between its two markers,
// with the one made from the bindings.
func TestReadmeKeys(t *testing.T) {
	const begin, end = "<!-- keys -->\n", "<!-- /keys -->"
	readme, err := os.ReadFile("../../README.md")
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
	if *screentest.Update {
		before, _, _ := strings.Cut(string(readme), begin)
		if err := os.WriteFile("../../README.md", []byte(before+begin+markdownKeys(Bindings)+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := markdownKeys(Bindings); got != want {
		t.Errorf("the README's keys differ from the bindings; they should be\n%s", want)
	}
}
