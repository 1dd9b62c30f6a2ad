// Package model holds what was read from a directory: objects, the SIDs and
// names of the forest, security descriptors, links, and how far the reading
// came.
//
// A [Writer] takes facts (accounts, groups, stores, containers, with their
// security descriptors as bytes) and publishes them as a [Snapshot]. A Snapshot
// is immutable: it may be read by any number of goroutines without a lock,
// while the Writer goes on.
//
// Most descriptors of a directory occur many times, and the ACEs in them more
// often still. Each distinct ACE and each distinct descriptor is decoded and
// kept once, in a [Pool] that all states of the process share; a target refers
// to its descriptors by number. Texts lie in arenas, a DN is an interned parent
// and a leaf, a SID is a domain and a RID. Names are made for visible rows
// only.
//
// Questions live in rooms of their own, each above the ones that it asks:
//
//	dn, hiding, internal/table   leaves
//	internal/pool                SIDs, names, entries, descriptors, each once
//	model                        what was read
//	member, coverage             who is in which group; whether an empty answer proves anything
//	grant                        what gives or denies
//	view                         lines, totals, rows
//	change                       two states compared
//	finding                      rules
//
// A question keeps its index for a snapshot by [Derive], in its own file.
// Nothing in this package may know a question, a screen or a source.
package model
