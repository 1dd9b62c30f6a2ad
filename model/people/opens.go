package people

import (
	"context"
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// groupParts are the parts of a tree about a group, or whoever stands for everybody:
// who is in it, and what that opens.
func (m *maker) groupParts(obj model.ObjectID, party model.TrusteeID) []*Node {
	if obj == 0 {
		obj = m.s.TrusteeRecordID(party)
	}
	return append([]*Node{m.members(obj)}, m.opens(obj, party)...)
}

// members is the part that says who is in a group.
func (m *maker) members(group model.ObjectID) *Node {
	out := &Node{Kind: KindHeading, Text: model.Said("Members")}
	b := &branch{m: m, how: member.ByMember, seen: map[model.ObjectID]bool{}}
	if group == 0 || !m.g.IsGroup(group) {
		out.Everybody = true
		out.Below = []*Node{{Kind: KindEverybody, Text: model.Said("whoever has it in his token, which no list of members says"), Everybody: true}}
		return out
	}
	all := m.g.EverybodyIn(group, 0, member.ByMember)
	m.membersUnread(all.Unread)
	out.People = len(all.Persons)
	b.fill(out, group, nil)
	if !out.Folds() {
		out.Below = append(out.Below, note(model.Said("nobody is in it")))
	}
	return out
}

// opens are the parts that say what a group opens for who is in it and in nothing
// else: what everybody gets is counted and not listed.
func (m *maker) opens(obj model.ObjectID, party model.TrusteeID) (out []*Node) {
	b := verdict.Of(m.s)
	if sid := party.SID(); sid != 0 && (obj == 0 || m.g.IsUniversal(sid) || member.InToken(m.s.Record(obj))) {
		who, anybody := b.Bearer(sid), b.Anybody()
		if m.g.IsUniversal(sid) { // what everybody gets is what is asked about
			anybody = nil
		}
		out = append(out,
			m.targets("Opens", who, anybody, func(x *verdict.Bearer, id model.ObjectID) verdict.Answer { return x.OpensAsClient(id) }),
			m.targets("Opens by administrator", who, anybody, (*verdict.Bearer).OpensAsAdmin),
			m.targets("Sends as", who, anybody, (*verdict.Bearer).SendsAs))
	} else if obj != 0 {
		out = append(out, &Node{Kind: KindHeading, Text: model.Said("Opens"), Below: []*Node{note(model.Said(notPassed(m, obj, member.ByToken)))}})
	}
	out = append(out, m.sendsFor(obj), m.assigned(party))
	return slices.DeleteFunc(out, func(n *Node) bool { return len(n.Below) == 0 && n.lazy == nil })
}

// targets is the part that lists what somebody gets and not everybody does.
func (m *maker) targets(title string, who, anybody *verdict.Bearer, ask func(*verdict.Bearer, model.ObjectID) verdict.Answer) *Node {
	type got struct {
		id     model.ObjectID
		answer verdict.Answer
	}
	var all []got
	everybodys, open := 0, 0
	for i := range m.s.Recipients.Len() {
		if i&1023 == 0 && m.ctx.Err() != nil {
			break
		}
		id := *m.s.Recipients.At(i)
		switch a := ask(who, id); {
		case !Gets(a):
		case anybody == nil || ask(anybody, id) != a:
			all = append(all, got{id, a})
		case a == verdict.Unknown:
			open++
		default:
			everybodys++
		}
	}
	out := &Node{Kind: KindHeading, Text: model.Said(title), Targets: len(all)}
	out.hang(m.s, len(all), func(i int) model.ObjectID { return all[i].id }, func(i int) verdict.Answer { return all[i].answer })
	if everybodys > 0 {
		out.Below = append(out.Below, note(model.Said(model.Thousands(int64(everybodys))+" more that everybody gets into")))
	}
	if open > 0 {
		out.Below = append(out.Below, note(model.Said(model.Thousands(int64(open))+" of which it is not known, for anybody: not all that decides was read")))
	}
	return out
}

// hang hangs targets below a part, or has them wait where they are many.
func (n *Node) hang(s *model.Snapshot, count int, id func(i int) model.ObjectID, answer func(i int) verdict.Answer) {
	list := func() List {
		return leaves(count, func(i int) []byte {
			o := s.Record(id(i))
			if o.Account != 0 {
				return s.Texts.Bytes(o.Account)
			}
			return []byte(s.ObjectName(o))
		}, func(i int) *Node {
			leaf := target(s, id(i))
			leaf.Answer = answer(i)
			return leaf
		})
	}
	if count <= mostEager {
		n.Below = list().all()
		return
	}
	n.lazy = func(context.Context) List { return ListOf(n.Below).and(list()) }
}

// target is a leaf for what somebody gets into.
func target(s *model.Snapshot, id model.ObjectID) *Node {
	o := s.Record(id)
	return &Node{Kind: KindTarget, Who: s.TargetPrincipal(o), Party: s.TrusteeOf(o.DN), How: model.Said(s.TypeName(o))}
}

// sendsFor is the part that lists on whose behalf a group sends: it is named in
// publicDelegates, or is in a group that is.
func (m *maker) sendsFor(group model.ObjectID) *Node {
	var targets []model.ObjectID
	for _, id := range m.g.NamesOver(group) {
		for _, l := range grant.RelationsOf(m.s).LinksOf(m.s.TrusteeOf(m.s.Record(id).DN)) {
			if l.Kind().SendsFor() {
				targets = append(targets, l.Target(m.s))
			}
		}
	}
	slices.Sort(targets)
	targets = slices.Compact(targets)
	out := &Node{Kind: KindHeading, Text: model.Said("Sends on behalf of"), Targets: len(targets)}
	out.hang(m.s, len(targets), func(i int) model.ObjectID { return targets[i] }, func(int) verdict.Answer { return verdict.Allowed })
	return out
}

// assigned is the part that lists the roles of a group that open mailboxes, and of
// the groups that it is in.
func (m *maker) assigned(party model.TrusteeID) *Node {
	b, held := rbac.Of(m.s), map[model.TrusteeID]bool{party: true}
	for _, p := range member.Token(m.s, party, false) {
		held[p] = true
	}
	out := &Node{Kind: KindHeading, Text: model.Said("Opens by roles")}
	for n := range b.Assignments {
		a := &b.Assignments[n]
		if a.Counts == member.No || a.User == 0 || !held[m.s.TrusteeOf(a.User)] {
			continue
		}
		row := view.AssignmentRow(m.s, n)
		x := note(model.Phrase{{Is: model.PartName, Text: m.s.CN(m.s.Record(a.Obj).DN)}})
		x.How = row.Role.Scoped()
		x.Answer = verdict.Allowed
		if a.Counts&a.Reach.Certainty&member.Sure == 0 {
			x.Answer = verdict.Possible
		}
		out.Below = append(out.Below, x)
	}
	return out
}
