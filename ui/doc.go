// Package ui is the terminal screen of mbxperm.
//
// It is a tview application with three habits that everything in it relies on:
//
//   - What reaches the terminal is only what changed. diffScreen stands
//     between tview and tcell and passes on the cells that differ from the
//     last frame, because tview repaints the whole screen on every key and the
//     users sit at the far end of an SSH line.
//   - Strings from the directory are hostile. They become table cells only
//     through newCell, which makes control, bidi and invisible characters
//     visible (package ui/safe) and keeps tview from reading them as markup.
//   - Data is shown, never held. A grid is handed an immutable gridData and
//     asks it for the few rows that are on the screen.
//
// Keys are declared once, in bindings; footer, help page and README come from
// that table.
package ui
