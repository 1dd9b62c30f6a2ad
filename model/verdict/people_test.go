package verdict_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/people"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// TestPeopleAgree: the tree of who gets in says of everybody what verdicts, which
// TestAgrees holds against the plain implementation, say of him; nobody who gets in
// is missing, and a deny names those whom it keeps out.
func TestPeopleAgree(t *testing.T) {
	for seed := range forests() {
		s := randomForest(seed).snapshot()
		for i := range s.Recipients.Len() {
			if wrong := treeWrong(s, *s.Recipients.At(i)); wrong != "" {
				t.Fatalf("seed %d, %s: %s", seed, s.ObjectName(s.Record(*s.Recipients.At(i))), wrong)
			}
		}
	}
}

// said is what verdicts say of a recipient, one by one.
func said(s *model.Snapshot, id model.ObjectID) map[member.Person]*verdict.Line {
	out := map[member.Person]*verdict.Line{}
	q := verdict.Query{Mailboxes: []model.ObjectID{id}, Recipients: !s.Record(id).HasMailbox(), Expand: true}
	_ = verdict.Of(s).Lines(context.Background(), q, func(l *verdict.Line) bool {
		out[l.Person] = l
		return true
	})
	return out
}

func treeWrong(s *model.Snapshot, id model.ObjectID) string {
	tree, err := people.Of(context.Background(), s, view.PartyLine(s, s.TrusteeOf(s.Record(id).DN)))
	if err != nil {
		return err.Error()
	}
	leaves, err := tree.Leaves(context.Background())
	if err != nil {
		return err.Error()
	}
	lines, gate := said(s, id), verdict.Of(s).Gate(id)
	for _, q := range view.Questions() {
		everybody := gate.Everybody(q).Answer
		in, out := map[member.Person]bool{}, map[member.Person]bool{}
		covered := map[bool]bool{} // by deny
		for _, l := range leaves {
			if !l.Asked || l.Question != q || l.Entry == nil {
				continue
			}
			deny := l.Entry.Kind == people.KindDeny
			if !l.Single {
				covered[deny] = true
				continue
			}
			answer := verdict.None
			if line := lines[l.Person]; line != nil {
				answer = line.Answers[q].Answer
			}
			switch {
			case answer != l.Answer:
				return fmt.Sprintf("%s is %s in the tree and %s by verdict", l.Who.Name, l.Answer, answer)
			case deny && answer != verdict.Denied:
				return fmt.Sprintf("%s is said to be kept out and is %s", l.Who.Name, answer)
			case deny && !keptOutBy(lines[l.Person], q, l.Entry.Party):
				return fmt.Sprintf("%s is not kept out by the deny of %s", l.Who.Name, l.Entry.Who.Name)
			}
			if wrong := pathWrong(s, &l); wrong != "" && q != verdict.CanSendOnBehalf {
				return wrong
			}
			map[bool]map[member.Person]bool{false: in, true: out}[deny][l.Person] = true
		}
		for p, line := range lines {
			switch a := line.Answers[q].Answer; {
			case a == verdict.Denied && !out[p] && (a != everybody || !covered[true]):
				return fmt.Sprintf("%s: no deny says that it keeps %s out", view.QuestionText(q), s.Principal(line.Trustee).Name)
			case !people.Gets(a) || in[p]:
			case a == verdict.Unknown && unreadPart(tree):
			case a == everybody && covered[false]:
			default:
				return fmt.Sprintf("%s: %s is %s and not in the tree", view.QuestionText(q), s.Principal(line.Trustee).Name, a)
			}
		}
		if wrong := countsWrong(tree, q, lines, in); wrong != "" {
			return wrong
		}
	}
	return ""
}

// keptOutBy reports whether the first deny that surely holds for somebody names a
// party. An administrator has several lists.
func keptOutBy(l *verdict.Line, q verdict.Question, party model.TrusteeID) bool {
	name := l.Ways(q)
	return slices.ContainsFunc(name, func(w verdict.Way) bool { return w.Denies && !w.Late && model.TrusteeOfSID(w.Names()) == party })
}

// pathWrong looks whether each group on the way is in the one above, and the person in
// the last.
func pathWrong(s *model.Snapshot, l *people.Leaf) string {
	for i, n := range l.Path {
		if i == 0 {
			continue
		}
		if !isIn(s, s.TrusteeRecordID(n.Party), s.TrusteeRecordID(l.Path[i-1].Party)) {
			return fmt.Sprintf("%s is not in %s", n.Who.Name, l.Path[i-1].Who.Name)
		}
	}
	if n := len(l.Path); n > 0 && !isIn(s, s.TrusteeRecordID(l.Party), s.TrusteeRecordID(l.Path[n-1].Party)) {
		return fmt.Sprintf("%s is not in %s", l.Who.Name, l.Path[n-1].Who.Name)
	}
	return ""
}

// isIn reports whether a group names an object, or is its primary group. Objects that
// share a SID cannot be told apart by it.
func isIn(s *model.Snapshot, who, group model.ObjectID) bool {
	if who == 0 || group == 0 || s.IsShared(s.Record(who).SID) || s.IsShared(s.Record(group).SID) {
		return true
	}
	o := s.Record(group)
	for i := range o.Members.N {
		if s.At(*s.Members.At(o.Members.First + i)) == who {
			return true
		}
	}
	g := verdict.Of(s).Graph()
	found := false
	g.Inside(group, 0, member.ByMember, func(in member.Inside) bool {
		found = in.ID == who && in.Primary
		return !found
	})
	return found
}

func unreadPart(t *people.Tree) bool {
	return slices.ContainsFunc(t.Top, func(n *people.Node) bool { return !n.Asked && len(n.Below) > 0 && n.Below[0].Kind == people.KindNote })
}

// countsWrong compares the number that a question has with those who are under it.
func countsWrong(t *people.Tree, q verdict.Question, lines map[member.Person]*verdict.Line, in map[member.Person]bool) string {
	want := 0
	for p := range in {
		if lines[p] != nil && people.Gets(lines[p].Answers[q].Answer) {
			want++
		}
	}
	for _, n := range t.Top {
		if n.Asked && n.Question == q && n.People != want {
			return fmt.Sprintf("%s says %d people, and %d are there", view.QuestionText(q), n.People, want)
		}
	}
	return ""
}
