package model

import (
	"slices"
	"strings"

	"mbxperm/acl"
)

// Snapshot is what was known at one moment. It never changes and may be read by
// any number of goroutines.
type Snapshot struct {
	poolView
	pool  *Pool // only to know who shares it; readers use poolView
	facts *facts
	// Gen grows with each publication of one Writer.
	Gen   uint64
	State State

	objects   view[object]
	byDN      view[objID]
	bySID     view[sidInfo]
	delegates view[delegateRec]
	members   view[dnID]
	stored    view[storedRec]
	shared    view[sharedRec]
	stores    view[objID]
	recips    view[objID]

	derived []derived // see Derived
}

// Empty reports whether there is no target at all: nothing to show.
func (s *Snapshot) Empty() bool { return s.recips.len()+s.stores.len() == 0 }

func (s *Snapshot) object(id objID) *object { return s.objects.at(uint32(id)) }

// at returns the object with this DN, or 0.
func (s *Snapshot) at(dn dnID) objID {
	if dn == 0 || uint32(dn) >= s.byDN.len() {
		return 0
	}
	return *s.byDN.at(uint32(dn))
}

func (s *Snapshot) sidInfo(id sidID) sidInfo {
	if uint32(id) >= s.bySID.len() {
		return sidInfo{}
	}
	return *s.bySID.at(uint32(id))
}

// holder returns the object that holds the SID, now or formerly.
func (s *Snapshot) holder(id sidID) objID {
	i := s.sidInfo(id)
	if i.holder != 0 {
		return i.holder
	}
	return i.former
}

// sharedSIDs are the further holders of SIDs that several objects hold, now or
// formerly, in order of their names.
type sharedSIDs struct{ now, former map[sidID][]objID }

var sharedSIDsOf = Derive(func(s *Snapshot) *sharedSIDs {
	out := &sharedSIDs{map[sidID][]objID{}, map[sidID][]objID{}}
	for i := range s.shared.len() {
		r := s.shared.at(i)
		list, first := out.now, s.sidInfo(r.sid).holder
		if r.former {
			list, first = out.former, s.sidInfo(r.sid).former
		}
		// A holder that gave its place up, and another that came back to it later, may be both here and there.
		if r.obj != first && !slices.Contains(list[r.sid], r.obj) {
			list[r.sid] = append(list[r.sid], r.obj)
		}
	}
	for _, list := range [...]map[sidID][]objID{out.now, out.former} {
		for _, objects := range list {
			slices.SortFunc(objects, func(a, b objID) int { return strings.Compare(s.dnText(s.object(a).dn), s.dnText(s.object(b).dn)) })
		}
	}
	return out
})

// holders returns all objects that hold a SID now, the one that names it first.
func (s *Snapshot) holders(id sidID) []objID {
	first := s.sidInfo(id).holder
	if first == 0 {
		return nil
	}
	return append([]objID{first}, sharedSIDsOf.Of(s).now[id]...)
}

// formerHolders returns all objects that have a SID in their sIDHistory.
func (s *Snapshot) formerHolders(id sidID) []objID {
	first := s.sidInfo(id).former
	if first == 0 {
		return nil
	}
	return append([]objID{first}, sharedSIDsOf.Of(s).former[id]...)
}

// isShared reports whether several objects hold a SID now.
func (s *Snapshot) isShared(id sidID) bool { return len(sharedSIDsOf.Of(s).now[id]) > 0 }

// Party is who a row is about on the trustee's side: a SID, or, for a link
// value, a DN whose object has none (a contact) or was not read.
type Party uint32

const partyDN Party = 1 << 31

func partyOfSID(id sidID) Party { return Party(id) }
func partyOfDN(id dnID) Party   { return Party(id) | partyDN }

func (p Party) sid() sidID {
	if p&partyDN != 0 {
		return 0
	}
	return sidID(p)
}

func (p Party) dn() dnID {
	if p&partyDN == 0 {
		return 0
	}
	return dnID(p &^ partyDN)
}

// party returns who a DN names: by its SID where that is known.
func (s *Snapshot) party(dn dnID) Party {
	if id := s.at(dn); id != 0 {
		if sid := s.object(id).sid; sid != 0 {
			return partyOfSID(sid)
		}
	}
	return partyOfDN(dn)
}

func (s *Snapshot) partyObject(p Party) objID {
	if dn := p.dn(); dn != 0 {
		return s.at(dn)
	}
	return s.holder(p.sid())
}

// cn returns the value of the first RDN of a DN, unescaped.
func (s *Snapshot) cn(dn dnID) string {
	if dn == 0 {
		return ""
	}
	leaf := s.texts.text(s.dns.at(uint32(dn)).leaf)
	if _, v, ok := strings.Cut(leaf, "="); ok {
		return unescapeDN(v)
	}
	return leaf
}

// unescapeDN undoes RFC 4514 2.4: a backslash before a character, or before two
// hex digits that stand for a byte.
func unescapeDN(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' || i+1 == len(v) {
			b.WriteByte(v[i])
			continue
		}
		if i+2 < len(v) && isHex(v[i+1]) && isHex(v[i+2]) {
			b.WriteByte(unhex(v[i+1])<<4 | unhex(v[i+2]))
			i += 2
			continue
		}
		i++
		b.WriteByte(v[i])
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// objectName is what a target or trustee is called: its sAMAccountName, else its cn.
func (s *Snapshot) objectName(o *object) string {
	if o.account != 0 {
		return s.texts.text(o.account)
	}
	name := s.cn(o.dn)
	if o.is(flagDeleted) {
		// The RDN of a tombstone is the old one, a line feed, "DEL:" and the
		// objectGUID ([MS-ADTS] 3.1.1.5.5).
		name, _, _ = strings.Cut(name, "\nDEL:")
	}
	return name
}

// Kinds of lines and trustees, as exports spell them.
const (
	KindMailbox    = "mailbox"
	KindOther      = "other-recipient"
	KindUser       = "user"
	KindGroup      = "group"
	KindComputer   = "computer"
	KindService    = "service"
	KindForeign    = "foreign"
	KindWellKnown  = "well-known"
	KindDeleted    = "deleted"
	KindOrphan     = "orphan"
	KindUnresolved = "unresolved"
)

// Principal is a trustee or an account as it is shown.
type Principal struct {
	Name   string   // bare sAMAccountName; else the cn, the well-known name or the SID
	Domain string   // NetBIOS name; empty where none is known
	SID    acl.SID  // zero for an object without one
	GUID   acl.GUID // the objectGUID; zero where none is known
	DN     string
	Kind   string
	State  string // "enabled", "disabled", "deleted", "former SID" ; empty where nothing is known
	// Label says where the name comes from, where it is not that of the account that
	// holds the SID: "from sIDHistory of u00012", "linked account of u00031", "foreign
	// security principal", "deleted; tombstone of 2024-03-04, was in OU=…".
	Label Phrase
	// Qualified: accounts of several domains are known, so the name alone is not enough.
	Qualified bool
}

// Principal says who a party is.
func (s *Snapshot) Principal(p Party) Principal {
	sid := s.sidOf(p.sid())
	id := s.partyObject(p)
	if id == 0 {
		return s.stranger(p, sid)
	}
	o := s.object(id)
	out := Principal{Name: s.objectName(o), SID: sid, GUID: o.guid, DN: s.dnText(o.dn), Kind: s.kind(o), State: accountState(o)}
	if name, ok := acl.WellKnownName(sid); ok {
		out.Kind, out.Name = KindWellKnown, name
	} else if o.class == ClassForeign {
		// A foreign security principal has no name but its SID; ask the SID.
		out.Name = s.stranger(partyOfSID(o.sid), s.sidOf(o.sid)).Name
	}
	if s.sidInfo(p.sid()).holder == 0 && p.sid() != 0 {
		out.State = "former SID"
	}
	if out.Kind != KindWellKnown {
		out.Label = s.nameFrom(p, id)
	}
	s.qualify(&out, o)
	return out
}

// partyKind is the kind of whoever holds a SID, without making the rest of a Principal.
func (s *Snapshot) partyKind(id sidID) string {
	sid := s.sidOf(id)
	if _, ok := acl.WellKnownName(sid); ok {
		return KindWellKnown
	}
	if h := s.holder(id); h != 0 {
		return s.kind(s.object(h))
	}
	return s.missing(id, sid)
}

// stranger describes a party of which no object is known.
func (s *Snapshot) stranger(p Party, sid acl.SID) Principal {
	if dn := p.dn(); dn != 0 {
		return Principal{Name: s.cn(dn), DN: s.dnText(dn), Kind: KindUnresolved}
	}
	out := Principal{Name: sid.String(), SID: sid, Kind: s.missing(p.sid(), sid)}
	if name, ok := acl.WellKnownName(sid); ok {
		out.Name, out.Kind = name, KindWellKnown
	} else {
		out.Label = s.nameFrom(p, 0)
	}
	s.qualify(&out, nil)
	return out
}

// missing says what a SID is that nobody was found to hold. It is an orphan
// only if its domain was read to the end, nothing in that domain stayed out of
// sight that we know of, and the directory was asked for this SID and answered
// that nobody holds it.
func (s *Snapshot) missing(id sidID, sid acl.SID) string {
	domain, _, ok := sid.Split()
	if !ok {
		return KindUnresolved
	}
	i, known := s.domainHeads()[domain]
	if !known {
		// S-1-5-21 is an account domain ([MS-DTYP] 2.4.2.4). Another one than the
		// forest's is foreign, which can be told once all of the forest's are known.
		if s.forestKnown() && strings.HasPrefix(domain.String(), "S-1-5-21-") {
			return KindForeign
		}
		return KindUnresolved
	}
	if s.facts.domains[i].Complete && s.sidInfo(id).missed && !s.unseenIn(i) {
		return KindOrphan
	}
	return KindUnresolved
}

// qualify names the domain of a principal. The name alone is enough while there
// are accounts of one domain only.
func (s *Snapshot) qualify(p *Principal, o *object) {
	p.Domain = s.domainName(p.SID, o)
	if p.Domain == "" {
		return
	}
	domain, _, ok := p.SID.Split()
	p.Qualified = headsOf.Of(s).read > 1 || ok && !s.isRead(domain)
}

// isRead reports whether a domain of the forest was read: its head was.
func (s *Snapshot) isRead(domain acl.SID) bool {
	i, ok := s.domainHeads()[domain]
	return ok && s.facts.domains[i].SID == domain
}

// forestKnown reports whether the SID of every domain of the forest is known.
func (s *Snapshot) forestKnown() bool {
	heads := s.domainHeads()
	seen := make(map[int]bool, len(heads))
	for _, i := range heads {
		seen[i] = true
	}
	return len(seen) == len(s.facts.domains)
}

// domainHeads say which domain a SID is the head of, by its number in facts.domains.
type domainHeads struct {
	bySID map[acl.SID]int
	read  int // domains whose head was read
}

var headsOf = Derive(func(s *Snapshot) *domainHeads {
	h := &domainHeads{bySID: map[acl.SID]int{}}
	for i, d := range s.facts.domains {
		if !d.SID.IsZero() {
			h.bySID[d.SID] = i
			h.read++
		}
	}
	// The domains of a forest trust each other, so a trust may name the SID of
	// one that nobody has read.
	for sid, t := range s.facts.trusts {
		i := slices.IndexFunc(s.facts.domains, func(d DomainInfo) bool { return d.DNS != "" && strings.EqualFold(d.DNS, t.DNS) })
		if i >= 0 && s.facts.domains[i].SID.IsZero() {
			h.bySID[sid] = i
		}
	}
	return h
})

func (s *Snapshot) domainHeads() map[acl.SID]int { return headsOf.Of(s).bySID }

func (s *Snapshot) domainName(sid acl.SID, o *object) string {
	if domain, _, ok := sid.Split(); ok {
		if i, known := s.domainHeads()[domain]; known {
			return s.facts.domains[i].NetBIOS
		}
		if t, ok := s.facts.trusts[domain]; ok {
			return t.NetBIOS
		}
	}
	if o != nil && o.class != ClassForeign && sid.IsZero() {
		if i := s.domainOf(o.dn); i >= 0 {
			return s.facts.domains[i].NetBIOS
		}
	}
	return ""
}

// domainOf returns the number of the domain that a DN lies in, or -1. A domain
// may lie below another; the nearest counts.
func (s *Snapshot) domainOf(dn dnID) int {
	for ; dn != 0; dn = s.dns.at(uint32(dn)).parent {
		if i := slices.IndexFunc(s.facts.domains, func(d DomainInfo) bool { return d.name == dn }); i >= 0 {
			return i
		}
	}
	return -1
}

// unseenIn reports whether an object of the domain is referred to (as a member,
// a delegate, the mailbox of a store) that no search delivered, or came without its SID. Then the bound account does not see all
// of the domain, and a SID without a holder may belong to what it does not see.
func (s *Snapshot) unseenIn(domain int) bool { return unseenDomains.Of(s)[domain] }

var unseenDomains = Derive(func(s *Snapshot) map[int]bool {
	unseen := map[int]bool{}
	note := func(dn dnID) {
		if s.at(dn) == 0 {
			unseen[s.domainOf(dn)] = true
		}
	}
	for i := range s.members.len() {
		note(*s.members.at(i))
	}
	for i := range s.delegates.len() {
		note(s.delegates.at(i).who)
	}
	for i := range s.stored.len() {
		note(s.stored.at(i).mailbox)
	}
	// An account whose SID may not be read can be the holder of any.
	for id := uint32(1); id < s.objects.len(); id++ {
		if o := s.objects.at(id); o.sid == 0 && o.principal() {
			unseen[s.domainOf(o.dn)] = true
		}
	}
	return unseen
})

func (s *Snapshot) kind(o *object) string {
	switch {
	case o.is(flagDeleted):
		return KindDeleted
	case o.mailboxLike():
		return KindMailbox
	case o.class == ClassGroup:
		return KindGroup
	case o.recipient == OtherRecipient:
		return KindOther
	case o.class == ClassForeign:
		return KindForeign
	case o.class == ClassService:
		return KindService
	case o.class == ClassComputer:
		return KindComputer
	case o.class == ClassUser:
		return KindUser
	}
	return KindUnresolved
}

func accountState(o *object) string {
	switch {
	case o.is(flagDeleted):
		return "deleted"
	case o.is(flagDisabled):
		return "disabled"
	case o.class == ClassUser || o.class == ClassComputer || o.class == ClassService:
		return "enabled"
	}
	return ""
}

// Prepare works out what views of this snapshot need once: for a moment in
// which nobody waits.
func (s *Snapshot) Prepare() {
	s.byName()
	s.reach()
	s.memberOf()
	primaryGroups.Of(s)
	s.formerSIDs()
	s.storeWays()
	s.names()
}
