package ui

import (
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
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
	for _, colors := range []int{0, 16, 256, 1 << 24} {
		th := themeFor(colors)
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
