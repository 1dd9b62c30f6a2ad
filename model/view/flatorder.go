package view

import (
	"slices"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Filter and order of the rows of all lines. Most of ten million rows are of a few
// thousand distinct entries: what such an entry says is worked out once for each goroutine
// that goes through the list.

// entryClass is what decides about all that a row of a mailbox says of its entry: the
// entry itself, the right, and the class of the target; of an entry that earlier ones
// may overrule, or in a list that holds some entry twice, also the list and where in it.
type entryClass struct {
	ace   *pool.ACERecord
	right pool.Right
	kind  *grant.Kind
	class model.Class
	list  pool.Desc
	pos   uint32
}

// classOf returns that of a row; ok is false where a row says more of its target.
func (l *evaluation) classOf(r grant.Ref, a *pool.ACERecord) (c entryClass, ok bool) {
	k := r.Kind()
	if a == nil || k != grant.MailboxACL && k != grant.SendAs {
		return c, false
	}
	o := l.snap.Record(r.Obj)
	c = entryClass{ace: a, right: r.Right, kind: k, class: o.Class}
	if d := k.Desc(o); a.Type.Denies() || a.Repeats() && l.snap.Descs.At(uint32(d)).Repeats {
		c.list, c.pos = d, r.Pos
	}
	return c, true
}

// mostWords is how many words are looked for by their bits.
const mostWords = 64

// flatFilter applies the words of a query to rows, one target after another. It is
// for one goroutine.
type flatFilter struct {
	l      *evaluation
	all    uint64         // a bit for each word
	not    uint64         // those of words that must not occur
	target model.ObjectID // which the last row was on
	onIt   uint64         // words that occur in its names
	// entries are the words that occur in what an entry says beside its trustee, and
	// trustees those that occur in what is known of him: almost every mailbox has
	// entries of its own, and these differ in whom they name.
	entries  map[saying]uint64
	trustees map[model.TrusteeID]uint64
	origins  map[originOf]uint64 // words that occur in where it is set
}

// saying is an [entryClass] without the trustee, of an entry that says the same of
// whomever it names.
type saying struct {
	entry pool.ACEKey
	of    entryClass
}

func sayingOf(c entryClass) saying {
	out := saying{c.ace.ACEKey, c}
	if out.of.ace = nil; c.list == 0 { // else it is of one list alone, where others overrule it
		out.entry.Trustee = 0
	}
	return out
}

// originOf is what the origin of an inherited entry depends on.
type originOf struct {
	ace    *pool.ACERecord
	parent pool.DN
}

func newFlatFilter(l *evaluation) *flatFilter {
	f := &flatFilter{l: l, entries: map[saying]uint64{}, trustees: map[model.TrusteeID]uint64{}, origins: map[originOf]uint64{}}
	for i := range min(len(l.filter.words), mostWords) {
		f.all |= 1 << i
		if l.filter.words[i].not {
			f.not |= 1 << i
		}
	}
	return f
}

// row does what [filter.row] does.
func (f *flatFilter) row(r grant.Ref, a *pool.ACERecord) bool {
	c, ok := f.l.classOf(r, a)
	if !ok || len(f.l.filter.words) > mostWords {
		return f.l.filter.row(r)
	}
	s := f.l.snap
	if f.target != r.Obj {
		p := s.TargetPrincipal(s.Record(r.Obj))
		f.target, f.onIt = r.Obj, f.words(append(known{s, r.Obj}.names(), p.Name, p.DN)...)
	}
	if !a.Type.Denies() { // how often it stands there is in no text that a filter looks at
		c.list, c.pos = 0, 0
	}
	key := sayingOf(c)
	said, there := f.entries[key]
	if !there {
		row := f.l.filter.rowOf(r)
		said = f.words(row.sayingTexts()...)
		f.entries[key] = said
	}
	return (f.onIt|said|f.trustee(grant.TrusteeOf(s, r, a))|f.origin(r, a))^f.not == f.all
}

// trustee returns the words that occur in what is known of a trustee.
func (f *flatFilter) trustee(who model.TrusteeID) uint64 {
	words, known := f.trustees[who]
	if !known {
		row := Row{Row: grant.Row{Trustee: f.l.snap.Principal(who)}, snapshot: f.l.snap, who: who}
		words = f.words(row.trusteeTexts()...)
		f.trustees[who] = words
	}
	return words
}

// origin returns the words that occur in where the entry of a row is set.
func (f *flatFilter) origin(r grant.Ref, a *pool.ACERecord) uint64 {
	if a.Flags&acl.Inherited == 0 {
		return f.words(grant.OriginOf(f.l.snap, r, a))
	}
	key := originOf{a, f.l.snap.DNs.At(uint32(f.l.snap.Record(r.Obj).DN)).Parent}
	words, known := f.origins[key]
	if !known {
		words = f.words(grant.OriginOf(f.l.snap, r, a))
		f.origins[key] = words
	}
	return words
}

// words returns a bit for each word that occurs in one of the texts.
func (f *flatFilter) words(texts ...string) (found uint64) {
	for i := range f.l.filter.words {
		for _, text := range texts {
			if text != "" && f.l.filter.words[i].in(text) {
				found |= 1 << i
				break
			}
		}
	}
	return found
}

// sortFlat orders the rows by a column; where that says the same they stay as they
// are, both ways.
func (l *evaluation) sortFlat(f *flatRows) {
	dictionary := newTexts()
	ids := make([]uint32, f.len())
	columns := sync.Pool{New: func() any { return l.columnTexts(dictionary) }} // what one knows serves all pieces of its goroutine
	l.parallel(len(f.targets), func(from, to int) {
		of := columns.Get().(func(grant.Ref, *pool.ACERecord) uint32)
		defer columns.Put(of)
		l.eachFlat(f, from, to, func(at int, _ uint32, r grant.Ref, a *pool.ACERecord) { ids[at] = of(r, a) })
	})
	if l.ctx.Err() != nil {
		return
	}
	place := dictionary.places(l.query.Sort < 0)
	next := make([]uint32, len(place)+1) // where the next row of each place goes
	for i, id := range ids {
		ids[i] = place[id]
		next[ids[i]+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	order := make([]uint32, len(ids))
	for i, at := range ids {
		number := uint32(i)
		if f.order != nil {
			number = f.order[i]
		}
		order[next[at]] = number
		next[at]++
	}
	f.order, f.sorted = order, true
}

// columnTexts returns a function that gives the text of a row in the column that the
// query orders by, as a number of a dictionary. It is for one goroutine, and for one
// target after another.
func (l *evaluation) columnTexts(dictionary *texts) func(grant.Ref, *pool.ACERecord) uint32 {
	n := l.query.Sort
	column := &l.query.Type.Details[max(n, -n)-1]
	text := func(r grant.Ref) uint32 {
		row := l.row(r)
		return dictionary.number(orderText(column, &row))
	}
	switch column.Is {
	case model.ContentTarget:
		var last grant.Ref
		var id uint32
		return func(r grant.Ref, _ *pool.ACERecord) uint32 {
			if last.Obj != r.Obj || last.Kind() != r.Kind() {
				last, id = r, text(r)
			}
			return id
		}
	case model.ContentTrustee: // which nothing else of a row decides about
		known := map[model.TrusteeID]uint32{}
		return func(r grant.Ref, a *pool.ACERecord) uint32 {
			who := grant.TrusteeOf(l.snap, r, a)
			id, there := known[who]
			if !there {
				id = dictionary.number(orderText(column, &Row{Row: grant.Row{Trustee: l.snap.Principal(who)}, snapshot: l.snap, who: who}))
				known[who] = id
			}
			return id
		}
	case model.ContentRight, model.ContentStatus:
		known := map[saying]uint32{}
		return func(r grant.Ref, a *pool.ACERecord) uint32 {
			c, ok := l.classOf(r, a)
			if !ok {
				return text(r)
			}
			key := sayingOf(c)
			id, there := known[key]
			if !there {
				id = text(r)
				known[key] = id
			}
			return id
		}
	}
	return func(r grant.Ref, _ *pool.ACERecord) uint32 { return text(r) }
}

// texts are distinct texts, numbered as they come, for any number of goroutines.
type texts struct {
	mu      sync.Mutex
	numbers map[string]uint32
	list    []string
}

func newTexts() *texts { return &texts{numbers: map[string]uint32{}} }

func (t *texts) number(text string) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, known := t.numbers[text]
	if !known {
		n = uint32(len(t.list))
		t.numbers[text] = n
		t.list = append(t.list, text)
	}
	return n
}

// places returns the place of each text in their order.
func (t *texts) places(down bool) []uint32 {
	numbers := make([]uint32, len(t.list))
	for i := range numbers {
		numbers[i] = uint32(i)
	}
	numbers = table.SortParallel(numbers, func(a, b uint32) int { return strings.Compare(t.list[a], t.list[b]) })
	if down {
		slices.Reverse(numbers)
	}
	out := make([]uint32, len(numbers))
	for i, n := range numbers {
		out[n] = uint32(i)
	}
	return out
}
