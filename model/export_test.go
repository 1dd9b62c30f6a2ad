package model

// PlainFilter applies a filter to a line as slowly as can be.
func (s *Snapshot) PlainFilter(k LineKey, text string) bool {
	f := filter{s, words(text)}
	return f.line(k)
}
