package collector

import (
	"context"

	"mbxperm/acl"
	"mbxperm/model/dn"
)

// Source is where facts come from: a live directory, a file, the demo
// generator. Whatever it is, it says what it knows through one door, the
// Sink, so that a rule tested on one source holds for all of them.
//
// A Source is used by one goroutine. It may own workers, but it calls the Sink
// from the goroutine that called Read, Lookup or Changes.
type Source interface {
	// Name says in a few words where the facts come from, for the status
	// line and the head of a report: "ldaps://dc1.contoso.lab",
	// "demo:250:1".
	Name() string

	// Read delivers everything the source has for the object types we show,
	// and returns when it is done or ctx is. Each search is bracketed by
	// Begin and End. A search that breaks off is reported through End with
	// its reason, and Read goes on with the next one where that makes
	// sense; an error from Read itself means that the source can give
	// nothing (more).
	Read(ctx context.Context, sink Sink) error

	// Lookup asks for the principals that hold the given SIDs, now
	// (objectSid) or formerly (sIDHistory). It answers with Entry events,
	// and with Missed for each SID that nobody holds; a SID whose question
	// could not be put gets no answer. Lookup is called after Read, once
	// for each distinct SID.
	Lookup(ctx context.Context, sids []acl.SID, sink Sink) error

	// Changes asks when the members of the groups with these names came. It
	// answers with Entry events for those of which the source can tell. It is
	// called once, after Read and every Lookup; a source that has delivered
	// all it knows gives no answer.
	Changes(ctx context.Context, groups []string, sink Sink) error

	// Close gives back connections and files. It may be called at any time,
	// also while Read runs in another goroutine, and more than once.
	Close() error
}

// Sink takes what a Source says. Its methods are called from one goroutine at
// a time. Byte slices belong to the source again when the call returns: a sink
// that keeps them copies them.
type Sink interface {
	// Begin opens a search. Its ID is new within the source.
	Begin(q Query)

	// Expect tells about how many entries the search will give, as soon as
	// that is known; a later call replaces the number.
	Expect(id QueryID, n int)

	// Entry delivers one directory entry as read.
	Entry(e *Entry)

	// End closes a search: nil when it was read to the end, else the reason
	// why it was not. A search without End counts as incomplete.
	End(id QueryID, err error)

	// Missed says that the source was asked for this SID and nobody holds
	// it.
	Missed(sid acl.SID)
}

// QueryID names a search within one source. Entries of several searches may be
// interleaved.
type QueryID int

// Purpose says what a search is for; coverage is counted by it. Its text stands
// in recordings, so it is never renamed. Those that there are stand in the
// searches of package decode. Several run at a time, and some are in parts; all
// parts have the same purpose.
type Purpose string

// Scope of a search (RFC 4511 4.5.1.2).
type Scope uint8

// The three scopes.
const (
	ScopeBase Scope = iota
	ScopeOne
	ScopeSub
)

// Query describes one search as sent.
type Query struct {
	ID         QueryID // new within the source
	Purpose    Purpose
	Base       string // DN of the object to search at or below; empty: the rootDSE, or all domains of a global catalog
	Scope      Scope
	Filter     string   // as text (RFC 4515)
	Attributes []string // asked for; nil means all
	Account    string   // the bound account as the server names it ("CONTOSO\\auditor")
}

// Asked reports whether the search asked for the attribute. A value that was
// never asked for is neither absent nor unreadable.
func (q *Query) Asked(attribute string) bool {
	if q.Attributes == nil {
		return true
	}
	for _, a := range q.Attributes {
		if dn.EqualFold(a, attribute) {
			return true
		}
	}
	return false
}

// Catalog reports whether a global catalog was asked: nobody else answers for
// all domains at once (MS-ADTS 3.1.1.3.1.10). It holds a part of the
// attributes, and the members of universal groups only, but for its own domain.
func (q *Query) Catalog() bool { return q.Base == "" && q.Scope == ScopeSub }

// Entry is one directory object as read. Range options ("member;range=0-1499")
// are already put together by the source: an attribute occurs once, whole.
type Entry struct {
	Query      QueryID // the search that gave it; 0 where the source knows none
	DN         string  // as the source spells it; empty for the rootDSE
	Attributes []Attribute
	// Early says that the source will deliver it again before its search ends, and
	// better: for whoever looks on while it reads. Nothing else counts it.
	Early bool
}

// Attribute is one attribute with its values in the order in which they came.
type Attribute struct {
	Name   string   // as the source spells it
	Values [][]byte // as the syntax of the attribute has them, text in UTF-8
	// Partial marks an attribute of which the source could not read all
	// values.
	Partial bool
}

// Values returns the values of the attribute, or nil. Names are compared
// without regard to case (RFC 4512 2.5).
func (e *Entry) Values(name string) [][]byte {
	if a := e.Attribute(name); a != nil {
		return a.Values
	}
	return nil
}

// Attribute returns the attribute with its values, or nil. Names are compared
// without regard to case (RFC 4512 2.5).
func (e *Entry) Attribute(name string) *Attribute {
	for i := range e.Attributes {
		if dn.EqualFold(e.Attributes[i].Name, name) {
			return &e.Attributes[i]
		}
	}
	return nil
}

// Value returns the first value of the attribute, or nil.
func (e *Entry) Value(name string) []byte {
	if v := e.Values(name); len(v) > 0 {
		return v[0]
	}
	return nil
}

// Text returns the first value of the attribute as text, or "".
func (e *Entry) Text(name string) string { return string(e.Value(name)) }
