package whatif

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// Wish is one thing to leave out or to add, as somebody wrote it.
type Wish struct {
	Member bool // GROUP=PERSON; else an entry
	Add    bool
	Text   string
}

// Flag is the flag of the command line that says the same.
func (w Wish) Flag() string {
	return "--" + map[bool]string{false: "without", true: "with"}[w.Add] + "-" + map[bool]string{false: "entry", true: "member"}[w.Member]
}

func (w Wish) String() string { return w.Flag() + " " + w.Text }

func (w Wish) errorf(format string, args ...any) error {
	if w.Text == "" { // of a row that was pointed at
		return usage.Errorf(format, args...)
	}
	return usage.Errorf("%s %q: %s", w.Flag(), w.Text, fmt.Sprintf(format, args...))
}

// again says that the same is asked for twice, or its opposite too.
func (w Wish) again(same bool) error {
	if same {
		return w.errorf("it is there twice")
	}
	return w.errorf("another one asks for the opposite: leave both away")
}

const howToName = "give a sAMAccountName, DOMAIN\\name, DN, SID or objectGUID"

// halves splits a text at the = between two names, which may be DNs and hold others:
// where several would do, at that one on whose left something has the name.
func (w Wish) halves(s *model.Snapshot) (left, right string, err error) {
	n := strings.Count(w.Text, "=")
	for i, c := range w.Text {
		if c != '=' {
			continue
		}
		left, right = w.Text[:i], w.Text[i+1:]
		if left != "" && right != "" && (n == 1 || strings.HasPrefix(right, "(") || len(view.ObjectsNamed(s, left)) > 0) {
			return left, right, nil
		}
	}
	switch {
	case n > 0 && left != "" && right != "":
		return "", "", w.errorf("nothing that was read has the name before the =; %s", howToName)
	case w.Member:
		return "", "", w.errorf("a membership is written GROUP=PERSON")
	}
	return "", "", w.errorf("an entry is written TARGET=TRUSTEE:RIGHT, as report aces prints it, or TARGET=(ACE in SDDL)")
}

// one finds the object that a text names, among those that ok takes; what says what
// it should be.
func (w Wish) one(s *model.Snapshot, text, what string, ok func(*model.Record) bool) (model.ObjectID, error) {
	var found []model.ObjectID
	var others []string
	for _, id := range view.ObjectsNamed(s, text) {
		if o := s.Record(id); !ok(o) {
			others = append(others, s.KindOf(o))
		} else if !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, w.errorf("%s names %d: give one of the DNs %s", text, len(found), candidates(s, found))
	case len(others) > 0:
		return 0, w.errorf("%s is no %s but of the kind %s", text, what, others[0])
	}
	return 0, w.errorf("%s: no %s has this name; %s", text, what, howToName)
}

// mostCandidates bounds how many are listed.
const mostCandidates = 10

func candidates(s *model.Snapshot, found []model.ObjectID) string {
	var names []string
	for _, id := range found {
		names = append(names, s.DNText(s.Record(id).DN))
	}
	slices.Sort(names)
	if len(names) > mostCandidates {
		names = append(names[:mostCandidates], fmt.Sprintf("%d more", len(found)-mostCandidates))
	}
	return strings.Join(names, " or ")
}

// trustee finds whom a text names: a SID, and the object that has it, or 0.
func (w Wish) trustee(s *model.Snapshot, text string) (sid acl.SID, id model.ObjectID, err error) {
	for well, name := range acl.WellKnownSIDs() {
		if well.String() == text {
			return well, 0, nil
		}
		if !strings.EqualFold(name, text) {
			continue
		}
		if other := namedLike(s, text, well); other != 0 { // a group may be called Service
			return sid, 0, w.errorf("%s names %s and %s: give the SID or the DN", text, well, s.DNText(s.Record(other).DN))
		}
		return well, 0, nil
	}
	found := view.ObjectsNamed(s, text)
	if parsed, bad := acl.ParseSID(text); bad == nil {
		for n := uint32(1); n < s.SIDs.Len(); n++ {
			if s.SIDOf(pool.SID(n)) == parsed {
				return parsed, s.Holder(pool.SID(n)), nil
			}
		}
		return sid, 0, w.errorf("nobody was read who has the SID %s", text)
	}
	switch len(found) {
	case 0:
		return sid, 0, w.errorf("%s: nobody has this name; %s", text, howToName)
	case 1:
		return s.SIDOf(s.Record(found[0]).SID), found[0], nil
	}
	return sid, 0, w.errorf("%s names %d: give one of the DNs %s", text, len(found), candidates(s, found))
}

// namedLike is an object with the name of a well-known SID and another SID; 0 where
// there is none. That somebody has such a display name is nothing: everybody can.
func namedLike(s *model.Snapshot, text string, well acl.SID) model.ObjectID {
	if !view.Identified(s, text) {
		return 0
	}
	for _, id := range view.ObjectsNamed(s, text) {
		if o := s.Record(id); o.SID != 0 && s.SIDOf(o.SID) != well {
			return id
		}
	}
	return 0
}

// Changes makes the change that wishes ask of a snapshot, and says what is done where
// that is not what was written: an inherited entry is left out where it is set.
// Errors are of usage, one sentence each.
func Changes(s *model.Snapshot, wishes []Wish) (model.Change, []model.Phrase, error) {
	b := newBuilder(s)
	for _, w := range wishes {
		do := b.entry
		if w.Member {
			do = b.member
		}
		if err := do(w); err != nil {
			return model.Change{}, nil, err
		}
	}
	if err := b.noList(); err != nil {
		return model.Change{}, nil, err
	}
	return b.done(), b.notes, nil
}

// Without makes the change that leaves out the entry, or the value of a link, that a
// row is of, and says where that is done if it is not there.
func Without(s *model.Snapshot, ref grant.Ref) (model.Change, []model.Phrase, error) {
	b := newBuilder(s)
	if err := b.without(Wish{}, ref); err != nil {
		return model.Change{}, nil, err
	}
	return b.done(), b.notes, nil
}

// member reads GROUP=PERSON.
func (b *builder) member(w Wish) error {
	s := b.s
	left, right, err := w.halves(s)
	if err != nil {
		return err
	}
	group, err := w.one(s, left, "group", func(o *model.Record) bool {
		return !o.Is(model.FlagDeleted) && (o.Class == model.ClassGroup || o.Members.N > 0 && !o.IsStore())
	})
	if err != nil {
		return err
	}
	who, err := w.one(s, right, "account", func(o *model.Record) bool {
		return !o.Is(model.FlagDeleted) && (o.IsPrincipal() || o.Class == model.ClassForeign || o.Recipient != model.NoRecipient)
	})
	if err != nil {
		return err
	}
	g, p := s.Record(group), s.Record(who)
	is := false
	for i := range g.Members.N {
		is = is || *s.Members.At(g.Members.First + i) == p.DN
	}
	for _, m := range b.change.Members {
		if m.Group == group && m.Member == p.DN {
			return w.again(m.Add == w.Add)
		}
	}
	primary := !is && g.SID != 0 && primaryOf(s, p) == g.SID
	switch {
	case w.Add && is:
		return w.errorf("%s is a member of %s already", right, left)
	case w.Add && primary:
		return w.errorf("%s is the primary group of %s already", left, right)
	case primary:
		return b.withoutPrimary(w, model.PrimaryChange{Who: who, Group: group})
	case !w.Add && !is && p.PrimaryGroup == 0 && p.IsPrincipal() && p.Class != model.ClassGroup && isUsual(s, g):
		return w.errorf("the primary group of %s was not read: whether it is %s cannot be told", right, left)
	case !w.Add && !is && coverage.NewReadability(s).MembersUnread(g):
		return w.errorf("the members of %s were not read to their end: whether %s is one cannot be told", left, right)
	case !w.Add && !is:
		return w.errorf("%s is no member of %s itself; groups in it are left out by their own names", right, left)
	}
	b.change.Members = append(b.change.Members, model.MemberChange{Group: group, Member: p.DN, Add: w.Add})
	return nil
}

// withoutPrimary leaves somebody out of his primary group.
func (b *builder) withoutPrimary(w Wish, c model.PrimaryChange) error {
	if slices.Contains(b.change.Primaries, c) {
		return w.again(true)
	}
	b.change.Primaries = append(b.change.Primaries, c)
	name := func(id model.ObjectID) model.Part {
		return model.Part{Is: model.PartName, Text: b.s.ObjectName(b.s.Record(id))}
	}
	b.notes = append(b.notes, model.Phrase{name(c.Group), {Is: model.PartWord, Text: " is the primary group of "}, name(c.Who),
		{Is: model.PartWord, Text: ": the directory wants him to have another one first, of the groups that he is a member of already, and makes him a member of this one until he is taken out"}})
	return nil
}

// isUsual reports whether a group is the primary group that accounts have at first:
// Domain Users, Domain Computers, Domain Controllers, Domain Guests ([MS-ADA3] primaryGroupID).
func isUsual(s *model.Snapshot, group *model.Record) bool {
	_, rid, ok := s.SIDOf(group.SID).Split()
	return ok && 513 <= rid && rid <= 516
}

// FirstGroup is the first group that names somebody as a member, 0 where none does.
func FirstGroup(s *model.Snapshot, id model.ObjectID) model.ObjectID {
	who := s.Record(id).DN
	for g := model.ObjectID(1); uint32(g) < s.Objects.Len(); g++ {
		o := s.Record(g)
		for i := range o.Members.N {
			if o.Class == model.ClassGroup && *s.Members.At(o.Members.First + i) == who {
				return g
			}
		}
	}
	return 0
}

// primaryOf is the SID of somebody's primary group, as far as that was read; else 0.
func primaryOf(s *model.Snapshot, o *model.Record) pool.SID {
	domain, _, ok := s.SIDOf(o.SID).Split()
	if !ok || o.PrimaryGroup == 0 {
		return 0
	}
	want := domain.WithRID(o.PrimaryGroup)
	for n := uint32(1); n < s.SIDs.Len(); n++ {
		if s.SIDOf(pool.SID(n)) == want {
			return pool.SID(n)
		}
	}
	return 0
}
