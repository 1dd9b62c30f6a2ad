package model

import (
	"mbxperm/acl"
)

// SIDText spells a SID, and none as nothing.
func SIDText(s acl.SID) string {
	if s.IsZero() {
		return ""
	}
	return s.String()
}

// GUIDText spells a GUID, and none as nothing.
func GUIDText(g acl.GUID) string {
	if g.IsZero() {
		return ""
	}
	return g.String()
}

// Content says what a column or a field holds. Whoever shows, colours or
// redacts it goes by that, and never by its title or name.
type Content uint8

// The contents. Of what is not said, a redaction shows nothing.
const (
	ContentUnknown  Content = iota
	ContentWord             // a word of this program or of Exchange, the same for every directory
	ContentEvent            // the word for what happened to something
	ContentTarget           // the account, or whatever else, that rights are on
	ContentTrustee          // whom rights are for
	ContentName             // a name of something else: a store, a server, a domain
	ContentDN               // a distinguished name
	ContentSID              // of an account
	ContentGUID             // of an object; that of a right or class is a word
	ContentRight            // a right, or to which classes one applies
	ContentStatus           // Allow or Deny
	ContentSentence         // a text for people, which may name anything
	ContentHost             // the DNS name of a host
	ContentAccount          // whom somebody logs on as, or writes as, in any form
)

// Column is a column on the screen.
type Column[T any] struct {
	Title   string
	Short   string // the title where there is no room for it; empty for a shorter cell
	Is      Content
	Numeric bool // right-aligned, sorted by number
	Extra   bool // shown only where there is room
	Off     bool // not shown until somebody chooses it
	Spare   bool // an extra one that a grid has by itself only where it is not above another
	Persons bool // shown by itself where the rows say which persons come in through groups
	// Band is what stands above this column and its neighbours of the same band,
	// where there is room, and Under the title below that.
	Band, Under string
	Text        func(T) string
	Number      func(T) int // of a numeric column
}

// Field is a column of a report: a name that is a contract, and a value that is
// a string, a Phrase, an int, a bool, a List or Tallies. A Phrase says itself
// what its parts are.
type Field[T any] struct {
	Name  string
	Is    Content // of a string
	Value func(T) any
	// Aside marks what identifies a record beyond doubt and is too much for
	// paper.
	Aside bool
	// First marks what somebody looks for first: where there is little room it is
	// the last to go.
	First bool
	// Order marks the field by which redacted records are ordered: the order of
	// names would tell a part of them.
	Order bool
}
