package view

import (
	"iter"
	"slices"
	"strings"

	"mbxperm/model"
)

// doorTable is the grid of an object type whose lines and rows are few enough to
// be held: what logs, settings and rules tell.
type doorTable struct {
	lines  []doorLine
	of     [][]int32         // the rows of each line
	byName map[string]uint32 // 1 + the place of a line
	stands [][3]uint32       // of each row, 1 + the places of its lines; 0 for none
	probes []bool            // rows that are hidden unless they are asked for
}

func newDoorTable(rows int) *doorTable {
	return &doorTable{byName: map[string]uint32{}, stands: make([][3]uint32, rows), probes: make([]bool, rows)}
}

// put puts a row into the lines of its ends.
func (g *doorTable) put(i int, probe bool, ends ...doorLine) {
	g.probes[i] = probe
	for e, line := range ends {
		line.rank = e & 1
		n := g.byName[line.name]
		if n == 0 {
			g.lines, g.of = append(g.lines, line), append(g.of, nil)
			n = uint32(len(g.lines))
			g.byName[line.name] = n
		}
		g.stands[i][e] = n
		g.of[n-1] = append(g.of[n-1], int32(i))
	}
}

func (g *doorTable) line(n uint32) doorLine { return g.lines[n-1] }

func (g *doorTable) find(name string) uint32 { return g.byName[name] }

func (g *doorTable) titled(text string) uint32 {
	return uint32(1 + slices.IndexFunc(g.lines, func(l doorLine) bool { return l.name == text || strings.EqualFold(l.title, text) }))
}

func (g *doorTable) rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range g.stands {
			if g.stands[i][0] != 0 && !yield(i) {
				return
			}
		}
	}
}

func (g *doorTable) rowsOf(n uint32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, i := range g.of[n-1] {
			if !yield(int(i)) {
				return
			}
		}
	}
}

func (g *doorTable) ends(i int) (none [3]uint32) {
	if i >= len(g.stands) {
		return none
	}
	return g.stands[i]
}

func (g *doorTable) hidden(i int) bool { return g.probes[i] }

// derivedTable is a table that is worked out once for a snapshot, and rows by
// their names.
func derivedTable(work func(*model.Snapshot) *doorTable, name func(*model.Snapshot, int) string) (grid func(*model.Snapshot) doorGrid, find func(*model.Snapshot, string) (int, bool)) {
	table := model.Derive(work)
	rows := model.Derive(func(s *model.Snapshot) map[string]int {
		out := map[string]int{}
		for i := range table.Of(s).rows() {
			out[name(s, i)] = i
		}
		return out
	})
	return func(s *model.Snapshot) doorGrid { return table.Of(s) },
		func(s *model.Snapshot, name string) (int, bool) { i, ok := rows.Of(s)[name]; return i, ok }
}

// unlined are the rows of a grid whose lines are worked out once somebody asks for
// one.
type unlined struct {
	n            int
	stands, side func(i int) bool // whether a row stands in a line, and is left out unless it is asked for
	lined        func() doorGrid
}

func (u *unlined) line(n uint32) doorLine        { return u.lined().line(n) }
func (u *unlined) find(name string) uint32       { return u.lined().find(name) }
func (u *unlined) titled(text string) uint32     { return u.lined().titled(text) }
func (u *unlined) rowsOf(n uint32) iter.Seq[int] { return u.lined().rowsOf(n) }
func (u *unlined) ends(i int) [3]uint32          { return u.lined().ends(i) }
func (u *unlined) hidden(i int) bool             { return u.side(i) }

func (u *unlined) rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range u.n {
			if u.stands(i) && !yield(i) {
				return
			}
		}
	}
}

// tableOf is the table of a grid whose lines are wanted.
func tableOf(g doorGrid) *doorTable {
	if u, ok := g.(*unlined); ok {
		g = u.lined()
	}
	return g.(*doorTable)
}
