// Package session runs a collection: it opens what a user calls SOURCE, reads
// it in a goroutine of its own, publishes snapshots, and does it again when
// asked.
//
// A [Collection] ties one source, one decoder and one model.Writer together and
// publishes snapshots through an atomic pointer, ten times a second at most. A
// [Session] keeps one collection at a time, reads its source again and goes
// over to another one. An [Opener] knows every source there is and finds the
// one that a text names. A [Controller] is all of this as a screen drives it.
//
// What must hold here: nothing in this package calls the user interface, every
// method of a Session or Controller returns at once, and what comes of it,
// errors too, shows in the next snapshot. It is the only package that knows all
// the sources; a source never knows a session.
package session
