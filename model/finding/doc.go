// Package finding holds rules against a snapshot: conditions that an unattended
// run fails on. A rule looks at every entry that was read, of every object type,
// whatever the toggles of a report hide.
package finding
