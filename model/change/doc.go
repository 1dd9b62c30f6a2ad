// Package change works out what is different between two states of one pool:
// entries, lists, delegates, memberships, accounts. Equal numbers are equal
// things there, so what did not change is not looked at.
//
// A change is told at its source: an entry that a thousand objects inherit is one
// change with its reach. What one of the states did not read is never a change;
// it is not comparable, and says why.
package change
