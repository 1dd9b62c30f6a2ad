package model

import (
	"bytes"
	"strings"

	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Placing is what an account says of where its mailbox is, and under which names
// that is known elsewhere. A second one adds to the first.
type Placing struct {
	Display      int32 // msExchRecipientDisplayType
	DisplayState ReadState
	Remote       int32 // msExchRemoteRecipientType: bits
	RemoteState  ReadState
	Routing      string // domain of targetAddress, in lower case
	RoutingState ReadState

	// UPN is the userPrincipalName, PrimarySMTP the address in proxyAddresses whose
	// SMTP is in capitals. Nobody keeps them: [Snapshot.MailNames] has the texts.
	UPN, PrimarySMTP []byte

	Automapped     []string // DNs: msExchDelegateListLink
	AutomapState   ReadState
	AutomapPartial bool
}

// IsZero reports whether it says nothing.
func (p *Placing) IsZero() bool {
	return p.DisplayState == NotAsked && p.RemoteState == NotAsked && p.RoutingState == NotAsked && p.AutomapState == NotAsked &&
		len(p.UPN) == 0 && len(p.PrimarySMTP) == 0
}

// Automap is one value of msExchDelegateListLink: Outlook opens the target by
// itself for whom it names.
type Automap struct {
	Target ObjectID
	Who    pool.DN
}

// placed is what many accounts say alike: a million say the same few things. It
// is kept once for all of them.
type placed struct {
	display, remote int32
	states          [placedStates]ReadState
	partial         bool
	routing         table.TextID
	upn, smtp       mailName
}

// The attributes whose state is kept.
const (
	placedDisplay = iota
	placedRemote
	placedRouting
	placedAutomap
	placedStates
)

// mailName is the part of a name@domain that many have in common.
type mailName struct {
	form   nameForm
	domain table.TextID
}

// nameForm says how a name is kept.
type nameForm uint8

const (
	noName    nameForm = iota
	asAccount          // the sAMAccountName before the @
	ownLocal           // another text before the @, see Writer.localOf
	ownWhole           // there is no @
)

// locals are the texts of one account that are no other's.
type locals struct{ upn, smtp table.TextID }

// placings is the part of a Writer that keeps them.
type placings struct {
	of       table.Table[uint32] // by ObjectID: number in list; 0 is none
	list     table.Table[placed]
	numbers  map[placed]uint32
	localOf  table.Table[locals] // by ObjectID, as far as somebody needs one
	automaps table.Table[Automap]
	mapped   map[Automap]bool // of objects of which several entries tell
	domains  map[string]table.TextID
}

// mostDomains bounds what is found again of the texts that accounts share.
const mostDomains = 1 << 12

func (p *placings) shared(texts *table.Arena, text []byte) table.TextID {
	if id, ok := p.domains[string(text)]; ok {
		return id
	}
	own := string(text)
	id := texts.Add(own)
	if p.domains == nil {
		p.domains = map[string]table.TextID{"": 0}
	}
	if len(p.domains) < mostDomains {
		p.domains[own] = id
	}
	return id
}

// place takes what an entry says of an account.
func (p *placings) place(dns *pool.Pool, id ObjectID, account []byte, in *Placing) {
	p.of.Grow(uint32(id) + 1)
	if p.list.Len() == 0 {
		p.list.Add(placed{})
		p.numbers = map[placed]uint32{}
	}
	n := *p.of.At(uint32(id))
	rec := *p.list.At(n)
	for i, state := range [...]ReadState{in.DisplayState, in.RemoteState, in.RoutingState, in.AutomapState} {
		rec.states[i] = rec.states[i].and(state)
	}
	if in.DisplayState == Present {
		rec.display = in.Display
	}
	if in.RemoteState == Present {
		rec.remote = in.Remote
	}
	if in.RoutingState == Present {
		rec.routing = p.shared(&dns.Texts, []byte(in.Routing))
	}
	rec.partial = rec.partial || in.AutomapPartial
	p.name(dns, id, account, in.UPN, &rec.upn, func(l *locals) *table.TextID { return &l.upn })
	p.name(dns, id, account, in.PrimarySMTP, &rec.smtp, func(l *locals) *table.TextID { return &l.smtp })
	p.automap(dns, id, in.Automapped, n != 0)
	number, ok := p.numbers[rec]
	if !ok {
		number = p.list.Add(rec)
		p.numbers[rec] = number
	}
	*p.of.Edit(uint32(id)) = number
}

// name keeps a name: the text before the @ apart, unless it is that of the
// account.
func (p *placings) name(dns *pool.Pool, id ObjectID, account, name []byte, to *mailName, at func(*locals) *table.TextID) {
	if len(name) == 0 {
		return
	}
	local, domain, ok := bytes.Cut(name, []byte{'@'})
	switch {
	case !ok:
		*to = mailName{form: ownWhole}
	case bytes.Equal(local, account) && len(account) > 0:
		*to = mailName{asAccount, p.shared(&dns.Texts, domain)}
		return
	default:
		*to = mailName{ownLocal, p.shared(&dns.Texts, domain)}
	}
	p.localOf.Grow(uint32(id) + 1)
	*at(p.localOf.Edit(uint32(id))) = dns.Texts.Add(string(local))
}

// automap adds values, unless an earlier entry of the same object gave them.
func (p *placings) automap(dns *pool.Pool, id ObjectID, names []string, again bool) {
	for _, name := range names {
		a := Automap{id, dns.DN(name)}
		if again {
			if p.mapped == nil {
				p.mapped = map[Automap]bool{}
				for i := range p.automaps.Len() {
					p.mapped[*p.automaps.At(i)] = true
				}
			}
		}
		if p.mapped != nil {
			if p.mapped[a] {
				continue
			}
			p.mapped[a] = true
		}
		p.automaps.Add(a)
	}
}

// placingViews are what a Snapshot has of them.
type placingViews struct {
	of      table.View[uint32]
	list    table.View[placed]
	localOf table.View[locals]
}

func (p *placings) publish() placingViews {
	return placingViews{p.of.Publish(), p.list.Publish(), p.localOf.Publish()}
}

// PlacingOf returns what an account says of where its mailbox is; nothing of what
// is none. Whom it is opened for by itself says [Snapshot.AutomappedTo].
func (s *Snapshot) PlacingOf(id ObjectID) (out Placing) {
	if uint32(id) >= s.placings.of.Len() || s.placings.list.Len() == 0 {
		return out
	}
	rec := s.placings.list.At(*s.placings.of.At(uint32(id)))
	return Placing{
		Display: rec.display, DisplayState: rec.states[placedDisplay],
		Remote: rec.remote, RemoteState: rec.states[placedRemote],
		Routing: s.Texts.Text(rec.routing), RoutingState: rec.states[placedRouting],
		AutomapState: rec.states[placedAutomap], AutomapPartial: rec.partial,
	}
}

// MailNames returns the userPrincipalName and the primary SMTP address of an
// account; empty where they did not come.
func (s *Snapshot) MailNames(id ObjectID) (upn, smtp string) {
	if uint32(id) >= s.placings.of.Len() || s.placings.list.Len() == 0 {
		return "", ""
	}
	rec := s.placings.list.At(*s.placings.of.At(uint32(id)))
	var own locals
	if uint32(id) < s.placings.localOf.Len() {
		own = *s.placings.localOf.At(uint32(id))
	}
	return s.mailName(id, rec.upn, own.upn), s.mailName(id, rec.smtp, own.smtp)
}

func (s *Snapshot) mailName(id ObjectID, n mailName, local table.TextID) string {
	switch n.form {
	case asAccount:
		return s.Texts.Text(s.Record(id).Account) + "@" + s.Texts.Text(n.domain)
	case ownLocal:
		return s.Texts.Text(local) + "@" + s.Texts.Text(n.domain)
	case ownWhole:
		return s.Texts.Text(local)
	}
	return ""
}

// AutomappedTo reports whether Outlook opens a mailbox by itself for somebody.
func (s *Snapshot) AutomappedTo(mailbox ObjectID, who pool.DN) bool {
	return automapped.Of(s)[Automap{mailbox, who}]
}

var automapped = Derive(func(s *Snapshot) map[Automap]bool {
	out := make(map[Automap]bool, s.Automaps.Len())
	for i := range s.Automaps.Len() {
		out[*s.Automaps.At(i)] = true
	}
	return out
}).Outlives(Memberships | Lists)

// Premises say where the mailbox of a recipient is.
type Premises uint8

// The premises. What has no mailbox of its own, such as a group, is on none.
const (
	NoPremises Premises = iota
	OnPrem              // in this organisation
	Remote              // in Exchange Online
	UnknownPremises
)

// String spells them as reports do.
func (p Premises) String() string { return [...]string{"", "onprem", "remote", "unknown"}[p] }

// msExchRemoteRecipientType ([E13] RemoteRecipientType: exchange-facts 3.4).
const (
	remoteProvision   = 1
	remoteMigrated    = 4
	remoteDeprovision = 8
)

// routingDomains are those below which Exchange Online takes mail for its
// mailboxes (learn.microsoft.com, hybrid deployments and national clouds).
var routingDomains = [...]string{"onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "partner.onmschina.cn"}

// PremisesOf says where the mailbox of a recipient is. What Exchange writes as a
// mailbox is here, a type that begins with Remote there (exchange-facts 3.3). Of a
// mail user who was provisioned or migrated to Exchange Online, or whose mail is
// routed there, it is inferred; of any other it is not known, since the directory
// only says where mail goes, not whose it is then.
func (s *Snapshot) PremisesOf(id ObjectID) Premises {
	o := s.Record(id)
	switch {
	case o.Is(FlagDeleted) || o.Recipient == NoRecipient:
		return NoPremises
	case o.HasMailbox() && s.TypeName(o) == UnknownType:
		return UnknownPremises
	case o.HasMailbox():
		return OnPrem
	case strings.HasPrefix(s.TypeName(o), "Remote"):
		return Remote
	case o.Class == ClassContact:
		return UnknownPremises
	case o.Class != ClassUser:
		return NoPremises
	}
	switch p := s.PlacingOf(id); {
	case p.RemoteState == Present && p.Remote&(remoteProvision|remoteMigrated) != 0 && p.Remote&remoteDeprovision == 0,
		isRoutedAway(p.Routing):
		return Remote
	}
	return UnknownPremises
}

func isRoutedAway(domain string) bool {
	for _, d := range routingDomains {
		if strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return false
}

// aclable is the bit of msExchRecipientDisplayType that says that rights can be
// given to somebody: 1073741824 for a mailbox here, -1073741818 for one in
// Exchange Online, against 0 and -2147483642 (exchange-facts 3.4).
const aclable = 0x40000000

// ACLable says whether rights on mailboxes can be given to an account, as far as
// its display type came.
func (p *Placing) ACLable() (yes, known bool) {
	return uint32(p.Display)&aclable != 0, p.DisplayState == Present
}
