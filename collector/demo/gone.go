package demo

// Who is elsewhere or no more: trusted domains, and accounts that were deleted.

const deletedDN = "CN=Deleted Objects," + domainDN

// trusts are the domains that contoso trusts: the child that nobody reads, and
// another forest. The NT 4 domain is gone, and its trust with it.
var trusts = [...]struct {
	realm        realm
	netBIOS, dns string
}{
	{emea, "EMEA", "emea.contoso.com"},
	{fabrikam, "FABRIKAM", "fabrikam.example"},
}

// trust writes trusted domain k.
func (e *entry) trust(k int) {
	t := &trusts[k]
	e.DN = "CN=" + t.dns + ",CN=System," + domainDN
	e.all("objectClass", values("top", "leaf", "trustedDomain"))
	e.text("cn", t.dns)
	e.put("securityIdentifier", domainSID(t.realm).Bytes())
	e.text("flatName", t.netBIOS)
	e.text("trustPartner", t.dns)
}

// remembered reports whether the tombstone of a deleted account is still there:
// of one in four. The others were deleted too long ago.
func remembered(t trustee) bool {
	return t.realm == contoso && t.rid >= firstOrphan && (t.rid-firstOrphan)%4 == 2
}

// tombstone writes what is left of a deleted account ([MS-ADTS] 3.1.1.5.5).
func (e *entry) tombstone(w *world, t trustee) {
	k := int(t.rid - firstOrphan)
	person := w.n + w.mailUsers + w.contacts + k
	guid := w.guid(streamGUIDForeign, uint64(t.realm)<<32|uint64(t.rid))
	at := len(e.buf.b)
	e.buf.b = w.appendPerson(e.buf.b, person, 0)
	e.buf.b = append(e.buf.b, "\nDEL:"...)
	e.buf.b = append(e.buf.b, guid.String()...)
	cn := e.since(at)
	e.name(cn, deletedDN)
	e.all("objectClass", userClasses)
	e.put("cn", cn)
	at = len(e.buf.b)
	e.buf.b = w.appendAccount(e.buf.b, person)
	e.put("sAMAccountName", e.since(at))
	e.guid("objectGUID", guid)
	e.sid("objectSid", t)
	e.text("userAccountControl", uacDisabled)
	e.text("isDeleted", "TRUE")
	e.text("whenChanged", dayZero.AddDate(0, 0, -1-k%150).Format("20060102150405.0Z"))
	e.text("lastKnownParent", w.ous[k%len(w.ous)].dn)
}
