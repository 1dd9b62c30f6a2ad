// Package term takes the terminal and gives it back: opening it, sending it no
// more than what changed, and copying to the clipboard of whoever sits at it.
//
// It knows tcell and nothing of what is shown. Whoever changes it must keep
// that the far end of an SSH line gets few bytes (a cursor move under 500), that
// a panic or a signal leaves the terminal as it was found, and that nothing is
// sent to the terminal but through [Screen], or, for the clipboard, by
// [TerminalSequence] and [ScreenSequence].
package term
