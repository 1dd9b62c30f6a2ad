package acl

import "math/bits"

// Token is the set of SIDs that a person acts with: the account, its groups,
// Everyone, Authenticated Users and so on. The zero value is empty. It is
// immutable and may be copied and used by several goroutines.
type Token struct {
	sids map[string]struct{} // keyed by the binary form, so that a window on a descriptor can be looked up without an allocation
}

// NewToken makes a token of the given SIDs; zero SIDs are left out.
func NewToken(sids ...SID) Token {
	t := Token{make(map[string]struct{}, len(sids))}
	for _, s := range sids {
		if !s.IsZero() {
			t.sids[s.b] = struct{}{}
		}
	}
	return t
}

// Has reports whether the token contains the SID given in binary form. It does
// not allocate.
func (t Token) Has(sid []byte) bool {
	_, ok := t.sids[string(sid)]
	return ok
}

// HasSID reports whether the token contains s.
func (t Token) HasSID(s SID) bool {
	_, ok := t.sids[s.b]
	return ok
}

// Len returns the number of SIDs in the token.
func (t Token) Len() int { return len(t.sids) }

// GenericMapping says which rights the four generic bits stand for on a kind of
// object ([MS-DTYP] 2.4.3). The zero value maps nothing.
type GenericMapping struct {
	Read, Write, Execute, All Mask
}

// The mappings of directory objects ([MS-ADTS] 5.1.3.2) and of mailboxes (as
// the Exchange 2013 store has it).
var (
	GenericAD      = GenericMapping{Read: 0x20094, Write: 0x20028, Execute: 0x20004, All: FullControl}
	GenericMailbox = GenericMapping{Read: 0x20000, Write: 0x30000, Execute: 0x20000, All: 0x1F0003}
)

// Map replaces the generic bits of m by what they stand for.
func (g GenericMapping) Map(m Mask) Mask {
	if m < GenericAll || g == (GenericMapping{}) {
		return m
	}
	out := m &^ (GenericAll | GenericExecute | GenericWrite | GenericRead)
	if m&GenericAll != 0 {
		out |= g.All
	}
	if m&GenericExecute != 0 {
		out |= g.Execute
	}
	if m&GenericWrite != 0 {
		out |= g.Write
	}
	if m&GenericRead != 0 {
		out |= g.Read
	}
	return out
}

// Requester is who asks: a token, and what the SID SELF (S-1-5-10) stands for
// on the object in question.
type Requester struct {
	Token Token
	// Self is the SID of the object itself where it is a security
	// principal: for a mailbox its account, for a user object its objectSid
	// (PrincipalSelfSubst of [MS-DTYP] 2.5.3.2). With the zero SID an entry
	// for SELF matches only a token that holds S-1-5-10.
	Self SID
	// Generic maps generic bits in the entries of a plain check. The checks
	// on directory objects use GenericAD whatever stands here.
	Generic GenericMapping
}

// What decided a bit if it was no entry of the DACL; see [Result.DecidedBy].
const (
	ByNothing = -1 // no entry speaks about the bit: it is denied by default
	ByOwner   = -2 // the owner's implicit READ_CONTROL and WRITE_DAC
	ByNoDACL  = -3 // the DACL is absent or NULL: everything is granted
)

// Result is the outcome of a check, bit by bit.
type Result struct {
	Wanted  Mask // what was asked for
	Granted Mask // wanted bits that are granted
	Denied  Mask // wanted bits that an entry denies; bits in neither mask are denied by default
	// Uncertain are wanted bits whose outcome could be another one if a
	// condition held that cannot be evaluated here, or if a part of the
	// descriptor that could not be read spoke about them. Granted and
	// Denied say what holds without that. A zero Descriptor, and one whose
	// header cannot be read, grants nothing and leaves everything
	// uncertain.
	Uncertain Mask

	decided [32]int32 // for each bit 1 + the index of the deciding entry, or the negative constants; zero means nothing did
}

// Allowed reports whether every wanted bit is granted for certain.
func (r Result) Allowed() bool { return r.Granted == r.Wanted && r.Uncertain == 0 }

// DecidedBy returns the index in the DACL of the entry that decided the lowest
// bit of the given right, or ByNothing, ByOwner or ByNoDACL.
func (r Result) DecidedBy(right Mask) int {
	if right == 0 {
		return ByNothing
	}
	switch v := r.decided[bits.TrailingZeros32(uint32(right))]; {
	case v > 0:
		return int(v) - 1
	case v < 0:
		return int(v)
	}
	return ByNothing
}

// decide records who settled the bits in m.
func (r *Result) decide(m Mask, by int32) {
	for ; m != 0; m &= m - 1 {
		r.decided[bits.TrailingZeros32(uint32(m))] = by
	}
}

// scope says which object ACEs count in a check.
type scope uint8

const (
	wholeObject  scope = iota // those without an ObjectType
	nodesOfTree               // and those whose ObjectType is on the path from the object to the attribute
	controlRight              // and those whose ObjectType is the extended right
)

// Check works out the simple rights of r on the object: [MS-DTYP] 2.5.3.2
// without an object tree, [MS-ADTS] 5.1.3.3.2.
//
// Entries that name a property, a class or an extended right say nothing about
// the object as a whole and do not count. (A library that is given no object
// tree takes such a deny for a deny of everything, as Samba's se_access_check
// does; a domain controller always has the tree.) The owner's implicit rights
// are READ_CONTROL and WRITE_DAC, as [MS-DTYP] 2.5.3.2 and Windows have it;
// [MS-ADTS] 5.1.3.3.2 adds WRITE_OWNER. Rights that come from privileges, such
// as reading the SACL or taking ownership, are not in a descriptor and are not
// granted.
func (d Descriptor) Check(r Requester, want Mask) Result {
	return d.check(r, want, wholeObject, [3]GUID{})
}

// Property is an attribute of a directory object as the object tree sees it
// ([MS-ADTS] 5.1.3.3.3): the attribute, the property set it is in, the class of
// the object. What is zero does not take part.
type Property struct {
	Attribute GUID // schemaIDGUID of the attribute
	Set       GUID // its attributeSecurityGUID
	Class     GUID // schemaIDGUID of the object's most specific class
}

// CheckProperty works out the rights of r, ReadProperty and WriteProperty as a
// rule, on one attribute of a directory object ([MS-ADTS] 5.1.3.3.3). An entry
// counts if it names nothing, the attribute, its property set or the class.
func (d Descriptor) CheckProperty(r Requester, want Mask, p Property) Result {
	r.Generic = GenericAD
	return d.check(r, want, nodesOfTree, [3]GUID{p.Attribute, p.Set, p.Class})
}

// CheckControlRight works out whether r holds the extended right on a directory
// object ([MS-ADTS] 5.1.3.3.4). The bit of the result is ControlAccess.
func (d Descriptor) CheckControlRight(r Requester, right GUID) Result {
	r.Generic = GenericAD
	return d.check(r, ControlAccess, controlRight, [3]GUID{right})
}

// CheckValidatedWrite works out whether r may make the validated write on a
// directory object ([MS-ADTS] 5.1.3.3.5). The bit of the result is
// ValidatedWrite. A right to write the attribute itself allows more and is
// asked for with CheckProperty.
func (d Descriptor) CheckValidatedWrite(r Requester, write GUID) Result {
	r.Generic = GenericAD
	return d.check(r, ValidatedWrite, controlRight, [3]GUID{write})
}

// CanReadAttribute reports whether the token may read the attribute of a
// directory object: READ_PROPERTY on it, on its property set or on the object.
// The owner is given READ_CONTROL by being owner, not this. conditional is true
// where a conditional entry, or a part of the descriptor that is unreadable,
// could turn the answer.
func CanReadAttribute(d Descriptor, t Token, self SID, attribute, propertySet GUID) (allowed, conditional bool) {
	r := d.CheckProperty(Requester{Token: t, Self: self}, ReadProperty, Property{Attribute: attribute, Set: propertySet})
	return r.Granted == ReadProperty, r.Uncertain != 0
}

// check walks the DACL once. In stored order, the first entry that speaks about
// a bit decides it, which is what the specifications say in other words: an
// allow adds to the granted set what is not yet denied, a deny to the denied
// set what is not yet granted.
func (d Descriptor) check(r Requester, want Mask, s scope, nodes [3]GUID) Result {
	want = r.Generic.Map(want)
	res := Result{Wanted: want}
	if len(d.raw) < descriptorHeader {
		res.Uncertain = want // nothing was read, which is not the same as a descriptor without a DACL
		return res
	}
	if d.dacl.state != ACLPresent {
		res.Granted = want
		res.decide(want, ByNoDACL)
		return res
	}
	owner := r.matches(d.owner)
	// The right to the SACL comes from a privilege, never from an entry
	// ([MS-DTYP] 2.5.3.2).
	u := undecided{open: want &^ AccessSystemSACL}
	if owner && !d.namesOwnerRights() {
		res.Granted = want & (ReadControl | WriteDACL)
		res.decide(res.Granted, ByOwner)
		u.open &^= res.Granted
	}
	index := int32(0)
	for a := range d.DACL() {
		index++
		if u.open == 0 {
			break
		}
		if a.Flags&InheritOnly != 0 || !a.inScope(s, &nodes) {
			continue
		}
		m := r.Generic.Map(a.Mask) & u.open
		if m != 0 && (r.matches(a.SID) || owner && string(a.SID) == SIDOwnerRights.b) {
			res.take(aceLayout[a.Type], m, index, &u)
		}
	}
	res.Uncertain |= u.open & u.ifAllowed
	if d.dacl.broken {
		res.Uncertain |= u.open // what cannot be read stands behind what was read, and speaks at most about what that leaves open
	}
	if d.ownerLost {
		res.Uncertain |= d.ownersShare(want)
	}
	return res
}

// undecided is the state of a check between two entries.
type undecided struct {
	open                Mask // bits that no certain entry has decided yet
	ifAllowed, ifDenied Mask // bits that conditional entries so far would grant or deny, had their condition held
}

// take lets an entry that counts speak about the open bits m.
func (res *Result) take(layout uint8, m Mask, index int32, u *undecided) {
	switch {
	case layout&isCondition != 0:
		if layout&isAllow != 0 {
			u.ifAllowed |= m
		} else if layout&isDeny != 0 {
			u.ifDenied |= m
		}
		return
	case layout&isAllow != 0:
		res.Granted |= m
		res.Uncertain |= m & u.ifDenied
	case layout&isDeny != 0:
		res.Denied |= m
		res.Uncertain |= m & u.ifAllowed
	default:
		return
	}
	res.decide(m, index)
	u.open &^= m
}

// matches reports whether the SID, given as a window, is in the token, with
// SELF replaced (SidInToken of [MS-DTYP] 2.5.3.1).
func (r *Requester) matches(sid []byte) bool {
	if r.Self.b != "" && string(sid) == SIDSelf.b {
		return r.Token.HasSID(r.Self)
	}
	return r.Token.Has(sid)
}

// inScope reports whether the entry counts in this kind of check.
// InheritedObjectType plays no part: it chooses the children that inherit, and
// on them the inherit-only flag already says whether the entry counts
// ([MS-ADTS] 5.1.3.3.3 looks at ObjectType only).
func (a *ACE) inScope(s scope, nodes *[3]GUID) bool {
	if !a.HasObjectType {
		return true
	}
	if s == wholeObject {
		return false
	}
	for i := range nodes {
		if a.ObjectType == nodes[i] && !nodes[i].IsZero() {
			return true
		}
	}
	return false
}

// ownersShare returns the bits that could be different if the requester were
// the owner: the implicit rights, or where entries for OWNER RIGHTS replace
// these, what such entries speak about.
func (d Descriptor) ownersShare(want Mask) Mask {
	if d.namesOwnerRights() {
		return want
	}
	return want & (ReadControl | WriteDACL)
}

// namesOwnerRights reports whether an entry that counts for the object names
// OWNER RIGHTS, which takes the implicit rights from the owner.
func (d Descriptor) namesOwnerRights() bool {
	for a := range d.DACL() {
		if a.Flags&InheritOnly == 0 && string(a.SID) == SIDOwnerRights.b {
			return true
		}
	}
	return false
}
