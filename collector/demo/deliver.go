package demo

import "strconv"

// objectClass values, shared by all entries of a kind.
var (
	userClasses     = values("top", "person", "organizationalPerson", "user")
	personClasses   = values("top", "person", "organizationalPerson", "user", "inetOrgPerson")
	groupClasses    = values("top", "group")
	contactClasses  = values("top", "person", "organizationalPerson", "contact")
	computerClasses = values("top", "person", "organizationalPerson", "user", "computer")
	databaseClasses = values("top", "msExchMDB", "msExchPrivateMDB")
)

// person writes what any search gives of a mailbox or mail user: its identity.
func (e *entry) person(w *world, p *person) {
	at := len(e.buf.b)
	e.buf.b = w.appendName(e.buf.b, p)
	cn := e.since(at)
	e.name(cn, p.home.dn)
	if p.odd == headPerson {
		e.all("objectClass", personClasses)
	} else {
		e.all("objectClass", userClasses)
	}
	e.put("cn", cn)
	if p.odd == headHostile {
		e.text("displayName", hostile)
	} else {
		e.put("displayName", cn)
	}
	at = len(e.buf.b)
	e.buf.b = w.appendLogin(e.buf.b, p)
	e.put("sAMAccountName", e.since(at))
	e.guid("objectGUID", w.guid(streamGUIDAccount, uint64(p.index)))
	e.sid("objectSid", w.sidOf(p))
	if p.index < w.n && p.hadSID() {
		e.sid("sIDHistory", trustee{old, firstMailbox + uint32(p.index)})
	}
	e.text("userAccountControl", p.accountControl())
	e.text("primaryGroupID", "513")
	if p.odd == headProtected {
		e.text("adminCount", "1")
	}
}

// sidOf is the SID of a mailbox or mail user.
func (w *world) sidOf(p *person) trustee {
	if p.index >= w.n {
		return local(firstMailUser + uint32(p.index-w.n))
	}
	return local(firstMailbox + uint32(p.index))
}

// accountControl returns the userAccountControl.
func (p *person) accountControl() string {
	switch {
	case p.disabled():
		return uacDisabled
	case p.state>>30%16 == 0:
		return uacNoExpiry
	}
	return uacNormal
}

// mailbox writes the rest of an entry of the search for mailboxes.
func (e *entry) mailbox(w *world, p *person, expiry bool) {
	e.person(w, p)
	at := len(e.buf.b)
	e.buf.b = w.appendLogin(e.buf.b, p)
	e.put("mailNickname", e.since(at))
	facts := &kindFacts[p.kind]
	if facts.details != "" {
		e.text("msExchRecipientTypeDetails", facts.details)
		e.text("msExchRecipientDisplayType", p.displayType(w))
	}
	e.addresses(w, p)
	logon := dice(w.draw(streamHabit, p.index))
	e.lastLogon(&logon, p.disabled())
	if expiry && p.odd == headExpired {
		e.text("accountExpires", "133485408000000000") // 2024-01-01, in intervals of 100 ns since 1601
	}
	if sd := w.accountSD(&e.buf, p); sd != nil {
		e.put("nTSecurityDescriptor", sd)
	}
	e.stamps(w, p)
	if p.index >= w.n {
		e.senders(w, p.index)
		return
	}
	if sd := w.mailboxDescriptor(&e.buf, p); sd != nil {
		e.put("msExchMailboxSecurityDescriptor", sd)
		e.automap(w, p, sd)
	}
	e.guid("msExchMailboxGuid", w.guid(streamGUIDMailbox, uint64(p.index)))
	switch p.kind {
	case kindLinked:
		e.sid("msExchMasterAccountSid", linkedOwner(p.index))
	case kindShared, kindRoom, kindEquipment:
		e.sid("msExchMasterAccountSid", self)
	}
	e.home(w, p)
	e.delegates(w, p)
	habit := dice(w.draw(streamHabit, -1-p.index))
	e.forwards(w, p, &habit)
	e.access(w, p)
	e.policy(w, p.index)
}

// home says on which store and server the mailbox lies.
func (e *entry) home(w *world, p *person) {
	if p.kind == kindLegacy {
		e.text("homeMDB", w.legacyStore.dn)
		e.text("msExchHomeServerName", legacyGroup+"/cn=Configuration/cn=Servers/cn="+legacyName)
		return
	}
	k := w.database(p.index, p.history[eventMove])
	at := len(e.buf.b)
	e.buf.b = w.appendDatabaseDN(e.buf.b, k)
	e.put("homeMDB", e.since(at))
	at = len(e.buf.b)
	e.buf.b = append(append(e.buf.b, modernGroup...), "/cn=Configuration/cn=Servers/cn="...)
	e.buf.b = append(e.buf.b, w.databaseServer(k).name...)
	e.put("msExchHomeServerName", e.since(at))
}

// delegates writes who may send on behalf: on one mailbox in twenty.
func (e *entry) delegates(w *world, p *person) {
	d := dice(w.draw(streamDelegates, p.index))
	count := 0
	if p.odd == headBoard {
		count = 3
	} else if p.odd != headPlain && d.roll(20) == 0 {
		count = 1 + d.roll(3)
	}
	count = min(count+p.history[eventDelegates], 5, w.n-1)
	e.begin()
	first := 1 + d.roll(60)
	for k := range count {
		e.link(w, local(firstMailbox+uint32((p.index+1+(first+k)%(w.n-1))%w.n)))
	}
	if p.odd == headBoard {
		e.link(w, local(firstMailList))
		e.link(w, svcBackup)
	}
	e.end("publicDelegates")
}

// listIdentity writes what any search gives of a mail-enabled group. One in
// three is for mail only: its SID is in no token.
func (e *entry) listIdentity(w *world, k int) {
	at := len(e.buf.b)
	e.buf.b = w.appendListName(e.buf.b, k)
	cn := e.since(at)
	e.group(w, cn, w.listsOU, local(firstMailList+uint32(k)))
	e.put("displayName", cn)
	at = len(e.buf.b)
	e.buf.b = append(append(append(e.buf.b, "dl-"...), departmentLogins[k%len(departmentLogins)]...), '-')
	e.buf.b = strconv.AppendInt(e.buf.b, int64(k+1), 10)
	e.put("sAMAccountName", e.since(at))
	kind := universalGroup
	if k%3 == 0 {
		kind = mailList
	}
	e.text("groupType", kind)
	size := w.teamSize(listNumber + k)
	e.begin()
	if k%5 == 1 && k > 1 {
		e.link(w, local(firstMailList+uint32(k-1)))
	}
	for m := range size {
		e.link(w, w.memberOf(listNumber+k, m, size))
	}
	e.end("member")
}

// group writes the identity of a generated group.
func (e *entry) group(w *world, cn []byte, home *node, who trustee) {
	e.name(cn, home.dn)
	e.all("objectClass", groupClasses)
	e.put("cn", cn)
	e.guid("objectGUID", w.guid(streamGUIDGroup, uint64(who.rid)))
	e.sid("objectSid", who)
}

// team writes a security group without a mail address.
func (e *entry) team(w *world, k int) {
	at := len(e.buf.b)
	e.buf.b = w.appendTeamName(e.buf.b, k)
	cn := e.since(at)
	e.group(w, cn, w.teamsOU, local(firstTeam+uint32(k)))
	e.put("sAMAccountName", cn)
	e.text("groupType", globalGroup)
	size := w.teamSize(teamNumber + k)
	e.begin()
	for m := range size {
		e.link(w, w.memberOf(teamNumber+k, m, size))
	}
	if k%10 == 9 {
		e.link(w, local(firstTeam+uint32(k-1)))
	}
	e.end("member")
}

// computer writes computer k; the first two are domain controllers.
func (e *entry) computer(w *world, k int) {
	at := len(e.buf.b)
	e.buf.b = appendComputerName(e.buf.b, k)
	cn := e.since(at)
	e.name(cn, w.computerHome(k).dn)
	e.all("objectClass", computerClasses)
	e.put("cn", cn)
	e.text("sAMAccountName", string(cn)+"$")
	e.guid("objectGUID", w.guid(streamGUIDComputer, uint64(k)))
	e.sid("objectSid", local(firstComputer+uint32(k)))
	if k < 2 {
		e.text("userAccountControl", uacServer)
		e.text("primaryGroupID", "516")
		return
	}
	e.text("userAccountControl", uacWorkstation)
	e.text("primaryGroupID", "515")
}

// principal writes a hand-written account.
func (e *entry) principal(w *world, p *principal) {
	at := len(e.buf.b)
	e.buf.b = append(e.buf.b, p.name...)
	cn := e.since(at)
	e.name(cn, p.home(w))
	e.all("objectClass", p.classes)
	e.put("cn", cn)
	e.guid("objectGUID", w.guid(streamGUIDForeign, uint64(p.who.realm)<<32|uint64(p.who.rid)))
	e.sid("objectSid", p.who)
	if p.had != (trustee{}) {
		e.sid("sIDHistory", p.had)
	}
	if p.who.realm == contoso || p.who.realm == builtin {
		e.text("sAMAccountName", p.account())
	}
	if p.display != "" {
		e.text("displayName", p.display)
	}
	if p.uac != "" {
		e.text("userAccountControl", p.uac)
		e.text("primaryGroupID", p.primaryGroup())
	}
	if p.admin {
		e.text("adminCount", "1")
	}
	if p.group == "" {
		return
	}
	e.text("groupType", p.group)
	if p.foreign != (trustee{}) {
		e.sid("msExchForeignGroupSid", p.foreign)
	}
	for _, link := range []struct {
		name string
		who  trustee
	}{{"managedBy", p.manager}, {"msExchCoManagedByLink", p.second}} {
		if link.who != (trustee{}) {
			e.begin()
			e.link(w, link.who)
			e.end(link.name)
		}
	}
	e.begin()
	for _, t := range p.members {
		e.link(w, t)
	}
	size := w.wideMembers(p)
	for m := range size {
		e.link(w, w.memberOf(int(p.who.rid), m, size))
	}
	e.protocolMembers(w, p.who)
	e.end("member")
}

// node writes a container, from the domain or the configuration.
func (e *entry) node(w *world, n *node) {
	e.DN = n.dn
	e.all("objectClass", n.classes)
	if n.cn != "" {
		e.text("cn", n.cn)
	}
	e.guid("objectGUID", w.guid(streamGUIDNode, n.number))
	e.put("nTSecurityDescriptor", n.sd)
	for i := range n.attrs {
		e.all(n.attrs[i].name, n.attrs[i].values)
	}
}

// database writes database k.
func (e *entry) database(w *world, k int) {
	at := len(e.buf.b)
	e.buf.b = appendDatabaseName(e.buf.b, k)
	cn := e.since(at)
	e.name(cn, w.databasesCN.dn)
	e.all("objectClass", databaseClasses)
	e.put("cn", cn)
	e.guid("objectGUID", w.guid(streamGUIDConfig, 1<<20+uint64(k)))
	e.put("nTSecurityDescriptor", w.databaseDescriptor(k))
	host := w.databaseServer(k)
	e.text("msExchOwningServer", host.node.dn)
	e.text("msExchMasterServerOrAvailabilityGroup", host.node.dn)
	e.text("legacyExchangeDN", modernGroup+"/cn=Configuration/cn=Servers/cn="+host.name+"/cn="+string(cn))
}
