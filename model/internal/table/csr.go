package table

import "slices"

// Lists keeps a list of numbers for each number below some bound, all in one
// array: a list for each would cost ten times the memory.
type Lists struct{ first, list []uint32 }

// MakeLists makes a csr for keys below n. each yields the pairs, and is called
// twice: to count them, and to put them in place.
func MakeLists(n uint32, each func(yield func(key, value uint32))) Lists {
	// While the lists are filled, first[key+1] is the place of the next value of
	// key: at the end that is where the list of key+1 begins.
	c := Lists{first: make([]uint32, n+2)}
	each(func(key, _ uint32) { c.first[key+2]++ })
	for i := range n {
		c.first[i+2] += c.first[i+1]
	}
	c.list = make([]uint32, c.first[n+1])
	each(func(key, value uint32) {
		c.list[c.first[key+1]] = value
		c.first[key+1]++
	})
	c.first = c.first[:n+1]
	return c
}

// With returns the lists with one more value of a key, before the first that is
// greater.
func (c *Lists) With(key, value uint32) Lists {
	at := c.first[key]
	for at < c.first[key+1] && c.list[at] <= value {
		at++
	}
	return c.moved(key, slices.Insert(slices.Clone(c.list), int(at), value), 1)
}

// Without returns the lists with one equal value of a key less, where there is one.
func (c *Lists) Without(key, value uint32) Lists {
	at := slices.Index(c.Of(key), value)
	if at < 0 {
		return *c
	}
	at += int(c.first[key])
	return c.moved(key, slices.Delete(slices.Clone(c.list), at, at+1), ^uint32(0))
}

// moved are the lists with those behind a key that many places later.
func (c *Lists) moved(key uint32, list []uint32, by uint32) Lists {
	first := slices.Clone(c.first)
	for i := key + 1; i < uint32(len(first)); i++ {
		first[i] += by
	}
	return Lists{first: first, list: list}
}

// Of returns the list of a number. It must not be written.
func (c *Lists) Of(key uint32) []uint32 {
	if int(key)+1 >= len(c.first) {
		return nil
	}
	return c.list[c.first[key]:c.first[key+1]]
}
