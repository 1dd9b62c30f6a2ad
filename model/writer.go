package model

import (
	"slices"
	"strings"
	"time"

	"mbxperm/acl"
)

// sidInfo is what a state knows of a SID of the pool.
type sidInfo struct {
	holder  objID // objectSid; of several the one that gives the SID its name, see sharedRec
	former  objID // sIDHistory; likewise
	linked  objID // whose msExchMasterAccountSid it is
	missed  bool  // asked for, and nobody holds it
	named   bool  // an ACE of this state names it
	counted bool  // its answer was already asked for
}

// delegateRec is one value of publicDelegates.
type delegateRec struct {
	target objID
	who    dnID
}

// storedRec is one value of homeMDBBL.
type storedRec struct {
	store   objID
	mailbox dnID
}

// sharedRec is an object that holds a SID, or held it, beside the one that
// sidInfo names.
type sharedRec struct {
	sid    sidID
	obj    objID
	former bool
}

// Writer takes facts and publishes snapshots. It is used by one goroutine; the
// snapshots it gives out may be read by any number of others.
type Writer struct {
	pool  *Pool
	facts *facts
	fresh bool // facts were copied since the last publication
	State State

	objects   table[object]
	byDN      table[objID]   // by dnID
	bySID     table[sidInfo] // by sidID
	delegates table[delegateRec]
	members   table[dnID]
	stored    table[storedRec]
	shared    table[sharedRec]
	alike     map[sharedRec]bool // what is in shared
	stores    table[objID]       // stores and administration containers: few, and listed apart
	recips    table[objID]       // recipients
	gen       uint64

	types   map[string]uint16 // number in facts.types
	servers map[string]uint16 // number in facts.servers, by the name in lower case
	spelled map[string]uint16 // the same by the name in any case, as far as there is room
}

// NewWriter returns a writer of an empty state over the pool.
func NewWriter(p *Pool) *Writer {
	w := &Writer{pool: p, facts: newFacts(), fresh: true, spelled: map[string]uint16{},
		alike: map[sharedRec]bool{}, types: map[string]uint16{"": 0}, servers: map[string]uint16{"": 0}}
	w.objects.add(object{})
	return w
}

// Snapshot publishes what is known now.
func (w *Writer) Snapshot() *Snapshot {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	w.gen++
	w.fresh = false
	return &Snapshot{
		poolView: w.pool.publish(), pool: w.pool, facts: w.facts, Gen: w.gen, State: w.State,
		objects: w.objects.publish(), byDN: w.byDN.publish(), bySID: w.bySID.publish(),
		delegates: w.delegates.publish(), members: w.members.publish(), stored: w.stored.publish(),
		shared: w.shared.publish(),
		stores: w.stores.publish(), recips: w.recips.publish(),
		derived: make([]derived, derivations),
	}
}

// Empty reports whether there is no target so far: nothing to show.
func (w *Writer) Empty() bool { return w.recips.len()+w.stores.len() == 0 }

// edit returns the facts for writing.
func (w *Writer) edit() *facts {
	if !w.fresh {
		w.facts, w.fresh = w.facts.clone(), true
	}
	return w.facts
}

// typeNumber numbers a recipient type. Nearly every one is there already, and
// then the facts need not be copied.
func (w *Writer) typeNumber(name string) uint16 {
	if n, ok := w.types[name]; ok {
		return n
	}
	return numbered(&w.edit().types, w.types, name)
}

// mostSpellings bounds Writer.spelled.
const mostSpellings = 1 << 12

// serverNumber numbers the name of a home server.
func (w *Writer) serverNumber(name string) uint16 {
	if n, ok := w.spelled[name]; ok {
		return n
	}
	lower := strings.ToLower(name)
	n, ok := w.servers[lower]
	if !ok {
		n = numbered(&w.edit().servers, w.servers, lower)
	}
	if len(w.spelled) < mostSpellings {
		w.spelled[strings.Clone(name)] = n
	}
	return n
}

// Put adds what an object says to what is known. The object is known by its DN.
// One whose name is too long (LongestDN) is left out, and Put returns false.
func (w *Writer) Put(in *Object) bool {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	dn := w.pool.dn(in.DN)
	if dn == 0 {
		w.State.AddProblem(Problem{Time: time.Now(), Object: in.DN[:min(len(in.DN), 64)] + "…", Text: "left out: its name is too long"})
		return false
	}
	w.byDN.grow(uint32(dn) + 1)
	id := *w.byDN.at(uint32(dn))
	if id == 0 {
		id = objID(w.objects.add(object{dn: dn}))
		*w.byDN.edit(uint32(dn)) = id
	}
	o := w.objects.edit(uint32(id))
	if in.AdminSDHolder && !slices.Contains(w.facts.holders, id) {
		f := w.edit()
		f.holders = append(f.holders, id)
	}
	w.identify(o, id, in)
	if in.Deleted {
		w.edit().tombstones[id] = tombstone{in.Changed, w.pool.dn(in.LastParent)}
	}
	w.recipient(o, id, in)
	w.secure(o, in)
	w.link(o, id, in)
	return true
}

func (w *Writer) identify(o *object, id objID, in *Object) {
	if !in.GUID.IsZero() {
		o.guid = in.GUID
	}
	if in.Class != ClassUnknown {
		o.class = in.Class
	}
	if in.Account != "" && o.account == 0 {
		o.account = w.pool.texts.add(in.Account)
	}
	if in.Display != "" && o.display == 0 {
		o.display = w.pool.texts.add(in.Display)
	}
	if in.PrimaryGroup != 0 {
		o.primaryGroup = in.PrimaryGroup
	}
	o.set(flagDisabled, in.UAC&uacDisabled != 0)
	o.set(flagUAC, in.UAC != 0)
	o.set(flagDeleted, in.Deleted)
	o.set(flagAdminCount, in.AdminCount)
	o.set(flagDistribution, in.Distribution)
	o.set(flagDelegatesPartial, in.DelegatesPartial)
	o.set(flagMembersPartial, in.MembersPartial)
	o.set(flagDomain, in.Domain)
	o.set(flagCatalog, in.Catalog)
	o.set(flagUniversal, in.Universal)
	if !in.SID.IsZero() {
		o.sid = w.pool.sid(in.SID)
		w.hold(&w.sidInfo(o.sid).holder, id, o.sid, false)
	}
	for _, s := range in.SIDHistory {
		sid := w.pool.sid(s)
		w.hold(&w.sidInfo(sid).former, id, sid, true)
	}
}

// hold makes an object the holder of a SID, now or formerly. Of several holders
// one gives the SID its name, whatever the order in which they come, and all
// others are kept beside it: BUILTIN groups exist once in each domain, and a
// migration may leave one SID in two sIDHistories.
func (w *Writer) hold(first *objID, id objID, sid sidID, former bool) {
	other := id
	switch {
	case *first == 0 || *first == id:
		*first = id
		return
	case w.ranksBefore(id, *first):
		*first, other = id, *first
	}
	if r := (sharedRec{sid: sid, obj: other, former: former}); !w.alike[r] {
		w.alike[r] = true
		w.shared.add(r)
	}
}

// ranksBefore says which of two holders of a SID gives it its name. A foreign
// security principal or a tombstone only stands for the account and never takes
// its place; else it goes by the names.
func (w *Writer) ranksBefore(a, b objID) bool {
	x, y := w.objects.at(uint32(a)), w.objects.at(uint32(b))
	if s, t := x.standsFor(), y.standsFor(); s != t {
		return t
	}
	v := w.pool.now()
	return v.dnText(x.dn) < v.dnText(y.dn)
}

func (w *Writer) sidInfo(s sidID) *sidInfo {
	w.bySID.grow(uint32(s) + 1)
	return w.bySID.edit(uint32(s))
}

func (w *Writer) recipient(o *object, id objID, in *Object) {
	if in.Recipient != NoRecipient {
		if o.recipient == NoRecipient {
			w.recips.add(id)
		}
		o.recipient = in.Recipient
		o.typ = w.typeNumber(in.Type)
	}
	if in.HomeMDB != "" {
		o.home = w.pool.parent(in.HomeMDB)
	}
	if in.HomeServer != "" {
		o.server = w.serverNumber(in.HomeServer)
	}
	if !in.Master.IsZero() {
		o.master = w.pool.sid(in.Master)
		if i := w.sidInfo(o.master); i.linked == 0 {
			i.linked = id
		}
	}
	if !o.store() && !in.Above {
		return
	}
	if in.Server != "" {
		o.home = w.pool.dn(in.Server)
	}
	if !o.is(flagAbove) {
		w.stores.add(id)
		o.flags |= flagAbove
	}
}

// secure keeps the descriptors. One that cannot be decoded keeps its bytes and
// what was read before the error.
func (w *Writer) secure(o *object, in *Object) {
	o.mailboxState = o.mailboxState.and(in.MailboxState)
	o.secState = o.secState.and(in.SecurityState)
	if in.MailboxState == Present {
		o.mailboxSD = w.pool.desc(familyMailbox, in.MailboxSD)
	}
	if in.SecurityState == Present {
		o.security = w.pool.desc(o.family(), in.Security)
	}
	if f := o.family(); o.security != 0 && w.pool.descs.at(uint32(o.security)).family != f {
		// Only now do we know what the object is; its descriptor came before.
		v := w.pool.now()
		o.security = w.pool.desc(f, v.descriptor(o.security))
	}
}

// family is the sense in which an object's nTSecurityDescriptor is read.
func (o *object) family() family {
	switch {
	case o.store():
		return familyStore
	case o.is(flagAbove):
		return familyAdmin
	case o.recipient != NoRecipient:
		return familySend
	}
	return familyAncestor
}

func (w *Writer) link(o *object, id objID, in *Object) {
	if in.StoredState != NotAsked { // a store, which has no members: each domain says which of its mailboxes are in it
		o.memberState = o.memberState.and(in.StoredState)
		o.set(flagMembersPartial, in.StoredPartial)
		for _, dn := range in.Stored {
			w.stored.add(storedRec{id, w.pool.dn(dn)})
		}
	}
	o.memberState = o.memberState.and(in.MembersState)
	o.delegState = o.delegState.and(in.DelegatesState)
	if len(in.Delegates) > 0 && o.delegates.n == 0 {
		o.delegates = span{w.delegates.len(), uint32(len(in.Delegates))}
		for _, dn := range in.Delegates {
			w.delegates.add(delegateRec{target: id, who: w.pool.dn(dn)})
		}
	}
	if len(in.Members) > 0 && o.members.n == 0 {
		o.members = span{w.members.len(), uint32(len(in.Members))}
		for _, dn := range in.Members {
			w.members.add(w.pool.dn(dn))
		}
	}
}

// Missed notes that nobody holds the SID.
func (w *Writer) Missed(s acl.SID) {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	w.sidInfo(w.pool.sid(s)).missed = true
}

// Unresolved returns the SIDs that ACEs of this state name, that nobody was
// found to hold, and that were not returned before: each is asked for once.
// SIDs that mean the same everywhere are not asked for.
func (w *Writer) Unresolved() []acl.SID {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	v := w.pool.now()
	seen := make([]bool, v.descs.len())
	for id := uint32(1); id < w.objects.len(); id++ {
		o := w.objects.at(id)
		for _, d := range [...]descID{o.mailboxSD, o.security} {
			if !seen[d] {
				seen[d] = true
				w.name(&v, d)
			}
		}
		if o.master != 0 {
			w.sidInfo(o.master).named = true
		}
	}
	var out []acl.SID
	for id := uint32(1); id < w.bySID.len(); id++ {
		i := w.bySID.at(id)
		if !i.named || i.counted || i.holder != 0 || i.former != 0 || i.missed {
			continue
		}
		w.bySID.edit(id).counted = true
		s := v.sidOf(sidID(id))
		if _, ok := acl.WellKnownName(s); !ok {
			out = append(out, s)
		}
	}
	return out
}

// name marks the trustees of a descriptor as named.
func (w *Writer) name(v *poolView, d descID) {
	first, n := v.acesOf(d)
	for i := range n {
		if t := v.ace(first + i).trustee; t != 0 {
			w.bySID.grow(uint32(t) + 1)
			if !w.bySID.at(uint32(t)).named {
				w.sidInfo(t).named = true
			}
		}
	}
}
