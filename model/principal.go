package model

import (
	"fmt"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
)

// Where the name of a SID comes from, where it is not simply that of the
// account that holds it. The words before a name are the same in every
// directory.
const (
	fromHistory   = "from sIDHistory of "
	fromMaster    = "linked account of " // msExchMasterAccountSid
	FromForeign   = "foreign security principal"
	fromTombstone = "deleted; tombstone of "
)

// tombstone is what a deleted object says of its end ([MS-ADTS] 3.1.1.5.5).
type tombstone struct {
	changed time.Time // the deletion is the last change that a tombstone sees; zero where it was not read
	parent  pool.DN   // lastKnownParent
}

// nameFrom says where the name of a party comes from; nil for an account that
// holds the SID. id is the object that stands for the party, or 0.
func (s *Snapshot) nameFrom(p TrusteeID, id ObjectID) Phrase {
	sid := p.SID()
	if id != 0 && sid != 0 && s.SIDInfo(sid).Holder == 0 {
		out := Phrase{{PartWord, fromHistory}, {PartName, s.ObjectName(s.Record(id))}}
		if all := s.FormerHolders(sid); len(all) > 1 {
			out = append(out, Part{PartWord, " and of "}, Part{PartName, s.ObjectName(s.Record(all[1]))})
			if n := len(all) - 2; n > 0 {
				out = append(out, Part{PartWord, fmt.Sprintf(" and %d more", n)})
			}
		}
		return out
	}
	if also := sharedSIDsOf.Of(s).now[sid]; id != 0 && len(also) > 0 && !s.Record(id).standsFor() && !s.Record(also[0]).standsFor() {
		out := Phrase{{PartWord, "the same SID has "}, {PartDN, s.DNText(s.Record(also[0]).DN)}}
		if n := len(also) - 1; n > 0 {
			out = append(out, Part{PartWord, fmt.Sprintf(" and %d more", n)})
		}
		return out
	}
	if id != 0 && s.Record(id).Is(FlagDeleted) {
		return s.epitaph(id)
	}
	if id != 0 && s.Record(id).Class != ClassForeign {
		return nil
	}
	if owned := s.SIDInfo(sid).linked; owned != 0 {
		return Phrase{{PartWord, fromMaster}, {PartName, s.ObjectName(s.Record(owned))}}
	}
	if id != 0 {
		return Said(FromForeign)
	}
	return nil
}

// epitaph says when an account was deleted and where it was.
func (s *Snapshot) epitaph(id ObjectID) Phrase {
	t := s.Forest.tombstones[id]
	when := "unknown date"
	if !t.changed.IsZero() {
		when = t.changed.UTC().Format(time.DateOnly)
	}
	out := Said(fromTombstone + when)
	if t.parent != 0 {
		out = append(out, Part{PartWord, ", was in "}, Part{PartDN, s.DNText(t.parent)})
	}
	return out
}

// shortSID leaves out the middle of an account's SID: what tells two apart is
// the end.
func shortSID(s string) string {
	const account = "S-1-5-21-"
	parts := strings.Split(s, "-")
	if !strings.HasPrefix(s, account) || len(parts) < 8 {
		return s
	}
	return account + "…-" + parts[len(parts)-1]
}

// PrincipalText is a name with what sets it apart: the domain where it is not
// the only one, and what is wrong with the account.
func PrincipalText(p Principal) string {
	if !p.SID.IsZero() && p.Name == p.SID.String() {
		p.Name = shortSID(p.Name)
	}
	if p.Qualified {
		p.Name = p.Domain + `\` + p.Name
	}
	if len(p.Label) > 0 && p.Label[0].Text == fromMaster {
		return p.Name + " (" + p.Label.String() + ")"
	}
	switch p.Kind {
	case KindOrphan, KindDeleted, KindForeign, KindUnresolved:
		return p.Name + " (" + p.Kind + ")"
	}
	switch p.State {
	case "disabled", "former SID":
		return p.Name + " (" + p.State + ")"
	}
	return p.Name
}

// TargetPrincipal describes an object by itself, not by a SID that names it.
func (s *Snapshot) TargetPrincipal(o *Record) Principal {
	p := Principal{
		Name: s.ObjectName(o), SID: s.SIDOf(o.SID), GUID: o.GUID, DN: s.DNText(o.DN), Kind: s.KindOf(o), State: AccountState(o),
	}
	s.qualify(&p, o)
	return p
}

// TypeName is the recipient type, or what kind of store or container it is.
func (s *Snapshot) TypeName(o *Record) string {
	switch {
	case o.Class == ClassStore:
		return "Mailbox-Store"
	case o.Class == ClassPublic:
		return "Public-Store"
	case o.Class == ClassServer:
		return "Server"
	case o.Recipient != NoRecipient:
		return s.Forest.types[o.TypeNumber]
	case o.Is(FlagAbove):
		return "Container"
	}
	return ""
}

// TrusteeID is who a row is about on the trustee's side: a SID, or, for a link
// value, a DN whose object has none (a contact) or was not read.
type TrusteeID uint32

const trusteeDN TrusteeID = 1 << 31

// TrusteeOfSID is the trustee that entries name by a SID; none for none.
func TrusteeOfSID(id pool.SID) TrusteeID { return TrusteeID(id) }

// TrusteeOfDN is the trustee that goes by its name, for lack of a SID.
func TrusteeOfDN(id pool.DN) TrusteeID { return TrusteeID(id) | trusteeDN }

// SID is the SID of a trustee; 0 where it goes by its name.
func (p TrusteeID) SID() pool.SID {
	if p&trusteeDN != 0 {
		return 0
	}
	return pool.SID(p)
}

// DN is the name of a trustee that goes by it; else 0.
func (p TrusteeID) DN() pool.DN {
	if p&trusteeDN == 0 {
		return 0
	}
	return pool.DN(p &^ trusteeDN)
}

// TrusteeOf returns who a DN names: by its SID where that is known.
func (s *Snapshot) TrusteeOf(dn pool.DN) TrusteeID {
	if id := s.At(dn); id != 0 {
		if sid := s.Record(id).SID; sid != 0 {
			return TrusteeOfSID(sid)
		}
	}
	return TrusteeOfDN(dn)
}

// TrusteeRecordID is the object of a trustee; 0 where none was read.
func (s *Snapshot) TrusteeRecordID(p TrusteeID) ObjectID {
	if dn := p.DN(); dn != 0 {
		return s.At(dn)
	}
	return s.Holder(p.SID())
}

// ObjectName is what a target or trustee is called: its sAMAccountName, else
// its cn.
func (s *Snapshot) ObjectName(o *Record) string {
	if o.Account != 0 {
		return s.Texts.Text(o.Account)
	}
	name := s.CN(o.DN)
	if o.Is(FlagDeleted) {
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
	KindPolicy     = "policy" // a role assignment policy, which stands for the accounts that have it
)

// Alias is another account with the SID of a [Principal].
type Alias struct {
	Name, Domain string // as those of a Principal
	DN           string
	GUID         acl.GUID
}

// Principal is a trustee or an account as it is shown.
type Principal struct {
	Name   string   // bare sAMAccountName; else the cn, the well-known name or the SID
	Domain string   // NetBIOS name; empty where none is known
	SID    acl.SID  // zero for an object without one
	GUID   acl.GUID // the objectGUID; zero where none is known
	DN     string
	Kind   string
	State  string // "enabled", "disabled", "deleted", "former SID" ; empty where nothing is known
	// Label says where the name comes from, where it is not that of the account
	// that holds the SID: "from sIDHistory of anna.keller", "linked account of
	// carla.novak", "foreign security principal", "deleted; tombstone of 2024-03-04,
	// was in OU=…".
	Label Phrase
	// Also names the other accounts that have the same SID, now or in their
	// sIDHistory: its rights are theirs too.
	Also []Alias
	// Qualified: accounts of several domains are known, so the name alone is
	// not enough.
	Qualified bool
}

// Principal says who a party is.
func (s *Snapshot) Principal(p TrusteeID) Principal {
	sid := s.SIDOf(p.SID())
	id := s.TrusteeRecordID(p)
	if id == 0 {
		return s.stranger(p, sid)
	}
	o := s.Record(id)
	out := Principal{Name: s.ObjectName(o), SID: sid, GUID: o.GUID, DN: s.DNText(o.DN), Kind: s.KindOf(o), State: AccountState(o)}
	if name, ok := acl.WellKnownName(sid); ok {
		out.Kind, out.Name = KindWellKnown, name
	} else if o.Class == ClassForeign {
		// A foreign security principal has no name but its SID; ask the SID.
		out.Name = s.stranger(TrusteeOfSID(o.SID), s.SIDOf(o.SID)).Name
	}
	if s.SIDInfo(p.SID()).Holder == 0 && p.SID() != 0 {
		out.State = "former SID"
	}
	if out.Kind != KindWellKnown {
		out.Label = s.nameFrom(p, id)
	}
	s.qualify(&out, o)
	out.Also = s.alsoHolding(p, id)
	return out
}

// alsoHolding names who else holds the SID of a party, or held it.
func (s *Snapshot) alsoHolding(p TrusteeID, id ObjectID) (out []Alias) {
	sid := p.SID()
	if sid == 0 || s.SIDInfo(sid).Former == 0 && !s.IsShared(sid) {
		return nil
	}
	for _, other := range append(s.Holders(sid), s.FormerHolders(sid)...) {
		o := s.Record(other)
		if other != id && !o.standsFor() {
			out = append(out, Alias{Name: s.ObjectName(o), Domain: s.DomainName(s.SIDOf(o.SID), o), DN: s.DNText(o.DN), GUID: o.GUID})
		}
	}
	return out
}

// TrusteeKind is the kind of whoever holds a SID, without making the rest of a
// Principal.
func (s *Snapshot) TrusteeKind(id pool.SID) string {
	sid := s.SIDOf(id)
	if _, ok := acl.WellKnownName(sid); ok {
		return KindWellKnown
	}
	if h := s.Holder(id); h != 0 {
		return s.KindOf(s.Record(h))
	}
	return s.missing(id, sid)
}

// stranger describes a party of which no object is known.
func (s *Snapshot) stranger(p TrusteeID, sid acl.SID) Principal {
	if dn := p.DN(); dn != 0 {
		return Principal{Name: s.CN(dn), DN: s.DNText(dn), Kind: KindUnresolved}
	}
	out := Principal{Name: sid.String(), SID: sid, Kind: s.missing(p.SID(), sid)}
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
func (s *Snapshot) missing(id pool.SID, sid acl.SID) string {
	domain, _, ok := sid.Split()
	if !ok {
		return KindUnresolved
	}
	i, known := s.DomainHeads()[domain]
	if !known {
		// S-1-5-21 is an account domain ([MS-DTYP] 2.4.2.4). Another one than
		// the forest's is foreign, which can be told once all of the forest's
		// are known.
		if s.forestKnown() && strings.HasPrefix(domain.String(), "S-1-5-21-") {
			return KindForeign
		}
		return KindUnresolved
	}
	if s.Forest.Domains[i].Complete && s.SIDInfo(id).missed && !s.UnseenIn(i) {
		return KindOrphan
	}
	return KindUnresolved
}

// qualify names the domain of a principal. The name alone is enough while there
// are accounts of one domain only.
func (s *Snapshot) qualify(p *Principal, o *Record) {
	p.Domain = s.DomainName(p.SID, o)
	if p.Domain == "" {
		return
	}
	domain, _, ok := p.SID.Split()
	p.Qualified = headsOf.Of(s).read > 1 || ok && !s.isRead(domain)
}

// UnseenIn reports whether an object of the domain is referred to (as a member,
// a delegate, the mailbox of a store) that no search delivered, or came without
// its SID. Then the bound account does not see all of the domain, and a SID
// without a holder may belong to what it does not see.
func (s *Snapshot) UnseenIn(domain int) bool { return unseenDomains.Of(s)[domain] }

var unseenDomains = Derive(func(s *Snapshot) map[int]bool {
	unseen := map[int]bool{}
	note := func(dn pool.DN) {
		if s.At(dn) == 0 {
			unseen[s.DomainOf(dn)] = true
		}
	}
	for i := range s.Members.Len() {
		note(*s.Members.At(i))
	}
	for i := range s.Delegates.Len() {
		note(s.Delegates.At(i).Who)
	}
	for i := range s.Stored.Len() {
		note(s.Stored.At(i).Mailbox)
	}
	for i := range s.Links.Len() {
		note(s.Links.At(i).Who)
	}
	for _, f := range s.Forwards() {
		if f.To != 0 {
			note(f.To)
		}
	}
	for i := range s.Automaps.Len() {
		note(s.Automaps.At(i).Who)
	}
	// An account whose SID may not be read can be the holder of any.
	for id := uint32(1); id < s.Objects.Len(); id++ {
		if o := s.Objects.At(id); o.SID == 0 && o.IsPrincipal() {
			unseen[s.DomainOf(o.DN)] = true
		}
	}
	return unseen
}).Outlives(Memberships | Lists)

// KindOf is the kind of an object as field kind says it, by what it is itself: for
// that of a SID see TrusteeKind.
func (s *Snapshot) KindOf(o *Record) string {
	switch {
	case o.Is(FlagDeleted):
		return KindDeleted
	case o.HasMailbox():
		return KindMailbox
	case o.Class == ClassGroup:
		return KindGroup
	case o.Recipient == OtherRecipient:
		return KindOther
	case o.Class == ClassForeign:
		return KindForeign
	case o.Class == ClassService:
		return KindService
	case o.Class == ClassComputer:
		return KindComputer
	case o.Class == ClassUser:
		return KindUser
	case o.Class == ClassPolicy:
		return KindPolicy
	}
	return KindUnresolved
}

// AccountState says in a word whether an account is enabled, disabled or deleted;
// nothing for what is none.
func AccountState(o *Record) string {
	switch {
	case o.Is(FlagDeleted):
		return "deleted"
	case o.Is(FlagDisabled):
		return "disabled"
	case o.Class == ClassUser || o.Class == ClassComputer || o.Class == ClassService:
		return "enabled"
	}
	return ""
}
