package finding

import (
	"context"
	"slices"

	"mbxperm/model"
)

// Raised is a condition that holds.
type Raised struct {
	Condition
	// Rows counts what it holds for: of a rule the rows behind its findings, of a
	// severity the findings; 0 where it is about neither.
	Rows int
	// Findings counts the findings that it holds for, and Named are the first of
	// them, up to [MostNamed].
	Findings int
	Named    []*Finding
}

// MostNamed bounds the findings that a condition which holds names.
const MostNamed = 20

// Raise returns those of the conditions that hold, in their order. What is new needs a
// comparison in the query; without one it never holds. It stops with the context's error
// when the context ends.
func Raise(ctx context.Context, s *model.Snapshot, q Query, conditions []Condition) ([]Raised, error) {
	l, err := FindFor(ctx, s, q, conditions)
	if err != nil {
		return nil, err
	}
	return l.Raise(conditions, q), nil
}

// FindFor is [Find] for the rules that conditions want, and no others.
func FindFor(ctx context.Context, s *model.Snapshot, q Query, conditions []Condition) (*List, error) {
	q.Rules = rulesOf(conditions, q.Since != nil)
	if len(q.Rules) == 0 {
		return &List{Snapshot: s, done: true}, nil
	}
	return Find(ctx, s, q, nil)
}

// rulesOf are the rules that have to be asked for conditions.
func rulesOf(conditions []Condition, since bool) (out []*Rule) {
	for _, r := range Rules {
		if !r.alone && !r.told && slices.ContainsFunc(conditions, func(c Condition) bool {
			return c.Rule == r || c.Rule == nil && r.Severity >= c.Least ||
				c.Rule == incomplete && since && r.Since() // which tell what could not be compared
		}) {
			out = append(out, r)
		}
	}
	return out
}

// Raise is [Raise] for findings that are there already: of all the rules that the
// conditions want.
func (l *List) Raise(conditions []Condition, q Query) (out []Raised) {
	for _, c := range conditions {
		x := Raised{Condition: c}
		if c.Rule == incomplete {
			if l.unsure || gaps(l.Snapshot) || q.Since != nil && gaps(q.Since.Old) {
				out = append(out, x)
			}
			continue
		}
		for i := range l.found {
			f := &l.found[i]
			if !c.holds(f) {
				continue
			}
			if x.Findings++; len(x.Named) < MostNamed {
				x.Named = append(x.Named, l.make(f))
			}
			if c.Rule == nil {
				x.Rows++
			} else {
				x.Rows += f.rows
			}
		}
		if x.Rows > 0 {
			out = append(out, x)
		}
	}
	return out
}
