package ldaptest

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// paged is a search that has pages left.
type paged struct {
	entries []*Entry
	page    int // pages sent
}

// describeSearch fills in what is particular to a search.
func describeSearch(r *Request, op, m *ber.Packet) {
	if len(op.Children) < 8 {
		return
	}
	r.Base = text(op.Children[0])
	scope, _ := op.Children[1].Value.(int64)
	r.Scope = int(scope)
	r.Filter, _ = ldap.DecompileFilter(op.Children[6])
	for _, a := range op.Children[7].Children {
		r.Attributes = append(r.Attributes, text(a))
	}
	for _, c := range controlsOf(m) {
		r.Controls = append(r.Controls, text(c.Children[0]))
		switch v := controlValue(c); text(c.Children[0]) {
		case oidPaging:
			if v != nil && len(v.Children) == 2 {
				size, _ := v.Children[0].Value.(int64)
				r.PageSize = int(size)
			}
		case oidSDFlags:
			if v != nil && len(v.Children) == 1 {
				flags, _ := v.Children[0].Value.(int64)
				r.SDFlags = int(flags)
			}
		}
	}
}

func controlsOf(m *ber.Packet) []*ber.Packet {
	if len(m.Children) < 3 {
		return nil
	}
	return m.Children[2].Children
}

// controlValue decodes the value, which is the last part of a control.
func controlValue(c *ber.Packet) *ber.Packet {
	if len(c.Children) < 2 {
		return nil
	}
	v, err := ber.DecodePacketErr(content(c.Children[len(c.Children)-1]))
	if err != nil {
		return nil
	}
	return v
}

// cookieOf returns the cookie of the paging control (RFC 2696 2), or "".
func cookieOf(m *ber.Packet) string {
	for _, c := range controlsOf(m) {
		if text(c.Children[0]) != oidPaging {
			continue
		}
		if v := controlValue(c); v != nil && len(v.Children) == 2 {
			return text(v.Children[1])
		}
	}
	return ""
}

// search answers a search or one page of it.
func (p *session) search(id int64, m *ber.Packet, r *Request, f Fault) bool {
	if f.After == 0 && f.Raw == nil && p.halt(f) {
		return false
	}
	if p.bound == "" && r.Base != "" {
		return p.send(id, result(opSearchDone, ResultOperationsError, "",
			"000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v4563\x00", ""), nil)
	}
	if f.Mode != nil {
		entries, _, _ := p.match(m, r)
		a := &Answer{Request: r, Entries: entries, p: p, id: id, out: bufio.NewWriterSize(p.conn, 64<<10)}
		return f.Mode(a) && a.out.Flush() == nil
	}
	entries, code, diagnostic := p.find(m, r)
	if code != 0 {
		return p.send(id, result(opSearchDone, code, "", diagnostic, ""), nil)
	}
	var rest []*Entry
	if limit := min(r.PageSize, p.server.config.MaxPageSize); r.PageSize > 0 && len(entries) > limit {
		entries, rest = entries[:limit], entries[limit:]
	} else if r.PageSize == 0 && len(entries) > p.server.config.MaxPageSize {
		entries = entries[:p.server.config.MaxPageSize]
		f.After, f.Result = len(entries), ResultSizeLimit
	}
	if f.Short > 0 && len(entries) > f.Short {
		rest = append(slices.Clone(entries[f.Short:]), rest...)
		entries = entries[:f.Short]
	}
	if f.Lose {
		rest = nil
	}
	if f.Referral != "" && f.Result != ResultReferral {
		ref := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opReference, nil, "reference")
		ref.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, f.Referral, "uri"))
		if !p.send(id, ref, nil) {
			return false
		}
	}
	for i, e := range entries {
		if i == f.After && f.acts() {
			return p.misbehave(id, f, e, r) && (f.Result != 0 || p.finish(id, r, f, rest))
		}
		time.Sleep(f.Delay)
		if !p.sendEntry(id, p.encode(e, r.Attributes, f.RangeOffset), f.Drip) {
			return false
		}
	}
	if f.acts() && f.After >= len(entries) {
		return p.misbehave(id, f, nil, r) && (f.Result != 0 || p.finish(id, r, f, rest))
	}
	return p.finish(id, r, f, rest)
}

// sendEntry sends an entry at once or drop by drop.
func (p *session) sendEntry(id int64, e *ber.Packet, drip time.Duration) bool {
	if drip == 0 {
		return p.send(id, e, nil)
	}
	message := envelope(id, e, nil)
	size := len(message)/20 + 1
	for len(message) > 0 {
		n := min(size, len(message))
		if _, err := p.conn.Write(message[:n]); err != nil {
			return false
		}
		message = message[n:]
		time.Sleep(drip)
	}
	return true
}

// acts reports whether the fault does something at one place of the answer.
func (f *Fault) acts() bool {
	return f.Cut || f.Stall || f.Result != 0 || f.BadEnvelope || f.BadEntry || f.WrongID || f.Raw != nil
}

// misbehave does what the fault says in the place of entry e.
func (p *session) misbehave(id int64, f Fault, e *Entry, r *Request) bool {
	if f.Raw != nil {
		_, err := p.conn.Write(f.Raw)
		return err == nil && !f.Cut
	}
	switch {
	case p.halt(f):
		return false
	case f.Result != 0:
		return p.send(id, result(opSearchDone, f.Result, "", f.Diagnostic, f.Referral), nil)
	case f.BadEnvelope:
		m := ber.NewSequence("no LDAPMessage")
		m.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "x", "no messageID"))
		m.AppendChild(ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "entry"))
		_, err := p.conn.Write(m.Bytes())
		return err == nil
	case f.BadEntry:
		entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "entry")
		entry.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "CN=x", "objectName"))
		list, attribute := ber.NewSequence("attributes"), ber.NewSequence("attribute")
		attribute.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "cn", "type"))
		list.AppendChild(attribute)
		entry.AppendChild(list)
		return p.send(id, entry, nil)
	case f.WrongID && e != nil:
		return p.send(id+1000, p.encode(e, r.Attributes, 0), nil)
	}
	return true
}

// finish sends SearchResultDone, with the paging control if one was asked for.
func (p *session) finish(id int64, r *Request, f Fault, rest []*Entry) bool {
	done := result(opSearchDone, ResultSuccess, "", "", "")
	if r.PageSize == 0 || f.NoPaging {
		return p.send(id, done, nil)
	}
	cookie := ""
	if len(rest) > 0 {
		// Cookies are counted for each connection: elsewhere they are unknown.
		p.next++
		cookie = fmt.Sprintf("connection %d search %d", p.n, p.next)
		p.pages[cookie] = &paged{entries: rest, page: r.Page}
	}
	return p.send(id, done, pagingControls(cookie))
}

// pagingControls is the paging control of an answer (RFC 2696 2), with what
// goes around it.
func pagingControls(cookie string) *ber.Packet {
	value := ber.NewSequence("realSearchControlValue")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(0), "size"))
	value.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, cookie, "cookie"))
	control := ber.NewSequence("control")
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, oidPaging, "type"))
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(value.Bytes()), "value"))
	controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
	controls.AppendChild(control)
	return controls
}

// find returns the entries of a search that are still to be sent.
func (p *session) find(m *ber.Packet, r *Request) (entries []*Entry, code int, diagnostic string) {
	if cookie := cookieOf(m); cookie != "" {
		st := p.pages[cookie]
		if st == nil {
			return nil, ResultUnwilling, "00000057: LdapErr: DSID-0C090BE9, comment: Error processing control, data 0, v4563\x00"
		}
		delete(p.pages, cookie)
		return st.entries, 0, ""
	}
	return p.match(m, r)
}

// match returns the entries that a search finds.
func (p *session) match(m *ber.Packet, r *Request) (entries []*Entry, code int, diagnostic string) {
	filter := m.Children[1].Children[6]
	baseSeen := r.Base == ""
	all := p.server.config.Entries
	for i := range all {
		e := &all[i]
		if strings.EqualFold(e.DN, r.Base) {
			baseSeen = true
		}
		if inScope(e.DN, r) && matches(e, filter) && (e.Gone == nil || !e.Gone(r)) {
			entries = append(entries, e)
		}
	}
	if !baseSeen {
		return nil, ResultNoSuchObject, "0000208D: NameErr: DSID-03100241, problem 2001 (NO_OBJECT), data 0, best match of:\n\t''\n\x00"
	}
	return entries, 0, ""
}

func inScope(dn string, r *Request) bool {
	switch r.Scope {
	case 0:
		return strings.EqualFold(dn, r.Base)
	case 1:
		return dn != "" && strings.EqualFold(parent(dn), r.Base)
	}
	return dn != "" && below(dn, r.Base)
}

// encode makes a SearchResultEntry with the attributes asked for. "1.1" asks
// for none (RFC 4511 4.5.1.8).
func (p *session) encode(e *Entry, asked []string, offset int) *ber.Packet {
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "entry")
	entry.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, e.DN, "objectName"))
	list := ber.NewSequence("attributes")
	if len(asked) == 0 {
		for _, a := range e.Attributes {
			p.appendValues(list, a.Name, e.values(a.Name), 0, -1)
		}
	}
	for _, name := range asked {
		name, from, to := splitRange(name)
		if from >= 0 {
			from += offset
		}
		if values := e.values(name); len(values) > 0 {
			p.appendValues(list, name, values, from, to)
		}
	}
	entry.AppendChild(list)
	return entry
}

// splitRange takes "member;range=1500-*" apart; to is -1 for "*".
func splitRange(asked string) (name string, from, to int) {
	name, option, ok := strings.Cut(asked, ";range=")
	if !ok {
		return asked, -1, -1
	}
	low, high, _ := strings.Cut(option, "-")
	from, _ = strconv.Atoi(low)
	if to = -1; high != "*" {
		to, _ = strconv.Atoi(high)
	}
	return name, from, to
}

// appendValues adds one attribute, in ranges where it is long (MS-ADTS
// 3.1.1.3.1.3.3). from is -1 where no range was asked for.
func (p *session) appendValues(list *ber.Packet, name string, values [][]byte, from, to int) {
	limit := p.server.config.MaxValues
	if from < 0 && len(values) <= limit {
		list.AppendChild(attribute(name, values))
		return
	}
	if from < 0 {
		list.AppendChild(attribute(name, nil))
		from = 0
	}
	if from >= len(values) {
		return
	}
	end := min(from+limit, len(values))
	if to >= from {
		end = min(end, to+1)
	}
	if end < len(values) {
		list.AppendChild(attribute(fmt.Sprintf("%s;range=%d-%d", name, from, end-1), values[from:end]))
		return
	}
	list.AppendChild(attribute(fmt.Sprintf("%s;range=%d-*", name, from), values[from:]))
}

func attribute(name string, values [][]byte) *ber.Packet {
	a := ber.NewSequence("attribute")
	a.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, name, "type"))
	set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "vals")
	for _, v := range values {
		set.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(v), "value"))
	}
	a.AppendChild(set)
	return a
}
