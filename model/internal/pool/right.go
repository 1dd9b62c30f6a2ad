package pool

import (
	"mbxperm/acl"
	"mbxperm/model/hiding"
)

// Right is what one row says of its ACE or link value.
type Right uint8

const (
	// 0 to 6: the bit of a mailbox ACL, an index into acl.MailboxRights.
	RightOther        Right = 7 // the bits of a mailbox ACL that have no name, together; also a mask of 0
	rightSendAs       Right = 8
	RightReceiveAs    Right = 9
	RightOnBehalf     Right = 10
	RightWhole        Right = 11 // an ACE as a whole
	rightSendAsByFull Right = 12 // implied by Full Control
	RightRecvAsByFull Right = 13
	rightSendAsByAll  Right = 14 // implied by all extended rights
	RightRecvAsByAll  Right = 15
	MaxRights               = 8 // rows that one ACE can give
)

var MailboxNamed = func() (m acl.Mask) {
	for _, r := range acl.MailboxRights {
		m |= r.Mask
	}
	return m
}()

// RightsOf lists the rights that an ACE gives rows for, in one sense. Every ACE
// of a mailbox ACL, a store or a container has at least one row; an ACE of an
// account that does not speak of Send-As or Receive-As has none.
func RightsOf(f Sense, a *ACERecord, out *[MaxRights]Right) []Right {
	rows := out[:0]
	switch f {
	case SenseMailbox:
		if !a.Type.Allows() && !a.Type.Denies() {
			return append(rows, RightOther) // what its bits mean is not known
		}
		for i, r := range acl.MailboxRights {
			if a.Mask&r.Mask != 0 {
				rows = append(rows, Right(i))
			}
		}
		if a.Mask&^MailboxNamed != 0 || a.Mask == 0 {
			rows = append(rows, RightOther)
		}
	case SenseSend:
		for i, r := range SendRights {
			if a.Send&(1<<i) != 0 {
				rows = append(rows, r)
			}
		}
	case SenseWhole:
		rows = append(rows, RightWhole)
	}
	return rows
}

// SendRights are the rows that an ACE of an account can give, by their bit in
// ACERecord.send.
var SendRights = [...]Right{
	rightSendAs, RightReceiveAs, rightSendAsByFull, RightRecvAsByFull, rightSendAsByAll, RightRecvAsByAll,
}

// sendNamed are the bits of the two rights by name.
const sendNamed = 1 | 2

// sendBits says which of SendRights an ACE gives.
func sendBits(a acl.ACE) (bits uint8) {
	for i, g := range [...]acl.GUID{acl.GUIDSendAs, acl.GUIDReceiveAs} {
		covers, how := a.Covers(g)
		if covers {
			bits |= 1 << (i + 2*int(how))
		}
	}
	return bits
}

func Implied(r Right) acl.Implied {
	switch r {
	case rightSendAsByFull, RightRecvAsByFull:
		return acl.ImpliedByFullControl
	case rightSendAsByAll, RightRecvAsByAll:
		return acl.ImpliedByAllExtendedRights
	}
	return acl.NotImplied
}

// RecipientReasons says why a row of a recipient is hidden by default. The
// reasons of other targets depend on more than the ACE: package grant knows
// them.
func RecipientReasons(f Sense, a *ACERecord, r Right) hiding.Reasons {
	var why hiding.Reasons
	if a.Flags&acl.Inherited != 0 {
		if f == SenseMailbox {
			why |= hiding.Stale
		} else {
			why |= hiding.Inherited
		}
	}
	if a.Trustee == Self || a.Trustee == System {
		why |= hiding.Self
	}
	if Implied(r) != acl.NotImplied {
		why |= hiding.Implied
	}
	return why
}

// RowCounts are the rows of a recipient's descriptor, counted by the set of
// reasons that hide them and by whether they deny. Totals are sums of these
// over descriptors, so a toggle costs no second look at any ACE.
type RowCounts [8][2]uint16

// hidingSlot packs the reasons of a recipient's row in three bits: inherited
// and stale exclude each other, by sense.
func hidingSlot(why hiding.Reasons) int {
	slot := 0
	if why&(hiding.Inherited|hiding.Stale) != 0 {
		slot |= 1
	}
	if why&hiding.Self != 0 {
		slot |= 2
	}
	if why&hiding.Implied != 0 {
		slot |= 4
	}
	return slot
}

func SlotReasons(f Sense, slot int) (why hiding.Reasons) {
	if slot&1 != 0 {
		why |= hiding.Inherited
		if f == SenseMailbox {
			why = hiding.Stale
		}
	}
	if slot&2 != 0 {
		why |= hiding.Self
	}
	if slot&4 != 0 {
		why |= hiding.Implied
	}
	return why
}

// sum counts the rows of a descriptor that was just interned.
func (p *Pool) sum(r DescRecord) (s RowCounts) {
	if r.Sense >= Counted {
		return s
	}
	for i := range r.N {
		one := SumACE(r.Sense, p.aces.At(uint32(*p.lists.At(r.First + i))))
		for slot := range one {
			s[slot][0] += one[slot][0]
			s[slot][1] += one[slot][1]
		}
	}
	return s
}

// rowCounts interns the counts of a descriptor's rows.
func (p *Pool) rowCounts(c RowCounts) uint32 {
	id, ok := p.countIndex[c]
	if !ok {
		id = p.counts.Add(c)
		p.countIndex[c] = id
	}
	return id
}

// RowsOf returns the rows of a descriptor, none where its sense is not one of
// the counted. They must not be written.
func (v *View) RowsOf(d *DescRecord) *RowCounts { return v.counts.At(d.rows) }

// SumACE counts the rows of one ACE.
func SumACE(f Sense, a *ACERecord) (s RowCounts) {
	var buf [MaxRights]Right
	deny := 0
	if a.Type.Denies() {
		deny = 1
	}
	for _, r := range RightsOf(f, a, &buf) {
		s[hidingSlot(RecipientReasons(f, a, r))][deny]++
	}
	return s
}

func (t *RowCounts) Add(x *RowCounts) {
	for slot := range t {
		t[slot][0] += x[slot][0]
		t[slot][1] += x[slot][1]
	}
}

func (t *RowCounts) Less(x *RowCounts) (out RowCounts) {
	for slot := range t {
		out[slot] = [2]uint16{t[slot][0] - x[slot][0], t[slot][1] - x[slot][1]}
	}
	return out
}
