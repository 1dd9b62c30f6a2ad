package model

import (
	"cmp"
	"slices"
	"strings"

	"mbxperm/acl"
)

// Card is what is known of one name: of an account, a store, a container, or a
// SID that nobody holds. Empty fields are not known, or say nothing here.
type Card struct {
	Principal
	Display   string
	GUID      acl.GUID
	Class     string     // of the object in the directory: "user", "group", "store"
	Type      string     // recipient type, or the kind of store or container
	From      string     // where the name comes from, in words
	Protected bool       // adminCount: AdminSDHolder stamps its ACL ([MS-ADTS] 3.1.1.6.1)
	In        DomainInfo // the domain it is in
	Master    *Principal // who owns a linked mailbox (msExchMasterAccountSid)
	Former    []acl.SID  // sIDHistory
	Store     string     // the store a mailbox is in
	StoreDN   string
	Server    string // of the mailbox or the store
	Exchange  string // release and build of that server
	Authority string // of the mailbox ACL
	Trust     string // how far the directory can be trusted about it, in a sentence
	Lists     []ListState
	Groups    []Membership
}

// ListState says what became of one list of an object.
type ListState struct {
	Attribute string
	State     string // "read", or why not, in words
	Values    int
}

// Membership is a group that somebody is in.
type Membership struct {
	Group   Principal
	Through string // the group between, for who is in it by nesting
	Note    string // what is unusual about it
}

// LineCard describes who or what a line of the grid of totals is: of an entry
// of a container, the trustee.
func (s *Snapshot) LineCard(k LineKey) Card {
	if k.obj != 0 && k.pos == 0 {
		return s.objectCard(k.obj)
	}
	return s.partyCard(k.party)
}

// TargetCard describes a row's target.
func (s *Snapshot) TargetCard(r RowRef) Card { return s.objectCard(r.obj) }

// TrusteeCard describes a row's trustee.
func (s *Snapshot) TrusteeCard(r RowRef) Card { return s.partyCard(s.trustee(r, s.aceOf(r))) }

func (s *Snapshot) objectCard(id objID) Card {
	o := s.object(id)
	c := Card{Principal: s.targetPrincipal(o), From: "its object in the directory"}
	s.fillCard(&c, o, s.party(o.dn))
	return c
}

func (s *Snapshot) partyCard(p Party) Card {
	c := Card{Principal: s.Principal(p)}
	id := s.partyObject(p)
	c.From = s.nameSource(p, id, &c.Principal)
	if id != 0 {
		s.fillCard(&c, s.object(id), p)
	} else {
		c.In = s.domainInfo(c.SID, 0)
		c.Groups = s.memberships(p)
	}
	return c
}

// nameSource says where the name of a party comes from.
func (s *Snapshot) nameSource(p Party, id objID, who *Principal) string {
	switch {
	case p.dn() != 0 && id == 0:
		return "a link value; the object was not read"
	case who.Kind == KindWellKnown:
		return "the table of well-known SIDs ([MS-DTYP] 2.4.2.4)"
	case id != 0 && s.object(id).class == ClassForeign && who.Label.String() == fromForeign:
		return "its foreign security principal, which has no name but the SID"
	case len(who.Label) > 0:
		return who.Label.String()
	case id != 0:
		return "its object in the directory"
	case who.Kind == KindOrphan:
		return "nowhere: the directory was asked for this SID, and nobody holds it"
	case who.Kind == KindForeign:
		return "nowhere: the SID's domain is none of this forest"
	}
	return "nowhere: who holds the SID could not be found out"
}

var classWords = map[Class]string{
	ClassUser: "user", ClassService: "managed service account", ClassComputer: "computer", ClassGroup: "group",
	ClassContact: "contact", ClassForeign: "foreign security principal", ClassStore: "mailbox store", ClassPublic: "public store",
	ClassServer: "Exchange server", ClassContainer: "container", ClassDomain: "domain",
}

func (s *Snapshot) fillCard(c *Card, o *object, p Party) {
	c.Display, c.GUID = s.texts.text(o.display), o.guid
	c.Class, c.Type = classWords[o.class], s.typeName(o)
	if o.class == ClassGroup && o.is(flagDistribution) {
		c.Class = "distribution group"
	}
	c.Protected = o.is(flagAdminCount)
	c.In = s.domainInfo(c.SID, o.dn)
	if o.master != 0 {
		master := s.Principal(partyOfSID(o.master))
		c.Master = &master
	}
	if id := s.at(o.dn); id != 0 {
		for _, f := range s.formerSIDs()[id] {
			c.Former = append(c.Former, s.sidOf(f))
		}
	}
	server := dnID(0)
	switch {
	case o.mailboxLike():
		c.Store, c.StoreDN = s.cn(o.home), s.dnText(o.home)
		server = s.homeServer(o)
		c.Server = cmp.Or(s.cn(server), s.facts.servers[o.server])
		v := s.facts.versions[server]
		c.Authority, c.Trust = v.Authority(), v.Trust()
	case o.store():
		server = s.serverOf(o)
		c.Server = s.cn(server)
	case o.class == ClassServer:
		server = o.dn
	}
	if v := s.facts.versions[server]; v != (ServerVersion{}) {
		c.Exchange = v.Release() + " (" + v.String() + ")"
	}
	c.Lists = s.listStates(o)
	c.Groups = s.memberships(p)
}

// domainInfo returns the domain of a SID, or else that of a DN.
func (s *Snapshot) domainInfo(sid acl.SID, dn dnID) DomainInfo {
	if domain, _, ok := sid.Split(); ok {
		if i, known := s.domainHeads()[domain]; known {
			return s.facts.domains[i]
		}
	}
	if i := s.domainOf(dn); i >= 0 {
		return s.facts.domains[i]
	}
	return DomainInfo{}
}

// listStates says of each list that the object has, or could have, what became of it.
func (s *Snapshot) listStates(o *object) (out []ListState) {
	c := newCoverer(s)
	add := func(attribute string, n uint32, state string) {
		out = append(out, ListState{Attribute: attribute, State: state, Values: int(n)})
	}
	descriptor := func(d descID, state ReadState, absent string) (uint32, string) {
		switch {
		case state == Present && s.descs.at(uint32(d)).broken:
			return s.descs.at(uint32(d)).n, "damaged: what comes before the damage was read"
		case state == Present:
			return s.descs.at(uint32(d)).n, "read"
		}
		return 0, absent
	}
	if o.mailboxLike() || s.typeName(o) == UnknownType {
		absent := "unknown: no value came, and whether the bound account may read one is not shown"
		if c.noMailboxSD(o) {
			absent = "none: the bound account may read it, and there is no value"
		}
		n, state := descriptor(o.mailboxSD, o.mailboxState, absent)
		add("msExchMailboxSecurityDescriptor", n, state)
	}
	if o.secState != NotAsked || o.recipient != NoRecipient || o.store() || o.is(flagAbove) {
		n, state := descriptor(o.security, o.secState, "unreadable: every object has one, and it did not come")
		add("nTSecurityDescriptor", n, state)
	}
	if o.recipient != NoRecipient {
		add("publicDelegates", o.delegates.n, linkState(o.delegates.n, o.is(flagDelegatesPartial), c.noDelegates(o)))
	}
	if o.class == ClassGroup {
		none := o.memberState == Missing && c.mayRead(o, guidMember, acl.GUID{})
		add("member", o.members.n, linkState(o.members.n, o.is(flagMembersPartial), none))
	}
	return out
}

func linkState(n uint32, partial, none bool) string {
	switch {
	case partial:
		return "not read to its end"
	case n > 0:
		return "read"
	case none:
		return "none: the bound account may read it, and there is no value"
	}
	return "unknown: no value came, and whether the bound account may read one is not shown"
}

// memberships lists the groups that a party is in: first those that name it and
// its primary group, then those by nesting, each once and by name. Everyone and
// Authenticated Users are left out.
func (s *Snapshot) memberships(p Party) (out []Membership) {
	up := s.memberOf()
	seen := map[Party]bool{p: true}
	type step struct {
		party   Party
		through string
	}
	next := []step{{p, ""}}
	primary := s.primaryGroup(p)
	direct := 0
	for i := 0; i < len(next); i++ {
		if i == 1 {
			direct = len(out)
		}
		var groups []Party
		for _, n := range s.groupsOf(next[i].party) {
			groups = append(groups, up.groups[n].party)
		}
		if i == 0 && primary != 0 {
			groups = append([]Party{primary}, groups...)
		}
		for _, g := range groups {
			if seen[g] {
				continue
			}
			seen[g] = true
			m := Membership{Group: s.Principal(g)}
			if i > 0 {
				m.Through = next[i].through
			}
			switch id := s.partyObject(g); {
			case i == 0 && g == primary:
				m.Note = "primary group"
			case id != 0 && s.object(id).is(flagDistribution):
				m.Note = "distribution group: counts for Send on Behalf only"
			}
			out = append(out, m)
			next = append(next, step{g, m.Group.Name})
		}
	}
	if len(next) == 1 || direct == 0 {
		direct = len(out)
	}
	byName := func(a, b Membership) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Group.Name), strings.ToLower(b.Group.Name)), strings.Compare(a.Group.DN, b.Group.DN))
	}
	slices.SortFunc(out[:direct], byName)
	slices.SortFunc(out[direct:], byName)
	return out
}
