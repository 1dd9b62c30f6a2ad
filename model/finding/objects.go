package finding

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// descNote is what is known of a distinct descriptor, of which there are far fewer than
// objects.
type descNote uint8

const (
	descKnown    descNote = 1 << iota
	descRows              // some row of it is of interest
	descSteps             // somebody could give himself something
	descUnsorted          // its list is not in canonical order
)

// entryRun is what looking through the entries needs.
type entryRun struct {
	keepers map[pool.SID]bool
	denied  map[pool.SID]bool
	below   []uint32 // by DN: mailboxes, see mailboxesBelow
	stored  map[model.ObjectID][]model.ObjectID
	wide    []wide // findings whose reach is worked out in the end
	ofWide  map[int]int
	numbers map[pool.ACEKey]uint32
	servers map[string]bool // names of Exchange servers, lower case
	shelter int             // protected accounts with a mailbox; -1 while not counted
}

// objects looks through all objects: stores, servers and containers first, of which
// there are few and on which the most depends, then recipients.
func (r *run) objects() {
	r.entry.ofWide, r.entry.shelter = map[int]int{}, -1
	r.step.keepers, r.step.members, r.step.counted = map[pool.SID]int{}, map[pool.SID]int{}, map[mergeKey]bool{}
	r.step.wanted = slices.ContainsFunc(stepRules, r.wants)
	s := r.s
	lists := grant.Lists(s, grant.All())
	for _, list := range lists {
		r.steps.All += int(list.Len())
	}
	for i := len(lists) - 1; i >= 0; i-- { // recipients are the first list
		for n := range lists[i].Len() {
			if n&1023 == 1023 && r.tick(1024) {
				return
			}
			id := *lists[i].At(n)
			if r.asksTarget(id) {
				r.object(id)
			}
		}
	}
	r.reach()
	r.defaultHolders()
	r.ways()
}

// object looks through one.
func (r *run) object(id model.ObjectID) {
	o := r.s.Record(id)
	box, own := r.noteOf(o.MailboxSD), r.noteOf(o.Security)
	if (box|own)&descRows != 0 || o.Delegates.N > 0 || o.Recipient == model.SystemMailbox || o.Target() != model.TargetMailbox {
		grant.Each(r.s, id, grant.All(), func(ref grant.Ref, a *pool.ACERecord) bool {
			r.row(o, ref, a)
			return true
		})
	}
	if r.step.wanted && own&descSteps != 0 {
		r.stepsOn(id, o)
	}
	r.account(id, o)
	r.passed(id, o)
	if (box|own)&descUnsorted != 0 && r.wants(nonCanonical) {
		r.unsorted(o, box, own)
	}
}

// noteOf looks at a descriptor once.
func (r *run) noteOf(d pool.Desc) descNote {
	if d == 0 {
		return 0
	}
	if n := r.descs[d]; n != 0 {
		return n
	}
	n := descKnown
	mailbox := r.s.Descs.At(uint32(d)).Sense == pool.SenseMailbox
	var inherits, allowed bool
	for a := range r.aces(d) {
		is := r.traitsOf(model.TrusteeOfSID(a.Trustee))
		explicit := a.Flags&acl.Inherited == 0
		if is&isIgnored == 0 && (is&isSuspect != 0 || a.Null || mailbox && explicit && a.Type.Denies()) {
			n |= descRows
		}
		switch { // acl.Descriptor.Canonical, without decoding
		case !explicit:
			inherits = true
		case inherits, allowed && a.Type.Denies():
			n |= descUnsorted
		case a.Type.Allows():
			allowed = true
		}
	}
	if !mailbox && r.step.wanted && (r.hasSteps(d) || r.s.Descs.At(uint32(d)).Sense == pool.SenseGroup) {
		n |= descSteps
	}
	r.descs[d] = n
	return n
}

// unsorted says of an object whose lists are not in order.
func (r *run) unsorted(o *model.Record, box, own descNote) {
	if r.q.Trustee != nil { // it is about no trustee
		return
	}
	for _, l := range []struct {
		name string
		note descNote
		d    pool.Desc
		in   model.Stamped
	}{{"mailbox rights: ", box, o.MailboxSD, model.StampedMailboxSD}, {"", own, o.Security, model.StampedSecurity}} {
		if l.note&descUnsorted == 0 {
			continue
		}
		d, err := acl.Parse(r.s.Bytes(l.d))
		text := sddl.Format(d.Parts())
		if err != nil {
			text = "the list does not decode to its end"
		}
		r.add(found{rule: nonCanonical, severity: Low, target: o.DN, count: 1, rows: 1, places: []grant.Place{{Obj: r.s.At(o.DN), Attribute: l.in}},
			detail: model.Phrase{{Is: model.PartWord, Text: l.name}, {Is: model.PartAny, Text: text}}})
	}
}

// storesOf are the mailboxes of each store.
func (r *run) mailboxesOf(store model.ObjectID) []model.ObjectID {
	if r.entry.stored == nil {
		r.entry.stored = map[model.ObjectID][]model.ObjectID{}
		for i := range r.s.Recipients.Len() {
			id := *r.s.Recipients.At(i)
			if o := r.s.Record(id); o.HasMailbox() {
				if in := r.s.At(o.Home); in != 0 {
					r.entry.stored[in] = append(r.entry.stored[in], id)
				}
			}
		}
	}
	return r.entry.stored[store]
}

// mailboxesBelow counts the mailboxes below a container, or in the stores below it or
// on the server that it is. A mailbox that takes nothing over from above is below
// nothing.
func (r *run) mailboxesBelow(dn pool.DN) int {
	if r.entry.below == nil {
		r.entry.below = make([]uint32, r.s.DNs.Len())
		for i := range r.s.Recipients.Len() {
			o := r.s.Record(*r.s.Recipients.At(i))
			if o.HasMailbox() && r.s.Descs.At(uint32(o.Security)).Control&acl.DACLProtected == 0 {
				r.countAbove(o.DN, 1, true)
			}
		}
		for i := range r.s.Stores.Len() {
			id := *r.s.Stores.At(i)
			o := r.s.Record(id)
			if !o.IsStore() {
				continue
			}
			n := uint32(len(r.mailboxesOf(id)))
			r.entry.below[o.DN] += n
			r.countAbove(o.DN, n, false)
			if server := r.s.ServerOf(o); server != 0 && !r.s.Under(o.DN, server) {
				r.entry.below[server] += n
			}
		}
	}
	return int(r.entry.below[dn])
}

// countAbove counts for the objects above one, up to the head of its domain, where
// inheritance ends; what is in the configuration is below none.
func (r *run) countAbove(dn pool.DN, n uint32, head bool) {
	for dn = r.s.DNs.At(uint32(dn)).Parent; dn != 0; dn = r.s.DNs.At(uint32(dn)).Parent {
		id := r.s.At(dn)
		ends := id != 0 && r.s.Record(id).Class == model.ClassDomain
		if !ends || head {
			r.entry.below[dn] += n
		}
		if ends {
			return
		}
	}
}

// protected counts the mailboxes of protected accounts, which AdminSDHolder stamps.
func (r *run) protected() int {
	if r.entry.shelter < 0 {
		r.entry.shelter = 0
		for i := range r.s.Recipients.Len() {
			if o := r.s.Record(*r.s.Recipients.At(i)); o.HasMailbox() && o.Is(model.FlagAdminCount) {
				r.entry.shelter++
			}
		}
	}
	return r.entry.shelter
}
