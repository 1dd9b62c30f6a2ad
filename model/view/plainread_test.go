package view_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model/grant"
	"mbxperm/model/internal/script"
)

// plainRow is one row as the plain reader sees it.
type plainRow struct {
	target  string // DN, lower case
	kind    string // acl_type
	index   int
	trustee string // SID as text, or the DN of a delegate without one
	right   string
	deny    bool
	stale   bool
	inh     bool
	self    bool
	implied bool
	setup   bool   // what Windows writes on every group
	other   bool   // on a recipient that is no mailbox
	ace     string // its bytes; empty for a value
}

// entries are the rows with one for each entry: hidden for what all of its rights are
// hidden for, and of those with the same bytes in one list one for all.
func (p *plain) entries() (out []plainRow) {
	at := map[string]int{}
	for _, r := range p.rows {
		if r.ace == "" {
			out = append(out, r)
			continue
		}
		key := fmt.Sprint(r.target, r.kind, r.ace)
		if kind := r.ace[0]; kind != 0 && kind != 1 && kind != 5 && kind != 6 { // conditions, and what is no grant
			key += fmt.Sprint(r.index)
		}
		n, known := at[key]
		if !known {
			n = len(out)
			at[key] = n
			out = append(out, r)
		}
		out[n].implied = out[n].implied && r.implied
		out[n].setup = out[n].setup && r.setup
	}
	return out
}

// plain collects rows from entries.
type plain struct {
	rows      []plainRow
	whole     []plainRow // of these, one for each entry
	links     []plainRow // SendOnBehalf: trustee is still a DN
	sids      map[string]string
	mailboxes map[string]bool
	others    map[string]bool // recipients that are no mailboxes
	sources   []string        // DNs of stores
	domain    string          // SID of the domain that is read
	missed    map[string]bool
	deleted   map[string]bool
}

func (p *plain) Begin(collector.Query) {}

func (p *plain) Expect(collector.QueryID, int) {}

func (p *plain) End(collector.QueryID, error) {}

func (p *plain) Missed(sid acl.SID) { p.missed[sid.String()] = true }

func (p *plain) Entry(e *collector.Entry) { p.entry(strings.ToLower(e.DN), e) }

func has(e *collector.Entry, name, value string) bool {
	for _, v := range e.Values(name) {
		if strings.EqualFold(string(v), value) {
			return true
		}
	}
	return false
}

func (p *plain) entry(dn string, e *collector.Entry) {
	if sid := e.Value("objectSid"); sid != nil {
		p.sids[dn] = script.PlainSID(sid)
		if has(e, "isDeleted", "TRUE") {
			p.deleted[script.PlainSID(sid)] = true
		}
		if has(e, "objectClass", "domainDNS") && p.domain == "" {
			p.domain = script.PlainSID(sid)
		}
	}
	if has(e, "objectClass", "msExchPrivateMDB") || has(e, "objectClass", "msExchPublicMDB") {
		p.sources = append(p.sources, dn)
		for i, a := range plainACEs(e.Value("nTSecurityDescriptor")) {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.StoreACL.Name, index: i, trustee: a.sid, deny: a.deny, ace: a.bytes})
		}
		return
	}
	if e.Value("mailNickname") == nil {
		return
	}
	details := e.Text("msExchRecipientTypeDetails")
	remote := details == "128" || details == "2147483648" || details == "33554432" || details == "64"
	mailbox := has(e, "objectClass", "user") && !remote &&
		(e.Value("homeMDB") != nil || e.Value("msExchMailboxGuid") != nil || e.Value("msExchHomeServerName") != nil)
	if !mailbox && !has(e, "isDeleted", "TRUE") {
		p.others[dn] = true
	}
	if mailbox {
		p.mailboxes[dn] = true
		if noDACL(e.Value("msExchMailboxSecurityDescriptor")) {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.MailboxACL.Name, trustee: "S-1-1-0"})
		}
		for i, a := range plainACEs(e.Value("msExchMailboxSecurityDescriptor")) {
			p.mailboxACE(dn, i, a)
		}
	}
	group := has(e, "objectClass", "group")
	if noDACL(e.Value("nTSecurityDescriptor")) {
		rights := []string{"Send-As", "Receive-As"}
		if group {
			rights = append(rights, "Send-To", "members")
		}
		for _, right := range rights {
			p.rows = append(p.rows, plainRow{target: dn, kind: grant.SendAs.Name, trustee: "S-1-1-0", right: right, other: !mailbox, ace: "\x00none"})
		}
	}
	for i, a := range plainACEs(e.Value("nTSecurityDescriptor")) {
		p.accountACE(dn, i, a, !mailbox, group)
	}
	for i, v := range e.Values("publicDelegates") {
		p.links = append(p.links, plainRow{target: dn, kind: grant.OnBehalf.Name, index: i, trustee: strings.ToLower(string(v)), other: !mailbox})
	}
	if !mailbox {
		p.plainLinks(dn, e)
	}
}

// plainLinks takes who manages a recipient, and from whom it takes messages.
func (p *plain) plainLinks(dn string, e *collector.Entry) {
	for _, l := range []struct {
		attribute, kind, right string
		deny                   bool
	}{
		{"managedBy", "Manager", "manager", false}, {"msExchCoManagedByLink", "Manager", "co-manager", false},
		{"authOrig", "Delivery", "accept", false}, {"dLMemSubmitPerms", "Delivery", "accept members of", false},
		{"unauthOrig", "Delivery", "reject", true}, {"dLMemRejectPerms", "Delivery", "reject members of", true},
	} {
		for i, v := range e.Values(l.attribute) {
			p.links = append(p.links, plainRow{target: dn, kind: l.kind, index: i, right: l.right, deny: l.deny, trustee: strings.ToLower(string(v)), other: true})
		}
	}
}

func (p *plain) mailboxACE(dn string, i int, a plainACE) {
	row := plainRow{target: dn, kind: grant.MailboxACL.Name, index: i, trustee: a.sid, deny: a.deny, stale: a.inherited, self: a.self(), ace: a.bytes}
	rest := a.mask
	for _, bit := range []uint32{1, 2, 4, 0x10000, 0x20000, 0x40000, 0x80000} {
		if a.mask&bit != 0 {
			row.right = fmt.Sprintf("%#x", bit)
			p.rows = append(p.rows, row)
			rest &^= bit
		}
	}
	if rest != 0 || a.mask == 0 {
		row.right = "rest"
		p.rows = append(p.rows, row)
	}
}

func (p *plain) accountACE(dn string, i int, a plainACE, other, group bool) {
	if a.other {
		return
	}
	row := plainRow{target: dn, kind: grant.SendAs.Name, index: i, trustee: a.sid, deny: a.deny, inh: a.inherited, self: a.self(), other: other, ace: a.bytes}
	const sendTo, member, membership = "ab721a55-1e2f-11d0-9819-00aa0040529b", "bf9679c0-0de6-11d0-a285-00aa003049e2", "bc0ac240-79a9-11d0-9020-00c04fc2d4cf"
	if a.mask&(0x100|0x10000000) != 0 {
		for _, r := range []string{"ab721a54-1e2f-11d0-9819-00aa0040529b", "ab721a56-1e2f-11d0-9819-00aa0040529b"} {
			if a.object == r || a.object == "" {
				row.right, row.implied = r, a.object == ""
				p.rows = append(p.rows, row)
			}
		}
		if group && a.object == sendTo {
			to := row
			to.right, to.setup = sendTo, a.sid == "S-1-5-11" && a.kind == 5 && a.flags == 0 && a.mask == 0x100
			p.rows = append(p.rows, to)
		}
	}
	write, join := a.mask&(0x20|0x40000000|0x10000000) != 0, a.mask&(0x8|0x40000000|0x10000000) != 0
	if group && ((write || join) && (a.object == "" || a.object == member) || write && a.object == membership) {
		row.right, row.implied = "members", a.object == "" && (a.mask&0xF01FF == 0xF01FF || a.mask&0x10000000 != 0)
		p.rows = append(p.rows, row)
	}
}

type plainACE struct {
	sid, object            string
	mask                   uint32
	kind, flags            byte
	deny, inherited, other bool
	bytes                  string
}

// noDACL reports that a descriptor has no DACL at all, so that everyone holds
// every right: the flag is not set, or there is no offset ([MS-DTYP] 2.4.6).
func noDACL(b []byte) bool {
	return len(b) >= 20 && (b[2]&4 == 0 || binary.LittleEndian.Uint32(b[16:]) == 0)
}

func (a plainACE) self() bool { return a.sid == "S-1-5-10" || a.sid == "S-1-5-18" }

// plainACEs reads the DACL of a self-relative descriptor ([MS-DTYP] 2.4.6) and
// stops where it is damaged.
func plainACEs(b []byte) (out []plainACE) {
	defer func() { _ = recover() }() // a damaged descriptor ends here, with what came before
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	b = slices.Clip(b) // so that a slice past the end is an error and not what the source has there
	if len(b) < 20 || u16(b[2:])&4 == 0 || u32(b[16:]) == 0 {
		return nil
	}
	list := b[u32(b[16:]):]
	count, list := int(u16(list[4:])), list[8:]
	for range count {
		kind, flags, size := list[0], list[1], int(u16(list[2:]))
		body := list[4:size]
		a := plainACE{bytes: string(list[:size]), mask: u32(body), kind: kind, flags: flags, inherited: flags&0x10 != 0}
		body = body[4:]
		switch kind {
		case 1, 6, 0xA, 0xC:
			a.deny = true
		case 0, 5, 9, 0xB:
		default:
			a.other = true
		}
		if kind == 5 || kind == 6 || kind == 0xB || kind == 0xC {
			present := u32(body)
			body = body[4:]
			if present&1 != 0 {
				a.object = script.PlainGUID(body)
				body = body[16:]
			}
			if present&2 != 0 {
				body = body[16:]
			}
		}
		a.sid = script.PlainSID(body)
		out = append(out, a)
		list = list[size:]
	}
	return out
}
