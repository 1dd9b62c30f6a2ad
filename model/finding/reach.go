package finding

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/verdict"
)

// wide is what an entry reaches that lets many in, or into many: worked out in the end,
// when every copy of it has been seen.
type wide struct {
	at      int // the finding, by its number
	who     pool.SID
	opens   map[model.ObjectID]bool // mailboxes that it opens; from a store all in it
	sends   map[model.ObjectID]bool // recipients as which it sends
	behalf  map[model.ObjectID]bool
	strong  bool // it is of a right that is known to open mailboxes since 2013
	control bool // it lets its trustee give rights to himself, whatever is denied now
}

// wide takes a row into the finding for the entry that it is, or is a copy of.
func (r *run) wide(rule *Rule, o *model.Record, ref grant.Ref, a *pool.ACERecord, p model.TrusteeID, ways grant.Ways) {
	if !r.wants(rule) {
		return
	}
	key := mergeKey{rule: rule, target: o.DN, who: p}
	if a != nil {
		var set *pool.ACERecord
		key.target, set = r.source(o, ref.Kind(), a)
		key.entry = r.entryNumber(set)
	} else {
		key.entry = 1 << 31
	}
	before := len(r.found)
	f := r.merge(key, found{severity: rule.Severity})
	n := r.at[key]
	if len(r.found) > before {
		r.entry.ofWide[n] = len(r.entry.wide)
		r.entry.wide = append(r.entry.wide, wide{at: n, who: p.SID(), opens: map[model.ObjectID]bool{}, sends: map[model.ObjectID]bool{}, behalf: map[model.ObjectID]bool{}})
	}
	f.row(ref)
	w := &r.entry.wide[r.entry.ofWide[n]]
	switch {
	case ways&grant.SendsFor != 0:
		w.behalf[ref.Obj] = true
	case ways&grant.SendsAs != 0:
		w.sends[ref.Obj] = true
	case ways&grant.OpensMailbox != 0:
		w.opens[ref.Obj] = true
		w.control = w.control || ref.Kind() == grant.MailboxACL && a != nil && !a.Null && a.Mask&acl.MailboxFullAccess == 0
	default:
		r.intoStores(w, o, ref, a)
	}
	f.count = len(w.opens) + len(w.sends) + len(w.behalf)
}

// intoStores takes what an entry of a store, a server or a container reaches.
func (r *run) intoStores(w *wide, o *model.Record, ref grant.Ref, a *pool.ACERecord) {
	const controls = acl.WriteDACL | acl.WriteOwner | acl.GenericAll | acl.GenericWrite
	w.control = w.control || a.Mask&controls != 0
	w.strong = w.strong || r.isStrong(a)
	if o.IsStore() {
		for _, id := range r.mailboxesOf(ref.Obj) {
			w.opens[id] = true
		}
		return
	}
	if o.Class != model.ClassServer {
		return // its copies on the stores count
	}
	for i := range r.s.Stores.Len() {
		id := *r.s.Stores.At(i)
		if x := r.s.Record(id); x.IsStore() && r.s.ServerOf(x) == o.DN {
			for _, m := range r.mailboxesOf(id) {
				w.opens[m] = true
			}
		}
	}
}

// isStrong reports whether an entry of a store or above is of a right that opens
// mailboxes since 2013 (exchange-facts 1.5, 1.6).
func (r *run) isStrong(a *pool.ACERecord) bool {
	if !a.HasObjectType || a.ObjectType == 0 {
		return true
	}
	switch *r.s.GUIDs.At(uint32(a.ObjectType)) {
	case acl.GUIDReceiveAs, acl.GUIDStoreAdmin, acl.GUIDStoreTransportAccess, acl.GUIDStoreConstrainedDelegation:
		return true
	}
	return false
}

// entryNumber tells entries of one object apart.
func (r *run) entryNumber(a *pool.ACERecord) uint32 {
	if r.entry.numbers == nil {
		r.entry.numbers = map[pool.ACEKey]uint32{}
	}
	n, ok := r.entry.numbers[a.ACEKey]
	if !ok {
		n = uint32(len(r.entry.numbers))
		r.entry.numbers[a.ACEKey] = n
	}
	return n
}

// reach works out for how many the wide entries do what they say.
func (r *run) reach() {
	book := verdict.Of(r.s)
	bearers := map[pool.SID]*verdict.Bearer{}
	for i := range r.entry.wide {
		w := &r.entry.wide[i]
		if r.ended() {
			return
		}
		x := bearers[w.who]
		if x == nil {
			x = book.Bearer(w.who)
			bearers[w.who] = x
		}
		r.judgeReach(w, &r.found[w.at], x)
	}
}

func (r *run) judgeReach(w *wide, f *found, x *verdict.Bearer) {
	var open, send tally
	for id := range w.opens {
		open.add(x.Opens(id))
	}
	for id := range w.sends {
		send.add(x.SendsAs(id))
	}
	seen := len(w.opens) + len(w.sends) + len(w.behalf)
	f.count = open.in() + send.in() + len(w.behalf)
	switch {
	case w.control:
		f.severity, f.count = f.rule.Severity, max(seen, f.count)
		if seen == 0 {
			f.count = r.mailboxesBelow(f.target)
		}
	case open.in() > 0 && !w.strong && f.rule == storeRight:
		f.severity = Medium
		f.detail = model.Said(fmt.Sprintf("above %d; this right is not known to open a mailbox since 2013", seen))
		return
	case open.allowed > 0:
		f.severity = f.rule.Severity
	case open.in() > 0 || send.in() > 0:
		f.severity = min(High, f.rule.Severity)
	case len(w.behalf) > 0:
		f.severity = Medium
	case seen == 0:
		f.severity = Medium // nothing is below it yet
	default:
		f.severity = Low
	}
	f.detail = model.Said(reachText(w, open, send))
}

// tally counts answers.
type tally struct{ allowed, possible, unknown, denied int }

func (t *tally) add(a verdict.Answer) {
	switch a {
	case verdict.Allowed:
		t.allowed++
	case verdict.Possible:
		t.possible++
	case verdict.Unknown:
		t.unknown++
	default:
		t.denied++
	}
}

// in counts those into which he gets, or may get.
func (t *tally) in() int { return t.allowed + t.possible + t.unknown }

// reachText puts the reach of an entry into words.
func reachText(w *wide, open, send tally) string {
	text := ""
	say := func(n int, what string) {
		if n == 0 {
			return
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf(what, n)
	}
	if w.control {
		text = "lets its trustee give rights to himself"
	}
	say(open.allowed, "opens %d")
	say(open.possible, "may open %d")
	say(open.unknown, "not known of %d")
	say(open.denied, "does not open %d, for denies or since no server takes it into a token")
	say(send.allowed, "sends as %d")
	say(send.possible+send.unknown, "may send as %d")
	say(send.denied, "does not send as %d, for denies or since no server takes it into a token")
	say(len(w.behalf), "sends on behalf of %d")
	if text == "" {
		return "nothing that was read lies below it"
	}
	return text
}
