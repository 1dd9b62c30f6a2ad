package verdict_test

import "strings"

// Lists as Exchange's store goes through them: the mailbox's own and the store's
// behind it (section 3), the account's (5), those for administrators (4).

// step is an entry that speaks of the right in question.
type step struct {
	deny    bool
	sid     string
	preset  bool
	applies func(*world) bool // nil for always
}

// walk goes through a list: the first entry whose trustee is in the token
// decides. Denied is said only where a deny that surely holds stands before an
// allow. Of several entries that would let somebody in, one that Windows or set-up
// writes is named last.
func walk(t *token, list []step) outcome {
	for i, s := range list {
		if !s.holdsFor(t) {
			continue
		}
		if s.deny {
			return afterDeny(t, list[i:])
		}
		out := outcome{allowed, byGrant}
		if s.preset {
			out.Basis = byDefault
		}
		for _, also := range list[i+1:] {
			if out.Basis == byGrant || also.preset && !also.deny || !also.holdsFor(t) {
				continue
			}
			if also.deny {
				break
			}
			out.Basis = byGrant
		}
		return out
	}
	return outcome{}
}

func afterDeny(t *token, list []step) outcome {
	sure := false
	for _, s := range list {
		switch {
		case s.deny:
			sure = sure || t.w.surely(func(w *world) bool { return s.holdsFor(&token{t.o, w, t.p, t.server}) })
		case sure && s.holdsFor(t):
			return outcome{Answer: denied}
		}
	}
	return outcome{}
}

func (s *step) holdsFor(t *token) bool {
	return (s.applies == nil || s.applies(t.w)) && t.holds(s.sid)
}

// everybodyIn is what there is where no list is.
var everybodyIn = step{sid: sidEveryone}

// rest is what was not read of a list and may say anything.
func rest(what string) (deny, allow step) {
	deny = step{deny: true, sid: sidEveryone, applies: func(w *world) bool { return w.unknown(what, 3) == 1 }}
	allow = step{sid: sidEveryone, applies: func(w *world) bool { return w.unknown(what, 3) == 2 }}
	return
}

func both(a, b func(*world) bool) func(*world) bool {
	if a == nil {
		return b
	}
	return func(w *world) bool { return a(w) && b(w) }
}

// condition makes an entry with a condition hold in some worlds.
func (e *entry) condition(what string, s *step) {
	if e.Condition {
		s.applies = both(s.applies, func(w *world) bool { return w.possible("condition of " + what) })
	}
}

// knownToStore are the types of object entries that the store does not drop.
var knownToStore = map[string]bool{"": true, receiveAsRight: true, sendAsRight: true, userClass: true,
	transport: true, delegation: true, storeAdmin: true}

// ownSteps are those of a mailbox's own list (3.2, 3.5, 3.6). SELF is the owner,
// who was let in before. old says in which worlds the server is one before 2013.
func ownSteps(m *account, old func(*world) bool) (out []step) {
	l := &m.Mailbox
	what := "mailbox list of " + m.Name
	switch {
	case l.State == "absent":
		return nil
	case l.State == "unread":
		deny, allow := rest(what)
		return []step{deny, allow}
	case l.None != "":
		return []step{everybodyIn}
	}
	for i, e := range l.Entries {
		if e.is("IO") || e.Object && !knownToStore[e.Type] || !e.fullAccess() || e.SID == sidSelf {
			continue
		}
		s := step{deny: e.Deny, sid: e.SID}
		name := what + " " + string(rune('0'+i))
		if e.is("ID") {
			s.applies = func(w *world) bool { return old(w) && w.possible("stale "+name) }
		}
		e.condition(name, &s)
		out = append(out, s)
	}
	if l.State == "broken" {
		deny, allow := rest(what)
		out = append(out, deny, allow)
	}
	return out
}

// fullAccess: bit 0x1, or GENERIC_ALL, which holds it (1.5 step 9).
func (e *entry) fullAccess() bool { return e.Mask&1 != 0 || e.Mask&0x10000000 != 0 }

// reaches goes with an entry of a store through the nine steps of 1.5, and
// reports whether it comes to the mailbox as FullAccess.
func (e *entry) reaches() bool {
	mask := e.Mask & 0x1F0000
	if e.Mask&0x100 != 0 && (!e.Object || e.Type == receiveAsRight) {
		mask |= 1
	}
	if mask == 0 || e.Condition || e.Class != "" && e.Class != userClass {
		return false
	}
	inherits := e.is("CI") || e.Class == userClass
	return inherits && mask&1 != 0
}

// storeSteps are those that the store gives the mailbox: denies first.
func (o *forest) storeSteps(m *account, old func(*world) bool) []step {
	st := o.storeOf(m)
	deny, allow := rest("store " + m.Store + " of " + m.Name)
	if st == nil || st.List.State == "unread" || st.List.State == "absent" {
		return []step{deny, allow}
	}
	if st.List.None != "" {
		return nil
	}
	var denies, allows []step
	for i, e := range st.List.Entries {
		if !e.reaches() || e.SID == sidSelf {
			continue
		}
		name := "store " + st.Name + " " + string(rune('0'+i))
		s := step{deny: e.Deny, sid: e.SID, preset: o.presetOnStore(&e)}
		s.applies = func(w *world) bool { return !old(w) || w.possible("derived "+name) }
		if e.Deny {
			denies = append(denies, s)
		} else {
			allows = append(allows, s)
		}
	}
	if st.List.State == "broken" {
		denies, allows = append(denies, deny), append(allows, allow)
	}
	return append(denies, allows...)
}

// rightSteps are the entries of a directory object's list that speak of an
// extended right, in stored order (sections 4 and 5). self is whom SELF stands
// for, empty where that is nobody or the owner.
func rightSteps(l *list, what, right, self string, preset func(*entry) bool) (out []step) {
	switch {
	case l.State == "unread" || l.State == "absent":
		deny, allow := rest(what)
		return []step{deny, allow}
	case l.None != "":
		return []step{everybodyIn}
	}
	for i, e := range l.Entries {
		given := e.Mask&0x100 != 0 && (e.Type == "" || e.Type == right) || e.Mask&0x10000000 != 0 && (e.Type == "" || e.Type == right)
		known := preset(&e)
		if !given || e.is("IO") || known && !e.Deny && strings.HasPrefix(e.SID, builtin) {
			continue
		}
		s := step{deny: e.Deny, sid: e.SID, preset: known}
		if s.sid == sidSelf {
			if s.sid = self; self == "" {
				continue
			}
		}
		e.condition(what+" "+string(rune('0'+i)), &s)
		out = append(out, s)
	}
	if l.State == "broken" {
		deny, allow := rest(what)
		out = append(out, deny, allow)
	}
	return out
}
