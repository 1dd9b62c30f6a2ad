// Package usage marks the errors that are mistakes in what the user asked for,
// and no fault of what was found: the program ends with exit code 2 for them. Any
// package may return one; only main looks for them.
package usage

import (
	"errors"
	"fmt"
)

// Error is a mistake in what the user asked for.
type Error struct{ err error }

// Errorf is fmt.Errorf for a mistake.
func Errorf(format string, args ...any) error { return Error{fmt.Errorf(format, args...)} }

// Wrap marks an error as a mistake; nil stays nil.
func Wrap(err error) error {
	if err == nil {
		return nil
	}
	return Error{err}
}

// Command finds a mistake where a command or one source alone is wanted: several
// arguments that begin with no command. commands lists those there are.
func Command(args []string, commands string) error {
	if len(args) <= 1 {
		return nil
	}
	return Errorf("unknown command %q: there are %s; or give one source alone", args[0], commands)
}

// Arguments finds a mistake in the arguments of a command that wants n sources or
// files. few says what it wants; of one source too many the first is named.
func Arguments(args []string, n int, few string) error {
	switch {
	case len(args) == n:
		return nil
	case len(args) > n && n == 1:
		return Errorf("one source at a time: %q is too much", args[1])
	}
	return Error{errors.New(few)}
}

// Is reports whether an error is a mistake, or wraps one.
func Is(err error) bool {
	var e Error
	return errors.As(err, &e)
}

func (e Error) Error() string { return e.err.Error() }

// Unwrap returns the error itself.
func (e Error) Unwrap() error { return e.err }
