package view

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/door"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/table"
)

// order puts the chosen lines of the grid of mailboxes in the order that the
// query asks for.
func (l *evaluation) order(chosen []table.Bits) {
	r := l.result
	take := func(n uint32) {
		if chosen[n/table.Piece].Has(int(n % table.Piece)) {
			r.numbers = append(r.numbers, n)
		}
	}
	r.numbers = make([]uint32, 0, r.Targets+r.Others)
	column, _ := l.column()
	switch {
	case l.ctx.Err() != nil:
	case column != nil:
		for _, n := range l.byColumn(chosen) {
			take(n)
		}
	case l.query.Arrival:
		for n := range lineCount(l.snap) {
			take(n)
		}
	default:
		for _, n := range byName(l.snap) {
			take(n)
		}
	}
}

// columnOrder is the order of all lines by a column, kept for the next question:
// who types a filter asks for the same one again.
type columnOrder struct {
	mu    sync.Mutex
	by    orderKey
	lines []uint32
}

var columnOrderOf = model.Derive(func(*model.Snapshot) *columnOrder { return &columnOrder{} })

// orderKey is what the order depends on.
type orderKey struct {
	typ   *ObjectType // whose columns these are
	sort  int
	show  hiding.Reasons // zero for a column of text, which no toggle changes
	split bool           // the same
}

// byColumn returns the lines ordered by a column: all of them, or, where that is
// not known and would cost much more, those that were chosen.
func (l *evaluation) byColumn(chosen []table.Bits) []uint32 {
	s := l.snap
	column, _ := l.column()
	key := orderKey{typ: l.query.Type, sort: l.query.Sort}
	if column.Numeric {
		key.show, key.split = l.show, l.query.Split
	}
	sorted := columnOrderOf.Of(s)
	sorted.mu.Lock()
	known := sorted.lines
	if sorted.by != key {
		known = nil
	}
	sorted.mu.Unlock()
	if known != nil {
		return known
	}
	lines := byName(s)
	all := (l.result.Targets+l.result.Others)*2 >= len(lines)
	if !all {
		lines = slices.DeleteFunc(slices.Clone(lines), func(n uint32) bool { return !chosen[n/table.Piece].Has(int(n % table.Piece)) })
	}
	order := l.sortByColumn(len(lines), func(i int) lineRef { return lineAt(s, lines[i]) })
	for i, at := range order {
		order[i] = lines[at]
	}
	if all && l.ctx.Err() == nil {
		sorted.mu.Lock()
		sorted.by, sorted.lines = key, order
		sorted.mu.Unlock()
	}
	return order
}

// keyed is a line with the beginning of its name, folded, which decides most
// comparisons without a look at the texts.
type keyed struct {
	start uint64
	n     uint32
}

// sortByColumn orders the lines from 0 to n, which are in order of their names,
// by the column that was asked for; where it says the same they stay as they are,
// both ways. It returns places.
func (l *evaluation) sortByColumn(n int, key func(i int) lineRef) []uint32 {
	column, down := l.column()
	if column.Numeric {
		numbers := make([]uint32, n)
		l.parallel(n, func(from, to int) {
			for i := from; i < to; i++ {
				numbers[i] = uint32(l.number(key(i)))
			}
		})
		return sortNumbers(numbers, down)
	}
	texts := make([]string, n)
	keys := make([]keyed, n)
	l.parallel(n, func(from, to int) {
		for i := from; i < to; i++ {
			line := l.describe(key(i))
			texts[i] = fold(column.Text(&line))
			keys[i] = keyed{dn.Prefix([]byte(texts[i])), uint32(i)}
		}
	})
	if l.ctx.Err() != nil {
		return nil
	}
	keys = table.SortParallel(keys, func(a, b keyed) int {
		c := cmp.Compare(a.start, b.start)
		if c == 0 {
			c = strings.Compare(texts[a.n], texts[b.n])
		}
		if down {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a.n, b.n))
	})
	out := make([]uint32, n)
	for i, k := range keys {
		out[i] = k.n
	}
	return out
}

// number is what a numeric column orders a line by.
func (l *evaluation) number(k lineRef) int {
	place := max(l.query.Sort, -l.query.Sort) - 1
	if count := l.query.Type.counts[place]; count != nil {
		return count(l, k).number()
	}
	line := l.line(k)
	return l.query.Type.Totals[place].Number(&line)
}

// sortNumbers returns the places of numbers in their order, equal ones as they
// are: digit by digit, from the last one on.
func sortNumbers(numbers []uint32, down bool) []uint32 {
	const digit = 11 // bits
	greatest := uint32(0)
	for _, x := range numbers {
		greatest = max(greatest, x)
	}
	order := make([]uint32, len(numbers))
	next := make([]uint32, len(numbers))
	for i := range order {
		order[i] = uint32(i)
	}
	for shift := 0; greatest>>shift > 0; shift += digit {
		var first [1<<digit + 1]uint32
		place := func(i uint32) uint32 {
			d := numbers[i] >> shift & (1<<digit - 1)
			if down {
				return 1<<digit - 1 - d
			}
			return d
		}
		for _, i := range order {
			first[place(i)+1]++
		}
		for d := range 1 << digit {
			first[d+1] += first[d]
		}
		for _, i := range order {
			d := place(i)
			next[first[d]] = i
			first[d]++
		}
		order, next = next, order
	}
	return order
}

// sortLines orders the lines of other object types by name; a column that was
// asked for goes before that.
func (l *evaluation) sortLines() {
	keys := l.result.lines
	if l.query.Arrival && l.query.Sort == 0 {
		return
	}
	type named struct {
		name []byte
		key  lineRef
	}
	sorted := make([]named, len(keys))
	for i, k := range keys {
		sorted[i] = named{lineName(l.snap, k), k}
	}
	slices.SortFunc(sorted, func(a, b named) int {
		if c := dn.Compare(a.name, b.name); c != 0 {
			return c
		}
		return tie(l.snap, a.key, b.key)
	})
	for i := range sorted {
		keys[i] = sorted[i].key
	}
	if column, _ := l.column(); column != nil {
		byName := slices.Clone(keys)
		for i, at := range l.sortByColumn(len(keys), func(i int) lineRef { return byName[i] }) {
			keys[i] = byName[at]
		}
	}
}

func (l *evaluation) column() (c *model.Column[*Line], down bool) {
	n := l.query.Sort
	if n < 0 {
		n, down = -n, true
	}
	if n == 0 || n > len(l.query.Type.Totals) {
		return nil, false
	}
	return &l.query.Type.Totals[n-1], down
}

// lineName is what a line is ordered by when nothing else is asked for.
func lineName(s *model.Snapshot, k lineRef) []byte {
	if k.isRow() || k.obj == 0 {
		return []byte(s.Principal(k.party).Name)
	}
	return objectSortName(s, s.Record(k.obj))
}

func objectSortName(s *model.Snapshot, o *model.Record) []byte {
	switch {
	case o.IsStore():
		return []byte(s.CN(s.ServerOf(o)) + "\x00" + s.CN(o.DN))
	case o.Class == model.ClassConnector:
		if server := door.ServerAbove(s, s.At(o.DN)); server != nil {
			return []byte(server.Name + "\x00" + s.CN(o.DN))
		}
	case o.Account != 0:
		return s.Texts.Bytes(o.Account)
	}
	return []byte(s.CN(o.DN))
}
