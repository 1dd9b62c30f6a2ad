package model

import (
	"mbxperm/acl"
)

func SIDText(s acl.SID) string {
	if s.IsZero() {
		return ""
	}
	return s.String()
}

func GUIDText(g acl.GUID) string {
	if g.IsZero() {
		return ""
	}
	return g.String()
}

// Column is a column on the screen.
type Column[T any] struct {
	Title   string
	Numeric bool // right-aligned, sorted by number
	Extra   bool // shown only where there is room
	Text    func(T) string
	Number  func(T) int // of a numeric column
}

// Field is a column of a report: a name that is a contract, and a value that is
// a string, a Phrase, an int or a bool.
type Field[T any] struct {
	Name  string
	Value func(T) any
}
