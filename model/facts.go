package model

import (
	"maps"
	"slices"
	"strings"

	"mbxperm/acl"
)

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

	name dnID // DN, interned
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

// facts are the small tables of a state: names, domains, versions. They change
// rarely, so a change copies what it touches and the rest is shared.
type facts struct {
	domains  []DomainInfo
	schema   map[acl.GUID]SchemaName
	rights   map[acl.GUID]ExtendedRight
	wellKnow map[acl.GUID]dnID      // otherWellKnownObjects of the Exchange container
	versions map[dnID]ServerVersion // of every server that was seen; zero where its build was not read
	types    []string
	servers  []string  // names of home servers, lower case
	token    []acl.SID // of the bound account, in the domain that was asked for
	tokenOf  dnID
	tokens   map[dnID][]acl.SID // in every domain, by its name
	holders  []objID            // CN=AdminSDHolder of each domain
	legacy   bool               // 2000/2003 servers exist

	organisation  organisation
	schemaVersion int // rangeUpper of CN=ms-Exch-Schema-Version-Pt

	trusts     map[acl.SID]Trust // trusted domains
	tombstones map[objID]tombstone
}

// Trust is a domain that a domain of the forest trusts, in the forest or outside it.
type Trust struct{ NetBIOS, DNS string }

// organisation is the Exchange organisation.
type organisation struct {
	name    dnID
	version int // objectVersion
}

func newFacts() *facts {
	return &facts{
		schema: map[acl.GUID]SchemaName{}, rights: map[acl.GUID]ExtendedRight{},
		wellKnow: map[acl.GUID]dnID{}, versions: map[dnID]ServerVersion{}, types: []string{""}, servers: []string{""},
		trusts: map[acl.SID]Trust{}, tombstones: map[objID]tombstone{},
		tokens: map[dnID][]acl.SID{},
	}
}

func (f *facts) clone() *facts {
	c := *f
	c.domains = slices.Clone(f.domains)
	c.schema = maps.Clone(f.schema)
	c.rights = maps.Clone(f.rights)
	c.wellKnow = maps.Clone(f.wellKnow)
	c.versions = maps.Clone(f.versions)
	c.trusts = maps.Clone(f.trusts)
	c.tombstones = maps.Clone(f.tombstones)
	c.tokens = maps.Clone(f.tokens)
	c.holders = slices.Clone(f.holders)
	c.servers = slices.Clone(f.servers)
	c.types = slices.Clone(f.types)
	return &c
}

// mostNumbered bounds types and servers, of which a directory has some forty and
// some hundred. What a hostile one has beyond that is called moreNumbered, so that
// nothing passes for having no type or no server.
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

// root returns the SID of the forest root domain, zero while it is not known.
func (f *facts) root() acl.SID {
	for _, d := range f.domains {
		if d.Root {
			return d.SID
		}
	}
	return acl.SID{}
}
