package whatif

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// An entry that is added to what others lie below flows down as the directory hands
// it down ([MS-ADTS] 7.1.3, [MS-DTYP] 2.5.3.4.1): each object gets a copy by its class,
// until a list is protected. What is added to AdminSDHolder SDProp copies to the accounts
// that it protects ([MS-ADTS] 3.1.1.6.1).

const stillBroken = "%d objects whose list does not decode to its end are left as they are"

// handingDown is an entry on its way down.
type handingDown struct {
	b      *builder
	s      *model.Snapshot
	at     listKey
	entry  acl.ACE
	place  int             // of the entry in the list that it is added to
	way    map[pool.DN]way // from an object to what the entry is added to
	places map[copyKey]int // where a copy stands
	got    int             // objects that get it
	unread int             // objects of which that cannot be told
	bad    int             // objects whose list does not decode
}

// way says whether what lies below an object inherits through it.
type way uint8

const (
	opened way = 1 + iota
	closed
	notRead
)

// handDown adds to the lists below what they get of an entry.
func (b *builder) handDown(w Wish, k listKey, a acl.ACE) error {
	s := b.s
	stamps := slices.Contains(s.Forest.AdminSDHolders, k.obj)
	if grant.StandsOnRecipient(s.Record(k.obj)) || a.Flags&acl.ContainerInherit == 0 && !stamps {
		return nil
	}
	if a.HasInheritedObjectType && grant.GUIDName(s, a.InheritedObjectType, 0) == "inetOrgPerson" {
		return w.errorf("which accounts are of the class inetOrgPerson is not kept: who would inherit it cannot be told")
	}
	d, err := acl.Parse(s.Bytes(s.Record(k.obj).Security))
	if err != nil {
		return w.errorf("the list of %s does not decode to its end: %v", s.ObjectName(s.Record(k.obj)), err)
	}
	h := &handingDown{b: b, s: s, at: k, entry: a, place: model.PlaceFor(d.Parts().DACL, &a), way: map[pool.DN]way{s.Record(k.obj).DN: opened}, places: map[copyKey]int{}}
	if stamps {
		h.stamp()
	} else {
		h.down()
	}
	h.say(stamps)
	return nil
}

// say notes how far it got.
func (h *handingDown) say(stamps bool) {
	note := func(n int, text string) {
		if n > 0 {
			h.b.notes = append(h.b.notes, model.Said(fmt.Sprintf(text, n)))
		}
	}
	if stamps {
		note(h.got, "SDProp copies what is added to AdminSDHolder to the %d accounts that it protects, by their adminCount, within the hour")
	} else {
		note(h.got, "%d objects below inherit the entry")
	}
	note(h.unread, "whether %d objects below inherit the entry cannot be told: their list, or one on the way, was not read")
	note(h.bad, stillBroken)
}

// stamp adds the entry to the protected accounts of the domain.
func (h *handingDown) stamp() {
	s := h.s
	domain := s.DNs.At(uint32(s.DNs.At(uint32(s.Record(h.at.obj).DN)).Parent)).Parent
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if id == h.at.obj || !o.Is(model.FlagAdminCount) || !s.Under(o.DN, domain) || !h.mayChange(o) {
			continue
		}
		h.got++
		l := h.b.list(listKey{id, false})
		l.In = append(l.In, h.entry)
	}
}

// mayChange reports whether the list of an object was read and is one of entries.
func (h *handingDown) mayChange(o *model.Record) bool {
	switch d := h.s.Descs.At(uint32(o.Security)); {
	case o.Security == 0:
		h.unread++
	case d.Broken:
		h.bad++
	default:
		return d.State == acl.ACLPresent // else everybody has every right there already
	}
	return false
}

// down adds the copies below.
func (h *handingDown) down() {
	s, top := h.s, h.s.Record(h.at.obj).DN
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if id == h.at.obj || o.Is(model.FlagDeleted) || !s.Under(o.DN, top) || grant.OnSecurity(o) == nil {
			continue
		}
		parent := s.DNs.At(uint32(o.DN)).Parent
		if h.isHead(o) {
			continue
		}
		copies := h.copies(o, parent == top)
		if len(copies) == 0 {
			continue
		}
		switch h.through(parent) {
		case closed:
			continue
		case notRead:
			h.unread++
			continue
		}
		if o.Security != 0 && s.Descs.At(uint32(o.Security)).Control&acl.DACLProtected != 0 || !h.mayChange(o) {
			continue
		}
		h.got++
		l, at := h.b.list(listKey{id, false}), h.placeIn(o)
		for _, c := range copies {
			l.Down = append(l.Down, model.Handed{ACE: c, At: uint32(at)})
		}
	}
}

// isHead reports whether an object is the head of a partition, which inherits nothing:
// a domain, or the configuration partition below the name of the root domain.
func (h *handingDown) isHead(o *model.Record) bool {
	return o.Class == model.ClassDomain || h.isConfiguration(o.DN)
}

func (h *handingDown) isConfiguration(dn pool.DN) bool {
	parent := h.s.At(h.s.DNs.At(uint32(dn)).Parent)
	return parent != 0 && h.s.Record(parent).Class == model.ClassDomain && h.s.CN(dn) == "Configuration"
}

// through says whether what the entry is added to hands down through an object.
func (h *handingDown) through(dn pool.DN) way {
	if known := h.way[dn]; known != 0 {
		return known
	}
	out := notRead
	id := h.s.At(dn)
	switch {
	case h.isConfiguration(dn), id != 0 && h.isHead(h.s.Record(id)):
		out = closed
	case id != 0 && h.s.Record(id).Security != 0 && h.s.Descs.At(uint32(h.s.Record(id).Security)).Control&acl.DACLProtected != 0:
		out = closed
	default:
		if out = h.through(h.s.DNs.At(uint32(dn)).Parent); out == opened && (id == 0 || h.s.Record(id).Security == 0) {
			out = notRead
		}
	}
	h.way[dn] = out
	return out
}

// copies are what an object gets of the entry: one that counts there, and one that
// waits for what lies below it where the object is of another class, or where CREATOR
// OWNER or CREATOR GROUP became somebody.
func (h *handingDown) copies(o *model.Record, child bool) (out []acl.ACE) {
	const passed = acl.ObjectInherit | acl.ContainerInherit
	c := h.entry
	goesOn := c.Flags&acl.NoPropagate == 0
	if !goesOn && !child {
		return nil
	}
	c.Flags = c.Flags&passed | acl.Inherited
	if !goesOn {
		c.Flags &^= passed
	}
	if c.HasInheritedObjectType && !isOf(h.s, o, c.InheritedObjectType) {
		if !goesOn {
			return nil
		}
		c.Flags |= acl.InheritOnly
		return []acl.ACE{c}
	}
	owner, who := pool.SID(0), c.Trustee()
	switch d := h.s.Descs.At(uint32(o.Security)); who {
	case acl.SIDCreatorOwner:
		owner = d.Owner
	case acl.SIDCreatorGroup:
		owner = d.Group
	default:
		c.Mask = c.Mask.MapGenericAD()
		return []acl.ACE{c}
	}
	waits := c
	waits.Flags |= acl.InheritOnly
	if owner != 0 {
		c.Mask, c.SID, c.Flags = c.Mask.MapGenericAD(), h.s.SIDOf(owner).Bytes(), c.Flags&^passed
		out = append(out, c)
	}
	if goesOn {
		out = append(out, waits)
	}
	return out
}

// classes are the names of those that an object of a kind may have.
var classes = map[model.Class][]string{
	model.ClassUser: {"user"}, model.ClassComputer: {"computer"}, model.ClassGroup: {"group"}, model.ClassContact: {"contact"},
	model.ClassService: {"msDS-ManagedServiceAccount", "msDS-GroupManagedServiceAccount"}, model.ClassForeign: {"foreignSecurityPrincipal"},
	model.ClassStore: {"msExchPrivateMDB"}, model.ClassPublic: {"msExchPublicMDB"}, model.ClassServer: {"msExchExchangeServer"},
	model.ClassDynamic: {"msExchDynamicDistributionList"}, model.ClassFolder: {"publicFolder"},
}

// isOf reports whether an object is of the class that a schemaIDGUID names: of no class
// above its own ([MS-ADTS] 7.1.3). What it inherits says so where an entry for that class
// is among it: an inetOrgPerson is no user. That of a container is not kept else, and
// decides nothing.
func isOf(s *model.Snapshot, o *model.Record, class acl.GUID) bool {
	first, n := s.ACEsOf(o.Security)
	for i := range n {
		if a := s.ACE(first + i); a.Flags&acl.Inherited != 0 && a.HasInheritedType && *s.GUIDs.At(uint32(a.InheritedType)) == class {
			return a.Flags&acl.InheritOnly == 0
		}
	}
	return slices.Contains(classes[o.Class], grant.GUIDName(s, class, 0))
}

// placeIn is where a copy stands in the list of an object: of what is inherited, that
// of the nearest comes first, and what comes from one object in the order that it has
// there.
func (h *handingDown) placeIn(o *model.Record) int {
	s := h.s
	key := copyKey{s.DNs.At(uint32(o.DN)).Parent, o.Security, false}
	if at, known := h.places[key]; known {
		return at
	}
	first, n := s.ACEsOf(o.Security)
	at := int(n)
	for i := range n {
		a := s.ACE(first + i)
		if a.Flags&acl.Inherited != 0 && h.isBehind(grant.Source(s, o.DN, a)) {
			at = int(i)
			break
		}
	}
	h.places[key] = at
	return at
}

// isBehind reports whether what comes from a source stands behind the entry.
func (h *handingDown) isBehind(src grant.SourceAt) bool {
	s := h.s
	top := s.Record(h.at.obj)
	switch {
	case src.Obj == 0:
		return true
	case src.Obj != h.at.obj:
		return s.Under(top.DN, s.Record(src.Obj).DN)
	}
	first, n := s.ACEsOf(top.Security)
	for i := range n {
		if *s.Lists.At(first + i) == src.ACE {
			return int(i) >= h.place
		}
	}
	return true
}
