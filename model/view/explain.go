package view

import (
	"cmp"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// What the marks of a line say, in words: whoever sees "1? +2" for the first time
// need not look for the page of the help.

// marked is a count as its cell shows it: where all that is hidden is of SELF and
// SYSTEM or what set-up and Windows write, that has no mark.
func (l *Line) marked(c Count, k *grant.Kind, reverse bool) Count {
	if c.Hidden == 0 || l.asked == nil {
		return c
	}
	own := true
	l.asked.eachHidden(l.at, k, reverse, func(h hiddenRows) bool {
		own = own && h.own
		return own
	})
	if own {
		c.Hidden = 0
	}
	return c
}

// hiddenRows are rows of a line that are hidden alike.
type hiddenRows struct {
	n   int
	why hiding.Reasons // those for which they are hidden
	own bool           // they are of SELF or SYSTEM, or what set-up and Windows write
}

// eachHidden calls yield for the hidden rows of one kind of a line, as a target or in
// reverse, until it returns false. In reverse an entry is judged by a few of the
// targets that it is on.
func (l *evaluation) eachHidden(at lineRef, k *grant.Kind, reverse bool, yield func(hiddenRows) bool) {
	s := l.snap
	if !reverse {
		l.each(at.obj, k.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
			why := l.why(r, a)
			return why == 0 || yield(hiddenRows{1, why, l.own(at.obj, grant.ReasonsOf(s, r, a), a)})
		})
		return
	}
	r := grant.RelationsOf(s)
	if k.IsLink() || at.party.DN() != 0 {
		if c := l.reverse(at.party, k); c.Hidden > 0 {
			yield(hiddenRows{n: c.Hidden, why: hiding.NotDeny})
		}
		return
	}
	for _, in := range k.Senses() {
		for _, id := range r.ACEs.Of(uint32(at.party)) {
			n := l.uses(r, in, pool.ACE(id))
			if n == 0 {
				continue
			}
			a := s.ACEs.At(id)
			for _, why := range l.reasons(in, a) {
				if hidden := l.hides(why, a, a.Type.Denies()); hidden != 0 && !yield(hiddenRows{n, hidden, l.ownOnTargets(id, why, a)}) {
					return
				}
			}
		}
	}
}

// reasons are those of each row that an entry has on a list.
func (l *evaluation) reasons(in pool.Sense, a *pool.ACERecord) (out []hiding.Reasons) {
	if !l.query.Split {
		if why, gives := pool.EntryReasons(in, a); gives {
			out = append(out, why)
		}
		return out
	}
	var buf [pool.MaxRights]pool.Right
	for _, right := range pool.RightsOf(in, a, &buf) {
		out = append(out, pool.RecipientReasons(in, a, right))
	}
	return out
}

// own reports whether an entry of a target says nothing about anybody's intent.
func (l *evaluation) own(id model.ObjectID, why hiding.Reasons, a *pool.ACERecord) bool {
	if a == nil {
		return false
	}
	return why&(hiding.Self|hiding.Default) != 0 || grant.Preset(l.snap, id, a)
}

// ownOnTargets is the same for an entry, by the first targets of the first lists that
// have it.
func (l *evaluation) ownOnTargets(id uint32, why hiding.Reasons, a *pool.ACERecord) bool {
	const few = 8
	at := grant.ReachOf(l.snap)
	for i, d := range at.Descs.Of(id) {
		if i == few {
			break
		}
		for _, target := range at.Targets.Of(d)[:1] {
			if !l.own(model.ObjectID(target), why, a) {
				return false
			}
		}
	}
	return true
}

// Explain says in words what the marks of line i mean, the most important first;
// nothing for a line without any.
func (r *Result) Explain(i int) (parts []string) {
	if r.Query.Rows || r.Query.Type.Doors() || r.Query.Roles() {
		return nil
	}
	line := r.Line(i)
	if line.Row != nil {
		return reachText(&line)
	}
	for _, k := range grant.Kinds {
		if c := line.Forward(k); c.Unread {
			parts = append(parts, allowDeny(c.Rows-c.Deny, c.Deny)+"? "+r.unreadText(line.at.obj, k))
		}
	}
	switch {
	case line.Authority == model.AuthorityCopy:
		parts = append(parts, "~ on "+cmp.Or(line.Exchange, "a server before 2013")+": the store decides")
	case line.Authority == "" && line.Kind == model.KindMailbox && line.Key.IsTarget() && r.Query.Type == Mailboxes:
		parts = append(parts, "~? its server could not be found out")
	}
	parts = append(parts, r.hiddenText(&line)...)
	indirect := false
	for _, k := range grant.Kinds {
		c := line.Reverse(k)
		indirect = indirect || c.Indirect
		if c.Targets > 0 && (c.Rows-c.Deny != c.AllowOn || c.Deny != c.DenyOn) {
			rows := allowDeny(c.Rows-c.Deny, c.Deny)
			parts = append(parts, allowDeny(c.AllowOn, c.DenyOn)+" ("+rows+"): "+several(c.Rows, rowWord(&r.Query))+" on "+several(c.Targets, TypeOfKind(k).One))
		}
	}
	if indirect {
		parts = append(parts, "g more through groups or stores")
	}
	return parts
}

// rowWord is what a row is called: an entry, or a right of one.
func rowWord(q *Query) string {
	if q.Split {
		return "right"
	}
	return "entry"
}

// several is so many of something.
func several(n int, word string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(word, "x"):
		word += "es"
	case strings.HasSuffix(word, "ry"):
		word = strings.TrimSuffix(word, "y") + "ies"
	default:
		word += "s"
	}
	return thousands(n) + " " + word
}

// unreadText says what became of a list that was not read to its end.
func (r *Result) unreadText(id model.ObjectID, k *grant.Kind) string {
	s, name := r.Snapshot, k.ListName
	if k == grant.MailboxACL {
		name = "the mailbox list"
	}
	d := k.Desc(s.Record(id))
	switch {
	case k.IsLink() && k.Values(s, id) > 0:
		return name + " was not read to its end"
	case d != 0 && s.Descs.At(uint32(d)).Broken:
		return name + " is damaged after " + several(int(s.Descs.At(uint32(d)).N), "entry")
	}
	return name + " did not come"
}

// hiddenText counts what is hidden of a line and has a mark, by why: "+2 hidden: SELF".
func (r *Result) hiddenText(line *Line) []string {
	words := map[string]int{}
	var order []string
	all := 0
	add := func(c Count, k *grant.Kind, reverse bool) {
		if line.marked(c, k, reverse).Hidden == 0 {
			return
		}
		line.asked.eachHidden(line.at, k, reverse, func(h hiddenRows) bool {
			word := hiding.Names[h.why.First()]
			if h.own {
				word = "SELF and set-up's own"
			}
			if words[word] == 0 {
				order = append(order, word)
			}
			words[word] += h.n
			all += h.n
			return true
		})
	}
	for _, k := range grant.Kinds {
		add(line.Forward(k), k, false)
		add(line.Reverse(k), k, true)
	}
	if all == 0 {
		return nil
	}
	if len(order) == 1 {
		return []string{"+" + thousands(all) + " hidden: " + order[0]}
	}
	for i, word := range order {
		order[i] = thousands(words[word]) + " " + word
	}
	return []string{"+" + thousands(all) + " hidden: " + strings.Join(order, ", ")}
}
