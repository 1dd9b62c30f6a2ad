package ui

import (
	"strings"
	"time"

	"mbxperm/ui/report"
)

// While a source is read, lines stand as they come: to sort them again and again
// would move them under the eyes of whoever reads. Who asks for an order gets it of
// what was read until then; it stays, and says so, until something else is asked for
// or all was read.

// ordering is an order of what was read until some moment.
type ordering struct {
	asked time.Time // zero where lines stand as they come
	read  string    // "346,656 of 929,279"
}

// arrival reports whether the left grid has lines as they come.
func (a *app) arrival() bool {
	return a.reading.running() && (a.here.ordering.asked.IsZero() || a.here.sides[leftPane].sort == 0)
}

// ordered reports whether the left grid keeps an order of what was read before.
func (a *app) ordered() bool { return a.reading.running() && !a.arrival() }

// orderNow has the next answer of the left grid put into order, if it is asked for
// while the source is read.
func (a *app) orderNow() {
	if a.reading.running() {
		a.here.ordering.asked = a.reading.now()
	}
}

// noteOrder notes of how much the order is that is asked for.
func (a *app) noteOrder() {
	if a.ordered() {
		a.here.ordering = ordering{a.pending.at, strings.TrimSpace(report.Advancing(&a.reading.base.State, a.pending.at).Done)}
	}
}

// orderText says of what the order is that the left grid has: "order of 17:01:20,
// 346,656 of 929,279".
func (a *app) orderText() string {
	o := &a.here.ordering
	return "order of " + o.asked.Format(time.TimeOnly) + ", " + o.read
}
