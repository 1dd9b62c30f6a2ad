// Package ldif reads and writes files of directory entries.
//
// It reads LDIF (RFC 2849) as ldapsearch and ldifde write it: folded lines,
// base64, comments, attribute options, lines that end in LF, CRLF or CR; plain,
// gzip or zstd, recognised by content. A file is read as a stream: memory does
// not grow with its size but for a hash of each DN that ldifde adds; one value
// may have 64 MiB and one entry 256 MiB. A value given as a URL (":<") is
// refused and never read: a file must not make this program open another one.
//
// A "dn:" begins a record also where the empty line before it was lost.
// ldifde's "changetype: add" is an entry, and a "changetype: modify" that only
// adds values to an entry before it is one with these values alone: whoever
// takes entries joins those of one DN. A record that cannot be read is left
// out, the error of Read says which and why, and the records after it are read.
//
// And it records: a Recorder writes every event of a collector.Source as it
// comes, and the recording, opened as a Source, delivers the same events again.
// So a recording gives the reports that the directory gave.
//
//	r, err := ldif.Create(ctx, "before.ldif.zst", ldif.Head{Program: "mbxperm 1.0"}, ldif.Options{})
//	src = r.Record(src)          // collect src as usual; its Close completes the file
//	...
//	again, err := ldif.Open("before.ldif.zst")
//
// # Format of a recording, version 1
//
// A recording is LDIF, compressed with zstd. Entries are plain LDIF records, so
// other programs can import them. Whatever is no entry stands in comment lines,
// which other programs pass over:
//
//	# mbxperm: recording format=1 time=2026-11-21T09:00:00Z program="mbxperm 1.0" source="ldaps://dc1" bound="…"
//	version: 1
//	# mbxperm: begin id=6 purpose="mailboxes" base="DC=contoso,DC=com" scope=sub filter="(…)" account="CONTOSO\\auditor" attributes="cn","…"
//	# mbxperm: expect id=6 n=1204
//	dn: CN=Anna,OU=Staff,DC=contoso,DC=com
//	objectClass: top
//	…
//
//	# mbxperm: end id=6
//	# mbxperm: missed sid=S-1-5-21-1-2-3-4711
//	# mbxperm: read
//	# mbxperm: check bytes=65610 sha256=…
//	# mbxperm: done entries=1204 searches=12 missed=3 bytes=65730 sha256=…
//
// After "# mbxperm: " comes the name of the event and its words, key=value or
// key alone, each separated by one space. A value is bare (letters, digits and
// "+-.:"), or texts in double quotes separated by commas; a text is escaped as
// by strconv.QuoteToASCII, so no byte of a directory can end a line or a text.
// Readers pass over keys they do not know; an event they do not know is an
// error, and so is another format.
//
//	recording  format, time (RFC 3339), program, source, bound: the head, always the first line
//	warning    text: what was not protected while it was recorded
//	begin      id, purpose, base, scope (base, one, sub), filter, account, attributes (* is all)
//	expect     id, n
//	query      id: the entries that follow belong to this search; without it, to the one begun last
//	attribute  name, partial: inside a record, the next attribute begins. It stands only where
//	           the lines do not say so: an attribute without values or with some of them (partial),
//	           two of the same name in a row, a name that LDIF cannot write
//	value      text: inside a record, a value of such an attribute; without text no value at all
//	end        id, error, cancelled: without error the search was read to its end
//	missed     sid
//	read       error, cancelled: the source's Read returned
//	lookup     error, cancelled: a call of the source's Lookup or Changes returned
//	check      bytes, sha256: of all uncompressed bytes before this line; about every 64 KiB
//	done       entries, searches, missed, counts, bytes, sha256: the last line. counts are texts NAME=NUMBER
//	           of what was found in it (package history), which older programs did not write; the line has
//	           a zstd frame of its own, so that it is found without reading the others
//
// Lines are never folded and end in LF. A reader uses a part of the recording
// only when the check line after it agrees, so nothing of an altered part gets
// into a report, and the error names the lines between which it lies. What came
// before is used, of a cut recording too, and the collection is incomplete.
// Where the first line is gone nothing can be checked, and nothing is used. The
// sums show accidents and clumsy hands; whoever can compute a SHA-256 can write
// a recording of anything. Keep the last line elsewhere where that matters.
package ldif
