package coverage

import "mbxperm/model"

// changed counts a mailbox by whether it is known when its access lists last changed.
// Where no replication metadata came, as from an older recording, nothing is said of
// it: absent, and no gap, since no right hangs on it.
func (c *Readability) changed(line *Line, id model.ObjectID) {
	line.Found++
	for _, a := range [...]model.Stamped{model.StampedMailboxSD, model.StampedSecurity} {
		if _, told := c.s.StampOf(id, a); !told {
			line.Absent++
			return
		}
	}
	line.Decoded++
}
