package model

import (
	"cmp"
	"slices"
	"sort"
)

// csr keeps a list of numbers for each number below some bound, all in one
// array: a list for each would cost ten times the memory.
type csr struct{ first, list []uint32 }

// lists makes a csr for keys below n. each yields the pairs, and is called
// twice: to count them, and to put them in place.
func lists(n uint32, each func(yield func(key, value uint32))) csr {
	c := csr{first: make([]uint32, n+1)}
	each(func(key, _ uint32) { c.first[key+1]++ })
	for i := range n {
		c.first[i+1] += c.first[i]
	}
	c.list = make([]uint32, c.first[n])
	next := slices.Clone(c.first[:n])
	each(func(key, value uint32) {
		c.list[next[key]] = value
		next[key]++
	})
	return c
}

// of returns the list of a number. It must not be written.
func (c *csr) of(key uint32) []uint32 {
	if int(key)+1 >= len(c.first) {
		return nil
	}
	return c.list[c.first[key]:c.first[key+1]]
}

// kinds is a set of kinds of rows: by family, by the reasons that hide them and
// by whether they deny. A toggle shows some kinds and hides the others, so that
// whether a party has a row under it is one operation on two sets.
type kinds uint64

const (
	behalfKind kinds = 1 << 32
	configBit        = 33 // the first of those of stores and containers
)

// slotKind is the kind of a recipient's rows that are summed in a slot.
func slotKind(f family, slot, deny int) kinds { return 1 << (int(f)*16 + slot*2 + deny) }

// familyKinds are all kinds of rows of one family of a recipient.
func familyKinds(f family) kinds {
	if f == familyBehalf {
		return behalfKind
	}
	return 0xffff << (int(f) * 16)
}

const recipientKinds kinds = 1<<configBit - 1

// configKind is the kind of a row of a store or container.
func configKind(why Reasons, deny bool) kinds {
	n := configBit
	if why&Inherited != 0 {
		n += 4
	}
	if why&Default != 0 {
		n += 2
	}
	if deny {
		n++
	}
	return 1 << n
}

// shownKinds are the kinds of rows that are shown where these reasons are switched on.
func shownKinds(show Reasons) (out kinds) {
	deny := [2]Reasons{NotDeny, 0}
	for d, more := range deny {
		for f := familyMailbox; f <= familySend; f++ {
			for slot := range len(sums{}) {
				if (slotReasons(f, slot)|more)&^show == 0 {
					out |= slotKind(f, slot, d)
				}
			}
		}
		for _, why := range [...]Reasons{0, Inherited, Default, Inherited | Default} {
			if (why|more)&^show == 0 {
				out |= configKind(why, d == 1)
			}
		}
	}
	if NotDeny&^show == 0 {
		out |= behalfKind
	}
	return out
}

// kinds returns the kinds of rows that a sum counts.
func (t *sums) kinds(f family) (out kinds) {
	for slot := range t {
		for d, n := range t[slot] {
			if n != 0 {
				out |= slotKind(f, slot, d)
			}
		}
	}
	return out
}

// link is one value of publicDelegates, by whom it names.
type link struct {
	who Party
	n   uint32 // number of the value
}

// relations say who is named where: worked out once for a snapshot, by the
// first who asks, and the same under all toggles.
type relations struct {
	uses  [2][]uint32 // by aceID: on how many recipients' lists it stands, in mailbox ACLs and on accounts
	aces  csr         // by sidID: the ACEs that give rows on recipients for it
	links []link      // in order of who
	kinds []kinds     // by sidID: of the rows that name it
	descs []uint16    // by descID: the kinds of its rows, from the first of its family on
	rows  [2][8][2]int
}

func (s *Snapshot) relations() *relations { return relationsOf.Of(s) }

var relationsOf = Derive(func(s *Snapshot) *relations {
	r := &relations{}
	s.countUses(r)
	r.links = make([]link, s.delegates.len())
	for i := range s.delegates.len() {
		r.links[i] = link{s.party(s.delegates.at(i).who), i}
	}
	slices.SortFunc(r.links, func(a, b link) int { return cmp.Or(cmp.Compare(a.who, b.who), cmp.Compare(a.n, b.n)) })
	s.findKinds(r)
	return r
})

// countUses counts rows by descriptor, and how often each ACE stands on recipients.
func (s *Snapshot) countUses(r *relations) {
	descs := make([]uint32, s.descs.len())
	for i := range s.recips.len() {
		o := s.object(*s.recips.at(i))
		descs[o.mailboxSD]++
		descs[o.security]++
	}
	r.uses[0] = make([]uint32, s.aces.len())
	r.uses[1] = make([]uint32, s.aces.len())
	r.descs = make([]uint16, s.descs.len())
	for id := uint32(1); id < s.descs.len(); id++ {
		d, n := s.descs.at(id), descs[id]
		if n == 0 || d.family > familySend {
			continue
		}
		r.descs[id] = uint16(d.sums.kinds(d.family) >> (16 * d.family))
		for i := range d.n {
			r.uses[d.family][*s.lists.at(d.first + i)] += n
		}
		for slot := range d.sums {
			for deny, rows := range d.sums[slot] {
				r.rows[d.family][slot][deny] += int(rows) * int(n)
			}
		}
	}
}

// findKinds finds the ACEs of each trustee that give rows on recipients, and
// what kinds of rows name whom.
func (s *Snapshot) findKinds(r *relations) {
	r.kinds = make([]kinds, s.sids.len())
	for id := uint32(1); id < s.aces.len(); id++ {
		for f := familyMailbox; f <= familySend; f++ {
			if r.uses[f][id] == 0 {
				continue
			}
			a := s.aces.at(id)
			sum := sumACE(f, a)
			if k := sum.kinds(f); k != 0 {
				r.kinds[a.trustee] |= k
			} else {
				r.uses[f][id] = 0 // it gives no rows in this sense
			}
		}
	}
	r.aces = lists(s.sids.len(), func(yield func(key, value uint32)) {
		for id := uint32(1); id < s.aces.len(); id++ {
			if r.uses[0][id]|r.uses[1][id] != 0 {
				yield(uint32(s.aces.at(id).trustee), id)
			}
		}
	})
	for _, l := range r.links {
		if l.who.dn() == 0 {
			r.kinds[l.who] |= behalfKind
		}
	}
	for i := range s.stores.len() {
		s.each(*s.stores.at(i), storesOnly|adminOnly, func(ref RowRef, a *aceRec) bool {
			r.kinds[a.trustee] |= configKind(s.reasons(ref, a), a.kind.Denies())
			return true
		})
	}
}

// linksOf returns the values of publicDelegates that name a party.
func (r *relations) linksOf(p Party) []link {
	i := sort.Search(len(r.links), func(i int) bool { return r.links[i].who >= p })
	j := i
	for j < len(r.links) && r.links[j].who == p {
		j++
	}
	return r.links[i:j]
}

// kindsOf returns the kinds of rows that name a party.
func (r *relations) kindsOf(p Party) kinds {
	switch {
	case p.dn() != 0 && len(r.linksOf(p)) > 0:
		return behalfKind
	case p.dn() == 0 && int(p) < len(r.kinds):
		return r.kinds[p]
	}
	return 0
}

// reach says where an ACE stands: what the reverse view of a trustee goes by.
type reach struct {
	descs   csr // by aceID: the descriptors of recipients that have it
	targets csr // by descID: the recipients that have it
}

func (s *Snapshot) reach() *reach { return reachOf.Of(s) }

var reachOf = Derive(func(s *Snapshot) *reach {
	r, out := s.relations(), &reach{}
	out.targets = lists(s.descs.len(), func(yield func(key, value uint32)) {
		for i := range s.recips.len() {
			id := *s.recips.at(i)
			for _, d := range [...]descID{s.object(id).mailboxSD, s.object(id).security} {
				if d != 0 {
					yield(uint32(d), uint32(id))
				}
			}
		}
	})
	out.descs = lists(s.aces.len(), func(yield func(key, value uint32)) {
		last := make([]uint32, s.aces.len()) // an ACE may stand twice in a list
		for id := uint32(1); id < s.descs.len(); id++ {
			d := s.descs.at(id)
			if d.family > familySend || len(out.targets.of(id)) == 0 {
				continue
			}
			for i := range d.n {
				if a := *s.lists.at(d.first + i); r.uses[d.family][a] != 0 && last[a] != id {
					last[a] = id
					yield(uint32(a), id)
				}
			}
		}
	})
	return out
})

// orphan reports whether a SID belongs to an account that is deleted or that
// nobody holds any more.
func (s *Snapshot) orphan(id sidID) bool {
	orphans := orphansOf.Of(s)
	return int(id) < len(orphans) && orphans[id]
}

var orphansOf = Derive(func(s *Snapshot) []bool { // by sidID
	orphans := make([]bool, s.sids.len())
	for i, k := range s.relations().kinds {
		if h := s.holder(sidID(i)); k == 0 || h != 0 && !s.object(h).is(flagDeleted) {
			continue
		}
		kind := s.partyKind(sidID(i))
		orphans[i] = kind == KindOrphan || kind == KindDeleted
	}
	return orphans
})

// orphanRows counts, by descriptor, the rows on recipients whose trustee is an
// orphan, and in all.
type orphanRows struct {
	kinds []uint16 // by descID, as in relations
	descs map[descID]sums
	rows  [2][8][2]int
}

func (s *Snapshot) orphanRows() *orphanRows { return orphanRowsOf.Of(s) }

var orphanRowsOf = Derive(func(s *Snapshot) *orphanRows {
	r, at, out := s.relations(), s.reach(), &orphanRows{}
	out.descs, out.kinds = map[descID]sums{}, make([]uint16, s.descs.len())
	for i, k := range r.kinds {
		if k&recipientKinds == 0 || !s.orphan(sidID(i)) {
			continue
		}
		for _, a := range r.aces.of(uint32(i)) {
			for _, d := range at.descs.of(a) {
				out.descs[descID(d)] = sums{}
			}
		}
	}
	for id := range out.descs {
		d := s.descs.at(uint32(id))
		var sum sums
		for i := range d.n {
			if a := s.ace(d.first + i); s.orphan(a.trustee) {
				one := sumACE(d.family, a)
				sum.add(&one)
			}
		}
		out.descs[id] = sum
		out.kinds[id] = uint16(sum.kinds(d.family) >> (16 * d.family))
		n := len(at.targets.of(uint32(id)))
		for slot := range sum {
			for deny, rows := range sum[slot] {
				out.rows[d.family][slot][deny] += int(rows) * n
			}
		}
	}
	return out
})
