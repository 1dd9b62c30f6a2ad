package coverage

import "mbxperm/model"

// List is a list of an object whose coming in is counted.
type List uint8

// The lists.
const (
	MailboxList   List = iota // msExchMailboxSecurityDescriptor
	OwnList                   // nTSecurityDescriptor
	DelegatesList             // publicDelegates
)

// Word says what the coverage counts a list of an object as: read, absent,
// unreadable, unknown or undecodable.
func (c *Readability) Word(l List, o *model.Record) string {
	count := [...]func(*Line, *model.Record){c.mailbox, c.security, c.delegates}[l]
	var line Line
	if l == MailboxList && !o.HasMailbox() { // a mailbox, for all that could be seen
		line.Unknown++
	} else {
		count(&line, o)
	}
	delete(c.elsewhere, &line)
	switch {
	case line.Decoded > 0:
		return "read"
	case line.Absent > 0:
		return "absent"
	case line.Unreadable > 0:
		return "unreadable"
	case line.Undecodable > 0:
		return "undecodable"
	}
	return "unknown"
}
