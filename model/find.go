package model

import "context"

// Match returns the first line or row from the one after (step 1) or before
// (step -1) from on that holds every word of a filter, going on at the other
// end; from itself comes last. It returns -1 where there is none, or when ctx ends.
func (r *Result) Match(ctx context.Context, words string, from, step int) int {
	f := newFilter(r.Snapshot, words)
	n := r.Len()
	for i := 1; i <= n; i++ {
		if i&1023 == 0 && ctx.Err() != nil {
			return -1
		}
		at := ((from+i*step)%n + n) % n
		if r.Query.Rows && f.row(r.rows[at]) || !r.Query.Rows && f.line(r.lines[at]) {
			return at
		}
	}
	return -1
}
