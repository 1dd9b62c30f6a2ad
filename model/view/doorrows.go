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
	ends := l.query.Ends
	ends.Release = ""
	asked, narrow := l.query.Target != nil || ends != Ends{}, kind.narrow(l.snap, &l.query)
	for i := range rows {
		if l.stopped() {
			return
		}
		if narrow != nil && narrow(i) {
			continue
		}
		if asked {
			if row := kind.row(l.snap, i); !kind.wanted(&row, &l.query) {
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

// narrow makes what reports whether a question leaves out a row, for one goroutine;
// nil where it leaves out none.
func (k *doorKind) narrow(s *model.Snapshot, q *Query) func(i int) bool {
	switch {
	case k.narrows != nil:
		return k.narrows(s, q)
	case q.Ends.Release == "":
		return nil
	}
	of := map[string]bool{} // by the name of the server
	return func(i int) bool {
		row := k.row(s, i)
		name := row.serverName()
		kept, ok := of[name]
		if !ok {
			kept = door.OfRelease(s, name, q.Ends.Release)
			of[name] = kept
		}
		return !kept
	}
}

// ofRelease makes what reports whether a mailbox is on a server of a release, for
// one goroutine. All of them are of the empty one.
func ofRelease(s *model.Snapshot, release string) func(*model.Record) bool {
	if release == "" {
		return func(*model.Record) bool { return true }
	}
	of := map[string]bool{}
	for _, v := range door.Servers(s) {
		of[strings.ToLower(v.Name)] = v.OfRelease(release)
	}
	return func(o *model.Record) bool { return of[strings.ToLower(s.CN(s.HomeServer(o)))] }
}

// serverName names the server of a row; rows of rules have none.
func (r *Row) serverName() string {
	switch {
	case r.Connection != nil:
		return r.Connection.Server
	case r.Relay != nil:
		return r.Relay.Server
	case r.Setting != nil:
		return r.Setting.ServerName()
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
		matches := l.query.doorMatches(l.snap)
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
func (q *Query) doorMatches(s *model.Snapshot) func(i int, words []Word) bool {
	t := q.Type
	if t.door.matches != nil {
		return t.door.matches(s, q)
	}
	return func(i int, words []Word) bool {
		row := q.doorRow(s, i)
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
			row := l.query.doorRow(l.snap, int(rows[i]))
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
func (r *Result) DoorRow(i int) Row { return r.Query.doorRow(r.Snapshot, int(r.doors[i])) }

// doorRow makes a row as a question sees it.
func (q *Query) doorRow(s *model.Snapshot, i int) Row {
	row := q.Type.door.row(s, i)
	if q.Type.door.fill != nil {
		q.Type.door.fill(s, q, i, &row)
	}
	return row
}

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
