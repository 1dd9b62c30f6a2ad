package coverage

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Unread is something that is counted as unreadable, undecodable or unknown in
// a line of the coverage.
type Unread struct {
	ObjectType string // of the line
	DN         string
	State      string // unreadable, undecodable or unknown
	Reason     string // in one sentence
}

// mostUnread is how many are named for each line and state; the counts of the
// coverage say how many there are.
const mostUnread = 100

// Named names what could not be read, in the order of the lines of Coverage. It
// comes from the same look at every object. The slice is the caller's.
func Named(s *model.Snapshot) []Unread {
	return slices.Clone(coveredOf.Of(s).named)
}

// unreadList collects what could not be read, by line.
type unreadList [coverLines][]Unread

// list returns all of it.
func (u *unreadList) list() []Unread { return slices.Concat(u[:]...) }

// look counts an object in a line and names it where it is in doubt.
func (u *unreadList) look(c *Readability, lines []Line, at int, o *model.Record, count func(*Line, *model.Record)) {
	s, line := c.s, &lines[at]
	before, elsewhere := *line, c.elsewhere[line]
	count(line, o)
	switch {
	case line.Unreadable > before.Unreadable && line.Unreadable <= mostUnread:
		u.add(s, at, o.DN, "unreadable", "there must be a value, and not all of it came")
	case line.Undecodable > before.Undecodable && line.Undecodable <= mostUnread:
		d := o.Security
		if at == coverMailbox {
			d = o.MailboxSD
		}
		reason := "the value is no security descriptor"
		if _, err := acl.Parse(s.Bytes(d)); err != nil {
			reason = strings.ReplaceAll(err.Error(), "\n", "; ") // a line for each broken place
		}
		u.add(s, at, o.DN, "undecodable", reason)
	case line.Unknown > before.Unknown && line.Unknown <= mostUnread:
		reason := "no value came, and whether the bound account may read one cannot be decided"
		if c.elsewhere[line] > elsewhere {
			reason = "not in the global catalog: a domain controller of its domain holds it"
		}
		u.add(s, at, o.DN, "unknown", reason)
	}
}

func (u *unreadList) add(s *model.Snapshot, at int, dn pool.DN, state, reason string) {
	u[at] = append(u[at], Unread{ObjectType: coverNames[at].name, DN: s.DNText(dn), State: state, Reason: reason})
}
