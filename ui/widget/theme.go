package widget

import (
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Style says what a piece of text is. How that looks is up to the theme.
// It is never the only sign: a denied right says Deny, an orphan says orphan.
type Style uint8

const (
	StyleText      Style = iota // ordinary text
	StyleHeader                 // column headings
	StyleSelected               // the line the cursor is on
	styleUnfocused              // the same in a pane that keys do not go to
	StyleDeny                   // a right that is denied
	StyleWarning                // what somebody should look at: orphans, incomplete results
	StyleMuted                  // what matters less: inherited, not here
	StyleHidden                 // counts of what is not shown
	StyleTitle                  // titles of panes and pages
	StyleAlarm                  // what lets nearly everybody in
	StyleAdded                  // a change by which there is more
	StyleRemoved                // a change by which there is less
	styleCount
)

// Theme is a set of colours, one style for each Style.
type Theme struct {
	Name   string
	styles [styleCount]tcell.Style
	border tcell.Color
}

// Look is how one cell is to be drawn.
type Look struct {
	Style tcell.Style
	Right bool // aligned to the right
	Trail int  // but for so many blanks after it
	Name  bool // a name, whose mark stays where it is cut
}

// Style returns how a kind of text looks.
func (t *Theme) Style(s Style) tcell.Style {
	if s >= styleCount {
		s = StyleText
	}
	return t.styles[s]
}

// Themes are what may be asked for by --theme, by T or in the settings.
var Themes = []string{"auto", "dark", "light", "mono"}

// palette is the colours of a theme.
type palette struct{ deny, warning, title, muted, added tcell.Color }

// palettes are the colours by background, and by how many a terminal has: 16,
// 256 or all. Those without a background can be read on black and on white,
// and those for one better on it.
var palettes = map[string][3]palette{
	"auto": {
		{tcell.ColorMaroon, tcell.ColorOlive, tcell.ColorTeal, tcell.ColorDefault, tcell.ColorGreen},
		{tcell.Color160, tcell.Color136, tcell.Color31, tcell.Color244, tcell.Color28},
		{tcell.NewHexColor(0xd7263d), tcell.NewHexColor(0xb07d00), tcell.NewHexColor(0x1f7a8c), tcell.NewHexColor(0x848484), tcell.NewHexColor(0x2a8a4e)},
	},
	"dark": {
		{tcell.ColorRed, tcell.ColorYellow, tcell.ColorAqua, tcell.ColorSilver, tcell.ColorLime},
		{tcell.Color203, tcell.Color179, tcell.Color74, tcell.Color246, tcell.Color114},
		{tcell.NewHexColor(0xff6b6b), tcell.NewHexColor(0xe5b567), tcell.NewHexColor(0x6fb3d2), tcell.NewHexColor(0x9a9a9a), tcell.NewHexColor(0x8fd18f)},
	},
	"light": {
		{tcell.ColorMaroon, tcell.ColorMaroon, tcell.ColorNavy, tcell.ColorGray, tcell.ColorGreen},
		{tcell.Color124, tcell.Color94, tcell.Color24, tcell.Color241, tcell.Color22},
		{tcell.NewHexColor(0xb00020), tcell.NewHexColor(0x7a5200), tcell.NewHexColor(0x005f87), tcell.NewHexColor(0x626262), tcell.NewHexColor(0x1a6b1a)},
	},
}

// ThemeFor is the theme for any background.
func ThemeFor(colors int) *Theme { return NewTheme("auto", colors) }

// NewTheme makes a theme of this name for a terminal with so many colours, as
// tcell.Screen.Colors tells them. There are none where NO_COLOR is set, and then
// it is the monochrome one by whatever name.
//
// Text and background are always the terminal's own.
func NewTheme(name string, colors int) *Theme {
	depth, how := 2, "true colour"
	switch {
	case colors < 8 || name == "mono":
		return monochrome()
	case colors < 256:
		depth, how = 0, "16 colours"
	case colors == 256:
		depth, how = 1, "256 colours"
	}
	p, ok := palettes[name]
	if !ok {
		name, p = "auto", palettes["auto"]
	}
	if name != "auto" {
		how = name + ", " + how
	}
	return colored(how, p[depth])
}

// Background is the theme for the background that a terminal says it has: the
// last part of COLORFGBG, a number of the 16 colours, as rxvt, Konsole and
// others set it. Without it, it is the theme for any.
func Background(colorFGBG string) string {
	parts := strings.Split(colorFGBG, ";")
	n, err := strconv.Atoi(parts[len(parts)-1])
	switch {
	case err != nil || len(parts) < 2 || n < 0 || n > 15:
		return "auto"
	case n < 7 || n == 8:
		return "dark"
	}
	return "light"
}

// monochrome tells things apart by bold, dim, underlined and reversed.
func monochrome() *Theme {
	d := tcell.StyleDefault
	return &Theme{
		Name: "monochrome",
		styles: [styleCount]tcell.Style{
			StyleHeader:    d.Bold(true).Underline(true),
			StyleSelected:  d.Reverse(true),
			styleUnfocused: d.Reverse(true).Dim(true), // tview drops underlines there
			StyleDeny:      d.Bold(true),
			StyleWarning:   d.Bold(true),
			StyleMuted:     d.Dim(true),
			StyleHidden:    d.Dim(true),
			StyleTitle:     d.Bold(true),
			StyleAlarm:     d.Bold(true),
			StyleAdded:     d.Bold(true),
			StyleRemoved:   d.Bold(true),
		},
	}
}

// colored makes a theme of a palette. The cursor's line is reversed, not
// coloured: it must be seen on any terminal.
func colored(name string, p palette) *Theme {
	t := monochrome()
	t.Name = name
	d := tcell.StyleDefault
	t.styles[StyleDeny] = d.Foreground(p.deny).Bold(true)
	t.styles[StyleAlarm], t.styles[StyleRemoved] = t.styles[StyleDeny], t.styles[StyleDeny]
	t.styles[StyleAdded] = d.Foreground(p.added).Bold(true)
	t.styles[StyleWarning] = d.Foreground(p.warning).Bold(true)
	t.styles[StyleTitle] = d.Foreground(p.title).Bold(true)
	t.styles[StyleHeader] = d.Foreground(p.title).Bold(true)
	if p.muted != tcell.ColorDefault {
		t.styles[StyleMuted] = d.Foreground(p.muted)
		t.styles[StyleHidden] = d.Foreground(p.muted)
	}
	t.border = p.muted
	return t
}

// Install makes the theme the one that tview gives to new primitives. It must
// be called before they are made.
func (t *Theme) Install() {
	title, _, _ := t.Style(StyleTitle).Decompose()
	tview.Styles = tview.Theme{
		BorderColor:        t.border,
		TitleColor:         title,
		GraphicsColor:      t.border,
		SecondaryTextColor: title,
		TertiaryTextColor:  title,
		// All others are tcell.ColorDefault, the terminal's own.
	}
}

// Dress gives a box that was made before the colours of the theme.
func (t *Theme) Dress(boxes ...interface {
	SetBorderColor(tcell.Color) *tview.Box
	SetTitleColor(tcell.Color) *tview.Box
}) {
	title, _, _ := t.Style(StyleTitle).Decompose()
	for _, b := range boxes {
		b.SetBorderColor(t.border)
		b.SetTitleColor(title)
	}
}

// lit gives a pane the look of one with or without the focus: its frame and its title
// in the colour of titles, or in that of what matters less. Where there is none the
// frame is bold.
func (t *Theme) lit(b *tview.Box, focus bool) {
	color, attributes := t.border, tcell.AttrNone
	if focus {
		color, _, _ = t.Style(StyleTitle).Decompose()
	}
	if focus && color == tcell.ColorDefault {
		attributes = tcell.AttrBold
	}
	b.SetBorderColor(color).SetTitleColor(color).SetBorderAttributes(attributes)
}

// underCursor is how a cell looks in the cursor's line where that is another look
// than the line's: what is red stays red.
func (t *Theme) underCursor(s Style, focus bool) (style tcell.Style) {
	switch s {
	case StyleDeny, StyleAlarm, StyleAdded, StyleRemoved:
		return t.Style(s).Reverse(true).Dim(!focus)
	}
	return style
}

// DressDropDown gives a drop-down the colours of the theme.
func (t *Theme) DressDropDown(d *tview.DropDown) {
	text := t.Style(StyleText)
	d.SetLabelStyle(t.Style(StyleTitle)).SetFieldStyle(text).SetFocusedStyle(t.Style(StyleSelected)).
		SetPrefixStyle(text.Underline(true))
	d.SetListStyles(text, t.Style(StyleSelected))
}
