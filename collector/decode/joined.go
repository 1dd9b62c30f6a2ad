package decode

import (
	"maps"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// A file without searches may tell of one object in several records: an export
// of the descriptors beside one of the accounts, or two exports of which one is
// appended to the other. What decides about an object (its classes, and what
// makes it a mailbox) is then decided by all records so far, as if they were
// one: whatever their order, the last of them decides by the values of all.

// signs are what decides whether an object is a mailbox, and of which type
// (exchange-facts 3.2).
type signs struct {
	of   sign
	kind int64 // msExchRecipientTypeDetails, where typed
}

// sign is a set of what was seen.
type sign uint8

const (
	shown   sign = 1 << iota // a mail alias, a store or a mailbox GUID: Exchange knows the object
	placed                   // a store, a mailbox GUID or a home server
	rights                   // an ACL of the mailbox
	deleted                  // it is a tombstone
	typed                    // a type that is a number
)

func (s sign) has(x sign) bool { return s&x != 0 }

// signsOf are those of one entry.
func signsOf(e *collector.Entry, o *model.Object) (s signs) {
	for _, a := range [...]struct {
		name  string
		means sign
	}{
		{attrNickname, shown}, {"homeMDB", shown | placed}, {"msExchMailboxGuid", shown | placed},
		{"msExchHomeServerName", placed}, {attrMailboxSD, rights},
	} {
		if e.Value(a.name) != nil {
			s.of |= a.means
		}
	}
	if o.Deleted {
		s.of |= deleted
	}
	if text := e.Text("msExchRecipientTypeDetails"); text != "" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			s.of, s.kind = s.of|typed, n
		}
	}
	return s
}

// joined is what the records of a file have told of its objects so far.
type joined struct {
	at      uint32               // the object in hand
	known   []told               // by the number of the name
	sets    []*classSet          // by told.set; the first is none
	numbers map[*classSet]uint16 // in sets
	kinds   []int64              // by told.kind; the first is none
	early   map[uint32]early     // what came before anything showed a recipient
}

// told is what is kept of one object: 4 bytes, for each of a million.
type told struct {
	of   sign
	kind uint8  // in joined.kinds
	set  uint16 // in joined.sets; 0 is none
}

// early are the values that count for recipients alone.
type early struct {
	delegates []string
	server    string
	master    acl.SID
}

// object takes an entry in hand, and returns its classes with those of the
// records before it.
func (j *joined) object(classes *classSets, number uint32, set *classSet) *classSet {
	if j.at = number; number == 0 {
		return set
	}
	if j.sets == nil {
		j.sets, j.numbers, j.kinds, j.early = []*classSet{nil}, map[*classSet]uint16{}, []int64{0}, map[uint32]early{}
	}
	if n := int(number) + 1; n > len(j.known) {
		j.known = slices.Grow(j.known, n-len(j.known))[:n]
	}
	t := &j.known[number]
	if before := j.sets[t.set]; before != nil && before != set {
		set = classes.both(before, set)
	}
	t.set = j.number(set)
	return set
}

// number returns the place of a set among those that are kept; 0 where there is
// nothing to keep, or no room, as for a file of nonsense.
func (j *joined) number(set *classSet) uint16 {
	if len(set.is) == 0 {
		return 0
	}
	n, ok := j.numbers[set]
	if !ok && len(j.sets) < mostClassSets {
		n = uint16(len(j.sets))
		j.sets, j.numbers[set] = append(j.sets, set), n
	}
	return n
}

// both is the set of the values of two.
func (c *classSets) both(a, b *classSet) *classSet {
	is := maps.Clone(a.is)
	maps.Copy(is, b.is)
	switch len(is) {
	case len(a.is):
		return a
	case len(b.is):
		return b
	}
	var values [][]byte
	for _, name := range slices.Sorted(maps.Keys(is)) {
		values = append(values, []byte(name))
	}
	return c.of(values)
}

// mostKinds bounds joined.kinds: there are some forty.
const mostKinds = 256

// signs adds what the entry in hand says to what was known, and returns all of
// it. Of two types the later one counts; one for which there is no room is
// known of this entry alone.
func (j *joined) signs(s signs) signs {
	if j.at == 0 {
		return s
	}
	t := &j.known[j.at]
	kind := slices.Index(j.kinds[1:], s.kind) + 1
	switch {
	case !s.of.has(typed):
		s.kind = j.kinds[t.kind]
	case kind > 0:
		t.kind = uint8(kind)
	case len(j.kinds) < mostKinds:
		t.kind = uint8(len(j.kinds))
		j.kinds = append(j.kinds, s.kind)
	default:
		t.of |= s.of &^ typed
		s.of |= t.of
		return s
	}
	t.of |= s.of
	s.of = t.of
	return s
}

// keep keeps what an object has told of itself as a recipient, although nothing
// shows yet that it is one.
func (j *joined) keep(o *model.Object) {
	if j.at == 0 || len(o.Delegates) == 0 && o.HomeServer == "" && o.Master.IsZero() {
		return
	}
	e := j.early[j.at]
	e.delegates = append(e.delegates, o.Delegates...)
	if o.HomeServer != "" {
		e.server = o.HomeServer
	}
	if !o.Master.IsZero() {
		e.master = o.Master
	}
	j.early[j.at] = e
}

// complete gives a recipient what was kept of it.
func (j *joined) complete(o *model.Object) {
	e, ok := j.early[j.at]
	if !ok {
		return
	}
	delete(j.early, j.at)
	if len(e.delegates) > 0 {
		o.Delegates, o.DelegatesState = append(o.Delegates, e.delegates...), model.Present
	}
	if o.HomeServer == "" {
		o.HomeServer = e.server
	}
	if o.Master.IsZero() {
		o.Master = e.master
	}
}
