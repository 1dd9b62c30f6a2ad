package view

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// allRows takes the rows that the query asks for, before its order.
func (l *evaluation) allRows() {
	if !l.query.Of.IsZero() {
		l.rowsOfLine()
		l.findPersons()
		l.filterRows()
		return
	}
	q, s := &l.query, l.snap
	want := q.ACEs.forward | q.ACEs.reverse
	if q.ByTrustee {
		want = grant.All()
	}
	var rest [model.TargetCount][]model.ObjectID
	for _, n := range byName(s) {
		if l.stopped() {
			return
		}
		switch k := lineAt(s, n); {
		case k.obj == 0:
		case s.Record(k.obj).Target() != model.TargetMailbox:
			t := s.Record(k.obj).Target()
			rest[t] = append(rest[t], k.obj)
		default:
			l.rowsOfTarget(k.obj, want, nil)
		}
	}
	for _, id := range rest[model.TargetRecipient] {
		l.rowsOfTarget(id, want, nil)
	}
	l.inOrder = len(l.result.rows)
	for _, t := range [...]model.Target{model.TargetStore, model.TargetAdmin} { // which are recipients too
		for _, id := range rest[t] {
			l.rowsOfTarget(id, want&onEither, nil)
		}
	}
	for _, list := range grant.Lists(s, want&^onEither) {
		for i := range list.Len() {
			l.rowsOfTarget(*list.At(i), want, nil)
		}
	}
	l.filterRows()
}

// rowsOfTarget takes the rows of a target, of those trustees that who accepts.
func (l *evaluation) rowsOfTarget(id model.ObjectID, want grant.Set, who func(*grant.Kind, model.TrusteeID) bool) {
	s := l.snap
	if l.query.Target != nil {
		if p := s.TargetPrincipal(s.Record(id)); !l.query.Target(&p) {
			return
		}
	}
	l.each(id, want, func(r grant.Ref, a *pool.ACERecord) bool {
		p := grant.TrusteeOf(s, r, a)
		if who != nil && !who(r.Kind(), p) {
			return true
		}
		if l.query.Trustee != nil {
			if t := s.Principal(p); !l.query.Trustee(&t) {
				return true
			}
		}
		if why := l.why(r, a); why != 0 {
			l.result.Hidden[why.First()]++
		} else {
			l.result.rows = append(l.result.rows, r)
		}
		return true
	})
}

// filterRows keeps the rows that the filter lets pass.
func (l *evaluation) filterRows() {
	rows := l.result.rows
	if len(l.filter.words) == 0 {
		return
	}
	pass := make([]bool, len(rows))
	l.parallel(len(rows), func(from, to int) {
		for i := from; i < to; i++ {
			pass[i] = l.filter.row(rows[i])
		}
	})
	kept, inOrder := rows[:0], 0
	for i, ok := range pass {
		if ok {
			kept = append(kept, rows[i])
			if i < l.inOrder {
				inOrder++
			}
		}
	}
	l.result.rows, l.inOrder = kept, inOrder
}

// rowsOfLine takes the rows of a line: those it is the target of, then those
// that name it, each row once.
func (l *evaluation) rowsOfLine() {
	q := &l.query
	of := l.of
	if of.obj != 0 && q.ACEs.forward != 0 {
		l.rowsOfTarget(of.obj, q.ACEs.forward, nil)
		if q.ACEs.through {
			l.rowsThrough(of.obj)
		}
	}
	if q.ACEs.reverse == 0 || of.party == 0 {
		return
	}
	acting := l.acting(of.party)
	who := func(k *grant.Kind, p model.TrusteeID) bool {
		byList, acts := acting[p]
		return acts && (!byList || k.ByList)
	}
	own := model.ObjectID(0)
	if q.ACEs.forward != 0 {
		own = of.obj
	}
	if q.Target != nil || q.Trustee != nil {
		l.rowsAmongAll(own, who)
		return
	}
	for p, byList := range acting {
		l.rowsNaming(p, byList, own)
	}
	if own != 0 { // its forward rows are there already
		l.each(own, q.ACEs.reverse&q.ACEs.forward&onEither&grant.Entries(), func(r grant.Ref, a *pool.ACERecord) bool {
			if why := l.why(r, a); why != 0 && who(r.Kind(), model.TrusteeOfSID(a.Trustee)) {
				l.result.Hidden[why.First()]--
			}
			return true
		})
	}
	l.rowsOfOthers(own, who)
}

// rowsAmongAll looks at every target.
func (l *evaluation) rowsAmongAll(own model.ObjectID, who func(*grant.Kind, model.TrusteeID) bool) {
	q, s := &l.query, l.snap
	for i := range s.Recipients.Len() {
		id, want := *s.Recipients.At(i), q.ACEs.reverse&onEither
		if id == own {
			want &^= q.ACEs.forward
		}
		if l.stopped() {
			return
		}
		l.rowsOfTarget(id, want, who)
	}
	l.rowsOfOthers(own, who)
}

// rowsOfOthers looks at every target that is no recipient.
func (l *evaluation) rowsOfOthers(own model.ObjectID, who func(*grant.Kind, model.TrusteeID) bool) {
	q, s := &l.query, l.snap
	reverse := q.ACEs.reverse &^ onEither
	for _, list := range grant.Lists(s, reverse) {
		for i := range list.Len() {
			id, want := *list.At(i), reverse
			if id == own {
				want &^= q.ACEs.forward
			}
			if l.stopped() {
				return
			}
			l.rowsOfTarget(id, want, who)
		}
	}
}

// rowsNaming takes the rows on recipients that name a party, but for those on
// own that its forward view has. What is hidden is counted, hidden rows on own
// too, without a look at each of them: some trustees stand on every account.
func (l *evaluation) rowsNaming(p model.TrusteeID, byList bool, own model.ObjectID) {
	q, s := &l.query, l.snap
	r := grant.RelationsOf(s)
	for _, k := range grant.Kinds {
		if byList || p.DN() != 0 || !q.ACEs.reverse.Has(k) {
			continue
		}
		not := own
		if !q.ACEs.forward.Has(k) {
			not = 0
		}
		for _, in := range k.Senses() {
			for _, ace := range r.ACEs.Of(uint32(p)) {
				if n := l.uses(r, in, pool.ACE(ace)); n != 0 {
					l.rowsOfACE(pool.ACE(ace), k, in, n, not)
				}
			}
		}
	}
	for _, link := range r.LinksOf(p) {
		k := link.Kind()
		if !q.ACEs.reverse.Has(k) || byList && !k.ByList {
			continue
		}
		ref := link.Ref(s)
		switch why := l.why(ref, nil); {
		case ref.Obj == own && q.ACEs.forward.Has(k):
		case why != 0:
			l.result.Hidden[why.First()]++
		default:
			l.result.rows = append(l.result.rows, ref)
		}
	}
}

// rowsOfACE takes the rows of one kind that an ACE gives on recipients whose lists
// are read in one sense, but for those on not.
func (l *evaluation) rowsOfACE(id pool.ACE, k *grant.Kind, in pool.Sense, uses int, not model.ObjectID) {
	s := l.snap
	shown := l.shownRights(id, k, in, uses)
	if len(shown) == 0 {
		return
	}
	at := grant.ReachOf(s)
	for _, desc := range at.Descs.Of(uint32(id)) {
		d := s.Descs.At(desc)
		if d.Sense != in || l.stopped() {
			continue
		}
		for i := range d.N {
			if *s.Lists.At(d.First + i) != id {
				continue
			}
			for _, target := range at.Targets.Of(desc) {
				for _, right := range shown {
					if model.ObjectID(target) != not {
						l.result.rows = append(l.result.rows, k.Ref(model.ObjectID(target), i, right))
					}
				}
			}
			if !l.query.Split && s.ACEs.At(uint32(id)).Repeats() {
				break // equal ones are one row
			}
		}
	}
}

// shownRights are the rights of an ACE that have rows, or the entry as a whole. What
// is hidden is counted for each of its uses.
func (l *evaluation) shownRights(id pool.ACE, k *grant.Kind, in pool.Sense, uses int) (shown []pool.Right) {
	a := l.snap.ACEs.At(uint32(id))
	take := func(right pool.Right, why hiding.Reasons) {
		if why = l.hides(why, a, a.Type.Denies()); why != 0 {
			l.result.Hidden[why.First()] += uses
		} else {
			shown = append(shown, right)
		}
	}
	if !l.query.Split {
		if why, ok := pool.EntryReasons(in, a); ok {
			take(pool.RightEntry, why)
		}
		return shown
	}
	var buf [pool.MaxRights]pool.Right
	for _, right := range pool.RightsOf(in, a, &buf) {
		take(right, grant.ReasonsOf(l.snap, k.Ref(0, 0, right), a))
	}
	return shown
}

// acting are the parties whose rows a reverse view shows: the line's own, and in
// the effective view those in its token and, for links that go by the list of
// members alone, its distribution groups, which have the value true.
func (l *evaluation) acting(p model.TrusteeID) map[model.TrusteeID]bool {
	out := map[model.TrusteeID]bool{}
	if l.query.Effective {
		for _, g := range member.Token(l.snap, p, true) {
			out[g] = true
		}
		for _, g := range member.Token(l.snap, p, false) {
			out[g] = false
		}
	}
	out[p] = false
	return out
}

// sortable is a row with what decides most comparisons.
type sortable struct {
	first uint32 // of the column or trustee that goes before the target
	start uint64 // of the target's name
	grant.Ref
}

// sortRows orders rows by target, then position; ByTrustee by trustee first;
// a column that was asked for before all of that.
func (l *evaluation) sortRows() {
	s, rows := l.snap, l.result.rows
	first := l.firstOrder()
	if first == nil {
		rows = rows[l.inOrder:]
	}
	if l.ctx.Err() != nil || len(rows) < 2 {
		return
	}
	keys := make([]sortable, len(rows))
	table.Parallel(len(rows), func(from, to int) {
		for i := from; i < to; i++ {
			keys[i] = sortable{start: dn.Prefix(objectSortName(s, s.Record(rows[i].Obj))), Ref: rows[i]}
			if first != nil {
				keys[i].first = first[i]
			}
		}
	})
	keys = table.SortParallel(keys, func(a, b sortable) int { return compareRows(s, a, b) })
	for i := range keys {
		rows[i] = keys[i].Ref
	}
}

func compareRows(s *model.Snapshot, a, b sortable) int {
	if a.first != b.first {
		return cmp.Compare(a.first, b.first)
	}
	if a.Obj == b.Obj {
		return cmp.Or(cmp.Compare(a.Kind().Number(), b.Kind().Number()), cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Right, b.Right))
	}
	if c := cmp.Or(cmp.Compare(a.Kind().Rank(), b.Kind().Rank()), cmp.Compare(a.start, b.start)); c != 0 {
		return c
	}
	if c := dn.Compare(objectSortName(s, s.Record(a.Obj)), objectSortName(s, s.Record(b.Obj))); c != 0 {
		return c
	}
	return tie(s, lineRef{obj: a.Obj}, lineRef{obj: b.Obj})
}

// firstOrder returns for each row where it comes by what goes before its
// target; nil where nothing does.
func (l *evaluation) firstOrder() []uint32 {
	n, s := l.query.Sort, l.snap
	switch {
	case n != 0 && max(n, -n) <= len(l.query.Type.Details):
		column := l.query.Type.Details[max(n, -n)-1]
		texts := make([]string, len(l.result.rows))
		l.parallel(len(texts), func(from, to int) {
			for i := from; i < to; i++ {
				row := l.row(l.result.rows[i])
				texts[i] = orderText(&column, &row)
			}
		})
		return ranks(texts, n < 0)
	case l.query.ByTrustee:
		who := map[model.TrusteeID]string{} // there are far fewer trustees than rows
		texts := make([]string, len(l.result.rows))
		for i, r := range l.result.rows {
			p := grant.TrusteeOf(s, r, grant.ACEOf(s, r))
			text, ok := who[p]
			if !ok {
				text = trusteeOrder(s, p)
				who[p] = text
			}
			texts[i] = text
		}
		return ranks(texts, false)
	}
	return nil
}

// orderText is what an order by a column goes by.
func orderText(column *model.Column[*Row], row *Row) string {
	if column.Numeric {
		return fmt.Sprintf("%020d", column.Number(row))
	}
	return fold(column.Text(row))
}

// trusteeOrder is what an order by trustee goes by.
func trusteeOrder(s *model.Snapshot, p model.TrusteeID) string {
	t := s.Principal(p)
	return fold(t.Name) + "\x00" + model.SIDText(t.SID) + t.DN
}

// ranks returns the place of each text in the order of the distinct ones.
func ranks(texts []string, down bool) []uint32 {
	place := map[string]uint32{}
	for _, t := range texts {
		place[t] = 0
	}
	for i, t := range slices.Sorted(maps.Keys(place)) {
		place[t] = uint32(i)
		if down {
			place[t] = uint32(len(place) - i)
		}
	}
	out := make([]uint32, len(texts))
	for i, t := range texts {
		out[i] = place[t]
	}
	return out
}
