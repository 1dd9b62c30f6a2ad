// Package table is the memory of the model: append-only tables in chunks that
// are published as read-only views, an arena of texts, a hash index, lists by
// number, and loops over all processors. It knows no word of Exchange.
//
// What must hold: a slot that a published [View] can see is never written
// again, so that readers need no lock; numbers of records never change; 0
// stands for nothing. One goroutine writes a [Table]; any number may read its
// views.
//
// Each structure is here because a plain one was measured to cost more: a Go
// map of records takes thirty bytes a slot where [Index] takes eight, a slice
// for each number ten times the memory of [Lists], a string for each text
// sixteen bytes of header where [Arena] has one or two.
package table
