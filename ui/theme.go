package ui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// cellStyle says what a piece of text is. How that looks is up to the theme.
// It is never the only sign: a denied right says Deny, an orphan says orphan.
type cellStyle uint8

const (
	styleText      cellStyle = iota // ordinary text
	styleHeader                     // column headings
	styleSelected                   // the line the cursor is on
	styleUnfocused                  // the same in a pane that keys do not go to
	styleDeny                       // a right that is denied
	styleWarning                    // what somebody should look at: orphans, incomplete results
	styleMuted                      // what matters less: inherited, disabled
	styleHidden                     // counts of what is not shown
	styleTitle                      // titles of panes and pages
	styleCount
)

// theme is a set of colours, one style for each cellStyle.
type theme struct {
	name   string
	styles [styleCount]tcell.Style
	border tcell.Color
}

// look is how one cell is to be drawn.
type look struct {
	style tcell.Style
	right bool // aligned to the right
	trail int  // but for so many blanks after it
}

// style returns how a kind of text looks.
func (t *theme) style(s cellStyle) tcell.Style {
	if s >= styleCount {
		s = styleText
	}
	return t.styles[s]
}

// Themes are what may be asked for by --theme, by T or in the settings.
var Themes = []string{"auto", "dark", "light", "mono"}

// palette is the colours of a theme.
type palette struct{ deny, warning, title, muted tcell.Color }

// palettes are the colours by background, and by how many a terminal has: 16,
// 256 or all. Those without a background can be read on black and on white,
// and those for one better on it.
var palettes = map[string][3]palette{
	"auto": {
		{tcell.ColorMaroon, tcell.ColorOlive, tcell.ColorTeal, tcell.ColorDefault},
		{tcell.Color160, tcell.Color136, tcell.Color31, tcell.Color244},
		{tcell.NewHexColor(0xd7263d), tcell.NewHexColor(0xb07d00), tcell.NewHexColor(0x1f7a8c), tcell.NewHexColor(0x848484)},
	},
	"dark": {
		{tcell.ColorRed, tcell.ColorYellow, tcell.ColorAqua, tcell.ColorSilver},
		{tcell.Color203, tcell.Color179, tcell.Color74, tcell.Color246},
		{tcell.NewHexColor(0xff6b6b), tcell.NewHexColor(0xe5b567), tcell.NewHexColor(0x6fb3d2), tcell.NewHexColor(0x9a9a9a)},
	},
	"light": {
		{tcell.ColorMaroon, tcell.ColorMaroon, tcell.ColorNavy, tcell.ColorGray},
		{tcell.Color124, tcell.Color94, tcell.Color24, tcell.Color241},
		{tcell.NewHexColor(0xb00020), tcell.NewHexColor(0x7a5200), tcell.NewHexColor(0x005f87), tcell.NewHexColor(0x626262)},
	},
}

// themeFor is the theme for any background.
func themeFor(colors int) *theme { return newTheme("auto", colors) }

// newTheme makes a theme of this name for a terminal with so many colours, as
// tcell.Screen.Colors tells them. There are none where NO_COLOR is set, and then
// it is the monochrome one by whatever name.
//
// Text and background are always the terminal's own.
func newTheme(name string, colors int) *theme {
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

// background is the theme for the background that a terminal says it has: the
// last part of COLORFGBG, a number of the 16 colours, as rxvt, Konsole and
// others set it. Without it, it is the theme for any.
func background(colorFGBG string) string {
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
func monochrome() *theme {
	d := tcell.StyleDefault
	return &theme{
		name: "monochrome",
		styles: [styleCount]tcell.Style{
			styleHeader:    d.Bold(true).Underline(true),
			styleSelected:  d.Reverse(true),
			styleUnfocused: d.Reverse(true).Dim(true), // tview drops underlines there
			styleDeny:      d.Bold(true),
			styleWarning:   d.Bold(true),
			styleMuted:     d.Dim(true),
			styleHidden:    d.Dim(true),
			styleTitle:     d.Bold(true),
		},
	}
}

// colored makes a theme of a palette. The cursor's line is reversed, not
// coloured: it must be seen on any terminal.
func colored(name string, p palette) *theme {
	t := monochrome()
	t.name = name
	d := tcell.StyleDefault
	t.styles[styleDeny] = d.Foreground(p.deny).Bold(true)
	t.styles[styleWarning] = d.Foreground(p.warning).Bold(true)
	t.styles[styleTitle] = d.Foreground(p.title).Bold(true)
	t.styles[styleHeader] = d.Foreground(p.title).Bold(true)
	if p.muted != tcell.ColorDefault {
		t.styles[styleMuted] = d.Foreground(p.muted)
		t.styles[styleHidden] = d.Foreground(p.muted)
	}
	t.border = p.muted
	return t
}

// install makes the theme the one that tview gives to new primitives. It must
// be called before they are made.
func (t *theme) install() {
	title, _, _ := t.style(styleTitle).Decompose()
	tview.Styles = tview.Theme{
		BorderColor:        t.border,
		TitleColor:         title,
		GraphicsColor:      t.border,
		SecondaryTextColor: title,
		TertiaryTextColor:  title,
		// All others are tcell.ColorDefault, the terminal's own.
	}
}

// dress gives a box that was made before the colours of the theme.
func (t *theme) dress(boxes ...interface {
	SetBorderColor(tcell.Color) *tview.Box
	SetTitleColor(tcell.Color) *tview.Box
}) {
	title, _, _ := t.style(styleTitle).Decompose()
	for _, b := range boxes {
		b.SetBorderColor(t.border)
		b.SetTitleColor(title)
	}
}

// dressDropDown gives a drop-down the colours of the theme.
func (t *theme) dressDropDown(d *tview.DropDown) {
	text := t.style(styleText)
	d.SetLabelStyle(t.style(styleTitle)).SetFieldStyle(text).SetFocusedStyle(t.style(styleSelected)).
		SetPrefixStyle(text.Underline(true))
	d.SetListStyles(text, t.style(styleSelected))
}

// setTheme shows everything in another theme.
func (a *app) setTheme(name string) {
	a.options.Theme = name
	if name == "auto" {
		name = background(a.options.ColorFGBG)
	}
	*a.theme = *newTheme(name, a.colors) // which all widgets share
	t := a.theme
	t.install()
	t.dress(a.left, a.right, a.head.objects, a.head.show)
	t.dressDropDown(a.head.object)
	t.dressDropDown(a.head.ace)
	a.head.button.SetStyle(t.style(styleTitle)).SetActivatedStyle(t.style(styleSelected))
	a.foot.input.SetLabelStyle(t.style(styleTitle)).SetFieldStyle(t.style(styleText))
	for _, g := range []*grid{a.left.grid, a.right.grid} {
		clear(g.cells)
	}
}

// nextTheme goes on to the next theme, and remembers it.
func (a *app) nextTheme() {
	at := slices.Index(Themes, a.options.Theme)
	name := Themes[(at+1)%len(Themes)]
	a.setTheme(name)
	a.foot.say("theme " + name + ": " + a.theme.name)
	if s := a.options.Settings; s != nil {
		s.Theme = name
		if err := s.save(); err != nil {
			a.foot.say(err.Error())
		}
	}
}
