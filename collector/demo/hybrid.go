package demo

import (
	"bytes"
	"encoding/binary"
)

// The organisation moves to Exchange Online: of three mail users two have a mailbox
// there. Of four that were moved one was forgotten when the others were made
// ACLable.

// displayType is the msExchRecipientDisplayType.
func (p *person) displayType(w *world) string {
	if p.kind == kindRemote && (p.index-w.n)%4 != 2 {
		return "-1073741818"
	}
	return kindFacts[p.kind].display
}

// addresses writes by which names somebody is known elsewhere, and where his mail
// goes if it does not stay here.
func (e *entry) addresses(w *world, p *person) {
	address := func(name, scheme, domain string) {
		at := len(e.buf.b)
		e.buf.b = append(w.appendLogin(append(e.buf.b, scheme...), p), domain...)
		e.put(name, e.since(at))
	}
	address("userPrincipalName", "", "@contoso.com")
	switch p.kind {
	case kindMailUser:
		address("proxyAddresses", "SMTP:", "@fabrikam.com")
		address("targetAddress", "SMTP:", "@fabrikam.com")
		return
	case kindRemote:
		address("targetAddress", "SMTP:", "@contoso.mail.onmicrosoft.com")
		e.text("msExchRemoteRecipientType", "4")
		if (p.index-w.n)%8 == 3 {
			e.begin()
			e.link(w, w.ordinary(p.index))
			e.end("publicDelegates")
		}
	}
	address("proxyAddresses", "SMTP:", "@contoso.com")
}

// contosoSID is what the SIDs of the domain begin with, before the RID.
var contosoSID = func() []byte {
	sid := local(0).appendSID(nil)
	return sid[:len(sid)-4]
}()

// automap writes for whom Outlook opens a mailbox by itself: a colleague, who may
// have lost his right since, and every second of those in Exchange Online who have
// an entry in its list.
func (e *entry) automap(w *world, p *person, sd []byte) {
	e.begin()
	if d := dice(w.draw(streamAutomap, p.index)); d.roll(4) == 0 {
		e.link(w, w.colleague(&d, p.index))
	}
	var last uint32
	for rest := sd; ; {
		i := bytes.Index(rest, contosoSID)
		if i < 0 || i+len(contosoSID)+4 > len(rest) {
			break
		}
		rest = rest[i+len(contosoSID):]
		// A link has each value once.
		if rid := binary.LittleEndian.Uint32(rest); rid > last && rid >= firstMailUser && rid < firstMailUser+uint32(w.mailUsers) && rid%2 == 1 {
			e.link(w, local(rid))
			last = rid
		}
	}
	e.end("msExchDelegateListLink")
}
