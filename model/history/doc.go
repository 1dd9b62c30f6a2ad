// Package history says of a reading in a few numbers what a chronicle of readings
// shows: how many mailboxes, entries, grants of Full Access, orphans, and findings of
// each severity there are. A recording carries them at its end (as texts, see
// [Counts.Words]), so that a year of nights is looked through without reading any.
//
// The numbers are those of the program that counted. Rules of findings change between
// versions; [Version] grows where what is counted changes its meaning.
package history
