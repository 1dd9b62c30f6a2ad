package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Card is what is known of one name: of an account, a store, a container, or a
// SID that nobody holds. Empty fields are not known, or say nothing here.
type Card struct {
	model.Principal
	Display   string
	GUID      acl.GUID
	Class     string           // of the object in the directory: "user", "group", "store"
	Type      string           // recipient type, or the kind of store or container
	From      string           // where the name comes from, in words
	Protected bool             // adminCount: AdminSDHolder stamps its ACL ([MS-ADTS] 3.1.1.6.1)
	In        model.DomainInfo // the domain it is in
	Master    *model.Principal // who owns a linked mailbox (msExchMasterAccountSid)
	Former    []acl.SID        // sIDHistory
	Store     string           // the store a mailbox is in
	StoreDN   string
	Server    string // of the mailbox or the store
	Exchange  string // release and build of that server
	Authority string // of the mailbox ACL
	// SenderAuth says whether another recipient takes messages of authenticated senders alone; see [grant.SenderAuth].
	SenderAuth string
	Trust      string // how far the directory can be trusted about it, in a sentence
	// Connector is what the directory says of a receive connector.
	Connector []Detail
	Lists     []ListState
	Groups    []Membership
}

// ListState says what became of one list of an object.
type ListState struct {
	Attribute string
	State     string // "read", or why not, in words
	Values    int
	// Changed says when the attribute last changed, on which domain controller and in
	// which version, as far as replication metadata tells; empty where it does not.
	Changed string
}

// Membership is a group that somebody is in.
type Membership struct {
	Group   model.Principal
	Through string // the group between, for who is in it by nesting
	Note    string // what is unusual about it
	Changed string // when the value of member last changed; empty where that is not known, and for who is in it by nesting
}

// LineCard describes who or what a line of the grid of totals is: of an entry
// of a container, the trustee.
func LineCard(s *model.Snapshot, key LineKey) Card {
	k := key.find(s)
	if k.obj != 0 && !k.isRow() {
		return ObjectCard(s, k.obj)
	}
	return PartyCard(s, k.party)
}

// TargetCard describes a row's target.
func TargetCard(s *model.Snapshot, r grant.Ref) Card { return ObjectCard(s, r.Obj) }

// TrusteeCard describes a row's trustee.
func TrusteeCard(s *model.Snapshot, r grant.Ref) Card {
	return PartyCard(s, grant.TrusteeOf(s, r, grant.ACEOf(s, r)))
}

// ObjectCard describes an object as a target.
func ObjectCard(s *model.Snapshot, id model.ObjectID) Card {
	o := s.Record(id)
	c := Card{Principal: s.TargetPrincipal(o), From: "its object in the directory"}
	fillCard(s, &c, o, s.TrusteeOf(o.DN))
	if x := door.ConnectorOf(s, id); x != nil {
		c.Kind, c.Type, c.Connector = "", "Receive-Connector", connectorCard(s, x)
	}
	return c
}

// PartyCard describes whom entries name, with where its name comes from.
func PartyCard(s *model.Snapshot, p model.TrusteeID) Card {
	c := Card{Principal: s.Principal(p)}
	id := s.TrusteeRecordID(p)
	c.From = nameSource(s, p, id, &c.Principal)
	if id != 0 {
		fillCard(s, &c, s.Record(id), p)
	} else {
		c.In = domainInfo(s, c.SID, 0)
		c.Groups = memberships(s, p)
	}
	return c
}

// nameSource says where the name of a party comes from.
func nameSource(s *model.Snapshot, p model.TrusteeID, id model.ObjectID, who *model.Principal) string {
	switch {
	case p.DN() != 0 && id == 0:
		return "a link value; the object was not read"
	case who.Kind == model.KindWellKnown:
		return "the table of well-known SIDs ([MS-DTYP] 2.4.2.4)"
	case id != 0 && s.Record(id).Class == model.ClassForeign && who.Label.String() == model.FromForeign:
		return "its foreign security principal, which has no name but the SID"
	case len(who.Label) > 0:
		return who.Label.String()
	case id != 0:
		return "its object in the directory"
	case who.Kind == model.KindOrphan:
		return "nowhere: the directory was asked for this SID, and nobody holds it"
	case who.Kind == model.KindForeign:
		return "nowhere: the SID's domain is none of this forest"
	}
	return "nowhere: who holds the SID could not be found out"
}

var classWords = map[model.Class]string{
	model.ClassUser: "user", model.ClassService: "managed service account", model.ClassComputer: "computer", model.ClassGroup: "group",
	model.ClassContact: "contact", model.ClassForeign: "foreign security principal", model.ClassStore: "mailbox store", model.ClassPublic: "public store",
	model.ClassDynamic: "dynamic group", model.ClassFolder: "public folder",
	model.ClassServer: "Exchange server", model.ClassContainer: "container", model.ClassDomain: "domain",
}

func fillCard(s *model.Snapshot, c *Card, o *model.Record, p model.TrusteeID) {
	c.Display, c.GUID = string(s.DisplayOf(o)), o.GUID
	c.Class, c.Type = classWords[o.Class], s.TypeName(o)
	if o.Class == model.ClassGroup && o.Is(model.FlagDistribution) {
		c.Class = "distribution group"
	}
	c.Protected = o.Is(model.FlagAdminCount)
	c.SenderAuth = grant.SenderAuth(s, o)
	c.In = domainInfo(s, c.SID, o.DN)
	if o.Master != 0 {
		master := s.Principal(model.TrusteeOfSID(o.Master))
		c.Master = &master
	}
	if id := s.At(o.DN); id != 0 {
		for _, f := range member.FormerSIDs(s)[id] {
			c.Former = append(c.Former, s.SIDOf(f))
		}
	}
	server := pool.DN(0)
	switch {
	case o.HasMailbox():
		c.Store, c.StoreDN = s.CN(o.Home), s.DNText(o.Home)
		server = s.HomeServer(o)
		c.Server = cmp.Or(s.CN(server), s.Forest.Servers[o.Server])
		v := s.Forest.Versions[server]
		c.Authority, c.Trust = v.Authority(), v.Trust()
	case o.IsStore():
		server = s.ServerOf(o)
		c.Server = s.CN(server)
	case o.Class == model.ClassServer:
		server = o.DN
	}
	if v := s.Forest.Versions[server]; v != (model.ServerVersion{}) {
		c.Exchange = v.Release() + " (" + v.String() + ")"
	}
	c.Lists = listStates(s, o)
	c.Groups = memberships(s, p)
}

// domainInfo returns the domain of a SID, or else that of a DN.
func domainInfo(s *model.Snapshot, sid acl.SID, dn pool.DN) model.DomainInfo {
	if domain, _, ok := sid.Split(); ok {
		if i, known := s.DomainHeads()[domain]; known {
			return s.Forest.Domains[i]
		}
	}
	if i := s.DomainOf(dn); i >= 0 {
		return s.Forest.Domains[i]
	}
	return model.DomainInfo{}
}

// listStates says of each list that the object has, or could have, what became of it.
func listStates(s *model.Snapshot, o *model.Record) (out []ListState) {
	c, id := coverage.NewReadability(s), s.At(o.DN)
	add := func(attribute string, n uint32, state string) {
		out = append(out, ListState{Attribute: attribute, State: state, Values: int(n), Changed: changedText(s, id, attribute)})
	}
	descriptor := func(d pool.Desc, state model.ReadState, absent string) (uint32, string) {
		switch {
		case state == model.Present && s.Descs.At(uint32(d)).Broken:
			return s.Descs.At(uint32(d)).N, "damaged: what comes before the damage was read"
		case state == model.Present:
			return s.Descs.At(uint32(d)).N, "read"
		}
		return 0, absent
	}
	if o.HasMailbox() || s.TypeName(o) == model.UnknownType {
		absent := "unknown: no value came, and whether the bound account may read one is not shown"
		if c.NoMailboxSD(o) {
			absent = "none: the bound account may read it, and there is no value"
		}
		n, state := descriptor(o.MailboxSD, o.MailboxState, absent)
		add("msExchMailboxSecurityDescriptor", n, state)
	}
	if o.SecurityState != model.NotAsked || o.Recipient != model.NoRecipient || o.IsStore() || o.Is(model.FlagAbove) {
		n, state := descriptor(o.Security, o.SecurityState, "unreadable: every object has one, and it did not come")
		add("nTSecurityDescriptor", n, state)
	}
	if o.Recipient != model.NoRecipient {
		add("publicDelegates", o.Delegates.N, linkState(o.Delegates.N, o.Is(model.FlagDelegatesPartial), c.NoDelegates(o)))
	}
	if o.Target() == model.TargetRecipient {
		out = append(out, linkStates(s, c, o)...)
	}
	if o.Class == model.ClassGroup {
		none := o.MembersState == model.Missing && c.MayRead(o, coverage.GUIDMember, coverage.GUIDMembership)
		add("member", o.Members.N, linkState(o.Members.N, o.Is(model.FlagMembersPartial), none))
	}
	return out
}

// changedText says of an attribute when it last changed. Nobody knows which value or
// entry was meant, and by whom.
func changedText(s *model.Snapshot, id model.ObjectID, attribute string) string {
	for a := range model.StampedCount {
		if a.Name() != attribute {
			continue
		}
		t, told := s.StampOf(id, a)
		switch {
		case t.IsZero() && told:
			return "never"
		case t.IsZero():
			return ""
		}
		text := t.Short() + " UTC on " + cmp.Or(s.ControllerName(t), "a domain controller that is not seen any more")
		return text + ", version " + strconv.FormatUint(uint64(t.Version), 10)
	}
	return ""
}

// linkStates says it of the links that other recipients have.
func linkStates(s *model.Snapshot, c *coverage.Readability, o *model.Record) (out []ListState) {
	id := s.At(o.DN)
	p := s.PostingOf(id)
	var values [model.LinkAttributes]uint32
	for _, n := range s.LinksOf(id) {
		values[s.Links.At(n).Attribute]++
	}
	for a := range model.LinkAttributes {
		if values[a] > 0 || coverage.HasLinks(o, a) {
			none := !coverage.LinkUnread(c, o, p, a)
			out = append(out, ListState{Attribute: a.Name(), State: linkState(values[a], p.Partial(a), none), Values: int(values[a])})
		}
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
func memberships(s *model.Snapshot, p model.TrusteeID) (out []Membership) {
	seen := map[model.TrusteeID]bool{p: true}
	direct := 0
	member.Up(s, p, func(in member.In) bool {
		if seen[in.Party] {
			return true
		}
		seen[in.Party] = true
		m := Membership{Group: s.Principal(in.Party)}
		if in.Through != 0 {
			m.Through = s.Principal(in.Through).Name
		} else {
			direct++
			if id := s.TrusteeRecordID(p); id != 0 && !in.Primary {
				m.Changed = member.Edge{Group: member.Of(s).Groups[in.Group].Id, Member: s.Record(id).DN}.Stamp(s).Short()
			}
		}
		switch id := s.TrusteeRecordID(in.Party); {
		case in.Primary:
			m.Note = "primary group"
		case id != 0 && s.Record(id).Is(model.FlagDistribution):
			m.Note = "distribution group: counts for Send on Behalf only"
		}
		out = append(out, m)
		return true
	})
	byName := func(a, b Membership) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Group.Name), strings.ToLower(b.Group.Name)), strings.Compare(a.Group.DN, b.Group.DN))
	}
	slices.SortFunc(out[:direct], byName)
	slices.SortFunc(out[direct:], byName)
	return out
}
