package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Way is one way by which somebody gets in, or might, or is kept out: the chain
// from the person to what decides.
type Way struct {
	Chain    []model.Phrase // the person, groups, then the entry or ownership
	Denies   bool
	Late     bool         // behind a deny that surely holds
	Doubt    model.Phrase // why it is not sure; nil where it is
	Preset   bool         // by what Windows or set-up writes
	Obj      model.ObjectID
	Mailbox  bool   // the entry stands in the mailbox's list, else in that of Obj itself
	Pos      uint32 // of the entry there
	HasEntry bool
	// Assignment is the role assignment at the end of the way, and Assignee who has it;
	// 0 where there is none.
	Assignment model.ObjectID
	Assignee   pool.DN

	certainty member.Certainty
	basis     Basis
	names     pool.SID      // whom the entry names; 0 where there is none
	domain    member.Domain // whose servers see the token that leads there
}

// Names is the SID that the entry at the end of the way names; 0 where there is none.
func (w *Way) Names() pool.SID { return w.names }

// Joined says of each step of a way up through groups when the value of member that it
// goes by last changed, from the first group on; zero where that is not known.
func (l *Line) Joined(w *Way) (out []model.Stamp) {
	t := l.token(w.domain)
	if t == nil || w.names == 0 {
		return nil
	}
	for _, e := range member.Edges(l.b.s, t.Way(w.names)) {
		out = append(out, e.Stamp(l.b.s))
	}
	return out
}

// phrase spells the chain: "anna.keller > Desk > mailbox entry 3".
func (w *Way) phrase() model.Phrase { return w.spell(make(model.Phrase, 0, w.parts())) }

// spell appends the chain to a phrase.
func (w *Way) spell(out model.Phrase) model.Phrase {
	for i, c := range w.Chain {
		if i > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: " > "})
		}
		out = append(out, c...)
	}
	return out
}

// parts bounds those of the chain.
func (w *Way) parts() int {
	n := len(w.Chain)
	for _, c := range w.Chain {
		n += len(c)
	}
	return n
}

// savedList is a list and what of it matches.
type savedList struct {
	list    *list
	matches []match
}

// token is that of whom the line is about; nil for everybody.
func (l *Line) token(d member.Domain) *member.SIDs {
	if l.Single {
		return l.b.tokenOf(l.Person, d)
	}
	if sid := l.Trustee.SID(); l.b.g.IsDomainWide(sid) {
		return l.b.g.WideToken(sid, d)
	}
	return nil
}

// Ways returns the ways to one right in the order in which they are gone through,
// ownership first.
func (l *Line) Ways(q Question) []Way {
	if l.t == nil && l.role == nil {
		return nil
	}
	t := l.telling(q)
	out := make([]Way, len(t.ways))
	for i, w := range t.ways {
		if out[i] = *w; w.HasEntry && w.Obj == 0 { // see wayOf
			out[i].Obj = l.Mailbox
		}
	}
	return out
}

// findWays appends the ways; shared where another line may have them all.
func (l *Line) findWays(out []*Way, q Question) (_ []*Way, shared bool) {
	if l.t == nil {
		if q == CanOpen || q == CanSendAs {
			out = l.addRoleWays(out, l.role)
		}
		return out, true
	}
	if q == CanSendOnBehalf {
		return l.addBehalfWays(out), false
	}
	shared = true
	if l.Single && q != CanOpenAdmin && (q != CanOpen || l.t.open != nil) {
		if w, ok := l.ownerWay(); ok {
			out, shared = append(out, &w), false
		}
	}
	if (q == CanOpen || q == CanSendAs) && l.t.role != nil {
		out = l.addRoleWays(out, l.t.role)
	}
	for _, r := range l.t.listsOf(q) {
		saved := savedList{list: r.list, matches: l.matchesIn(r)}
		late := false
		for _, m := range saved.matches {
			w := l.wayOf(&saved, m, late)
			late = late || w.Denies && w.certainty&member.Sure != 0
			out = append(out, w)
		}
	}
	return out, shared
}

// matchesIn are the entries of a list that may hold for whom the line is about.
func (l *Line) matchesIn(r *ran) []match {
	if l.Single && r.list.only == nil {
		if matches, ok := r.matchesOf(l.Person); ok {
			return matches
		}
	}
	if t := l.token(r.list.domain); t != nil {
		return r.list.matches(t)
	}
	return r.list.general
}

// wayUp names the way from whom the line is about to a SID; nil where he does not
// hold it by himself or by a group.
func (l *Line) wayUp(sid pool.SID, d member.Domain) []model.Phrase {
	if l.Single {
		if own := l.b.g.Object(l.Person); own != 0 && l.b.s.Record(own).Class != model.ClassForeign && l.b.s.Record(own).SID == sid {
			return []model.Phrase{l.b.objectName(own)} // as his token says, without the making of it
		}
	}
	t := l.token(d)
	if t == nil {
		return nil
	}
	way := t.Way(sid)
	if way == nil {
		return nil
	}
	return l.b.steps(way, sid)
}

func (l *Line) ownerWay() (w Way, ok bool) {
	c := l.t.owner(l.Person)
	if c == member.No {
		return w, false
	}
	w = Way{basis: Owner, certainty: c}
	sid, linked := mailboxSID(l.t.o)
	sids := []pool.SID{sid}
	if !linked {
		sids = append(sids, member.FormerSIDs(l.b.s)[l.t.id]...)
	}
	for _, sid := range sids {
		if w.Chain = l.wayUp(sid, l.t.domain); w.Chain != nil {
			break
		}
	}
	if w.Chain == nil {
		w.Chain = []model.Phrase{l.b.nameOf(l.Trustee)}
	}
	if l.t.o.HasMailbox() {
		w.Chain = append(w.Chain, model.Said("owner of the mailbox"))
	} else {
		w.Chain = append(w.Chain, model.Said("the recipient itself"))
	}
	w.Doubt = doubt(c)
	return w, true
}

// steps names a way up, and how the last step holds the SID.
func (b *Book) steps(way []member.Step, sid pool.SID) (out []model.Phrase) {
	for i, step := range way {
		name := slices.Clip(b.stepName(step))
		if step.Primary {
			name = append(name, model.Part{Is: model.PartWord, Text: " (primary group)"})
		}
		if i == len(way)-1 && step.Obj != 0 && b.s.Record(step.Obj).SID != sid {
			name = append(name, model.Part{Is: model.PartWord, Text: " (by SIDHistory)"})
		}
		out = append(out, name)
	}
	return out
}

func (b *Book) stepName(step member.Step) model.Phrase {
	if step.Obj != 0 && b.s.Record(step.Obj).Class != model.ClassForeign {
		return b.objectName(step.Obj)
	}
	return b.nameOf(model.TrusteeOfSID(step.SID))
}

// makeWay makes a way of a match; at is the key of its entry.
func (l *Line) makeWay(saved *savedList, m match, at entryKey) (w Way) {
	e := &saved.list.entries[m.entry]
	w = Way{Denies: e.effect == denies, Preset: e.preset, certainty: m.certainty.Through(e.own), basis: Grant}
	if e.preset {
		w.basis = Default
	}
	if saved.list.service {
		w.basis = Service
	}
	w.Obj, w.Pos, w.Mailbox, w.HasEntry, w.names = at.at.obj, e.pos, e.in == inMailbox, true, e.who
	w.domain = saved.list.domain
	if w.Chain = l.wayUp(e.who, saved.list.domain); w.Chain == nil {
		if l.Single {
			w.Chain = append(w.Chain, l.b.nameOf(l.Trustee))
		}
		w.Chain = append(w.Chain, l.b.nameOf(model.TrusteeOfSID(e.who)))
	}
	w.Chain = append(w.Chain, l.b.entries.of(at, func() model.Phrase { return slices.Clip(l.b.spellEntry(e, cmp.Or(at.at.obj, l.t.id))) }))
	w.Doubt = l.doubtOf(saved.list, e, m)
	return w
}

// spellEntry says where an entry stands: "store DB01 entry 5, set on Fabrikam".
func (b *Book) spellEntry(e *entry, obj model.ObjectID) (out model.Phrase) {
	word := func(s string) { out = append(out, model.Part{Is: model.PartWord, Text: s}) }
	number := strconv.Itoa(int(e.pos))
	switch e.in {
	case inMailbox:
		word("mailbox entry " + number)
		return out
	case inAccount:
		if b.s.Record(obj).HasMailbox() {
			word("account entry " + number)
		} else {
			word("recipient entry " + number)
		}
	case inStore, inStoreAdmin:
		word("store ")
	default:
		word("server ")
	}
	if e.in != inAccount {
		out = append(out, model.Part{Is: model.PartName, Text: b.s.CN(b.s.Record(obj).DN)})
		word(" entry " + number)
	}
	a := b.aceOf(e, obj)
	if a != nil && a.Flags&acl.Inherited != 0 {
		if src := grant.Source(b.s, b.s.Record(obj).DN, a); src.Obj != 0 {
			word(", set on ")
			out = append(out, model.Part{Is: model.PartName, Text: b.s.CN(b.s.Record(src.Obj).DN)})
		} else {
			word(", inherited from what was not read")
		}
	}
	return out
}

// aceOf returns the entry itself.
func (b *Book) aceOf(e *entry, obj model.ObjectID) *pool.ACERecord {
	o := b.s.Record(obj)
	desc := o.Security
	if e.in == inMailbox {
		desc = o.MailboxSD
	}
	first, n := b.s.ACEsOf(desc)
	if e.pos >= n {
		return nil
	}
	return b.s.ACE(first + e.pos)
}

func doubt(c member.Certainty) model.Phrase {
	switch {
	case c&member.Sure != 0:
		return nil
	case c&(member.Unread|member.Doubtful) != 0:
		return model.Said("a membership on the way was not read")
	}
	return model.Said("the directory does not tell whether the token holds it")
}

// doubtOf says why an entry may hold for somebody and may not; nil where it does.
func (l *Line) doubtOf(in *list, e *entry, m match) model.Phrase {
	s := l.b.s
	switch {
	case m.certainty.Through(e.own)&member.Sure != 0 && in.most == member.Sure:
		return nil
	case e.own&member.Sure == 0 && e.in == inStore, in.most != member.Sure:
		if in.most == member.Possible && e.in == inCopy {
			return model.Said("the server holds another copy of the store")
		}
		if l.t.release == unknownRelease {
			return model.Said("it was not read which release the mailbox's server has")
		}
		return model.Said("before Exchange 2013 the store decides in its own way")
	case e.own&member.Sure == 0:
		if a := l.b.aceOf(e, l.t.id); a != nil && a.Type.IsCallback() {
			return model.Said("it has a condition, which the directory does not evaluate")
		}
		if e.in == inMailbox {
			return model.Said("it is an inherited copy, which older stores take in their own way")
		}
		return model.Said("it speaks of whoever owns the object")
	case l.b.g.IsBuiltin(e.who):
		return model.Said("it is a local group of the Exchange servers")
	case m.certainty&(member.Unread|member.Doubtful) != 0 && s.Holder(e.who) == 0:
		return model.Said("who holds its SID was not read")
	}
	return doubt(m.certainty)
}

func (l *Line) addBehalfWays(out []*Way) []*Way {
	s, o := l.b.s, l.t.o
	for i := range o.Delegates.N {
		who := s.Delegates.At(o.Delegates.First + i).Who
		named := model.Phrase{{Is: model.PartWord, Text: "publicDelegates"}}
		if !l.Single {
			continue
		}
		way := l.b.g.WayToName(l.Person, who)
		if way == nil {
			continue
		}
		w := Way{certainty: member.Sure, basis: Grant}
		own := l.b.g.Object(l.Person)
		if way[0] != own || own == 0 {
			w.Chain = append(w.Chain, l.b.nameOf(l.Trustee))
		}
		for _, id := range way {
			w.Chain = append(w.Chain, l.b.objectName(id))
		}
		w.Chain = append(w.Chain, named)
		out = append(out, &w)
	}
	if len(out) == 0 && l.t.behalf.unread {
		text := "publicDelegates, or who is in a group that it names"
		out = append(out, &Way{Chain: []model.Phrase{model.Said(text)}, Doubt: model.Said("not read"), certainty: member.Unread})
	}
	return out
}

// mailboxes spells how many mailboxes, or other recipients, a line for many is about.
func (l *Line) mailboxes(q Question) string {
	words := [2]string{"mailbox", "mailboxes"}
	if l.Recipients {
		words = [2]string{"recipient", "recipients"}
	}
	if l.On[q] == 1 {
		return "on 1 " + words[0]
	}
	return fmt.Sprintf("on %d %s", l.On[q], words[1])
}
