package model

import (
	"strings"

	"mbxperm/model/dn"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Snapshot is what was known at one moment. It never changes and may be read by
// any number of goroutines.
type Snapshot struct {
	pool.View
	Pool   *pool.Pool // only to know who shares it; readers use View
	Forest *Forest
	// Gen grows with each publication of one Writer.
	Gen   uint64
	State State

	Objects    table.View[Record]
	byDN       table.View[ObjectID]
	sids       sidViews
	Delegates  table.View[Delegate]
	Members    table.View[pool.DN]
	Stored     table.View[StoredMailbox]
	Links      table.View[Link]
	postings   table.View[Posting]
	postingOf  table.View[uint32] // by ObjectID: number in postings
	placings   placingViews
	habits     habitViews
	stamps     stampViews
	Automaps   table.View[Automap] // in the order in which they came
	shared     table.View[sharedRec]
	Stores     table.View[ObjectID]
	Recipients table.View[ObjectID]
	Roles      Roles

	// What protocol logs say, in the order in which it came. Nobody changes it.
	Logs        []*Log
	Connections []*Connection
	Relays      []*Relay
	Addresses   []Address
	Doors       table.View[Door]       // in the order in which they came
	Accesses    table.View[DoorValues] // distinct answers of mailboxes; see AccessOf
	accessOf    table.View[uint32]
	traitsOf    table.View[uint32] // by ObjectID: number in traitSets
	traitSets   table.View[string]

	derived []*derived // see Derived

	// Of a snapshot With a change: the one before, the change, and the one that was
	// read. nil where it was read.
	before, read *Snapshot
	change       *Change
}

// Empty reports whether there is no target at all: nothing to show.
func (s *Snapshot) Empty() bool { return s.Recipients.Len()+s.Stores.Len() == 0 }

// Record returns an object. It must not be written.
func (s *Snapshot) Record(id ObjectID) *Record { return s.Objects.At(uint32(id)) }

// At returns the object with this DN, or 0.
func (s *Snapshot) At(dn pool.DN) ObjectID {
	if dn == 0 || uint32(dn) >= s.byDN.Len() {
		return 0
	}
	return *s.byDN.At(uint32(dn))
}

// CN returns the value of the first RDN of a DN, unescaped.
func (s *Snapshot) CN(name pool.DN) string {
	if name == 0 {
		return ""
	}
	leaf := s.Texts.Text(s.DNs.At(uint32(name)).Leaf)
	if _, v, ok := strings.Cut(leaf, "="); ok {
		return dn.Unescape(v)
	}
	return leaf
}

// ListOf returns the list that the targets of one sort stand in. Stores and
// administration containers share theirs, in the order in which they came, and
// so do mailboxes and other recipients.
func (s *Snapshot) ListOf(t Target) table.View[ObjectID] {
	switch t {
	case TargetMailbox, TargetRecipient:
		return s.Recipients
	case TargetStore, TargetAdmin:
		return s.Stores
	case TargetContainer:
		return containers.Of(s)
	case TargetConnector:
		return connectors.Of(s)
	}
	return table.View[ObjectID]{}
}

// containers looks at every object: containers are few, and are found again for
// each snapshot that is asked for them.
var containers = Derive(func(s *Snapshot) table.View[ObjectID] {
	var list table.Table[ObjectID]
	for id := ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if s.Record(id).Target() == TargetContainer {
			list.Add(id)
		}
	}
	return list.Publish()
}).Outlives(Memberships | Lists)

// connectors are the receive connectors.
var connectors = Derive(func(s *Snapshot) table.View[ObjectID] {
	var list table.Table[ObjectID]
	for i := range s.Doors.Len() {
		if d := s.Doors.At(i); d.Kind == DoorConnector {
			list.Add(d.Obj)
		}
	}
	return list.Publish()
}).Outlives(Memberships | Lists)
