package coverage

import (
	"sync"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// GUIDMember is the schemaIDGUID of the attribute member, GUIDMembership that of
// the property set that it is in ([MS-ADA2], attribute member).
var (
	GUIDMember     = acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
	GUIDMembership = acl.MustParseGUID("bc0ac240-79a9-11d0-9020-00c04fc2d4cf")
)

// Readability decides why an attribute has no value. It may be used by several
// goroutines.
type Readability struct {
	s      *model.Snapshot       // as it was read
	with   bool                  // it is asked of one with a change
	token  acl.Token             // in the domain that was asked for
	tokens map[pool.DN]acl.Token // in each domain, where there are several

	answers *answers

	mu      sync.Mutex
	servers map[homeKey]bool    // those of mailboxes that were met
	domains map[pool.DN]pool.DN // the domain of what lies directly below a name

	elsewhere map[*Line]int // of the unknown, those that a global catalog does not hold
}

// NewReadability returns the one of a snapshot. Of one that is [model.Snapshot.With] a
// change it is that of the snapshot that was read: what came goes by the lists and
// groups that there are.
func NewReadability(s *model.Snapshot) *Readability {
	read := s.AsRead()
	with := read != s
	s = read
	c := &Readability{s: s, with: with, token: acl.NewToken(s.Forest.Token...), answers: answersOf.Of(s), servers: map[homeKey]bool{},
		elsewhere: map[*Line]int{}}
	if len(s.Forest.Tokens) > 1 {
		c.tokens, c.domains = map[pool.DN]acl.Token{}, map[pool.DN]pool.DN{}
		for name, sids := range s.Forest.Tokens {
			c.tokens[name] = acl.NewToken(sids...)
		}
	}
	return c
}

// tokenFor returns the bound account's token in the domain of an object, and
// the name of that domain where it matters.
func (c *Readability) tokenFor(o *model.Record) (acl.Token, pool.DN) {
	if c.tokens == nil {
		return c.token, 0
	}
	parent := c.s.DNs.At(uint32(o.DN)).Parent
	if o.Is(model.FlagDomain) {
		parent = o.DN
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	name, known := c.domains[parent]
	if !known {
		if i := c.s.DomainOf(o.DN); i >= 0 {
			name = c.s.Forest.Domains[i].Name
		}
		c.domains[parent] = name
	}
	if t, ok := c.tokens[name]; ok {
		return t, name
	}
	return c.token, 0
}

// homeKey is what an account says of the server that its mailbox is on.
type homeKey struct {
	store  pool.DN
	server uint16
}

// answers are what the bound account is shown to read, as far as somebody
// asked: a byte for each descriptor, and for all who ask of a snapshot. A
// million objects have a million descriptors in some directories, and a map of
// them takes more than all that they grant.
type answers struct {
	mu sync.Mutex
	of map[question][]answer // by pool.Desc
}

// question is what is asked of a descriptor: about an attribute, or about all those
// of a property set that no entry names. A million descriptors are asked once for
// all of these.
type question struct {
	attr acl.GUID // zero for those that no entry names
	set  acl.GUID
	in   pool.DN // whose token it is
}

// inEntries are the attributes, classes and rights that some entry names.
var inEntries = model.Derive(func(s *model.Snapshot) map[acl.GUID]bool {
	out := map[acl.GUID]bool{}
	for i := range s.GUIDs.Len() {
		out[*s.GUIDs.At(i)] = true
	}
	return out
})

type answer uint8

const (
	notAsked answer = iota
	no
	yes
)

var answersOf = model.Derive(func(*model.Snapshot) *answers { return &answers{of: map[question][]answer{}} })

// held reports whether whoever was asked about an object holds an attribute: a
// domain controller does, a global catalog some, and of members those of
// universal groups only (MS-ADTS 3.1.1.1.9).
func (c *Readability) held(o *model.Record, attr acl.GUID) bool {
	if !o.Is(model.FlagCatalog) {
		return true
	}
	return c.s.Forest.Schema[attr].Catalog && (attr != GUIDMember || o.Is(model.FlagUniversal))
}

// NoMailboxSD reports that there is no mailbox ACL, as far as that can be
// shown.
func (c *Readability) NoMailboxSD(o *model.Record) bool {
	return o.MailboxState == model.Missing && c.MayRead(o, acl.GUIDMailboxSDAttribute, acl.GUIDExchangeInformation)
}

// NoDelegates reports that publicDelegates is empty, as far as that can be
// shown.
func (c *Readability) NoDelegates(o *model.Record) bool {
	return o.DelegatesState == model.Missing && c.MayRead(o, acl.GUIDPublicDelegatesAttribute, acl.GUIDPersonalInformation)
}

// ListUnread reports that a descriptor did not come, or is damaged.
func ListUnread(s *model.Snapshot, state model.ReadState, d pool.Desc) bool {
	return state != model.Present || s.Descs.At(uint32(d)).Broken
}

// MayRead reports whether the bound account is shown to be allowed to read an
// attribute: its token against the object's descriptor ([MS-ADTS] 5.1.3.3.3).
// Without a token or a descriptor nothing is shown, nor by a condition.
func (c *Readability) MayRead(o *model.Record, attr, set acl.GUID) bool {
	o = c.asRead(o)
	token, domain := c.tokenFor(o)
	if token.Len() == 0 || !c.held(o, attr) || o.Security == 0 || c.s.Descs.At(uint32(o.Security)).Broken {
		return false
	}
	if n, ok := c.s.Forest.Schema[attr]; ok {
		set = n.PropertySet
	}
	ask := func(self acl.SID) answer {
		d, err := acl.Parse(c.s.Bytes(o.Security))
		if allowed, conditional := acl.CanReadAttribute(d, token, self, attr, set); err == nil && allowed && !conditional {
			return yes
		}
		return no
	}
	if self := c.s.SIDOf(o.SID); token.HasSID(self) { // the bound account itself: PRINCIPAL_SELF is it
		return ask(self) == yes
	}
	q := question{attr, set, domain}
	if !inEntries.Of(c.s)[attr] {
		q.attr = acl.GUID{}
	}
	c.answers.mu.Lock()
	defer c.answers.mu.Unlock()
	list := c.answers.of[q]
	if list == nil {
		list = make([]answer, c.s.Descs.Len())
		c.answers.of[q] = list
	}
	if list[o.Security] == notAsked {
		list[o.Security] = ask(acl.SID{})
	}
	return list[o.Security] == yes
}

// asRead is an object as it was read.
func (c *Readability) asRead(o *model.Record) *model.Record {
	if !c.with {
		return o
	}
	return c.s.Record(c.s.At(o.DN))
}

// DelegatesUnread reports that not all values of publicDelegates came, as far as
// that can be told.
func (c *Readability) DelegatesUnread(o *model.Record) bool {
	o = c.asRead(o)
	return o.Is(model.FlagDelegatesPartial) || o.DelegatesState != model.Present && o.Delegates.N == 0 && !c.NoDelegates(o)
}

// inReadDomain reports whether a name lies in a domain whose head was read.
func (c *Readability) inReadDomain(dn pool.DN, known map[pool.DN]bool) bool {
	is, ok := known[dn]
	if !ok {
		i := c.s.DomainOf(dn)
		is = i >= 0 && !c.s.Forest.Domains[i].SID.IsZero()
		known[dn] = is
	}
	return is
}

// attribute finds the schemaIDGUID of an attribute that is in no built-in
// table; zero where the schema was not read or has none.
func (c *Readability) attribute(name string) acl.GUID { return attributesOf.Of(c.s)[name] }

// attributesOf are the attributes of the schema by name.
var attributesOf = model.Derive(func(s *model.Snapshot) map[string]acl.GUID {
	out := make(map[string]acl.GUID, len(s.Forest.Schema))
	for g, n := range s.Forest.Schema {
		if !n.Class {
			out[n.Name] = g
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)
