package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// doorRows takes the rows of a line, or all of them.
func (l *evaluation) doorRows() {
	kind := l.query.Type.door
	g := kind.grid(l.snap)
	rows := g.rows()
	switch of := l.of.door; {
	case of.n != 0:
		rows = g.rowsOf(of.n)
	case !l.query.Of.IsZero():
		return // of a line that is not there
	}
	asked := l.query.Target != nil || l.query.Ends != Ends{}
	for i := range rows {
		if l.stopped() {
			return
		}
		if asked {
			if row := kind.row(l.snap, i); !kind.wanted(&row, &l.query) || !door.OfRelease(l.snap, row.serverName(), l.query.Ends.Release) {
				continue
			}
		}
		if g.hidden(i) && !l.query.System {
			l.result.Probes++
			continue
		}
		l.result.doors = append(l.result.doors, int32(i))
	}
	l.filterDoors()
	l.sortDoors()
}

// serverName names the server of a row that logs tell of.
func (r *Row) serverName() string {
	switch {
	case r.Connection != nil:
		return r.Connection.Server
	case r.Relay != nil:
		return r.Relay.Server
	}
	return ""
}

// filterDoors keeps the rows that hold the words of the filter.
func (l *evaluation) filterDoors() {
	if len(l.filter.words) == 0 {
		return
	}
	rows := l.result.doors
	pass := make([]bool, len(rows))
	l.parallel(len(rows), func(from, to int) {
		matches := l.query.Type.doorMatches(l.snap)
		for i := from; i < to; i++ {
			pass[i] = matches(int(rows[i]), l.filter.words)
		}
	})
	kept := rows[:0]
	for i, ok := range pass {
		if ok {
			kept = append(kept, rows[i])
		}
	}
	l.result.doors = kept
}

// doorMatches applies words to the cells of rows, for one goroutine.
func (t *ObjectType) doorMatches(s *model.Snapshot) func(i int, words []Word) bool {
	if t.door.matches != nil {
		return t.door.matches(s)
	}
	return func(i int, words []Word) bool {
		row := t.door.row(s, i)
		texts := make([]string, 0, len(t.Details))
		for _, c := range t.Details {
			texts = append(texts, c.Text(&row))
		}
		return MatchTexts(words, texts...)
	}
}

// sortDoors orders the rows by the column that was asked for.
func (l *evaluation) sortDoors() {
	n, rows := l.query.Sort, l.result.doors
	if n == 0 || max(n, -n) > len(l.query.Type.Details) {
		return
	}
	column, down := &l.query.Type.Details[max(n, -n)-1], n < 0
	cells := make([]cellOf, len(rows))
	l.parallel(len(rows), func(from, to int) {
		for i := from; i < to; i++ {
			row := l.query.Type.door.row(l.snap, int(rows[i]))
			cells[i].row = rows[i]
			if column.Numeric {
				cells[i].number = column.Number(&row)
			} else {
				cells[i].text = fold(column.Text(&row))
			}
		}
	})
	slices.SortStableFunc(cells, func(a, b cellOf) int {
		c := cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
		if down {
			return -c
		}
		return c
	})
	for i := range cells {
		rows[i] = cells[i].row
	}
}

// cellOf is the cell of a row that rows are ordered by.
type cellOf struct {
	row    int32
	number int
	text   string
}

// doorRowKey names a row of doors in every state.
type doorRowKey struct{ kind, name string }

// DoorRow returns row i of a grid of doors.
func (r *Result) DoorRow(i int) Row { return r.Query.Type.door.row(r.Snapshot, int(r.doors[i])) }

// Detail are the fields of the report about a row of doors, for its card.
func (r *Row) Detail() (out []Detail) {
	switch {
	case r.Connection != nil:
		out = details(ConnectionFields, r.Connection)
		for _, t := range r.Connection.Reasons {
			out = append(out, Detail{"refused", strconv.Itoa(t.N) + " times: " + r.Connection.Why(t.Name)})
		}
	case r.Relay != nil:
		out = details(RelayFields, r.Relay)
	case r.Setting != nil:
		out = details(SettingFields, r.Setting)
	case r.Rule != nil:
		out = details(RuleFields, &r.Rule.RuleLine)
	case r.Access != nil:
		out = append(details(ProtocolFields, r.Access), r.Access.detail()...)
	}
	return out
}

// Detail is a field with its value as text.
type Detail struct{ Name, Text string }

func details[T any](fields []model.Field[T], of T) (out []Detail) {
	for _, f := range fields {
		text := ""
		switch v := f.Value(of).(type) {
		case string:
			text = v
		case int:
			text = strconv.Itoa(v)
		case bool:
			text = yesNo(v)
		case interface{ String() string }:
			text = v.String()
		}
		out = append(out, Detail{f.Name, text})
	}
	return out
}
