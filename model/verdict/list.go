package verdict

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// part says which list of which object an entry stands in.
type part uint8

const (
	inMailbox part = iota // msExchMailboxSecurityDescriptor
	inStore               // of the store, on the way to the mailbox
	inStoreAdmin
	inServer
	inCopy // of a server that holds another copy of the store
	inAccount
)

// entry is an ACE that speaks of the right in question, in its place in a list.
type entry struct {
	who    pool.SID
	effect effect
	own    member.Certainty // of the entry itself: Possible for a conditional one
	all    member.Certainty // that it names everybody
	preset bool
	// shadowed: an earlier entry for the same trustee holds whenever this one does,
	// so that it decides nothing; beaten where that is a deny.
	shadowed, beaten bool
	twice            bool // an earlier entry for the same trustee holds in some cases alone
	in               part
	obj              model.ObjectID // whose list it stands in
	pos              uint32         // there
	gap              *[2]Way        // where effect is either: the way there, and the same behind a deny
}

// list is what decides about a right, in the order of evaluation. It never
// changes once it is made.
type list struct {
	entries []entry
	general []match // of the entries that hold for everybody, whoever he is
	domain  member.Domain
	most    member.Certainty // what an allow comes to at most: Sure, Possible before Exchange 2013
	service bool             // an administrator's or a service's logon
	twice   bool             // some entry is twice
	only    only             // whose entries it holds; nil for all
}

// only is a set of SIDs, by number: a list that is asked for one person holds
// the entries that concern him or everybody.
type only []bool

// scope is what a list for one person is made of; nil for all of it.
type scope struct {
	sids only
	// aces are the entries that name one of the SIDs, by number: to look into no
	// other. nil where nobody has gathered them.
	aces []bool
}

// skips reports whether an entry of a mailbox's list concerns nobody in question,
// without a look at it: there are as many entries as a directory has.
func (c *scope) skips(a pool.ACE) bool { return c != nil && c.aces != nil && !c.aces[a] }

// of returns the SIDs in question, nil for all.
func (c *scope) of() only {
	if c == nil {
		return nil
	}
	return c.sids
}

// wants reports whether the list holds entries for a SID.
func (l *list) wants(sid pool.SID) bool { return l.only == nil || l.only[sid] }

// add takes an entry, unless it is nobody's.
func (l *list) add(b *Book, e entry) {
	if e.effect != either && !l.wants(e.who) {
		return
	}
	if e.effect == either {
		e.all, e.own = member.Unread, member.Sure
	} else {
		if b.general()[e.who] {
			e.all = b.g.AllOf(e.who, l.domain)
		}
		if e.in == inAccount && e.preset && e.effect == allows && b.g.IsBuiltin(e.who) {
			return // Windows gives the local administrators every account (see Summary)
		}
	}
	if c := e.all; c != member.No {
		l.general = append(l.general, match{int32(len(l.entries)), c})
	}
	for i := range l.entries {
		early := &l.entries[i]
		switch {
		case early.who != e.who || early.effect == either || e.effect == either:
		case early.own == member.Sure:
			e.shadowed, e.beaten = true, e.beaten || early.effect == denies
		default:
			e.twice, l.twice = true, true
		}
	}
	l.entries = append(l.entries, e)
}

// gap notes that from here on a part of the list was not read.
func (l *list) gap(b *Book, in part, obj model.ObjectID, why string) {
	why += " was not read"
	w := Way{Chain: []model.Phrase{model.Said(why)}, Doubt: model.Said(why), certainty: member.Unread, basis: Grant}
	if l.service {
		w.basis = Service
	}
	late := w
	late.Late = true
	l.add(b, entry{effect: either, in: in, obj: obj, gap: &[2]Way{w, late}})
}

// release is what is known of the server of a mailbox.
type release uint8

const (
	unknownRelease release = iota
	before2013
	since2013
)

func releaseOf(v model.ServerVersion) release {
	switch v.Authority() {
	case model.AuthorityDirectory:
		return since2013
	case model.AuthorityCopy:
		return before2013
	}
	return unknownRelease
}

// What a release before 2013 does with the copies of inherited entries and with
// those of the store nobody has described. Since 2013 the former do not count, and
// the latter do.

func (r release) copied() member.Certainty {
	return [...]member.Certainty{unknownRelease: member.Doubtful, before2013: member.Possible, since2013: member.No}[r]
}

func (r release) derived() member.Certainty {
	return [...]member.Certainty{unknownRelease: member.Possible | member.Unread, before2013: member.Possible, since2013: member.Sure}[r]
}

// most is what an allow for an administrator's logon comes to at most.
func (r release) most() member.Certainty {
	return [...]member.Certainty{unknownRelease: member.Unread, before2013: member.Possible, since2013: member.Sure}[r]
}

// openKey is what the list of a client logon depends on.
type openKey struct {
	mailbox pool.Desc
	state   listState
	store   model.ObjectID
	release release
	domain  member.Domain
}

// listState says what there is of a list.
type listState uint8

const (
	isRead listState = iota
	isAbsent
	isUnread
)

// openList is what decides about a client logon (exchange-facts 1.5): the
// mailbox's own entries in stored order, then what flows down from the store.
func (b *Book) openList(k openKey, c *scope) *list {
	l := &list{domain: k.domain, most: member.Sure, only: c.of()}
	protected := false
	switch {
	case k.state == isUnread:
		l.gap(b, inMailbox, 0, "the mailbox's list")
	case k.state == isRead:
		d := b.s.Descs.At(uint32(k.mailbox))
		protected = d.Control&acl.DACLProtected != 0
		for i := range d.N {
			if id := *b.s.Lists.At(d.First + i); !c.skips(id) {
				b.addMailboxEntry(l, i, b.s.ACEs.At(uint32(id)), k.release)
			}
		}
		if d.Broken {
			l.gap(b, inMailbox, 0, "the rest of the mailbox's list, which does not decode,")
		}
	}
	if protected {
		return l
	}
	if k.store == 0 {
		l.gap(b, inStore, 0, "the mailbox's store")
		return l
	}
	b.addStoreEntries(l, k)
	return l
}

// notStripped are the object types that the store knows; entries with another do
// not count there (exchange-facts 1.6).
var notStripped = map[acl.GUID]bool{
	acl.GUIDReceiveAs: true, acl.GUIDSendAs: true, acl.GUIDUserClass: true, acl.GUIDStoreAdmin: true,
	acl.GUIDStoreTransportAccess: true, acl.GUIDStoreConstrainedDelegation: true,
}

func (b *Book) addMailboxEntry(l *list, pos uint32, a *pool.ACERecord, r release) {
	e := entry{who: a.Trustee, own: member.Sure, in: inMailbox, pos: pos}
	switch {
	case !b.effectOf(a, &e), a.Flags&acl.InheritOnly != 0,
		acl.GenericMailbox.Map(a.Mask)&acl.MailboxFullAccess == 0,
		a.HasObjectType && !notStripped[*b.s.GUIDs.At(uint32(a.ObjectType))],
		a.Flags&acl.Inherited != 0 && r == since2013,
		a.Trustee == pool.Self: // the owner, who is let in before
		return
	case a.Flags&acl.Inherited != 0:
		e.own = e.own.Through(r.copied())
	}
	l.add(b, e)
}

// effectOf takes what an ACE does; false for one that neither allows nor denies.
func (b *Book) effectOf(a *pool.ACERecord, e *entry) bool {
	switch {
	case a.Type.Allows():
		e.effect = allows
	case a.Type.Denies():
		e.effect = denies
	default:
		return false
	}
	if a.Type.IsCallback() {
		e.own = member.Possible
	}
	return true
}

// addStoreEntries adds the entries of the store as they reach its mailboxes, by
// the nine steps of exchange-facts 1.5: denies first, whatever the store's order.
func (b *Book) addStoreEntries(l *list, k openKey) {
	s := b.s
	o := s.Record(k.store)
	if o.SecurityState != model.Present {
		l.gap(b, inStore, k.store, "the list of the store")
		return
	}
	first, n := s.ACEsOf(o.Security)
	for _, want := range [...]effect{denies, allows} {
		if want == allows && s.Descs.At(uint32(o.Security)).Broken {
			l.gap(b, inStore, k.store, "the rest of the list of the store, which does not decode,")
		}
		for i := range n {
			a := s.ACE(first + i)
			e := entry{who: a.Trustee, own: k.release.derived(), in: inStore, obj: k.store, pos: i}
			if !b.reachesMailboxes(a) || !b.effectOf(a, &e) || e.effect != want {
				continue
			}
			if e.who = b.creator(a.Trustee, k); e.who != pool.Self && l.wants(e.who) {
				e.preset = grant.Preset(s, k.store, a)
				l.add(b, e)
			}
		}
	}
}

// reachesMailboxes reports whether an entry of a store comes to FullAccess on
// the mailboxes in it (exchange-facts 1.5, steps 2 to 8). Generic bits are not
// mapped there: GENERIC_ALL that flows down is stored as two entries, of which
// neither reaches the mailbox (inferred).
func (b *Book) reachesMailboxes(a *pool.ACERecord) bool {
	if a.Null || a.Mask&acl.ControlAccess == 0 {
		return false
	}
	switch a.Type {
	case acl.TypeAllow, acl.TypeDeny:
		return a.Flags&acl.ContainerInherit != 0
	case acl.TypeAllowObject, acl.TypeDenyObject:
	default:
		return false
	}
	if !a.HasObjectType || *b.s.GUIDs.At(uint32(a.ObjectType)) != acl.GUIDReceiveAs {
		return false
	}
	if a.HasInheritedType {
		return *b.s.GUIDs.At(uint32(a.InheritedType)) == acl.GUIDUserClass
	}
	return a.Flags&acl.ContainerInherit != 0
}

// creator is who CREATOR OWNER and CREATOR GROUP become on the way down: the
// owner and the group of the mailbox's descriptor ([MS-DTYP] 2.5.3.4.1).
func (b *Book) creator(id pool.SID, k openKey) pool.SID {
	switch b.s.SIDOf(id) {
	case acl.SIDCreatorOwner:
		if k.state != isRead {
			return pool.Self // as in the default list
		}
		return b.s.Descs.At(uint32(k.mailbox)).Owner
	case acl.SIDCreatorGroup:
		if k.state != isRead {
			return pool.Self
		}
		return b.s.Descs.At(uint32(k.mailbox)).Group
	}
	return id
}

// rightList is what an object's own list says of an extended right, in stored
// order ([MS-ADTS] 5.1.3.3.4). self is whom SELF stands for, 0 for nobody who is
// not let in anyway.
func (b *Book) rightList(l *list, in part, obj model.ObjectID, right acl.GUID, self pool.SID) {
	s := b.s
	o := s.Record(obj)
	if o.SecurityState != model.Present {
		l.gap(b, in, obj, map[part]string{inStoreAdmin: "the list of the store", inServer: "the list of the server", inCopy: "the list of a server with another copy", inAccount: "the list of the account"}[in])
		return
	}
	first, n := s.ACEsOf(o.Security)
	for i := range n {
		a := s.ACE(first + i)
		e := entry{who: a.Trustee, own: member.Sure, in: in, obj: obj, pos: i}
		if a.Flags&acl.InheritOnly != 0 || !b.speaksOf(a, right) || !b.effectOf(a, &e) {
			continue
		}
		switch b.s.SIDOf(a.Trustee) {
		case acl.SIDSelf:
			if e.who = self; self == 0 {
				continue
			}
		case acl.SIDOwnerRights: // whoever owns the object ([MS-DTYP] 2.4.2.4)
			e.who, e.own = s.Descs.At(uint32(o.Security)).Owner, e.own.Through(member.Possible)
		}
		e.preset = grant.Preset(s, obj, a)
		l.add(b, e)
	}
	if s.Descs.At(uint32(o.Security)).Broken {
		l.gap(b, in, obj, "the rest of a list that does not decode")
	}
}

// speaksOf reports whether an entry speaks of an extended right: by its type, or
// by none, which is all of them.
func (b *Book) speaksOf(a *pool.ACERecord, right acl.GUID) bool {
	probe := acl.ACE{Type: a.Type, Mask: a.Mask, HasObjectType: a.HasObjectType, ObjectType: *b.s.GUIDs.At(uint32(a.ObjectType))}
	covers, _ := probe.Covers(right)
	return covers
}

// adminLists are the ways of an administrator's and a service's logon to the
// mailboxes of a store (exchange-facts 1.6), each by a list of its own.
func (b *Book) adminLists(k adminKey, c *scope) (lists []*list) {
	most := k.release.most()
	begin := func() *list {
		l := &list{domain: k.domain, most: most, service: true, only: c.of()}
		lists = append(lists, l)
		return l
	}
	if k.store == 0 {
		begin().gap(b, inStoreAdmin, 0, "the mailbox's store")
		return lists
	}
	b.rightList(begin(), inStoreAdmin, k.store, acl.GUIDStoreAdmin, 0)
	services := [...]acl.GUID{acl.GUIDStoreTransportAccess, acl.GUIDStoreConstrainedDelegation}
	server := b.s.At(b.s.ServerOf(b.s.Record(k.store)))
	if server == 0 {
		begin().gap(b, inServer, 0, "the server that owns the store")
	}
	for _, right := range services {
		if server != 0 {
			b.rightList(begin(), inServer, server, right, 0)
		}
	}
	for _, copied := range b.copiesOf(k.store) {
		for _, right := range services {
			l := begin()
			l.most = member.Possible
			if copied == 0 {
				l.gap(b, inCopy, 0, "a server with another copy of the store")
			} else {
				b.rightList(l, inCopy, copied, right, 0)
			}
		}
	}
	return lists
}

// adminKey is what the lists of an administrator's logon depend on.
type adminKey struct {
	store   model.ObjectID
	release release
	domain  member.Domain
}
