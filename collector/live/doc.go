// Package live reads a domain of Active Directory over LDAP: it is the
// collector.Source behind "mbxperm ldaps://dc1.contoso.lab".
//
// A connection is built in layers, each with one task:
//
//	go-ldap          requests and answers
//	wire             lets nothing out but reading (the promise "never writes");
//	                 holds every answer against the envelope of RFC 4511
//	crypto/tls       LDAPS, or StartTLS before go-ldap sees the connection
//	idleConn         gives up on a server that is silent while we wait for it
//	net.TCPConn
//
// A server is one domain controller and the way into it; a domain has one that is
// asked about it, and the connections that rest. A reading, one run of Read or
// Lookup, does tasks: each is one search, says which domain is asked (task.at),
// and is read by a stream of its own on a connection of its own, on as many at a
// time as the options allow. Streams hand what comes to the goroutine that called
// Read; it alone calls the sink and the functions of tasks, which therefore lock
// nothing. A task may add others when it has ended (task.then): that is how what
// must be known first comes first. A domain that is lost ends its own tasks, with
// the reason, and no others.
//
// A stream reads a page at a time (RFC 2696). What go-ldap does not say is found
// out here: a page counts only if its paging control was seen and if as many
// entries were decoded as messages came over the wire. What lies above stores and
// recipients is asked for by name, fifty objects in one filter; SIDs are looked up
// in the same way. There is never a search for each mailbox or for each ACE; only
// an attribute with more values than the server gives at once costs requests of
// its own (MS-ADTS 3.1.1.3.1.3.3).
//
// The bind comes before go-ldap has the connection (handshake.go): a simple bind,
// or Kerberos and NTLM inside SASL GSS-SPNEGO with a channel binding, which
// go-ldap has not. There is no SASL security layer; TLS protects what follows.
//
// Limits: one domain, the one the server stands for.
package live
