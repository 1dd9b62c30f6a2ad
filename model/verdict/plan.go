package verdict

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/member"
)

// plans number the distinct lists that decide about recipients: a million
// mailboxes have some thousand. What a list depends on is its key.
type plans struct {
	of     []plan // by ObjectID
	opens  []openKey
	roles  []roleKey
	admins []adminKey
	sends  []sendKey

	bare []uint32         // by number in opens: the same without the mailbox's own entries
	some []model.ObjectID // by number in sends: a recipient that it is of
}

// plan are the numbers of the lists of one recipient.
type plan struct{ open, admin, send, role uint32 }

// noList stands for the lists of what is no mailbox, and of what a protected
// mailbox takes over from its store.
const noList = ^uint32(0)

func plansOf(s *model.Snapshot) *plans { return plansDerived.Of(s) }

var plansDerived = model.Derive(func(s *model.Snapshot) *plans {
	b := Of(s)
	p := &plans{of: make([]plan, s.Objects.Len())}
	opens, admins, sends, roles := map[openKey]uint32{}, map[adminKey]uint32{}, map[sendKey]uint32{}, map[roleKey]uint32{}
	counted := !coverage.Roles(s).None
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		open, admin, send := b.keysOf(s.Record(id))
		at := &p.of[id]
		at.open, at.admin, at.role = noList, noList, noList
		if s.Record(id).HasMailbox() {
			at.open, at.admin = numbered(&p.opens, opens, open), numbered(&p.admins, admins, admin)
			if most := roleMost(s.VersionOf(s.Record(id))); counted && most != member.No {
				at.role = numbered(&p.roles, roles, roleKey{b.rbac.PlaceOf(s.Record(id).DN), most, send.domain})
			}
		}
		at.send = numbered(&p.sends, sends, send)
		if int(at.send) == len(p.some) {
			p.some = append(p.some, id)
		}
	}
	p.findBare(s, opens)
	return p
}).Outlives(model.Memberships).Following((*plans).with)

// findBare fills in bare for the lists that are not in it yet.
func (p *plans) findBare(s *model.Snapshot, opens map[openKey]uint32) {
	for n := len(p.bare); n < len(p.opens); n++ {
		k := p.opens[n]
		if k.state == isRead && s.Descs.At(uint32(k.mailbox)).Control&acl.DACLProtected != 0 {
			p.bare = append(p.bare, noList)
			continue
		}
		k.mailbox, k.state = 0, isAbsent
		p.bare = append(p.bare, numbered(&p.opens, opens, k))
	}
}

// with are the plans of a snapshot with a change: those of the recipients whose own
// lists are others are looked up again. What a store hands down has its number.
func (p *plans) with(s *model.Snapshot) *plans {
	out := &plans{of: slices.Clone(p.of), opens: slices.Clip(p.opens), roles: p.roles, admins: p.admins, sends: slices.Clip(p.sends),
		bare: slices.Clip(p.bare), some: slices.Clone(p.some)}
	b, opens, sends := Of(s), map[openKey]uint32{}, map[sendKey]uint32{}
	_, change := s.Before()
	changed := map[model.ObjectID]bool{}
	for i := range change.Lists {
		id := change.Lists[i].Obj
		if s.Record(id).Recipient == model.NoRecipient {
			continue
		}
		changed[id] = true
		open, _, send := b.keysOf(s.Record(id))
		at := &out.of[id]
		if at.open != noList {
			at.open = numbered(&out.opens, opens, open)
		}
		if at.send = numbered(&out.sends, sends, send); int(at.send) == len(out.some) {
			out.some = append(out.some, id)
		}
	}
	out.findBare(s, opens)
	for i := range s.Recipients.Len() { // a list that one of them stood for is that of others still
		id := *s.Recipients.At(i)
		if n := out.of[id].send; !changed[id] && changed[out.some[n]] {
			out.some[n] = id
		}
	}
	return out
}

// numbered returns the number of a key, which it appends where it is new.
func numbered[K comparable](list *[]K, index map[K]uint32, k K) uint32 {
	n, ok := index[k]
	if !ok {
		n = uint32(len(*list))
		*list = append(*list, k)
		index[k] = n
	}
	return n
}

// keysOf looks up what the lists of a recipient depend on.
func (b *Book) keysOf(o *model.Record) (open openKey, admin adminKey, send sendKey) {
	s := b.s
	domain := b.domainOf(s.HomeServer(o))
	if o.HasMailbox() {
		open = openKey{mailbox: o.MailboxSD, release: releaseOf(s.VersionOf(o)), domain: domain}
		switch {
		case o.MailboxState == model.Present:
		case b.reads.NoMailboxSD(o):
			open.state, open.mailbox = isAbsent, 0
		default:
			open.state, open.mailbox = isUnread, 0
		}
		if store := s.At(o.Home); store != 0 && s.Record(store).IsStore() {
			open.store = store
		}
		admin = adminKey{open.store, open.release, domain}
	}
	send = sendKey{desc: o.Security, unread: o.SecurityState != model.Present, protected: o.Is(model.FlagAdminCount), domain: domain}
	if o.SID != 0 {
		send.own = s.SIDs.At(uint32(o.SID)).Domain
	}
	if !ownsItself(o) {
		send.self = o.SID
	}
	return open, admin, send
}

// listKey names a list: which of the plans it is of, by number.
type listKey struct {
	kind   uint8
	part   uint8 // of several lists for one right
	number uint32
}

const (
	openLists uint8 = iota
	adminLists
	sendLists
)

// make makes the list that a key names, of some SIDs alone.
func (b *Book) make(k listKey, c *scope) *list {
	p := plansOf(b.s)
	switch k.kind {
	case openLists:
		return b.openList(p.opens[k.number], c)
	case adminLists:
		return b.adminLists(p.admins[k.number], c)[k.part]
	}
	return b.sendList(p.some[k.number], p.sends[k.number], c)
}

// adminCount is the number of lists that adminLists makes.
func (b *Book) adminCount(k adminKey) uint8 {
	if k.store == 0 {
		return 1
	}
	server, n := b.s.At(b.s.ServerOf(b.s.Record(k.store))), 3
	if server == 0 {
		n = 2
	}
	return uint8(min(n+2*len(b.copiesOf(k.store)), 255))
}

// runner works a list out, by its key.
type runner func(listKey) *ran

// targetBy looks a recipient up.
func (b *Book) targetBy(id model.ObjectID, run runner) *target {
	p, o := plansOf(b.s), b.s.Record(id)
	at := p.of[id]
	t := &target{id: id, o: o, domain: p.sends[at.send].domain}
	if at.open != noList {
		t.release = p.opens[at.open].release
		t.open = run(listKey{openLists, 0, at.open})
		for i := range b.adminCount(p.admins[at.admin]) {
			t.admin = append(t.admin, run(listKey{adminLists, i, at.admin}))
		}
	}
	if at.role != noList {
		t.role = b.roleRun(p.roles[at.role])
	}
	t.send = run(listKey{sendLists, 0, at.send})
	t.owners, t.anyone = b.ownersOf(t)
	t.behalf = b.behalfOf(o)
	return t
}

// ownersOf finds who owns a recipient: a SID of his token is the mailbox's, or,
// where it is not linked, one that its account had before. anyone is for whoever
// is not among them: who is in a group on the way was not read.
func (b *Book) ownersOf(t *target) (out []member.Holder, anyone member.Certainty) {
	if !ownsItself(t.o) {
		return nil, member.No
	}
	sid, linked := mailboxSID(t.o)
	former := member.FormerSIDs(b.s)[t.id]
	p, isPerson := b.g.PersonOf(t.id)
	if !linked && len(former) == 0 && isPerson && (sid == 0 || b.s.SIDInfo(sid).Former == 0 && !b.s.IsShared(sid)) {
		return []member.Holder{{Person: p, Certainty: member.Sure}}, member.No // nearly every one
	}
	found := map[member.Person]member.Certainty{}
	take := func(h *member.Holding) {
		for _, h := range h.Persons {
			found[h.Person] |= h.Certainty
		}
		anyone |= h.All
	}
	if sid != 0 {
		take(b.g.HoldersOf(sid, t.domain))
	}
	if !linked {
		for _, sid := range former {
			take(b.g.HoldersOf(sid, t.domain))
		}
		if isPerson {
			found[p] = member.Sure
		}
	}
	for p := range found {
		found[p] |= anyone
	}
	return inOrder(found), anyone
}
