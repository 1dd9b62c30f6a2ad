package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// What Windows and set-up write is the same on nearly every mailbox. It is drawn
// together by trustee, over all mailboxes in question: a line for each would be
// most of the lines, and say least.

// presets gathers what each trustee of such entries gets, and on how many
// recipients.
type presets struct {
	a   *asking
	got map[pool.SID]*[questions][Allowed + 1]presetCount
}

type presetCount struct {
	outcome Outcome
	on      int
}

// presetLines makes a line for each trustee that holds something by entries of
// Windows and set-up alone, over the recipients in question. One that does not get
// the same on all, as on servers of several releases, has further lines.
func (b *Book) presetLines(a *asking, targets []model.ObjectID) (out []*Line) {
	all := plansOf(b.s)
	open, admin, send := make([]int, len(all.opens)), make([]int, len(all.admins)), make([]int, len(all.sends))
	for _, id := range targets {
		at := all.of[id]
		send[at.send]++
		if at.open == noList {
			continue
		}
		admin[at.admin]++
		if bare := all.bare[at.open]; bare != noList && all.opens[bare].store != 0 {
			open[bare]++
		}
	}
	p := &presets{a: a, got: map[pool.SID]*[questions][Allowed + 1]presetCount{}}
	each := func(q Question, counts []int, kind uint8, of *scope) {
		for number, n := range counts {
			if n == 0 {
				continue
			}
			k := listKey{kind, 0, uint32(number)}
			if kind == adminLists {
				p.take(q, n, b.adminLists(all.admins[number], nil)...)
			} else {
				p.take(q, n, b.make(k, of))
			}
		}
	}
	each(CanOpen, open, openLists, nil)
	each(CanOpenAdmin, admin, adminLists, nil)
	each(CanSendAs, send, sendLists, &scope{sids: a.administrators()})
	for who, got := range p.got {
		out = append(out, p.lines(who, got)...)
	}
	b.sortByPerson(out)
	return out
}

// lines puts the best answers of a trustee into one line, the next into another.
func (p *presets) lines(who pool.SID, got *[questions][Allowed + 1]presetCount) (out []*Line) {
	for q := range questions {
		n := 0
		for a := Allowed; a > None; a-- {
			c := got[q][a]
			if c.on == 0 {
				continue
			}
			if n == len(out) {
				out = append(out, &Line{Trustee: model.TrusteeOfSID(who), Recipients: p.a.q.Recipients, b: p.a.b})
			}
			out[n].Answers[q], out[n].On[q] = c.outcome, c.on
			n++
		}
	}
	return out
}

// administrators are the SIDs that have to do with what Windows writes on
// accounts: those of Domain Admins and Enterprise Admins, of what these are in,
// and everybody's.
func (a *asking) administrators() only {
	b := a.b
	out := slices.Clone(generalSIDs.Of(b.s))
	for sid := pool.SID(1); uint32(sid) < b.s.SIDs.Len(); sid++ {
		if r := b.s.SIDs.At(uint32(sid)); r.Whole || r.Rid != 512 && r.Rid != 519 {
			continue
		}
		out[sid] = true
		h := b.s.SIDInfo(sid).Holder
		if h == 0 || b.s.Record(h).Class != model.ClassGroup {
			continue
		}
		for _, d := range serverDomains.Of(b.s) {
			b.groupToken(h, d).Each(func(sid pool.SID, _ member.Certainty) { out[sid] = true })
		}
	}
	return out
}

// take counts what the trustees of a list get by it on n recipients.
func (p *presets) take(q Question, n int, lists ...*list) {
	b := p.a.b
	for _, who := range presetTrustees(lists) {
		group := b.presetGroup(who)
		if group == 0 {
			continue
		}
		if p.a.q.Only && p.a.token(lists[0].domain).Of(who) == member.No {
			continue
		}
		t := b.groupToken(group, lists[0].domain)
		var got Outcome // the best that is preset, where nothing else is better
		for _, l := range lists {
			if o := l.weigh(l.matches(t)); o.Answer > got.Answer || o.Answer == got.Answer && o.Preset {
				got = o
			}
		}
		if got.Answer == None || !got.Preset {
			continue
		}
		if p.got[who] == nil {
			p.got[who] = new([questions][Allowed + 1]presetCount)
		}
		c := &p.got[who][q][got.Answer]
		c.outcome, c.on = c.outcome.better(got), c.on+n
	}
}

// presetGroup is the group that holds a SID now, and so has a line of its own for
// what Windows and set-up give it; 0 where there is none.
func (b *Book) presetGroup(who pool.SID) model.ObjectID {
	group := b.s.Holder(who)
	if group == 0 || b.s.Record(group).Class != model.ClassGroup || b.s.SIDInfo(who).Holder != group {
		return 0
	}
	return group
}

// presetTrustees are those whom entries of Windows and set-up name.
func presetTrustees(lists []*list) (out []pool.SID) {
	for _, l := range lists {
		for i := range l.entries {
			if e := &l.entries[i]; e.preset && e.all&member.Sure == 0 && !slices.Contains(out, e.who) {
				out = append(out, e.who)
			}
		}
	}
	return out
}

// concerning keeps the recipients of which the person in question may have a
// line: those whose lists name him or everybody, that he owns, or that name him
// in publicDelegates.
func (a *asking) concerning(targets []model.ObjectID) (out []model.ObjectID) {
	b := a.b
	p, named := plansOf(b.s), descsNaming(b, a)
	if a.q.Mailboxes == nil {
		a.prepare(p, named)
	}
	c := &calmness{a: a, open: make([]calm, len(p.opens)), admin: make([]calm, len(p.admins)), send: make([]calm, len(p.sends))}
	for _, id := range targets {
		at := p.of[id]
		if at.role != noList && a.hasRoleOn(p.roles[at.role]) {
			out = append(out, id)
			continue
		}
		if at.open != noList {
			open := at.open
			if k := &p.opens[open]; k.mailbox != 0 && !named.of(k.mailbox) {
				open = p.bare[open]
			}
			if open != noList && !c.of(c.open, openLists, open) || !c.of(c.admin, adminLists, at.admin) {
				out = append(out, id)
				continue
			}
		}
		send := &p.sends[at.send]
		spoken := named.of(send.desc) || send.unread || send.self != 0
		if spoken && !c.of(c.send, sendLists, at.send) || a.named(id, b.s.Record(id)) {
			out = append(out, id)
		}
	}
	return out
}

// prepare works out the lists of opening and sending that concern the person, on
// all processors: each has its own place in the memo.
func (a *asking) prepare(p *plans, named naming) {
	for i := range p.opens {
		a.token(p.opens[i].domain) // before several ask for it
	}
	for i := range p.sends {
		a.token(p.sends[i].domain)
	}
	table.Parallel(len(p.opens), func(from, to int) {
		for n := from; n < to; n++ {
			if k := &p.opens[n]; k.mailbox != 0 && named.of(k.mailbox) {
				a.run(listKey{openLists, 0, uint32(n)})
			}
		}
	})
	table.Parallel(len(p.sends), func(from, to int) {
		for n := from; n < to; n++ {
			if named.of(p.sends[n].desc) {
				a.run(listKey{sendLists, 0, uint32(n)})
			}
		}
	})
}

// calm says whether a list says nothing to the person in question.
type calm uint8

const (
	unasked calm = iota
	isCalm
	isNot
)

// calmness remembers that of lists, by their numbers.
type calmness struct {
	a                 *asking
	open, admin, send []calm
}

func (c *calmness) of(known []calm, kind uint8, number uint32) bool {
	if known[number] == unasked {
		known[number] = isNot
		if c.find(kind, number) {
			known[number] = isCalm
		}
	}
	return known[number] == isCalm
}

func (c *calmness) find(kind uint8, number uint32) bool {
	b, parts := c.a.b, uint8(1)
	if kind == adminLists {
		parts = b.adminCount(plansOf(b.s).admins[number])
	}
	for part := range parts {
		r := c.a.run(listKey{kind, part, number})
		got := r.of(c.a.q.Person)
		if r.general.Answer != None || len(r.wide) > 0 || got.Answer != None && (c.a.q.Expand || !got.Preset) {
			return false
		}
	}
	return true
}

// named reports whether a person owns a recipient or is named in its
// publicDelegates, or whether the latter may be.
func (a *asking) named(id model.ObjectID, o *model.Record) bool {
	b := a.b
	t := &target{id: id, o: o}
	if sid, _ := mailboxSID(o); ownsItself(o) && (sid == 0 || a.wanted[sid] || b.s.SIDInfo(sid).Former != 0 || len(member.FormerSIDs(b.s)[id]) > 0) {
		p := plansOf(b.s)
		t.domain = p.sends[p.of[id].send].domain
		t.owners, t.anyone = b.ownersOf(t)
		if t.owner(a.q.Person) != member.No {
			return true
		}
	}
	return (o.Delegates.N > 0 || o.DelegatesState != model.Present || o.Is(model.FlagDelegatesPartial)) && func() bool {
		t.behalf = b.behalfOf(o)
		return t.behalf.of(a.q.Person).Answer != None
	}()
}

// naming is a set of descriptors, by number.
type naming []bool

func (n naming) of(d pool.Desc) bool { return int(d) < len(n) && n[d] }

// concern is what has to do with the person in question: the SIDs of his token,
// as any server sees it, and those of everybody, or nearly so.
func (a *asking) concern() only {
	out := slices.Clone(generalSIDs.Of(a.b.s))
	for _, d := range serverDomains.Of(a.b.s) {
		a.token(d).Each(func(sid pool.SID, _ member.Certainty) { out[sid] = true })
	}
	return out
}

// gather lists the entries that name somebody in question.
func (a *asking) gather() *scope {
	s := a.b.s
	out := &scope{sids: a.wanted, aces: make([]bool, s.ACEs.Len())}
	rows := grant.RelationsOf(s)
	for sid, want := range a.wanted {
		if want {
			for _, ace := range rows.ACEs.Of(uint32(sid)) {
				out.aces[ace] = true
			}
		}
	}
	return out
}

// descsNaming finds the descriptors whose entries concern a person: that name a
// SID of his token, or everybody, or that do not decode.
func descsNaming(b *Book, a *asking) naming {
	s := b.s
	out := make(naming, s.Descs.Len())
	rows, reach := grant.RelationsOf(s), grant.ReachOf(s)
	for sid, want := range a.wanted {
		if !want {
			continue
		}
		for _, ace := range rows.ACEs.Of(uint32(sid)) {
			for _, d := range reach.Descs.Of(ace) {
				out[d] = true
			}
		}
	}
	for id := uint32(1); id < s.Descs.Len(); id++ {
		// CREATOR OWNER and OWNER RIGHTS stand for owner and group.
		if d := s.Descs.At(id); d.Broken || a.wanted[d.Owner] || a.wanted[d.Group] {
			out[id] = true
		}
	}
	return out
}

// generalSIDs are those that may be in everybody's token, or in that of nearly
// everybody.
var generalSIDs = model.Derive(func(s *model.Snapshot) only {
	g := Of(s).g
	out := make(only, s.SIDs.Len())
	for sid := pool.SID(1); uint32(sid) < s.SIDs.Len(); sid++ {
		out[sid] = isGeneral(s, g, sid)
	}
	return out
}).Outlives(model.Lists).Following(only.with)

func isGeneral(s *model.Snapshot, g *member.Graph, sid pool.SID) bool {
	return g.IsDomainWide(sid) || slices.ContainsFunc(serverDomains.Of(s), func(d member.Domain) bool { return g.AllOf(sid, d) != member.No })
}

// with are those of a snapshot with a change: the SIDs of groups whose members are
// others are looked at again.
func (o only) with(s *model.Snapshot) only {
	before, change := s.Before()
	out, g := slices.Clone(o), Of(s).g
	for _, id := range member.Touched(Of(before).g, g, change) {
		for _, sid := range append([]pool.SID{s.Record(id).SID}, member.FormerSIDs(s)[id]...) {
			out[sid] = sid != 0 && isGeneral(s, g, sid)
		}
	}
	return out
}

// serverDomains are the domains of the servers of mailboxes, and 0 where that of
// one cannot be told.
var serverDomains = model.Derive(func(s *model.Snapshot) (out []member.Domain) {
	b := Of(s)
	out = append(out, b.domainOf(0))
	for dn := range s.Forest.Versions {
		if d := b.domainOf(dn); !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)
