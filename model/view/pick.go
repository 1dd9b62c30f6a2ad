package view

import "mbxperm/model/grant"

// Pick returns the answer with some of its lines or rows alone, which are given by
// their places. What it counts stays that of the whole answer; Picked says how many
// these are.
func (r *Result) Pick(places []int) *Result {
	out := *r
	out.Picked = len(places)
	out.numbers, out.doorLines, out.lines = pick(r.numbers, places), pick(r.doorLines, places), pick(r.lines, places)
	out.verdicts, out.doors = pick(r.verdicts, places), pick(r.doors, places)
	out.rows, out.assignments, out.order = nil, nil, nil
	switch {
	case r.flat != nil:
		flat := *r.flat
		flat.order, flat.sorted = make([]uint32, len(places)), true
		for i, at := range places {
			flat.order[i] = uint32(at)
			if r.flat.order != nil {
				flat.order[i] = r.flat.order[at]
			}
		}
		out.flat = &flat
	case r.rows != nil || r.assignments != nil:
		out.pickRows(r, places)
	}
	return &out
}

// pickRows picks entries, and the role assignments that stand beside them.
func (r *Result) pickRows(from *Result, places []int) {
	r.rows = []grant.Ref{}
	entries := 0
	for _, at := range places {
		if !from.IsRole(at) {
			entries++
		}
	}
	for _, at := range places {
		n, role := from.place(at)
		if role {
			r.order = append(r.order, int32(entries+len(r.assignments)))
			r.assignments = append(r.assignments, from.assignments[n])
		} else {
			r.order = append(r.order, int32(len(r.rows)))
			r.rows = append(r.rows, from.rows[n])
		}
	}
}

func pick[T any](from []T, places []int) []T {
	if from == nil {
		return nil
	}
	out := make([]T, len(places))
	for i, at := range places {
		out[i] = from[at]
	}
	return out
}
