package table

import (
	"slices"
)

// Lists keeps a list of numbers for each number below some bound, all in one
// array: a list for each would cost ten times the memory.
type Lists struct{ first, list []uint32 }

// MakeLists makes a csr for keys below n. each yields the pairs, and is called
// twice: to count them, and to put them in place.
func MakeLists(n uint32, each func(yield func(key, value uint32))) Lists {
	c := Lists{first: make([]uint32, n+1)}
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

// Of returns the list of a number. It must not be written.
func (c *Lists) Of(key uint32) []uint32 {
	if int(key)+1 >= len(c.first) {
		return nil
	}
	return c.list[c.first[key]:c.first[key+1]]
}
