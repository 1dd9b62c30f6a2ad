package view

import (
	"cmp"
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// mostPersons is how many persons of one entry are named: the first by name.
const mostPersons = 1000

// ShowsPersons reports whether the rows of a query say which persons come in through
// their entries: in the forward view of one recipient, with groups.
func (q *Query) ShowsPersons() bool {
	return q.Effective && q.Rows && !q.ACEs.all && !q.ACEs.verdicts && q.ACEs.forward&onEither != 0 && !q.Of.IsZero()
}

// whose says whom an entry or a value is for.
type whose struct {
	who    model.TrusteeID
	byList bool // by the list of members: distribution groups count
}

// findPersons finds out whom the rows of the line are for, as its server sees it.
func (l *evaluation) findPersons() {
	if !l.query.ShowsPersons() || l.of.obj == 0 {
		return
	}
	s, book := l.snap, verdict.Of(l.snap)
	domain := book.Gate(l.of.obj).Domain()
	l.persons = map[whose]*member.Holding{}
	for _, r := range l.result.rows {
		w := l.whoseIs(r)
		if l.persons[w] != nil || r.Obj != l.of.obj && !l.isThrough(r) || l.stopped() {
			continue
		}
		if !w.byList {
			l.persons[w] = namesFirst(book, book.HoldersOf(w.who.SID(), domain))
		} else if id := s.TrusteeRecordID(w.who); id != 0 {
			l.persons[w] = namesFirst(book, book.NamedBy(s.Record(id).DN))
		}
	}
	l.filter.persons = l.personNames
}

// namesFirst puts the persons of whom not all are named into the order of their names: the
// first are named.
func namesFirst(book *verdict.Book, h *member.Holding) *member.Holding {
	if h == nil || len(h.Persons) <= mostPersons {
		return h
	}
	out, places := *h, book.Places()
	out.Persons = slices.Clone(h.Persons)
	slices.SortFunc(out.Persons, func(x, y member.Holder) int { return cmp.Compare(places[x.Person], places[y.Person]) })
	return &out
}

func (l *evaluation) whoseIs(r grant.Ref) whose {
	return whose{grant.TrusteeOf(l.snap, r, grant.ACEOf(l.snap, r)), r.Kind().IsLink()}
}

// personsOf are the persons that a row is for, where the query asks for them and they
// are others than whom it names; nil where there is nothing to add.
func (l *evaluation) personsOf(r grant.Ref) *member.Holding {
	if l.persons == nil || r.Obj != l.of.obj && !l.isThrough(r) {
		return nil
	}
	w := l.whoseIs(r)
	h := l.persons[w]
	if h == nil || h.All == member.No && len(h.Persons) == 1 && l.graph().Trustee(h.Persons[0].Person) == w.who {
		return nil
	}
	return h
}

func (l *evaluation) graph() *member.Graph { return verdict.Of(l.snap).Graph() }

// personNames are the names of all of them, for a filter.
func (l *evaluation) personNames(r grant.Ref) (names []string) {
	h := l.personsOf(r)
	if h == nil {
		return nil
	}
	for _, p := range h.Persons {
		names = append(names, l.snap.Principal(l.graph().Trustee(p.Person)).Name)
		names = append(names, known{l.snap, l.graph().Object(p.Person)}.names()...)
	}
	return names
}

// personsText says who comes in through a row: how many, and their names. It is empty
// where the row names one person.
func (r *Row) personsText() (out model.Phrase) {
	if r.persons == nil {
		return nil
	}
	n, c := len(r.persons.Persons), r.persons.All
	switch {
	case c&member.Sure != 0:
		return model.Said("everybody")
	case c != member.No && n == 0:
		return model.Said("not known: not all was read")
	case n == 0: // the system itself, say, or an empty group
		return model.Said("no person")
	}
	names := make([]model.Phrase, 0, min(n, mostPersons))
	for _, p := range r.persons.Persons[:cap(names)] {
		names = append(names, personName(r.snapshot.Principal(r.graph.Trustee(p.Person)), p.Certainty))
	}
	slices.SortFunc(names, func(a, b model.Phrase) int { return cmp.Compare(fold(a.String()), fold(b.String())) })
	between := ": "
	out = model.Said(thousands(n))
	for _, name := range names {
		out = append(append(out, model.Part{Is: model.PartWord, Text: between}), name...)
		between = ", "
	}
	if n > mostPersons {
		out = append(out, model.Part{Is: model.PartWord, Text: " and " + thousands(n-mostPersons) + " more"})
	}
	if c != member.No {
		out = append(out, model.Part{Is: model.PartWord, Text: "; more may be in it: not all was read"})
	}
	return out
}

// personName names a person as a grid does, with a mark where it is not certain.
func personName(p model.Principal, c member.Certainty) model.Phrase {
	name := model.Part{Is: model.PartName, Text: p.Name}
	switch {
	case p.Name == model.SIDText(p.SID):
		name.Is = model.PartSID
	case p.Qualified:
		name = model.Part{Is: model.PartAccount, Text: p.Domain + `\` + p.Name}
	}
	mark := ""
	if p.State == "disabled" {
		mark = " (disabled)"
	}
	if c&member.Sure == 0 {
		mark += "?"
	}
	return model.Phrase{name, {Is: model.PartWord, Text: mark}}
}

// personsColumn says who comes in through the groups that entries name.
var personsColumn = model.Column[*Row]{Title: "Persons", Is: model.ContentSentence, Extra: true, Off: true, Persons: true,
	Text: func(r *Row) string { return r.personsText().String() }}

// personsField is the same for reports.
var personsField = model.Field[*Row]{Name: "persons", Aside: true, Value: func(r *Row) any { return r.personsText() }}
