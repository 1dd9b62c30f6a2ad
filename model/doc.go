// Package model holds what is known about who can get into which mailbox, and
// answers questions about it.
//
// A Writer takes facts (accounts, groups, stores, containers, with their
// security descriptors as bytes) and publishes them as Snapshots. A Snapshot is
// immutable: it may be read by any number of goroutines without a lock, while
// the Writer goes on.
//
// Most descriptors of a directory occur many times, and the ACEs in them more
// often still. Each distinct ACE and each distinct descriptor is decoded and
// kept once, in a Pool that all states of the process share; a target refers to
// its descriptors by number. Texts lie in arenas, a DN is an interned parent and
// a leaf, a SID is a domain and a RID. Names are made for visible rows only.
//
// What does not depend on the toggles is worked out once for a snapshot, by the
// first who asks: who is named where, the order of names, folded names for the
// filter, who is in which group. A toggle then compares sets of kinds of rows, and
// a line's totals are sums over the few entries that name it.
//
// View is the only code that filters, totals and sorts. The screen and the
// reports both ask it, so they cannot disagree. A total is always the number of
// rows that the detail shows for it under the same toggles.
//
// Compare works out what changed between two states of one Pool. Equal numbers
// are equal things there, so what did not change is not looked at.
package model
