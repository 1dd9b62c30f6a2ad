package model

// index finds the number of a record by its hash: open addressing over record
// numbers, four bytes a slot, where a Go map of the records would cost thirty.
// Number 0 marks an empty slot, so interned tables begin with a dummy record.
type index struct {
	slots []uint32
	n     int
}

// find returns the number for which same is true among those with this hash, or 0.
func (x *index) find(hash uint64, same func(id uint32) bool) uint32 {
	if len(x.slots) == 0 {
		return 0
	}
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		id := x.slots[i]
		if id == 0 || same(id) {
			return id
		}
	}
}

// insert adds a number that find did not give. hashOf recomputes the hash of a
// number when the table grows.
func (x *index) insert(hash uint64, id uint32, hashOf func(id uint32) uint64) {
	if x.n*4 >= len(x.slots)*3 {
		old := x.slots
		x.slots = make([]uint32, max(64, len(old)*2))
		for _, o := range old {
			if o != 0 {
				x.place(hashOf(o), o)
			}
		}
	}
	x.place(hash, id)
	x.n++
}

func (x *index) place(hash uint64, id uint32) {
	mask := uint64(len(x.slots) - 1)
	i := hash & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = id
}

// mix spreads the bits of two words over one (the finaliser of splitmix64).
func mix(a, b uint64) uint64 {
	h := a*0x9e3779b97f4a7c15 ^ b
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}
