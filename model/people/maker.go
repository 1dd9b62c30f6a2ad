package people

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// maker makes one tree.
type maker struct {
	s    *model.Snapshot
	g    *member.Graph
	gate *verdict.Gate
	ctx  context.Context

	nodes  int            // made so far
	unread []model.Phrase // what was not read, each once
	known  map[string]bool
}

func (m *maker) missing(text model.Phrase) {
	if m.known == nil {
		m.known = map[string]bool{}
	}
	if t := text.String(); !m.known[t] {
		m.known[t] = true
		m.unread = append(m.unread, text)
	}
}

// question is the part of the tree that answers one question; nil where nothing
// speaks of it.
func (m *maker) question(q verdict.Question) *Node {
	deciders := m.gate.Deciders(q)
	if len(deciders) == 0 {
		return nil
	}
	out := &Node{Kind: KindHeading, Text: model.Said(view.QuestionText(q)), Question: q, Asked: true}
	met, named := make([]bool, m.g.Len()), namedBy(deciders)
	for i := range deciders {
		d := &deciders[i]
		if d.By == verdict.ByGap {
			m.missing(d.Chain[0])
			continue
		}
		n, persons := m.entry(q, d, named)
		out.Below = append(out.Below, n)
		if n.Kind == KindDeny {
			out.Lost += n.Lost
			continue
		}
		for _, p := range persons {
			if !met[p] && Gets(m.gate.Answer(p, q).Answer) {
				met[p] = true
				out.People++
			}
		}
	}
	if a := m.gate.Everybody(q).Answer; a == verdict.Allowed || a == verdict.Possible {
		out.Everybody = true
	}
	if len(out.Below) == 0 {
		return nil // gaps alone
	}
	return out
}

// namedBy are the persons whom something that decides is for, in order.
func namedBy(deciders []verdict.Decider) (out []member.Person) {
	for i := range deciders {
		for _, h := range deciders[i].Holding.Persons {
			out = append(out, h.Person)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// entry is one thing that decides, with whoever it is for: persons are all of them.
// Where it is for everybody, they are those of the named of whom something else is true
// than of everybody.
func (m *maker) entry(q verdict.Question, d *verdict.Decider, named []member.Person) (n *Node, persons []member.Person) {
	n = &Node{Kind: KindEntry, Party: d.Trustee, Question: q, Asked: true, Preset: d.Preset}
	n.Who, n.Text = m.named(d.Trustee)
	n.How, n.Right = m.how(d)
	b := &branch{m: m, q: q, asked: true, d: m.gate.Domain(), seen: map[model.ObjectID]bool{}}
	if d.By == verdict.ByDelegates {
		b.how = member.ByName
	}
	if d.Denies {
		b.deny(n, d)
		return n, nil
	}
	for _, h := range d.Holding.Persons {
		persons = append(persons, h.Person)
	}
	if text := b.everybodyIn(d); text != "" {
		a := m.gate.Everybody(q).Answer
		n.Everybody = Gets(a)
		n.Below = []*Node{{Kind: KindEverybody, Text: model.Said(text), Question: q, Asked: true, Answer: a, Everybody: n.Everybody}}
		for _, p := range named {
			if m.gate.Answer(p, q).Answer != a {
				persons = append(persons, p)
			}
		}
		slices.Sort(persons)
		persons = slices.Compact(persons)
	} else if d.Holding.All != member.No { // what was not read may hold anybody
		m.missing(model.Join(nameOf(n), model.Said(": who is in it, or holds its SID, was not read to the end")))
	}
	for _, p := range persons {
		if Gets(m.gate.Answer(p, q).Answer) {
			n.People++
		} else {
			n.Lost++
		}
	}
	b.holders(n, persons)
	return n, persons
}

// named is who a trustee is; a text where it has no name.
func (m *maker) named(t model.TrusteeID) (model.Principal, model.Phrase) {
	if t == 0 {
		return model.Principal{}, model.Said("nobody")
	}
	return m.s.Principal(t), nil
}

// how says by what an entry lets in or keeps out, and the right that it names.
func (m *maker) how(d *verdict.Decider) (out model.Phrase, right string) {
	if ref, ok := view.WayRef(m.s, &d.Way); ok {
		row := grant.EntryOf(m.s, ref, false) // which has a right, or it would be no row
		right = strings.Join(row.Rights, ", ")
		short := row.Rights[0]
		if n := len(row.Rights) - 1; n > 0 {
			short += " +" + strconv.Itoa(n)
		}
		out = append(out, model.Part{Is: model.PartRight, Text: short}, model.Part{Is: model.PartWord, Text: ", "})
	}
	for i, step := range d.Chain[1:] {
		if i > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: ", "})
		}
		out = append(out, step...)
	}
	if d.Doubt != nil {
		out = append(append(append(out, model.Part{Is: model.PartWord, Text: " ("}), d.Doubt...), model.Part{Is: model.PartWord, Text: ")"})
	}
	if d.Preset {
		out = append(out, model.Part{Is: model.PartWord, Text: " (set-up's)"})
	}
	return out, right
}

// branch is what hangs below one entry, or below a group.
type branch struct {
	m     *maker
	q     verdict.Question
	asked bool // for verdicts
	d     member.Domain
	how   member.Passing
	seen  map[model.ObjectID]bool // groups that were gone through below this entry
}

// holders hangs below an entry whoever it is for.
func (b *branch) holders(n *Node, persons []member.Person) {
	m := b.m
	objects, reached := b.objects(n.Party), map[member.Person]bool{}
	var groups []model.ObjectID
	for _, id := range objects {
		if p, ok := m.g.PersonOf(id); ok {
			if _, held := slices.BinarySearch(persons, p); held {
				reached[p] = true
				m.nodes++
				n.Below = append(n.Below, b.person(p, nil))
			}
		} else if m.g.IsGroup(id) {
			groups = append(groups, id)
			all := m.g.EverybodyIn(id, b.d, b.how)
			for _, h := range all.Persons {
				reached[h.Person] = true
			}
			m.membersUnread(all.Unread)
		}
	}
	for _, id := range groups {
		switch passes := m.g.Passes(id, b.d, b.how); {
		case len(groups) > 1 || len(n.Below) > 0 && n.Below[0].Kind != KindEverybody:
			n.Below = append(n.Below, b.group(id, nil, passes))
		case passes == member.No:
			n.Below = append(n.Below, note(model.Said(notPassed(m, id, b.how))))
		default: // whom the entry names
			b.fill(n, id, nil)
		}
	}
	var rest []member.Person
	for _, p := range persons {
		if !reached[p] {
			rest = append(rest, p)
		}
	}
	b.list(n, rest)
	if len(n.Below) == 1 && n.lazy == nil && n.Below[0].Single && len(groups) == 0 && n.Below[0].Party == n.Party {
		n.Person, n.Single, n.Answer, n.Below = n.Below[0].Person, true, n.Below[0].Answer, nil // the entry names him
	}
}

// objects are those that a trustee stands for: accounts that hold its SID or held it
// once.
func (b *branch) objects(t model.TrusteeID) []model.ObjectID {
	if sid := t.SID(); sid != 0 && b.how != member.ByName {
		return append(slices.Clone(b.m.s.Holders(sid)), b.m.s.FormerHolders(sid)...)
	}
	if id := b.m.s.TrusteeRecordID(t); id != 0 {
		return []model.ObjectID{id}
	}
	return nil
}

// everybodyIn says who a decider is for whom it does not name; empty for nobody, or
// where that was not read.
func (b *branch) everybodyIn(d *verdict.Decider) string {
	switch sid := d.Trustee.SID(); {
	case d.Holding.All&member.Sure != 0:
		return "everybody who can log on"
	case d.Holding.All&member.Possible == 0:
		return ""
	case sid != 0 && b.m.g.IsBuiltin(sid):
		return "whoever is in this local group on the Exchange servers"
	}
	return "everybody who can log on, perhaps"
}

// nameOf names what a node is about.
func nameOf(n *Node) model.Phrase {
	if n.Text != nil {
		return n.Text
	}
	return model.Phrase{{Is: model.PartName, Text: n.Who.Name}}
}

// deny hangs below a deny whom it keeps out.
func (b *branch) deny(n *Node, d *verdict.Decider) {
	n.Kind, n.Lost = KindDeny, len(d.Takes)
	if d.All {
		n.Everybody = true
		n.Below = append(n.Below, &Node{Kind: KindEverybody, Text: model.Said("everybody else"), Question: b.q, Asked: true, Answer: verdict.Denied})
	}
	b.list(n, d.Takes)
}

// list hangs persons below a node, in the order of their names.
func (b *branch) list(n *Node, persons []member.Person) {
	if len(persons) == 0 {
		return
	}
	if n.lazy == nil && len(persons) <= mostEager && b.m.nodes < mostNodes {
		b.m.nodes += len(persons)
		n.Below = append(n.Below, b.persons(persons).all()...)
		return
	}
	before := n.lazy
	n.lazy = func(ctx context.Context) List {
		out := ListOf(n.Below)
		if before != nil {
			out = before(ctx)
		}
		return out.and(b.apart(ctx, nil).persons(persons))
	}
}

// persons lists leaves.
func (b *branch) persons(persons []member.Person) List {
	persons = ranked(verdict.Of(b.m.s), persons, func(p member.Person) member.Person { return p })
	return List{[]part{{leaves: len(persons), leaf: func(i int) *Node { return b.person(persons[i], nil) }}}}
}

// person is a leaf.
func (b *branch) person(p member.Person, how model.Phrase) *Node {
	n := &Node{Kind: KindPerson, Party: b.m.g.Trustee(p), Person: p, Single: true, Question: b.q, Asked: b.asked, How: how}
	n.Who = b.m.s.Principal(n.Party)
	if b.asked {
		n.Answer = b.m.gate.Answer(p, b.q).Answer
	}
	return n
}

// apart is the branch for what is made later, by whichever goroutine: it notes nothing
// in the tree.
func (b *branch) apart(ctx context.Context, path []model.ObjectID) *branch {
	own, m := *b, maker{s: b.m.s, g: b.m.g, gate: b.m.gate, ctx: ctx}
	own.m, own.seen = &m, map[model.ObjectID]bool{}
	for _, id := range path {
		own.seen[id] = true
	}
	return &own
}

// membersUnread notes groups of whose members some were not read.
func (m *maker) membersUnread(groups []model.ObjectID) {
	for _, id := range groups {
		m.missing(model.Phrase{{Is: model.PartName, Text: m.s.ObjectName(m.s.Record(id))}, {Is: model.PartWord, Text: ": some of its members were not read"}})
	}
}
