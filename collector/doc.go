// Package collector is the contract between what delivers directory entries and
// what makes facts of them. It holds no code that reads or decodes.
//
// A [Source] (live LDAP, the demo generator, files and recordings) says what it
// finds as events to a [Sink]: a search begins, an entry, a search ends
// completely or not, nobody holds this SID. The sources are the packages live,
// ldif and demo beside it; the sinks are the decoder (package decode) and the
// recorder (package ldif). Package session ties a source to a decoder.
//
// What a source cannot deliver is an event too. A search counts as complete
// only when its End says so, and an attribute counts as absent only where the
// bound account is shown to be allowed to read it.
//
// What must hold here: whatever is added to the contract must be said by every
// source and must survive a recording, or reports of the same directory differ
// by the way it was read.
package collector
