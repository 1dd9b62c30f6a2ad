package model

import "slices"

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits // records; small enough to copy when one changes, large enough that a million need a thousand pointers
)

type chunk[T any] [chunkSize]T

// view is a read-only table as of one publication. The zero view is empty.
type view[T any] struct {
	chunks []*chunk[T]
	n      uint32
}

func (v view[T]) len() uint32 { return v.n }

// at returns record i, which must be below len. The record must not be written.
func (v view[T]) at(i uint32) *T { return &v.chunks[i>>chunkBits][i&(chunkSize-1)] }

// table is an append-only list of records that are published in views. A slot
// that a view can see is never written again: edit works on a copy of its chunk.
// Slots beyond the length of every view may be filled in place, since no reader
// looks there.
type table[T any] struct {
	chunks []*chunk[T]
	owned  []bool // chunk was copied or made since the last publication
	n      uint32
	last   view[T]
	dirty  bool
}

func (t *table[T]) len() uint32 { return t.n }

func (t *table[T]) at(i uint32) *T { return &t.chunks[i>>chunkBits][i&(chunkSize-1)] }

// add appends a record and returns its number.
func (t *table[T]) add(x T) uint32 {
	if t.n&(chunkSize-1) == 0 && int(t.n>>chunkBits) == len(t.chunks) {
		t.chunks = append(t.chunks, new(chunk[T]))
		t.owned = append(t.owned, true)
	}
	t.chunks[t.n>>chunkBits][t.n&(chunkSize-1)] = x
	t.n++
	t.dirty = true
	return t.n - 1
}

// grow appends zero records until the table has n.
func (t *table[T]) grow(n uint32) {
	var zero T
	for t.n < n {
		t.add(zero)
	}
}

// edit returns record i for writing.
func (t *table[T]) edit(i uint32) *T {
	c := i >> chunkBits
	if !t.owned[c] {
		fresh := *t.chunks[c]
		t.chunks[c] = &fresh
		t.owned[c] = true
	}
	t.dirty = true
	return t.at(i)
}

// now returns the table for a look that is over before the next change. It costs
// nothing, and what follows writes on in place.
func (t *table[T]) now() view[T] { return view[T]{chunks: t.chunks, n: t.n} }

// publish returns the table as it is now.
func (t *table[T]) publish() view[T] {
	if t.dirty {
		t.last = view[T]{chunks: slices.Clone(t.chunks), n: t.n}
		clear(t.owned)
		t.dirty = false
	}
	return t.last
}
