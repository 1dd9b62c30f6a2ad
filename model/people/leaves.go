package people

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Leaf is an end of the tree: a person, whoever stands for everybody, or what a group
// opens, with the way there.
type Leaf struct {
	*Node
	Part  *Node   // the heading that it stands under
	Entry *Node   // what lets him in or keeps him out; nil where there is none. It may be the leaf
	Path  []*Node // the groups below that
}

// Leaves returns all of them in the order of the tree, those of groups that nobody
// has unfolded too: each person once for each entry. It stops with the context's
// error when the context ends.
func (t *Tree) Leaves(ctx context.Context) (out []Leaf, err error) {
	for _, part := range t.Top {
		list := part.Unfold(ctx)
		for i := range list.Len() {
			n := list.At(i)
			c := &collector{ctx: ctx, part: part, groups: map[model.ObjectID]bool{}, persons: map[member.Person]bool{}}
			if n.Kind == KindEntry || n.Kind == KindDeny {
				c.entry = n
			}
			c.walk(n, nil)
			out = append(out, c.out...)
		}
	}
	return out, ctx.Err()
}

// collector gathers the leaves of one entry.
type collector struct {
	ctx         context.Context
	part, entry *Node
	groups      map[model.ObjectID]bool // that were gone through
	persons     map[member.Person]bool
	out         []Leaf
}

func (c *collector) walk(n *Node, path []*Node) {
	switch {
	case n.Single && c.persons[n.Person], n.Kind == KindNote, c.ctx.Err() != nil:
		return
	case n.Single:
		c.persons[n.Person] = true
		fallthrough
	case n.Kind == KindEverybody, n.Kind == KindTarget:
		c.out = append(c.out, Leaf{n, c.part, c.entry, path[:len(path):len(path)]})
		return
	}
	if n.object != 0 {
		if c.groups[n.object] {
			return
		}
		c.groups[n.object] = n.Folds()
	}
	if n.Kind == KindGroup {
		path = append(path[:len(path):len(path)], n)
	}
	list := n.Unfold(c.ctx)
	for i := range list.Len() {
		c.walk(list.At(i), path)
	}
}

// Fields are those of a report of leaves: their names are a contract.
var Fields = []model.Field[*Leaf]{
	{Name: "part", Is: model.ContentWord, Value: func(l *Leaf) any { return l.Part.Text.String() }},
	{Name: "name", First: true, Value: func(l *Leaf) any { return nameOf(l.Node) }},
	{Name: "domain", Is: model.ContentName, Value: func(l *Leaf) any { return l.Who.Domain }},
	{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *Leaf) any { return model.SIDText(l.Who.SID) }},
	{Name: "dn", Is: model.ContentDN, Aside: true, Value: func(l *Leaf) any { return l.Who.DN }},
	{Name: "kind", Is: model.ContentWord, Value: func(l *Leaf) any { return l.Who.Kind }},
	{Name: "state", Is: model.ContentWord, Value: func(l *Leaf) any { return l.Who.State }},
	{Name: "answer", Is: model.ContentWord, Value: func(l *Leaf) any { return l.answer() }},
	{Name: "trustee", Value: func(l *Leaf) any {
		if l.Entry == nil {
			return model.Phrase{}
		}
		return nameOf(l.Entry)
	}},
	{Name: "trustee_sid", Is: model.ContentSID, Value: func(l *Leaf) any {
		if l.Entry == nil {
			return ""
		}
		return model.SIDText(l.Entry.Who.SID)
	}},
	{Name: "status", Is: model.ContentStatus, Value: func(l *Leaf) any {
		switch {
		case l.Entry == nil:
			return ""
		case l.Entry.Kind == KindDeny:
			return "Deny"
		}
		return "Allow"
	}},
	{Name: "right", Is: model.ContentRight, Value: func(l *Leaf) any {
		if l.Entry == nil {
			return ""
		}
		return l.Entry.Right
	}},
	{Name: "how", Value: func(l *Leaf) any { return l.of(func(n *Node) model.Phrase { return n.How }) }},
	{Name: "through", Value: func(l *Leaf) any { return l.through() }},
}

// answer is the verdict, in a word; empty where none is asked for.
func (l *Leaf) answer() string {
	if !l.Asked && l.Kind != KindTarget {
		return ""
	}
	return l.Answer.String()
}

// of says something of the entry; of a leaf without one, of that.
func (l *Leaf) of(say func(*Node) model.Phrase) model.Phrase {
	if l.Entry == nil {
		if l.Kind != KindTarget {
			return model.Phrase{}
		}
		return l.How
	}
	return say(l.Entry)
}

// through names the groups between the entry and the person.
func (l *Leaf) through() model.Phrase {
	out := model.Phrase{}
	for i, n := range l.Path {
		if i > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: " > "})
		}
		out = append(out, nameOf(n)...)
	}
	return out
}
