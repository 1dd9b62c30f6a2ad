// Package protolog reads the protocol logs that Exchange servers write, and
// says who connects: POP3 and IMAP4 logons, and mail that SMTP receive
// connectors took. A [Source] delivers sums, never lines, as entries with a
// synthetic DN: package decode takes them like entries of a directory, so that
// a recording keeps them and two of them can be compared.
//
// # From folder to sum
//
//	folder.go   which files there are, of which stream and server, each once
//	open.go     plain, gzip, zip; UTF-16 and byte order marks
//	feed.go     blocks of whole lines, parsed by several workers, summed in order
//	columns.go  names of columns; a line is a record
//	logonline.go, smtpline.go  what a line says: an event
//	logon.go, relay.go         sessions of events, summed
//	entry.go, demo in collector/demo  sums as entries
//
// A parser sees one block and knows nothing of sessions; what sums sees the
// events of all blocks in order and never a line. A worker reads a block, parses
// it beside the others, waits until the blocks before it are summed, and sums it
// itself. That is what makes two processors nearly twice as fast as one.
//
// # What must hold here
//
// The logs are written by strangers on the network. Nothing in them ends the
// reading: a line that cannot be read is counted by what is wrong with it, with
// the places of the first three. What is kept of a stranger (sessions, names,
// distinct texts of one pair) has bounds. Nothing is ever written, moved or
// deleted in the folders.
package protolog
