package hiding

import (
	"strings"
)

// Reasons is a set of the reasons for which a row is hidden by default. As part
// of a Query it says which of them are switched on, that is, shown: a row is
// shown when all its reasons are.
type Reasons uint8

// The reasons, in the order in which a hidden row is counted: once, under the
// first of its reasons that is not switched on.
const (
	Stale     Reasons = 1 << iota // an inherited entry inside a stored mailbox ACL (exchange-facts: left over from an older store)
	Inherited                     // inherited in the directory (INHERITED_ACE, [MS-DTYP] 2.4.4.1)
	Self                          // SELF (S-1-5-10) or SYSTEM (S-1-5-18) on a recipient
	Default                       // equal to an entry that Exchange or AD set-up writes
	Implied                       // Send-As or Receive-As that follows from Full Control or all extended rights
	All               = Stale | Inherited | Self | Default | Implied

	// Reasons of another kind: rows that are shown unless Query.Only asks for others alone.
	NotDeny   Reasons = 1 << 5 // it denies nothing
	NotOrphan Reasons = 1 << 6 // its trustee is neither deleted nor one that nobody holds any more
	Onlys             = NotDeny | NotOrphan

	Count = 7
)

// Names are the words for the reasons on the status line, in order.
var Names = [Count]string{"stale", "inherited", "self/system", "default", "implied", "not deny", "not orphan"}

// Only asks for rows of one kind alone; the others are hidden, and counted as
// such. With several bits a row must be of each kind.
type Only uint8

// The kinds of rows that one can ask for alone.
const (
	OnlyDeny    Only = 1 << iota
	OnlyOrphans      // rows for a trustee that is deleted or that nobody holds any more
)

func (r Reasons) String() string {
	var names []string
	for i, name := range Names {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// First returns the number of the first reason in the set, which must not be empty.
func (r Reasons) First() int {
	for i := range Count {
		if r&(1<<i) != 0 {
			return i
		}
	}
	return 0
}

// Counts counts hidden rows by their first reason.
type Counts [Count]int

// Total returns the number of hidden rows.
func (h Counts) Total() int {
	n := 0
	for _, c := range h {
		n += c
	}
	return n
}
