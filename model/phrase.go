package model

import (
	"strings"
)

// Phrase is a text that is made of the program's own words and of what a
// directory says, part by part, so that whoever must not show a name can
// replace it.
type Phrase []Part

// Part is a piece of a Phrase.
type Part struct {
	Is   PartKind
	Text string
}

// PartKind says what a piece of a text is.
type PartKind uint8

// The kinds.
const (
	PartWord PartKind = iota // the program's words and numbers: the same for every directory
	PartName                 // of an account, group, store or container, bare
	PartDN
	PartSID
	PartGUID    // of an object
	PartRight   // names of rights, with commas between them, or of a class
	PartHost    // a server
	PartAccount // an account as somebody wrote it: name, DOMAIN\name, name@domain or DN
	PartAny     // anything, a condition for one
)

// String puts the parts together.
func (p Phrase) String() string {
	if len(p) == 1 {
		return p[0].Text
	}
	n := 0
	for i := range p {
		n += len(p[i].Text)
	}
	var b strings.Builder
	b.Grow(n)
	for i := range p {
		b.WriteString(p[i].Text)
	}
	return b.String()
}

// Said makes a phrase of words alone.
func Said(s string) Phrase { return Phrase{{PartWord, s}} }

// Join puts phrases one behind the other, with nothing between them.
func Join(phrases ...Phrase) (out Phrase) {
	for _, p := range phrases {
		out = append(out, p...)
	}
	return out
}
