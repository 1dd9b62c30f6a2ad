package ui

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// TestMarkByMouse: a click on the frame beside a line marks it, once more takes the mark
// away, in either grid; beside no line it does nothing.
func TestMarkByMouse(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	for _, c := range []struct {
		line int
		in   string
	}{{4, "left"}, {14, "right"}} { // a line of five entries, of which one stands there
		d.Click(0, c.line)
		d.WantScreen("1 marked: E and C take them")
		d.idle(a) // the right grid follows
		d.Wait("want a star beside the line", func(lines, selected []string) bool {
			return strings.HasPrefix(lines[c.line], "*") && selected[c.line] != ""
		})
		d.Click(0, c.line)
		d.WantScreen("nothing is marked any more")
	}
	d.Click(0, 0)
	d.Click(0, 3)
	d.On(func() {
		for in, keys := range a.marks {
			if len(keys) > 0 {
				t.Errorf("%d are marked in %v", len(keys), in)
			}
		}
	})
}

// TestMarks: marks stay on their lines under another order and a filter, are counted in
// the title, and are what E and C take; Esc takes them away.
func TestMarks(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	var want []view.LineKey
	take := func() {
		d.On(func() { key, _ := a.left.key(); want = append(want, key) })
		d.TypeText(" ")
	}
	marked := func() (keys []view.LineKey) {
		d.idle(a)
		d.On(func() {
			for _, at := range a.marks.marked(a.left.result) {
				keys = append(keys, a.left.result.Key(at))
			}
		})
		return keys
	}
	same := func(keys []view.LineKey) bool {
		return len(keys) == len(want) && !slices.ContainsFunc(want, func(k view.LineKey) bool { return !slices.Contains(keys, k) })
	}
	d.Press("Down", "Down", "Down", "Down")
	take()
	d.Press("Down")
	take()
	take()
	d.WantScreen("3 marked: E and C take them", "· 3 marked", "*")
	d.Press("S")
	d.idle(a)
	if got := marked(); !same(got) {
		t.Errorf("in another order %v are marked, want %v", got, want)
	}
	d.Press("S")
	var name string
	d.On(func() { name = a.left.result.Line(a.left.result.Find(want[0])).Name })
	d.find(name)
	d.idle(a)
	d.On(func() {
		if n := len(a.marks.marked(a.left.result)); n == 0 || n == 3 && a.left.result.Len() < 3 {
			t.Errorf("%d of the marked pass the filter", n)
		}
	})
	d.Press("Esc")
	if got := marked(); !same(got) {
		t.Errorf("without the filter %v are marked, want %v", got, want)
	}
	d.On(func() {
		what := a.exportable()
		if what.records != 3 || !strings.HasSuffix(what.name, "-totals-marked") {
			t.Errorf("%d records would go to %s", what.records, what.name)
		}
	})
	d.Press("E")
	d.WantScreen("export the 3 marked to ")
	d.Press("Esc", "C")
	d.WantScreen("the marked", "3 lines under a heading")
	d.On(func() {
		if m, ok := a.root.top().(*widget.Menu); !ok || m.Items[m.At].Name != "the marked" {
			t.Error("C does not stand on the marked")
		}
		if text := gridText(a.left.Grid, a.marks.marked(a.left.result), 1<<20); strings.Count(text, "\n") != 4 {
			t.Errorf("copied %q", text)
		}
	})
	d.Press("Esc", "Esc")
	d.WantScreen("nothing is marked any more")
	if got := marked(); len(got) != 0 {
		t.Errorf("%v are marked still", got)
	}
}
