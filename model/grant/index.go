package grant

import (
	"cmp"
	"slices"
	"sort"

	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// RowKinds is a set of sorts of rows: by where they come from, by the reasons that
// hide them and by whether they deny. A toggle shows some sorts and hides the
// others, so that whether a party has a row under it is one operation on two sets.
type RowKinds uint64

// slotBits are the sorts of one counted sense: its slots of pool.RowCounts, each
// allowing and denying. Those of other recipients share theirs, and have one more.
const slotBits = 16

// The sorts of values of links, and of rows that no toggle counts.
const (
	mailboxBehalfRows RowKinds = 1 << (3*slotBits + 1 + iota)
	recipientBehalfRows
	managerRows
	deliveryRows
	deliveryDenyRows
	wholeFirst // the first of those of entries as a whole

	LinkRows           = mailboxBehalfRows | recipientBehalfRows | managerRows | deliveryRows | deliveryDenyRows
	ApartRows RowKinds = 1 << 63 // of kinds that are apart; no toggle shows them
)

// OtherRows are the sorts of rows on other recipients than mailboxes.
const OtherRows = (1<<(slotBits+1)-1)<<(2*slotBits) | recipientBehalfRows | managerRows | deliveryRows | deliveryDenyRows

// shiftOf is where the sorts of a counted sense begin.
func shiftOf(in pool.Sense) int { return min(int(in), int(pool.SenseOther)) * slotBits }

// slotRows is the sort of the rows that are counted in a slot.
func slotRows(in pool.Sense, slot, deny int) RowKinds { return 1 << (shiftOf(in) + slot*2 + deny) }

// RecipientRows are all sorts of rows of one kind that stands on recipients.
func (k *Kind) RecipientRows() RowKinds {
	switch {
	case k.IsLink():
		return k.linkRows[0] | k.linkRows[1]
	case k.sense == pool.SenseOther:
		return OtherRows &^ LinkRows
	}
	return (1<<slotBits - 1) << shiftOf(k.sense)
}

const recipientRows = wholeFirst - 1

// wholeRows is the sort of a row that is an entry as a whole.
func wholeRows(why hiding.Reasons, deny bool) RowKinds {
	n := 0
	if why&hiding.Inherited != 0 {
		n += 4
	}
	if why&hiding.Default != 0 {
		n += 2
	}
	if deny {
		n++
	}
	return wholeFirst << n
}

// ShownKinds are the sorts of rows that are shown where these reasons are switched on.
func ShownKinds(show hiding.Reasons) (out RowKinds) {
	deny := [2]hiding.Reasons{hiding.NotDeny, 0}
	for d, more := range deny {
		for in := range pool.Counted {
			for slot := range pool.Slots(in) {
				if (pool.SlotReasons(in, slot)|more)&^show == 0 {
					out |= slotRows(in, slot, d)
				}
			}
		}
		for _, why := range [...]hiding.Reasons{0, hiding.Inherited, hiding.Default, hiding.Inherited | hiding.Default} {
			if (why|more)&^show == 0 {
				out |= wholeRows(why, d == 1)
			}
		}
	}
	for _, k := range Kinds {
		if hiding.NotDeny&^show == 0 {
			out |= k.linkRows[0]
		}
		out |= k.linkRows[1]
	}
	return out
}

// countedRows returns the sorts of rows that a sum counts.
func countedRows(t *pool.RowCounts, in pool.Sense) (out RowKinds) {
	for slot := range t {
		for d, n := range t[slot] {
			if n != 0 {
				out |= slotRows(in, slot, d)
			}
		}
	}
	return out
}

// link is one value of a link, by whom it names.
type link struct {
	Who  model.TrusteeID
	N    uint32 // number of the value, in the snapshot's Delegates or Links
	kind uint8
}

// Kind returns the kind of the row that the value gives.
func (l link) Kind() *Kind { return Kinds[l.kind] }

// Ref returns the row that the value gives.
func (l link) Ref(s *model.Snapshot) Ref {
	k := l.Kind()
	if k.list == inDelegates {
		d := s.Delegates.At(l.N)
		return k.Ref(d.Target, l.N-s.Record(d.Target).Delegates.First, pool.RightOnBehalf)
	}
	v := s.Links.At(l.N)
	return k.Ref(v.Target, uint32(slices.Index(k.linksOn(s, v.Target), l.N)), rightOf(v.Attribute))
}

// Target returns the object that the value stands on.
func (l link) Target(s *model.Snapshot) model.ObjectID {
	if l.Kind().list == inDelegates {
		return s.Delegates.At(l.N).Target
	}
	return s.Links.At(l.N).Target
}

// Denies reports whether the row that the value gives denies.
func (l link) Denies(s *model.Snapshot) bool {
	return l.Kind().list == inLinks && s.Links.At(l.N).Attribute >= model.Reject
}

// RowTotals are rows on recipients by sense, counted as in pool.RowCounts.
type RowTotals [pool.Counted]SenseTotals

// SenseTotals are those of one sense.
type SenseTotals [len(pool.RowCounts{})][2]int

// Relations say who is named where: worked out once for a snapshot, by the
// first who asks, and the same under all toggles.
type Relations struct {
	Uses  uses        // how often each ACE stands on recipients' lists
	Again repeats     // of these, how often it stands there again
	ACEs  table.Lists // by SID: the ACEs that give rows on recipients for it
	Links []link      // in order of who
	Kinds kindsBySID  // of the rows that name it
	Descs []uint32    // by Desc: the sorts of its rows, from the first of its sense on
	Rows  RowTotals
	// Entries are the same with one row for each entry, of equal ones of a list for all.
	Entries RowTotals
	// Values counts the values of links by the number of their kind, allowing and denying.
	Values [len(Kinds)][2]int
}

// RelationsOf returns the relations of a snapshot. What they say must not be
// changed.
func RelationsOf(s *model.Snapshot) *Relations { return relations.Of(s) }

var relations = model.Derive(func(s *model.Snapshot) *Relations {
	r := &Relations{}
	countUses(s, r)
	collectLinks(s, r)
	findKinds(s, r)
	return r
}).Outlives(model.Memberships)

// collectLinks takes the values of all links that are rows.
func collectLinks(s *model.Snapshot, r *Relations) {
	r.Links = make([]link, 0, s.Delegates.Len()+s.Links.Len())
	add := func(target model.ObjectID, name pool.DN, n uint32, is func(*Kind) bool) {
		if target == 0 || s.Record(target).Recipient == model.NoRecipient {
			return
		}
		for _, k := range LinksOn(s.Record(target)) {
			if is(k) {
				l := link{s.TrusteeOf(name), n, k.number}
				r.Links = append(r.Links, l)
				deny := 0
				if l.Denies(s) {
					deny = 1
				}
				r.Values[k.number][deny]++
			}
		}
	}
	for i := range s.Delegates.Len() {
		d := s.Delegates.At(i)
		add(d.Target, d.Who, i, func(k *Kind) bool { return k.list == inDelegates })
	}
	for i := range s.Links.Len() {
		v := s.Links.At(i)
		add(v.Target, v.Who, i, func(k *Kind) bool { return slices.Contains(k.attributes, v.Attribute) })
	}
	slices.SortFunc(r.Links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.Who, b.Who), cmp.Compare(a.kind, b.kind), cmp.Compare(a.N, b.N))
	})
}

// countUses counts rows by descriptor, and how often each ACE stands on recipients.
func countUses(s *model.Snapshot, r *Relations) {
	descs := make([]uint32, s.Descs.Len())
	for i := range s.Recipients.Len() {
		o := s.Record(*s.Recipients.At(i))
		descs[o.MailboxSD]++
		descs[o.Security]++
	}
	r.Uses.one = make([]uint32, s.ACEs.Len())
	r.Descs = make([]uint32, s.Descs.Len())
	for id := uint32(1); id < s.Descs.Len(); id++ {
		d, n := s.Descs.At(id), descs[id]
		if n == 0 || d.Sense >= pool.Counted {
			continue
		}
		sums := s.RowsOf(d)
		r.Descs[id] = uint32(countedRows(&sums.Rights, d.Sense) >> shiftOf(d.Sense))
		for i := range d.N {
			r.Uses.add(d.Sense, *s.Lists.At(d.First + i), n)
		}
		if d.Repeats {
			r.Again.count(s, d, n)
		}
		r.Rows[d.Sense].add(&sums.Rights, int(n))
		r.Entries[d.Sense].add(&sums.Entries, int(n))
	}
}

// add adds what stands on n lists.
func (t *SenseTotals) add(rows *pool.RowCounts, n int) {
	for slot := range rows {
		for deny, of := range rows[slot] {
			t[slot][deny] += int(of) * n
		}
	}
}

// findKinds finds the ACEs of each trustee that give rows on recipients, and
// what kinds of rows name whom.
func findKinds(s *model.Snapshot, r *Relations) {
	r.Kinds = makeKinds(s.SIDs.Len())
	for id := uint32(1); id < s.ACEs.Len(); id++ {
		for in := range pool.Counted {
			if r.Uses.Of(in, pool.ACE(id)) == 0 {
				continue
			}
			a := s.ACEs.At(id)
			sum := pool.SumACE(in, a)
			if k := countedRows(&sum, in); k != 0 {
				r.Kinds.add(a.Trustee, k)
			} else {
				r.Uses.clear(in, pool.ACE(id)) // it gives no rows in this sense
			}
		}
	}
	r.ACEs = table.MakeLists(s.SIDs.Len(), func(yield func(key, value uint32)) {
		for id := uint32(1); id < s.ACEs.Len(); id++ {
			if r.Uses.any(pool.ACE(id)) {
				yield(uint32(s.ACEs.At(id).Trustee), id)
			}
		}
	})
	for _, l := range r.Links {
		if l.Who.DN() == 0 {
			r.Kinds.add(l.Who.SID(), l.rows(s))
		}
	}
	others := All() &^ On(model.TargetMailbox) &^ On(model.TargetRecipient)
	for _, list := range Lists(s, others) {
		for i := range list.Len() {
			Each(s, *list.At(i), others, func(ref Ref, a *pool.ACERecord) bool {
				if ref.Kind().Apart {
					r.Kinds.add(a.Trustee, ApartRows)
				} else {
					r.Kinds.add(a.Trustee, wholeRows(ReasonsOf(s, ref, a), a.Type.Denies()))
				}
				return true
			})
		}
	}
}

// rows is the sort of the row that a value gives.
func (l link) rows(s *model.Snapshot) RowKinds {
	if l.Denies(s) {
		return l.Kind().linkRows[1]
	}
	return l.Kind().linkRows[0]
}

// LinksOf returns the values of links that name a party, those of one kind
// together.
func (r *Relations) LinksOf(p model.TrusteeID) []link {
	i := sort.Search(len(r.Links), func(i int) bool { return r.Links[i].Who >= p })
	j := i
	for j < len(r.Links) && r.Links[j].Who == p {
		j++
	}
	return r.Links[i:j]
}

// LinkCounts counts the values of one kind that name a party, allowing and denying.
func (r *Relations) LinkCounts(s *model.Snapshot, p model.TrusteeID, k *Kind) (n [2]int) {
	for _, l := range r.LinksOf(p) {
		switch {
		case l.kind != k.number:
		case l.Denies(s):
			n[1]++
		default:
			n[0]++
		}
	}
	return n
}

// RowsOn returns the sorts of rows of a recipient as a target, out of those of
// descriptors, as in Relations.Descs.
func RowsOn(s *model.Snapshot, id model.ObjectID, descs []uint32) RowKinds {
	o := s.Record(id)
	out := RowKinds(descs[o.MailboxSD])
	if in := o.Sense(); in < pool.Counted {
		out |= RowKinds(descs[o.Security]) << shiftOf(in)
	}
	if o.HasMailbox() {
		if o.Delegates.N > 0 {
			out |= mailboxBehalfRows
		}
		return out
	}
	if o.Delegates.N > 0 {
		out |= recipientBehalfRows
	}
	for _, n := range s.LinksOf(id) {
		switch a := s.Links.At(n).Attribute; {
		case a <= model.CoManagedBy:
			out |= managerRows
		case a >= model.Reject:
			out |= deliveryDenyRows
		default:
			out |= deliveryRows
		}
	}
	return out
}

// KindsOf returns the sorts of rows that name a party.
func (r *Relations) KindsOf(s *model.Snapshot, p model.TrusteeID) (out RowKinds) {
	switch {
	case p.DN() != 0:
		for _, l := range r.LinksOf(p) {
			out |= l.rows(s)
		}
	default:
		out = r.Kinds.Of(p.SID())
	}
	return out
}

// Reach says where an ACE stands: what the reverse view of a trustee goes by.
type Reach struct {
	Descs   table.Lists // by ACE: the descriptors of recipients that have it
	Targets table.Lists // by Desc: the recipients that have it
}

// ReachOf returns where the entries of a snapshot stand. A million mailboxes take
// 30 MB.
func ReachOf(s *model.Snapshot) *Reach { return reached.Of(s) }

var reached = model.Derive(func(s *model.Snapshot) *Reach {
	r, out := RelationsOf(s), &Reach{}
	out.Targets = table.MakeLists(s.Descs.Len(), func(yield func(key, value uint32)) {
		for i := range s.Recipients.Len() {
			id := *s.Recipients.At(i)
			for _, d := range [...]pool.Desc{s.Record(id).MailboxSD, s.Record(id).Security} {
				if d != 0 {
					yield(uint32(d), uint32(id))
				}
			}
		}
	})
	out.Descs = table.MakeLists(s.ACEs.Len(), func(yield func(key, value uint32)) {
		last := make([]uint32, s.ACEs.Len()) // an ACE may stand twice in a list
		for id := uint32(1); id < s.Descs.Len(); id++ {
			d := s.Descs.At(id)
			if d.Sense >= pool.Counted || len(out.Targets.Of(id)) == 0 {
				continue
			}
			for i := range d.N {
				if a := *s.Lists.At(d.First + i); r.Uses.Of(d.Sense, a) != 0 && last[a] != id {
					last[a] = id
					yield(uint32(a), id)
				}
			}
		}
	})
	return out
}).Outlives(model.Memberships)

// IsOrphan reports whether a SID belongs to an account that is deleted or that
// nobody holds any more.
func IsOrphan(s *model.Snapshot, id pool.SID) bool {
	orphans := orphansOf.Of(s)
	return int(id) < len(orphans) && orphans[id]
}

var orphansOf = model.Derive(func(s *model.Snapshot) []bool { // by SID
	orphans := make([]bool, s.SIDs.Len())
	for id, k := range RelationsOf(s).Kinds.All() {
		if h := s.Holder(id); k == 0 || h != 0 && !s.Record(h).Is(model.FlagDeleted) {
			continue
		}
		kind := s.TrusteeKind(id)
		orphans[id] = kind == model.KindOrphan || kind == model.KindDeleted
	}
	return orphans
}).Outlives(model.Memberships)

// OrphanRows counts, by descriptor, the rows on recipients whose trustee is an
// orphan, and in all.
type OrphanRows struct {
	Kinds         []uint32 // by Desc, as in relations
	Descs         map[pool.Desc]pool.Sums
	Rows, Entries RowTotals
}

// OrphanRowsOf returns the counts of a snapshot.
func OrphanRowsOf(s *model.Snapshot) *OrphanRows { return orphanRowsIndex.Of(s) }

var orphanRowsIndex = model.Derive(func(s *model.Snapshot) *OrphanRows {
	r, at, out := RelationsOf(s), ReachOf(s), &OrphanRows{}
	out.Descs, out.Kinds = map[pool.Desc]pool.Sums{}, make([]uint32, s.Descs.Len())
	for id, k := range r.Kinds.All() {
		if k&recipientRows == 0 || !IsOrphan(s, id) {
			continue
		}
		for _, a := range r.ACEs.Of(uint32(id)) {
			for _, d := range at.Descs.Of(a) {
				out.Descs[pool.Desc(d)] = pool.Sums{}
			}
		}
	}
	for id := range out.Descs {
		d := s.Descs.At(uint32(id))
		sum := sumsOf(s, d, func(a *pool.ACERecord) bool { return IsOrphan(s, a.Trustee) })
		out.Descs[id] = sum
		out.Kinds[id] = uint32(countedRows(&sum.Rights, d.Sense) >> shiftOf(d.Sense))
		n := len(at.Targets.Of(uint32(id)))
		out.Rows[d.Sense].add(&sum.Rights, n)
		out.Entries[d.Sense].add(&sum.Entries, n)
	}
	return out
}).Outlives(model.Memberships)
