// Package acl reads Windows security descriptors: who may do what to an object
// of Active Directory or to an Exchange mailbox.
//
// # What a descriptor is
//
// A self-relative security descriptor ([MS-DTYP] 2.4.6) is one block of bytes:
// a header with control flags and four offsets, an owner and a group (security
// identifiers), and two lists of access control entries (ACEs). The DACL says
// who is allowed and who is denied what, the SACL what is audited. Active
// Directory keeps one in nTSecurityDescriptor of every object; Exchange keeps a
// second one, of the same form but with its own meaning of the rights bits, in
// msExchMailboxSecurityDescriptor.
//
// # Reading one
//
//	d, err := acl.Parse(value) // err names the place; what stands before it is still there
//	for ace := range d.DACL() {
//		if ace.Allows() {
//			if ok, _ := ace.Covers(acl.GUIDSendAs); ok { … }
//		}
//	}
//
// Parse checks every length once. The iterators then yield the entries in
// stored order, because order decides: the first entry that speaks about a
// right wins. Nothing is sorted, merged or left out, and walking allocates
// nothing: SIDs and data are windows on the bytes given to Parse, which the
// caller must not change while the descriptor is in use.
//
// A DACL can be absent, NULL or empty, and these are three different things:
// the first two let everybody in, the third nobody but the owner ([MS-ADTS]
// 5.1.3.3.1). See [ACLState].
//
// # Values
//
// [SID] and [GUID] are small, comparable and usable as map keys, in the manner
// of [net/netip]; their zero values mean "none". [Mask] is a set of rights: bit
// 0x1 is "create child" in a directory descriptor and "full access" in a
// mailbox descriptor, so a mask has no name of its own; ask [Mask.ADNames] or
// [MailboxRights], whichever the descriptor was.
//
// # Deciding
//
// [Descriptor.Check], [Descriptor.CheckProperty] and
// [Descriptor.CheckControlRight] work out what a [Token] (an account and the
// groups it is in) may do, and say which entry decided each bit. Conditional
// entries depend on claims that are not in the directory: a decision that such
// an entry could turn is marked, never guessed.
//
// # What may be touched here
//
// Everything in this package is pure: bytes in, values out, no I/O, no state,
// safe for any number of goroutines. It imports the standard library and
// go-objectsid alone, and nothing of ours: what a right means for a mailbox is
// for package model, text is for package sddl below. No input makes it panic,
// no entry is dropped, and each rule cites its section of the specification.
package acl
