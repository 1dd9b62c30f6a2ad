// Package shell is what the program is to a shell beside its commands: values to
// complete, names that were probably meant, the version, and pages of the
// manual. It goes over the tree of commands that main has made and knows no
// command by itself, so that a new one has all of it.
//
// The pages of the manual are made of the same texts as --help:
//
//	go generate ./ui/shell      # writes them to dist/man
package shell

//go:generate go run ../.. man --dir ../../dist/man
