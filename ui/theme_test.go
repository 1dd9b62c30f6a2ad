package ui

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/collector/session"
	"mbxperm/model"
)

func TestThemeFor(t *testing.T) {
	for colors, want := range map[int]string{
		0: "monochrome", 2: "monochrome", 8: "16 colours", 16: "16 colours", 88: "16 colours",
		256: "256 colours", 1 << 24: "true colour",
	} {
		if got := themeFor(colors).name; got != want {
			t.Errorf("themeFor(%d) is %q, want %q", colors, got, want)
		}
	}
}

// TestThemesKeepTheBackground: on light and dark terminals alike, and with no
// colour at all where none is wanted.
func TestThemesKeepTheBackground(t *testing.T) {
	for _, name := range Themes {
		testBackground(t, name)
	}
}

func testBackground(t *testing.T, name string) {
	for _, colors := range []int{0, 16, 256, 1 << 24} {
		th := newTheme(name, colors)
		for s := range styleCount {
			fg, bg, attrs := th.style(s).Decompose()
			if bg != tcell.ColorDefault {
				t.Errorf("%s: style %d has the background %v", th.name, s, bg)
			}
			if colors == 0 && fg != tcell.ColorDefault {
				t.Errorf("%s: style %d has the colour %v", th.name, s, fg)
			}
			if colors == 16 && fg != tcell.ColorDefault && fg-tcell.ColorBlack >= 16 {
				t.Errorf("%s: style %d has the colour %v, which 16 colours do not hold", th.name, s, fg)
			}
			if s == styleSelected && attrs&tcell.AttrReverse == 0 {
				t.Errorf("%s: the cursor's line is not reversed", th.name)
			}
		}
		if got := th.style(200); got != th.style(styleText) {
			t.Errorf("%s: an unknown style is %v", th.name, got)
		}
	}
}

func TestInstall(t *testing.T) {
	before := tview.Styles
	defer func() { tview.Styles = before }()
	themeFor(0).install()
	if tview.Styles != (tview.Theme{}) {
		t.Errorf("the monochrome theme gives tview the colours %+v", tview.Styles)
	}
	themeFor(256).install()
	if tview.Styles.PrimitiveBackgroundColor != tcell.ColorDefault || tview.Styles.PrimaryTextColor != tcell.ColorDefault {
		t.Errorf("text or background are not the terminal's own: %+v", tview.Styles)
	}
}

// luminance is that of WCAG 2.2, from 0 to 1.
func luminance(c tcell.Color) float64 {
	r, g, b := c.RGB()
	linear := func(v int32) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(a, b tcell.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast: the themes for a background can be read on it as WCAG 2.2 wants
// it (4.5), and those for any on both as it wants it of bold text (3). The 16
// colours are the terminal's own.
func TestContrast(t *testing.T) {
	grounds := map[string][]tcell.Color{
		"dark": {tcell.ColorBlack}, "light": {tcell.ColorWhite}, "auto": {tcell.ColorBlack, tcell.ColorWhite},
	}
	for name, backgrounds := range grounds {
		least := 4.5
		if name == "auto" {
			least = 3
		}
		for _, colors := range []int{256, 1 << 24} {
			th := newTheme(name, colors)
			for _, s := range []cellStyle{styleDeny, styleWarning, styleTitle, styleMuted} {
				fg, _, _ := th.style(s).Decompose()
				for _, bg := range backgrounds {
					if got := contrast(fg, bg); got < least {
						t.Errorf("%s: style %d on %v has a contrast of %.1f, want %.1f", th.name, s, bg, got, least)
					}
				}
			}
		}
	}
}

func TestBackground(t *testing.T) {
	for env, want := range map[string]string{
		"": "auto", "15;0": "dark", "0;15": "light", "0;default;15": "light", "7;8": "dark", "0;7": "light",
		"default;default": "auto", "15": "auto", "0;99": "auto", "0;-1": "auto",
	} {
		if got := background(env); got != want {
			t.Errorf("COLORFGBG=%q: %s, want %s", env, got, want)
		}
	}
}

// TestThemeKey: T goes through the themes, in all that is on the screen, and the
// choice is remembered.
func TestThemeKey(t *testing.T) {
	before := tview.Styles
	t.Cleanup(func() { tview.Styles = before }) // when the screen has ended
	s, err := loadSettings(filepath.Join(t.TempDir(), "settings.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, a := driveDemo(t, 120, 32)
	d.on(func() {
		a.colors = 256
		a.begin(Options{Settings: s, ColorFGBG: "0;15"})
	})
	color := func(x, y int) tcell.Color { // of a cell as it was last shown
		cells, w, _ := d.sim.GetContents()
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
		d.press("T")
		d.wantScreen("theme " + c.name)
		if got := color(0, 0); got != c.border {
			t.Errorf("%s: the border is %v, want %v", c.name, got, c.border)
		}
		if got := color(3, 4); got != c.title {
			t.Errorf("%s: the heading is %v, want %v", c.name, got, c.title)
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
	seen := map[cellStyle]int{}
	check := func(text string, style cellStyle, row *model.Row) {
		seen[style]++
		want := []string{""}
		switch style {
		case styleDeny:
			want = []string{"Deny"}
		case styleWarning:
			want = []string{"orphan", "deleted", "foreign", "unresolved", "linked account of", `\`} // or a domain that is not ours
		case styleMuted:
			want = []string{"disabled", "former SID", "inherited", "by Full Control", "by all extended rights", "stale copy", "set-up's own", "not here"}
			if row != nil && row.Hidden&model.Self != 0 { // the name says it
				text = row.Trustee.Name
				want = []string{"SELF", "SYSTEM"}
			}
		case styleHidden:
			want = []string{"0"}
		}
		if !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(text, w) }) {
			t.Errorf("%q is shown in style %d and says nothing of it", text, style)
		}
	}
	for _, typ := range model.ObjectTypes {
		res, err := model.View(t.Context(), c.Snapshot(), model.Query{Type: typ, Show: model.AllReasons, System: true})
		if err != nil {
			t.Fatal(err)
		}
		lines := &totalsData{res: res, columns: totalsColumns(typ), at: -1}
		for i := range lines.Len() {
			for col := range lines.columns {
				text, style := lines.Cell(i, col)
				check(text, style, nil)
			}
			of, err := model.View(t.Context(), c.Snapshot(), model.Query{
				Type: typ, Show: model.AllReasons, System: true, Rows: true, Of: res.Key(i), ACEs: typ.ACEs[0]})
			if err != nil {
				t.Fatal(err)
			}
			rows := &acesData{res: of, columns: acesColumns(typ), at: -1}
			for j := range rows.Len() {
				for col := range rows.columns {
					text, style := rows.Cell(j, col)
					check(text, style, &rows.row)
				}
			}
		}
	}
	for _, s := range []cellStyle{styleDeny, styleWarning, styleMuted, styleHidden} {
		if seen[s] == 0 {
			t.Errorf("nothing was shown in style %d", s)
		}
	}
}
