// Package ldaptest is a small LDAP server inside the test process, for what no
// healthy domain controller does: an answer that breaks off in the middle of a
// page, a page without its paging control, a directory that is busy, a
// certificate for another name.
//
// It serves entries from memory with the parts of LDAP (RFC 4511) that the
// collector uses: simple bind, NTLM in GSS-SPNEGO and EXTERNAL, search with
// present, equality, and, or and not filters, paging (RFC 2696), ranges of long
// attributes (MS-ADTS 3.1.1.3.1.3.3), StartTLS, LDAPS and Who Am I (RFC 4532).
// What matters here is done as Active Directory does it: a paging cookie is
// worth nothing on another connection, a search before a bind is refused, a
// long attribute comes as an empty "member" beside "member;range=0-1499".
//
//	s := ldaptest.Start(t, ldaptest.Config{
//		Entries:   ldaptest.Directory(ldaptest.Size{Mailboxes: 250}),
//		Passwords: map[string]string{"auditor@contoso.lab": "secret"},
//		LDAPS:     true,
//		Fault: func(r *ldaptest.Request) ldaptest.Fault {
//			if r.Page == 2 {
//				return ldaptest.Fault{After: 3, Cut: true}
//			}
//			return ldaptest.Fault{}
//		},
//	})
//
// Every request is written down (Server.Requests), so that a test can say how
// many a read may cost. What goes wrong at one place of an answer is a field of
// Fault and a line in search.go that obeys it; what has no end, or is out of
// all proportion, is one of the Modes.
//
// It is no directory: no access control, no schema, no writing. What a healthy
// server says is tested against a real one (package adlab).
package ldaptest
