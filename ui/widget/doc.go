// Package widget holds what is drawn: grids, menus, pages of text and the
// themes, over tview. It knows no application and no directory: a grid shows
// [Rows], a menu shows [Item]s, a page shows [Line]s, and what a key or a choice
// does is told by whoever makes the widget.
//
// What must hold: every text may hold anything and is made safe here before it
// is drawn ([NewCell], [Put], [Plain]); drawing and moving cost the same at ten
// rows and at a million; text and background stay the terminal's own colours,
// and colour is never the only sign of anything. Everything here belongs to the
// goroutine of the screen.
package widget
