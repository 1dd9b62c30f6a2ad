package member

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Below is somebody in a group, at whatever depth.
type Below struct {
	// ID is the member; 0 for one that was not delivered, of whom there is Name.
	ID   model.ObjectID
	Name pool.DN
	// Depth is 1 for who is in the group himself, and the least there is.
	Depth int
	// Between are the groups from the member up, without the group itself: one of the
	// shortest ways. It is valid until the next call.
	Between []model.ObjectID
}

// Groups calls yield for whatever has members, or is a group, in the order in
// which it came, until it returns false.
func (g *Graph) Groups(yield func(model.ObjectID) bool) {
	for id, holds := range g.holds {
		if holds && !yield(model.ObjectID(id)) {
			return
		}
	}
}

// IsGroup reports whether an object is a group, or has members.
func (g *Graph) IsGroup(id model.ObjectID) bool { return g.holds[id] }

// Downward goes through groups with all that is in them. It is for one goroutine.
type Downward struct {
	g     *Graph
	turn  uint32
	met   []uint32         // by ObjectID: the turn in which it was met
	above []model.ObjectID // by ObjectID: the group through which
	way   []model.ObjectID
	names map[pool.DN]uint32 // the turn in which one that was not delivered was met
}

// Downward begins to go through groups.
func (g *Graph) Downward() *Downward {
	n := g.s.Objects.Len()
	return &Downward{g: g, met: make([]uint32, n), above: make([]model.ObjectID, n), names: map[pool.DN]uint32{}}
}

// In calls yield for everybody in a group, each once, the nearest first: values of
// member, and accounts whose primary group it is. It is about who is in the group
// and not about tokens, so distribution groups count. unread reports that some of
// those in it were not read, or are guessed at.
func (d *Downward) In(group model.ObjectID, yield func(Below) bool) (unread bool) {
	d.turn++
	d.met[group] = d.turn
	level := []model.ObjectID{group}
	for depth := 1; len(level) > 0; depth++ {
		var next []model.ObjectID
		for _, in := range level {
			unread = unread || d.g.unread[in]
			more, ok := d.into(group, in, depth, yield)
			next = append(next, more...)
			if !ok {
				return unread
			}
			for _, p := range d.g.primary.Of(uint32(in)) {
				if d.g.guessed[p] {
					unread = true
				} else if !d.meet(group, in, d.g.persons[p].obj, depth, yield) {
					return unread
				}
			}
		}
		level = next
	}
	return unread
}

// into takes the members of one group on the way, and returns the groups among them.
func (d *Downward) into(group, in model.ObjectID, depth int, yield func(Below) bool) (next []model.ObjectID, ok bool) {
	s := d.g.s
	o := s.Record(in)
	for i := range o.Members.N {
		name := *s.Members.At(o.Members.First + i)
		id := s.At(name)
		if id == 0 {
			if d.names[name] == d.turn {
				continue
			}
			d.names[name] = d.turn
			if !yield(Below{Name: name, Depth: depth, Between: d.between(group, in)}) {
				return nil, false
			}
			continue
		}
		if d.met[id] != d.turn && d.g.holds[id] {
			next = append(next, id)
		}
		if !d.meet(group, in, id, depth, yield) {
			return nil, false
		}
	}
	return next, true
}

func (d *Downward) meet(group, in, id model.ObjectID, depth int, yield func(Below) bool) bool {
	if d.met[id] == d.turn {
		return true
	}
	d.met[id], d.above[id] = d.turn, in
	return yield(Below{ID: id, Name: d.g.s.Record(id).DN, Depth: depth, Between: d.between(group, in)})
}

// between is the way from a group up to the one in question.
func (d *Downward) between(group, in model.ObjectID) []model.ObjectID {
	d.way = d.way[:0]
	for ; in != group; in = d.above[in] {
		d.way = append(d.way, in)
	}
	return d.way
}
