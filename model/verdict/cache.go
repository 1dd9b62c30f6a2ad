package verdict

import "sync"

// cache keeps what was worked out, up to a weight; then it begins anew. It may be
// used by any number of goroutines; two that ask for the same at a time may both
// work it out.
type cache[K comparable, V any] struct {
	most  int         // of the weights together
	weigh func(V) int // what one value weighs; 0 for one that is not worth a place

	mu     sync.Mutex
	kept   map[K]V
	weight int
}

// of returns the value for a key, by work where it is not kept.
func (c *cache[K, V]) of(k K, work func() V) V {
	c.mu.Lock()
	v, ok := c.kept[k]
	c.mu.Unlock()
	if ok {
		return v
	}
	v = work()
	w := c.weigh(v)
	if w == 0 {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.weight > c.most || c.kept == nil {
		c.kept, c.weight = map[K]V{}, 0
	}
	c.kept[k] = v
	c.weight += w
	return v
}
