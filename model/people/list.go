package people

import (
	"cmp"
	"context"
	"slices"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// List is what is below a node, in order. It makes leaves when they are asked for: a
// group may hold a hundred thousand, of whom a screen shows fifty. It never changes, and
// any goroutine may ask it.
type List struct{ parts []part }

// part is a stretch of a list: nodes that there are, or leaves that are made.
type part struct {
	made   []*Node
	leaves int
	leaf   func(i int) *Node
}

// ListOf is a list of nodes that there are.
func ListOf(nodes []*Node) List { return List{[]part{{made: nodes}}} }

// Len is the number of nodes.
func (l List) Len() (n int) {
	for i := range l.parts {
		n += len(l.parts[i].made) + l.parts[i].leaves
	}
	return n
}

// At is a node; a leaf is made anew each time.
func (l List) At(i int) *Node {
	if n := l.Made(i); n != nil {
		return n
	}
	for k := range l.parts {
		p := &l.parts[k]
		if i -= len(p.made); i < p.leaves {
			return p.leaf(i)
		}
		i -= p.leaves
	}
	panic("no such node")
}

// Made is a node that there is, always the same one; nil for a leaf that [List.At]
// makes, below which there is nothing.
func (l List) Made(i int) *Node {
	for k := range l.parts {
		p := &l.parts[k]
		if i < len(p.made) {
			return p.made[i]
		}
		if i -= len(p.made) + p.leaves; i < 0 {
			return nil
		}
	}
	return nil
}

// all makes every node.
func (l List) all() []*Node {
	out := make([]*Node, l.Len())
	for i := range out {
		out[i] = l.At(i)
	}
	return out
}

func (l List) and(more List) List { return List{append(slices.Clip(l.parts), more.parts...)} }

// leaves is a list of n leaves that are made when they are asked for, in the order of
// their names.
func leaves(n int, name func(i int) []byte, leaf func(i int) *Node) List {
	type named struct {
		start uint64
		i     uint32
	}
	order := make([]named, n)
	for i := range order {
		order[i] = named{dn.Prefix(name(i)), uint32(i)}
	}
	slices.SortFunc(order, func(x, y named) int {
		return cmp.Or(cmp.Compare(x.start, y.start), dn.Compare(name(int(x.i)), name(int(y.i))), cmp.Compare(x.i, y.i))
	})
	return List{[]part{{leaves: n, leaf: func(i int) *Node { return leaf(int(order[i].i)) }}}}
}

// ranked puts things of persons in the order of these persons' names.
func ranked[T any](b *verdict.Book, all []T, person func(T) member.Person) []T {
	type placed struct {
		place, i uint32
	}
	order, places := make([]placed, len(all)), b.Places()
	for i, x := range all {
		order[i] = placed{places[person(x)], uint32(i)}
	}
	slices.SortFunc(order, func(x, y placed) int { return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.i, y.i)) })
	out := make([]T, len(all))
	for i, x := range order {
		out[i] = all[x.i]
	}
	return out
}

// sorted orders nodes by name.
func sorted(nodes []*Node) []*Node {
	slices.SortStableFunc(nodes, func(x, y *Node) int {
		return cmp.Or(dn.Compare([]byte(nameOf(x).String()), []byte(nameOf(y).String())), cmp.Compare(x.Who.DN, y.Who.DN))
	})
	return nodes
}

// Step is a node on the way from the top of a tree down to another.
type Step struct {
	Node  *Node
	Up    *Node // the node that it is below; nil at the top
	At    int   // the how manyth it is there
	Below List  // what is below it, as far as the way goes on
}

// Walk calls visit with the way to every node of the tree, in order, until it returns
// false or the context ends. made is what is below lazy nodes that were unfolded. The
// others are unfolded on the way, each group once below an entry, so that circles end
// and groups that are in each other by many ways take no longer. The way is good
// for the call only.
func (t *Tree) Walk(ctx context.Context, made map[*Node]List, visit func(way []Step) bool) {
	w := &walker{ctx: ctx, made: made, visit: visit}
	w.walk(ListOf(t.Top), nil, nil)
}

type walker struct {
	ctx   context.Context
	made  map[*Node]List
	visit func(way []Step) bool
	met   map[model.ObjectID]bool // groups that were unfolded below this entry
}

// walk goes through a list; it reports false when it was stopped.
func (w *walker) walk(l List, up *Node, way []Step) bool {
	for i := range l.Len() {
		n := l.At(i)
		here := append(way, Step{Node: n, Up: up, At: i})
		if w.ctx.Err() != nil || !w.visit(here) {
			return false
		}
		if len(way) < 2 { // a part of the tree, or an entry
			w.met = map[model.ObjectID]bool{}
		}
		here[len(way)].Below = w.below(n)
		if !w.walk(here[len(way)].Below, n, here) {
			return false
		}
	}
	return true
}

func (w *walker) below(n *Node) List {
	if l, ok := w.made[n]; ok {
		return l
	}
	if n.lazy != nil && n.object != 0 {
		if w.met[n.object] {
			return List{}
		}
		w.met[n.object] = true
	}
	return n.Unfold(w.ctx)
}
