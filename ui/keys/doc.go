// Package keys is the table of keys: what a key is, where it works, and what
// footer, help page and README say of it. All of them are made from one table,
// so that none says what another does not.
//
// A key works in a [Scope]; a narrower scope goes before a wider one
// ([Scope.Within]). The keys by which tview moves through a table (g G h j k l,
// Ctrl-F, Ctrl-B) are left to it, and within one scope a key has one meaning:
// tests see to both.
package keys
