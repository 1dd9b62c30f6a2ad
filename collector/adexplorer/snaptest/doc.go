// Package snaptest writes snapshots as AD Explorer writes them, for tests: of
// entries, such as the demo's, with the types that their values have, the same
// values written once, tables, and the marks by which tests find the parts.
package snaptest
