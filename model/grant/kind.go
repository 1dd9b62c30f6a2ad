package grant

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Kinds are all kinds of grants: the only list of them. Their order is that of
// the rows of one target, and of the targets that are no recipients.
var Kinds = [...]*Kind{
	MailboxACL,
	SendAs,
	OnBehalf,
	RecipientSend,
	RecipientBehalf,
	Manager,
	Delivery,
	StoreACL,
	ContainerACL,
	ConnectorACL,
	AdminACL,
}

// Kind is where the rows of one acl_type come from: on which targets they stand,
// in which list of the object, and what an entry there means. Each has a file of
// its own. Nothing else in the program asks which kind a row is of to know that.
type Kind struct {
	// Name is the acl_type of its rows: a contract.
	Name string
	// Target is what an object must be to have rows of this kind. What is in the
	// mailbox ACL or the delegates of another object counts all the same.
	Target model.Target
	// ListName names the list in a sentence that says that it was not read.
	ListName string
	// HoldsMailboxes says that mailboxes lie in its targets.
	HoldsMailboxes bool
	// Apart says that its targets stand apart: being named here alone gives nobody a
	// line in the grid of mailboxes, nobody's memberships are watched for it, and
	// its targets are not among those that a changed entry reaches.
	Apart bool
	// ByList says that a group's members have part in its values although it is in
	// no token: distribution groups count.
	ByList bool

	list       list
	sense      pool.Sense            // of a list of entries; see senseOn
	attributes []model.LinkAttribute // of links: those that its values stand in
	linkRows   [2]RowKinds           // of links: the sorts of its values, allowing and denying

	// hides says why an entry is hidden by default. It is nil where the pool knows,
	// which counted it: see [pool.RecipientReasons].
	hides func(s *model.Snapshot, o *model.Record, a *pool.ACERecord) hiding.Reasons
	// opens is what an allowing entry, or a value, lets its trustee do; see [Opens].
	opens func(s *model.Snapshot, o *model.Record, r pool.Right, a *pool.ACERecord) Ways
	// covers reports whether an allow gives the right that the row of a deny takes.
	covers func(r pool.Right, allow, deny *pool.ACERecord) bool
	// untouched reports whether a right that an entry gives in two states has
	// nothing to do with what is different about it; nil where an entry has one row.
	untouched func(r pool.Right, old, new *pool.ACERecord) bool
	// name is the standard term for what a row grants.
	name func(s *model.Snapshot, r pool.Right, a *pool.ACERecord) string
	// fill completes a row; nil where there is nothing more to say.
	fill func(s *model.Snapshot, o *model.Record, row *Row)
	// empty reports that the list has no value, as far as that can be shown; nil
	// where there is always one.
	empty func(r *coverage.Readability, o *model.Record) bool

	number uint8 // place in Kinds
	rank   uint8 // place of the first kind with its targets
}

// list is where in an object rows come from.
type list uint8

const (
	inMailboxACL list = iota // msExchMailboxSecurityDescriptor
	inSecurity               // nTSecurityDescriptor
	inDelegates              // publicDelegates
	inLinks                  // another attribute of an other recipient
)

// places says which kind of rows the lists of an object hold. Making it numbers
// the kinds.
var places = func() (out struct {
	mailbox  *Kind
	security [model.TargetCount]*Kind
	links    [model.TargetCount][]*Kind
}) {
	for i, k := range Kinds {
		k.number, k.rank = uint8(i), uint8(i)
		for _, other := range Kinds[:i] {
			if other.Target == k.Target {
				k.rank = other.rank
				break
			}
		}
		switch k.list {
		case inMailboxACL:
			out.mailbox = k
		case inDelegates, inLinks:
			out.links[k.Target] = append(out.links[k.Target], k)
		default:
			out.security[k.Target] = k
		}
	}
	return out
}()

// OnSecurity returns the kind of the rows of an object's nTSecurityDescriptor, nil
// for an object that is no target.
func OnSecurity(o *model.Record) *Kind { return places.security[o.Target()] }

// Number is the place of the kind in Kinds: an order, and an index.
func (k *Kind) Number() int { return int(k.number) }

// Rank orders targets: recipients come first, then what else can be one, in the
// order of Kinds.
func (k *Kind) Rank() int { return int(k.rank) }

// Senses are those in which its rows are counted for each distinct descriptor;
// none where they are not.
func (k *Kind) Senses() []pool.Sense {
	switch {
	case k.IsLink() || k.sense >= pool.Counted:
		return nil
	case k.sense == pool.SenseOther:
		return otherSenses
	}
	return []pool.Sense{k.sense}
}

// senseOn is the sense in which it reads the entries of an object: those of a
// group say more than those of other recipients.
func (k *Kind) senseOn(o *model.Record) pool.Sense {
	if k.sense == pool.SenseOther {
		return o.Sense()
	}
	return k.sense
}

// IsLink reports whether its rows are values of a link, and no entries of a list.
func (k *Kind) IsLink() bool { return k.list == inDelegates || k.list == inLinks }

// StandsOn reports whether the object's list holds rows of this kind.
func (k *Kind) StandsOn(o *model.Record) bool {
	switch k.list {
	case inSecurity:
		return OnSecurity(o) == k
	case inDelegates, inLinks:
		return k.Target == linkTarget(o)
	}
	return true
}

// linkTarget is what an object is a target as for its links. A mail-enabled store
// is another recipient.
func linkTarget(o *model.Record) model.Target {
	if o.HasMailbox() {
		return model.TargetMailbox
	}
	return model.TargetRecipient
}

// SendsFor reports whether its values let those whom they name send on behalf.
func (k *Kind) SendsFor() bool { return k.list == inDelegates }

// StandsOnRecipient reports whether an object is a mailbox or another recipient,
// whose list says who may send as it.
func StandsOnRecipient(o *model.Record) bool {
	return o.Target() == model.TargetMailbox || o.Target() == model.TargetRecipient
}

// LinksOn are the kinds of the values of an object's links.
func LinksOn(o *model.Record) []*Kind { return places.links[linkTarget(o)] }

// IsInherited reports whether its list takes entries over from the objects above.
// A mailbox ACL does not: what is marked as inherited in it is a stale copy.
func (k *Kind) IsInherited() bool { return k.list == inSecurity }

// Desc returns the descriptor that its rows on an object come from, or 0.
func (k *Kind) Desc(o *model.Record) pool.Desc {
	switch k.list {
	case inMailboxACL:
		return o.MailboxSD
	case inSecurity:
		return o.Security
	}
	return 0
}

// State says how its list of entries came in.
func (k *Kind) State(o *model.Record) model.ReadState {
	if k.list == inMailboxACL {
		return o.MailboxState
	}
	return o.SecurityState
}

// Rights are the rights that an entry of an object gives rows for.
func (k *Kind) Rights(o *model.Record, a *pool.ACERecord, out *[pool.MaxRights]pool.Right) []pool.Right {
	if k.sense == pool.SenseOther && !StandsOnRecipient(o) { // what groups below inherit, and no account does
		return pool.GroupRightsOf(a, out)
	}
	return pool.RightsOf(k.senseOn(o), a, out)
}

// Untouched reports whether a right that an entry gives in two states has nothing
// to do with what is different about the entry.
func (k *Kind) Untouched(r pool.Right, old, new *pool.ACERecord) bool {
	return k.untouched != nil && k.untouched(r, old, new)
}

// Empty reports that the list has no value, as far as that can be shown.
func (k *Kind) Empty(r *coverage.Readability, o *model.Record) bool {
	return k.empty != nil && k.empty(r, o)
}

// Unread reports that the list was not read, or not to its end: that nothing is
// seen there does not mean that nothing is there.
func (k *Kind) Unread(s *model.Snapshot, r *coverage.Readability, o *model.Record) bool {
	switch {
	case !k.StandsOn(o):
		return false
	case k.list == inDelegates:
		return o.Is(model.FlagDelegatesPartial) || o.DelegatesState != model.Present && !k.Empty(r, o)
	case k.list == inLinks:
		return linksUnread(s, k, r, o)
	case k.list == inMailboxACL && !o.HasMailbox() && s.TypeName(o) != model.UnknownType:
		return false // it has none
	}
	return coverage.ListUnread(s, k.State(o), k.Desc(o)) && !k.Empty(r, o)
}

// Set is a set of kinds.
type Set uint16

// Has reports whether a kind is in the set; nil never is.
func (x Set) Has(k *Kind) bool { return k != nil && x&(1<<k.number) != 0 }

// Only is the set of this kind alone.
func (k *Kind) Only() Set { return 1 << k.number }

// All are all kinds.
func All() Set { return 1<<len(Kinds) - 1 }

// Entries are the kinds whose rows are entries, and no values of links.
func Entries() (out Set) {
	for _, k := range Kinds {
		if !k.IsLink() {
			out |= k.Only()
		}
	}
	return out
}

// On are the kinds that stand on one sort of target.
func On(t model.Target) (out Set) {
	for _, k := range Kinds {
		if k.Target == t {
			out |= k.Only()
		}
	}
	return out
}

// Lists returns the lists of the objects that can have rows of these kinds, each
// once: those of recipients first. A list may hold others too.
func Lists(s *model.Snapshot, want Set) (out []table.View[model.ObjectID]) {
	var seen [model.TargetCount]bool
	for _, k := range Kinds {
		t := k.Target
		switch t {
		case model.TargetAdmin:
			t = model.TargetStore // whose list they share
		case model.TargetRecipient:
			t = model.TargetMailbox
		}
		if want.Has(k) && !seen[t] {
			seen[t] = true
			out = append(out, s.ListOf(t))
		}
	}
	return out
}

// Ref names one row of the detail grid in one snapshot: one ACE or link value of
// one target, or one right of it.
type Ref struct {
	Obj   model.ObjectID
	Pos   uint32 // position of the ACE in its ACL, the first of equal ones; or of the value in its attribute
	Right pool.Right
	kind  uint8
}

// Ref names a row of this kind.
func (k *Kind) Ref(obj model.ObjectID, pos uint32, r pool.Right) Ref {
	return Ref{Obj: obj, Pos: pos, Right: r, kind: k.number}
}

// Kind returns the kind of the row.
func (r Ref) Kind() *Kind { return Kinds[r.kind] }

// Each calls yield for the rows of a target in stored order, those of its
// mailbox ACL first, then of its account, then its links, until it returns false.
func Each(s *model.Snapshot, id model.ObjectID, want Set, yield func(Ref, *pool.ACERecord) bool) bool {
	return each(s, id, want, false, yield)
}

// EachEntry is Each with one row for each entry that gives any right, or value:
// of equal entries of a list the first stands for all.
func EachEntry(s *model.Snapshot, id model.ObjectID, want Set, yield func(Ref, *pool.ACERecord) bool) bool {
	return each(s, id, want, true, yield)
}

func each(s *model.Snapshot, id model.ObjectID, want Set, entries bool, yield func(Ref, *pool.ACERecord) bool) bool {
	o := s.Record(id)
	if k := places.mailbox; o.MailboxSD != 0 && want.Has(k) && !ofList(s, k, id, o.MailboxSD, entries, yield) {
		return false
	}
	if k := places.security[o.Target()]; o.Security != 0 && want.Has(k) && !ofList(s, k, id, o.Security, entries, yield) {
		return false
	}
	for _, k := range LinksOn(o) {
		if want.Has(k) && !eachValue(s, k, id, yield) {
			return false
		}
	}
	return true
}

// ofList calls yield for the rows of one list. It calls functions by their names, not
// by a value: yield would be allocated for each target then.
func ofList(s *model.Snapshot, k *Kind, id model.ObjectID, d pool.Desc, entries bool, yield func(Ref, *pool.ACERecord) bool) bool {
	if entries {
		return eachEntry(s, k, id, d, yield)
	}
	return eachRight(s, k, id, d, yield)
}

func eachRight(s *model.Snapshot, k *Kind, id model.ObjectID, d pool.Desc, yield func(Ref, *pool.ACERecord) bool) bool {
	first, n := s.ACEsOf(d)
	in := s.Descs.At(uint32(d)).Sense
	var buf [pool.MaxRights]pool.Right
	for i := range n {
		a := s.ACE(first + i)
		for _, r := range pool.RightsOf(in, a, &buf) {
			if !yield(Ref{Obj: id, Pos: i, Right: r, kind: k.number}, a) {
				return false
			}
		}
	}
	return true
}

func eachEntry(s *model.Snapshot, k *Kind, id model.ObjectID, d pool.Desc, yield func(Ref, *pool.ACERecord) bool) bool {
	in := s.Descs.At(uint32(d)).Sense
	var buf [pool.MaxRights]pool.Right
	for i := range s.Descs.At(uint32(d)).N {
		if _, first := repeated(s, d, i); !first {
			continue
		}
		first, _ := s.ACEsOf(d)
		a, right := s.ACE(first+i), pool.RightEntry
		switch rights := pool.RightsOf(in, a, &buf); {
		case len(rights) == 0:
			continue
		case in >= pool.Counted:
			right = rights[0]
		}
		if !yield(Ref{Obj: id, Pos: i, Right: right, kind: k.number}, a) {
			return false
		}
	}
	return true
}

// ACEOf returns the ACE of a row, nil for a link value.
func ACEOf(s *model.Snapshot, r Ref) *pool.ACERecord {
	k := r.Kind()
	if k.IsLink() {
		return nil
	}
	first, _ := s.ACEsOf(k.Desc(s.Record(r.Obj)))
	return s.ACE(first + r.Pos)
}

// TrusteeOf returns who a row is for. a is the row's ACE, nil for a link value.
func TrusteeOf(s *model.Snapshot, r Ref, a *pool.ACERecord) model.TrusteeID {
	if a != nil {
		return model.TrusteeOfSID(a.Trustee)
	}
	return s.TrusteeOf(valueAt(s, r))
}

// Denies reports whether a row denies. a is its ACE, nil for a link value.
func Denies(r Ref, a *pool.ACERecord) bool {
	if a == nil {
		return r.Right == pool.RightReject || r.Right == pool.RightRejectMembers
	}
	return a.Type.Denies()
}

// ReasonsOf says why a row is hidden by default.
func ReasonsOf(s *model.Snapshot, r Ref, a *pool.ACERecord) hiding.Reasons {
	k := r.Kind()
	switch {
	case a == nil:
		return 0
	case k.hides != nil:
		return k.hides(s, s.Record(r.Obj), a)
	case r.Right == pool.RightEntry:
		why, _ := pool.EntryReasons(s.Descs.At(uint32(k.Desc(s.Record(r.Obj)))).Sense, a)
		return why
	}
	return pool.RecipientReasons(k.sense, a, r.Right)
}

// overruled reports whether an earlier ACE of the same list allows the same
// trustee what this one denies: in stored order the first decides ([MS-DTYP]
// 2.5.3.2). Two allows that only together cover the deny are not looked for.
func overruled(s *model.Snapshot, r Ref, deny *pool.ACERecord) bool {
	o, k := s.Record(r.Obj), r.Kind()
	first, _ := s.ACEsOf(k.Desc(o))
	for i := range r.Pos {
		a := s.ACE(first + i)
		if a.Trustee == deny.Trustee && a.Type.Allows() && !a.Type.IsCallback() &&
			appliesHere(s, o, a) && k.covers(r.Right, a, deny) {
			return true
		}
	}
	return false
}

// maskCovers is how an entry as a whole covers another: by all bits of its mask,
// for all object types or for the same.
func maskCovers(_ pool.Right, a, deny *pool.ACERecord) bool {
	mask := deny.Mask.MapGenericAD()
	return a.Mask.MapGenericAD()&mask == mask && (!a.HasObjectType || a.ObjectType == deny.ObjectType)
}
