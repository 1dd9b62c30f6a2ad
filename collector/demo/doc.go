// Package demo makes up an Exchange organisation: contoso.com, with as many
// mailboxes as asked for, on servers of 2003, 2016 and 2019.
//
// It is a [collector.Source] like any other. It says what a live directory
// would say, through the same door, in the same order and in the same binary
// forms, so that everything behind the door can be tried without a network,
// tested against something known and measured at a million mailboxes.
//
// Nothing is kept. Each entry is worked out from three numbers (seed, day,
// index), handed to the sink and forgotten. Whatever refers to an account (a
// member, a delegate, the trustee of an ACE) works that account out again from
// its index; the index is found in the RID, which is why each kind of object
// has its own range of RIDs. Only the few dozen containers, with the ACEs that
// they pass on, and the well-known groups exist as values.
//
// The first mailboxes are written by hand: each shows one thing that a reader
// of descriptors must cope with (see the constants that begin with head). The
// rest is drawn by a hash: half of the mailboxes and one account in seven have
// a descriptor unlike every other, which is about what a directory of that age
// has.
//
// From one day to the next, half a per cent of the mailboxes change in one
// thing, and half a per cent of the memberships: two days can be compared.
package demo
