package model

import (
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// SIDInfo is what a state knows of a SID of the pool.
type SIDInfo struct {
	Holder ObjectID // objectSid; of several the one that gives the SID its name, see sharedRec
	Former ObjectID // sIDHistory; likewise
	linked ObjectID // whose msExchMasterAccountSid it is
	Named  bool     // an ACE of this state names it
	missed bool     // asked for, and nobody holds it
}

// sidMarks are the yes and no of a SID.
type sidMarks uint8

const (
	sidNamed  sidMarks = 1 << iota // an ACE of this state names it
	sidMissed                      // asked for, and nobody holds it
	sidAsked                       // Unresolved has returned it
)

// sidTables are the facts about SIDs, by SID: 13 bytes for each. Each fact has a
// table of its own and is as long as it must be. A SID that an ACE names comes
// long before its holder and long before it is asked for: in one table each of
// these would copy all the others for every snapshot between.
type sidTables struct {
	holder, former, linked table.Table[ObjectID]
	marks                  table.Table[sidMarks]
}

// sidViews are the same as of one publication.
type sidViews struct {
	holder, former, linked table.View[ObjectID]
	marks                  table.View[sidMarks]
}

func (t *sidTables) publish() sidViews {
	return sidViews{t.holder.Publish(), t.former.Publish(), t.linked.Publish(), t.marks.Publish()}
}

// mark adds a mark to a SID and reports whether it had it not before.
func (t *sidTables) mark(id pool.SID, m sidMarks) bool {
	t.marks.Grow(uint32(id) + 1)
	if *t.marks.At(uint32(id))&m != 0 {
		return false
	}
	*t.marks.Edit(uint32(id)) |= m
	return true
}

// SIDInfo returns what is known of a SID of the pool, nothing of one that came
// later.
func (s *Snapshot) SIDInfo(id pool.SID) SIDInfo {
	m := knownOf(s.sids.marks, id)
	return SIDInfo{
		Holder: knownOf(s.sids.holder, id), Former: knownOf(s.sids.former, id), linked: s.LinkedTo(id),
		Named: m&sidNamed != 0, missed: m&sidMissed != 0,
	}
}

// LinkedTo returns a mailbox whose msExchMasterAccountSid this SID is, or 0.
func (s *Snapshot) LinkedTo(id pool.SID) ObjectID { return knownOf(s.sids.linked, id) }

// Holder returns the object that holds the SID, now or formerly.
func (s *Snapshot) Holder(id pool.SID) ObjectID {
	if h := knownOf(s.sids.holder, id); h != 0 {
		return h
	}
	return knownOf(s.sids.former, id)
}

// knownOf returns what a table says of a SID, which may be beyond its end.
func knownOf[T any](v table.View[T], id pool.SID) (none T) {
	if uint32(id) >= v.Len() {
		return none
	}
	return *v.At(uint32(id))
}
