package door

import "mbxperm/model"

// States says of each protocol whether a mailbox may be used by it, two bits each:
// what a directory of a million mailboxes can be asked for at once.
type States uint32

// The numbers of the states.
var stateNames = [...]string{AccessUnknown, AccessOn, AccessOff, AccessAmbiguous}

// Of returns the state of one protocol.
func (x States) Of(c Client) string { return stateNames[x.Number(c)] }

// Number is the state of one protocol as a number: unknown, on, off, ambiguous.
func (x States) Number(c Client) int { return int(x >> (2 * c) & 3) }

// StateNumbers is how many states there are.
const StateNumbers = len(stateNames)

// States are the states of a mailbox; see Of, which says why, too.
func (r *AccessReader) States(id model.ObjectID) (x States) {
	v := r.saidOf(id)
	if v == nil {
		return 0
	}
	for c := range Clients {
		state := r.way(id, v, c).State
		for n, name := range stateNames {
			if state == name {
				x |= States(n) << (2 * c)
			}
		}
	}
	return x
}
