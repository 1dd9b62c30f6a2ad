package hybrid

import (
	"cmp"
	"context"
	"slices"

	"mbxperm/model"
)

// DefaultBatch is how many mailboxes a batch holds at most.
const DefaultBatch = 100

// Plan divides the mailboxes here into batches that move one after another. It
// never changes and may be used by any number of goroutines.
type Plan struct {
	Web     *Web
	Batches int
	Torn    int // ties between mailboxes of different batches

	order []uint32 // places in Web.nodes: by batch, then by name
	batch []uint32 // by place: its batch, from 1
	first []uint32 // by place: the first by name of those that are tied with it
	size  []uint32 // by place of such a first one: how many they are
}

// Moving is one mailbox of a plan.
type Moving struct {
	Batch   int
	Mailbox model.ObjectID
	// Tied are the mailboxes that it is tied to in its batch, Torn those in others,
	// both by name.
	Tied, Torn []model.ObjectID
	// With counts the others with which it should move, whatever fits a batch: those
	// that it is tied to, directly or by others between. First is the first of all of
	// them by name, and itself where there are none.
	With  int
	First model.ObjectID
}

// Batches divides the mailboxes of a web into batches of at most size: those that
// are tied, directly or by others between them, stay together as long as they fit.
// Of what is too large a batch takes as many as fit, each time the one with the
// most ties into it. What is left of batches is filled with what is small. A size
// below 1 counts as 1.
func Batches(ctx context.Context, w *Web, size int) (*Plan, error) {
	n := len(w.nodes)
	p := &Plan{Web: w, batch: make([]uint32, n), first: make([]uint32, n), size: make([]uint32, n)}
	size = max(size, 1)
	parts := w.parts()
	slices.SortStableFunc(parts, func(a, b []uint32) int { return cmp.Compare(len(b), len(a)) })
	room := rooms{of: map[int][]uint32{}}
	for i, part := range parts {
		if i&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.size[part[0]] = uint32(len(part))
		for _, at := range part {
			p.first[at] = part[0]
		}
		for _, piece := range w.divide(part, size) {
			n := room.take(len(piece), size, &p.Batches)
			for _, at := range piece {
				p.batch[at] = n
			}
		}
	}
	p.order = make([]uint32, len(w.nodes))
	for i := range p.order {
		p.order[i] = uint32(i)
	}
	slices.SortStableFunc(p.order, func(a, b uint32) int { return cmp.Compare(p.batch[a], p.batch[b]) })
	for at := range w.nodes {
		for _, other := range w.ties.Of(uint32(at)) {
			if other > uint32(at) && p.batch[other] != p.batch[at] {
				p.Torn++
			}
		}
	}
	return p, nil
}

// Len returns the number of mailboxes.
func (p *Plan) Len() int { return len(p.order) }

// Line returns a mailbox of the plan: by batch, then by name.
func (p *Plan) Line(i int) Moving {
	at := p.order[i]
	first := p.first[at]
	m := Moving{Batch: int(p.batch[at]), Mailbox: p.Web.nodes[at], With: int(p.size[first]) - 1, First: p.Web.nodes[first]}
	for _, other := range p.Web.ties.Of(at) {
		if id := p.Web.nodes[other]; p.batch[other] == p.batch[at] {
			m.Tied = append(m.Tied, id)
		} else {
			m.Torn = append(m.Torn, id)
		}
	}
	return m
}

// rooms are the batches that are not full, by what is left in them.
type rooms struct {
	of    map[int][]uint32
	sizes []int // keys of of that have some, in order
}

// take finds the batch with the least room that is enough, and begins one where
// there is none.
func (r *rooms) take(n, size int, batches *int) (batch uint32) {
	left := size
	if i, _ := slices.BinarySearch(r.sizes, n); i < len(r.sizes) {
		left = r.sizes[i]
		list := r.of[left]
		batch, r.of[left] = list[0], list[1:]
		if len(list) == 1 {
			delete(r.of, left)
			r.sizes = slices.Delete(r.sizes, i, i+1)
		}
	} else {
		*batches++
		batch = uint32(*batches)
	}
	if left -= n; left > 0 {
		if len(r.of[left]) == 0 {
			i, _ := slices.BinarySearch(r.sizes, left)
			r.sizes = slices.Insert(r.sizes, i, left)
		}
		r.of[left] = append(r.of[left], batch)
	}
	return batch
}

// parts are the mailboxes that are tied, directly or by others between them, in the
// order of their first names.
func (w *Web) parts() (out [][]uint32) {
	seen := make([]bool, len(w.nodes))
	for at := range w.nodes {
		if !seen[at] {
			out = append(out, w.from(uint32(at), seen))
		}
	}
	return out
}

// from finds all that is tied to a mailbox, itself first.
func (w *Web) from(at uint32, seen []bool) []uint32 {
	seen[at] = true
	part := []uint32{at}
	for i := 0; i < len(part); i++ {
		for _, other := range w.ties.Of(part[i]) {
			if !seen[other] {
				seen[other] = true
				part = append(part, other)
			}
		}
	}
	return part
}

// divide cuts a part into pieces of at most size.
func (w *Web) divide(part []uint32, size int) [][]uint32 {
	if len(part) <= size {
		return [][]uint32{part}
	}
	d := division{w: w, in: make(map[uint32]int, len(part))}
	for _, at := range part {
		d.in[at] = 0
	}
	var out [][]uint32
	for _, at := range part {
		if _, waits := d.in[at]; waits {
			out = append(out, d.piece(at, size))
		}
	}
	return out
}

// division is the work of cutting one part: its mailboxes that are in no piece yet,
// with the number of their ties into the piece in hand.
type division struct {
	w    *Web
	in   map[uint32]int
	edge [][]uint32 // by that number: those that had it once, some of which have more now
}

// piece takes at, and then each time the one with the most ties into it. A web has
// no mailbox with more ties than its hubs, so that the numbers are small.
func (d *division) piece(at uint32, size int) (out []uint32) {
	for i := range d.edge {
		for _, other := range d.edge[i] {
			if _, waits := d.in[other]; waits {
				d.in[other] = 0
			}
		}
		d.edge[i] = d.edge[i][:0]
	}
	for {
		out = append(out, at)
		delete(d.in, at)
		for _, other := range d.w.ties.Of(at) {
			n, waits := d.in[other]
			if !waits {
				continue
			}
			d.in[other] = n + 1
			for len(d.edge) <= n+1 {
				d.edge = append(d.edge, nil)
			}
			d.edge[n+1] = append(d.edge[n+1], other)
		}
		if len(out) == size {
			return out
		}
		next, ok := d.next()
		if !ok {
			return out
		}
		at = next
	}
}

// next is the one with the most ties; ok is false where none is left.
func (d *division) next() (at uint32, ok bool) {
	for n := len(d.edge) - 1; n > 0; n-- {
		for len(d.edge[n]) > 0 {
			at, d.edge[n] = d.edge[n][0], d.edge[n][1:]
			if now, waits := d.in[at]; waits && now == n {
				return at, true
			}
		}
	}
	return 0, false
}

// Mailboxes are those here, by name: of persons, rooms and the like.
func (w *Web) Mailboxes() []model.ObjectID { return slices.Clone(w.nodes) }

// TiedTo returns the mailboxes that one is tied to, by name; none for what is no
// mailbox here.
func (w *Web) TiedTo(id model.ObjectID) (out []model.ObjectID) {
	if int(id) >= len(w.at) || w.at[id] == 0 {
		return nil
	}
	for _, other := range w.ties.Of(w.at[id] - 1) {
		out = append(out, w.nodes[other])
	}
	return out
}

// Neighbours are the mailboxes that move with one: those that it is tied to, and
// those between which there are others. ok is false for what is no mailbox here.
func (w *Web) Neighbours(id model.ObjectID) (direct, further []model.ObjectID, ok bool) {
	if int(id) >= len(w.at) || w.at[id] == 0 {
		return nil, nil, false
	}
	at := w.at[id] - 1
	part := w.from(at, make([]bool, len(w.nodes)))[1:]
	n := len(w.ties.Of(at))
	slices.Sort(part[n:])
	for i, other := range part {
		if i < n {
			direct = append(direct, w.nodes[other])
		} else {
			further = append(further, w.nodes[other])
		}
	}
	return direct, further, true
}
