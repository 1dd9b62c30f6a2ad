package table

import (
	"slices"
)

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits // records; small enough to copy when one changes, large enough that a million need a thousand pointers
)

type chunk[T any] [chunkSize]T

// View is a read-only table as of one publication. The zero view is empty.
type View[T any] struct {
	chunks []*chunk[T]
	n      uint32
}

// Len returns the number of records.
func (v View[T]) Len() uint32 { return v.n }

// At returns record i, which must be below len. The record must not be written.
func (v View[T]) At(i uint32) *T { return &v.chunks[i>>chunkBits][i&(chunkSize-1)] }

// Table is an append-only list of records that are published in views. A slot
// that a view can see is never written again: edit works on a copy of its
// chunk. Slots beyond the length of every view may be filled in place, since no
// reader looks there.
type Table[T any] struct {
	chunks []*chunk[T]
	owned  []bool // chunk was copied or made since the last publication
	n      uint32
	last   View[T]
	dirty  bool
}

// Len returns the number of records.
func (t *Table[T]) Len() uint32 { return t.n }

// At returns record i, which must be below Len. For writing see Edit.
func (t *Table[T]) At(i uint32) *T { return &t.chunks[i>>chunkBits][i&(chunkSize-1)] }

// Add appends a record and returns its number.
func (t *Table[T]) Add(x T) uint32 {
	if t.n&(chunkSize-1) == 0 && int(t.n>>chunkBits) == len(t.chunks) {
		t.chunks = append(t.chunks, new(chunk[T]))
		t.owned = append(t.owned, true)
	}
	t.chunks[t.n>>chunkBits][t.n&(chunkSize-1)] = x
	t.n++
	t.dirty = true
	return t.n - 1
}

// Grow appends zero records until the table has n.
func (t *Table[T]) Grow(n uint32) {
	var zero T
	for t.n < n {
		t.Add(zero)
	}
}

// Edit returns record i for writing.
func (t *Table[T]) Edit(i uint32) *T {
	c := i >> chunkBits
	if !t.owned[c] {
		fresh := *t.chunks[c]
		t.chunks[c] = &fresh
		t.owned[c] = true
	}
	t.dirty = true
	return t.At(i)
}

// Now returns the table for a look that is over before the next change. It
// costs nothing, and what follows writes on in place.
func (t *Table[T]) Now() View[T] { return View[T]{chunks: t.chunks, n: t.n} }

// Publish returns the table as it is now.
func (t *Table[T]) Publish() View[T] {
	if t.dirty {
		t.last = View[T]{chunks: slices.Clone(t.chunks), n: t.n}
		clear(t.owned)
		t.dirty = false
	}
	return t.last
}

// Thaw returns a table that goes on from a view, for a state of its own: whoever
// writes the table that the view is of goes on as well, and neither sees what the
// other adds.
func (v View[T]) Thaw() *Table[T] {
	t := &Table[T]{chunks: slices.Clone(v.chunks), owned: make([]bool, len(v.chunks)), n: v.n, last: v}
	if v.n&(chunkSize-1) != 0 { // the other fills the rest of its last chunk in place
		last := v.n >> chunkBits
		fresh := *v.chunks[last]
		t.chunks[last], t.owned[last] = &fresh, true
	}
	return t
}
