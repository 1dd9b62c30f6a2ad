// Package cli holds the end-to-end tests of the program and nothing else: they
// run the built binary, as its users do, and see arguments, standard input and
// output, files and exit codes. What needs a real directory is in collector/adlab.
package cli
