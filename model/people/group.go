package people

import (
	"context"
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// fill hangs below a node whoever is directly in a group: at once, or when somebody
// asks where they are many.
func (b *branch) fill(n *Node, group model.ObjectID, path []model.ObjectID) {
	b.seen[group] = true
	n.object = group
	path = append(slices.Clip(path), group)
	size := b.m.g.SizeOf(group)
	if size == 0 {
		return
	}
	if size <= mostEager && b.m.nodes < mostNodes {
		made := b.inside(group, path).all()
		b.m.nodes += len(made)
		n.Below = append(n.Below, made...)
		return
	}
	n.lazy = func(ctx context.Context) List { return ListOf(n.Below).and(b.apart(ctx, path).inside(group, path)) }
}

// inside lists whoever is directly in a group: groups, then persons, then sentences.
func (b *branch) inside(group model.ObjectID, path []model.ObjectID) List {
	var groups, notes []*Node
	var persons []member.Inside
	b.m.g.Inside(group, b.d, b.how, func(in member.Inside) bool {
		switch {
		case in.IsPerson:
			persons = append(persons, in)
		case in.IsGroup:
			n := b.group(in.ID, path, in.Passes)
			n.How = joined(n.How, b.memberNote(group, &in))
			groups = append(groups, n)
		case in.ID == 0:
			name := model.Phrase{{Is: model.PartDN, Text: b.m.s.DNText(in.Name)}, {Is: model.PartWord, Text: " was not read"}}
			b.m.missing(name)
			notes = append(notes, note(name))
		case b.how == member.ByMember: // a contact or the like, which nobody logs on as
			n := &Node{Kind: KindNote, Party: b.m.s.TrusteeOf(in.Name), How: model.Said("nobody logs on as it")}
			n.Who = b.m.s.Principal(n.Party)
			notes = append(notes, n)
		}
		return b.m.ctx.Err() == nil
	})
	persons = ranked(verdict.Of(b.m.s), persons, func(in member.Inside) member.Person { return in.Person })
	return List{[]part{
		{made: sorted(groups), leaves: len(persons), leaf: func(i int) *Node { return b.person(persons[i].Person, b.memberNote(group, &persons[i])) }},
		{made: sorted(notes)},
	}}
}

// memberNote says by what somebody is in a group, where that is not plain, and since
// when the value of member is as it is.
func (b *branch) memberNote(group model.ObjectID, in *member.Inside) (note model.Phrase) {
	switch {
	case in.Guessed:
		return model.Said("primary group, taken to be the usual one: it was not read")
	case in.Primary:
		return model.Said("primary group")
	case in.Owner:
		note = model.Said("owner of a linked mailbox that is in it")
	}
	if t := (member.Edge{Group: group, Member: in.Name}).Stamp(b.m.s); !t.IsZero() {
		note = joined(note, model.Said("value last changed "+t.Short()+" UTC"))
	}
	return note
}

// joined is what is said in one phrase and the next.
func joined(a, b model.Phrase) model.Phrase {
	if a == nil || b == nil {
		return append(a, b...)
	}
	return append(append(a, model.Part{Is: model.PartWord, Text: "; "}), b...)
}

// group is a group below an entry, or in another group.
func (b *branch) group(id model.ObjectID, path []model.ObjectID, passes member.Certainty) *Node {
	m := b.m
	m.nodes++
	n := &Node{Kind: KindGroup, Party: m.s.TrusteeOf(m.s.Record(id).DN), Question: b.q, Asked: b.asked, object: id}
	n.Who = m.s.Principal(n.Party)
	switch {
	case slices.Contains(path, id):
		n.How = model.Said("a circle: it stands above")
		return n
	case passes == member.No:
		n.How = model.Said(notPassed(m, id, b.how))
		return n
	}
	all := m.g.EverybodyIn(id, b.d, b.how)
	m.membersUnread(all.Unread)
	b.count(n, all.Persons)
	if b.seen[id] {
		n.How = model.Said("who is in it stands above")
		return n
	}
	b.fill(n, id, path)
	return n
}

// count counts persons below a node.
func (b *branch) count(n *Node, persons []member.Holder) {
	for _, h := range persons {
		if !b.asked || Gets(b.m.gate.Answer(h.Person, b.q).Answer) {
			n.People++
		} else {
			n.Lost++
		}
	}
}

// notPassed says why a group does not hand on what the one above has.
func notPassed(m *maker, id model.ObjectID, how member.Passing) string {
	o := m.s.Record(id)
	switch {
	case how == member.ByName:
		return "it has no address: its members have no part in it"
	case o.Is(model.FlagDistribution):
		return "a distribution group: it is in nobody's token"
	case o.SID != 0 && m.g.IsBuiltin(o.SID):
		return "local to the domain controllers: it is in no token here"
	}
	return "domain-local in another domain: it is in no token here"
}
