package demo

import (
	"strconv"
	"time"
)

// When people logged on last, and where their mail is sent on to.

// lastLogon writes the day on which somebody logged on last, as the directory has it:
// it is brought up to date every two weeks. One in forty has not come for a year.
func (e *entry) lastLogon(d *dice, away bool) {
	days := d.roll(14)
	if d.roll(40) == 0 || away {
		days += 120 + d.roll(500)
	}
	at := dayZero.AddDate(0, 0, -days).Add(time.Duration(d.roll(86400)) * time.Second)
	e.number("lastLogonTimestamp", (at.Unix()+to1970)*10_000_000)
}

// forwards writes where the mail of a mailbox is sent on to: of one in a hundred to a
// supplier outside, a colleague, or an address.
func (e *entry) forwards(w *world, p *person, d *dice) {
	if p.index >= w.n || p.odd != headEnd {
		return
	}
	switch d.roll(400) {
	case 0:
		if w.contacts > 0 {
			at := len(e.buf.b)
			e.buf.b = w.appendContactDN(e.buf.b, d.roll(w.contacts))
			e.put("altRecipient", e.since(at))
		}
	case 1:
		e.begin()
		e.link(w, w.colleague(d, p.index))
		e.end("altRecipient")
		e.text("deliverAndRedirect", "TRUE")
	case 2:
		e.text("msExchGenericForwardingAddress", "smtp:archive"+strconv.Itoa(p.index)+"@fabrikam.net")
		e.text("deliverAndRedirect", "TRUE")
	case 3:
		e.text("msExchGenericForwardingAddress", "smtp:service.desk@contoso.com")
	}
}

// appendContactDN appends the DN of contact k.
func (w *world) appendContactDN(b []byte, k int) []byte {
	b = appendEscaped(append(b, "CN="...), w.appendPerson(nil, w.n+w.mailUsers+k, 0))
	return append(append(b, ','), w.contactsOU.dn...)
}
