// Package door has what is known of a door: of a way to a mailbox that is no
// right. These are the checks of SMTP, POP3 and IMAP4, which say what a client
// meets, step by step, and what protocol logs tell: who goes through which door.
//
// A [Check] is one conversation with one address of one host. It is made by
// collector/probe, and everybody else takes it as it is: views, reports and
// alerts agree because they read the same steps. The package does no network.
//
// Logs, connections and relays join what the logs say (model.Log, Connection,
// Relay) with the directory: whose name it is that somebody logged on with,
// which mailbox he opened, whether a server is one of Exchange's. logs.go,
// connections.go and relays.go say what is known of these; names.go finds
// accounts. What is worked out once for a snapshot is a model.Derived. Verdicts
// are unknown here; view joins them. What is not known is said to be: a client
// that is absent from the logs is never called gone, and a stream without logs is
// named.
//
// What the directory says of doors comes as names and texts (model.Door,
// model.DoorValues), under the names that Exchange's cmdlets have for them; what
// they mean is said here, one file each: setting.go (POP3 and IMAP4), connector.go
// and groups.go (receive connectors and their permission groups), access.go
// (protocols of a mailbox), rule.go, decide.go and opath.go (client access rules),
// server.go (where a server is). A value that did not come is absent only where
// coverage shows that the bound account could have read it; else it is not known,
// and never on. Targets are the doors that the directory names, for checks.
package door
