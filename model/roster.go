package model

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// The grid of mailboxes can have a line for each recipient and for whoever else
// a row names, whatever the toggles are. These lines are numbered: recipients
// as they came, then the others. What a question shows is a list of numbers.

// others are the parties that some row names and that have no line as a
// recipient, in order of number.
func (s *Snapshot) others() []Party { return othersOf.Of(s) }

var othersOf = Derive(func(s *Snapshot) (others []Party) {
	r := s.relations()
	add := func(p Party) {
		if p != 0 && !s.ownLine(p) {
			others = append(others, p)
		}
	}
	for i, k := range r.kinds {
		if k != 0 {
			add(Party(i))
		}
	}
	for i, l := range r.links {
		if l.who.dn() != 0 && (i == 0 || r.links[i-1].who != l.who) {
			add(l.who)
		}
	}
	return others
})

// ownLine reports whether a party is a recipient, which has one line for both
// roles. A former SID of one has a line of its own.
func (s *Snapshot) ownLine(p Party) bool {
	id := s.partyObject(p)
	return id != 0 && s.object(id).recipient != NoRecipient && s.party(s.object(id).dn) == p
}

func (s *Snapshot) lineCount() uint32 { return s.recips.len() + uint32(len(s.others())) }

// lineKey returns the key of a numbered line.
func (s *Snapshot) lineKey(n uint32) LineKey {
	if n >= s.recips.len() {
		return LineKey{party: s.others()[n-s.recips.len()]}
	}
	id := *s.recips.at(n)
	o := s.object(id)
	if o.sid != 0 {
		return LineKey{obj: id, party: partyOfSID(o.sid)}
	}
	return LineKey{obj: id, party: partyOfDN(o.dn)}
}

// keyed is a line with the beginning of its name, folded, which decides most
// comparisons without a look at the texts.
type keyed struct {
	start uint64
	n     uint32
}

// byName returns the numbered lines in the order of their names. It is worked out
// once for a snapshot, since neither toggles nor filters change it.
func (s *Snapshot) byName() []uint32 { return orderByName.Of(s) }

var orderByName = Derive(func(s *Snapshot) []uint32 {
	n := s.lineCount()
	names := map[uint32][]byte{} // of lines whose names do not lie in the arena
	for i, p := range s.others() {
		names[s.recips.len()+uint32(i)] = []byte(s.Principal(p).Name)
	}
	for i := range s.recips.len() {
		if o := s.object(*s.recips.at(i)); o.account == 0 || o.store() {
			names[i] = s.objectSortName(o)
		}
	}
	keys := make([]keyed, n)
	name := func(n uint32) []byte {
		if n < s.recips.len() {
			if o := s.object(*s.recips.at(n)); o.account != 0 && !o.store() {
				return s.texts.bytes(o.account)
			}
		}
		return names[n]
	}
	parallel(int(n), func(from, to int) {
		for i := from; i < to; i++ {
			keys[i] = keyed{folded8(name(uint32(i))), uint32(i)}
		}
	})
	keys = sortParallel(keys, func(a, b keyed) int {
		if a.start != b.start {
			return cmp.Compare(a.start, b.start)
		}
		if c := compareFold(name(a.n), name(b.n)); c != 0 {
			return c
		}
		return s.tie(s.lineKey(a.n), s.lineKey(b.n))
	})
	ordered := make([]uint32, n)
	for i, k := range keys {
		ordered[i] = k.n
	}
	return ordered
})

// tie orders lines of the same name by DN or SID, and not by when they came:
// several searches run at a time, and another read of the same directory must
// give the same report.
func (s *Snapshot) tie(a, b LineKey) int {
	if a == b {
		return 0
	}
	if a.obj == b.obj && a.obj != 0 { // entries of one container
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.party, b.party))
	}
	return cmp.Or(strings.Compare(s.identity(a), s.identity(b)), cmp.Compare(a.party, b.party))
}

func (s *Snapshot) identity(k LineKey) string {
	if k.obj != 0 {
		return s.dnText(s.object(k.obj).dn)
	}
	p := s.Principal(k.party)
	return sidText(p.SID) + p.DN
}

// folded8 packs the first eight bytes of a name, folded as compareFold folds
// them: names in order have these in order.
func folded8(name []byte) uint64 {
	var b [8]byte
	for i := range min(len(name), len(b)) {
		b[i] = foldASCII(name[i])
	}
	return binary.BigEndian.Uint64(b[:])
}

// Find returns where the line with a key is, by LineKey.Number, or -1.
func (r *Result) Find(number uint64) int {
	if r.Query.Type != Mailboxes || r.Query.Rows {
		return slices.IndexFunc(r.keys, func(k LineKey) bool { return k.Number() == number })
	}
	s, key := r.Snapshot, LineKey{obj: objID(number >> 32), party: Party(number)}
	if r.Query.Arrival {
		return slices.IndexFunc(r.numbers, func(n uint32) bool { return s.lineKey(n) == key })
	}
	lines := r.numbers
	if r.Query.Sort != 0 {
		lines = s.byName()
	}
	i, there := s.search(lines, key)
	switch {
	case !there:
		return -1
	case r.Query.Sort != 0:
		return slices.Index(r.numbers, lines[i])
	}
	return i
}

// search looks for a line among lines in order of their names.
func (s *Snapshot) search(lines []uint32, key LineKey) (int, bool) {
	name := s.lineName(key)
	return slices.BinarySearchFunc(lines, key, func(n uint32, key LineKey) int {
		k := s.lineKey(n)
		if c := compareFold(s.lineName(k), name); c != 0 {
			return c
		}
		return s.tie(k, key)
	})
}
