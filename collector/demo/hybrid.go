package demo

// The organisation moves to Exchange Online: a third of the mail users have a
// mailbox there. Of four that were moved one was forgotten when the others were
// made ACLable.

// displayType is the msExchRecipientDisplayType.
func (p *person) displayType(w *world) string {
	if p.kind == kindRemote && w.remote(p)%4 != 1 {
		return "-1073741818"
	}
	return kindFacts[p.kind].display
}

// remote numbers the mailboxes in Exchange Online.
func (w *world) remote(p *person) int { return (p.index - w.n) / 3 }

// addresses writes by which names somebody is known elsewhere, where his mail goes
// if it does not stay here, and for whom Outlook opens the mailbox.
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
		if w.remote(p)%5 == 3 {
			e.begin()
			e.link(w, w.ordinary(p.index))
			e.end("publicDelegates")
		}
	}
	address("proxyAddresses", "SMTP:", "@contoso.com")
	if d := dice(w.draw(streamAutomap, p.index)); p.index < w.n && d.roll(4) == 0 {
		e.begin()
		e.link(w, w.colleague(&d, p.index))
		if d.roll(3) == 0 {
			e.link(w, local(firstMailUser+uint32(d.roll(w.mailUsers)/3*3+2)))
		}
		e.end("msExchDelegateListLink")
	}
}
