package change

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// finder finds the changes that an answer rests on, in either state: those of the
// entries, memberships, delegates and assignments on the ways to it, of the order and
// the rest of the lists that decide about it, and of the accounts that it is about.
type finder struct {
	c       *Comparison
	state   [2]found
	anybody [2][]place // memberships of Everyone and the like
}

// found are the changes that one state shows, by what they are of.
type found struct {
	entries  map[entryAt][]int32
	links    map[model.ObjectID][]int32 // delegates, by the recipient
	lists    map[model.ObjectID][]int32
	accounts map[model.ObjectID][]int32
	roles    map[model.ObjectID][]int32 // of assignments, and of roles
	places   map[model.ObjectID][]place // memberships, by who became a member or is one no more
	under    map[model.ObjectID][]model.ObjectID
	ups      map[model.ObjectID]map[model.ObjectID]bool
}

// entryAt is an entry of a list, wherever it stands there.
type entryAt struct {
	grant.SourceAt
	mailbox bool
}

// place is a membership that changed.
type place struct {
	change int32
	group  model.ObjectID
}

// newFinder notes the changes of a comparison by what they are of.
func newFinder(c *Comparison) *finder {
	f := &finder{c: c}
	for k := range f.state {
		f.state[k] = found{map[entryAt][]int32{}, map[model.ObjectID][]int32{}, map[model.ObjectID][]int32{}, map[model.ObjectID][]int32{},
			map[model.ObjectID][]int32{}, map[model.ObjectID][]place{}, map[model.ObjectID][]model.ObjectID{}, map[model.ObjectID]map[model.ObjectID]bool{}}
	}
	for at := range c.List {
		for k := range f.state {
			f.enter(int32(at), &c.List[at], k)
		}
	}
	for k := range f.state {
		f.goDown(k)
	}
	return f
}

// enter notes what a state has of a change.
func (f *finder) enter(at int32, x *Diff, k int) {
	s, in, id := f.c.State(k), &f.state[k], x.Obj[k]
	switch {
	case x.Kind == ACE && x.Ref[k].Obj != 0 && opens(s, x.Ref[k]):
		key := f.entry(k, x.Ref[k].Obj, !x.Ref[k].Kind().IsInherited(), x.Ref[k].Pos)
		in.entries[key] = append(in.entries[key], at)
	case x.Kind == Delegate && x.Ref[k].Obj != 0 && x.Grant.SendsFor():
		in.links[id] = append(in.links[id], at)
	case id == 0:
	case x.Kind == Membership && x.who[k] != 0:
		in.places[s.At(x.who[k])] = append(in.places[s.At(x.who[k])], place{at, id})
	case x.Kind == Order || x.Kind == ACL:
		in.lists[id] = append(in.lists[id], at)
	case x.Kind == Role:
		in.roles[id] = append(in.roles[id], at)
	case x.Kind == Account && x.decides():
		in.accounts[id] = append(in.accounts[id], at)
		in.places[id] = append(in.places[id], place{at, id}) // whoever is in it, as in itself
	}
}

// decides reports whether a verdict may rest on what an account is.
func (x *Diff) decides() bool {
	switch x.part {
	case partDisabled, partEnabled, partRenamed, partSenderAuth, partNewContainer, partContainerGone:
		return false
	}
	return true
}

// opens reports whether the right that a row has of an entry, allowed, would open
// something: the other rows of an entry are not told of what it does.
func opens(s *model.Snapshot, ref grant.Ref) bool {
	a := *grant.ACEOf(s, ref)
	if a.Null {
		return true
	}
	if a.Type.Denies() {
		a.Type-- // that of an allow comes before it
	}
	return grant.Opens(s, s.Record(ref.Obj), ref, &a) != 0
}

func (f *finder) entry(k int, obj model.ObjectID, mailbox bool, pos uint32) entryAt {
	s := f.c.State(k)
	desc := s.Record(obj).Security
	if mailbox {
		desc = s.Record(obj).MailboxSD
	}
	first, _ := s.ACEsOf(desc)
	return entryAt{grant.SourceAt{Obj: obj, ACE: *s.Lists.At(first + pos)}, mailbox}
}

// goDown finds for everybody in what became a member, or is one no more, that he is.
func (f *finder) goDown(k int) {
	s, in := f.c.State(k), &f.state[k]
	g := verdict.Of(s).Graph()
	down := g.Downward()
	note := func(id, who model.ObjectID) {
		in.under[id] = append(in.under[id], who)
		if o := s.Record(id); o.Master != 0 && o.Master != pool.Self { // the owner of a linked mailbox is named by it
			for _, p := range g.PersonsOf(o.Master) {
				in.under[g.Object(p)] = append(in.under[g.Object(p)], who)
			}
		}
	}
	for who, places := range in.places {
		if who == 0 {
			continue
		}
		o := s.Record(who)
		if _, is := g.PersonOf(who); !is && (!g.IsGroup(who) || o.SID != 0 && g.IsUniversal(o.SID)) {
			f.anybody[k] = append(f.anybody[k], places...)
			continue
		}
		note(who, who)
		if g.IsGroup(who) {
			down.In(who, func(x member.Below) bool {
				if x.ID != 0 {
					note(x.ID, who)
				}
				return true
			})
		}
	}
}

// find returns the changes that a difference rests on.
func (f *finder) find(d *verdict.Difference) (out []int32) {
	for k := range f.state {
		if d.Mailbox[k] != 0 {
			out = f.about(out, k, d)
		}
		l := d.Lines[k]
		if l == nil {
			continue
		}
		ways := l.Ways(d.Question)
		for i := range ways {
			out = f.way(out, k, d.Mailbox[k], &ways[i])
		}
		out = f.memberships(out, k, f.who(k, l), f.named(k, d, ways))
		if d.Question == verdict.CanSendOnBehalf {
			out = f.delegates(out, k, d.Mailbox[k], l)
		}
	}
	return sorted(out)
}

// who is the object of whom a line is about; 0 for everybody.
func (f *finder) who(k int, l *verdict.Line) model.ObjectID {
	s := f.c.State(k)
	if l.Single {
		return verdict.Of(s).Graph().Object(l.Person)
	}
	return s.TrusteeRecordID(l.Trustee)
}

// about adds the changes of the accounts that a difference is about, and of the lists
// that decide, beside their entries.
func (f *finder) about(out []int32, k int, d *verdict.Difference) []int32 {
	s, in := f.c.State(k), &f.state[k]
	o := s.Record(d.Mailbox[k])
	out = append(out, in.accounts[d.Mailbox[k]]...)
	if l := d.Lines[k]; l != nil {
		if who := f.who(k, l); who != 0 {
			out = append(out, in.accounts[who]...)
		}
	}
	store := s.At(o.Home)
	if store != 0 {
		out = append(out, in.accounts[store]...)
	}
	if len(in.lists) == 0 {
		return out
	}
	for _, of := range [...]model.ObjectID{d.Mailbox[k], store} {
		if of == 0 {
			continue
		}
		for dn := s.Record(of).DN; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
			out = append(out, in.lists[s.At(dn)]...)
		}
	}
	return out
}

// way adds the changes of the entry or the assignment at the end of a way.
func (f *finder) way(out []int32, k int, mailbox model.ObjectID, w *verdict.Way) []int32 {
	s, in := f.c.State(k), &f.state[k]
	if w.Assignment != 0 {
		out = append(out, in.roles[w.Assignment]...)
		if a := assigned(s, w.Assignment); a != nil && a.RoleAssignment.Role != 0 {
			out = append(out, in.roles[s.At(a.RoleAssignment.Role)]...)
		}
	}
	if !w.HasEntry {
		return out
	}
	obj := w.Obj
	if obj == 0 || w.Mailbox {
		obj = mailbox
	}
	key := f.entry(k, obj, w.Mailbox, w.Pos)
	out = append(out, in.entries[key]...)
	if w.Mailbox {
		return out
	}
	a, o := s.ACEs.At(uint32(key.ACE)), s.Record(obj)
	src := grant.SourceAt{}
	if a.Flags&acl.Inherited != 0 {
		src = grant.Source(s, o.DN, a)
	} else if o.Is(model.FlagAdminCount) {
		src = grant.Stamp(s, o, a)
	}
	return append(out, in.entries[entryAt{src, false}]...)
}

// named are the objects, groups mostly, that the ways to an answer name.
func (f *finder) named(k int, d *verdict.Difference, ways []verdict.Way) (out []model.ObjectID) {
	s := f.c.State(k)
	holders := func(sid pool.SID) {
		if sid == 0 {
			return
		}
		if id := s.Holder(sid); id != 0 {
			out = append(out, id)
		}
		out = append(out, s.FormerHolders(sid)...)
	}
	for i := range ways {
		holders(ways[i].Names())
		if ways[i].Assignee != 0 {
			out = append(out, s.At(ways[i].Assignee))
		}
	}
	o := s.Record(d.Mailbox[k])
	if o.Master != 0 && o.Master != pool.Self {
		holders(o.Master)
	}
	if d.Question == verdict.CanSendOnBehalf {
		for i := range o.Delegates.N {
			out = append(out, s.At(s.Delegates.At(o.Delegates.First+i).Who))
		}
	}
	return out
}

// memberships adds those that changed by which somebody is in one of the groups.
func (f *finder) memberships(out []int32, k int, who model.ObjectID, groups []model.ObjectID) []int32 {
	in := &f.state[k]
	take := func(places []place) {
		for _, p := range places {
			above := f.above(k, p.group)
			for _, g := range groups {
				if g != 0 && above[g] {
					out = append(out, p.change)
					break
				}
			}
		}
	}
	take(f.anybody[k])
	if who != 0 {
		for _, member := range in.under[who] {
			take(in.places[member])
		}
	}
	return out
}

// above is a group with all that it is in.
func (f *finder) above(k int, group model.ObjectID) map[model.ObjectID]bool {
	s, in := f.c.State(k), &f.state[k]
	out := in.ups[group]
	if out == nil {
		out = map[model.ObjectID]bool{group: true}
		member.Up(s, s.TrusteeOf(s.Record(group).DN), func(g member.In) bool {
			out[s.TrusteeRecordID(g.Party)] = true
			return true
		})
		in.ups[group] = out
	}
	return out
}

// delegates adds the changed values of publicDelegates that name somebody.
func (f *finder) delegates(out []int32, k int, mailbox model.ObjectID, l *verdict.Line) []int32 {
	s := f.c.State(k)
	for _, at := range f.state[k].links[mailbox] {
		ref := f.c.List[at].Ref[k]
		h := verdict.Of(s).NamedBy(s.Delegates.At(s.Record(ref.Obj).Delegates.First + ref.Pos).Who)
		named := h.All != member.No
		for _, p := range h.Persons {
			named = named || l.Single && p.Person == l.Person
		}
		if named {
			out = append(out, at)
		}
	}
	return out
}

// holdsRoles calls yield for whoever is assigned a role.
func holdsRoles(s *model.Snapshot, yield func(pool.DN)) {
	b := rbac.Of(s)
	for i := range b.Assignments {
		if who := b.Assignments[i].User; who != 0 {
			yield(who)
		}
	}
}
