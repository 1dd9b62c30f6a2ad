package model

import (
	"slices"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Delegate is one value of publicDelegates.
type Delegate struct {
	Target ObjectID
	Who    pool.DN
}

// StoredMailbox is one value of homeMDBBL.
type StoredMailbox struct {
	Store   ObjectID
	Mailbox pool.DN
}

// sharedRec is an object that holds a SID, or held it, beside the one that
// SIDInfo names.
type sharedRec struct {
	sid    pool.SID
	obj    ObjectID
	former bool
}

// Writer takes facts and publishes snapshots. It is used by one goroutine; the
// snapshots it gives out may be read by any number of others.
type Writer struct {
	Pool   *pool.Pool
	forest *Forest
	fresh  bool // facts were copied since the last publication
	State  State

	objects   table.Table[Record]
	byDN      table.Table[ObjectID] // by DN
	sids      sidTables
	delegates table.Table[Delegate]
	members   table.Table[pool.DN]
	stored    table.Table[StoredMailbox]
	postings  postings
	placings  placings
	habits    habits
	stamps    stamps
	shared    table.Table[sharedRec]
	alike     map[sharedRec]bool    // what is in shared
	stores    table.Table[ObjectID] // stores and administration containers: few, and listed apart
	recips    table.Table[ObjectID] // recipients
	logs      logBook
	roles     roleTables
	doors     table.Table[Door]
	doorOf    map[ObjectID]uint32 // number in doors
	accessOf  table.Table[uint32] // by ObjectID: number in accesses
	accesses  table.Table[DoorValues]
	traitsOf  table.Table[uint32] // by ObjectID: number in traitSets
	traitSets table.Table[string]
	traits    traits
	access    access
	gen       uint64
	last      *Snapshot // of the last publication

	moreMembers, moreDelegates map[ObjectID]*longer   // lists that several entries give
	earlySDs                   map[ObjectID]pool.Desc // mailbox ACLs of what is no mailbox, or not yet

	types   map[string]uint16 // number in facts.types
	servers map[string]uint16 // number in facts.servers, by the name in lower case
	spelled map[string]uint16 // the same by the name in any case, as far as there is room
}

// NewWriter returns a writer of an empty state over the pool.
func NewWriter(p *pool.Pool) *Writer {
	w := &Writer{Pool: p, forest: newForest(), fresh: true, spelled: map[string]uint16{},
		earlySDs: map[ObjectID]pool.Desc{}, moreMembers: map[ObjectID]*longer{}, moreDelegates: map[ObjectID]*longer{},
		alike: map[sharedRec]bool{}, types: map[string]uint16{"": 0}, servers: map[string]uint16{"": 0}, roles: newRoleTables()}
	w.objects.Add(Record{})
	return w
}

// Snapshot publishes what is known now.
func (w *Writer) Snapshot() *Snapshot {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	w.lengthen()
	w.gen++
	w.fresh = false
	w.last = &Snapshot{
		View: w.Pool.Publish(), Pool: w.Pool, Forest: w.forest, Gen: w.gen, State: w.State,
		Objects: w.objects.Publish(), byDN: w.byDN.Publish(), sids: w.sids.publish(),
		Delegates: w.delegates.Publish(), Members: w.members.Publish(), Stored: w.stored.Publish(),
		Links: w.postings.links.Publish(), postings: w.postings.list.Publish(), postingOf: w.postings.of.Publish(),
		placings: w.placings.publish(), habits: w.habits.publish(), stamps: w.stamps.publish(), Automaps: w.placings.automaps.Publish(),
		shared: w.shared.Publish(),
		Stores: w.stores.Publish(), Recipients: w.recips.Publish(), Roles: w.roles.publish(),
		Logs: w.logs.logs.publish(), Connections: w.logs.connections.publish(), Relays: w.logs.relays.publish(),
		Addresses: w.logs.addresses[:len(w.logs.addresses):len(w.logs.addresses)],
		Doors:     w.doors.Publish(), Accesses: w.accesses.Publish(), accessOf: w.accessOf.Publish(),
		traitsOf: w.traitsOf.Publish(), traitSets: w.traitSets.Publish(),
		derived: newDerived(),
	}
	return w.last
}

// Progress returns the last [Snapshot] with the State of now: how far reading
// has come, and none of the facts that came since. It costs next to nothing,
// where after a Snapshot every chunk that changes is copied once more. What is
// derived of the two is the same.
func (w *Writer) Progress() *Snapshot {
	if w.last == nil {
		return w.Snapshot()
	}
	s := *w.last
	s.State = w.State
	return &s
}

// Empty reports whether there is no target so far, and no role assignment: nothing
// to show.
func (w *Writer) Empty() bool {
	return w.recips.Len()+w.stores.Len()+w.roles.assignments.Len()+w.roles.roles.Len() == 0
}

// edit returns the facts for writing.
func (w *Writer) edit() *Forest {
	if !w.fresh {
		w.forest, w.fresh = w.forest.clone(), true
	}
	return w.forest
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
		n = numbered(&w.edit().Servers, w.servers, lower)
	}
	if len(w.spelled) < mostSpellings {
		w.spelled[strings.Clone(name)] = n
	}
	return n
}

// Put adds what an object says to what is known. The object is known by its DN.
// One whose name is too long (Longest) is left out, and Put returns false.
func (w *Writer) Put(in *Object) bool {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	dn := w.Pool.DN(in.DN)
	if dn == 0 {
		w.State.AddProblem(Problem{Time: time.Now(), Object: in.DN[:min(len(in.DN), 64)] + "…", Text: "left out: its name is too long"})
		return false
	}
	w.byDN.Grow(uint32(dn) + 1)
	id := *w.byDN.At(uint32(dn))
	if id == 0 {
		id = ObjectID(w.objects.Add(Record{DN: dn}))
		*w.byDN.Edit(uint32(dn)) = id
	}
	o := w.objects.Edit(uint32(id))
	if in.AdminSDHolder && !slices.Contains(w.forest.AdminSDHolders, id) {
		f := w.edit()
		f.AdminSDHolders = append(f.AdminSDHolders, id)
	}
	w.identify(o, id, in)
	if in.Deleted {
		w.edit().tombstones[id] = tombstone{in.Changed, w.Pool.DN(in.LastParent)}
	}
	w.recipient(o, id, in)
	w.secure(o, id, in)
	w.link(o, id, in)
	w.roleOf(id, in)
	if in.Mail != nil {
		w.postings.post(w.Pool, id, in.Mail)
	}
	if in.Habit != nil {
		w.habits.add(w.Pool, id, in.Habit)
	}
	if in.Placing != nil {
		w.placings.place(w.Pool, id, w.Pool.Texts.Bytes(o.Account), in.Placing)
	}
	return true
}

func (w *Writer) identify(o *Record, id ObjectID, in *Object) {
	if !in.GUID.IsZero() {
		o.GUID = in.GUID
	}
	if in.Class != ClassUnknown {
		o.Class = in.Class
	}
	if in.Account != "" && o.Account == 0 {
		o.Account = w.Pool.Texts.Add(in.Account)
	}
	switch {
	case in.Display == "" || o.display != 0:
	case string(rdnValue(w.Pool.Leaf(o.DN))) == in.Display:
		o.display = asNamed
	default:
		o.display = w.Pool.Texts.Add(in.Display)
	}
	if in.PrimaryGroup != 0 {
		o.PrimaryGroup = in.PrimaryGroup
	}
	o.Set(FlagDisabled, in.UAC&uacDisabled != 0)
	o.Set(FlagUAC, in.UAC != 0)
	o.Set(FlagDeleted, in.Deleted)
	o.Set(FlagAdminCount, in.AdminCount)
	o.Set(FlagDistribution, in.Distribution)
	o.Set(FlagDelegatesPartial, in.DelegatesPartial)
	o.Set(FlagMembersPartial, in.MembersPartial)
	o.Set(FlagDomain, in.Domain)
	o.Set(FlagCatalog, in.Catalog)
	o.Set(FlagUniversal, in.Universal)
	o.Set(FlagDomainLocal, in.DomainLocal)
	o.Set(FlagGroupType, in.GroupType)
	if !in.SID.IsZero() {
		o.SID = w.Pool.SID(in.SID)
		w.hold(&w.sids.holder, id, o.SID)
	}
	for _, s := range in.SIDHistory {
		sid := w.Pool.SID(s)
		w.hold(&w.sids.former, id, sid)
	}
}

// hold makes an object the holder of a SID, now or formerly. Of several holders
// one gives the SID its name, whatever the order in which they come, and all
// others are kept beside it: BUILTIN groups exist once in each domain, and a
// migration may leave one SID in two sIDHistories.
func (w *Writer) hold(t *table.Table[ObjectID], id ObjectID, sid pool.SID) {
	t.Grow(uint32(sid) + 1)
	first, other := *t.At(uint32(sid)), id
	switch {
	case first == id:
		return
	case first == 0:
		*t.Edit(uint32(sid)) = id
		return
	case w.ranksBefore(id, first):
		other = first
		*t.Edit(uint32(sid)) = id
	}
	if r := (sharedRec{sid: sid, obj: other, former: t == &w.sids.former}); !w.alike[r] {
		w.alike[r] = true
		w.shared.Add(r)
	}
}

// ranksBefore says which of two holders of a SID gives it its name. A foreign
// security principal or a tombstone only stands for the account and never takes
// its place; else it goes by the names.
func (w *Writer) ranksBefore(a, b ObjectID) bool {
	x, y := w.objects.At(uint32(a)), w.objects.At(uint32(b))
	if s, t := x.standsFor(), y.standsFor(); s != t {
		return t
	}
	v := w.Pool.Now()
	return v.DNText(x.DN) < v.DNText(y.DN)
}

func (w *Writer) recipient(o *Record, id ObjectID, in *Object) {
	if in.Recipient != NoRecipient {
		if o.Recipient == NoRecipient {
			w.recips.Add(id)
		}
		// An entry with an alias and nothing else says nothing against what
		// another entry showed.
		if o.Recipient == NoRecipient || in.Recipient != OtherRecipient || in.Type != UnknownType {
			o.Recipient = in.Recipient
			o.TypeNumber = w.typeNumber(in.Type)
		}
	}
	if in.HomeMDB != "" {
		o.Home = w.Pool.Parent(in.HomeMDB)
	}
	if in.HomeServer != "" {
		o.Server = w.serverNumber(in.HomeServer)
	}
	if !in.Master.IsZero() {
		o.Master = w.Pool.SID(in.Master)
		linked := &w.sids.linked
		if linked.Grow(uint32(o.Master) + 1); *linked.At(uint32(o.Master)) == 0 {
			*linked.Edit(uint32(o.Master)) = id
		}
	}
	if in.Server != "" {
		o.Home = w.Pool.DN(in.Server)
	}
	if !o.IsStore() && !in.Above {
		return
	}
	if !o.Is(FlagAbove) {
		w.stores.Add(id)
		o.flags |= FlagAbove
	}
}

// Number is a number for a name, the same for all its spellings; 0 for one that
// is too long (Longest).
func (w *Writer) Number(dn string) uint32 {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	return uint32(w.Pool.DN(dn))
}

// secure keeps the descriptors. One that cannot be decoded keeps its bytes and
// what was read before the error.
func (w *Writer) secure(o *Record, id ObjectID, in *Object) {
	w.secureMailbox(o, id, in)
	o.SecurityState = o.SecurityState.and(in.SecurityState)
	if in.SecurityState == Present {
		o.Security = w.Pool.Descriptor(o.Sense(), in.Security)
	}
	if in := o.Sense(); o.Security != 0 && w.Pool.Descs.At(uint32(o.Security)).Sense != in {
		// Only now do we know what the object is; its descriptor came before.
		v := w.Pool.Now()
		o.Security = w.Pool.Descriptor(in, v.Bytes(o.Security))
	}
}

// secureMailbox keeps the ACL of a mailbox. That of what is none waits: several
// entries may tell of an object, and only all of them what it is.
func (w *Writer) secureMailbox(o *Record, id ObjectID, in *Object) {
	sd, state := o.MailboxSD, in.MailboxState
	if state == Present {
		sd = w.Pool.Descriptor(pool.SenseMailbox, in.MailboxSD)
	}
	if !o.HasMailbox() {
		if sd != 0 {
			w.earlySDs[id], sd = sd, 0
			o.MailboxState, state = NotAsked, NotAsked
		}
	} else if early, ok := w.earlySDs[id]; ok {
		delete(w.earlySDs, id)
		if state != Present {
			sd, state = early, Present
		}
	}
	o.MailboxSD, o.MailboxState = sd, o.MailboxState.and(state)
}

func (w *Writer) link(o *Record, id ObjectID, in *Object) {
	if in.StoredState != NotAsked { // a store, which has no members: each domain says which of its mailboxes are in it
		o.MembersState = o.MembersState.and(in.StoredState)
		o.Set(FlagMembersPartial, in.StoredPartial)
		for _, dn := range in.Stored {
			w.stored.Add(StoredMailbox{id, w.Pool.DN(dn)})
		}
	}
	o.MembersState = o.MembersState.and(in.MembersState)
	o.DelegatesState = o.DelegatesState.and(in.DelegatesState)
	if len(in.Delegates) > 0 && o.Delegates.N > 0 {
		w.extend(w.moreDelegates, id, o.Delegates.N, func(i uint32) pool.DN { return w.delegates.At(o.Delegates.First + i).Who }, in.Delegates)
	} else if len(in.Delegates) > 0 {
		o.Delegates = span{w.delegates.Len(), uint32(len(in.Delegates))}
		for _, dn := range in.Delegates {
			w.delegates.Add(Delegate{Target: id, Who: w.Pool.DN(dn)})
		}
	}
	if len(in.Members) > 0 && o.Members.N > 0 {
		w.extend(w.moreMembers, id, o.Members.N, func(i uint32) pool.DN { return *w.members.At(o.Members.First + i) }, in.Members)
	} else if len(in.Members) > 0 {
		o.Members = span{w.members.Len(), uint32(len(in.Members))}
		for _, dn := range in.Members {
			w.members.Add(w.Pool.DN(dn))
		}
	}
}

// Missed notes that nobody holds the SID.
func (w *Writer) Missed(s acl.SID) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	w.sids.mark(w.Pool.SID(s), sidMissed)
}

// Unresolved returns the SIDs that ACEs of this state name, that nobody was
// found to hold, and that were not returned before: each is asked for once.
// SIDs that mean the same everywhere are not asked for.
func (w *Writer) Unresolved() []acl.SID {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	v := w.Pool.Now()
	seen := make([]bool, v.Descs.Len())
	for id := uint32(1); id < w.objects.Len(); id++ {
		o := w.objects.At(id)
		for _, d := range [...]pool.Desc{o.MailboxSD, o.Security} {
			if !seen[d] {
				seen[d] = true
				w.name(&v, d)
			}
		}
		if o.Master != 0 {
			w.sids.mark(o.Master, sidNamed)
		}
	}
	var out []acl.SID
	holders := [...]table.View[ObjectID]{w.sids.holder.Now(), w.sids.former.Now()}
	for id := pool.SID(1); uint32(id) < w.sids.marks.Len(); id++ {
		if *w.sids.marks.At(uint32(id)) != sidNamed || knownOf(holders[0], id) != 0 || knownOf(holders[1], id) != 0 {
			continue
		}
		w.sids.mark(id, sidAsked)
		s := v.SIDOf(id)
		if _, ok := acl.WellKnownName(s); !ok {
			out = append(out, s)
		}
	}
	return out
}

// name marks the trustees of a descriptor as named.
func (w *Writer) name(v *pool.View, d pool.Desc) {
	first, n := v.ACEsOf(d)
	for i := range n {
		if t := v.ACE(first + i).Trustee; t != 0 {
			w.sids.mark(t, sidNamed)
		}
	}
}

// byDNOf is the place of the object with a DN; 0 stands there for none.
func (w *Writer) byDNOf(dn string) *ObjectID {
	name := w.Pool.DN(dn)
	w.byDN.Grow(uint32(name) + 1)
	return w.byDN.At(uint32(name))
}
