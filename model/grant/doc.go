// Package grant knows what gives or denies something: entries of mailbox ACLs,
// Send-As and Receive-As on accounts, Send on Behalf, entries of stores and of
// administration containers. It lists the rows of a target ([Each]), makes a row
// ([RowOf]), names rights, finds where an inherited entry is set, knows what
// set-up writes, and says which entries open a mailbox (opens.go, the one place
// where that is decided).
//
// A row is one right of one entry as it is stored. Nothing here orders, filters
// or counts for a screen, and no entry is ever re-ordered or left out.
package grant
