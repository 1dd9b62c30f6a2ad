package demo

import "mbxperm/acl"

// Short names for what the tables below are full of.
const (
	readProps  = acl.ReadProperty
	writeProps = acl.WriteProperty
	readWrite  = acl.ReadProperty | acl.WriteProperty
	control    = acl.ControlAccess
	full       = acl.FullControl
	genRead    = acl.ReadControl | acl.ListContents | acl.ReadProperty | acl.ListObject // GENERIC_READ mapped
	manage     = full &^ (acl.DeleteChild | acl.DeleteTree)                             // what Administrators hold on a domain
	ci         = acl.ContainerInherit
	below      = acl.ContainerInherit | acl.InheritOnly
)

// Rights and property sets that have no constant in acl.
var (
	changePassword  = acl.MustParseGUID("ab721a53-1e2f-11d0-9819-00aa0040529b")
	resetPassword   = acl.MustParseGUID("00299570-246d-11d0-a768-00aa006e0529")
	emailInfo       = acl.MustParseGUID("e45795b2-9455-11d1-aebd-0000f80367c1")
	webInfo         = acl.MustParseGUID("e45795b3-9455-11d1-aebd-0000f80367c1")
	generalInfo     = acl.MustParseGUID("59ba2f42-79a2-11d0-9020-00c04fc2d3cf")
	logonInfo       = acl.MustParseGUID("5f202010-79a5-11d0-9020-00c04fc2d4cf")
	membershipInfo  = acl.MustParseGUID("bc0ac240-79a9-11d0-9020-00c04fc2d4cf")
	tokenGroups     = acl.MustParseGUID("46a9b11d-60ae-405a-b7e8-ff8a58d456d2")
	restrictions    = acl.MustParseGUID("4c164200-20c0-11d0-a768-00aa006e0529")
	remoteAccess    = acl.MustParseGUID("037088f8-0ae1-11d2-b422-00a0c968f939")
	privateInfo     = acl.MustParseGUID("91e647de-d96f-4b70-9557-d63ff4f3ccd8")
	licenseServer   = acl.MustParseGUID("5805bc62-bdc9-4428-a5e2-856a0f4c185e")
	lockoutTime     = acl.MustParseGUID("28630ebf-41d5-11d1-a9c1-0000f80367c1")
	memberAttr      = acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
	certificate     = acl.MustParseGUID("bf967a7f-0de6-11d0-a285-00aa003049e2")
	groupClass      = acl.MustParseGUID("bf967a9c-0de6-11d0-a285-00aa003049e2")
	ouClass         = acl.MustParseGUID("bf967aa5-0de6-11d0-a285-00aa003049e2")
	contactClass    = acl.MustParseGUID("5cb41ed0-0e4c-11d0-a286-00aa003049e2")
	containerClass  = acl.MustParseGUID("bf967a8b-0de6-11d0-a285-00aa003049e2")
	domainClass     = acl.MustParseGUID("19195a5b-6da0-11d0-afd3-00c04fd930c9")
	privateMDBClass = acl.MustParseGUID("36145cf4-a982-11d2-a9ff-00c04f8eedd8")
	publicMDBClass  = acl.MustParseGUID("3568b3a4-a982-11d2-a9ff-00c04f8eedd8")
)

// userDefaults is the default descriptor of class user: what each new account
// gets for itself.
var userDefaults = []ace{
	allow(domainAdmins, full, 0),
	allow(accountOperators, full, 0),
	allow(system, full, 0),
	allow(self, genRead, 0),
	grant(self, control, changePassword, 0),
	grant(self, control, acl.GUIDSendAs, 0),
	grant(self, control, acl.GUIDReceiveAs, 0),
	grant(self, readWrite, acl.GUIDPersonalInformation, 0),
	grant(self, readWrite, emailInfo, 0),
	grant(self, readWrite, webInfo, 0),
	allow(authenticatedUsers, acl.ReadControl, 0),
	grant(authenticatedUsers, readProps, generalInfo, 0),
	grant(authenticatedUsers, readProps, acl.GUIDPersonalInformation, 0),
	grant(authenticatedUsers, readProps, webInfo, 0),
	grant(authenticatedUsers, readProps, acl.GUIDPublicInformation, 0),
	grant(everyone, control, changePassword, 0),
	grant(windowsAuthz, readProps, tokenGroups, 0),
	grant(terminalLicense, readWrite, licenseServer, 0),
	grant(certPublishers, readWrite, certificate, 0),
}

// groupDefaults and contactDefaults are the same for groups and contacts.
var (
	groupDefaults = []ace{
		allow(domainAdmins, full, 0),
		allow(accountOperators, full, 0),
		allow(system, full, 0),
		allow(self, genRead, 0),
		allow(authenticatedUsers, genRead, 0),
		grant(authenticatedUsers, control, acl.GUIDSendTo, 0),
		grant(windowsAuthz, readProps, tokenGroups, 0),
	}
	contactDefaults = []ace{
		allow(domainAdmins, full, 0),
		allow(accountOperators, full, 0),
		allow(system, full, 0),
		allow(authenticatedUsers, genRead, 0),
	}
)

// condition is an expression as a callback ACE carries it ([MS-DTYP] 2.4.4.17):
// Member_of {BUILTIN\Administrators}.
const condition = "artx\x51\x10\x00\x00\x00\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00\x89\x00\x00"

// accountSD returns the nTSecurityDescriptor of a person, or nil where the
// bound account may not read it. Six accounts of seven share the one that their
// container gives them; the seventh has entries of its own.
func (w *world) accountSD(out *writer, p *person) []byte {
	if p.odd == headUnreadable {
		return nil
	}
	if p.odd == headProtected {
		return w.protectedSD
	}
	if p.odd == headPerson { // entries for class user pass an inetOrgPerson by
		return encode(acl.DACLAutoInherited, p.home.owner, domainUsers, userDefaults, inherit(p.home.dacl, acl.GUIDInetOrgPersonClass))
	}
	d := dice(w.draw(streamAccountSD, p.index))
	own := d.roll(7) == 0
	special := p.odd != headEnd && p.odd >= headFullControl && p.odd <= headNoOrigin || p.odd == headConditional || p.odd == headBoard
	if !own && !special && p.kind != kindLinked && p.history[eventSendAs] == 0 {
		return p.home.userSD
	}
	var buf [12]ace
	extra := buf[:0]
	if own {
		for range 1 + d.roll(4) {
			extra = append(extra, w.drawSendRight(&d, p.index))
		}
	}
	extra = w.addSpecial(extra, p)
	for range min(p.history[eventSendAs], 4) {
		extra = append(extra, grant(w.colleague(&d, p.index), control, acl.GUIDSendAs, 0))
	}
	// Windows writes denies first, and its own order is kept behind them.
	out.begin()
	for i := range extra {
		if denies(&extra[i]) {
			out.add(&extra[i])
		}
	}
	out.copy(&w.userDefaults)
	for i := range extra {
		if !denies(&extra[i]) && extra[i].flags&acl.Inherited == 0 {
			out.add(&extra[i])
		}
	}
	out.copy(&p.home.forUsers)
	for i := range extra {
		if extra[i].flags&acl.Inherited != 0 {
			out.add(&extra[i])
		}
	}
	return out.end(acl.DACLAutoInherited, p.home.owner, domainUsers)
}

func denies(a *ace) bool { return a.kind == acl.TypeDeny || a.kind == acl.TypeDenyObject }

// drawSendRight draws an explicit entry of an account descriptor.
func (w *world) drawSendRight(d *dice, i int) ace {
	who := w.drawTrustee(d, i)
	switch r := d.roll(100); {
	case r < 62:
		return grant(who, control, acl.GUIDSendAs, 0)
	case r < 72:
		return grant(who, control, acl.GUIDReceiveAs, 0)
	case r < 80:
		return refuse(who, control, acl.GUIDSendAs, 0)
	case r < 83:
		return refuse(who, control, acl.GUIDReceiveAs, 0)
	case r < 88:
		return allow(who, full, 0)
	case r < 92:
		return allow(who, control, 0)
	case r < 97:
		return grant(who, readWrite, acl.GUIDPersonalInformation, 0)
	default:
		return allow(who, acl.WriteDACL|acl.ReadControl, 0)
	}
}

// addSpecial adds what the hand-written accounts and the linked ones have.
func (w *world) addSpecial(extra []ace, p *person) []ace {
	near := func(k int) trustee { return trustee{contoso, firstMailbox + uint32((p.index+k)%w.n)} }
	if p.kind == kindLinked {
		owner := linkedOwner(p.index)
		extra = append(extra, grant(owner, control, acl.GUIDSendAs, 0), grant(owner, readWrite, acl.GUIDPersonalInformation, 0))
	}
	switch p.odd {
	case headFullControl:
		extra = append(extra, allow(svcArchive, full, 0))
	case headAllRights:
		extra = append(extra, allow(helpdesk, control, 0))
	case headSendDeny:
		extra = append(extra, refuse(near(1), control, acl.GUIDSendAs, 0), grant(helpdesk, control, acl.GUIDSendAs, 0),
			grant(near(1), control, acl.GUIDSendAs, 0))
	case headReceiveAs:
		extra = append(extra, grant(svcBackup, control, acl.GUIDReceiveAs, 0), grant(near(2), control, acl.GUIDSendAs, 0))
	case headBoard: // nobody took it from him when he left
		extra = append(extra, grant(trustee{contoso, firstMailbox + headDisabled}, control, acl.GUIDSendAs, 0))
	case headNoOrigin:
		extra = append(extra, grant(formerTeam, control, acl.GUIDSendAs, ci|acl.Inherited))
	case headConditional:
		extra = append(extra, ace{kind: acl.TypeAllowCallback, mask: control, who: auditors, condition: condition})
	}
	return extra
}

// linkedOwner is the FABRIKAM account that a linked mailbox belongs to.
func linkedOwner(i int) trustee { return trustee{fabrikam, 20_000 + uint32(i)} }
