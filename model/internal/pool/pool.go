package pool

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"sync"

	"mbxperm/acl"
	"mbxperm/model/internal/table"
)

// Numbers of interned values. 0 means none.
type (
	SID  uint32
	GUID uint32
	DN   uint32
	ACE  uint32
	Desc uint32
)

// SIDs that every pool interns first, so that rules can name them.
const (
	Self               SID = 1
	System             SID = 2
	AuthenticatedUsers SID = 3
)

// SIDRecord is one distinct SID: 12 bytes, and its domain once for all of them.
type SIDRecord struct {
	Domain uint32 // number in domains
	Rid    uint32
	Whole  bool // the SID has no RID to split off; domain holds all of it
}

// ACEKey is what makes an ACE distinct. Two ACEs that differ only in
// application data (the condition of a callback ACE) share a record; their
// descriptors keep their bytes.
type ACEKey struct {
	Trustee                   SID
	Mask                      acl.Mask
	ObjectType, InheritedType GUID
	Type                      acl.ACEType
	Flags                     acl.ACEFlags
	HasObjectType             bool
	HasInheritedType          bool
	// null marks what stands for a missing DACL: it is no ACE of the list, but
	// everyone holds every right ([MS-DTYP] 2.5.3.2), and that must not look
	// empty.
	Null bool
}

// ACERecord is one distinct ACE: 28 bytes.
type ACERecord struct {
	ACEKey
	Send uint16 // which of SendRights and GroupRights it gives on an account or group
}

// DescRecord is one distinct descriptor in one sense: 32 bytes, and 4 in
// Pool.lists for each of its ACEs.
type DescRecord struct {
	First, N     uint32 // its ACEs in Pool.lists
	Owner, Group SID
	Raw          uint32 // 1 + number in Pool.raws, where encoding does not give the bytes back
	Control      acl.Control
	revision     uint8 // of its DACL
	Sense        Sense
	State        acl.ACLState
	Broken       bool   // not decodable to its end; what came before the error is there
	Repeats      bool   // an entry stands in it more than once
	rows         uint32 // number of its Sums, see View.RowsOf: most have those of another
}

// Pool interns what states of a directory have in common: SIDs, GUIDs, DNs,
// ACEs, descriptors and texts. Several Writers may use one Pool at a time; it
// only grows. The zero Pool is not usable: see NewPool.
type Pool struct {
	Mu sync.Mutex

	Texts   table.Arena
	domains []acl.SID
	sids    table.Table[SIDRecord]
	guids   table.Table[acl.GUID]
	dns     table.Table[DNRecord]
	aces    table.Table[ACERecord]
	lists   table.Table[ACE]
	Descs   table.Table[DescRecord]
	raws    [][]byte

	domainIndex map[string]uint32
	guidIndex   map[acl.GUID]GUID
	found       indexes
	resting     bool                   // found is empty, and made again by the first who interns
	descKeys    table.Table[[2]uint64] // by Desc: the hash of its sense and bytes
	counts      table.Table[Sums]
	countIndex  map[Sums]uint32
	seen        []ACE // of the list whose rows are being counted
	seeds       [2]maphash.Seed

	lately  [latelyACEs]lateACE
	Parents map[string]DN // by their spelling
}

// lateACE is an entry that was interned lately: most descriptors repeat the
// entries of others of the same container.
type lateACE struct {
	key   [2]uint64 // of its bytes
	id    ACE
	exact bool
}

const latelyACEs = 1 << 12

// NewPool returns an empty pool.
func NewPool() *Pool {
	p := &Pool{
		domainIndex: map[string]uint32{},
		guidIndex:   map[acl.GUID]GUID{},
		countIndex:  map[Sums]uint32{},
		seeds:       [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		Parents:     map[string]DN{},
	}
	p.sids.Add(SIDRecord{})
	p.guids.Add(acl.GUID{})
	p.dns.Add(DNRecord{})
	p.aces.Add(ACERecord{})
	p.Descs.Add(DescRecord{rows: p.sums(Sums{})})
	p.descKeys.Add([2]uint64{})
	p.SID(acl.SIDSelf)               // Self
	p.SID(acl.SIDSystem)             // System
	p.SID(acl.SIDAuthenticatedUsers) // AuthenticatedUsers
	return p
}

// View is the pool as of one publication.
type View struct {
	Texts      table.ArenaView
	SIDDomains []acl.SID
	SIDs       table.View[SIDRecord]
	GUIDs      table.View[acl.GUID]
	DNs        table.View[DNRecord]
	ACEs       table.View[ACERecord]
	Lists      table.View[ACE]
	Descs      table.View[DescRecord]
	counts     table.View[Sums]
	Raws       [][]byte
}

// Publish returns the pool as it is now, for any number of goroutines. Its lock is
// held.
func (p *Pool) Publish() View {
	return View{
		Texts: p.Texts.Publish(), SIDs: p.sids.Publish(), GUIDs: p.guids.Publish(), DNs: p.dns.Publish(),
		ACEs: p.aces.Publish(), Lists: p.lists.Publish(), Descs: p.Descs.Publish(), counts: p.counts.Publish(),
		SIDDomains: p.domains[:len(p.domains):len(p.domains)], Raws: p.raws[:len(p.raws):len(p.raws)],
	}
}

// Now is the pool for a look that is over before the next change.
func (p *Pool) Now() View {
	return View{
		Texts: table.ArenaView{Blocks: p.Texts.Blocks}, SIDs: p.sids.Now(), GUIDs: p.guids.Now(), DNs: p.dns.Now(),
		ACEs: p.aces.Now(), Lists: p.lists.Now(), Descs: p.Descs.Now(), counts: p.counts.Now(), SIDDomains: p.domains, Raws: p.raws,
	}
}

// indexes find what was interned: some 50 bytes for each mailbox.
type indexes struct{ sids, dns, aces, descs table.Index }

// Rest lets go of what only interning needs, for the time in which nothing is
// read: an eighth of all that is known. Whoever interns next waits until it is
// made again, a quarter of a second at a million mailboxes.
func (p *Pool) Rest() {
	p.Mu.Lock()
	defer p.Mu.Unlock()
	p.found, p.resting = indexes{}, true
}

// wake makes again what Rest let go of.
func (p *Pool) wake() {
	p.resting = false
	var all sync.WaitGroup
	all.Go(func() { p.found.sids.Fill(p.sids.Len(), func(id uint32) uint64 { return p.sids.At(id).hash() }) })
	all.Go(func() { p.found.aces.Fill(p.aces.Len(), func(id uint32) uint64 { return p.aces.At(id).ACEKey.hash() }) })
	all.Go(func() { p.found.descs.Fill(p.Descs.Len(), func(id uint32) uint64 { return p.descKeys.At(id)[0] }) })
	all.Go(func() { p.found.dns.Fill(p.dns.Len(), p.hashDN) })
	all.Wait()
}

// SID interns a SID; none gives 0.
func (p *Pool) SID(s acl.SID) SID { return p.sidBytes([]byte(s.Raw())) }

// sidBytes interns a SID given in binary form ([MS-DTYP] 2.4.2.2) without
// making a value of it: every ACE of every new descriptor passes here. Bytes
// that are no SID give 0.
func (p *Pool) sidBytes(b []byte) SID {
	n, err := acl.SIDLen(b)
	if err != nil || n != len(b) {
		return 0
	}
	var r SIDRecord
	var domain [8 + 4*15]byte
	copy(domain[:], b)
	if subs := b[1]; subs > 0 {
		n -= 4
		r.Rid = binary.LittleEndian.Uint32(b[n:])
		domain[1] = subs - 1
	} else {
		r.Whole = true
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
	r.Domain = d
	if p.resting {
		p.wake()
	}
	hash := r.hash()
	if id := p.found.sids.Find(hash, func(id uint32) bool { return *p.sids.At(id) == r }); id != 0 {
		return SID(id)
	}
	id := p.sids.Add(r)
	p.found.sids.Insert(hash, id)
	return SID(id)
}

func (r SIDRecord) hash() uint64 {
	h := table.Mix(uint64(r.Domain)<<32|uint64(r.Rid), 1)
	if r.Whole {
		h = ^h
	}
	return h
}

func (p *Pool) guid(g acl.GUID) GUID {
	if g.IsZero() {
		return 0
	}
	id, ok := p.guidIndex[g]
	if !ok {
		id = GUID(p.guids.Add(g))
		p.guidIndex[g] = id
	}
	return id
}

// ace interns an entry, and reports whether that is all there is in it.
func (p *Pool) ace(a *acl.ACE) (id ACE, exact bool) {
	key := p.hash(a.Raw)
	late := &p.lately[key[0]%latelyACEs]
	if late.key != key || late.id == 0 {
		r := ACEKey{
			Trustee: p.sidBytes(a.SID), Mask: a.Mask, Type: a.Type, Flags: a.Flags, HasObjectType: a.HasObjectType, HasInheritedType: a.HasInheritedObjectType,
			ObjectType: p.guid(a.ObjectType), InheritedType: p.guid(a.InheritedObjectType),
		}
		*late = lateACE{key: key, id: p.aceOf(r, func() uint16 { return sendBits(*a) }), exact: a.Exact()}
	}
	return late.id, late.exact
}

// hash tells bytes apart by two independently keyed 64-bit hashes
// (hash/maphash, keyed anew in each process, so nobody can prepare a
// collision).
func (p *Pool) hash(b []byte) [2]uint64 {
	return [2]uint64{maphash.Bytes(p.seeds[0], b), maphash.Bytes(p.seeds[1], b)}
}

// nullDACL is the record of a descriptor without a DACL. Its rights count as
// named, so that nothing hides it as implied.
func (p *Pool) nullDACL(in Sense) ACE {
	r := ACEKey{Trustee: p.SID(acl.SIDEveryone), Mask: acl.FullControl, Type: acl.TypeAllow, Null: true}
	if in == SenseMailbox {
		r.Mask = acl.MailboxFullAccess
	}
	return p.aceOf(r, func() uint16 { return sendNamed })
}

// aceOf interns an ACE; send is asked only for a new one.
func (p *Pool) aceOf(r ACEKey, send func() uint16) ACE {
	if p.resting {
		p.wake()
	}
	hash := r.hash()
	if id := p.found.aces.Find(hash, func(id uint32) bool { return p.aces.At(id).ACEKey == r }); id != 0 {
		return ACE(id)
	}
	id := p.aces.Add(ACERecord{ACEKey: r, Send: send()})
	p.found.aces.Insert(hash, id)
	return ACE(id)
}

func (r ACEKey) hash() uint64 {
	h := table.Mix(uint64(r.Trustee)<<32|uint64(r.Mask), uint64(r.Type)<<8|uint64(r.Flags))
	return table.Mix(h, uint64(r.ObjectType)<<32|uint64(r.InheritedType))
}

// Descriptor interns a descriptor. Bytes that were seen before are recognised
// by their hash and not decoded again. They are kept only where encoding does
// not give them back.
func (p *Pool) Descriptor(in Sense, raw []byte) Desc {
	key := p.hash(raw)
	key[0] += uint64(in)
	if p.resting {
		p.wake()
	}
	if id := p.found.descs.Find(key[0], func(id uint32) bool { return *p.descKeys.At(id) == key }); id != 0 {
		return Desc(id)
	}
	d, err := acl.Parse(raw)
	r := DescRecord{First: p.lists.Len(), Sense: in, Control: d.Control(), State: d.DACLState(), revision: d.DACLRevision(), Broken: err != nil}
	r.Owner, r.Group = p.sidBytes(d.Owner()), p.sidBytes(d.Group())
	exact := d.Exact()
	for a := range d.DACL() {
		id, whole := p.ace(&a)
		p.lists.Add(id)
		exact = exact && whole
		r.N++
	}
	if err == nil && d.DACLState() != acl.ACLPresent {
		p.lists.Add(p.nullDACL(in))
		r.N++
	}
	r.rows = p.sums(p.sum(&r))
	if !exact {
		p.raws = append(p.raws, bytes.Clone(raw))
		r.Raw = uint32(len(p.raws))
	}
	id := Desc(p.Descs.Add(r))
	p.descKeys.Add(key)
	p.found.descs.Insert(key[0], uint32(id))
	return id
}

// SIDOf puts a SID together again.
func (v *View) SIDOf(id SID) acl.SID {
	if id == 0 {
		return acl.SID{}
	}
	r := v.SIDs.At(uint32(id))
	if r.Whole {
		return v.SIDDomains[r.Domain]
	}
	return v.SIDDomains[r.Domain].WithRID(r.Rid)
}

// ACEsOf says where in Lists the entries of a descriptor are, in stored order.
func (v *View) ACEsOf(id Desc) (first, n uint32) {
	d := v.Descs.At(uint32(id))
	return d.First, d.N
}

// ACE returns the entry at a place of Lists. It must not be written.
func (v *View) ACE(list uint32) *ACERecord { return v.ACEs.At(uint32(*v.Lists.At(list))) }

// Bytes returns the bytes of a descriptor, encoded again where they were not
// kept.
func (v *View) Bytes(id Desc) []byte {
	r := v.Descs.At(uint32(id))
	if r.Raw != 0 {
		return v.Raws[r.Raw-1]
	}
	p := acl.Parts{
		Control: r.Control, Owner: v.SIDOf(r.Owner), Group: v.SIDOf(r.Group), DACLState: r.State,
		DACL: make([]acl.ACE, 0, r.N), DACLRevision: r.revision,
	}
	for i := range r.N {
		a := v.ACE(r.First + i)
		if a.Null {
			continue
		}
		p.DACL = append(p.DACL, acl.ACE{
			Type: a.Type, Flags: a.Flags, Mask: a.Mask,
			ObjectType: *v.GUIDs.At(uint32(a.ObjectType)), InheritedObjectType: *v.GUIDs.At(uint32(a.InheritedType)),
			HasObjectType: a.HasObjectType, HasInheritedObjectType: a.HasInheritedType, SID: v.SIDOf(a.Trustee).Bytes(),
		})
	}
	b, err := acl.Encode(p)
	if err != nil { // cannot be: desc keeps the bytes of whatever does not encode
		return nil
	}
	return b
}
