package demo

import "mbxperm/acl"

// ownMailbox is the one entry that a new mailbox gets: its account may open it.
var ownMailbox = allow(self, acl.MailboxFullAccess|acl.MailboxReadPermission, ci)

// manyEntries is how many entries the longest mailbox descriptor has.
const manyEntries = 400

// mailboxDescriptor returns the msExchMailboxSecurityDescriptor of a mailbox,
// nil where there is none. Half of the mailboxes have the one that setup
// writes, the other half one of their own.
func (w *world) mailboxDescriptor(out *writer, p *person) []byte {
	switch p.odd {
	case headAbsent, headUnknown:
		return nil
	case headPlain:
		return w.mailboxSD
	case headNullList:
		return nullList
	case headEmptyList:
		out.begin()
		return out.end(0, self, self)
	}
	d := dice(w.draw(streamMailboxSD, p.index))
	own := d.roll(2) == 0
	if p.odd == headEnd && !own && p.kind < kindLinked && p.history == (history{}) {
		return w.mailboxSD
	}
	var buf [16]ace
	aces := append(buf[:0], ownMailbox)
	if own && p.odd == headEnd {
		aces = w.drawMailboxRights(&d, aces, p)
	}
	aces = w.addOdd(aces, p)
	aces = addByKind(aces, p)
	for range min(p.history[eventGrant], 3) {
		aces = append(aces, allow(w.colleague(&d, p.index), acl.MailboxFullAccess, ci))
	}
	out.begin()
	for i := range aces {
		out.add(&aces[i])
	}
	if p.odd == headMany {
		w.addMany(out, p.index)
	}
	sd := out.end(0, self, self)
	if p.odd == headTruncated {
		return sd[:descriptorHeader+listHeader+2*36+10] // in the third entry
	}
	return sd
}

// nullList is a descriptor whose DACL is present and NULL ([MS-DTYP] 2.4.6).
var nullList = func() []byte {
	sd := encode(0, self, self)
	sd = append(sd[:descriptorHeader:descriptorHeader], sd[descriptorHeader+listHeader:]...)
	sd[4] -= listHeader // owner
	sd[8] -= listHeader // group
	sd[16] = 0          // no list
	return sd
}()

// drawMailboxRights draws what administrators have added over the years: one to
// six entries, denies first as Exchange writes them.
func (w *world) drawMailboxRights(d *dice, aces []ace, p *person) []ace {
	count := 1 + d.roll(3) + d.roll(4)
	count -= min(p.history[eventRevoke], count)
	self := len(aces) - 1
	for k := range count {
		a := allow(w.drawTrustee(d, p.index), drawMailboxMask(d), ci)
		if d.roll(20) == 0 {
			a.flags = 0 // old tools did not ask for inheritance
		}
		if d.roll(100) < 6 {
			a.kind, a.mask = acl.TypeDeny, acl.MailboxFullAccess
		}
		if k == 0 && p.history[eventAlter]%2 == 1 {
			a.mask ^= acl.MailboxReadPermission | acl.MailboxDeleteItem
		}
		aces = append(aces, a)
		if a.kind == acl.TypeDeny {
			last := len(aces) - 1
			copy(aces[self+1:], aces[self:last])
			aces[self] = a
			self++
		}
	}
	return aces
}

// drawMailboxMask draws the rights of one entry.
func drawMailboxMask(d *dice) acl.Mask {
	switch r := d.roll(100); {
	case r < 70:
		return acl.MailboxFullAccess
	case r < 82:
		return acl.MailboxFullAccess | acl.MailboxReadPermission
	case r < 87:
		return acl.MailboxReadPermission
	case r < 91:
		return acl.MailboxFullAccess | acl.MailboxDeleteItem | acl.MailboxReadPermission
	case r < 94:
		return acl.MailboxFullAccess | acl.MailboxReadPermission | acl.MailboxChangePermission
	case r < 96:
		return acl.MailboxFullAccess | acl.MailboxSendAs
	case r < 98:
		return acl.MailboxChangeOwner | acl.MailboxChangePermission
	default:
		return acl.MailboxFullAccess | acl.MailboxDeleteItem | acl.MailboxReadPermission | acl.MailboxChangePermission | acl.MailboxChangeOwner
	}
}

// drawTrustee draws who gets a right: mostly a colleague.
func (w *world) drawTrustee(d *dice, i int) trustee {
	switch r := d.roll(100); {
	case r < 58:
		return w.colleague(d, i)
	case r < 66:
		return trustee{contoso, firstTeam + uint32(d.roll(w.teams))}
	case r < 71:
		return trustee{contoso, firstMailList + uint32(d.roll(w.lists))}
	case r < 76:
		return helpdesk
	case r < 81:
		return svcBackup
	case r < 84:
		return svcArchive
	case r < 86:
		return svcJournal
	case r < 91:
		return orphan(d.roll(w.n/8 + 5))
	case r < 94:
		return trustee{emea, 1200 + uint32(d.roll(w.n/10+10))}
	case r < 96:
		return linkedOwner(d.roll(w.n))
	case r < 98:
		return w.oldSID(d.roll(w.n))
	case r < 99:
		return trustee{contoso, firstMailUser + uint32(d.roll(w.mailUsers))}
	default:
		return trustee{contoso, firstComputer + uint32(d.roll(w.computers))}
	}
}

// colleague draws another mailbox, mostly one nearby. Where there is only one
// mailbox it names itself.
func (w *world) colleague(d *dice, i int) trustee {
	step := 1 + d.roll(40)
	if d.roll(3) == 0 {
		step = d.roll(w.n)
	}
	j := (i + step) % w.n
	if j == i {
		j = (i + 1) % w.n
	}
	return trustee{contoso, firstMailbox + uint32(j)}
}

// orphan is an account of this domain that was deleted.
func orphan(k int) trustee { return trustee{contoso, firstOrphan + uint32(k)} }

// oldSID is the SID that a mailbox near i had in the NT 4 domain. In a small
// organisation it may be one that nobody took along.
func (w *world) oldSID(i int) trustee {
	if i&^31 < headEnd {
		return trustee{old, firstMailbox + headHadSID}
	}
	return trustee{old, firstMailbox + uint32(i&^31)}
}

// addOdd adds what the hand-written mailboxes show.
func (w *world) addOdd(aces []ace, p *person) []ace {
	one, another := trustee{contoso, firstMailbox}, trustee{contoso, firstMailbox + uint32(p.index/2%w.n)}
	grants := func(who trustee, mask acl.Mask) { aces = append(aces, allow(who, mask, ci)) }
	switch p.odd {
	case headMany, headTruncated, headDisabled, headExpired:
		grants(one, acl.MailboxFullAccess)
		grants(svcBackup, acl.MailboxFullAccess)
		grants(helpdesk, acl.MailboxReadPermission)
	case headConditional:
		aces = append(aces, ace{kind: acl.TypeAllowCallback, flags: ci, mask: acl.MailboxFullAccess, who: auditors, condition: condition})
	case headDenyAfter:
		grants(one, acl.MailboxFullAccess)
		aces = append(aces, deny(one, acl.MailboxFullAccess, ci), deny(helpdesk, acl.MailboxFullAccess, ci))
	case headUnknownBits:
		grants(one, acl.MailboxFullAccess|0x00000340)
		grants(helpdesk, 0x00200008)
	case headHistoric:
		grants(one, acl.MailboxSendAs)
		grants(another, acl.MailboxDeleteItem|acl.MailboxReadPermission|acl.MailboxChangePermission|acl.MailboxChangeOwner)
	case headOrphans:
		grants(orphan(0), acl.MailboxFullAccess)
		grants(orphan(p.index%97), acl.MailboxFullAccess|acl.MailboxReadPermission)
		grants(trustee{old, 4711}, acl.MailboxFullAccess)
	case headForeign:
		grants(trustee{emea, 1601}, acl.MailboxFullAccess)
		grants(foreignMember, acl.MailboxFullAccess)
		grants(trustee{fabrikam, 31_337}, acl.MailboxReadPermission)
		grants(w.oldSID(headHadSID), acl.MailboxFullAccess)
		grants(trustee{old, oldAdminRID}, acl.MailboxFullAccess)
	case headMüller:
		grants(svcBackup, acl.MailboxFullAccess)
		aces = append([]ace{deny(helpdesk, acl.MailboxFullAccess, ci)}, aces...)
	case headStale:
		aces = append(aces, allow(exchangeServers, acl.MailboxFullAccess|acl.MailboxReadPermission, ci|acl.Inherited),
			deny(domainAdmins, acl.MailboxFullAccess, ci|acl.Inherited), allow(system, acl.MailboxFullAccess, ci|acl.Inherited))
	case headFullControl, headAllRights, headSendDeny, headReceiveAs:
		grants(another, acl.MailboxFullAccess)
	}
	return aces
}

// addByKind adds what a kind of mailbox always has.
func addByKind(aces []ace, p *person) []ace {
	switch p.kind {
	case kindLinked:
		aces = append(aces, allow(linkedOwner(p.index), acl.MailboxFullAccess|acl.MailboxExternalAccount, ci))
	case kindArbitration, kindAudit:
		aces = append(aces, allow(exchangeServers, acl.MailboxFullAccess|acl.MailboxReadPermission, ci))
	case kindDiscovery:
		aces = append(aces, allow(discoveryMgmt, acl.MailboxFullAccess, ci))
	case kindHealth:
		aces = append(aces, allow(system, acl.MailboxFullAccess, ci))
	case kindLegacy:
		if p.index%8 == 3 { // what the store of 2003 left behind
			aces = append(aces, allow(exchangeServers, acl.MailboxFullAccess|acl.MailboxReadPermission, ci|acl.Inherited),
				deny(enterpriseAdmins, acl.MailboxFullAccess, ci|acl.Inherited))
		}
	}
	return aces
}

// addMany writes the long list: colleagues, and at its end those who left.
func (w *world) addMany(out *writer, i int) {
	for k := 0; out.count < manyEntries; k++ {
		who := trustee{contoso, firstMailbox + uint32((i+2+k)%w.n)}
		if out.count >= manyEntries-20 {
			who = orphan(100 + k)
		}
		a := allow(who, acl.MailboxFullAccess, ci)
		out.add(&a)
	}
}
