// Package settings is what the screen remembers from one run to the next, in
// one file, and the names of files as they are typed.
//
// No password stands in the file and none ever will. The file is written whole
// or not at all, readable by its owner alone, and one that cannot be read is
// never written over. Fields are added, never renamed: an older file must keep
// its meaning.
package settings
