package view

import (
	"slices"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
)

// Expectation says who should have a protocol on: the members of a group, and
// nobody else.
type Expectation struct {
	Client door.Client
	Group  string // its name, DN or SID, never a part of a name
}

// ParseExpectations reads what --expect was given, PROTOCOL=GROUP each. Errors are
// of usage.
func ParseExpectations(texts []string) (out []Expectation, err error) {
	for _, text := range texts {
		name, group, ok := strings.Cut(text, "=")
		c, known := door.ParseClient(name)
		switch {
		case !ok || !known || group == "":
			return nil, usage.Errorf("--expect %q is no PROTOCOL=GROUP: use one of %s", text, strings.Join(door.ClientNames(), ", "))
		case slices.ContainsFunc(out, func(e Expectation) bool { return e.Client == c }):
			return nil, usage.Errorf("--expect says twice who should have %s", name)
		}
		out = append(out, Expectation{c, group})
	}
	return out, nil
}

// String is the argument of --expect.
func (e Expectation) String() string { return e.Client.String() + "=" + e.Group }

// expected is what a list of expectations comes to in one snapshot.
type expected struct {
	groups [door.Clients]*door.Group // nil where nothing is expected
	err    error                     // why it comes to nothing: of usage
}

// expectedIn finds the groups of a list of expectations. What is found is kept with
// the snapshot: every question of a screen asks for the same.
func expectedIn(s *model.Snapshot, list []Expectation) *expected {
	if len(list) == 0 {
		return nothingExpected
	}
	return expectedOf.Of(s).of(expectKey(list), func() *expected {
		x := &expected{}
		for _, e := range list {
			group, err := findGroup(s, e.Group)
			if err != nil {
				return &expected{err: err}
			}
			x.groups[e.Client] = group
		}
		return x
	})
}

// CheckExpected says why what is expected comes to nothing in a snapshot: of usage; nil
// where it does not.
func CheckExpected(s *model.Snapshot, list []Expectation) error { return expectedIn(s, list).err }

var nothingExpected = &expected{}

var expectedOf = model.Derive(func(*model.Snapshot) *keptByKey[*expected] { return &keptByKey[*expected]{} })

func expectKey(list []Expectation) string {
	var key strings.Builder
	for _, e := range list {
		key.WriteString(e.String())
		key.WriteByte(0)
	}
	return key.String()
}

// of says what is expected of a mailbox, and whether a state is that: on, off,
// unknown, or nothing; on-not-member, member-off, unknown, or nothing.
func (x *expected) of(id model.ObjectID, c door.Client, state string) (expected, deviation string) {
	group := x.groups[c]
	switch {
	case group == nil:
		return "", ""
	case group.Has(id):
		expected = door.AccessOn
	case group.Complete:
		expected = door.AccessOff
	default:
		expected = door.AccessUnknown
	}
	switch {
	case expected == door.AccessUnknown && state == door.AccessOff: // whether or not it is a member nobody gets in
		return expected, ""
	case expected == door.AccessUnknown, state == door.AccessUnknown, state == door.AccessAmbiguous:
		return expected, door.AccessUnknown
	case expected == door.AccessOff && state == door.AccessOn:
		return expected, OnNotMember
	case expected == door.AccessOn && state == door.AccessOff:
		return expected, MemberOff
	}
	return expected, ""
}

// fill says of a line what is expected of it.
func (x *expected) fill(id model.ObjectID, l *ProtocolLine) {
	l.Expected, l.Deviation = x.of(id, l.Protocol, l.Access.State)
	if l.Deviation == OnNotMember && l.Used.N > 0 {
		l.Access.Detail = join(l.Access.Detail, door.NotMember(l.Used.N).Text)
	}
}

// findGroup finds the group that a text names: by its name, DN or SID, never by a
// part of its name. Errors are of usage.
func findGroup(s *model.Snapshot, text string) (*door.Group, error) {
	var found []model.ObjectID
	for _, k := range Named(s, text) {
		id := s.At(k.target)
		if id == 0 {
			id = s.TrusteeRecordID(k.party)
		}
		if id != 0 && s.Record(id).Class == model.ClassGroup && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	if sid, err := acl.ParseSID(text); err == nil && len(found) == 0 {
		return nil, usage.Errorf("--expect: no group that was read has the SID %s", sid)
	}
	switch len(found) {
	case 0:
		return nil, usage.Errorf("--expect: no group that was read is called %q; give its name, DN or SID", text)
	case 1:
		return door.MembersOf(s, found[0]), nil
	}
	return nil, usage.Errorf("--expect: %d groups are called %q; give a DN or a SID", len(found), text)
}

// keptByKey keeps what was worked out last, by what was asked for. It may be used
// by any number of goroutines.
type keptByKey[T any] struct {
	mu   sync.Mutex
	kept map[string]T
}

// mostKept is how many answers are kept: a screen asks with and without a toggle.
const mostKept = 16

// of returns what is kept under a key, or works it out. Whoever asks meanwhile waits.
func (k *keptByKey[T]) of(key string, work func() T) T {
	k.mu.Lock()
	defer k.mu.Unlock()
	if v, ok := k.kept[key]; ok {
		return v
	}
	if k.kept == nil || len(k.kept) >= mostKept {
		k.kept = map[string]T{}
	}
	v := work()
	k.kept[key] = v
	return v
}
