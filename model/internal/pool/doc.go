// Package pool keeps once what states of a directory have in common: SIDs,
// GUIDs, distinguished names, ACEs, security descriptors and texts. Equal
// numbers are equal things, so states that share a [Pool] are compared by
// comparing numbers.
//
// A descriptor is kept in a [Sense]: the bits of a mailbox ACL and those of a
// directory ACL mean different things. Which rows an ACE gives, and
// which of the toggles of package hiding hide them, is worked out here once for
// each distinct ACE and descriptor (right.go): a million targets share a
// thousand descriptors, and a toggle must be answered while a key is pressed.
//
// The pool only grows. Writers take its lock; readers use a [View], which never
// changes. Nothing here may know a target, a snapshot or a screen.
package pool
