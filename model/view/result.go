package view

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
)

// A row is an entry, a verdict, a role assignment, or what logs tell: what names it in other states,
// and which lines its two ends have.

// RowKey returns what names row i in every state of a pool.
func (r *Result) RowKey(i int) any {
	if r.doors != nil {
		return doorRowKey{r.Query.Type.door.name, r.Query.Type.door.rowName(r.Snapshot, int(r.doors[i]))}
	}
	if r.verdicts == nil {
		n, role := r.place(i)
		if role {
			return r.assignmentKey(r.assignments[n])
		}
		return grant.KeyOf(r.Snapshot, r.ref(n))
	}
	v := r.verdicts[i]
	return verdictKey{lineRef{obj: v.line.Mailbox}.key(r.Snapshot), v.line.Trustee, v.of}
}

// HasRow reports whether a snapshot has what a row's key names. Whether a verdict
// still stands between them is known once it was asked for again.
func HasRow(s *model.Snapshot, key any) bool {
	switch key := key.(type) {
	case grant.Key:
		_, ok := grant.Find(s, key)
		return ok
	case verdictKey:
		return key.target.IsZero() || Has(s, key.target)
	case assignmentKey:
		return s.At(key.name) != 0
	case doorRowKey:
		_, ok := doorType(key.kind).door.findRow(s, key.name)
		return ok
	}
	return false
}

// FindRow returns where the row with a key is, or -1.
func (r *Result) FindRow(key any) int {
	switch key := key.(type) {
	case grant.Key:
		if ref, ok := grant.Find(r.Snapshot, key); ok {
			if r.flat != nil {
				return r.evaluation.findFlat(r.flat, ref)
			}
			n := slices.Index(r.rows, ref)
			if n < 0 { // a right of what is one row now, or the other way round
				n = slices.IndexFunc(r.rows, func(x grant.Ref) bool { return grant.SameEntry(r.Snapshot, x, ref) })
			}
			return r.shownAt(n)
		}
	case assignmentKey:
		if n := slices.IndexFunc(r.assignments, func(a assignmentRow) bool { return r.assignmentKey(a) == key }); n >= 0 {
			return r.shownAt(len(r.rows) + n)
		}
	case doorRowKey:
		if i, ok := doorType(key.kind).door.findRow(r.Snapshot, key.name); ok {
			return slices.Index(r.doors, int32(i))
		}
	case verdictKey:
		for i := range r.verdicts {
			if r.RowKey(i) == key {
				return i
			}
		}
	}
	return -1
}

// IsOwn reports whether row i is one of the line behind Query.Of as a target.
func (r *Result) IsOwn(i int) bool {
	switch {
	case r.doors != nil:
		return true
	case r.verdicts != nil:
		return r.evaluation.of.obj == r.verdicts[i].line.Mailbox
	}
	n, role := r.place(i)
	return !role && r.evaluation.of.obj == r.ref(n).Obj
}

// Ref returns the reference of row i, where that is an entry.
func (r *Result) Ref(i int) grant.Ref {
	n, _ := r.place(i)
	return r.ref(n)
}

// TrusteeKey returns the line of the trustee of row i, and TargetKey that of its
// target; zero where the row stands for more than one.
func (r *Result) TrusteeKey(i int) LineKey {
	if r.doors != nil {
		return r.otherEnd(i)
	}
	if r.verdicts == nil {
		n, role := r.place(i)
		if role {
			return r.assigneeKey(r.assignments[n])
		}
		return TrusteeKey(r.Snapshot, r.ref(n))
	}
	if who := r.verdicts[i].line.Trustee; who != 0 {
		return PartyLine(r.Snapshot, who)
	}
	return LineKey{}
}

// TargetKey returns the line of the target of row i; see [Result.TrusteeKey].
func (r *Result) TargetKey(i int) LineKey {
	if r.doors != nil {
		return r.otherEnd(i)
	}
	if r.verdicts == nil {
		n, role := r.place(i)
		if role {
			return r.assigneeKey(r.assignments[n]) // whose line it stands in
		}
		return TargetKey(r.Snapshot, r.ref(n))
	}
	if id := r.verdicts[i].line.Mailbox; id != 0 {
		return PartyLine(r.Snapshot, r.Snapshot.TrusteeOf(r.Snapshot.Record(id).DN))
	}
	return LineKey{}
}
