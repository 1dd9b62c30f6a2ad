package people

import (
	"context"
	"fmt"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// Kind says what a line of the tree is.
type Kind uint8

// The kinds.
const (
	KindHeading   Kind = iota // a question, or another part of the tree
	KindEntry                 // lets in whoever it is for: an entry, a role, a delegate, ownership
	KindDeny                  // keeps out
	KindGroup                 // a group below these
	KindPerson                // somebody who can log on
	KindEverybody             // stands for whoever is named nowhere
	KindTarget                // what a group opens
	KindNote                  // a sentence: what was not read, or is not shown
)

// Node is a line of the tree. It never changes.
type Node struct {
	Kind Kind
	// Who is whom or what the line is about, where that has a name; else Text says it.
	Who  model.Principal
	Text model.Phrase
	// Party is that of Who: it has a line in the grids. 0 where there is none.
	Party model.TrusteeID
	// How says by what: "Full Access, mailbox entry 3".
	How model.Phrase
	// Right is the right of an entry, as the grids have it.
	Right string

	// Question is that of the part of the tree; Asked is false where there is none.
	Question verdict.Question
	Asked    bool
	// Person is set where Single is: the node is a leaf, and Answer his verdict. A node
	// that stands for everybody has that of everybody.
	Person member.Person
	Single bool
	Answer verdict.Answer

	// People counts the persons below who get in or may, each once, or those in a group
	// where no question is asked. Lost counts the others; of a deny, those whom it
	// keeps out. Targets counts what a group opens.
	People, Lost, Targets int
	// Everybody: whoever is named nowhere is among them.
	Everybody bool
	Preset    bool // by what Windows or set-up writes

	// Below are the nodes below; those of a lazy one are made by [Node.Unfold].
	Below []*Node

	object model.ObjectID // of a group
	lazy   func(context.Context) List
}

// Folds reports whether there is something below.
func (n *Node) Folds() bool { return len(n.Below) > 0 || n.lazy != nil }

// Lazy reports whether what is below is known by [Node.Unfold] alone: it is much.
func (n *Node) Lazy() bool { return n.lazy != nil }

// Unfold lists what is below a node. Of a lazy one that is worked out anew each time:
// of a group of a hundred thousand it takes some tens of milliseconds.
func (n *Node) Unfold(ctx context.Context) List {
	if n.lazy == nil {
		return ListOf(n.Below)
	}
	return n.lazy(ctx)
}

// Gets reports whether an answer lets in, or may.
func Gets(a verdict.Answer) bool {
	return a == verdict.Allowed || a == verdict.Possible || a == verdict.Unknown
}

// Bounds of what is made at once.
const (
	mostEager = 200  // of a group with more, nobody is shown before somebody asks
	mostNodes = 5000 // of a tree; every group behind that waits, too
	mostGaps  = 1000 // of what was not read, which is one list
)

// Tree is who gets into a mailbox, and who is in a group. It never changes.
type Tree struct {
	Snapshot *model.Snapshot
	Of       model.Principal
	Top      []*Node
	// Group says that it is about a group: who is in it and what it opens come first.
	Group bool

	gate *verdict.Gate // nil where nobody is asked for verdicts
}

// Why says in a sentence what a person's answer rests on; nil for a node that is not
// about one, or where no question is asked.
func (t *Tree) Why(n *Node) model.Phrase {
	if !n.Single || !n.Asked || t.gate == nil || n.Answer == verdict.None {
		return nil
	}
	return t.gate.Line(n.Person).Sentence(n.Question)
}

// Has reports whether a line of the grids has a tree: a mailbox or another recipient,
// a group, or whoever stands for everybody. Why not says so in a sentence.
func Has(s *model.Snapshot, k view.LineKey) (whyNot string) {
	obj, party := view.Sides(s, k)
	switch {
	case obj != 0 && s.Record(obj).Recipient != model.NoRecipient, isGroup(s, obj, party), standsForAll(s, party):
		return ""
	case k.IsZero() || party == 0:
		return "there is nobody in it: choose a mailbox or a group"
	}
	return view.TrusteeOf(s, k).Name + " is no mailbox and no group: r shows what it reaches"
}

func isGroup(s *model.Snapshot, obj model.ObjectID, party model.TrusteeID) bool {
	if obj == 0 {
		obj = s.TrusteeRecordID(party)
	}
	return obj != 0 && s.Record(obj).Class == model.ClassGroup
}

// standsForAll reports whether a party is Everyone or the like, or a local group of
// each computer.
func standsForAll(s *model.Snapshot, party model.TrusteeID) bool {
	g := verdict.Of(s).Graph()
	return party.SID() != 0 && (g.IsUniversal(party.SID()) || g.IsBuiltin(party.SID()))
}

// Of makes the tree of a line of the grids that has one; see [Has]. It stops with the
// context's error when the context ends.
func Of(ctx context.Context, s *model.Snapshot, k view.LineKey) (*Tree, error) {
	obj, party := view.Sides(s, k)
	t := &Tree{Snapshot: s, Of: view.TrusteeOf(s, k)}
	m := &maker{s: s, g: verdict.Of(s).Graph(), ctx: ctx}
	recipient := obj != 0 && s.Record(obj).Recipient != model.NoRecipient
	if t.Group = isGroup(s, obj, party) || !recipient; t.Group {
		t.Top = m.groupParts(obj, party)
	}
	if recipient {
		t.Of = s.TargetPrincipal(s.Record(obj))
		t.gate = verdict.Of(s).Gate(obj)
		m.gate = t.gate
		for _, q := range view.Questions() {
			if n := m.question(q); n != nil && ctx.Err() == nil {
				t.Top = append(t.Top, n)
			}
		}
	}
	if len(m.unread) > 0 {
		t.Top = append(t.Top, m.unreadPart())
	}
	return t, ctx.Err()
}

// unreadPart is the last part of a tree: what was not read on the way.
func (m *maker) unreadPart() *Node {
	out := &Node{Kind: KindHeading, Text: model.Said("Not read: more may get in by this")}
	for i, text := range m.unread {
		if i == mostGaps {
			out.Below = append(out.Below, note(model.Said(fmt.Sprintf("and %d more", len(m.unread)-i))))
			break
		}
		out.Below = append(out.Below, note(text))
	}
	return out
}

func note(text model.Phrase) *Node { return &Node{Kind: KindNote, Text: text} }
