package demo

import (
	"encoding/binary"
	"strconv"
	"time"

	"mbxperm/acl"
	"mbxperm/collector/decode"
)

// When attributes were written last, as replication metadata has it.

// to1970 is how many seconds after 1601 the year 1970 began ([MS-DTYP] 2.3.3).
const to1970 = 11_644_473_600

// controllers are the domain controllers, by the names that computer has, and the one
// under whose invocation ID nobody writes any more.
var controllers = [...]struct {
	name string
	id   acl.GUID
}{
	{"DC1", acl.MustParseGUID("5e8f2a10-6a52-4a0e-9a0c-0d9c6e1f7a01")}, {"DC2", acl.MustParseGUID("a1b0c7d4-3f11-4d4b-8d2e-77c2b5e9aa02")},
	{"", acl.MustParseGUID("0c44d1de-90a7-4c39-b0a4-2f5a3c1de003")},
}

// Attributes by the numbers that replication has for them.
const (
	numberSecurity  = 2<<16 | 281
	numberMailboxSD = 0x8C4DEC35
)

// attributeID writes the object of the schema that tells the number of Exchange's
// attribute.
func (e *entry) attributeID() {
	name := "msExchMailboxSecurityDescriptor"
	e.DN = "CN=" + name + "," + schemaDN
	e.all("objectClass", values("top", "attributeSchema"))
	e.text("cn", name)
	e.text("lDAPDisplayName", name)
	number := uint32(numberMailboxSD)
	e.number("msDS-IntId", int64(int32(number)))
}

// controller writes what replicates on domain controller k.
func (e *entry) controller(k int) {
	e.DN = nTDSDSA(controllers[k].name)
	e.all("objectClass", values("top", "applicationSettings", "nTDSDSA"))
	e.guid("invocationId", controllers[k].id)
}

func nTDSDSA(name string) string {
	return "CN=NTDS Settings,CN=" + name + ",CN=Servers,CN=Berlin,CN=Sites," + configDN
}

// written is one write.
type written struct {
	at      time.Time
	version uint32
	by      acl.GUID
}

// draw draws when something was written before day 0: within three years.
func drawWritten(d *dice) written {
	at := dayZero.AddDate(0, 0, -1-d.roll(1100)).Add(time.Duration(d.roll(86400)) * time.Second)
	by := controllers[d.roll(2)].id
	if at.Before(dayZero.AddDate(0, 0, -900)) {
		by = controllers[2].id
	}
	return written{at, uint32(1 + d.roll(4)), by}
}

// changedAt returns when thing i of a stream changed for the k-th time, from 0 up: in
// the afternoon before the reading of a day.
func (w *world) changedAt(s stream, i uint64, k int) time.Time {
	first := 1 + int(w.drawWide(s, i)%changePeriod)
	return dayZero.AddDate(0, 0, first+k*changePeriod).Add(-9 * time.Hour)
}

// since adds what has happened to mailbox i of these kinds.
func (w *world) since(x written, i int, kinds ...int) written {
	n := w.changes(streamDay, uint64(i))
	for k := range n {
		for _, kind := range kinds {
			if int(w.draw(streamDayKind, i*64+k)%eventKinds) == kind {
				x.at, x.version, x.by = w.changedAt(streamDay, uint64(i), k), x.version+1, controllers[k%2].id
			}
		}
	}
	return x
}

// stamp begins the replPropertyMetaData that lies from at on, or goes on with it.
func (e *entry) stamp(at int, attribute uint32, x written) {
	b := e.buf.b
	if len(b) == at {
		b = append(b, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	b[at+8]++
	b = binary.LittleEndian.AppendUint32(b, attribute)
	b = binary.LittleEndian.AppendUint32(b, x.version)
	b = binary.LittleEndian.AppendUint64(b, uint64(x.at.Unix()+to1970))
	b = append(b, x.by[:]...)
	usn := uint64(x.at.Unix() / 60)
	e.buf.b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, usn), usn)
}

// stamps writes when the two access lists of a mailbox, or of a mail user, were
// written.
func (e *entry) stamps(w *world, p *person) {
	d := dice(w.draw(streamStamp, p.index))
	account := w.since(drawWritten(&d), p.index, eventSendAs)
	mailbox := w.since(drawWritten(&d), p.index, eventGrant, eventRevoke, eventAlter)
	at := len(e.buf.b)
	e.stamp(at, numberSecurity, account)
	if p.index < w.n && p.odd != headAbsent {
		e.stamp(at, numberMailboxSD, mailbox)
	}
	e.put(decode.AttrStamps, e.since(at))
}

// stampOther writes it of whatever else has a descriptor.
func (e *entry) stampOther(w *world) {
	guid := e.Value("objectGUID")
	if e.Value("nTSecurityDescriptor") == nil || e.Value(decode.AttrStamps) != nil || len(guid) < 8 {
		return
	}
	d := dice(w.drawWide(streamStamp, binary.LittleEndian.Uint64(guid)))
	at := len(e.buf.b)
	e.stamp(at, numberSecurity, drawWritten(&d))
	e.put(decode.AttrStamps, e.since(at))
}

// delegating are the mailboxes that name delegates.
func (w *world) delegating() (list []int32) {
	var e entry
	for i := range w.n {
		p := w.personAt(i)
		e.reset()
		if e.delegates(w, &p); len(e.Attributes) > 0 {
			list = append(list, int32(i))
		}
	}
	return list
}

// delegateStamps writes when each delegate of a mailbox was named.
func (e *entry) delegateStamps(w *world, i int) {
	p := w.personAt(i)
	at := len(e.buf.b)
	e.buf.b = w.appendName(e.buf.b, &p)
	e.name(e.since(at), p.home.dn)
	e.all("objectClass", userClasses)
	e.delegates(w, &p)
	last := len(e.Attributes) - 1
	links := e.Attributes[last].Values
	e.Attributes = e.Attributes[:last]
	d := dice(w.draw(streamStamp, -1-i))
	e.begin()
	for k, link := range links {
		x := drawWritten(&d)
		if k == len(links)-1 {
			x = w.since(x, i, eventDelegates)
		}
		e.valueStamp("publicDelegates", link, x)
	}
	e.end("msDS-ReplValueMetaData")
}

// valueStamp adds one value of msDS-ReplValueMetaData ([MS-ADTS] 3.1.1.4.5.24).
func (e *entry) valueStamp(attribute string, link []byte, x written) {
	at := len(e.buf.b)
	b := append(e.buf.b, "<DS_REPL_VALUE_META_DATA>\n\t<pszAttributeName>"...)
	b = append(b, attribute...)
	b = append(b, "</pszAttributeName>\n\t<pszObjectDn>"...)
	for _, c := range link {
		switch c {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		default:
			b = append(b, c)
		}
	}
	b = append(b, "</pszObjectDn>\n\t<ftimeDeleted>1601-01-01T00:00:00Z</ftimeDeleted>\n\t<ftimeCreated>"...)
	b = x.at.AppendFormat(b, time.RFC3339)
	b = append(b, "</ftimeCreated>\n\t<dwVersion>"...)
	b = strconv.AppendUint(b, uint64(x.version), 10)
	b = append(b, "</dwVersion>\n\t<ftimeLastOriginatingChange>"...)
	b = x.at.AppendFormat(b, time.RFC3339)
	b = append(b, "</ftimeLastOriginatingChange>\n\t<uuidLastOriginatingDsaInvocationID>"...)
	b = append(b, x.by.String()...)
	b = append(b, "</uuidLastOriginatingDsaInvocationID>\n</DS_REPL_VALUE_META_DATA>\n\x00"...)
	e.buf.b = b
	e.value(e.since(at))
}
