package model

import (
	"strings"

	"mbxperm/acl"
)

// Reasons is a set of the reasons for which a row is hidden by default. As part
// of a Query it says which of them are switched on, that is, shown: a row is
// shown when all its reasons are.
type Reasons uint8

// The reasons, in the order in which a hidden row is counted: once, under the
// first of its reasons that is not switched on.
const (
	Stale      Reasons = 1 << iota // an inherited entry inside a stored mailbox ACL (exchange-facts: left over from an older store)
	Inherited                      // inherited in the directory (INHERITED_ACE, [MS-DTYP] 2.4.4.1)
	Self                           // SELF (S-1-5-10) or SYSTEM (S-1-5-18) on a recipient
	Default                        // equal to an entry that Exchange or AD set-up writes
	Implied                        // Send-As or Receive-As that follows from Full Control or all extended rights
	AllReasons         = Stale | Inherited | Self | Default | Implied

	// Reasons of another kind: rows that are shown unless Query.Only asks for others alone.
	NotDeny   Reasons = 1 << 5 // it denies nothing
	NotOrphan Reasons = 1 << 6 // its trustee is neither deleted nor one that nobody holds any more
	onlys             = NotDeny | NotOrphan

	reasonCount = 7
)

// ReasonNames are the words for the reasons on the status line, in order.
var ReasonNames = [reasonCount]string{"stale", "inherited", "self/system", "default", "implied", "not deny", "not orphan"}

// Only asks for rows of one kind alone; the others are hidden, and counted as
// such. With several bits a row must be of each kind.
type Only uint8

// The kinds of rows that one can ask for alone.
const (
	OnlyDeny    Only = 1 << iota
	OnlyOrphans      // rows for a trustee that is deleted or that nobody holds any more
)

// shown returns all reasons for which rows are shown.
func (q *Query) shown() Reasons {
	return q.Show&AllReasons | onlys&^(Reasons(q.Only)<<5)
}

func (r Reasons) String() string {
	var names []string
	for i, name := range ReasonNames {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// first returns the number of the first reason in the set, which must not be empty.
func (r Reasons) first() int {
	for i := range reasonCount {
		if r&(1<<i) != 0 {
			return i
		}
	}
	return 0
}

// Hidden counts hidden rows by their first reason.
type Hidden [reasonCount]int

// Total returns the number of hidden rows.
func (h Hidden) Total() int {
	n := 0
	for _, c := range h {
		n += c
	}
	return n
}

// right is what one row says of its ACE or link value.
type right uint8

const (
	// 0 to 6: the bit of a mailbox ACL, an index into acl.MailboxRights.
	rightOther        right = 7 // the bits of a mailbox ACL that have no name, together; also a mask of 0
	rightSendAs       right = 8
	rightReceiveAs    right = 9
	rightOnBehalf     right = 10
	rightWhole        right = 11 // a store's or container's ACE as a whole
	rightSendAsByFull right = 12 // implied by Full Control
	rightRecvAsByFull right = 13
	rightSendAsByAll  right = 14 // implied by all extended rights
	rightRecvAsByAll  right = 15
	maxRights               = 8 // rows that one ACE can give
)

var mailboxNamed = func() (m acl.Mask) {
	for _, r := range acl.MailboxRights {
		m |= r.Mask
	}
	return m
}()

// rightsOf lists the rights that an ACE gives rows for, in the sense of the
// family. Every ACE of a mailbox ACL, a store or a container has at least one
// row; an ACE of an account that does not speak of Send-As or Receive-As has none.
func rightsOf(f family, a *aceRec, out *[maxRights]right) []right {
	rows := out[:0]
	switch f {
	case familyMailbox:
		if !a.kind.Allows() && !a.kind.Denies() {
			return append(rows, rightOther) // what its bits mean is not known
		}
		for i, r := range acl.MailboxRights {
			if a.mask&r.Mask != 0 {
				rows = append(rows, right(i))
			}
		}
		if a.mask&^mailboxNamed != 0 || a.mask == 0 {
			rows = append(rows, rightOther)
		}
	case familySend:
		for i, r := range sendRights {
			if a.send&(1<<i) != 0 {
				rows = append(rows, r)
			}
		}
	case familyStore, familyAdmin:
		rows = append(rows, rightWhole)
	}
	return rows
}

// sendRights are the rows that an ACE of an account can give, by their bit in aceRec.send.
var sendRights = [...]right{
	rightSendAs, rightReceiveAs, rightSendAsByFull, rightRecvAsByFull, rightSendAsByAll, rightRecvAsByAll,
}

// sendNamed are the bits of the two rights by name.
const sendNamed = 1 | 2

// sendBits says which of sendRights an ACE gives.
func sendBits(a acl.ACE) (bits uint8) {
	for i, g := range [...]acl.GUID{acl.GUIDSendAs, acl.GUIDReceiveAs} {
		covers, how := a.Covers(g)
		if covers {
			bits |= 1 << (i + 2*int(how))
		}
	}
	return bits
}

func implied(r right) acl.Implied {
	switch r {
	case rightSendAsByFull, rightRecvAsByFull:
		return acl.ImpliedByFullControl
	case rightSendAsByAll, rightRecvAsByAll:
		return acl.ImpliedByAllExtendedRights
	}
	return acl.NotImplied
}

// recipientReasons says why a row of a recipient is hidden by default. The
// reasons of stores and containers depend on more than the ACE: see setupReasons.
func recipientReasons(f family, a *aceRec, r right) Reasons {
	var why Reasons
	if a.flags&acl.Inherited != 0 {
		if f == familyMailbox {
			why |= Stale
		} else {
			why |= Inherited
		}
	}
	if a.trustee == selfID || a.trustee == systemID {
		why |= Self
	}
	if implied(r) != acl.NotImplied {
		why |= Implied
	}
	return why
}

// sums are the rows of a recipient's descriptor, counted by the set of reasons
// that hide them and by whether they deny. Totals are sums of these over
// descriptors, so a toggle costs no second look at any ACE.
type sums [8][2]uint16

// sumSlot packs the reasons of a recipient's row in three bits: inherited and
// stale exclude each other, by family.
func sumSlot(why Reasons) int {
	slot := 0
	if why&(Inherited|Stale) != 0 {
		slot |= 1
	}
	if why&Self != 0 {
		slot |= 2
	}
	if why&Implied != 0 {
		slot |= 4
	}
	return slot
}

func slotReasons(f family, slot int) (why Reasons) {
	if slot&1 != 0 {
		why |= Inherited
		if f == familyMailbox {
			why = Stale
		}
	}
	if slot&2 != 0 {
		why |= Self
	}
	if slot&4 != 0 {
		why |= Implied
	}
	return why
}

// sum counts the rows of a descriptor that was just interned.
func (p *Pool) sum(r descRec) (s sums) {
	if r.family != familyMailbox && r.family != familySend {
		return s
	}
	for i := range r.n {
		one := sumACE(r.family, p.aces.at(uint32(*p.lists.at(r.first + i))))
		for slot := range one {
			s[slot][0] += one[slot][0]
			s[slot][1] += one[slot][1]
		}
	}
	return s
}

// sumACE counts the rows of one ACE.
func sumACE(f family, a *aceRec) (s sums) {
	var buf [maxRights]right
	deny := 0
	if a.kind.Denies() {
		deny = 1
	}
	for _, r := range rightsOf(f, a, &buf) {
		s[sumSlot(recipientReasons(f, a, r))][deny]++
	}
	return s
}
