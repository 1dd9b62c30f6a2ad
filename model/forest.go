package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
)

// Domains are those of the forest, by name. One without a SID was not read.
func (s *Snapshot) Domains() []DomainInfo {
	list := slices.Clone(s.Forest.Domains)
	list = slices.DeleteFunc(list, func(d DomainInfo) bool { return d.DN == "" })
	slices.SortFunc(list, func(a, b DomainInfo) int { return cmp.Or(strings.Compare(a.DNS, b.DNS), strings.Compare(a.DN, b.DN)) })
	return list
}

// DomainInfo is what is known of a domain of the forest.
type DomainInfo struct {
	DN      string
	NetBIOS string
	DNS     string
	SID     acl.SID // zero while the domain's head was not read
	// Complete: every security principal of the domain that the bound account
	// may see was read. Only then can a SID of the domain be an orphan.
	Complete bool
	Root     bool // the forest root domain

	Name pool.DN // DN, interned
}

// SchemaName is an attribute or class of the schema.
type SchemaName struct {
	Name        string
	Class       bool
	PropertySet acl.GUID // attributeSecurityGUID
	Catalog     bool     // a global catalog holds it (isMemberOfPartialAttributeSet)
}

// ExtendedRight is a controlAccessRight object: an extended right, a property
// set or a validated write, by its validAccesses ([MS-ADTS] 5.1.3.2.1).
type ExtendedRight struct {
	Name          string // cn
	Display       string
	ValidAccesses uint32
}

// Forest are the small tables of a state: names, domains, versions. They change
// rarely, so a change copies what it touches and the rest is shared.
type Forest struct {
	Domains         []DomainInfo
	Schema          map[acl.GUID]SchemaName
	Rights          map[acl.GUID]ExtendedRight
	WellKnownGroups map[acl.GUID]pool.DN      // otherWellKnownObjects of the Exchange container
	Versions        map[pool.DN]ServerVersion // of every server that was seen; zero where its build was not read
	types           []string
	Servers         []string  // names of home servers, lower case
	Token           []acl.SID // of the bound account, in the domain that was asked for
	tokenOf         pool.DN
	Tokens          map[pool.DN][]acl.SID // in every domain, by its name
	AdminSDHolders  []ObjectID            // CN=AdminSDHolder of each domain
	Legacy          bool                  // 2000/2003 servers exist

	organisation  organisation
	schemaVersion int // rangeUpper of CN=ms-Exch-Schema-Version-Pt

	trusts     map[acl.SID]Trust // trusted domains
	tombstones map[ObjectID]tombstone

	invocations []acl.GUID          // of the domain controllers that stamps name; the first is none
	controllers map[acl.GUID]string // and their names, as far as they are known
}

// Trust is a domain that a domain of the forest trusts, in the forest or
// outside it.
type Trust struct{ NetBIOS, DNS string }

// organisation is the Exchange organisation.
type organisation struct {
	name    pool.DN
	version int // objectVersion
}

func newForest() *Forest {
	return &Forest{
		Schema: map[acl.GUID]SchemaName{}, Rights: map[acl.GUID]ExtendedRight{},
		WellKnownGroups: map[acl.GUID]pool.DN{}, Versions: map[pool.DN]ServerVersion{}, types: []string{""}, Servers: []string{""},
		trusts: map[acl.SID]Trust{}, tombstones: map[ObjectID]tombstone{},
		Tokens: map[pool.DN][]acl.SID{}, invocations: []acl.GUID{{}}, controllers: map[acl.GUID]string{},
	}
}

func (f *Forest) clone() *Forest {
	c := *f
	c.Domains = slices.Clone(f.Domains)
	c.Schema = maps.Clone(f.Schema)
	c.Rights = maps.Clone(f.Rights)
	c.WellKnownGroups = maps.Clone(f.WellKnownGroups)
	c.Versions = maps.Clone(f.Versions)
	c.trusts = maps.Clone(f.trusts)
	c.tombstones = maps.Clone(f.tombstones)
	c.invocations = slices.Clone(f.invocations)
	c.controllers = maps.Clone(f.controllers)
	c.Tokens = maps.Clone(f.Tokens)
	c.AdminSDHolders = slices.Clone(f.AdminSDHolders)
	c.Servers = slices.Clone(f.Servers)
	c.types = slices.Clone(f.types)
	return &c
}

// mostNumbered bounds types and servers, of which a directory has some forty
// and some hundred. What a hostile one has beyond that is called moreNumbered,
// so that nothing passes for having no type or no server.
const (
	mostNumbered = 1<<16 - 2
	moreNumbered = "(one of too many)"
)

// numbered appends a text to a list and returns its number, by which index then
// finds it.
func numbered(list *[]string, index map[string]uint16, text string) uint16 {
	if len(*list) >= mostNumbered {
		text = moreNumbered
		if n, ok := index[text]; ok {
			return n
		}
	}
	n := uint16(len(*list))
	*list = append(*list, text)
	index[strings.Clone(text)] = n
	return n
}

// RootSID returns the SID of the forest root domain, zero while it is not
// known.
func (f *Forest) RootSID() acl.SID {
	for _, d := range f.Domains {
		if d.Root {
			return d.SID
		}
	}
	return acl.SID{}
}

// isRead reports whether a domain of the forest was read: its head was.
func (s *Snapshot) isRead(domain acl.SID) bool {
	i, ok := s.DomainHeads()[domain]
	return ok && s.Forest.Domains[i].SID == domain
}

// forestKnown reports whether the SID of every domain of the forest is known.
func (s *Snapshot) forestKnown() bool {
	heads := s.DomainHeads()
	seen := make(map[int]bool, len(heads))
	for _, i := range heads {
		seen[i] = true
	}
	return len(seen) == len(s.Forest.Domains)
}

// domainHeads say which domain a SID is the head of, by its number in
// facts.domains.
type domainHeads struct {
	bySID map[acl.SID]int
	read  int // domains whose head was read
}

var headsOf = Derive(func(s *Snapshot) *domainHeads {
	h := &domainHeads{bySID: map[acl.SID]int{}}
	for i, d := range s.Forest.Domains {
		if !d.SID.IsZero() {
			h.bySID[d.SID] = i
			h.read++
		}
	}
	// The domains of a forest trust each other, so a trust may name the SID of
	// one that nobody has read.
	for sid, t := range s.Forest.trusts {
		i := slices.IndexFunc(s.Forest.Domains, func(d DomainInfo) bool { return d.DNS != "" && strings.EqualFold(d.DNS, t.DNS) })
		if i >= 0 && s.Forest.Domains[i].SID.IsZero() {
			h.bySID[sid] = i
		}
	}
	return h
}).Outlives(Memberships | Lists)

// DomainHeads numbers the domains of the forest by their SIDs, as in
// [Forest.Domains]. It must not be changed.
func (s *Snapshot) DomainHeads() map[acl.SID]int { return headsOf.Of(s).bySID }

// DomainName is the NetBIOS name of the domain that a SID is of; of an object without
// a SID that of the domain it lies in. Empty where nobody said it. o may be nil.
func (s *Snapshot) DomainName(sid acl.SID, o *Record) string {
	if domain, _, ok := sid.Split(); ok {
		if i, known := s.DomainHeads()[domain]; known {
			return s.Forest.Domains[i].NetBIOS
		}
		if t, ok := s.Forest.trusts[domain]; ok {
			return t.NetBIOS
		}
	}
	if o != nil && o.Class != ClassForeign && sid.IsZero() {
		if i := s.DomainOf(o.DN); i >= 0 {
			return s.Forest.Domains[i].NetBIOS
		}
	}
	return ""
}

// DomainOf returns the number of the domain that a DN lies in, or -1. A domain
// may lie below another; the nearest counts.
func (s *Snapshot) DomainOf(dn pool.DN) int {
	for ; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
		if i := slices.IndexFunc(s.Forest.Domains, func(d DomainInfo) bool { return d.Name == dn }); i >= 0 {
			return i
		}
	}
	return -1
}
