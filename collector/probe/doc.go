// Package probe asks a mail server what a client would: it walks through SMTP,
// POP3 or IMAP4 step by step and keeps what was answered at each, with its code,
// its whole text and its time.
//
// [Prober.Run] takes targets and returns a [door.Check] for each address of
// each. The reader of answers (lines.go, reply.go) is our own: it tells what the
// libraries for mail pass over in silence, such as two codes in one answer, and
// what it keeps of an answer is bounded, whatever a server sends. dialogue.go
// has the machine of steps, and smtp.go, pop3.go and imap4.go the order of them.
//
// Nothing is deleted, opened for writing or, without Send, sent. A secret is
// sent inside TLS that was verified, or not at all, unless the options say
// otherwise; and once it was refused, nobody else is asked whether he takes it.
// The package knows no screen.
package probe
