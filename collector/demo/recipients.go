package demo

import (
	"mbxperm/acl"
)

// The hand-written lists, by number. The first may be written to by two persons
// and by whoever is in the second, whose members the contractors may change.
const (
	listNews    = iota // announcements: who may send to it is restricted, and somebody may send as it
	listSenders        // who may send to the first; Contractors may change its members
	listOpen           // whoever wants puts himself in
	listClosed         // takes nothing from some
	listOrphan         // a deleted account may send as it, and a colleague may not
	listArchive        // Full Control for a service
	listEnd
)

// Descriptors that many recipients share, or that one has.
type recipientDescriptors struct {
	list, contact, supplier, dynamic, folder []byte
	inherited                                chunk // by lists
}

func (w *world) recipientDescriptors() *recipientDescriptors {
	object := func(home *node, class acl.GUID, own ...[]ace) []byte {
		return encode(acl.DACLAutoInherited, recipientManagement, domainUsers, append(own, inherit(home.dacl, class))...)
	}
	return &recipientDescriptors{
		list:    object(w.listsOU, groupClass, groupDefaults),
		contact: object(w.contactsOU, contactClass, contactDefaults),
		// A contact has no SID, and who may send as it writes in the name of a supplier.
		supplier:  object(w.contactsOU, contactClass, contactDefaults, []ace{grant(helpdeskFirst, control, acl.GUIDSendAs, 0)}),
		dynamic:   object(w.listsOU, dynamicClass, contactDefaults),
		folder:    object(w.objectsCN, folderClass, contactDefaults, []ace{grant(publicFolderMgmt, control, acl.GUIDSendAs, 0)}),
		inherited: encodeChunk(inherit(w.listsOU.dacl, groupClass)),
	}
}

// The schemaIDGUIDs of dynamic groups and of mail-enabled public folders.
var (
	dynamicClass = acl.MustParseGUID("018849b0-a981-11d2-a9ff-00c04f8eedd8")
	folderClass  = acl.MustParseGUID("f0f8ffac-1191-11d0-a060-00aa006c33ed")
)

// listSD returns the descriptor of list k: of the hand-written ones its own, and
// of one in four of the others.
func (w *world) listSD(out *writer, k int, sds *recipientDescriptors) []byte {
	near := func(i int) trustee { return local(firstMailbox + uint32(i%w.n)) }
	d := dice(w.draw(streamLists, k))
	var own []ace
	switch {
	case k == listNews:
		own = []ace{grant(helpdesk, control, acl.GUIDSendAs, 0)}
	case k == listSenders:
		own = []ace{grant(contractors, writeProps, memberAttr, 0), grant(near(headPlain), writeProps, memberAttr, 0)}
	case k == listOpen:
		own = []ace{grant(authenticatedUsers, acl.ValidatedWrite, memberAttr, 0)}
	case k == listOrphan:
		own = []ace{refuse(near(headMüller), control, acl.GUIDSendAs, 0), grant(orphan(k), control, acl.GUIDSendAs, 0),
			grant(allStaff, control, acl.GUIDSendAs, 0)}
	case k == listArchive:
		own = []ace{allow(svcArchive, full, 0), grant(svcProvisioning, writeProps, membershipInfo, 0)}
	case k >= listEnd && d.roll(4) == 0:
		own = []ace{w.drawListRight(&d, k)}
	}
	if own == nil {
		return sds.list
	}
	out.begin()
	for i := range own {
		if denies(&own[i]) {
			out.add(&own[i])
		}
	}
	for i := range groupDefaults {
		out.add(&groupDefaults[i])
	}
	for i := range own {
		if !denies(&own[i]) {
			out.add(&own[i])
		}
	}
	out.copy(&sds.inherited)
	return out.end(acl.DACLAutoInherited, recipientManagement, domainUsers)
}

// drawListRight draws an explicit entry of a list.
func (w *world) drawListRight(d *dice, k int) ace {
	who := w.drawTrustee(d, k%w.n)
	switch r := d.roll(100); {
	case r < 45:
		return grant(who, control, acl.GUIDSendAs, 0)
	case r < 80:
		return grant(who, writeProps, memberAttr, 0)
	case r < 88:
		return allow(who, full, 0)
	case r < 94:
		return grant(who, control, acl.GUIDSendTo, 0)
	default:
		return refuse(who, control, acl.GUIDSendAs, 0)
	}
}

// list writes a mail-enabled group.
func (e *entry) list(w *world, k int, sds *recipientDescriptors) {
	e.listIdentity(w, k)
	at := len(e.buf.b)
	e.buf.b = appendPadded(append(e.buf.b, 'd'), 'l', k+1)
	e.put("mailNickname", e.since(at))
	e.put("nTSecurityDescriptor", w.listSD(&e.buf, k, sds))
	e.managers(w, k)
	e.listSenders(w, k)
	if k%3 == 0 {
		e.text("msExchRecipientTypeDetails", "256")
		e.text("msExchRecipientDisplayType", "1")
		return
	}
	e.text("msExchRecipientTypeDetails", "1024")
	e.text("msExchRecipientDisplayType", "1073741833")
}

// managers writes who manages list k: somebody of most, and some others beside
// him. He changes with the days.
func (e *entry) managers(w *world, k int) {
	d := dice(w.draw(streamLists, -1-k))
	first := d.roll(w.n) + w.changes(streamLists, uint64(k))
	e.begin()
	if k < listEnd || d.roll(4) > 0 {
		e.link(w, w.ordinary(first))
	}
	e.end("managedBy")
	e.begin()
	if d.roll(3) == 0 && w.n > headEnd+1 {
		e.link(w, w.ordinary(first+1))
	}
	if k == listNews {
		e.link(w, helpdesk)
	}
	e.end("msExchCoManagedByLink")
}

// ordinary is one of the mailboxes of which there is nothing special.
func (w *world) ordinary(i int) trustee {
	if w.n > headEnd {
		return local(firstMailbox + uint32(headEnd+i%(w.n-headEnd)))
	}
	return local(firstMailbox + uint32(i%w.n))
}

// listSenders writes from whom list k takes messages.
func (e *entry) listSenders(w *world, k int) {
	one := func(attribute string, who ...trustee) {
		e.begin()
		for _, t := range who {
			e.link(w, t)
		}
		e.end(attribute)
	}
	near := func(i int) trustee { return local(firstMailbox + uint32(i%w.n)) }
	switch k {
	case listNews:
		one("authOrig", near(headPlain), near(headMüller))
		one("dLMemSubmitPerms", local(firstMailList+listSenders))
		e.text("msExchRequireAuthToSendTo", "TRUE")
	case listClosed:
		one("publicDelegates", near(headPlain), svcBackup)
		one("unauthOrig", near(headShared))
		one("dLMemRejectPerms", local(firstMailList+listOpen))
		e.text("msExchRequireAuthToSendTo", "FALSE")
	default:
		if k%2 == 0 {
			e.text("msExchRequireAuthToSendTo", "TRUE")
		}
	}
}

// senders writes the same for recipient i that is no list: of one in eight.
func (e *entry) senders(w *world, i int) {
	d := dice(w.draw(streamLists, 1<<24+i))
	if d.roll(8) > 0 {
		return
	}
	who := w.ordinary(d.roll(w.n))
	attribute := [...]string{"authOrig", "unauthOrig"}[d.roll(2)]
	e.begin()
	e.link(w, who)
	e.end(attribute)
	e.text("msExchRequireAuthToSendTo", "TRUE")
}

// contact writes contact k: a name with an address elsewhere, and no SID.
func (e *entry) contact(w *world, k int, sds *recipientDescriptors) {
	at := len(e.buf.b)
	e.buf.b = w.appendPerson(e.buf.b, w.n+w.mailUsers+k, 0)
	cn := e.since(at)
	e.name(cn, w.contactsOU.dn)
	e.all("objectClass", contactClasses)
	e.put("cn", cn)
	e.put("displayName", cn)
	e.guid("objectGUID", w.guid(streamGUIDContact, uint64(k)))
	at = len(e.buf.b)
	e.buf.b = appendPadded(e.buf.b, 'c', k+1)
	e.put("mailNickname", e.since(at))
	e.text("msExchRecipientTypeDetails", "64")
	e.text("msExchRecipientDisplayType", "6")
	if k == 0 {
		e.put("nTSecurityDescriptor", sds.supplier)
	} else {
		e.put("nTSecurityDescriptor", sds.contact)
	}
	e.senders(w, w.n+w.mailUsers+k)
}

// dynamic writes dynamic group k, whose members a filter finds: it has no SID.
func (e *entry) dynamic(w *world, k int, sds *recipientDescriptors) {
	at := len(e.buf.b)
	e.buf.b = append(append(e.buf.b, "Everybody in "...), w.ous[k%len(w.ous)].cn...)
	if k >= len(w.ous) {
		e.buf.b = appendPadded(append(e.buf.b, ' '), '#', k+1)
	}
	cn := e.since(at)
	e.name(cn, w.listsOU.dn)
	e.all("objectClass", dynamicClasses)
	e.put("cn", cn)
	e.put("displayName", cn)
	e.guid("objectGUID", w.guid(streamGUIDContact, 1<<40+uint64(k)))
	at = len(e.buf.b)
	e.buf.b = appendPadded(append(e.buf.b, 'd'), 'd', k+1)
	e.put("mailNickname", e.since(at))
	e.text("msExchRecipientTypeDetails", "2048")
	e.text("msExchRecipientDisplayType", "3")
	e.put("nTSecurityDescriptor", sds.dynamic)
	e.begin()
	e.link(w, local(firstMailbox+uint32((headMüller+k)%w.n)))
	e.end("managedBy")
	e.text("msExchRequireAuthToSendTo", "TRUE")
}

// folder writes mail-enabled public folder k.
func (e *entry) folder(w *world, k int, sds *recipientDescriptors) {
	at := len(e.buf.b)
	e.buf.b = appendPadded(append(e.buf.b, departments[k%len(departments)]...), ' ', k+1)
	cn := e.since(at)
	e.name(cn, w.objectsCN.dn)
	e.all("objectClass", folderClasses)
	e.put("cn", cn)
	e.put("displayName", cn)
	e.guid("objectGUID", w.guid(streamGUIDContact, 1<<41+uint64(k)))
	at = len(e.buf.b)
	e.buf.b = appendPadded(append(e.buf.b, 'p'), 'f', k+1)
	e.put("mailNickname", e.since(at))
	e.text("msExchRecipientTypeDetails", "4096")
	e.text("msExchRecipientDisplayType", "2")
	e.put("nTSecurityDescriptor", sds.folder)
	e.senders(w, w.n+w.mailUsers+w.contacts+k)
}

var (
	dynamicClasses = values("top", "msExchBaseClass", "msExchDynamicDistributionList")
	folderClasses  = values("top", "publicFolder")
)
