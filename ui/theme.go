package ui

import (
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

// themeFor picks the theme for a terminal with so many colours, as
// tcell.Screen.Colors tells them. There are none where NO_COLOR is set.
//
// Text and background are always the terminal's own, so that all themes work
// on dark and on light.
func themeFor(colors int) *theme {
	switch {
	case colors < 8:
		return monochrome()
	case colors < 256:
		return colored("16 colours", tcell.ColorMaroon, tcell.ColorOlive, tcell.ColorTeal, tcell.ColorDefault)
	case colors == 256:
		return colored("256 colours", tcell.Color160, tcell.Color136, tcell.Color31, tcell.Color244)
	default:
		return colored("true colour", tcell.NewHexColor(0xd7263d), tcell.NewHexColor(0xb07d00),
			tcell.NewHexColor(0x1f7a8c), tcell.NewHexColor(0x848484))
	}
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

// colored makes a theme of four colours that can be read on black and on
// white. The cursor's line is reversed, not coloured: it must be seen on any
// terminal.
func colored(name string, deny, warning, title, muted tcell.Color) *theme {
	t := monochrome()
	t.name = name
	d := tcell.StyleDefault
	t.styles[styleDeny] = d.Foreground(deny).Bold(true)
	t.styles[styleWarning] = d.Foreground(warning).Bold(true)
	t.styles[styleTitle] = d.Foreground(title).Bold(true)
	t.styles[styleHeader] = d.Foreground(title).Bold(true)
	if muted != tcell.ColorDefault {
		t.styles[styleMuted] = d.Foreground(muted)
		t.styles[styleHidden] = d.Foreground(muted)
	}
	t.border = muted
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
