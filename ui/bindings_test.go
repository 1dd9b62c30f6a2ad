package ui

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/screentest"
	"mbxperm/ui/widget"
)

// TestKeysDoNotCollide: within one scope a key has one meaning, and the keys
// by which tview moves through a table are left to it.
func TestKeysDoNotCollide(t *testing.T) {
	type place struct {
		key   keys.Key
		scope keys.Scope
	}
	seen := map[place]binding{}
	for _, b := range bindings {
		for _, k := range b.Keys {
			p := place{k, b.Scope}
			if other, ok := seen[p]; ok {
				t.Errorf("%v in %q is bound to %q and to %q", k, b.Scope, other.Sentence, b.Sentence)
			}
			seen[p] = b
			moves := k.Code == tcell.KeyCtrlF || k.Code == tcell.KeyCtrlB ||
				k.Code == tcell.KeyRune && strings.ContainsRune("gGhjkl", k.Char)
			if moves && b.Do != nil {
				t.Errorf("%v (%q) takes a key away from the tables", k, b.Sentence)
			}
		}
	}
}

// TestBindingsAreComplete: every key has a name, a sentence, and a section of the
// help page.
func TestBindingsAreComplete(t *testing.T) {
	for _, b := range bindings {
		if b.Sentence == "" || !strings.HasSuffix(b.Sentence, ".") {
			t.Errorf("%s has the sentence %q", b.KeyList(""), b.Sentence)
		}
		if (b.Label == "") != (b.Rank == 0) {
			t.Errorf("%s: a label needs a rank, and the other way round", b.KeyList(""))
		}
		for _, k := range b.Keys {
			if k.String() == "" {
				t.Errorf("a key of %q has no name", b.Sentence)
			}
		}
		if !slices.Contains(keys.Scopes, b.Scope) {
			t.Errorf("%s is on no section of the help page", b.KeyList(""))
		}
	}
}

func TestLookup(t *testing.T) {
	press := func(k tcell.Key, r rune) *tcell.EventKey { return tcell.NewEventKey(k, r, tcell.ModNone) }
	for _, c := range []struct {
		name  string
		scope keys.Scope
		ev    *tcell.EventKey
		want  string // the beginning of its sentence; empty where the widget gets the key
	}{
		{"letter in a grid", keys.ScopeTotals, press(tcell.KeyRune, 'r'), "Switch between"},
		{"letter where text is typed", keys.ScopeInput, press(tcell.KeyRune, 'r'), ""},
		{"q in a grid", keys.ScopeDetail, press(tcell.KeyRune, 'q'), "Leave the program"},
		{"q on a page", keys.ScopePage, press(tcell.KeyRune, 'q'), "Close the page"},
		{"q where text is typed", keys.ScopeInput, press(tcell.KeyRune, 'q'), ""},
		{"Ctrl-C where text is typed", keys.ScopeInput, press(tcell.KeyCtrlC, 0), "Leave the program"},
		{"Enter in the detail", keys.ScopeDetail, press(tcell.KeyEnter, 0), "Go to what this trustee"},
		{"either backspace", keys.ScopeDetail, press(tcell.KeyBackspace, 0), "Go back to where"},
		{"the other backspace", keys.ScopeDetail, press(tcell.KeyBackspace2, 0), "Go back to where"},
		{"upper case", keys.ScopeTotals, press(tcell.KeyRune, 'Z'), ""},
		{"Alt", keys.ScopeTotals, tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModAlt), ""},
		{"moving is tview's", keys.ScopeTotals, press(tcell.KeyDown, 0), ""},
		{"a toggle outside the grids", keys.ScopePage, press(tcell.KeyRune, 'i'), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if b := keys.Lookup(bindings, c.scope, c.ev); b != nil && b.Do != nil {
				got = b.Sentence
			}
			if (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestKeysBeforeAnythingIsThere: each key of the grids is harmless where nothing
// was read yet, and one that does nothing says why in a sentence.
func TestKeysBeforeAnythingIsThere(t *testing.T) {
	d, a := driveFrozen(t, 120, 32, func(s *model.State) { s.Phase, s.Entries = model.Reading, 0 })
	d.On(func() {
		a.left.clear()
		a.right.clear()
		a.here.of = view.LineKey{}
	})
	for _, b := range bindings {
		if b.Do == nil || strings.HasPrefix(b.Sentence, "Leave the program") || !slices.Contains(keys.ScopeTotals.Within(), b.Scope) {
			continue
		}
		d.On(func() {
			for len(a.root.over) > 0 {
				a.root.pop()
			}
			a.focus(a.left)
			why := b.Reason(a)
			a.perform(&b)
			if why != "" && a.foot.message != why {
				t.Errorf("%s says %q, want %q", b.KeyList(""), a.foot.message, why)
			}
			if strings.HasSuffix(why, ".") {
				t.Errorf("%s does nothing because %q", b.KeyList(""), why)
			}
		})
	}
	d.On(func() {
		for len(a.root.over) > 0 {
			a.root.pop()
		}
	})
}

func TestFooter(t *testing.T) {
	a := newApp(frozenDriver{}, widget.ThemeFor(0))
	last := 0
	for width := range 260 {
		line := keys.Footer(bindings, keys.ScopeTotals, width, a)
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
	if got := keys.Footer(bindings, keys.ScopeTotals, 16, a); got != "? help  q quit" {
		t.Errorf("the last to go are %q", got)
	}
	if got := keys.Footer(bindings, keys.ScopePage, 40, a); got != "Esc close  ↑ scroll  / find  C copy" {
		t.Errorf("on a page the footer is %q", got)
	}
	if got := keys.Footer(bindings, keys.ScopeInput, 80, a); got != "Enter keep  Esc clear" {
		t.Errorf("where text is typed the footer is %q", got)
	}
	t.Log(keys.Footer(bindings, keys.ScopeTotals, 80, a))
	t.Log(keys.Footer(bindings, keys.ScopeDetail, 200, a))
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
	if *screentest.Update {
		before, _, _ := strings.Cut(string(readme), begin)
		if err := os.WriteFile("../README.md", []byte(before+begin+keys.Markdown(bindings)+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := keys.Markdown(bindings); got != want {
		t.Errorf("the README's keys differ from the bindings; they should be\n%s", want)
	}
}

// TestFooterKeysDoSomething: in each object type and pane every key that the
// footer names changes the screen, and by more than a reason why it did nothing.
func TestFooterKeysDoSomething(t *testing.T) {
	for _, typ := range view.ObjectTypes {
		for _, p := range []pane{leftPane, rightPane} {
			t.Run(fmt.Sprint(typ.Flag, p), func(t *testing.T) {
				d, a := driveDemo(t, 240, 20)
				d.On(func() { a.chooseType(slices.Index(view.ObjectTypes, typ)) })
				d.idle(a)
				if p == rightPane {
					d.Press("A", "Enter")
					d.idle(a)
				}
				named := ""
				d.On(func() { named = keys.Footer(bindings, a.scope(), 300, a) })
				for part := range strings.SplitSeq(named, "  ") {
					key, _, _ := strings.Cut(part, " ")
					if key == "q" || key == "Tab" && p == leftPane {
						continue // the one ends the program, the other leaves the left grid
					}
					here, show, trail := a.here, a.show, slices.Clone(a.trail)
					d.On(func() { here, show, trail = a.here, a.show, slices.Clone(a.trail) })
					before := d.Screen()
					d.Press(key)
					d.idle(a)
					if slices.Equal(before, d.Screen()) {
						t.Errorf("the footer says %q, and it does nothing:\n%s", part, strings.Join(before, "\n"))
					}
					d.Press("Esc") // what it opened
					d.Settle()
					d.On(func() {
						a.foot.message = ""
						a.here, a.show, a.trail = here, show, trail
						a.here.pinned = true // the cursor may be on another line now
						if p == leftPane {
							a.focus(a.left)
						} else {
							a.focus(a.right)
						}
						a.askLeft()
						a.askRight()
					})
					d.idle(a)
				}
				d.On(func() { a.tv.Stop() })
			})
		}
	}
}
