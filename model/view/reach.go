package view

import (
	"cmp"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// An entry that is set on a container stands again on all below that inherit it. As
// rows these are as many as there are containers; what somebody was given is one
// entry at one place, and how far that reaches.

// setAt names an entry by the object that it is set on and the entry there, and by
// who it is for: an entry for CREATOR OWNER becomes one for somebody.
type setAt struct {
	grant.SourceAt
	who pool.SID
}

// adminSources says of each entry of administration containers where it is set. It
// is worked out once for a snapshot: neither toggles nor filters change it.
var adminSources = model.Derive(func(s *model.Snapshot) map[grant.Ref]setAt {
	type inherited struct {
		parent pool.DN // all that a source depends on, with the entry
		ace    pool.ACE
	}
	out, known := map[grant.Ref]setAt{}, map[inherited]grant.SourceAt{}
	for _, list := range grant.Lists(s, grant.AdminACL.Only()) {
		for i := range list.Len() {
			id := *list.At(i)
			o := s.Record(id)
			if grant.OnSecurity(o) != grant.AdminACL {
				continue
			}
			first, _ := s.ACEsOf(o.Security)
			grant.EachEntry(s, id, grant.AdminACL.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
				if a == nil {
					return true
				}
				ace := *s.Lists.At(first + r.Pos)
				at := grant.SourceAt{Obj: id, ACE: ace}
				if a.Flags&acl.Inherited != 0 {
					key := inherited{s.DNs.At(uint32(o.DN)).Parent, ace}
					src, ok := known[key]
					if !ok {
						src = grant.Source(s, o.DN, a)
						known[key] = src
					}
					if src.Obj != 0 { // else nobody knows what else it is a copy of
						at = src
					}
				}
				out[r] = setAt{at, a.Trustee}
				return true
			})
		}
	}
	return out
})

// entryLines gives each entry of administration containers one line, at the place
// where it is set; where the query is split, each row has one. The filter takes an
// entry for any of the containers that it reaches.
func entryLines(l *evaluation) {
	if l.query.Split {
		rowLines(l)
		return
	}
	s := l.snap
	sources, rows := adminSources.Of(s), map[setAt][]grant.Ref{}
	var order []setAt
	l.eachTarget(func(id model.ObjectID, k *grant.Kind) {
		l.countEach(id, k, &l.result.Hidden)
		l.each(id, k.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
			if l.why(r, a) == 0 {
				at := sources[r]
				if rows[at] == nil {
					order = append(order, at)
				}
				rows[at] = append(rows[at], r)
			}
			return true
		})
	})
	l.reach = map[grant.Ref][]grant.Ref{}
	for _, at := range order {
		of := rows[at]
		if !slices.ContainsFunc(of, func(r grant.Ref) bool {
			k := rowLine(s, r, grant.ACEOf(s, r))
			return l.filter.line(k) && l.wanted(k)
		}) {
			continue
		}
		slices.SortStableFunc(of, func(a, b grant.Ref) int { // the place itself, or what is next below it
			return cmp.Compare(depth(s, s.Record(a.Obj).DN), depth(s, s.Record(b.Obj).DN))
		})
		if i := slices.IndexFunc(of, func(r grant.Ref) bool { return r.Obj == at.Obj }); i > 0 {
			of[0], of[i] = of[i], of[0]
		}
		l.reach[of[0]] = of
		l.result.Targets++
		l.result.lines = append(l.result.lines, rowLine(s, of[0], grant.ACEOf(s, of[0])))
	}
	l.sortLines()
}

func depth(s *model.Snapshot, name pool.DN) (n int) {
	for ; name != 0; name = s.DNs.At(uint32(name)).Parent {
		n++
	}
	return n
}

// reached are the containers that a line which is an entry stands for; none of
// another line.
func (l *evaluation) reached(k lineRef) (out []model.ObjectID) {
	for _, r := range l.reach[k.row] {
		if !slices.Contains(out, r.Obj) {
			out = append(out, r.Obj)
		}
	}
	return out
}

// Reached are the containers that line i, an entry, stands on: by DN. It is empty
// where lines are no entries, or each stands on one container alone.
func (r *Result) Reached(i int) (out []model.Principal) {
	for _, id := range r.evaluation.reached(r.at(i)) {
		out = append(out, r.Snapshot.TargetPrincipal(r.Snapshot.Record(id)))
	}
	slices.SortFunc(out, func(a, b model.Principal) int { return cmp.Compare(a.DN, b.DN) })
	return out
}

// reachText says where a line that is an entry is set, if not on its container, and
// how far it reaches.
func reachText(line *Line) (parts []string) {
	switch line.Row.Origin {
	case "":
	case grant.OriginNotRead:
		parts = append(parts, grant.OriginNotRead)
	default:
		parts = append(parts, "set on "+line.Row.Origin)
	}
	if line.Reach > 1 {
		parts = append(parts, "reaches "+several(line.Reach, "container"))
	}
	return parts
}
