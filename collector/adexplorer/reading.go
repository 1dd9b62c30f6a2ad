package adexplorer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// reading is one pass through a snapshot.
type reading struct {
	ctx      context.Context
	s        *Source
	sink     collector.Sink
	searches [regions][]*search // those that each object is held against
	rootDSE  *search
	stores   []*search // that deliver stores and servers
	people   []*search // that deliver recipients
	o        *object
	entry    collector.Entry
	scratch  []byte

	// Slots of the attributes that are looked at here.
	name, class, deleted, sid, history, account, alias, context, stored, member, memberOf, groupType int

	damage   damage
	contents int64 // of all values that were read

	above    [regions]ancestors
	lies     [regions]places // objects that may lie above others
	gone     places          // deleted objects, by SID
	links    []int64         // stores that say which mailboxes they hold
	groups   map[uint64]group
	refers   map[uint64]uint32 // how often objects say that they are members
	answered int
}

// group is one that was delivered.
type group struct {
	at      int64
	members uint32
	by      *search
}

// damage counts objects that were left out, by the partition they lie in.
type damage [regions]struct {
	n     int
	first string
}

// newReading begins the searches that every object is held against.
func newReading(ctx context.Context, s *Source, sink collector.Sink) (*reading, error) {
	r := &reading{ctx: ctx, s: s, sink: sink, gone: places{}, groups: map[uint64]group{}, refers: map[uint64]uint32{}}
	for _, f := range []struct {
		slot *int
		name string
	}{
		{&r.name, attrName}, {&r.class, attrClass}, {&r.deleted, attrDeleted}, {&r.sid, attrSID}, {&r.history, attrHistory},
		{&r.account, attrAccount}, {&r.alias, attrAlias}, {&r.context, attrContext}, {&r.stored, attrStored}, {&r.member, attrMember}, {&r.memberOf, attrMemberOf}, {&r.groupType, attrGroupType},
	} {
		*f.slot = s.slots.of(f.name)
	}
	for _, of := range decode.Searches() { // every slot, before objects are read
		for _, name := range of.Attributes {
			s.slots.of(name)
		}
	}
	s.slots.of(attrCategory)
	s.slots.of("cn")
	for i := range s.properties {
		if n, ok := s.slots.number[lower(s.properties[i].name)]; ok {
			s.properties[i].slot = n
		}
	}
	r.o = newObject(s, len(s.slots.names))
	if err := r.findDomain(); err != nil {
		return nil, err
	}
	for _, of := range decode.Searches() {
		if apart(&of) {
			continue
		}
		one, err := r.ask(of)
		if err != nil {
			return nil, err
		}
		r.searches[one.part] = append(r.searches[one.part], one)
		switch {
		case of.Purpose == decode.Stores.Purpose:
			r.stores = append(r.stores, one)
		case of.Purpose == decode.Mailboxes.Purpose, of.Purpose == decode.Recipients.Purpose:
			r.people = append(r.people, one)
		}
	}
	if n := len(s.slots.names); n > len(r.o.slot) {
		return nil, fmt.Errorf("a filter asks for %s, which no search does", s.slots.names[n-1])
	}
	r.above[ofDomain] = ancestors{s.root.Domain, map[string]bool{}}
	r.above[ofConfiguration] = ancestors{decode.AboveStores.Base(s.root), map[string]bool{}}
	r.lies[ofDomain], r.lies[ofConfiguration] = places{}, places{}
	return r, nil
}

// findDomain looks for the domain that the snapshot is of: the first object with
// the class of domains and a SID, which others of that class do not have. AD
// gives it before everything below it. Without one the forest's name stands in
// for it.
func (r *reading) findDomain() error {
	r.s.root.Domain, r.s.homeless = r.s.top, true
	at := int64(headerSize)
	for n := range r.s.header.objects {
		if n%1024 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		err := r.o.take(at)
		if errors.Is(err, errSize) {
			break
		}
		at += r.o.size
		if err != nil || !r.o.has(r.sid) || r.o.has(r.account) {
			continue
		}
		classes, err := r.o.values(r.class)
		if err != nil {
			continue
		}
		for _, c := range classes {
			if lower(string(c)) != "domaindns" {
				continue
			}
			if name, err := r.o.first(r.name); err == nil && len(name) > 0 {
				r.s.root.Domain, r.s.homeless = string(name), false
				return nil
			}
		}
	}
	return nil
}

// errNoDomain ends the searches in a domain that is not there.
var errNoDomain = errors.New("the snapshot has no object of a domain")

// run goes through the file.
func (r *reading) run() error {
	if err := r.sayRoot(); err != nil {
		return err
	}
	if err := r.numbers(); err != nil {
		return err
	}
	for _, list := range r.searches {
		for _, one := range list {
			r.begin(one)
		}
	}
	broken := r.objects()
	if r.ctx.Err() != nil || r.s.closed.Load() {
		return errors.Join(r.ctx.Err(), broken)
	}
	if err := r.ends(broken); err != nil {
		return err
	}
	if broken == nil && r.answered == 0 {
		return fmt.Errorf("none of its %d objects is a mailbox, another recipient or a store: Exchange is in another forest, or whoever took the snapshot may not see it", r.s.header.objects)
	}
	return broken
}

// sayRoot answers for the rootDSE with what header and tables say.
func (r *reading) sayRoot() (err error) {
	if r.rootDSE, err = r.ask(decode.RootDSE); err != nil {
		return err
	}
	r.begin(r.rootDSE)
	r.entry = collector.Entry{Query: r.rootDSE.query.ID}
	for _, a := range [][2]string{
		{attrContext, r.s.root.Domain}, {"configurationNamingContext", r.s.root.Configuration}, {"schemaNamingContext", r.s.root.Schema},
		{"rootDomainNamingContext", r.s.top}, {"dnsHostName", r.s.header.server}, {"currentTime", generalized(r.s.header.taken)},
	} {
		if a[1] != "" {
			r.entry.Attributes = append(r.entry.Attributes, collector.Attribute{Name: a[0], Values: [][]byte{[]byte(a[1])}})
		}
	}
	r.sink.Entry(&r.entry)
	return nil
}

// generalized is a time in the form that AD has; empty for the zero time.
func generalized(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102150405.0Z")
}

// mostContents bounds the values that a file may be made of, in multiples of its
// size: one value may stand for many.
const mostContents = 100

// objects goes through all objects. The error says where the chain of them
// breaks.
func (r *reading) objects() error {
	at := int64(headerSize)
	for n := range r.s.header.objects {
		if n%64 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		err := r.o.take(at)
		if errors.Is(err, errSize) {
			return fmt.Errorf("object %d of %d, at byte %d, is damaged: %w; what comes after it was not read", n+1, r.s.header.objects, at, err)
		}
		part := noRegion
		if err == nil {
			part, err = r.object()
		}
		if r.s.closed.Load() {
			return errClosed
		}
		if err != nil {
			d := &r.damage[part]
			if d.n++; d.n == 1 {
				d.first = fmt.Sprintf("the first is object %d, at byte %d: %v", n+1, at, err)
			}
		}
		if r.contents += r.o.memory.size; r.contents > mostContents*r.s.header.tables+keptBack {
			return fmt.Errorf("its values take more than %d times its size: it is damaged; what comes after object %d was not read", mostContents, n+1)
		}
		at += r.o.size
	}
	return nil
}

// object holds the object in hand against the searches in its partition.
func (r *reading) object() (region, error) {
	name, err := r.o.first(r.name)
	switch {
	case err != nil:
		return noRegion, err
	case len(name) == 0 && r.o.has(r.context):
		r.deliver(r.rootDSE, "")
		return noRegion, nil
	case len(name) == 0:
		return noRegion, errors.New("it has no distinguishedName")
	}
	part := r.s.regionOf(name)
	if part == noRegion {
		return noRegion, nil // another partition, of which nothing is asked
	}
	deleted, err := r.o.first(r.deleted)
	if err != nil {
		return part, err
	}
	if string(deleted) == "TRUE" {
		return part, r.buried()
	}
	if err := r.answer(part, name); err != nil {
		return part, err
	}
	return part, r.remember(part, name)
}

// answer delivers the object in hand wherever it is asked for.
func (r *reading) answer(part region, name []byte) error {
	text := ""
	for _, s := range r.searches[part] {
		if !s.in(name) {
			continue
		}
		switch ok, err := s.filter.match(r.o); {
		case err != nil: // what it is cannot be told
			return err
		case !ok:
			continue
		}
		if text == "" {
			text = string(name)
		}
		r.deliver(s, text)
		switch {
		case s.query.Purpose == decode.Stores.Purpose:
			r.answered++
			r.above[part].above(text)
			r.lies[part].put(r.key(name), -1) // it has been delivered
			if r.o.has(r.stored) {
				r.links = append(r.links, r.o.at)
			}
		case s.query.Purpose == decode.Mailboxes.Purpose, s.query.Purpose == decode.Recipients.Purpose:
			r.answered++
			r.above[part].above(text)
		}
		if r.o.has(r.groupType) && len(r.groups) < mostPlaces {
			members, _ := r.o.values(r.member)
			r.groups[r.key(name)] = group{r.o.at, uint32(len(members)), s}
		}
	}
	return nil
}

// buried remembers who a deleted object was. Searches do not find it.
func (r *reading) buried() error {
	for _, n := range []int{r.sid, r.history} {
		sids, err := r.o.values(n)
		if err != nil {
			return err
		}
		for _, sid := range sids {
			r.gone.put(r.exact(sid), r.o.at)
		}
	}
	return nil
}

// remember notes what is needed when everything has been seen.
func (r *reading) remember(part region, name []byte) error {
	groups, err := r.o.values(r.memberOf)
	if err != nil {
		return err
	}
	for _, g := range groups {
		key := r.key(g)
		if n, ok := r.refers[key]; ok || len(r.refers) < mostPlaces {
			r.refers[key] = n + 1
		}
	}
	if lies := r.lies[part]; lies != nil && !r.o.has(r.account) && !r.o.has(r.alias) {
		if key := r.key(name); lies[key] == 0 {
			lies.put(key, r.o.at)
		}
	}
	return nil
}
