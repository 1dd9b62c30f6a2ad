package member

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Edge is one value of member: somebody is in a group by it.
type Edge struct {
	Group  model.ObjectID // 0 for a step that is no such value: a primary group has none
	Member pool.DN
}

// Stamp says when the value last changed; zero where that is not known.
func (e Edge) Stamp(s *model.Snapshot) model.Stamp {
	if e.Group == 0 {
		return model.Stamp{}
	}
	return s.ValueStampOf(e.Group, model.StampedMember, e.Member)
}

// Edges are the values by which a way leads up, one for each step after the first.
func Edges(s *model.Snapshot, way []Step) []Edge {
	out := make([]Edge, 0, len(way))
	for i := 1; i < len(way); i++ {
		var e Edge
		if below := way[i-1].Obj; below != 0 && !way[i].Primary {
			e = Edge{way[i].Obj, s.Record(below).DN}
		}
		out = append(out, e)
	}
	return out
}
