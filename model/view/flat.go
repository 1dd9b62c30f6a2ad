package view

import (
	"slices"
	"sort"
	"sync"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// The entries of all lines in one list. A million mailboxes have ten million rows:
// they are numbered and not kept. What is kept is how many each target has, four
// bytes for it, and, under a filter or in the order of a column, four bytes for each
// row. A row is made of its number when it is shown.

// allLines is the ACE type whose rows are the entries of all lines of an object type;
// self is its number among the ACE types.
func allLines(kinds grant.Set, self int) ACEType {
	return ACEType{Name: "All lines", forward: kinds, Flip: self, all: true}
}

// AllLines reports whether its rows are those of all lines, whichever the cursor is on.
func (t ACEType) AllLines() bool { return t.all }

// AllLines reports whether a query asks for the rows of all lines of its object type.
// Such a query has no line, and what else narrows rows for reports does not count.
func (q *Query) AllLines() bool { return q.Rows && q.ACEs.all }

// flatRows are the rows of all lines, by their numbers: those of a target follow one
// another in stored order, those of the next target come after them.
type flatRows struct {
	targets []model.ObjectID // those that have rows
	ends    []uint32         // by target: the number after its last row
	// order are the numbers of the rows that are shown, in their order; nil where these
	// are all and stand in the order of their numbers.
	order  []uint32
	sorted bool // by a column: the numbers do not ascend
}

func (f *flatRows) len() int {
	switch {
	case f == nil:
		return 0
	case f.order != nil:
		return len(f.order)
	case len(f.ends) == 0:
		return 0
	}
	return int(f.ends[len(f.ends)-1])
}

// start is the number of the first row of target t.
func (f *flatRows) start(t int) uint32 {
	if t == 0 {
		return 0
	}
	return f.ends[t-1]
}

// targetOf returns which target the row with a number is on.
func (f *flatRows) targetOf(number uint32) int {
	return sort.Search(len(f.ends), func(t int) bool { return f.ends[t] > number })
}

// allOfLines takes the rows of all lines.
func (l *evaluation) allOfLines() {
	f := &flatRows{}
	l.result.flat = f
	counts := l.countFlat(f)
	if l.ctx.Err() != nil {
		return
	}
	f.number(counts)
	on := len(f.targets)
	if len(l.filter.words) > 0 {
		on = l.filterFlat(f)
	}
	if on > 0 {
		l.result.On = []TargetCount{{l.query.Type, on}}
	}
	if l.sortsFlat() {
		l.sortFlat(f)
	}
}

// number gives the rows of the targets their numbers; who has none is left out.
func (f *flatRows) number(counts []uint32) {
	kept, end := f.targets[:0], uint32(0)
	for i, n := range counts {
		if n > 0 {
			end += n
			kept, f.ends = append(kept, f.targets[i]), append(f.ends, end)
		}
	}
	f.targets = kept
}

// countFlat collects the targets in the order of their rows, and counts the rows of
// each that are shown.
func (l *evaluation) countFlat(f *flatRows) []uint32 {
	if l.query.ACEs.forward&onEither == 0 {
		return l.countOthers(f)
	}
	l.result.Hidden = l.hiddenRows()
	f.targets = l.flatRecipients()
	counts := make([]uint32, len(f.targets))
	l.parallel(len(f.targets), func(from, to int) {
		for i := from; i < to; i++ {
			for _, k := range grant.Kinds {
				if l.query.ACEs.forward.Has(k) {
					counts[i] += uint32(l.forward(f.targets[i], k).Rows)
				}
			}
		}
	})
	return counts
}

// flatRecipients are all recipients: as they came while they arrive, else by name,
// mailboxes first where no column orders the rows.
func (l *evaluation) flatRecipients() []model.ObjectID {
	s := l.snap
	out := make([]model.ObjectID, 0, s.Recipients.Len())
	if l.query.Arrival {
		for i := range s.Recipients.Len() {
			out = append(out, *s.Recipients.At(i))
		}
		return out
	}
	var rest [2][]model.ObjectID // other recipients, and what else can be one
	for _, n := range byName(s) {
		if n >= s.Recipients.Len() {
			continue
		}
		id := *s.Recipients.At(n)
		switch t := s.Record(id).Target(); {
		case t == model.TargetMailbox || l.sortsFlat():
			out = append(out, id)
		case t == model.TargetRecipient:
			rest[0] = append(rest[0], id)
		default:
			rest[1] = append(rest[1], id)
		}
	}
	return append(append(out, rest[0]...), rest[1]...)
}

// countOthers does the same for targets that are no recipients, which are few.
func (l *evaluation) countOthers(f *flatRows) (counts []uint32) {
	type named struct {
		name []byte
		id   model.ObjectID
		rows uint32
	}
	var all []named
	l.eachTarget(func(id model.ObjectID, k *grant.Kind) {
		c := l.countEach(id, k, &l.result.Hidden)
		all = append(all, named{objectSortName(l.snap, l.snap.Record(id)), id, uint32(c.Rows)})
	})
	slices.SortFunc(all, func(a, b named) int {
		if c := dn.Compare(a.name, b.name); c != 0 {
			return c
		}
		return tie(l.snap, lineRef{obj: a.id}, lineRef{obj: b.id})
	})
	for _, x := range all {
		f.targets, counts = append(f.targets, x.id), append(counts, x.rows)
	}
	return counts
}

// shownOn calls yield for the rows of a target that are shown, until it returns false.
func (l *evaluation) shownOn(id model.ObjectID, yield func(grant.Ref, *pool.ACERecord) bool) {
	l.each(id, l.query.ACEs.forward, func(r grant.Ref, a *pool.ACERecord) bool {
		return l.why(r, a) != 0 || yield(r, a)
	})
}

// flatRef returns row i.
func (l *evaluation) flatRef(f *flatRows, i int) (out grant.Ref) {
	number := uint32(i)
	if f.order != nil {
		number = f.order[i]
	}
	t := f.targetOf(number)
	before := number - f.start(t)
	l.shownOn(f.targets[t], func(r grant.Ref, _ *pool.ACERecord) bool {
		out = r
		before--
		return before != ^uint32(0)
	})
	return out
}

// ref returns the reference of entry n of the rows.
func (r *Result) ref(n int) grant.Ref {
	if r.flat != nil {
		return r.evaluation.flatRef(r.flat, n)
	}
	return r.rows[n]
}

// findFlat returns where the row of an entry is, or -1. Of an entry that has other
// rows now than the one that is looked for it is the first.
func (l *evaluation) findFlat(f *flatRows, ref grant.Ref) int {
	t := slices.Index(f.targets, ref.Obj)
	if t < 0 {
		return -1
	}
	same, like, number := -1, -1, int(f.start(t))
	l.shownOn(ref.Obj, func(r grant.Ref, _ *pool.ACERecord) bool {
		switch {
		case r == ref:
			same = number
		case like < 0 && grant.SameEntry(l.snap, r, ref):
			like = number
		}
		number++
		return same < 0
	})
	if same < 0 {
		same = like
	}
	switch {
	case same < 0 || f.order == nil:
		return same
	case f.sorted:
		return slices.Index(f.order, uint32(same))
	}
	if i, ok := slices.BinarySearch(f.order, uint32(same)); ok {
		return i
	}
	return -1
}

// FirstOn returns the first of the rows of all lines that is on the target that a line
// is, or -1.
func (r *Result) FirstOn(key LineKey) int {
	f := r.flat
	t := slices.Index(f.targets, key.find(r.Snapshot).obj)
	switch {
	case t < 0:
		return -1
	case f.order == nil:
		return int(f.start(t))
	}
	return slices.IndexFunc(f.order, func(number uint32) bool { return number >= f.start(t) && number < f.ends[t] })
}

// eachFlat calls yield for the rows of the targets from to to that are shown, with
// their numbers, and with their places among those that passed a filter.
func (l *evaluation) eachFlat(f *flatRows, from, to int, yield func(at int, number uint32, r grant.Ref, a *pool.ACERecord)) {
	number := f.start(from)
	at := int(number)
	if f.order != nil {
		at, _ = slices.BinarySearch(f.order, number)
	}
	for t := from; t < to && l.ctx.Err() == nil; t++ {
		if f.order != nil && (at == len(f.order) || f.order[at] >= f.ends[t]) {
			number = f.ends[t]
			continue
		}
		l.shownOn(f.targets[t], func(r grant.Ref, a *pool.ACERecord) bool {
			if f.order == nil || at < len(f.order) && f.order[at] == number {
				yield(at, number, r, a)
				at++
			}
			number++
			return true
		})
	}
}

// filterFlat keeps the rows that the filter lets pass, and returns how many targets
// these are on.
func (l *evaluation) filterFlat(f *flatRows) (on int) {
	kept := make([][]uint32, len(f.targets)/table.Piece+1)
	filters := sync.Pool{New: func() any { return newFlatFilter(l) }} // what one knows serves all pieces of its goroutine
	l.parallel(len(f.targets), func(from, to int) {
		m := filters.Get().(*flatFilter)
		defer filters.Put(m)
		var pass []uint32
		l.eachFlat(f, from, to, func(_ int, number uint32, r grant.Ref, a *pool.ACERecord) {
			if m.row(r, a) {
				pass = append(pass, number)
			}
		})
		kept[from/table.Piece] = pass
	})
	f.order = slices.Concat(kept...)
	if f.order == nil {
		f.order = []uint32{}
	}
	last := -1
	for _, number := range f.order {
		if last < 0 || number >= f.ends[last] {
			last = f.targetOf(number)
			on++
		}
	}
	return on
}

// sortsFlat reports whether a column orders the rows. While they arrive none does.
func (l *evaluation) sortsFlat() bool {
	n := l.query.Sort
	return n != 0 && max(n, -n) <= len(l.query.Type.Details) && !l.query.Arrival
}
