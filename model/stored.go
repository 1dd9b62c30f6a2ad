package model

import (
	"strconv"

	"mbxperm/acl"
)

// stored holds what the stores say about their mailboxes (homeMDBBL) against
// what was seen. A link is visible to whoever may read the store, whether or not
// he may see the account at its other end, so a store names the mailboxes that
// are hidden from the bound account. It names those of the domains that the
// server holds, and only domains that were read count here. A store whose list
// did not come counts as one.
func (c *coverer) stored(line *Coverage, named *unreadList) {
	s := c.s
	met := make([]bool, s.dns.len())
	read := map[dnID]bool{} // whether what lies directly below a name is in a domain that was read
	for i := range s.stored.len() {
		dn := s.stored.at(i).mailbox
		if dn == 0 || met[dn] || !c.inReadDomain(s.dns.at(uint32(dn)).parent, read) {
			continue
		}
		met[dn] = true
		line.Found++
		if s.at(dn) != 0 {
			line.Decoded++
			continue
		}
		if line.Unknown++; line.Unknown <= mostUnread {
			named.add(s, coverStored, dn, "unknown", s.cn(s.object(s.stored.at(i).store).dn)+" holds its mailbox, and the account was not seen")
		}
	}
	if n := line.Unknown; n > 0 && line.Reason == "" {
		line.Reason = "stores name " + strconv.Itoa(n) + " mailboxes that were not seen"
	}
	attr := c.attribute("homeMDBBL")
	for i := range s.stores.len() {
		o := s.object(*s.stores.at(i))
		switch {
		case o.class != ClassStore || o.memberState != Missing && !o.is(flagMembersPartial):
			continue
		case o.is(flagMembersPartial):
			line.Unreadable++
		case !attr.IsZero() && c.mayRead(o, attr, acl.GUID{}):
			line.Absent++ // an empty store
		default:
			line.Unknown++
		}
		line.Found++
	}
}

// inReadDomain reports whether a name lies in a domain whose head was read.
func (c *coverer) inReadDomain(dn dnID, known map[dnID]bool) bool {
	is, ok := known[dn]
	if !ok {
		i := c.s.domainOf(dn)
		is = i >= 0 && !c.s.facts.domains[i].SID.IsZero()
		known[dn] = is
	}
	return is
}

// attribute finds the schemaIDGUID of an attribute that is in no built-in table;
// zero where the schema was not read or has none.
func (c *coverer) attribute(name string) acl.GUID {
	for g, n := range c.s.facts.schema {
		if n.Name == name && !n.Class {
			return g
		}
	}
	return acl.GUID{}
}
