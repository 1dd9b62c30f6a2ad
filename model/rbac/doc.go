// Package rbac reads the role-based access control of Exchange 2010 and later: who
// holds which role within which scope, and which roles let a program open every
// mailbox of a scope and send as its owner (exchange-facts 5.3 and 5.4).
//
// An assignment packs nearly all that matters into one 64-bit number ([Flags]).
// Whether it opens mailboxes is decided by the entries of its role ([Opens]) and
// never by a name or a type: a child of ApplicationImpersonation may have lost
// the entry, and a role of any type may have it. What an assignment comes to in
// one word is its [Effect].
//
// A [Book] holds the assignments of a snapshot, each with its role, its scope and
// how certain it is that it opens mailboxes ([Assignment]). It answers who holds
// an assignment ([Book.Holders]), what a person holds ([Book.HeldBy]) and in
// which part of the directory it counts ([Reach]). An answer about a person and a
// mailbox is the business of package verdict, which knows the tokens that a
// server sees and everything else that opens mailboxes.
//
// What was not read is said as member.Unread and never taken for nothing; what a
// directory does not tell, such as which mailboxes the filter of a scope takes,
// is member.Possible. An OPATH filter is text: nothing is decided by it.
package rbac
