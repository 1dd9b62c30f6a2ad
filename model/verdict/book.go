package verdict

import (
	"slices"
	"strings"
	"sync"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// Question is one of the four that are asked about a person and a mailbox.
type Question uint8

// The questions.
const (
	CanOpen Question = iota // by a client logon: Outlook, OWA, EWS, impersonation
	CanSendAs
	CanSendOnBehalf
	CanOpenAdmin // by an administrator's or a service's logon
	questions
)

// Book keeps what is worked out for the verdicts of a snapshot. It may be used by
// any number of goroutines.
type Book struct {
	s     *model.Snapshot
	g     *member.Graph
	reads *coverage.Readability

	holders cache[holdersKey, *member.Holding]
	named   cache[pool.DN, *member.Holding]
	runs    cache[listKey, *ran]
	tokens  cache[tokenKey, *member.SIDs]
	groups  cache[groupKey, *member.SIDs]

	asked    cache[askedKey, *telling]
	tellings cache[tellingKey, *telling]
	names    cache[nameKey, model.Phrase]
	entries  cache[entryKey, model.Phrase]
	ways     cache[wayKey, *Way]
	roleWays cache[roleWayKey, *Way]

	rbac *rbac.Book
	*byRoles

	mu      sync.Mutex
	domains map[pool.DN]member.Domain // of servers
}

// Of returns the book of a snapshot.
func Of(s *model.Snapshot) *Book { return books.Of(s) }

var books = model.Derive(newBook).Following((*Book).with)

func newBook(s *model.Snapshot) *Book {
	b := &Book{s: s, reads: coverage.NewReadability(s), domains: map[pool.DN]member.Domain{}}
	b.holders.most, b.holders.weigh = mostKept, func(h *member.Holding) int { return len(h.Persons) + 8 }
	b.named.most, b.named.weigh = mostKept, func(h *member.Holding) int { return max(0, len(h.Persons)-1) } // a person alone is soon found again
	b.runs.most, b.runs.weigh = mostKept, func(r *ran) int { return len(r.except) + len(r.pairs) + len(r.list.entries) + 8 }
	b.tokens.most, b.tokens.weigh = mostTokens, func(*member.SIDs) int { return 1 }
	b.groups.most, b.groups.weigh = mostTokens, func(*member.SIDs) int { return 1 }
	b.asked.most, b.asked.weigh = mostTellings, (*telling).weight
	b.tellings.most, b.tellings.weigh = mostTellings, (*telling).weight
	b.ways.most, b.ways.weigh = mostTellings, (*Way).weight
	b.roleWays.most, b.roleWays.weigh = mostTellings, (*Way).weight
	b.names.most, b.names.weigh = mostNames, func(model.Phrase) int { return 1 }
	b.entries.most, b.entries.weigh = mostNames, func(model.Phrase) int { return 1 }
	b.g, b.rbac = coverage.Members(s), rbac.Of(s)
	b.byRoles = newByRoles()
	return b
}

// byRoles keeps what assignments give.
type byRoles struct {
	roles       cache[roleKey, *roleRan]
	roleBases   cache[roleBaseKey, *roleRan]
	roleHolding cache[roleHolderKey, *member.Holding]
}

func newByRoles() *byRoles {
	r := &byRoles{}
	r.roles.most, r.roles.weigh = mostKept, func(r *roleRan) int { return len(r.persons) + len(r.entries) + 8 }
	r.roleBases.most, r.roleBases.weigh = mostKept, func(r *roleRan) int { return len(r.persons) + len(r.entries) + 8 }
	r.roleHolding.most, r.roleHolding.weigh = mostKept, func(h *member.Holding) int { return len(h.Persons) + 8 }
	return r
}

// with is the book of a snapshot with a change. What assignments give is the same,
// unless other persons are in a group that is assigned something.
func (b *Book) with(s *model.Snapshot) *Book {
	out := newBook(s)
	_, change := s.Before()
	if !slices.ContainsFunc(member.Touched(b.g, out.g, change), func(id model.ObjectID) bool { return b.rbac.IsAssignee(s.Record(id).DN) }) {
		out.byRoles = b.byRoles
	}
	return out
}

// general are the SIDs of which it is not certain that nobody's token holds them
// whom they do not name.
func (b *Book) general() only { return generalSIDs.Of(b.s) }

// Graph returns who is in which group.
func (b *Book) Graph() *member.Graph { return b.g }

// Bounds on what is kept, in persons: a group of a hundred thousand may stand in
// as many lists.
const mostKept = 1 << 22

type holdersKey struct {
	sid    pool.SID
	domain member.Domain
}

// HoldersOf returns whose token holds a SID, as a server of a domain sees it.
func (b *Book) HoldersOf(sid pool.SID, d member.Domain) *member.Holding {
	return b.holders.of(holdersKey{sid, d}, func() *member.Holding { return b.g.HoldersOf(sid, d) })
}

type tokenKey struct {
	person member.Person
	domain member.Domain
}

const mostTokens = 1 << 13

// tokenOf keeps tokens, since the lines of one person come again and again.
func (b *Book) tokenOf(p member.Person, d member.Domain) *member.SIDs {
	return b.tokens.of(tokenKey{p, d}, func() *member.SIDs { return b.g.TokenOf(p, d) })
}

// NamedBy keeps whom a name in publicDelegates stands for: a person, or the members
// of a group with an address.
func (b *Book) NamedBy(dn pool.DN) *member.Holding {
	return b.named.of(dn, func() *member.Holding { return b.g.NamedBy(dn) })
}

// run returns a list worked out for all whom it names.
func (b *Book) run(k listKey) *ran {
	return b.runs.of(k, func() *ran { return b.workOut(b.make(k, nil)) })
}

// domainOf returns the domain of an Exchange server: that of the computer of its
// name, where there is one; in a forest of one domain that one.
func (b *Book) domainOf(server pool.DN) member.Domain {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d, ok := b.domains[server]; ok {
		return d
	}
	d := b.findDomain(server)
	b.domains[server] = d
	return d
}

func (b *Book) findDomain(server pool.DN) (d member.Domain) {
	if heads := member.Heads(b.s); len(b.s.Forest.Domains) == 1 && len(heads) == 1 {
		return heads[0]
	}
	found := computersOf.Of(b.s)[strings.ToLower(b.s.CN(server))]
	if len(found) == 1 {
		return found[0]
	}
	return 0
}

// computersOf are the domains of the computers that have the names of servers.
var computersOf = model.Derive(func(s *model.Snapshot) map[string][]member.Domain {
	out := map[string][]member.Domain{}
	for dn := range s.Forest.Versions {
		out[strings.ToLower(s.CN(dn))] = nil
	}
	for id := uint32(1); id < s.Objects.Len(); id++ {
		o := s.Objects.At(id)
		if o.Class != model.ClassComputer || o.SID == 0 || o.Is(model.FlagDeleted) {
			continue
		}
		name := strings.ToLower(strings.TrimSuffix(s.Texts.Text(o.Account), "$"))
		if at, wanted := out[name]; wanted {
			out[name] = append(at, member.DomainOf(s, o.SID))
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)

// copiesOf returns the servers, other than its own, that hold a copy of a store; 0
// for one that was not read.
func (b *Book) copiesOf(store model.ObjectID) (out []model.ObjectID) {
	own := b.s.ServerOf(b.s.Record(store))
	for _, dn := range copies.Of(b.s)[store] {
		if dn != own || dn == 0 {
			out = append(out, b.s.At(dn))
		}
	}
	return out
}

var copies = model.Derive(func(s *model.Snapshot) map[model.ObjectID][]pool.DN {
	out := map[model.ObjectID][]pool.DN{}
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if o.Class != model.ClassStoreCopy {
			continue
		}
		store := s.At(s.DNs.At(uint32(o.DN)).Parent)
		if store != 0 && !slices.Contains(out[store], o.Home) {
			out[store] = append(out[store], o.Home)
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)

// ran is a list that was worked out from below: for everybody, for the groups
// that hold nearly everybody, and for each person to whom it says something else.
type ran struct {
	list    *list
	general Outcome
	wide    []wideGroup
	classes []Outcome           // by the set of wide groups that a person is in
	except  []judged            // in order of the persons
	pairs   []pair              // in order of the persons: of whoever an entry names, but for wide; see matchesOf
	alone   map[pool.SID]Answer // see Book.alone; used while the list is worked out
}

// wideGroup is Domain Users or Domain Computers, where a list names it.
type wideGroup struct {
	sid     pool.SID
	holders []member.Holder
}

type judged struct {
	person  member.Person
	outcome Outcome
}

// mostWide bounds the wide groups of a list: 2^n outcomes are kept for n.
const mostWide = 6

// pair is a match of a person.
type pair struct {
	person    member.Person
	entry     int32
	certainty member.Certainty
}

func (b *Book) workOut(l *list) *ran {
	r := &ran{list: l, general: l.weigh(l.general)}
	var pairs []pair
	for i := range l.entries {
		e := &l.entries[i]
		if e.effect == either || e.who == 0 {
			continue
		}
		h := b.HoldersOf(e.who, l.domain)
		if b.g.IsDomainWide(e.who) && len(r.wide) < mostWide && !slices.ContainsFunc(r.wide, func(w wideGroup) bool { return w.sid == e.who }) {
			r.wide = append(r.wide, wideGroup{e.who, h.Persons})
		}
		for _, p := range h.Persons {
			pairs = append(pairs, pair{p.Person, int32(i), p.Certainty})
		}
	}
	b.weighClasses(r)
	pairs = table.SortParallel(pairs, func(x, y pair) int {
		if x.person != y.person {
			return int(x.person) - int(y.person)
		}
		return int(x.entry - y.entry)
	})
	var own, all []match
	for i := 0; i < len(pairs); {
		p := pairs[i].person
		own = own[:0]
		for ; i < len(pairs) && pairs[i].person == p; i++ {
			own = append(own, match{pairs[i].entry, pairs[i].certainty})
		}
		all = l.merge(all[:0], own)
		if out := b.weighFor(r, all); out != r.expected(p) {
			r.except = append(r.except, judged{p, out})
		}
	}
	r.pairs = slices.Clip(slices.DeleteFunc(pairs, func(p pair) bool { return r.isWide(l.entries[p.entry].who) }))
	return r
}

func (r *ran) isWide(sid pool.SID) bool {
	return slices.ContainsFunc(r.wide, func(w wideGroup) bool { return w.sid == sid })
}

// matchesOf are those of a person, of a list that was worked out for all: as his
// token has them, without the making of it. Where two doubts meet in one entry the
// token may know better, and ok is false.
func (r *ran) matchesOf(p member.Person) (_ []match, ok bool) {
	var few [16]match
	own := few[:0]
	at, _ := slices.BinarySearchFunc(r.pairs, p, func(x pair, p member.Person) int { return int(x.person) - int(p) })
	for ; at < len(r.pairs) && r.pairs[at].person == p; at++ {
		own = append(own, match{r.pairs[at].entry, r.pairs[at].certainty})
	}
	named := len(own)
	for _, w := range r.wide {
		c := certaintyIn(w.holders, p)
		for i := range r.list.entries {
			if e := &r.list.entries[i]; c != member.No && e.who == w.sid && e.effect != either {
				own = append(own, match{int32(i), c})
			}
		}
	}
	if len(own) > named {
		slices.SortFunc(own, func(x, y match) int { return int(x.entry - y.entry) })
	}
	all := r.list.merge(nil, own)
	return all, !slices.ContainsFunc(all, func(m match) bool { return m.certainty&(m.certainty-1) != 0 })
}

// weighFor is weigh for a person. What Windows' and set-up's entries give is told
// by the lines of their trustees, if one of these gets the same by itself: of two
// together one may take from him what the other gives.
func (b *Book) weighFor(r *ran, matches []match) Outcome {
	out := r.list.weigh(matches)
	if !out.Preset || out.Answer == None {
		return out
	}
	var who, other pool.SID
	for _, m := range matches {
		if e := &r.list.entries[m.entry]; who == 0 {
			who = e.who
		} else if e.who != who {
			other = e.who
		}
	}
	out.Preset = other == 0 && b.presetGroup(who) != 0 || slices.ContainsFunc(matches, func(m match) bool {
		e := &r.list.entries[m.entry]
		return e.preset && m.certainty&member.Sure != 0 && b.alone(r, e.who) == out.Answer
	})
	return out
}

// alone is what a list says to who is in one group and in nothing else, as the
// line of that group has it.
func (b *Book) alone(r *ran, who pool.SID) Answer {
	a, known := r.alone[who]
	if !known {
		if group := b.presetGroup(who); group != 0 {
			a = r.list.weigh(r.list.matches(b.groupToken(group, r.list.domain))).Answer
		}
		if r.alone == nil {
			r.alone = map[pool.SID]Answer{}
		}
		r.alone[who] = a
	}
	return a
}

type groupKey struct {
	group  model.ObjectID
	domain member.Domain
}

// groupToken keeps what the members of groups hold because of them.
func (b *Book) groupToken(group model.ObjectID, d member.Domain) *member.SIDs {
	return b.groups.of(groupKey{group, d}, func() *member.SIDs { return b.g.GroupToken(group, d) })
}

// merge puts the matches of a person and those of everybody in one order.
func (l *list) merge(out []match, own []match) []match {
	g := l.general
	for len(own) > 0 || len(g) > 0 {
		switch {
		case len(g) == 0 || len(own) > 0 && own[0].entry < g[0].entry:
			out, own = append(out, own[0]), own[1:]
		case len(own) == 0 || g[0].entry < own[0].entry:
			out, g = append(out, g[0]), g[1:]
		default:
			out = append(out, match{g[0].entry, g[0].certainty | own[0].certainty})
			own, g = own[1:], g[1:]
		}
	}
	return out
}

// matches are those of a token.
func (l *list) matches(t *member.SIDs) (own []match) {
	for i := range l.entries {
		if e := &l.entries[i]; e.effect != either {
			if c := t.Of(e.who); c != member.No {
				own = append(own, match{int32(i), c})
			}
		}
	}
	return l.merge(nil, own)
}

// weighClasses works out what a list says to those who are in some of the wide
// groups and in nothing else.
func (b *Book) weighClasses(r *ran) {
	tokens := make([]*member.SIDs, len(r.wide))
	for i, w := range r.wide {
		tokens[i] = b.g.WideToken(w.sid, r.list.domain)
	}
	r.classes = make([]Outcome, 1<<len(r.wide))
	for set := range r.classes {
		held := map[int32]member.Certainty{}
		for i, t := range tokens {
			if set&(1<<i) == 0 {
				continue
			}
			for n := range r.list.entries {
				if e := &r.list.entries[n]; e.effect != either {
					held[int32(n)] |= t.Of(e.who)
				}
			}
		}
		var own []match
		for n := range int32(len(r.list.entries)) {
			if held[n] != member.No {
				own = append(own, match{n, held[n]})
			}
		}
		r.classes[set] = r.list.weigh(r.list.merge(nil, own))
	}
}

// classOf is the set of wide groups that a person is surely in.
func (r *ran) classOf(p member.Person) (set int) {
	for i, w := range r.wide {
		at, found := slices.BinarySearchFunc(w.holders, p, func(h member.Holder, p member.Person) int { return int(h.Person) - int(p) })
		if found && w.holders[at].Certainty&member.Sure != 0 {
			set |= 1 << i
		}
	}
	return set
}

// expected is what a list says to a person because of the wide groups alone.
func (r *ran) expected(p member.Person) Outcome {
	if len(r.wide) == 0 {
		return r.general
	}
	return r.classes[r.classOf(p)]
}

// forWide is what the list says to who is in one wide group.
func (r *ran) forWide(sid pool.SID) Outcome {
	if i := slices.IndexFunc(r.wide, func(w wideGroup) bool { return w.sid == sid }); i >= 0 {
		return r.classes[1<<i]
	}
	return r.general
}

// of is what the list says to a person.
func (r *ran) of(p member.Person) Outcome {
	at, found := slices.BinarySearchFunc(r.except, p, func(j judged, p member.Person) int { return int(j.person) - int(p) })
	if found {
		return r.except[at].outcome
	}
	return r.expected(p)
}
