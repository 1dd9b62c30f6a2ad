package protolog

import "time"

// SetEarlyFirst changes how soon the first sums are delivered early, and returns
// what undoes it.
func SetEarlyFirst(d time.Duration) (undo func()) {
	before := earlyFirst
	earlyFirst = d
	return func() { earlyFirst = before }
}
