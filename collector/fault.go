package collector

import (
	"fmt"
	"strings"
)

// Fault is a panic that became an error: a fault of this program, or of a
// library, that must not end it.
type Fault struct {
	Doing string // what was being done: "reading mailboxes"
	Value any    // what it panicked with
}

// Error says in one line what is the matter.
func (f *Fault) Error() string {
	text, _, _ := strings.Cut(fmt.Sprint(f.Value), "\n")
	return "internal error while " + f.Doing + ": " + text
}

// Unwrap returns what it panicked with, where that is an error.
func (f *Fault) Unwrap() error {
	err, _ := f.Value.(error)
	return err
}

// Safely runs f, and returns a [*Fault] if it panics. Every goroutine that
// works for a source does its work inside of it. A panic ends the program
// wherever it is not caught in its own goroutine, and then the screen leaves a
// raw terminal and an unfinished file behind.
func Safely(doing string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Fault{Doing: doing, Value: p}
		}
	}()
	return f()
}
