package model

import (
	"slices"
	"strconv"
	"sync"

	"mbxperm/acl"
)

// Coverage says for one kind of object what became of what was found. Found is
// the sum of the five counts after it. All of it is "as visible to the bound
// account": what that account cannot see at all is counted nowhere.
type Coverage struct {
	ObjectType  string
	Found       int
	Decoded     int
	Absent      int // shown to be empty: the account may read the attribute, and there is no value
	Unreadable  int // there must be a value, and it did not come
	Unknown     int // no value came, and whether the account may read one cannot be decided
	Undecodable int // a value came that is no descriptor; its bytes are kept
	Complete    bool
	Reason      string // why not complete
}

// CoverageFields are the columns of report coverage.
var CoverageFields = []Field[*Coverage]{
	{"object_type", func(c *Coverage) any { return c.ObjectType }},
	{"found", func(c *Coverage) any { return c.Found }},
	{"decoded", func(c *Coverage) any { return c.Decoded }},
	{"absent", func(c *Coverage) any { return c.Absent }},
	{"unreadable", func(c *Coverage) any { return c.Unreadable }},
	{"unknown", func(c *Coverage) any { return c.Unknown }},
	{"undecodable", func(c *Coverage) any { return c.Undecodable }},
	{"complete", func(c *Coverage) any { return c.Complete }},
	{"reason", func(c *Coverage) any { return c.Reason }},
}

// Gaps reports whether anything is missing or in doubt.
func (c *Coverage) Gaps() bool {
	return !c.Complete || c.Unreadable+c.Unknown+c.Undecodable > 0
}

// The lines of the coverage report, and the searches that each depends on. Where
// the partitions of the forest are not known, whole domains may be missing.
const (
	coverMailbox = iota
	coverAccount
	coverBehalf
	coverOther
	coverStore
	coverAdmin
	coverContainer
	coverGroup
	coverTrustee
	coverServer
	coverStored
	coverLines
)

var coverNames = [coverLines]struct {
	name     string
	searches []string
}{
	{"mailbox", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"mailbox-account", []string{"forest", "mailboxes", "keys", "recipients"}},
	{"send-on-behalf", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"other-recipient", []string{"forest", "recipients"}},
	{"store", []string{"exchange", "rights", "schema"}}, {"admin", []string{"exchange", "rights", "schema"}},
	{"container", []string{"forest", "containers"}}, {"group", []string{"forest", "groups", "recipients"}},
	{"trustee", []string{"forest", "trusts", "mailboxes", "keys", "recipients", "groups", "principals", "lookup"}},
	{"server", []string{"exchange"}},
	{"store-mailbox", []string{"forest", "exchange", "store-links", "mailboxes", "recipients"}},
}

// Coverage counts what was found and what became of it. It looks at every object,
// once for a snapshot; the slice is the caller's.
func (s *Snapshot) Coverage() []Coverage {
	return slices.Clone(coveredOf.Of(s).lines)
}

// covered are the lines of the coverage, and what they count as unreadable,
// undecodable or unknown by name.
type covered struct {
	lines []Coverage
	named []Unread
}

var coveredOf = Derive(func(s *Snapshot) *covered {
	lines, named := s.cover()
	return &covered{lines, named}
})

func (s *Snapshot) cover() ([]Coverage, []Unread) {
	out := make([]Coverage, coverLines)
	for i := range out {
		out[i].ObjectType = coverNames[i].name
		out[i].Complete, out[i].Reason = s.searchState(coverNames[i].searches)
	}
	c, named := newCoverer(s), unreadList{}
	mailbox, security, delegates, group := c.mailbox, c.security, c.delegates, c.group
	look := func(at int, o *object, count func(*Coverage, *object)) { named.look(c, out, at, o, count) }
	for id := uint32(1); id < s.objects.len(); id++ {
		o := s.objects.at(id)
		switch {
		case o.store():
			look(coverStore, o, security)
		case o.is(flagAbove):
			look(coverAdmin, o, security)
		case o.mailboxLike():
			look(coverMailbox, o, mailbox)
			look(coverAccount, o, security)
			look(coverBehalf, o, delegates)
			c.mailboxServer(&out[coverServer], o)
		case o.recipient == OtherRecipient:
			if s.typeName(o) == UnknownType { // a mailbox, for all that could be seen
				look(coverMailbox, o, func(line *Coverage, _ *object) { line.Found++; line.Unknown++ })
			}
			look(coverOther, o, security)
			look(coverBehalf, o, delegates)
		case o.secState != NotAsked && (o.class == ClassContainer || o.class == ClassDomain):
			look(coverContainer, o, security)
		}
		switch o.class {
		case ClassGroup:
			look(coverGroup, o, group)
		case ClassServer:
			c.server(&out[coverServer], o)
		}
	}
	c.trustees(&out[coverTrustee])
	c.stored(&out[coverStored], &named)
	for line, n := range c.elsewhere {
		if line.Reason == "" {
			line.Reason = strconv.Itoa(n) + " not in the global catalog"
		}
	}
	return out, named.list()
}

// searchState says whether searches were read to their end. While the
// collection runs nothing is complete.
func (s *Snapshot) searchState(searches []string) (bool, string) {
	for _, g := range s.State.Incomplete {
		if g.Search == "" || slices.Contains(searches, g.Search) {
			return false, g.Reason
		}
	}
	switch {
	case s.State.Err != nil:
		return false, s.State.Err.Error()
	case s.State.Phase != Finished:
		return false, "still reading"
	}
	return true, ""
}

// guidMember is the schemaIDGUID of the attribute member; it is in no property set.
var guidMember = acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")

// coverer decides why an attribute has no value. It may be used by several goroutines.
type coverer struct {
	s      *Snapshot
	token  acl.Token          // in the domain that was asked for
	tokens map[dnID]acl.Token // in each domain, where there are several

	mu       sync.Mutex
	readable map[readKey]bool
	servers  map[homeKey]bool // those of mailboxes that were met
	domains  map[dnID]dnID    // the domain of what lies directly below a name

	elsewhere map[*Coverage]int // of the unknown, those that a global catalog does not hold
}

func newCoverer(s *Snapshot) *coverer {
	c := &coverer{s: s, token: acl.NewToken(s.facts.token...), readable: map[readKey]bool{}, servers: map[homeKey]bool{},
		elsewhere: map[*Coverage]int{}}
	if len(s.facts.tokens) > 1 {
		c.tokens, c.domains = map[dnID]acl.Token{}, map[dnID]dnID{}
		for name, sids := range s.facts.tokens {
			c.tokens[name] = acl.NewToken(sids...)
		}
	}
	return c
}

// tokenFor returns the bound account's token in the domain of an object, and the
// name of that domain where it matters.
func (c *coverer) tokenFor(o *object) (acl.Token, dnID) {
	if c.tokens == nil {
		return c.token, 0
	}
	parent := c.s.dns.at(uint32(o.dn)).parent
	if o.is(flagDomain) {
		parent = o.dn
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	name, known := c.domains[parent]
	if !known {
		if i := c.s.domainOf(o.dn); i >= 0 {
			name = c.s.facts.domains[i].name
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
	store  dnID
	server uint16
}

// server counts a server that was seen. Its build decides whether the directory
// or the store is the authority for its mailboxes.
func (c *coverer) server(line *Coverage, o *object) {
	line.Found++
	if c.s.facts.versions[o.dn] == (ServerVersion{}) {
		line.Unknown++
	} else {
		line.Decoded++
	}
}

// mailboxServer counts, once each, the servers that were not seen and that
// mailboxes name, or their stores.
func (c *coverer) mailboxServer(line *Coverage, o *object) {
	key := homeKey{o.home, o.server}
	if c.servers[key] || key == (homeKey{}) {
		return
	}
	c.servers[key] = true
	if c.s.homeServer(o) == 0 {
		line.Found++
		line.Unknown++
	}
}

type readKey struct {
	desc descID
	self sidID // where the token holds the object's own SID
	in   dnID  // whose token it is
	attr acl.GUID
}

func (c *coverer) count(line *Coverage, d descID) {
	if c.s.descs.at(uint32(d)).broken {
		line.Undecodable++
	} else {
		line.Decoded++
	}
}

func (c *coverer) mailbox(line *Coverage, o *object) {
	line.Found++
	switch {
	case o.mailboxState == Present:
		c.count(line, o.mailboxSD)
	case c.noMailboxSD(o):
		line.Absent++
	default:
		c.unknown(line, o, o.mailboxState, acl.GUIDMailboxSDAttribute)
	}
}

// unknown counts a value of which nothing is known, and whether that is because
// a global catalog was asked, which does not hold it.
func (c *coverer) unknown(line *Coverage, o *object, state ReadState, attr acl.GUID) {
	line.Unknown++
	if state == Missing && !c.held(o, attr) {
		c.elsewhere[line]++
	}
}

// held reports whether whoever was asked about an object holds an attribute: a
// domain controller does, a global catalog some, and of members those of
// universal groups only (MS-ADTS 3.1.1.1.9).
func (c *coverer) held(o *object, attr acl.GUID) bool {
	if !o.is(flagCatalog) {
		return true
	}
	return c.s.facts.schema[attr].Catalog && (attr != guidMember || o.is(flagUniversal))
}

// noMailboxSD reports that there is no mailbox ACL, as far as that can be shown.
func (c *coverer) noMailboxSD(o *object) bool {
	return o.mailboxState == Missing && c.mayRead(o, acl.GUIDMailboxSDAttribute, acl.GUIDExchangeInformation)
}

// noDelegates reports that publicDelegates is empty, as far as that can be shown.
func (c *coverer) noDelegates(o *object) bool {
	return o.delegState == Missing && c.mayRead(o, acl.GUIDPublicDelegatesAttribute, acl.GUIDPersonalInformation)
}

// unread reports that a descriptor did not come, or is damaged.
func (s *Snapshot) unread(state ReadState, d descID) bool {
	return state != Present || s.descs.at(uint32(d)).broken
}

// markUnread marks the cells of a recipient whose list was not read: nothing
// seen is not nothing there.
func (l *lister) markUnread(o *object, t *Totals) {
	s := l.snap
	mailbox := o.mailboxLike() || s.typeName(o) == UnknownType
	t.Forward[familyMailbox].Unread = mailbox && s.unread(o.mailboxState, o.mailboxSD) && !l.reads.noMailboxSD(o)
	t.Forward[familySend].Unread = s.unread(o.secState, o.security)
	t.Forward[familyBehalf].Unread = o.is(flagDelegatesPartial) || o.delegState != Present && !l.reads.noDelegates(o)
}

// security: every object has an nTSecurityDescriptor, so one that did not come
// is unreadable ([MS-ADTS] 3.1.1.3.4.1.11).
func (c *coverer) security(line *Coverage, o *object) {
	line.Found++
	switch o.secState {
	case Present:
		c.count(line, o.security)
	case Missing:
		line.Unreadable++
	default:
		line.Unknown++
	}
}

func (c *coverer) delegates(line *Coverage, o *object) {
	line.Found++
	switch {
	case o.is(flagDelegatesPartial):
		line.Unreadable++
	case o.delegates.n > 0:
		line.Decoded++
	case c.noDelegates(o):
		line.Absent++
	default:
		c.unknown(line, o, o.delegState, acl.GUIDPublicDelegatesAttribute)
	}
}

func (c *coverer) group(line *Coverage, o *object) {
	line.Found++
	switch {
	case o.is(flagMembersPartial):
		line.Unreadable++
	case o.members.n > 0:
		line.Decoded++
	case o.memberState == Missing && c.mayRead(o, guidMember, acl.GUID{}):
		line.Absent++
	default:
		c.unknown(line, o, o.memberState, guidMember)
	}
}

// trustees counts the SIDs that ACEs name: who was found, who nobody is any
// more, and who could not be found out.
func (c *coverer) trustees(line *Coverage) {
	for id := uint32(1); id < c.s.bySID.len(); id++ {
		if !c.s.bySID.at(id).named {
			continue
		}
		line.Found++
		switch c.s.partyKind(sidID(id)) {
		case KindOrphan:
			line.Absent++
		case KindUnresolved:
			line.Unknown++
		default:
			line.Decoded++
		}
	}
}

// mayRead reports whether the bound account is shown to be allowed to read an
// attribute: its token against the object's descriptor ([MS-ADTS] 5.1.3.3.3).
// Without a token or a descriptor nothing is shown, nor by a condition.
func (c *coverer) mayRead(o *object, attr, set acl.GUID) bool {
	token, domain := c.tokenFor(o)
	if token.Len() == 0 || !c.held(o, attr) || o.security == 0 || c.s.descs.at(uint32(o.security)).broken {
		return false
	}
	if n, ok := c.s.facts.schema[attr]; ok {
		set = n.PropertySet
	}
	key := readKey{desc: o.security, attr: attr, in: domain}
	self := c.s.sidOf(o.sid)
	if token.HasSID(self) {
		key.self = o.sid
	} else {
		self = acl.SID{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	may, known := c.readable[key]
	if !known {
		d, err := acl.Parse(c.s.descriptor(o.security))
		allowed, conditional := acl.CanReadAttribute(d, token, self, attr, set)
		may = err == nil && allowed && !conditional
		c.readable[key] = may
	}
	return may
}
