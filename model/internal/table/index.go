package table

// Index finds the number of a record by its hash: open addressing over eight
// bytes a slot, where a Go map of the records would cost thirty. Half of a slot
// is a part of the hash, so that a look at a slot seldom leads to a record that
// is another one, and growing to none: records lie all over the memory.
// Number 0 marks an empty slot, so interned tables begin with a dummy record.
type Index struct {
	slots []slot
	n     int
}

type slot struct{ tag, id uint32 }

// Find returns the number for which same is true among those with this hash, or
// 0.
func (x *Index) Find(hash uint64, same func(id uint32) bool) uint32 {
	if len(x.slots) == 0 {
		return 0
	}
	tag, mask := uint32(hash), uint32(len(x.slots)-1)
	for i := tag & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s.id == 0 || s.tag == tag && same(s.id) {
			return s.id
		}
	}
}

// Insert adds a number that find did not give.
func (x *Index) Insert(hash uint64, id uint32) {
	if x.n*4 >= len(x.slots)*3 {
		old := x.slots
		x.slots = make([]slot, max(64, len(old)*2))
		for _, s := range old {
			if s.id != 0 {
				x.place(s)
			}
		}
	}
	x.place(slot{uint32(hash), id})
	x.n++
}

// Fill makes an empty index of the numbers from 1 to n-1.
func (x *Index) Fill(n uint32, hash func(id uint32) uint64) {
	size := 64
	for int(n)*4 > size*3 {
		size *= 2
	}
	x.slots = make([]slot, size)
	for id := uint32(1); id < n; id++ {
		x.place(slot{uint32(hash(id)), id})
	}
	x.n = int(n) - 1
}

func (x *Index) place(s slot) {
	mask := uint32(len(x.slots) - 1)
	i := s.tag & mask
	for x.slots[i].id != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

// Mix spreads the bits of two words over one (the finaliser of splitmix64).
func Mix(a, b uint64) uint64 {
	h := a*0x9e3779b97f4a7c15 ^ b
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}
