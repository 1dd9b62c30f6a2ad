// Package coverage counts what was found in a directory and what became of it,
// and says whether an empty answer proves anything: LDAP answers alike when an
// attribute has no value and when it may not be read.
//
// An attribute counts as absent only where the bound account is shown to hold
// the right to read it ([Readability]); otherwise it is unknown. A line is
// complete only if every search that it depends on was read to its end. What is
// added here must never turn an unknown into an absence.
package coverage
