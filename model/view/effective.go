package view

import (
	"cmp"
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// verdictRows takes the verdicts that the query asks for as rows: who can get into
// the line's mailbox, or into what its person can get.
func (l *evaluation) verdictRows() {
	if l.query.ACEs.Direction() == "forward" {
		if l.of.obj != 0 && l.snap.Record(l.of.obj).Recipient != model.NoRecipient {
			l.takeVerdicts(verdict.Query{Mailboxes: []model.ObjectID{l.of.obj}, Recipients: !l.snap.Record(l.of.obj).HasMailbox()})
		}
	} else if p, ok := l.person(); ok {
		for _, recipients := range []bool{false, true} {
			l.takeVerdicts(verdict.Query{Person: p, Only: true, Recipients: recipients})
		}
	} else {
		l.result.NoPerson = true
	}
	l.filterVerdicts()
	l.sortVerdicts()
}

// person is the person that the line is about; ok is false for a group and
// whoever else cannot log on.
func (l *evaluation) person() (p member.Person, ok bool) {
	g := verdict.Of(l.snap).Graph()
	if id := l.snap.TrusteeRecordID(l.of.party); l.of.party != 0 && id != 0 {
		return g.PersonOf(id)
	}
	if persons := g.PersonsOf(l.of.party.SID()); l.of.party.SID() != 0 && len(persons) == 1 {
		return persons[0], true
	}
	return g.PersonOf(l.of.obj)
}

func (l *evaluation) takeVerdicts(q verdict.Query) {
	q.Expand = l.query.Expand
	// The error is that of the context, which whoever asked looks at.
	_ = verdict.Of(l.snap).Lines(l.ctx, q, func(line *verdict.Line) bool {
		for _, of := range questionOrder {
			if line.Answers[of].Answer != verdict.None {
				l.result.verdicts = append(l.result.verdicts, verdictRow{line, of})
			}
		}
		return true
	})
}

// filterVerdicts keeps the rows in which every word stands somewhere.
func (l *evaluation) filterVerdicts() {
	if len(l.filter.words) == 0 {
		return
	}
	l.result.verdicts = slices.DeleteFunc(l.result.verdicts, func(v verdictRow) bool {
		row := v.row(l.snap)
		texts := append(row.names(), model.SIDText(row.Trustee.SID), row.Trustee.DN, model.SIDText(row.Target.SID), row.Target.DN)
		for _, c := range verdictColumns {
			texts = append(texts, c.Text(&row))
		}
		return !MatchTexts(l.filter.words, texts...)
	})
}

// sortVerdicts orders the rows by the column that was asked for; else they stay
// in the order of mailboxes and persons. What Windows and set-up give, the same
// everywhere, comes behind the persons, and disabled persons last, since they
// cannot log on today.
func (l *evaluation) sortVerdicts() {
	rows := l.result.verdicts
	texts := make([]string, len(rows))
	for i, v := range rows {
		if l.stopped() {
			return
		}
		if n := l.query.Sort; n != 0 && max(n, -n) <= len(verdictColumns) {
			row := v.row(l.snap)
			texts[i] = fold(verdictColumns[max(n, -n)-1].Text(&row))
		}
	}
	order := ranks(texts, l.query.Sort < 0)
	type placed struct {
		verdictRow
		part int
		rank uint32
	}
	all := make([]placed, len(rows))
	for i, v := range rows {
		all[i] = placed{v, l.partOf(v.line), order[i]}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(a.part-b.part, int(a.rank)-int(b.rank))
	})
	disabled := map[*verdict.Line]bool{}
	for i := range all {
		rows[i] = all[i].verdictRow
		if all[i].part == disabledPart {
			disabled[rows[i].line] = true
		}
	}
	l.result.Disabled = len(disabled)
}

// The parts of the grid, in their order.
const (
	personsPart = iota
	presetPart
	disabledPart
)

// partOf says in which part of the grid a verdict stands.
func (l *evaluation) partOf(line *verdict.Line) int {
	switch {
	case line.Mailbox == 0 && !line.ByRoles():
		return presetPart
	case !line.Single:
		return personsPart
	}
	if id := verdict.Of(l.snap).Graph().Object(line.Person); id != 0 && l.snap.Record(id).Is(model.FlagDisabled) {
		return disabledPart
	}
	return personsPart
}
