package table

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

// Of returns the list of a number. It must not be written.
func (c *Lists) Of(key uint32) []uint32 {
	if int(key)+1 >= len(c.first) {
		return nil
	}
	return c.list[c.first[key]:c.first[key+1]]
}
