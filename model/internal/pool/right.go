package pool

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model/hiding"
)

// Right is what one row says of its ACE or link value.
type Right uint8

const (
	// 0 to 6: the bit of a mailbox ACL, an index into acl.MailboxRights.
	RightOther        Right = 7 // the bits of a mailbox ACL that have no name, together; also a mask of 0
	RightSendAs       Right = 8
	RightReceiveAs    Right = 9
	RightOnBehalf     Right = 10
	RightWhole        Right = 11 // an ACE as a whole
	RightSendAsByFull Right = 12 // implied by Full Control
	RightRecvAsByFull Right = 13
	RightSendAsByAll  Right = 14 // implied by all extended rights
	RightRecvAsByAll  Right = 15
	// Of a group: sending to it, and changing who is in it.
	RightSendTo        Right = 16
	RightMembers       Right = 17
	RightMembersByFull Right = 18
	RightJoin          Right = 25 // oneself alone
	// Values of links, in the order of their attributes (model.LinkAttribute).
	RightManager       Right = 19 // managedBy
	RightCoManager     Right = 20 // msExchCoManagedByLink
	RightAccept        Right = 21 // authOrig
	RightAcceptMembers Right = 22 // dLMemSubmitPerms
	RightReject        Right = 23 // unauthOrig
	RightRejectMembers Right = 24 // dLMemRejectPerms

	// An entry with all rights that it gives: a row where it is not split.
	RightEntry Right = 26

	MaxRights = 8 // rows that one ACE can give
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
	case SenseSend, SenseOther:
		rows = rightsIn(a.Send, 0, SendRights[:], rows)
	case SenseGroup:
		rows = rightsIn(a.Send, 0, SendRights[:], rows)
		rows = rightsIn(a.Send, len(SendRights), GroupRights[:], rows)
	case SenseWhole:
		rows = append(rows, RightWhole)
	}
	return rows
}

// GroupRightsOf lists the rights that an ACE gives rows for on groups alone.
func GroupRightsOf(a *ACERecord, out *[MaxRights]Right) []Right {
	return rightsIn(a.Send, len(SendRights), GroupRights[:], out[:0])
}

// rightsIn appends the rights whose bits are set, from a first bit on.
func rightsIn(bits uint16, first int, of []Right, rows []Right) []Right {
	for i, r := range of {
		if bits&(1<<(first+i)) != 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// SendRights are the rows that an ACE of an account can give, by their bit in
// ACERecord.Send.
var SendRights = [...]Right{
	RightSendAs, RightReceiveAs, RightSendAsByFull, RightRecvAsByFull, RightSendAsByAll, RightRecvAsByAll,
}

// GroupRights are those that an ACE of a group can give besides; their bits
// follow on those of SendRights.
var GroupRights = [...]Right{RightSendTo, RightMembers, RightMembersByFull, RightJoin}

// sendNamed are the bits of the rights by name.
const sendNamed = 1 | 2 | 1<<(len(SendRights)+1)

// sendBits says which of SendRights and GroupRights an ACE gives.
func sendBits(a acl.ACE) (bits uint16) {
	for i, g := range [...]acl.GUID{acl.GUIDSendAs, acl.GUIDReceiveAs} {
		covers, how := a.Covers(g)
		if covers {
			bits |= 1 << (i + 2*int(how))
		}
	}
	// Send-To that follows from something else is no row: nobody evaluates it.
	if covers, how := a.Covers(acl.GUIDSendTo); covers && how == acl.NotImplied {
		bits |= 1 << len(SendRights)
	}
	if r := writesMembers(&a); r != 0 {
		bits |= 1 << (len(SendRights) + slices.Index(GroupRights[:], r))
	}
	return bits
}

// guidMember is the schemaIDGUID of the attribute member, which is that of the
// validated write Self-Membership too; guidMembership that of the property set
// that the attribute is in ([MS-ADA2], attribute member).
var (
	guidMember     = acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
	guidMembership = acl.MustParseGUID("bc0ac240-79a9-11d0-9020-00c04fc2d4cf")
)

// writesMembers says what an ACE, allow or deny alike, says about changing the
// members of a group: writing the property, by its name, its property set or with
// all others, or putting oneself in; 0 for nothing.
func writesMembers(a *acl.ACE) Right {
	if !a.Allows() && !a.Denies() {
		return 0
	}
	full := a.Mask&acl.GenericAll != 0 || a.Mask&acl.FullControl == acl.FullControl
	write := a.Mask&(acl.WriteProperty|acl.GenericWrite|acl.GenericAll) != 0
	join := a.Mask&(acl.ValidatedWrite|acl.GenericWrite|acl.GenericAll) != 0
	switch {
	case a.HasObjectType && a.ObjectType != guidMember && (a.ObjectType != guidMembership || !write):
		return 0
	case full && !a.HasObjectType:
		return RightMembersByFull
	case write:
		return RightMembers
	case join:
		return RightJoin
	}
	return 0
}

// Implied says what a right follows from.
func Implied(r Right) acl.Implied {
	switch r {
	case RightSendAsByFull, RightRecvAsByFull, RightMembersByFull:
		return acl.ImpliedByFullControl
	case RightSendAsByAll, RightRecvAsByAll:
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
	if r == RightSendTo && a.Trustee == AuthenticatedUsers && a.Type == acl.TypeAllowObject && a.Flags == 0 && a.Mask == acl.ControlAccess {
		why |= hiding.Default // Windows writes it on every group ([MS-ADSC], defaultSecurityDescriptor of group)
	}
	return why
}

// RowCounts are the rows of a recipient's descriptor, counted by the set of
// reasons that hide them and by whether they deny. Totals are sums of these
// over descriptors, so a toggle costs no second look at any ACE. The last is of
// groups alone.
type RowCounts [9][2]uint16

// defaultSlot is that of what Windows writes on every group, which has no other
// reason.
const defaultSlot = 8

// Slots is the number of slots of RowCounts that a sense uses.
func Slots(f Sense) int {
	if f == SenseGroup {
		return defaultSlot + 1
	}
	return defaultSlot
}

// hidingSlot packs the reasons of a recipient's row in three bits: inherited
// and stale exclude each other, by sense.
func hidingSlot(why hiding.Reasons) int {
	slot := 0
	if why&hiding.Default != 0 {
		return defaultSlot
	}
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

// SlotReasons are the reasons that the rows of a slot of [RowCounts] have.
func SlotReasons(f Sense, slot int) (why hiding.Reasons) {
	if slot == defaultSlot {
		return hiding.Default
	}
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

// Sums are the rows of a list: one for each right, and one for each entry, where
// equal entries are one. See [SumACE] and [SumEntry].
type Sums struct{ Rights, Entries RowCounts }

// sum counts the rows of a descriptor that was just interned, and notes whether
// entries repeat in it.
func (p *Pool) sum(r *DescRecord) (s Sums) {
	seen := p.seen[:0]
	for i := range r.N {
		id := *p.lists.At(r.First + i)
		a := p.aces.At(uint32(id))
		again := slices.Contains(seen, id) && a.Repeats()
		r.Repeats = r.Repeats || again
		seen = append(seen, id)
		if r.Sense >= Counted {
			continue
		}
		one := SumACE(r.Sense, a)
		s.Rights.Add(&one)
		if !again {
			one = SumEntry(r.Sense, a)
			s.Entries.Add(&one)
		}
	}
	p.seen = seen
	return s
}

// sums interns the counts of a descriptor's rows.
func (p *Pool) sums(c Sums) uint32 {
	id, ok := p.countIndex[c]
	if !ok {
		id = p.counts.Add(c)
		p.countIndex[c] = id
	}
	return id
}

// RowsOf returns the rows of a descriptor, none where its sense is not one of
// the counted. They must not be written.
func (v *View) RowsOf(d *DescRecord) *Sums { return v.counts.At(d.rows) }

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

// EntryReasons says why the entry of a recipient is hidden by default: for what
// all its rights are. They differ in what is implied alone, so these are the
// reasons of one of them. ok is false where it gives no right here.
func EntryReasons(f Sense, a *ACERecord) (why hiding.Reasons, ok bool) {
	var buf [MaxRights]Right
	rights := RightsOf(f, a, &buf)
	why = hiding.All
	for _, r := range rights {
		why &= RecipientReasons(f, a, r)
	}
	return why, len(rights) > 0
}

// SumEntry counts one ACE as one row, if it gives any right.
func SumEntry(f Sense, a *ACERecord) (s RowCounts) {
	deny := 0
	if a.Type.Denies() {
		deny = 1
	}
	if why, ok := EntryReasons(f, a); ok {
		s[hidingSlot(why)][deny] = 1
	}
	return s
}

// Repeats reports whether an entry says nothing new where it stands in a list a
// second time. Of a condition the pool keeps no more than the bytes of its list,
// so two conditional entries are never one.
func (a *ACERecord) Repeats() bool {
	return !a.Type.IsCallback() && (a.Type.Allows() || a.Type.Denies())
}

// Add adds other counts.
func (t *RowCounts) Add(x *RowCounts) {
	for slot := range t {
		t[slot][0] += x[slot][0]
		t[slot][1] += x[slot][1]
	}
}

// Less returns the counts without others that are among them.
func (t *RowCounts) Less(x *RowCounts) (out RowCounts) {
	for slot := range t {
		out[slot] = [2]uint16{t[slot][0] - x[slot][0], t[slot][1] - x[slot][1]}
	}
	return out
}
