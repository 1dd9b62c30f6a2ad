package ldaptest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Mode answers one search, or one page of it, as no healthy server does:
// without an end, out of all proportion, or with something else than was asked
// for. It returns false to close the connection; a write that fails says that
// the client has given up.
type Mode func(*Answer) bool

// Answer is what a Mode answers.
type Answer struct {
	Request *Request
	Entries []*Entry // what a healthy server finds, on all pages

	p   *session
	id  int64
	out *bufio.Writer
}

// message writes one message.
func (a *Answer) message(op, controls *ber.Packet) bool {
	_, err := a.out.Write(envelope(a.id, op, controls))
	return err == nil
}

// Entry sends an entry with the attributes asked for.
func (a *Answer) Entry(e *Entry) bool { return a.message(a.p.encode(e, a.Request.Attributes, 0), nil) }

// Reference sends a continuation reference.
func (a *Answer) Reference(uri string) bool {
	ref := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opReference, nil, "reference")
	ref.AppendChild(octet(uri))
	return a.message(ref, nil)
}

// Page ends the page; with a cookie there is another one.
func (a *Answer) Page(cookie string) bool {
	done := result(opSearchDone, ResultSuccess, "", "", "")
	if a.Request.PageSize == 0 {
		return a.message(done, nil)
	}
	if cookie != "" {
		a.p.pages[cookie] = &paged{page: a.Request.Page}
	}
	return a.message(done, pagingControls(cookie))
}

// repeat calls send with 0, 1, 2 … until it returns false.
func repeat(send func(i int) bool) bool {
	for i := 0; ; i++ {
		if !send(i) {
			return false
		}
	}
}

func octet(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

// numbered makes an account that no directory has.
func numbered(n int, above string) Entry {
	guid := make([]byte, 16)
	binary.BigEndian.PutUint64(guid[8:], uint64(n)+1<<40)
	return NewEntry(fmt.Sprintf("CN=x%08d,%s", n, above), "top", "person", "organizationalPerson", "user").
		WithBytes("objectGUID", guid).WithBytes("objectSid", SID(uint32(1_000_000+n))).
		With("sAMAccountName", fmt.Sprintf("x%08d", n)).With("mailNickname", fmt.Sprintf("x%08d", n))
}

// Modes by name. Those that have no end go on until the client gives up.
var Modes = map[string]Mode{
	"references without end": func(a *Answer) bool {
		return repeat(func(i int) bool {
			return a.Reference(fmt.Sprintf("ldap://dc%d.other.lab/DC=d%d,DC=other,DC=lab", i, i))
		})
	},
	"thousands of references": func(a *Answer) bool {
		for i := range 5000 {
			if !a.Reference(fmt.Sprintf("ldap://dc.contoso.lab/CN=Configuration,DC=contoso,DC=lab??%d", i)) {
				return false
			}
		}
		return a.healthy()
	},
	"long references": func(a *Answer) bool {
		long := "ldap://dc.other.lab/" + strings.Repeat("DC=other,", 50_000)
		return repeat(func(int) bool { return a.Reference(long) })
	},
	"one entry of a gigabyte": func(a *Answer) bool {
		head := []byte{0x30, 0x84, 0x3F, 0xFF, 0xFF, 0xF0, 0x02, 0x04, 0, 0, 0, 0, 0x64, 0x84, 0x3F, 0xFF, 0xFF, 0xE4}
		binary.BigEndian.PutUint32(head[8:], uint32(a.id))
		if _, err := a.out.Write(head); err != nil {
			return false
		}
		value := append([]byte{0x04, 0x82, 0x04, 0x00}, make([]byte, 1024)...)
		return repeat(func(int) bool { _, err := a.out.Write(value); return err == nil })
	},
	"entries of very many attributes": func(a *Answer) bool {
		return a.swollen(40, func(e Entry, i int) Entry {
			for n := range 3000 {
				e.Attributes = append(e.Attributes, Attribute{Name: fmt.Sprintf("attribute-%d-%d", i, n), Values: [][]byte{{'x'}}})
			}
			return e
		})
	},
	"entries of very many values": func(a *Answer) bool {
		return a.swollen(20, func(e Entry, _ int) Entry { return e.WithBytes("member", make([][]byte, 50_000)...) })
	},
	"entries that cannot be decoded, without end": func(a *Answer) bool {
		broken := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "entry")
		broken.AppendChild(octet("CN=x"))
		list := ber.NewSequence("attributes")
		list.AppendChild(attribute("member", slices.Repeat([][]byte{{}}, 1000)))
		list.AppendChild(octet("no attribute"))
		broken.AppendChild(list)
		return repeat(func(int) bool { return a.message(broken, nil) })
	},
	"the same entry without end": func(a *Answer) bool {
		return len(a.Entries) > 0 && repeat(func(int) bool { return a.Entry(a.Entries[0]) })
	},
	"the same page without end": func(a *Answer) bool {
		for _, e := range a.Entries[:min(len(a.Entries), a.Request.PageSize)] {
			if !a.Entry(e) {
				return false
			}
		}
		return a.Page(fmt.Sprintf("page %d", a.Request.Page))
	},
	"empty pages without end": func(a *Answer) bool { return a.Page(fmt.Sprintf("page %d", a.Request.Page)) },
	"a cookie that does not change": func(a *Answer) bool {
		return (a.Request.Page > 1 || len(a.Entries) == 0 || a.Entry(a.Entries[0])) && a.Page("the same")
	},
	"empty pages before the first entry": func(a *Answer) bool {
		if a.Request.Page < 10 {
			return a.Page(fmt.Sprintf("page %d", a.Request.Page))
		}
		return a.healthy()
	},
	"a directory without end": func(a *Answer) bool {
		for i := range a.Request.PageSize {
			if e := numbered(a.Request.Page*a.Request.PageSize+i, a.Request.Base); !a.Entry(&e) {
				return false
			}
		}
		return a.Page(fmt.Sprintf("page %d", a.Request.Page))
	},
	"a page without end": func(a *Answer) bool {
		return repeat(func(i int) bool { e := numbered(i, a.Request.Base); return a.Entry(&e) })
	},
	"a page without end of long lists": func(a *Answer) bool {
		values := bytes.Fields(bytes.Repeat([]byte("CN=member,DC=contoso,DC=lab "), 2000))
		return repeat(func(i int) bool {
			e := numbered(i, a.Request.Base)
			if i < 500 {
				e = e.WithBytes("member", values...)
			}
			return a.Entry(&e)
		})
	},
	"the name of one object for others, without end": func(a *Answer) bool {
		return repeat(func(i int) bool {
			e := numbered(i, a.Request.Base)
			e.DN = "CN=always the same," + a.Request.Base
			return a.Entry(&e)
		})
	},
	"the name of one object for two": func(a *Answer) bool {
		return a.and(func() bool {
			e := numbered(1, a.Request.Base)
			if len(a.Entries) > 0 {
				e.DN = a.Entries[0].DN
			}
			return a.Entry(&e)
		})
	},
	"entries outside of the base": func(a *Answer) bool {
		return a.and(func() bool { e := numbered(1, "OU=x,DC=fabrikam,DC=lab"); return a.Entry(&e) })
	},
	"names of a thousand parts": func(a *Answer) bool {
		return a.and(func() bool {
			for i := range 20 {
				if e := numbered(i, strings.Repeat(fmt.Sprintf("OU=%d,", i), 1000)+a.Request.Base); !a.Entry(&e) {
					return false
				}
			}
			return true
		})
	},
	"names of a megabyte": func(a *Answer) bool {
		return a.and(func() bool {
			for i := range 20 {
				if e := numbered(i, "OU="+strings.Repeat("x", 1<<20)+","+a.Request.Base); !a.Entry(&e) {
					return false
				}
			}
			return true
		})
	},
	"a byte at a time": func(a *Answer) bool {
		e := numbered(1, a.Request.Base)
		message := envelope(a.id, a.p.encode(&e, a.Request.Attributes, 0), nil)
		for i := range message {
			if _, err := a.p.conn.Write(message[i : i+1]); err != nil || !a.sleep() {
				return false
			}
		}
		return a.healthy()
	},
	"a reference at a time": func(a *Answer) bool {
		return repeat(func(int) bool {
			return a.Reference("ldap://dc.contoso.lab/CN=Configuration,DC=contoso,DC=lab") && a.out.Flush() == nil && a.sleep()
		})
	},
	"ranges without end":  func(a *Answer) bool { return a.ranged(1500) },
	"ranges of one value": func(a *Answer) bool { return a.ranged(1) },
	"ranges of long values": func(a *Answer) bool {
		return a.rangedBy(10, bytes.Repeat([]byte("x"), 20_000))
	},
	"ranges of everything": func(a *Answer) bool {
		return a.and(func() bool {
			e := numbered(1, a.Request.Base)
			for i := range 500 {
				e = e.With(fmt.Sprintf("attribute%d;range=0-0", i), "x")
			}
			return a.message(a.whole(&e), nil)
		})
	},
	"more than one object for one name": func(a *Answer) bool {
		return repeat(func(i int) bool {
			e := numbered(i, a.Request.Base)
			if i == 0 && len(a.Entries) > 0 {
				e = *a.Entries[0]
			}
			return a.Entry(&e)
		})
	},
	"one object for one name, without end": func(a *Answer) bool {
		return len(a.Entries) > 0 && repeat(func(int) bool { return a.Entry(a.Entries[0]) })
	},
	"other objects than were asked for": func(a *Answer) bool {
		for i := range 20_000 {
			if e := numbered(i, Domain); !a.Entry(&e) {
				return false
			}
		}
		return a.Page("")
	},
	"stores that are larger than asked, whatever is asked": func(a *Answer) bool {
		for _, e := range a.Entries {
			_, n, _ := splitRange(a.Request.Attributes[0])
			reply := Entry{DN: e.DN}.With(fmt.Sprintf("homeMDBBL;range=%d-%d", n, n), "CN=x,"+Domain)
			if !a.message(a.whole(&reply), nil) {
				return false
			}
		}
		return a.Page("")
	},
	"thousands of domains": func(a *Answer) bool {
		return a.and(func() bool {
			for i := range 3000 {
				e := NewEntry(fmt.Sprintf("CN=D%d,CN=Partitions,%s", i, Configuration), "top", "crossRef").With("systemFlags", "3").
					With("nCName", fmt.Sprintf("DC=d%d,DC=invalid", i)).With("nETBIOSName", fmt.Sprintf("D%d", i)).With("dnsRoot", fmt.Sprintf("d%d.invalid", i))
				if !a.Entry(&e) {
					return false
				}
			}
			return true
		})
	},
	"thousands of stores": func(a *Answer) bool {
		return a.and(func() bool {
			for i := range 3000 {
				e := NewEntry(fmt.Sprintf("CN=Store %d,%s", i, parent(a.Entries[0].DN)), "top", "msExchMDB", "msExchPrivateMDB")
				if !a.Entry(&e) {
					return false
				}
			}
			return true
		})
	},
	"a cycle of 100,000 groups": func(a *Answer) bool {
		const groups = 100_000
		last := a.Request.Page * a.Request.PageSize
		for i := last - a.Request.PageSize; i < min(last, groups); i++ {
			guid := make([]byte, 16)
			binary.BigEndian.PutUint64(guid, uint64(i)+1<<41)
			e := NewEntry(fmt.Sprintf("CN=g%d,%s", i, Domain), "top", "group").WithBytes("objectGUID", guid).WithBytes("objectSid", SID(uint32(2_000_000+i))).
				With("sAMAccountName", fmt.Sprintf("g%d", i)).With("groupType", "-2147483640").With("member", fmt.Sprintf("CN=g%d,%s", (i+1)%groups, Domain))
			if !a.Entry(&e) {
				return false
			}
		}
		if last < groups {
			return a.Page(fmt.Sprintf("page %d", a.Request.Page))
		}
		return a.Page("")
	},
	"a result of very many elements": func(a *Answer) bool {
		done := result(opSearchDone, ResultSuccess, "", "", "")
		controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		for range 200_000 {
			controls.AppendChild(octet(""))
		}
		return a.message(done, controls)
	},
	"a result of very many words": func(a *Answer) bool {
		return a.message(result(opSearchDone, ResultOperationsError, "", strings.Repeat("\x1b[31m", 100_000), ""), nil)
	},
	"a control without end": func(a *Answer) bool {
		return a.message(result(opSearchDone, ResultSuccess, "", "", ""), pagingControls(strings.Repeat("x", 4<<20)))
	},
}

// healthy is the answer of a healthy server, on one page.
func (a *Answer) healthy() bool { return a.and(func() bool { return true }) }

// and is the answer of a healthy server, on one page, with more behind it.
func (a *Answer) and(more func() bool) bool {
	for _, e := range a.Entries {
		if !a.Entry(e) {
			return false
		}
	}
	return more() && a.Page("")
}

// swollen is a healthy answer with so many entries behind it that were changed.
func (a *Answer) swollen(n int, change func(e Entry, i int) Entry) bool {
	return a.and(func() bool {
		for i := range n {
			e := change(numbered(i, a.Request.Base), i)
			if !a.message(a.whole(&e), nil) {
				return false
			}
		}
		return true
	})
}

// whole encodes all of an entry, without ranges.
func (a *Answer) whole(e *Entry) *ber.Packet {
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "entry")
	entry.AppendChild(octet(e.DN))
	list := ber.NewSequence("attributes")
	for _, v := range e.Attributes {
		list.AppendChild(attribute(v.Name, v.Values))
	}
	entry.AppendChild(list)
	return entry
}

// ranged gives every entry an attribute member that goes on for ever, in ranges
// of so many values.
func (a *Answer) ranged(n int) bool { return a.rangedBy(n, []byte("CN=member,"+Domain)) }

func (a *Answer) rangedBy(n int, value []byte) bool {
	for _, e := range a.Entries {
		from := 0
		if len(a.Request.Attributes) == 1 {
			_, from, _ = splitRange(a.Request.Attributes[0])
		}
		reply := Entry{DN: e.DN}
		for _, name := range []string{"objectClass", "objectGUID", "objectSid", "sAMAccountName", "mailNickname"} {
			reply = reply.WithBytes(name, e.values(name)...)
		}
		reply = reply.WithBytes(fmt.Sprintf("member;range=%d-%d", from, from+n-1), slices.Repeat([][]byte{value}, n)...)
		if !a.message(a.whole(&reply), nil) {
			return false
		}
	}
	return a.Page("")
}

// Pulse is the pause of the modes that send something at a time.
const Pulse = 20 * time.Millisecond

// sleep waits for that long; false if the server is closed.
func (a *Answer) sleep() bool {
	select {
	case <-a.p.server.done:
		return false
	case <-time.After(Pulse):
		return true
	}
}
