package ui

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// TestThemeKey: T goes through the themes, in all that is on the screen, and the
// choice is remembered.
func TestThemeKey(t *testing.T) {
	before := tview.Styles
	t.Cleanup(func() { tview.Styles = before }) // when the screen has ended
	s, err := settings.LoadFile(filepath.Join(t.TempDir(), "settings.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, a := driveDemo(t, 120, 32)
	d.On(func() {
		a.colors = 256
		a.begin(Options{Settings: s, ColorFGBG: "0;15"})
	})
	color := func(x, y int) tcell.Color { // of a cell as it was last shown
		cells, w, _ := d.Sim.GetContents()
		fg, _, _ := cells[y*w+x].Style.Decompose()
		return fg
	}
	for _, c := range []struct {
		name          string
		title, border tcell.Color
	}{
		{"dark", tcell.Color74, tcell.Color246}, {"light", tcell.Color24, tcell.Color241},
		{"mono", tcell.ColorDefault, tcell.ColorDefault}, {"auto", tcell.Color24, tcell.Color241},
	} {
		d.Press("T")
		d.WantScreen("theme " + c.name)
		if got := color(0, 0); got != c.border {
			t.Errorf("%s: the border is %v, want %v", c.name, got, c.border)
		}
		if got := color(3, 5); got != c.title {
			t.Errorf("%s: the heading is %v, want %v", c.name, got, c.title)
		}
		cells, _, _ := d.Sim.GetContents()
		for i, cell := range cells {
			if fg, bg, _ := cell.Style.Decompose(); c.name == "mono" && (fg != tcell.ColorDefault || bg != tcell.ColorDefault) {
				t.Fatalf("cell %d %q has colours: %v on %v", i, cell.Runes, fg, bg)
			}
		}
		if s.Theme != c.name {
			t.Errorf("remembered is %q, want %q", s.Theme, c.name)
		}
	}
}

// TestColourIsNeverTheOnlySign: whatever is coloured in the grids says the same
// in a word.
func TestColourIsNeverTheOnlySign(t *testing.T) {
	c := session.Start(t.Context(), newDemo(t, "demo:250"), model.NewPool(), nil)
	<-c.Done()
	seen := map[widget.Style]int{}
	check := func(text string, style widget.Style, row *grant.Row) {
		seen[style]++
		want := []string{""}
		switch style {
		case widget.StyleDeny:
			want = []string{"Deny"}
		case widget.StyleAlarm:
			want = []string{"Everyone", "everyone", "ANONYMOUS", "Users", "Guests", "Domain Computers", "Pre-Windows", "NETWORK", "This Organization"}
		case widget.StyleWarning:
			want = []string{"orphan", "deleted", "foreign", "unresolved", "linked account of", `\`} // or a domain that is not ours
		case widget.StyleMuted:
			want = []string{"former SID", "inherited", "by Full Control", "by all extended rights", "stale copy", "set-up's own", "not here"}
			if row != nil && row.Hidden&hiding.Self != 0 { // the name says it
				text = row.Trustee.Name
				want = []string{"SELF", "SYSTEM"}
			}
		case widget.StyleHidden:
			want = []string{"0"}
		}
		if !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(text, w) }) {
			t.Errorf("%q is shown in style %d and says nothing of it", text, style)
		}
	}
	for _, typ := range view.ObjectTypes {
		res, err := view.Of(t.Context(), c.Snapshot(), view.Query{Type: typ, Show: hiding.All, System: true})
		if err != nil {
			t.Fatal(err)
		}
		lines := &totalsData{res: res, columns: totalsColumns(&res.Query), at: -1}
		for i := range lines.Len() {
			for col := range lines.columns {
				text, style := lines.Cell(i, col)
				check(text, style, nil)
			}
			of, err := view.Of(t.Context(), c.Snapshot(), view.Query{
				Type: typ, Show: hiding.All, System: true, Rows: true, Of: res.Key(i), ACEs: typ.ACEs[0]})
			if err != nil {
				t.Fatal(err)
			}
			rows := &acesData{res: of, columns: acesColumns(&of.Query), at: -1}
			for j := range rows.Len() {
				for col := range rows.columns {
					text, style := rows.Cell(j, col)
					check(text, style, &rows.row.Row)
				}
			}
		}
	}
	for _, s := range []widget.Style{widget.StyleDeny, widget.StyleWarning, widget.StyleMuted, widget.StyleHidden, widget.StyleAlarm} {
		if seen[s] == 0 {
			t.Errorf("nothing was shown in style %d", s)
		}
	}
}

// TestFocusAndColour: in every theme the frame of the pane in use is lit and the other
// is not, and a Deny stays red in the cursor's line; without colours it is bold there.
func TestFocusAndColour(t *testing.T) {
	before := tview.Styles
	t.Cleanup(func() { tview.Styles = before }) // when the screen has ended
	d, a := driveDemo(t, 120, 32)
	d.find("zoe.mueller")
	d.Press("Enter")
	d.idle(a)
	d.Press("b") // deny only
	d.WantScreen("deny only")
	d.idle(a)
	at := func(text string) (style tcell.Style, y int) {
		for y, line := range d.Screen() {
			if i := strings.Index(line, text); i >= 0 {
				cells, w, _ := d.Sim.GetContents()
				return cells[y*w+len([]rune(line[:i]))].Style, y
			}
		}
		t.Fatalf("%s is not on the screen", text)
		return style, 0
	}
	for _, name := range []string{"dark", "light", "mono", "auto"} {
		d.On(func() {
			a.colors = 256
			a.setTheme(name)
			a.tv.ForceDraw()
		})
		deny, _ := at("Deny ")
		fg, _, attrs := deny.Decompose()
		want, _, _ := a.theme.Style(widget.StyleDeny).Decompose()
		if fg != want || attrs&tcell.AttrReverse == 0 || attrs&tcell.AttrBold == 0 {
			t.Errorf("%s: the Deny under the cursor has the colour %v and attributes %v", name, fg, attrs)
		}
		lit, _ := at("╔")
		dim, _ := at("┌Mailboxes")
		if lit == dim {
			t.Errorf("%s: the frames of both panes look alike: %v", name, lit)
		}
	}
}
