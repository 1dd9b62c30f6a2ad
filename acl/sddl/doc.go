// Package sddl writes and reads the descriptors of package acl as text, in
// Microsoft's security descriptor definition language ([MS-DTYP] 2.5.1).
//
// The text of a descriptor names its owner, its group and its two lists, each
// entry in parentheses with six fields: type, flags, rights, object type,
// inherited object type and trustee. SIDs that are the same everywhere have an
// alias of two letters, accounts of a domain only where the domain is known.
//
//	O:PSG:PSD:(A;CI;CCRC;;;PS)
//
// is a new mailbox: owner and group are SELF (PS), and its one entry allows
// SELF the rights CC and RC, on the mailbox and what is in it (CI).
//
// A callback entry has a seventh field, its condition ([MS-DTYP] 2.4.4.17):
//
//	(XA;;RP;;;AU;(@User.Department == "Finance" && Member_of {SID(BA)}))
//
// # What the language cannot express
//
// Text is for people and for tools to copy it into; nothing may be lost on the
// way. So what the language has no words for is written in a form of our own
// that [Parse] reads: an entry type without a token as its number, an entry of
// unknown layout as "(0x2a;;;;;;#…)" with all its bytes in hexadecimal, and
// bytes after the SID that are no condition we can put into words as "#" and
// hexadecimal (resource attributes are always so). The control flags other than
// P, AR and AI, and the revisions of the lists, have no place in it.
//
// # What must hold here
//
// What [Format] writes, [Parse] reads as the same descriptor. A condition is
// put into words only if reading the words gives its very bytes again. Both
// tables of aliases, and the texts, are held against Samba. Package acl knows
// nothing of this one: bytes are what counts, text is how they are shown.
package sddl
