// Package adexplorer reads snapshots that AD Explorer of Sysinternals saves
// (FILE.dat), as a collector.Source.
//
// A snapshot holds what one domain controller answered to a search for every
// object: those of its domain, of the configuration and of the schema, deleted
// ones too, each with all attributes that whoever took it could read. So this
// package puts to the file the searches that a directory is asked, as they stand
// in package decode, and delivers what each would have given, with the
// attributes it asks for and no others: [Source.Read] goes through the file
// once, and every object is held against every search. What needs the names of
// others first (the containers above recipients, who holds a SID) is read again
// at the place where it was seen.
//
// # Format
//
// Microsoft does not describe it. What is here was learnt from what others have
// published about such files. Everything is little-endian, texts are UTF-16.
//
//	header      0x43E bytes: "win-ad-ob\0" ("win-ad-XX\0" until the snapshot is whole), the number
//	            0x10001, FILETIME, description and server of 260 characters each, how many objects,
//	            how many values, where the tables begin (64 bits), where the tree of the window begins
//	objects     size, n, n times (number of an attribute, where its values are, signed, from the
//	            beginning of the object); then values
//	attributes  n, n times: name, syntax, ADSTYPE, DN in the schema, schemaIDGUID, GUID of the
//	            property set, 4 bytes; a text here has its length in bytes before it
//	classes     n, n times: name, DN, label, class above, schemaIDGUID, default descriptor, attributes
//	            with their labels, rights, classes that it may lie in, auxiliary classes
//	rights, and the tree of the window: not read
//
// Values are a number n and then, by ADSTYPE ([iads.h], ADSTYPEENUM):
//
//	1-5, 12   text: n offsets, signed, from the number n on; each text ends in NUL
//	6         boolean, 7 integer: n times 32 bits       10  large integer: n times 64 bits
//	8         bytes: n lengths, then the bytes           9  time: n times SYSTEMTIME, in UTC
//	25        descriptor: n lengths, then the bytes
//	27        bytes and a DN: n lengths, then each time the bytes and the DN, which ends in NUL; so
//	          too where the syntax is 21, although the ADSTYPE is 8 then
//
// The same values are written once: others refer to them, up to a megabyte back
// and with a negative offset. Any other type is counted and named, and what
// depends on it counts as not read.
//
// # Memory
//
// A window of the file is held, and not the file; a window is as large as an
// object that is larger. Beside it stay eight bytes or so for each container, each
// group and each deleted object. Offsets and counts are believed only where
// they lie in the file.
//
// # What a snapshot does not tell
//
// It does not say who took it: the rootDSE, which would, is made of the header,
// and names no account. So of a list that is not there nobody knows whether it is
// empty or was hidden from him, and the coverage counts it as unknown. Of lists that are longer than a server
// gives at a time (1,500 values) it may hold a part: a list of just that length
// counts as read in part, and so does a group of which more objects say that
// they are its members than the group names.
//
// [iads.h]: https://learn.microsoft.com/en-us/windows/win32/api/iads/ne-iads-adstypeenum
package adexplorer
