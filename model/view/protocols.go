package view

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
)

// ProtocolLine is a line of report protocols: one protocol of one mailbox.
type ProtocolLine struct {
	model.Principal
	Type      string
	Protocol  door.Client
	Access    door.Access
	Expected  string // on, off, unknown; empty where nothing is expected
	Deviation string // on-not-member, member-off, unknown; empty where there is none
	Used      Used
	// LastAccount is who used it last.
	LastAccount string
	Unused      string // yes, no, unknown: on, and not used for so long; empty where nobody asked, or it is not on
	Options     []door.Option
	Raw         []string // values of protocolSettings as they are stored
}

// Used is what the logs tell of a mailbox at a protocol.
type Used struct {
	Last   time.Time
	Client string         // an address
	Who    model.ObjectID // whose logon it was
	N      int            // logons that worked
}

// The deviations.
const (
	OnNotMember = "on-not-member"
	MemberOff   = "member-off"
)

// ProtocolFields are the columns of report protocols.
var ProtocolFields = []model.Field[*ProtocolLine]{
	{Name: "account", First: true, Is: model.ContentTarget, Value: func(l *ProtocolLine) any { return l.Name }},
	{Name: "domain", Is: model.ContentName, Value: func(l *ProtocolLine) any { return l.Domain }},
	{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *ProtocolLine) any { return model.SIDText(l.SID) }},
	{Name: "type", Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Type }},
	{Name: "protocol", First: true, Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Protocol.String() }},
	{Name: "state", First: true, Is: model.ContentStatus, Value: func(l *ProtocolLine) any { return l.Access.State }},
	{Name: "from", Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Access.From }},
	{Name: "expected", Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Expected }},
	{Name: "deviation", First: true, Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Deviation }},
	{Name: "last_used", Is: model.ContentWord, Value: func(l *ProtocolLine) any { return stamp(l.Used.Last) }},
	{Name: "last_client", Is: model.ContentName, Value: func(l *ProtocolLine) any { return l.Used.Client }},
	{Name: "uses", Value: func(l *ProtocolLine) any { return l.Used.N }},
	{Name: "detail", Is: model.ContentSentence, Value: func(l *ProtocolLine) any { return l.Access.Detail }},
	{Name: "remedy", Is: model.ContentSentence, Value: func(l *ProtocolLine) any { return l.Remedy() }},
	{Name: "unused", Is: model.ContentWord, Value: func(l *ProtocolLine) any { return l.Unused }},
	{Name: "last_account", Is: model.ContentTrustee, Value: func(l *ProtocolLine) any { return l.LastAccount }},
}

// Remedy is the line that ends a deviation, as text; empty where there is none.
// It names the mailbox by its GUID, which nobody can choose.
func (l *ProtocolLine) Remedy() string {
	value := map[string]string{OnNotMember: "$false", MemberOff: "$true"}[l.Deviation]
	switch {
	case value == "":
		return ""
	case !l.GUID.IsZero():
		return "Set-CasMailbox -Identity '" + l.GUID.String() + "' -" + l.Protocol.Switch() + " " + value
	case !l.SID.IsZero():
		return "Set-CasMailbox -Identity '" + l.SID.String() + "' -" + l.Protocol.Switch() + " " + value
	}
	return ""
}

// ProtocolQuery asks for protocols of mailboxes.
type ProtocolQuery struct {
	Filter, Release string
	Target          func(*model.Principal) bool
	Protocols       []door.Client // empty for all
	Expect          []Expectation
	Deviating       bool          // only deviations, and what is unused
	System          bool          // system mailboxes too
	Unused          *door.Silence // whether what is on was used in these days; nil where nobody asks
	ByProtocol      bool          // by protocol, not by mailbox
}

// Protocols are the lines that a query asks for. They are made one by one: a
// directory has nine for each mailbox.
type Protocols struct {
	s        *model.Snapshot
	q        ProtocolQuery
	grid     *accessGrid
	expected *expected
	rows     []int32 // as the grid of Client Access numbers them
	System   int     // system mailboxes, which are left out
	Unknown  int     // lines whose state is unknown or ambiguous
	Deviates int     // lines with a deviation
	First    ProtocolLine
}

// ProtocolLines finds the lines of a query, by the name of the mailbox.
func ProtocolLines(ctx context.Context, s *model.Snapshot, q ProtocolQuery) (*Protocols, error) {
	p := &Protocols{s: s, q: q, grid: accessGridOf.Of(s), expected: expectedIn(s, q.Expect)}
	if p.expected.err != nil {
		return nil, p.expected.err
	}
	if len(q.Protocols) == 0 {
		for c := range door.Clients {
			p.q.Protocols = append(p.q.Protocols, c)
		}
	}
	words := Words(q.Filter)
	release := ofRelease(s, q.Release)
	seen := 0
	for id := range p.grid.mailboxes(byNumber(s)) {
		if seen++; seen&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o := s.Record(id)
		if o.Recipient == model.SystemMailbox && !q.System {
			p.System++
			continue
		}
		if !release(o) {
			continue
		}
		for _, c := range p.q.Protocols {
			p.take(id, c, words)
		}
	}
	if q.ByProtocol {
		slices.SortStableFunc(p.rows, func(a, b int32) int { return cmp.Compare(protocolOf(int(a)), protocolOf(int(b))) })
	}
	return p, nil
}

// take adds a line if it is asked for.
func (p *Protocols) take(id model.ObjectID, c door.Client, words []Word) {
	state := p.grid.states[id].Of(c)
	_, deviation := p.expected.of(id, c, state)
	unused := p.unused(id, c, state)
	if p.q.Deviating && deviation == "" && unused != "yes" {
		return
	}
	if len(words) > 0 || p.q.Target != nil {
		l := p.line(id, c)
		if p.q.Target != nil && !p.q.Target(&l.Principal) || !MatchTexts(words, l.Name, l.Domain, l.DN, l.Type, l.Protocol.String(), l.Access.State, l.Access.From, l.Deviation, l.Access.Detail) {
			return
		}
	}
	if state == door.AccessUnknown || state == door.AccessAmbiguous || unused == door.AccessUnknown {
		p.Unknown++
	}
	if deviation == OnNotMember || deviation == MemberOff {
		if p.Deviates++; p.Deviates == 1 {
			p.First = p.line(id, c)
		}
	}
	p.rows = append(p.rows, rowOf(id, c))
}

// Len returns the number of lines.
func (p *Protocols) Len() int { return len(p.rows) }

// Line makes line i.
func (p *Protocols) Line(i int) ProtocolLine {
	return p.line(mailboxOf(int(p.rows[i])), protocolOf(int(p.rows[i])))
}

// Mailbox is the mailbox that line i is about.
func (p *Protocols) Mailbox(i int) model.ObjectID { return mailboxOf(int(p.rows[i])) }

func (p *Protocols) line(id model.ObjectID, c door.Client) ProtocolLine {
	l := p.grid.protocolLine(id, c)
	p.expected.fill(id, &l)
	if l.Unused = p.unused(id, c, l.Access.State); l.Unused == door.AccessUnknown {
		l.Access.Detail = join(l.Access.Detail, "whether it is used is not known: "+p.q.Unused.Broken[c])
	}
	return l
}

// unused says whether a protocol that is on was not used; empty where nobody asks,
// or it is not on.
func (p *Protocols) unused(id model.ObjectID, c door.Client, state string) string {
	if p.q.Unused == nil || state != door.AccessOn {
		return ""
	}
	return p.q.Unused.Unused(c, lastUses(p.s)[useKey{id, c}].Last)
}

type useKey struct {
	id model.ObjectID
	c  door.Client
}

// lastUses are what the logs tell of each mailbox at POP3 and IMAP4.
func lastUses(s *model.Snapshot) map[useKey]Used { return usesOf.Of(s) }

var usesOf = model.Derive(func(s *model.Snapshot) map[useKey]Used {
	out := map[useKey]Used{}
	all := door.Connections(s)
	for i := range all {
		c := &all[i]
		client, ok := door.ParseClient(c.Protocol)
		if !ok || c.Spare || c.Probe || c.Account.ID == 0 || c.OK == 0 {
			continue
		}
		id := c.Account.ID
		if c.Other.ID != 0 { // the door is that of the mailbox that was opened
			id = c.Other.ID
		}
		k := useKey{id, client}
		u := out[k]
		u.N += c.OK
		if last := c.LastOK.Time(); last.After(u.Last) || u.Client == "" {
			u.Last, u.Client, u.Who = last, c.Client, c.Account.ID
		}
		out[k] = u
	}
	return out
})

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
