package view

import (
	"context"

	"mbxperm/model/internal/table"
)

// Match returns the first line or row from the one after (step 1) or before
// (step -1) from on that holds every word of a filter, going on at the other
// end; from itself comes last. It returns -1 where there is none, or when ctx ends.
func (r *Result) Match(ctx context.Context, filter string, from, step int) int {
	pass := r.passes(filter)
	n := r.Len()
	for i := 1; i <= n; i++ {
		if i&1023 == 0 && ctx.Err() != nil {
			return -1
		}
		if at := ((from+i*step)%n + n) % n; pass(at) {
			return at
		}
	}
	return -1
}

// passes returns a function that says whether a line or row passes a filter.
func (r *Result) passes(text string) func(i int) bool {
	s := r.Snapshot
	plain := filter{s: s, words: Words(text)}
	switch {
	case r.doors != nil:
		matches := r.Query.doorMatches(s)
		return func(i int) bool { return matches(int(r.doors[i]), plain.words) }
	case r.doorLines != nil:
		return func(i int) bool {
			line := r.evaluation.describe(r.at(i))
			return MatchTexts(plain.words, line.Name, line.Door.Kind, line.DN, line.Domain)
		}
	case r.verdicts != nil || r.assignments != nil:
		columns := r.Query.Columns()
		return func(i int) bool {
			row := r.Row(i)
			texts := row.names()
			for _, c := range columns {
				texts = append(texts, c.Text(&row))
			}
			return MatchTexts(plain.words, texts...)
		}
	case r.Query.Rows:
		return func(i int) bool { return plain.row(r.ref(i)) }
	case r.lines != nil:
		return func(i int) bool { return plain.line(r.lines[i]) }
	}
	find := newFinder(s, text)
	known := map[uint32]table.Bits{} // by piece
	return func(i int) bool {
		n := r.numbers[i]
		p := n / table.Piece
		found, ok := known[p]
		if !ok {
			found = find.match(int(p)*table.Piece, min(int(p+1)*table.Piece, int(lineCount(s))))
			known[p] = found
		}
		return found.Has(int(n % table.Piece))
	}
}
