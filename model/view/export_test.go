package view

import (
	"mbxperm/model"
)

// PlainFilter applies a filter to a line as slowly as can be.
func PlainFilter(s *model.Snapshot, k LineKey, text string) bool {
	f := filter{s: s, words: Words(text)}
	return f.line(k.find(s))
}
