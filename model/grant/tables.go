package grant

import (
	"iter"
	"math"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// uses say on how many recipients' lists each ACE stands, by the sense in which
// the list is read. Nearly every ACE stands on lists of one sense: four bytes
// for each ACE, where a column for each sense takes sixteen.
type uses struct {
	one  []uint32 // by ACE: the number, shifted by senseBits, and the sense
	more map[pool.ACE]*[pool.Counted]uint32
}

const (
	senseBits = 3
	inMore    = 1<<senseBits - 1 // for the sense: it is in more
)

// A sense has a value of its own beside inMore.
var _ [inMore - int(pool.Counted)]struct{}

// Of returns the number for an ACE in one sense.
func (u *uses) Of(in pool.Sense, a pool.ACE) uint32 {
	switch one := u.one[a]; one & (1<<senseBits - 1) {
	case inMore:
		return u.more[a][in]
	case uint32(in):
		return one >> senseBits
	}
	return 0
}

// any reports whether an ACE gives rows on recipients.
func (u *uses) any(a pool.ACE) bool {
	if one := u.one[a]; one&(1<<senseBits-1) != inMore {
		return one>>senseBits != 0
	}
	return *u.more[a] != [pool.Counted]uint32{}
}

func (u *uses) add(in pool.Sense, a pool.ACE, n uint32) {
	one := u.one[a]
	has, was := one>>senseBits, one&(1<<senseBits-1)
	switch {
	case was == inMore:
		u.more[a][in] += n
	case has == 0 || was == uint32(in):
		if n <= math.MaxUint32>>senseBits-has {
			u.one[a] = (has+n)<<senseBits | uint32(in)
			return
		}
		fallthrough
	default:
		both := &[pool.Counted]uint32{}
		if has != 0 {
			both[was] = has
		}
		both[in] += n
		if u.more == nil {
			u.more = map[pool.ACE]*[pool.Counted]uint32{}
		}
		u.one[a], u.more[a] = inMore, both
	}
}

func (u *uses) clear(in pool.Sense, a pool.ACE) {
	switch one := u.one[a]; one & (1<<senseBits - 1) {
	case inMore:
		u.more[a][in] = 0
	case uint32(in):
		u.one[a] = 0
	}
}

// kindsBySID are the sorts of the rows that name each SID. A directory has few
// different sets, so that a SID takes the two bytes of the number of its set.
type kindsBySID struct {
	of     []uint16 // by SID: a number in sets, or inRest
	sets   []RowKinds
	number map[RowKinds]uint16
	rest   map[pool.SID]RowKinds // beyond what numbers there are
}

const inRest = math.MaxUint16

func makeKinds(n uint32) kindsBySID {
	return kindsBySID{of: make([]uint16, n), sets: []RowKinds{0}, number: map[RowKinds]uint16{0: 0}}
}

// Of returns the sorts of the rows that name a SID, none for one that came later.
func (k *kindsBySID) Of(id pool.SID) RowKinds {
	switch {
	case int(id) >= len(k.of):
		return 0
	case k.of[id] == inRest:
		return k.rest[id]
	}
	return k.sets[k.of[id]]
}

// All returns every SID in order, with its sorts.
func (k *kindsBySID) All() iter.Seq2[pool.SID, RowKinds] {
	return func(yield func(pool.SID, RowKinds) bool) {
		for i := range k.of {
			if id := pool.SID(i); !yield(id, k.Of(id)) {
				return
			}
		}
	}
}

func (k *kindsBySID) add(id pool.SID, more RowKinds) {
	set := k.Of(id)
	if set|more == set {
		return
	}
	set |= more
	n, known := k.number[set]
	switch {
	case known:
	case len(k.sets) < inRest:
		n = uint16(len(k.sets))
		k.sets, k.number[set] = append(k.sets, set), n
	default:
		if k.rest == nil {
			k.rest = map[pool.SID]RowKinds{}
		}
		n, k.rest[id] = inRest, set
	}
	k.of[id] = n
}

// repeats counts how often an ACE stands on recipients' lists that have it already:
// few do.
type repeats map[repeat]uint32

type repeat struct {
	ace pool.ACE
	in  pool.Sense
}

// count counts those of a descriptor that n recipients have.
func (r *repeats) count(s *model.Snapshot, d *pool.DescRecord, n uint32) {
	if *r == nil {
		*r = repeats{}
	}
	eachAgain(s, d, func(id pool.ACE) { (*r)[repeat{id, d.Sense}] += n })
}

// Of returns the number for an ACE in one sense.
func (r repeats) Of(in pool.Sense, a pool.ACE) uint32 { return r[repeat{a, in}] }

// eachAgain calls f for the entries of a list that stand in it before.
func eachAgain(s *model.Snapshot, d *pool.DescRecord, f func(pool.ACE)) {
	seen := map[pool.ACE]bool{}
	for i := range d.N {
		id := *s.Lists.At(d.First + i)
		if seen[id] && s.ACE(d.First+i).Repeats() {
			f(id)
		}
		seen[id] = true
	}
}

// sumsOf counts the rows of those entries of a descriptor that a condition holds for.
func sumsOf(s *model.Snapshot, d *pool.DescRecord, of func(*pool.ACERecord) bool) (sum pool.Sums) {
	for i := range d.N {
		if a := s.ACE(d.First + i); of(a) {
			rights, entries := pool.SumACE(d.Sense, a), pool.SumEntry(d.Sense, a)
			sum.Rights.Add(&rights)
			sum.Entries.Add(&entries)
		}
	}
	if d.Repeats {
		eachAgain(s, d, func(id pool.ACE) {
			if a := s.ACEs.At(uint32(id)); of(a) {
				entry := pool.SumEntry(d.Sense, a)
				sum.Entries = sum.Entries.Less(&entry)
			}
		})
	}
	return sum
}
