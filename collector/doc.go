// Package collector turns a source of directory entries into a model.
//
// A Source (live LDAP, the demo generator, files and recordings) says
// what it finds as events: a search begins, an entry, a search ends completely
// or not, nobody holds this SID. The decoder reads the attributes of each entry
// and hands the facts to a model.Writer; it is the only code that knows
// attribute names. Run ties the two together in one goroutine and publishes
// snapshots through an atomic pointer; it never calls the user interface.
//
// What a source cannot deliver is an event too. A search counts as complete
// only when its End says so, and an attribute counts as absent only where the
// bound account is shown to be allowed to read it.
package collector
