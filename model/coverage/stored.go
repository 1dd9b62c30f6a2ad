package coverage

import (
	"strconv"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// stored holds what the stores say about their mailboxes (homeMDBBL) against
// what was seen. A link is visible to whoever may read the store, whether or
// not he may see the account at its other end, so a store names the mailboxes
// that are hidden from the bound account. It names those of the domains that
// the server holds, and only domains that were read count here. A store whose
// list did not come counts as one.
func (c *Readability) stored(line *Line, named *unreadList) {
	s := c.s
	met := make([]bool, s.DNs.Len())
	read := map[pool.DN]bool{} // whether what lies directly below a name is in a domain that was read
	for i := range s.Stored.Len() {
		dn := s.Stored.At(i).Mailbox
		if dn == 0 || met[dn] || !c.inReadDomain(s.DNs.At(uint32(dn)).Parent, read) {
			continue
		}
		met[dn] = true
		line.Found++
		if s.At(dn) != 0 {
			line.Decoded++
			continue
		}
		if line.Unknown++; line.Unknown <= mostUnread {
			named.add(s, coverStored, dn, "unknown", s.CN(s.Record(s.Stored.At(i).Store).DN)+" holds its mailbox, and the account was not seen")
		}
	}
	if n := line.Unknown; n > 0 && line.Reason == "" {
		line.Reason = "stores name " + strconv.Itoa(n) + " mailboxes that were not seen"
	}
	attr := c.attribute("homeMDBBL")
	for i := range s.Stores.Len() {
		o := s.Record(*s.Stores.At(i))
		switch {
		case o.Class != model.ClassStore || o.MembersState != model.Missing && !o.Is(model.FlagMembersPartial):
			continue
		case o.Is(model.FlagMembersPartial):
			line.Unreadable++
		case !attr.IsZero() && c.MayRead(o, attr, acl.GUID{}):
			line.Absent++ // an empty store
		default:
			line.Unknown++
		}
		line.Found++
	}
}
