package view

import (
	"strconv"
	"sync"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/table"
)

// accessSums are the mailboxes of each protocol by state, and those that deviate
// from what is expected; ordinary mailboxes and system mailboxes apart.
type accessSums [2][door.Clients][sumCount]int

// sumsOf sums the rows that a question is about: of the mailboxes of one release,
// and, if so asked, only of what deviates. They are worked out once for a question: a
// grid asks for its nine lines again and again.
func (g *accessGrid) sumsOf(q *Query) *accessSums {
	key := q.Ends.Release + "\x00" + strconv.FormatBool(q.Deviating) + expectKey(q.Expect)
	return g.sums.of(key, func() *accessSums {
		all, expected := &accessSums{}, q.expected
		var mu sync.Mutex
		table.Parallel(int(g.s.Recipients.Len()), func(from, to int) {
			release, part := ofRelease(g.s, q.Ends.Release), &accessSums{}
			for i := from; i < to; i++ {
				id := *g.s.Recipients.At(uint32(i))
				if o := g.s.Record(id); o.HasMailbox() && release(o) {
					g.add(&part[systemBit(o)], expected, id, q.Deviating)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for k := range part {
				for c := range part[k] {
					for n, x := range part[k][c] {
						all[k][c][n] += x
					}
				}
			}
		})
		return all
	})
}

// add counts the rows of a mailbox.
func (g *accessGrid) add(sums *[door.Clients][sumCount]int, expected *expected, id model.ObjectID, deviating bool) {
	for c := range door.Clients {
		state := g.states[id]
		_, deviation := expected.of(id, c, state.Of(c))
		if deviating && deviation == "" {
			continue
		}
		sums[c][state.Number(c)]++
		if deviation != "" {
			sums[c][deviates]++
		}
	}
}

// deviates reports whether a protocol of a mailbox is not as expected, or may not be.
func (g *accessGrid) deviates(expected *expected, id model.ObjectID) bool {
	for c := range door.Clients {
		if _, deviation := expected.of(id, c, g.states[id].Of(c)); deviation != "" {
			return true
		}
	}
	return false
}

// accessTotals sums a line without a look at its rows.
func accessTotals(l *evaluation, grid doorGrid, n uint32) DoorTotals {
	g := grid.(*accessGrid)
	c, id := g.of(n)
	if id != 0 {
		var sums [door.Clients][sumCount]int
		if ofRelease(g.s, l.query.Ends.Release)(g.s.Record(id)) {
			g.add(&sums, l.query.expected, id, l.query.Deviating)
		}
		t := DoorTotals{Kind: "mailbox", rank: 1}
		for c := range sums {
			t.take(&sums[c])
		}
		return t
	}
	t := DoorTotals{Kind: "protocol"}
	for k, sums := range g.sumsOf(&l.query) {
		if k == 0 || l.query.System {
			t.take(&sums[c])
			continue
		}
		for _, x := range sums[c][:deviates] {
			t.Hidden += x
		}
	}
	return t
}

// take adds sums to a line.
func (t *DoorTotals) take(sums *[sumCount]int) {
	for n, x := range sums {
		t.Sums[n] += x
		if n < deviates {
			t.Rows += x
		}
	}
}

// accessCount is one sum of a line, for an order of all lines.
func accessCount(sum int) func(*evaluation, lineRef) Count {
	return func(l *evaluation, k lineRef) Count {
		t := accessTotals(l, accessGridOf.Of(l.snap), k.door.n)
		return Count{Rows: t.Sums[sum]}
	}
}

// accessNarrows reports whether a question leaves out a row by what is expected, or
// by the release of the mailbox's server.
func accessNarrows(s *model.Snapshot, q *Query) func(i int) bool {
	if q.Ends.Release == "" && !q.Deviating {
		return nil
	}
	g, release, expected := accessGridOf.Of(s), ofRelease(s, q.Ends.Release), q.expected
	return func(i int) bool {
		id, c := mailboxOf(i), protocolOf(i)
		if !release(s.Record(id)) {
			return true
		}
		_, deviation := expected.of(id, c, g.states[id].Of(c))
		return q.Deviating && deviation == ""
	}
}

// accessFill says of a row what is expected of it.
func accessFill(s *model.Snapshot, q *Query, i int, r *Row) {
	q.expected.fill(mailboxOf(i), r.Access)
}
