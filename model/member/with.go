package member

import (
	"maps"
	"slices"

	"mbxperm/model"
)

// With returns the graph of a snapshot that is the one of g with a change: it
// shares what the change leaves as it is, which are all persons.
func (g *Graph) With(s *model.Snapshot) *Graph {
	out := &Graph{s: s, gaps: g.gaps, persons: g.persons, number: g.number, strange: g.strange, abroad: g.abroad, moved: g.moved, up: g.up,
		primary: g.primary, grouped: g.grouped, guessed: g.guessed, ungrouped: g.ungrouped, former: g.former, partial: g.partial, sorts: g.sorts,
		unread: maps.Clone(g.unread), holds: slices.Clone(g.holds), open: map[Domain]map[model.ObjectID]Certainty{}}
	_, change := s.Before()
	for _, c := range change.Members {
		if in := s.At(c.Member); in != 0 && c.Add {
			out.up = out.up.With(uint32(in), uint32(c.Group))
		} else if in != 0 {
			out.up = out.up.Without(uint32(in), uint32(c.Group))
		}
		delete(out.unread, c.Group)
	}
	out.withoutPrimaries(change.Primaries)
	again := slices.Clone(g.everybody) // which SID is everybody's goes by the last of them
	for _, c := range change.Members {
		again = append(again, c.Group)
	}
	slices.Sort(again)
	out.everybody, out.everyone = nil, 0
	for _, id := range slices.Compact(again) {
		out.look(id)
	}
	return out
}

// withoutPrimaries takes persons out of their primary groups.
func (g *Graph) withoutPrimaries(of []model.PrimaryChange) {
	if len(of) == 0 {
		return
	}
	g.grouped, g.guessed = slices.Clone(g.grouped), slices.Clone(g.guessed)
	for _, c := range of {
		if p, ok := g.PersonOf(c.Who); ok {
			g.primary = g.primary.Without(uint32(c.Group), uint32(p))
			g.grouped[p], g.guessed[p] = 0, false
		}
	}
}

// Touched are the groups whose members are others after a change: those that it
// names, and those above them before or after it.
func Touched(before, after *Graph, change *model.Change) (out []model.ObjectID) {
	seen := map[model.ObjectID]bool{}
	take := func(id model.ObjectID) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, c := range change.Members {
		take(c.Group)
	}
	for _, c := range change.Primaries {
		take(c.Group)
	}
	for i := 0; i < len(out); i++ {
		for _, g := range [...]*Graph{before, after} {
			for _, up := range g.up.Of(uint32(out[i])) {
				take(model.ObjectID(up))
			}
		}
	}
	return out
}
