package finding

import (
	"time"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// mostLists bounds the lists of a finding that are kept: of one that rests on more, when
// the newest of them changed is not said.
const mostLists = 10_000

// joined is who is in which group, of a finding about that.
type joined struct {
	group model.ObjectID // 0: it is about something else
	name  pool.DN        // the value of member; 0: a person by whatever way his token has
	who   member.Person
}

// edges are the values by which he is in it.
func (j *joined) edges(s *model.Snapshot) []member.Edge {
	if j.name != 0 {
		return []member.Edge{{Group: j.group, Member: j.name}}
	}
	token := verdict.Of(s).Graph().TokenOf(j.who, rbac.Of(s).Domain())
	return member.Edges(s, token.Way(s.Record(j.group).SID))
}

func (j *joined) since(s *model.Snapshot) (at time.Time, of int) {
	edges := j.edges(s)
	for _, e := range edges {
		t := e.Stamp(s).At
		if t.IsZero() {
			return t, 0
		}
		if t.After(at) {
			at = t
		}
	}
	return at, len(edges)
}

// Since is when one of the attributes last changed that the rows behind the finding
// stand in, or that it rests on without a row, and of how many this is the newest change; zero where that is not known of
// all. It says of no row that it was set then. An inherited entry stands in the list of
// the object that it is set on. Of a member of a group it is the values of member by
// which he is in it; where a primary group is on the way it is not known.
func (f *Finding) Since() (at time.Time, of int) { return f.since() }

func sinceOf(s *model.Snapshot, f *found) (at time.Time, of int) {
	if !s.Stamped() || f.cut {
		return at, 0
	}
	if f.joined.group != 0 {
		return f.joined.since(s)
	}
	places := map[grant.Place]bool{}
	known := func(p grant.Place, ref grant.Ref) bool {
		if places[p] && p.Attribute != model.StampedDelegates {
			return true
		}
		places[p] = true
		t := grant.StampAt(s, p, ref).At
		if t.After(at) {
			at = t
		}
		return !t.IsZero()
	}
	for _, p := range f.places {
		if !known(p, grant.Ref{}) {
			return time.Time{}, 0
		}
	}
	for _, ref := range f.lists {
		if ref.Obj == 0 || !known(grant.PlaceOf(s, ref, grant.ACEOf(s, ref)), ref) {
			return time.Time{}, 0
		}
	}
	return at, len(places)
}

// sinceText is a time as reports write it; empty where it is not known.
func sinceText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
