package model

import (
	"fmt"
	"time"
)

// Where the name of a SID comes from, where it is not simply that of the account
// that holds it. The words before a name are the same in every directory.
const (
	fromHistory   = "from sIDHistory of "
	fromMaster    = "linked account of " // msExchMasterAccountSid
	fromForeign   = "foreign security principal"
	fromTombstone = "deleted; tombstone of "
)

// tombstone is what a deleted object says of its end ([MS-ADTS] 3.1.1.5.5).
type tombstone struct {
	changed time.Time // the deletion is the last change that a tombstone sees; zero where it was not read
	parent  dnID      // lastKnownParent
}

// nameFrom says where the name of a party comes from; nil for an account that
// holds the SID. id is the object that stands for the party, or 0.
func (s *Snapshot) nameFrom(p Party, id objID) Phrase {
	sid := p.sid()
	if id != 0 && sid != 0 && s.sidInfo(sid).holder == 0 {
		out := Phrase{{PartWord, fromHistory}, {PartName, s.objectName(s.object(id))}}
		if all := s.formerHolders(sid); len(all) > 1 {
			out = append(out, Part{PartWord, " and of "}, Part{PartName, s.objectName(s.object(all[1]))})
			if n := len(all) - 2; n > 0 {
				out = append(out, Part{PartWord, fmt.Sprintf(" and %d more", n)})
			}
		}
		return out
	}
	if also := sharedSIDsOf.Of(s).now[sid]; id != 0 && len(also) > 0 && !s.object(id).standsFor() && !s.object(also[0]).standsFor() {
		out := Phrase{{PartWord, "the same SID has "}, {PartDN, s.dnText(s.object(also[0]).dn)}}
		if n := len(also) - 1; n > 0 {
			out = append(out, Part{PartWord, fmt.Sprintf(" and %d more", n)})
		}
		return out
	}
	if id != 0 && s.object(id).is(flagDeleted) {
		return s.epitaph(id)
	}
	if id != 0 && s.object(id).class != ClassForeign {
		return nil
	}
	if owned := s.sidInfo(sid).linked; owned != 0 {
		return Phrase{{PartWord, fromMaster}, {PartName, s.objectName(s.object(owned))}}
	}
	if id != 0 {
		return said(fromForeign)
	}
	return nil
}

// epitaph says when an account was deleted and where it was.
func (s *Snapshot) epitaph(id objID) Phrase {
	t := s.facts.tombstones[id]
	when := "unknown date"
	if !t.changed.IsZero() {
		when = t.changed.UTC().Format(time.DateOnly)
	}
	out := said(fromTombstone + when)
	if t.parent != 0 {
		out = append(out, Part{PartWord, ", was in "}, Part{PartDN, s.dnText(t.parent)})
	}
	return out
}
