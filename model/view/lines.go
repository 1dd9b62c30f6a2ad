package view

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// The grid of mailboxes can have a line for each recipient and for whoever else
// a row names, whatever the toggles are. These lines are numbered: recipients
// as they came, then the others. What a question shows is a list of numbers.

// others are the parties that some row names and that have no line as a
// recipient, in order of number.
func othersOf(s *model.Snapshot) []model.TrusteeID { return others.Of(s) }

var others = model.Derive(func(s *model.Snapshot) (others []model.TrusteeID) {
	r := grant.RelationsOf(s)
	add := func(p model.TrusteeID) {
		if p != 0 && !ownLine(s, p) {
			others = append(others, p)
		}
	}
	for id, k := range r.Kinds.All() {
		if k&^grant.ApartRows != 0 {
			add(model.TrusteeID(id))
		}
	}
	for i, l := range r.Links {
		if l.Who.DN() != 0 && (i == 0 || r.Links[i-1].Who != l.Who) {
			add(l.Who)
		}
	}
	return others
})

// ownLine reports whether a party is a recipient, which has one line for both
// roles. A former SID of one has a line of its own.
func ownLine(s *model.Snapshot, p model.TrusteeID) bool {
	id := s.TrusteeRecordID(p)
	return id != 0 && s.Record(id).Recipient != model.NoRecipient && s.TrusteeOf(s.Record(id).DN) == p
}

func lineCount(s *model.Snapshot) uint32 { return s.Recipients.Len() + uint32(len(othersOf(s))) }

// lineAt returns a numbered line.
func lineAt(s *model.Snapshot, n uint32) lineRef {
	if n >= s.Recipients.Len() {
		return lineRef{party: othersOf(s)[n-s.Recipients.Len()]}
	}
	id := *s.Recipients.At(n)
	o := s.Record(id)
	if o.SID != 0 {
		return lineRef{obj: id, party: model.TrusteeOfSID(o.SID)}
	}
	return lineRef{obj: id, party: model.TrusteeOfDN(o.DN)}
}

// byName returns the numbered lines in the order of their names. It is worked out
// once for a snapshot, since neither toggles nor filters change it.
func byName(s *model.Snapshot) []uint32 { return orderByName.Of(s) }

var orderByName = model.Derive(func(s *model.Snapshot) []uint32 {
	n, others := lineCount(s), othersOf(s)
	// Names that do not lie in the arena: those of the others one behind the other,
	// since there can be as many of them as of recipients, whose are few.
	var spelled []byte
	ends := make([]uint32, len(others)+1)
	for i, p := range others {
		spelled = append(spelled, s.Principal(p).Name...)
		ends[i+1] = uint32(len(spelled))
	}
	names := map[uint32][]byte{}
	for i := range s.Recipients.Len() {
		if o := s.Record(*s.Recipients.At(i)); o.Account == 0 || o.IsStore() {
			names[i] = objectSortName(s, o)
		}
	}
	// A key is the beginning of a name, as much as there is room for, before the
	// number of its line: half of what keyed takes, of a million lines twice 8 MB
	// beside all else that is live when reading ends.
	keys, room := make([]uint64, n), bits.Len32(n)
	name := func(n uint32) []byte {
		if n >= s.Recipients.Len() {
			i := n - s.Recipients.Len()
			return spelled[ends[i]:ends[i+1]]
		}
		if o := s.Record(*s.Recipients.At(n)); o.Account != 0 && !o.IsStore() {
			return s.Texts.Bytes(o.Account)
		}
		return names[n]
	}
	table.Parallel(int(n), func(from, to int) {
		for i := from; i < to; i++ {
			keys[i] = dn.Prefix(name(uint32(i)))>>room<<room | uint64(i)
		}
	})
	line := func(key uint64) uint32 { return uint32(key & (1<<room - 1)) }
	keys = table.SortParallel(keys, func(a, b uint64) int {
		if a>>room != b>>room {
			return cmp.Compare(a, b)
		}
		if c := dn.Compare(name(line(a)), name(line(b))); c != 0 {
			return c
		}
		return tie(s, lineAt(s, line(a)), lineAt(s, line(b)))
	})
	ordered := make([]uint32, n)
	for i, k := range keys {
		ordered[i] = line(k)
	}
	return ordered
})

// tie orders lines of the same name by DN or SID, and not by when they came:
// several searches run at a time, and another read of the same directory must
// give the same report.
func tie(s *model.Snapshot, a, b lineRef) int {
	if a == b {
		return 0
	}
	if a.obj == b.obj && a.obj != 0 { // entries of one container
		return cmp.Or(cmp.Compare(a.row.Pos, b.row.Pos), cmp.Compare(a.party, b.party))
	}
	return cmp.Or(strings.Compare(identity(s, a), identity(s, b)), cmp.Compare(a.party, b.party))
}

func identity(s *model.Snapshot, k lineRef) string {
	if k.obj != 0 {
		return s.DNText(s.Record(k.obj).DN)
	}
	p := s.Principal(k.party)
	return model.SIDText(p.SID) + p.DN
}

// Find returns where the line with a key is, or -1.
func (r *Result) Find(key LineKey) int {
	s, line := r.Snapshot, key.find(r.Snapshot)
	if line == (lineRef{}) {
		return -1
	}
	switch {
	case r.doorLines != nil && line.door.kind == r.Query.Type.door.number():
		return slices.Index(r.doorLines, line.door.n)
	case r.numbers == nil:
		return r.findLine(line)
	}
	if r.Query.Arrival {
		return slices.IndexFunc(r.numbers, func(n uint32) bool { return lineAt(s, n) == line })
	}
	lines := r.numbers
	if r.Query.Sort != 0 {
		lines = byName(s)
	}
	i, there := search(s, lines, line)
	switch {
	case !there:
		return -1
	case r.Query.Sort != 0:
		return slices.Index(r.numbers, lines[i])
	}
	return i
}

// findLine is Find where lines are not numbered: of a row that a line stands for,
// that line.
func (r *Result) findLine(line lineRef) int {
	for first, of := range r.evaluation.reach {
		if line.isRow() && slices.Contains(of, line.row) {
			line = rowLine(r.Snapshot, first, grant.ACEOf(r.Snapshot, first))
			break
		}
	}
	return slices.Index(r.lines, line)
}

// targetLines gives each target of the object type a line.
func targetLines(l *evaluation) {
	l.eachTarget(func(id model.ObjectID, k *grant.Kind) {
		l.add(lineRef{obj: id})
		l.countEach(id, k, &l.result.Hidden)
	})
	l.sortLines()
}

// rowLines gives each row of the targets of the object type a line.
func rowLines(l *evaluation) {
	l.eachTarget(func(id model.ObjectID, k *grant.Kind) {
		l.countEach(id, k, &l.result.Hidden)
		l.each(id, k.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
			if l.why(r, a) == 0 {
				l.add(rowLine(l.snap, r, a))
			}
			return true
		})
	})
	l.sortLines()
}

// eachTarget calls f for the targets whose own lists the object type is about.
func (l *evaluation) eachTarget(f func(model.ObjectID, *grant.Kind)) {
	kinds, release := l.query.Type.forward, l.query.Ends.Release
	for _, list := range grant.Lists(l.snap, kinds) {
		for i := range list.Len() {
			id := *list.At(i)
			switch k := grant.OnSecurity(l.snap.Record(id)); {
			case !kinds.Has(k):
			case k == grant.ConnectorACL && !door.ServerAbove(l.snap, id).OfRelease(release):
				l.result.LeftOut++
			default:
				f(id, k)
			}
		}
	}
}

// search looks for a line among lines in order of their names.
func search(s *model.Snapshot, lines []uint32, key lineRef) (int, bool) {
	name := lineName(s, key)
	return slices.BinarySearchFunc(lines, key, func(n uint32, key lineRef) int {
		k := lineAt(s, n)
		if c := dn.Compare(lineName(s, k), name); c != 0 {
			return c
		}
		return tie(s, k, key)
	})
}
