package verdict

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// ordered are the persons in the order of their names, then their SIDs.
type ordered struct {
	rank   []uint32        // by person
	sorted []member.Person // by rank
}

var order = model.Derive(func(s *model.Snapshot) *ordered {
	b := Of(s)
	type named struct {
		start  uint64
		person member.Person
	}
	all := make([]named, b.g.Len())
	for p := range all {
		all[p] = named{dn.Prefix(b.personName(member.Person(p))), member.Person(p)}
	}
	all = table.SortParallel(all, func(x, y named) int {
		return cmp.Or(cmp.Compare(x.start, y.start), b.comparePersons(x.person, y.person))
	})
	out := &ordered{make([]uint32, len(all)), make([]member.Person, len(all))}
	for i, n := range all {
		out.sorted[i], out.rank[n.person] = n.person, uint32(i)
	}
	return out
}).Outlives(model.Memberships | model.Lists)

// Places are the places of all persons in the order of their names, by number of the
// person. They are worked out once for a snapshot, and not to be changed.
func (b *Book) Places() []uint32 { return order.Of(b.s).rank }

func (b *Book) personName(p member.Person) []byte {
	if o := b.g.Object(p); o != 0 && b.s.Record(o).Class != model.ClassForeign && b.s.Record(o).Account != 0 {
		return b.s.Texts.Bytes(b.s.Record(o).Account)
	}
	return []byte(b.s.Principal(b.g.Trustee(p)).Name)
}

func (b *Book) comparePersons(x, y member.Person) int {
	if c := dn.Compare(b.personName(x), b.personName(y)); c != 0 || x == y {
		return c
	}
	return strings.Compare(b.identity(b.g.Trustee(x)), b.identity(b.g.Trustee(y)))
}

func (b *Book) identity(t model.TrusteeID) string {
	p := b.s.Principal(t)
	return model.SIDText(p.SID) + p.DN
}

// rankOf is where a trustee that is no person stands among the persons: twice
// the number of those before it. What stands for everybody else comes first.
func (b *Book) rankOf(t model.TrusteeID) uint32 {
	if t == 0 {
		return 0
	}
	name, sorted := []byte(b.s.Principal(t).Name), order.Of(b.s).sorted
	return uint32(2 * sort.Search(len(sorted), func(i int) bool { return dn.Compare(b.personName(sorted[i]), name) > 0 }))
}

// sortByPerson orders lines that are drawn together: * first, then by name.
func (b *Book) sortByPerson(lines []*Line) {
	name := func(l *Line) []byte {
		if l.Trustee == 0 {
			return nil
		}
		return []byte(b.s.Principal(l.Trustee).Name)
	}
	slices.SortStableFunc(lines, func(x, y *Line) int {
		return cmp.Or(dn.Compare(name(x), name(y)), strings.Compare(b.identity(x.Trustee), b.identity(y.Trustee)))
	})
}
