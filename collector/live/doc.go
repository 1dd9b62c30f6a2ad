// Package live reads a forest of Active Directory over LDAP: it is the
// collector.Source behind "mbxperm ldaps://dc1.contoso.lab".
//
// A connection is built in layers, each with one task:
//
//	conn, messages   requests, and answers decoded into batches of entries
//	wire             lets nothing out but reading (the promise "never writes");
//	                 keeps the first thing that goes wrong
//	crypto/tls       LDAPS, or StartTLS before anything else is said
//	idleConn         gives up on a server that brings nothing while we wait for it
//	net.TCPConn
//
// A server is one domain controller and the way into it; a domain has one that
// is asked about it, others that can stand in for it where DNS or --dc names
// them, and the connections that rest. A reading, one run of Read or Lookup,
// does tasks: each is one search, says which domain is asked (task.at), and is
// read by a stream of its own on a connection of its own, on as many at a time
// as the options allow. Streams hand what comes to the goroutine that called
// Read; it alone calls the sink and the functions of tasks, which therefore
// lock nothing. A task may add others when it has ended (task.then): that is
// how what must be known first comes first. A domain that is lost ends its own
// tasks, with the reason, and no others.
//
// A stream reads a page at a time (RFC 2696) and asks for the next one before
// anybody works on the last. An answer is whole only if its result and its
// paging control came. What goes wrong in passing is read again from its start,
// elsewhere in the end, without what was taken before (stream.go). Mailboxes
// are read in partitions by store, and what came is held against a list of all
// (mailboxes.go). What lies above stores and recipients is asked for by name,
// fifty objects in one filter; SIDs are looked up in the same way. There is
// never a search for each mailbox or for each ACE; only an attribute with more
// values than the server gives at once costs requests of its own (MS-ADTS
// 3.1.1.3.1.3.3).
//
// The bind is either a simple one, or Kerberos and NTLM inside SASL GSS-SPNEGO
// with a channel binding (handshake.go). There is no SASL security layer; TLS
// protects what follows. Of go-ldap, filters, controls and results are used;
// its connection is not: it has no such bind, passes over messages that it
// cannot make out, and takes ten times as long to decode an entry.
//
// A server is not trusted to come to an end: what it can send without being
// asked, or more of than was asked for, has a bound (bounds.go), far above what
// real directories have. What is over it is counted, and is the reason why its
// search is incomplete. The idle time counts from the last new entry, not from
// the last byte. Whoever adds something that grows with what a server sends
// adds a bound, and a way to exceed it to ldaptest.Modes.
//
// The partitions container says which domains there are. That of the server is
// read first, with the configuration, which every domain controller holds; the
// domain controllers of the others are looked for meanwhile.
package live
