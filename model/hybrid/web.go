package hybrid

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// DefaultHub is how many mailboxes somebody, or a group, may tie before he is cut
// as a hub.
const DefaultHub = 50

// Web is which mailboxes here are tied to which by rights: one can be opened, sent
// as or sent on behalf of by whose the other is. What ties too many is cut, and
// named. It never changes and may be used by any number of goroutines.
type Web struct {
	Hubs []Hub

	s     *model.Snapshot
	nodes []model.ObjectID // mailboxes here, by name
	at    []uint32         // by ObjectID: 1 + place in nodes
	ties  table.Lists      // by place: places of those that it is tied to, in order
}

// Hub is what ties more mailboxes than was asked for: everybody whom a group or an
// entry for everybody names, or one mailbox.
type Hub struct {
	Trustee model.TrusteeID
	Kind    string // group, everybody, mailbox
	// Ties counts the mailboxes that it would tie to others: of a group its
	// members with a mailbox, 0 of everybody, of a mailbox those it is tied to.
	Ties int
	On   int // mailboxes whose lists name the group or everybody; 0 for a mailbox
}

// The kinds of hubs.
const (
	HubGroup     = "group"
	HubEverybody = "everybody"
	HubMailbox   = "mailbox"
)

// NewWeb works out which mailboxes are tied, where nothing ties more than hub
// others. Entries that were inherited, and those that set-up or Windows writes, tie
// nothing: they do not move along with a mailbox. Rights that a deny takes away tie
// nothing either, nor what nobody knows to be a right of somebody: an entry for an
// account of another forest that was not read.
func NewWeb(ctx context.Context, s *model.Snapshot, hub int) (*Web, error) {
	w := &Web{s: s}
	w.findNodes()
	g := &gathering{Web: w, b: verdict.Of(s), hub: hub, groups: map[pool.SID]*Hub{}, reached: map[model.TrusteeID]*reach{}}
	if err := g.entries(ctx); err != nil {
		return nil, err
	}
	g.delegates()
	w.build(g.pairs, hub)
	for _, h := range g.groups {
		w.Hubs = append(w.Hubs, *h)
	}
	slices.SortFunc(w.Hubs, func(a, b Hub) int {
		return cmp.Or(cmp.Compare(max(b.Ties, b.On), max(a.Ties, a.On)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(w.identity(a.Trustee), w.identity(b.Trustee)))
	})
	return w, ctx.Err()
}

func (w *Web) identity(t model.TrusteeID) string {
	p := w.s.Principal(t)
	return p.Name + "\x00" + model.SIDText(p.SID) + "\x00" + p.DN
}

// findNodes lists the mailboxes of persons, rooms and the like that are here.
func (w *Web) findNodes() {
	s := w.s
	w.at = make([]uint32, s.Objects.Len())
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		if s.Record(id).Recipient == model.Mailbox && s.PremisesOf(id) == model.OnPrem {
			w.nodes = append(w.nodes, id)
		}
	}
	w.nodes = verdict.Of(s).ByName(w.nodes)
	for i, id := range w.nodes {
		w.at[id] = uint32(i) + 1
	}
}

// gathering is the work on a Web.
type gathering struct {
	*Web
	b       *verdict.Book
	hub     int
	pairs   []uint64 // places of two that are tied, the smaller first
	groups  map[pool.SID]*Hub
	reached map[model.TrusteeID]*reach
	direct  []uint32 // by SID: 1 + place of the mailbox of whoever alone holds it
	asked   []bool   // by SID: direct is worked out
}

// reach are the mailboxes of those whom a name in publicDelegates stands for.
type reach struct{ places []uint32 }

func (g *gathering) entries(ctx context.Context) error {
	n := g.s.SIDs.Len()
	g.direct, g.asked = make([]uint32, n), make([]bool, n)
	var here []uint32
	return g.b.EachOwnList(ctx, func(of []uint32, l *verdict.OwnList) bool {
		here = here[:0]
		for _, id := range of {
			if at := g.at[id]; at != 0 {
				here = append(here, at-1)
			}
		}
		if len(here) == 0 {
			return true
		}
		for i := range l.Entries {
			if e := &l.Entries[i]; !e.Inherited && !e.Preset {
				g.entry(here, l, e)
			}
		}
		return true
	})
}

// entry ties the mailboxes on whose list it stands to those of whom it names.
func (g *gathering) entry(here []uint32, l *verdict.OwnList, e *verdict.OwnEntry) {
	if at := g.alone(e.Who); at != 0 {
		persons := g.b.Graph().PersonsOf(e.Who)
		if gets(l.ForPerson(e, persons[0], member.Sure), member.Sure) {
			g.tie(here, at-1)
		}
		return
	}
	h := l.Holders(e)
	if h.All&(member.Sure|member.Possible) != 0 {
		g.cut(e.Who, HubEverybody, 0, len(here))
		return
	}
	if len(h.Persons) > g.hub && len(g.b.Graph().PersonsOf(e.Who)) == 0 {
		g.cut(e.Who, HubGroup, g.mailboxes(h), len(here))
		return
	}
	for _, p := range h.Persons {
		if at := g.placeOf(p.Person); at != 0 && gets(l.ForPerson(e, p.Person, p.Certainty), p.Certainty) {
			g.tie(here, at-1)
		}
	}
}

// gets reports whether an answer ties: what was not read may take away what an entry
// gives to whom it surely names, and may not give it to somebody.
func gets(a verdict.Answer, named member.Certainty) bool {
	return a == verdict.Allowed || a == verdict.Possible || a == verdict.Unknown && named&member.Sure != 0
}

// alone returns 1 + the place of the mailbox of the one person who holds a SID; 0
// where it is held otherwise. Most entries name one person.
func (g *gathering) alone(sid pool.SID) uint32 {
	if !g.asked[sid] {
		g.asked[sid] = true
		if h := g.s.Holder(sid); h != 0 && g.s.Record(h).Class == model.ClassUser && !g.s.IsShared(sid) && g.s.SIDInfo(sid).Former == 0 {
			if p, ok := g.b.Graph().PersonOf(h); ok {
				g.direct[sid] = g.placeOf(p)
			}
		}
	}
	return g.direct[sid]
}

// placeOf returns 1 + the place of a person's mailbox: his own, or the one that his
// account is linked to; 0 for none here.
func (g *gathering) placeOf(p member.Person) uint32 {
	if id := MailboxOf(g.s, g.b.Graph(), p); id != 0 {
		return g.at[id]
	}
	return 0
}

// MailboxOf returns the account whose mailbox, here or elsewhere, is a person's; 0
// where he has none.
func MailboxOf(s *model.Snapshot, g *member.Graph, p member.Person) model.ObjectID {
	if id := g.Object(p); id != 0 && s.PremisesOf(id) != model.NoPremises {
		return id
	}
	if sid := g.Trustee(p).SID(); sid != 0 {
		return s.LinkedTo(sid)
	}
	return 0
}

func (g *gathering) mailboxes(h *member.Holding) (n int) {
	for _, p := range h.Persons {
		if g.placeOf(p.Person) != 0 {
			n++
		}
	}
	return n
}

// cut notes a hub that ties nothing.
func (g *gathering) cut(sid pool.SID, kind string, ties, on int) {
	h := g.groups[sid]
	if h == nil {
		h = &Hub{Trustee: model.TrusteeOfSID(sid), Kind: kind, Ties: ties}
		g.groups[sid] = h
	}
	h.On += on
}

func (g *gathering) tie(here []uint32, other uint32) {
	for _, at := range here {
		if at != other {
			g.pairs = append(g.pairs, uint64(min(at, other))<<32|uint64(max(at, other)))
		}
	}
}

// delegates ties mailboxes to those of whom their publicDelegates name.
func (g *gathering) delegates() {
	s := g.s
	for at, id := range g.nodes {
		o := s.Record(id)
		for i := range o.Delegates.N {
			dn := s.Delegates.At(o.Delegates.First + i).Who
			t := s.TrusteeOf(dn)
			r := g.reached[t]
			if r == nil {
				r = g.reach(dn)
				g.reached[t] = r
			}
			if h := g.groups[t.SID()]; r.places == nil && h != nil && t.SID() != 0 {
				h.On++
			}
			for _, other := range r.places {
				g.tie([]uint32{uint32(at)}, other)
			}
		}
	}
}

func (g *gathering) reach(dn pool.DN) *reach {
	r, h := &reach{}, g.b.NamedBy(dn)
	if t := g.s.TrusteeOf(dn); len(h.Persons) > g.hub && t.SID() != 0 {
		g.cut(t.SID(), HubGroup, g.mailboxes(h), 0)
		return r
	}
	for _, p := range h.Persons {
		if at := g.placeOf(p.Person); at != 0 {
			r.places = append(r.places, at-1)
		}
	}
	return r
}

// build makes lists of the pairs, without those of mailboxes that have too many.
func (w *Web) build(pairs []uint64, hub int) {
	pairs = slices.Compact(table.SortParallel(pairs, cmp.Compare[uint64]))
	degree := make([]int, len(w.nodes))
	for _, p := range pairs {
		degree[p>>32]++
		degree[uint32(p)]++
	}
	for at, n := range degree {
		if n > hub {
			o := w.s.Record(w.nodes[at])
			t := model.TrusteeOfDN(o.DN)
			if o.SID != 0 {
				t = model.TrusteeOfSID(o.SID)
			}
			w.Hubs = append(w.Hubs, Hub{Trustee: t, Kind: HubMailbox, Ties: n})
		}
	}
	w.ties = table.MakeLists(uint32(len(w.nodes)), func(yield func(key, value uint32)) {
		for _, p := range pairs {
			if a, b := uint32(p>>32), uint32(p); degree[a] <= hub && degree[b] <= hub {
				yield(b, a)
			}
		}
		for _, p := range pairs {
			if a, b := uint32(p>>32), uint32(p); degree[a] <= hub && degree[b] <= hub {
				yield(a, b)
			}
		}
	})
}

// WebOf returns the web of a snapshot with the usual bound on hubs. It is worked out
// once, by the first who asks; one that was given up is worked out again.
func WebOf(ctx context.Context, s *model.Snapshot) (*Web, error) {
	k := kept.Of(s)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.web == nil {
		w, err := NewWeb(ctx, s, DefaultHub)
		if err != nil {
			return nil, err
		}
		k.web = w
	}
	return k.web, nil
}

// kept is the web of a snapshot, where somebody has asked for it.
var kept = model.Derive(func(*model.Snapshot) *keptWeb { return &keptWeb{} })

type keptWeb struct {
	mu  sync.Mutex
	web *Web
}
