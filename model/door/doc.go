// Package door has what is known of a door: of a way to a mailbox that is no
// right. So far these are the checks of SMTP, POP3 and IMAP4: what a client
// meets, step by step.
//
// A [Check] is one conversation with one address of one host. It is made by
// collector/probe, and everybody else takes it as it is: views, reports and
// alerts agree because they read the same steps. The package does no network.
package door
