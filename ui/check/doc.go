// Package check is the command check: it asks an engine to check doors, writes
// what came of it, and tells somebody where that is wanted.
//
// The engine is collector/probe; this package knows it by the small interface
// that it declares, and main ties the two. Which alerts are due is decided by
// model/door/alert.
package check
