package model

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"sync"

	"mbxperm/acl"
)

// Numbers of interned values. 0 means none.
type (
	sidID  uint32
	guidID uint32
	dnID   uint32
	aceID  uint32
	descID uint32
)

// SIDs that every pool interns first, so that rules can name them.
const (
	selfID   sidID = 1
	systemID sidID = 2
)

// family says in which sense a descriptor is read: the bits of a mailbox ACL
// and those of a directory ACL mean different things ([MS-ADTS] 5.1.3.2 against
// msExchMailboxSecurityDescriptor), so the same bytes are two descriptors.
type family uint8

const (
	familyMailbox  family = iota // msExchMailboxSecurityDescriptor of a recipient
	familySend                   // nTSecurityDescriptor of a recipient
	familyBehalf                 // publicDelegates of a recipient
	familyStore                  // nTSecurityDescriptor of a store
	familyAdmin                  // nTSecurityDescriptor of an administration container
	familyAncestor               // nTSecurityDescriptor of anything else above a target; gives origins, no rows
	families
)

type sidRec struct {
	domain uint32 // number in domains
	rid    uint32
	whole  bool // the SID has no RID to split off; domain holds all of it
}

// aceKey is what makes an ACE distinct. Two ACEs that differ only in application data
// (the condition of a callback ACE) share a record; their descriptors keep
// their bytes.
type aceKey struct {
	trustee  sidID
	mask     acl.Mask
	obj, inh guidID
	kind     acl.ACEType
	flags    acl.ACEFlags
	hasObj   bool
	hasInh   bool
	// null marks what stands for a missing DACL: it is no ACE of the list, but
	// everyone holds every right ([MS-DTYP] 2.5.3.2), and that must not look empty.
	null bool
}

type aceRec struct {
	aceKey
	send uint8 // which of sendRights it gives on an account
}

// descRec is one distinct descriptor of one family.
type descRec struct {
	first, n     uint32 // its ACEs in Pool.lists
	owner, group sidID
	raw          uint32 // 1 + number in Pool.raws, where encoding does not give the bytes back
	control      acl.Control
	revision     uint8 // of its DACL
	family       family
	state        acl.ACLState
	broken       bool // not decodable to its end; what came before the error is there
	sums         sums
}

// Pool interns what states of a directory have in common: SIDs, GUIDs, DNs,
// ACEs, descriptors and texts. Several Writers may use one Pool at a time; it
// only grows. The zero Pool is not usable: see NewPool.
type Pool struct {
	mu sync.Mutex

	texts   texts
	domains []acl.SID
	sids    table[sidRec]
	guids   table[acl.GUID]
	dns     table[dnRec]
	aces    table[aceRec]
	lists   table[aceID]
	descs   table[descRec]
	raws    [][]byte

	domainIndex map[string]uint32
	guidIndex   map[acl.GUID]guidID
	sidIndex    index
	dnIndex     index
	aceIndex    index
	descIndex   map[[2]uint64]descID
	seeds       [2]maphash.Seed

	lately  [latelyACEs]lateACE
	parents map[string]dnID // by their spelling
}

// lateACE is an entry that was interned lately: most descriptors repeat the
// entries of others of the same container.
type lateACE struct {
	key   [2]uint64 // of its bytes
	id    aceID
	exact bool
}

const latelyACEs = 1 << 12

// NewPool returns an empty pool.
func NewPool() *Pool {
	p := &Pool{
		domainIndex: map[string]uint32{},
		guidIndex:   map[acl.GUID]guidID{},
		descIndex:   map[[2]uint64]descID{},
		seeds:       [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		parents:     map[string]dnID{},
	}
	p.sids.add(sidRec{})
	p.guids.add(acl.GUID{})
	p.dns.add(dnRec{})
	p.aces.add(aceRec{})
	p.descs.add(descRec{})
	p.sid(acl.SIDSelf)   // selfID
	p.sid(acl.SIDSystem) // systemID
	return p
}

// poolView is the pool as of one publication.
type poolView struct {
	texts   textView
	domains []acl.SID
	sids    view[sidRec]
	guids   view[acl.GUID]
	dns     view[dnRec]
	aces    view[aceRec]
	lists   view[aceID]
	descs   view[descRec]
	raws    [][]byte
}

func (p *Pool) publish() poolView {
	return poolView{
		texts: p.texts.publish(), sids: p.sids.publish(), guids: p.guids.publish(), dns: p.dns.publish(),
		aces: p.aces.publish(), lists: p.lists.publish(), descs: p.descs.publish(),
		domains: p.domains[:len(p.domains):len(p.domains)], raws: p.raws[:len(p.raws):len(p.raws)],
	}
}

// now is the pool for a look that is over before the next change.
func (p *Pool) now() poolView {
	return poolView{
		texts: textView{blocks: p.texts.blocks}, sids: p.sids.now(), guids: p.guids.now(), dns: p.dns.now(),
		aces: p.aces.now(), lists: p.lists.now(), descs: p.descs.now(), domains: p.domains, raws: p.raws,
	}
}

func (p *Pool) sid(s acl.SID) sidID { return p.sidBytes([]byte(s.Raw())) }

// sidBytes interns a SID given in binary form ([MS-DTYP] 2.4.2.2) without
// making a value of it: every ACE of every new descriptor passes here. Bytes
// that are no SID give 0.
func (p *Pool) sidBytes(b []byte) sidID {
	n, err := acl.SIDLen(b)
	if err != nil || n != len(b) {
		return 0
	}
	var r sidRec
	var domain [8 + 4*15]byte
	copy(domain[:], b)
	if subs := b[1]; subs > 0 {
		n -= 4
		r.rid = binary.LittleEndian.Uint32(b[n:])
		domain[1] = subs - 1
	} else {
		r.whole = true
	}
	d, ok := p.domainIndex[string(domain[:n])]
	if !ok {
		s, err := acl.SIDFromBytes(domain[:n])
		if err != nil {
			return 0
		}
		d = uint32(len(p.domains))
		p.domains = append(p.domains, s)
		p.domainIndex[string(domain[:n])] = d
	}
	r.domain = d
	hash := r.hash()
	if id := p.sidIndex.find(hash, func(id uint32) bool { return *p.sids.at(id) == r }); id != 0 {
		return sidID(id)
	}
	id := p.sids.add(r)
	p.sidIndex.insert(hash, id)
	return sidID(id)
}

func (r sidRec) hash() uint64 {
	h := mix(uint64(r.domain)<<32|uint64(r.rid), 1)
	if r.whole {
		h = ^h
	}
	return h
}

func (p *Pool) guid(g acl.GUID) guidID {
	if g.IsZero() {
		return 0
	}
	id, ok := p.guidIndex[g]
	if !ok {
		id = guidID(p.guids.add(g))
		p.guidIndex[g] = id
	}
	return id
}

// ace interns an entry, and reports whether that is all there is in it.
func (p *Pool) ace(a *acl.ACE) (id aceID, exact bool) {
	key := p.hash(a.Raw)
	late := &p.lately[key[0]%latelyACEs]
	if late.key != key || late.id == 0 {
		r := aceKey{
			trustee: p.sidBytes(a.SID), mask: a.Mask, kind: a.Type, flags: a.Flags, hasObj: a.HasObjectType, hasInh: a.HasInheritedObjectType,
			obj: p.guid(a.ObjectType), inh: p.guid(a.InheritedObjectType),
		}
		*late = lateACE{key: key, id: p.aceOf(r, func() uint8 { return sendBits(*a) }), exact: a.Exact()}
	}
	return late.id, late.exact
}

// hash tells bytes apart by two independently keyed 64-bit hashes (hash/maphash,
// keyed anew in each process, so nobody can prepare a collision).
func (p *Pool) hash(b []byte) [2]uint64 {
	return [2]uint64{maphash.Bytes(p.seeds[0], b), maphash.Bytes(p.seeds[1], b)}
}

// nullDACL is the record of a descriptor without a DACL. Its rights count as
// named, so that nothing hides it as implied.
func (p *Pool) nullDACL(f family) aceID {
	r := aceKey{trustee: p.sid(acl.SIDEveryone), mask: acl.FullControl, kind: acl.TypeAllow, null: true}
	if f == familyMailbox {
		r.mask = acl.MailboxFullAccess
	}
	return p.aceOf(r, func() uint8 { return sendNamed })
}

// aceOf interns an ACE; send is asked only for a new one.
func (p *Pool) aceOf(r aceKey, send func() uint8) aceID {
	hash := r.hash()
	if id := p.aceIndex.find(hash, func(id uint32) bool { return p.aces.at(id).aceKey == r }); id != 0 {
		return aceID(id)
	}
	id := p.aces.add(aceRec{aceKey: r, send: send()})
	p.aceIndex.insert(hash, id)
	return aceID(id)
}

func (r aceKey) hash() uint64 {
	h := mix(uint64(r.trustee)<<32|uint64(r.mask), uint64(r.kind)<<8|uint64(r.flags))
	return mix(h, uint64(r.obj)<<32|uint64(r.inh))
}

// desc interns a descriptor. Bytes that were seen before are recognised by their
// hash and not decoded again. They are kept only where encoding does not give
// them back.
func (p *Pool) desc(f family, raw []byte) descID {
	key := p.hash(raw)
	key[0] += uint64(f)
	if id, ok := p.descIndex[key]; ok {
		return id
	}
	d, err := acl.Parse(raw)
	r := descRec{first: p.lists.len(), family: f, control: d.Control(), state: d.DACLState(), revision: d.DACLRevision(), broken: err != nil}
	r.owner, r.group = p.sidBytes(d.Owner()), p.sidBytes(d.Group())
	exact := d.Exact()
	for a := range d.DACL() {
		id, whole := p.ace(&a)
		p.lists.add(id)
		exact = exact && whole
		r.n++
	}
	if err == nil && d.DACLState() != acl.ACLPresent {
		p.lists.add(p.nullDACL(f))
		r.n++
	}
	r.sums = p.sum(r)
	if !exact {
		p.raws = append(p.raws, bytes.Clone(raw))
		r.raw = uint32(len(p.raws))
	}
	id := descID(p.descs.add(r))
	p.descIndex[key] = id
	return id
}

// sidOf puts a SID together again.
func (v *poolView) sidOf(id sidID) acl.SID {
	if id == 0 {
		return acl.SID{}
	}
	r := v.sids.at(uint32(id))
	if r.whole {
		return v.domains[r.domain]
	}
	return v.domains[r.domain].WithRID(r.rid)
}

func (v *poolView) acesOf(id descID) (first, n uint32) {
	d := v.descs.at(uint32(id))
	return d.first, d.n
}

func (v *poolView) ace(list uint32) *aceRec { return v.aces.at(uint32(*v.lists.at(list))) }

// descriptor returns the bytes of a descriptor, encoded again where they were not kept.
func (v *poolView) descriptor(id descID) []byte {
	r := v.descs.at(uint32(id))
	if r.raw != 0 {
		return v.raws[r.raw-1]
	}
	p := acl.Parts{
		Control: r.control, Owner: v.sidOf(r.owner), Group: v.sidOf(r.group), DACLState: r.state,
		DACL: make([]acl.ACE, 0, r.n), DACLRevision: r.revision,
	}
	for i := range r.n {
		a := v.ace(r.first + i)
		if a.null {
			continue
		}
		p.DACL = append(p.DACL, acl.ACE{
			Type: a.kind, Flags: a.flags, Mask: a.mask,
			ObjectType: *v.guids.at(uint32(a.obj)), InheritedObjectType: *v.guids.at(uint32(a.inh)),
			HasObjectType: a.hasObj, HasInheritedObjectType: a.hasInh, SID: v.sidOf(a.trustee).Bytes(),
		})
	}
	b, err := acl.Encode(p)
	if err != nil { // cannot be: desc keeps the bytes of whatever does not encode
		return nil
	}
	return b
}
