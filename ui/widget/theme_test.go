package widget

import (
	"math"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

func TestThemeFor(t *testing.T) {
	for colors, want := range map[int]string{
		0: "monochrome", 2: "monochrome", 8: "16 colours", 16: "16 colours", 88: "16 colours",
		256: "256 colours", 1 << 24: "true colour",
	} {
		if got := ThemeFor(colors).Name; got != want {
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
		th := NewTheme(name, colors)
		for s := range styleCount {
			fg, bg, attrs := th.Style(s).Decompose()
			if bg != tcell.ColorDefault {
				t.Errorf("%s: style %d has the background %v", th.Name, s, bg)
			}
			if colors == 0 && fg != tcell.ColorDefault {
				t.Errorf("%s: style %d has the colour %v", th.Name, s, fg)
			}
			if colors == 16 && fg != tcell.ColorDefault && fg-tcell.ColorBlack >= 16 {
				t.Errorf("%s: style %d has the colour %v, which 16 colours do not hold", th.Name, s, fg)
			}
			if s == StyleSelected && attrs&tcell.AttrReverse == 0 {
				t.Errorf("%s: the cursor's line is not reversed", th.Name)
			}
		}
		if got := th.Style(200); got != th.Style(StyleText) {
			t.Errorf("%s: an unknown style is %v", th.Name, got)
		}
	}
}

func TestInstall(t *testing.T) {
	before := tview.Styles
	defer func() { tview.Styles = before }()
	ThemeFor(0).Install()
	if tview.Styles != (tview.Theme{}) {
		t.Errorf("the monochrome theme gives tview the colours %+v", tview.Styles)
	}
	ThemeFor(256).Install()
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
			th := NewTheme(name, colors)
			for _, s := range []Style{StyleDeny, StyleWarning, StyleTitle, StyleMuted, StyleAlarm, StyleAdded, StyleRemoved} {
				fg, _, _ := th.Style(s).Decompose()
				for _, bg := range backgrounds {
					if got := contrast(fg, bg); got < least {
						t.Errorf("%s: style %d on %v has a contrast of %.1f, want %.1f", th.Name, s, bg, got, least)
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
		if got := Background(env); got != want {
			t.Errorf("COLORFGBG=%q: %s, want %s", env, got, want)
		}
	}
}
