package table

// Bits are a set of the lines of a block.
type Bits [Piece / 64]uint64

// Set puts a line into the set.
func (b *Bits) Set(i int) { b[i>>6] |= 1 << (i & 63) }

// Has reports whether a line is in the set.
func (b *Bits) Has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }
