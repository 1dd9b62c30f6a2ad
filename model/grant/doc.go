// Package grant knows what gives or denies something. Where rows of one acl_type
// come from is a [Kind]: entries of mailbox ACLs, Send-As and Receive-As on
// accounts, Send on Behalf, entries of stores, of containers, of administration
// containers. [Kinds] is the only list of them, and each has a file of its own; who
// adds one adds a file and a line there, and asks nobody else which kind a row is of.
//
// The package lists the rows of a target ([Each]), makes a row ([RowOf]), names it
// for other states ([KeyOf]), names rights, finds where an inherited entry is set,
// knows what set-up and Windows write, and says which entries open a mailbox
// ([Opens], in opens.go: the one place where that is decided).
//
// A row is one right of one entry as it is stored. Nothing here orders, filters
// or counts for a screen, and no entry is ever re-ordered or left out.
package grant
