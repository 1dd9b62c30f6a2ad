// Package ui is the terminal screen of mbxperm: the application that ties the
// widgets, the keys and the questions to what a collection has read.
//
// Three habits hold in all of it:
//
//   - What reaches the terminal is only what changed: see [term.Screen].
//   - Strings from the directory are hostile. They become table cells only
//     through [widget.NewCell], which makes control, bidi and invisible
//     characters visible (package ui/safe) and keeps tview from reading them as
//     markup.
//   - Data is shown, never held. A grid is handed immutable [widget.Rows] and
//     asks it for the few rows that are on the screen.
//
// The rooms below it: ui/term takes the terminal, ui/keys says what a key is
// and what help and README say of it, ui/widget draws grids, menus and pages,
// ui/settings remembers, ui/report writes the same views for pipes and files.
// None of them imports this package.
//
// All fields of app belong to the screen's goroutine. What takes longer than a
// frame is worked out beside it and comes back through app.update.
package ui
