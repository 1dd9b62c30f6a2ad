package grant

import (
	"cmp"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Maker makes the rows of one target after another, as RowOf does but for Text and Changed, and
// keeps what many of them have in common: a million mailboxes have seventeen million
// rows of a few thousand distinct entries. It is for one goroutine.
type Maker struct {
	s        *model.Snapshot
	refs     []Ref
	now      Row // that yield has
	trustees map[model.TrusteeID]*model.Principal
	entries  map[entryKey]*Row
	origins  map[originKey]string
}

// entryKey is what decides about the part of a row that is the entry's own.
type entryKey struct {
	ace   *pool.ACERecord
	right pool.Right
	kind  uint8
	class model.Class
}

// originKey is what the origin of an inherited entry depends on.
type originKey struct {
	ace    *pool.ACERecord
	parent pool.DN
}

// mostKept bounds what a Maker keeps of each sort; then it begins anew.
const mostKept = 1 << 15

// NewMaker begins to make rows.
func NewMaker(s *model.Snapshot) *Maker {
	return &Maker{s: s, trustees: map[model.TrusteeID]*model.Principal{}, entries: map[entryKey]*Row{}, origins: map[originKey]string{}}
}

// Of calls yield with the rows of a target in the order of acl_type and place, until
// it returns an error. The row is valid until the next call.
func (m *Maker) Of(id model.ObjectID, yield func(*Row) error) error {
	m.refs = m.refs[:0]
	Each(m.s, id, All(), func(r Ref, _ *pool.ACERecord) bool {
		m.refs = append(m.refs, r)
		return true
	})
	if len(m.refs) == 0 {
		return nil
	}
	slices.SortStableFunc(m.refs, func(a, b Ref) int {
		if a.kind == b.kind && !a.Kind().IsLink() {
			return cmp.Compare(a.Pos, b.Pos)
		}
		return cmp.Or(cmp.Compare(a.Kind().Name, b.Kind().Name), cmp.Compare(indexOf(m.s, a), indexOf(m.s, b)))
	})
	var target Row
	fillTarget(m.s, &target, m.s.Record(id))
	for _, ref := range m.refs {
		m.make(ref, &target)
		if err := yield(&m.now); err != nil {
			return err
		}
	}
	return nil
}

// make makes the row that yield gets.
func (m *Maker) make(ref Ref, target *Row) {
	s, row := m.s, &m.now
	o, k, a := s.Record(ref.Obj), ref.Kind(), ACEOf(s, ref)
	if a != nil {
		*row = *m.entry(ref, o, a)
		row.Overruled = a.Type.Denies() && overruled(s, ref, a)
	} else {
		*row = Row{Right: k.name(s, ref.Right, nil)}
	}
	row.Ref, row.Target, row.ACLType, row.Index = ref, target.Target, k.Name, indexOf(s, ref)
	row.Trustee = *m.trustee(TrusteeOf(s, ref, a))
	row.Authority, row.Hidden = model.AuthorityDirectory, ReasonsOf(s, ref, a)
	if a != nil && k.IsInherited() {
		row.Origin = m.origin(o, a)
	}
	if k.fill != nil {
		k.fill(s, o, row)
	}
}

// entry is the part of a row that the entry decides, with the class of its target.
func (m *Maker) entry(ref Ref, o *model.Record, a *pool.ACERecord) *Row {
	key := entryKey{a, ref.Right, ref.kind, o.Class}
	row := m.entries[key]
	if row == nil {
		row = &Row{Ref: ref, Right: ref.Kind().name(m.s, ref.Right, a)}
		fillEntry(m.s, row, o, a)
		if len(m.entries) >= mostKept {
			clear(m.entries)
		}
		m.entries[key] = row
	}
	return row
}

func (m *Maker) trustee(id model.TrusteeID) *model.Principal {
	p := m.trustees[id]
	if p == nil {
		one := m.s.Principal(id)
		p = &one
		if len(m.trustees) >= mostKept {
			clear(m.trustees)
		}
		m.trustees[id] = p
	}
	return p
}

func (m *Maker) origin(o *model.Record, a *pool.ACERecord) string {
	if a.Flags&acl.Inherited == 0 {
		if !o.Is(model.FlagAdminCount) {
			return ""
		}
		return stamped(m.s, o, a)
	}
	key := originKey{a, m.s.DNs.At(uint32(o.DN)).Parent}
	dn, known := m.origins[key]
	if !known {
		dn = origin(m.s, o, a)
		if len(m.origins) >= mostKept {
			clear(m.origins)
		}
		m.origins[key] = dn
	}
	return dn
}
