package model

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Stamp is what replication knows of the last write to an attribute, or to one
// value of a link ([MS-ADTS] 3.1.1.1.9): when, where, and the how manyth it was. A
// directory does not keep who wrote, nor which entry of an access list was meant.
type Stamp struct {
	At         time.Time // whole seconds, UTC
	Version    uint32    // 1 is the first write
	Invocation acl.GUID  // of the domain controller, as it was then
}

// IsZero reports whether nothing is known.
func (t Stamp) IsZero() bool { return t.At.IsZero() }

// Text is when it was, as reports write it; empty where it is not known.
func (t Stamp) Text() string {
	if t.IsZero() {
		return ""
	}
	return t.At.UTC().Format(time.RFC3339)
}

// Short is when it was, as the grids write it: it is ordered as its text.
func (t Stamp) Short() string {
	if t.IsZero() {
		return ""
	}
	return t.At.UTC().Format("2006-01-02 15:04")
}

// Stamped is an attribute whose stamps are kept.
type Stamped uint8

// The attributes. [Snapshot.StampOf] answers for each.
const (
	StampedMailboxSD Stamped = iota // msExchMailboxSecurityDescriptor
	StampedSecurity                 // nTSecurityDescriptor
	StampedDelegates                // publicDelegates
	StampedMember                   // member, of groups whose values were asked for
	StampedCount
)

// Name is the name of the attribute, as the schema spells it.
func (a Stamped) Name() string {
	return [StampedCount]string{"msExchMailboxSecurityDescriptor", "nTSecurityDescriptor", "publicDelegates", "member"}[a]
}

// isLink reports whether each value has a stamp of its own.
func (a Stamped) isLink() bool { return a == StampedDelegates || a == StampedMember }

// Stamps are those of one object. Told says of which attributes a stamp would have
// come: one without a stamp was never written.
type Stamps struct {
	Of   [StampedCount]Stamp
	Told [StampedCount]bool
}

// IsZero reports whether it says nothing.
func (t *Stamps) IsZero() bool { return t.Told == [StampedCount]bool{} }

// stampRecord is a stamp as it is kept: 12 bytes. Those of an object stand one after
// the other.
type stampRecord struct {
	at      uint32 // seconds since 1970; 0 for an attribute that was never written
	version uint32
	by      uint16 // number in Forest.invocations
	of      Stamped
	more    bool // the next record is of the same object
}

// valueStamp is the stamp of one value of a link, of an object that need not have been
// read yet: 20 bytes.
type valueStamp struct {
	target, who pool.DN
	at          uint32
	version     uint32
	by          uint16
	of          Stamped
	gone        bool // the value was taken away then
}

// stamps is the part of a Writer that keeps them. Where nothing was read it takes
// nothing.
type stamps struct {
	of     table.Table[uint32] // by ObjectID: number of the first record; 0 is none
	list   table.Table[stampRecord]
	values table.Table[valueStamp]
	number map[acl.GUID]uint16 // in Forest.invocations
}

// secondsOf is a time as it is kept, 0 for one that cannot be kept.
func secondsOf(t time.Time) uint32 {
	if n := t.Unix(); !t.IsZero() && n > 0 && n < 1<<32 {
		return uint32(n)
	}
	return 0
}

// invocation numbers a domain controller.
func (w *Writer) invocation(g acl.GUID) uint16 {
	x := &w.stamps
	if n, ok := x.number[g]; ok {
		return n
	}
	if x.number == nil {
		x.number = map[acl.GUID]uint16{{}: 0}
	}
	f := w.edit()
	if len(f.invocations) >= mostNumbered { // of a hostile directory: nobody knows where
		return 0
	}
	n := uint16(len(f.invocations))
	f.invocations = append(f.invocations, g)
	x.number[g] = n
	return n
}

// Stamps adds what replication knows of the attributes of an object that was put. Of
// two stamps of one attribute the later one counts.
func (w *Writer) Stamps(dn string, in *Stamps) {
	if in.IsZero() {
		return
	}
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	id := *w.byDNOf(dn)
	if id == 0 {
		return
	}
	x := &w.stamps
	if x.list.Len() == 0 {
		x.list.Add(stampRecord{})
	}
	x.of.Grow(uint32(id) + 1)
	var all [StampedCount]stampRecord
	var told [StampedCount]bool
	for n := *x.of.At(uint32(id)); n != 0; n++ {
		rec := x.list.At(n)
		if all[rec.of], told[rec.of] = *rec, true; !rec.more {
			break
		}
	}
	last := StampedCount
	for a := range StampedCount {
		if at := secondsOf(in.Of[a].At); in.Told[a] && (!told[a] || at > all[a].at) {
			all[a], told[a] = stampRecord{at: at, version: in.Of[a].Version, by: w.invocation(in.Of[a].Invocation), of: a}, true
		}
		if told[a] {
			last = a
		}
	}
	first := x.list.Len()
	for a := range StampedCount {
		if told[a] {
			all[a].more = a != last
			x.list.Add(all[a])
		}
	}
	*x.of.Edit(uint32(id)) = first
}

// ValueStamp adds the stamp of one value of a link of an object. gone says that the
// value was taken away then.
func (w *Writer) ValueStamp(dn string, of Stamped, who string, t Stamp, gone bool) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	rec := valueStamp{target: w.Pool.DN(dn), who: w.Pool.DN(who), at: secondsOf(t.At), version: t.Version, by: w.invocation(t.Invocation), of: of, gone: gone}
	if rec.target != 0 && rec.who != 0 && rec.at != 0 {
		w.stamps.values.Add(rec)
	}
}

// Controller names the domain controller that writes, or wrote, under an
// invocation ID.
func (w *Writer) Controller(invocation acl.GUID, name string) {
	if invocation.IsZero() || name == "" || w.forest.controllers[invocation] == name || len(w.forest.controllers) >= mostNumbered {
		return
	}
	w.edit().controllers[invocation] = name
}

// stampViews are what a Snapshot has of them.
type stampViews struct {
	of     table.View[uint32]
	list   table.View[stampRecord]
	values table.View[valueStamp]
}

func (x *stamps) publish() stampViews {
	return stampViews{x.of.Publish(), x.list.Publish(), x.values.Publish()}
}

func (s *Snapshot) stamp(at, version uint32, by uint16) Stamp {
	if at == 0 {
		return Stamp{}
	}
	return Stamp{time.Unix(int64(at), 0).UTC(), version, s.Forest.invocations[by]}
}

// StampOf returns the stamp of an attribute of an object. told is false where nobody
// said: the attribute may have been written at any time. A stamp that is zero and told
// is of an attribute that was never written.
func (s *Snapshot) StampOf(id ObjectID, a Stamped) (t Stamp, told bool) {
	if uint32(id) < s.stamps.of.Len() {
		for n := *s.stamps.of.At(uint32(id)); n != 0; n++ {
			rec := s.stamps.list.At(n)
			if rec.of == a {
				t, told = s.stamp(rec.at, rec.version, rec.by), true
			}
			if !rec.more {
				break
			}
		}
	}
	if a.isLink() && id != 0 {
		for _, n := range valueStampsOf.Of(s)[s.Record(id).DN] {
			if v := s.stamps.values.At(n); v.of == a && v.at > secondsOf(t.At) {
				t, told = s.stamp(v.at, v.version, v.by), true
			}
		}
	}
	return t, told
}

// ValueStampOf returns the stamp of one value of a link of an object, which says since
// when it is there, but for what was written over it since; zero where nobody said. A
// value that was taken away last has none.
func (s *Snapshot) ValueStampOf(id ObjectID, of Stamped, who pool.DN) Stamp {
	list := valueStampsOf.Of(s)[s.Record(id).DN]
	after := sort.Search(len(list), func(i int) bool {
		v := s.stamps.values.At(list[i])
		return v.of > of || v.of == of && v.who > who
	})
	if after == 0 {
		return Stamp{}
	}
	v := s.stamps.values.At(list[after-1])
	if v.of != of || v.who != who || v.gone {
		return Stamp{}
	}
	return s.stamp(v.at, v.version, v.by)
}

// Stamped reports whether replication metadata of any object was read.
func (s *Snapshot) Stamped() bool { return s.stamps.list.Len()+s.stamps.values.Len() > 0 }

// valueStampsOf are the stamps of values by object: those of one value one after the
// other, the newest last.
var valueStampsOf = Derive(func(s *Snapshot) map[pool.DN][]uint32 {
	out := map[pool.DN][]uint32{}
	for n := range s.stamps.values.Len() {
		v := s.stamps.values.At(n)
		out[v.target] = append(out[v.target], n)
	}
	for _, list := range out {
		slices.SortFunc(list, func(i, j uint32) int {
			a, b := s.stamps.values.At(i), s.stamps.values.At(j)
			return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.who, b.who), cmp.Compare(a.at, b.at), cmp.Compare(a.version, b.version))
		})
	}
	return out
}).Outlives(Memberships | Lists | sidsToo)

// ControllerName is the name of the domain controller behind a stamp; empty where no
// domain controller of today has that invocation ID: it is gone, was restored since, or
// may not be read.
func (s *Snapshot) ControllerName(t Stamp) string { return s.Forest.controllers[t.Invocation] }
