package verdict

import (
	"slices"

	"mbxperm/model/member"
)

// Answer is what a question about a person and a mailbox comes to. Of two ways
// in the greater answer counts.
type Answer uint8

// The answers.
const (
	None     Answer = iota // nothing speaks for it
	Denied                 // a deny beat an allow
	Possible               // something decides that the directory does not tell
	Unknown                // something that was not read could change it
	Allowed
)

// String spells the answer as reports do.
func (a Answer) String() string {
	return [...]string{"none", "denied", "possible", "unknown", "allowed"}[a]
}

// Basis is what an answer that is allowed or possible rests on; of several the
// greater is named.
type Basis uint8

// The bases. Service is that of an administrator or service logon.
const (
	NoBasis Basis = iota
	Service
	Role
	Default // entries that Windows or set-up writes, and no others
	Grant
	Owner
)

// String spells the basis as reports do.
func (b Basis) String() string {
	return [...]string{"", "service", "role", "default", "grant", "owner"}[b]
}

// Outcome is the answer to one question.
type Outcome struct {
	Answer Answer
	Basis  Basis
	// Preset: it comes from entries that Windows or set-up writes alone.
	Preset bool
}

// better joins two ways to the same right.
func (o Outcome) better(x Outcome) Outcome {
	switch {
	case x.Answer == o.Answer && x.Answer != None:
		return Outcome{o.Answer, max(o.Basis, x.Basis), o.Preset && x.Preset}
	case x.Answer > o.Answer:
		return x
	}
	return o
}

// effect is what an entry does for whom it names.
type effect uint8

const (
	allows effect = iota
	denies
	either // a part of a list that was not read
)

// match is an entry that may hold for a person.
type match struct {
	entry     int32
	certainty member.Certainty
}

// The answers that are still open, as a set: what is not read is taken to be one
// way and then the other.
const (
	mayNo uint8 = 1 << iota
	mayPossible
	mayAllow
)

// after says what the answers behind an entry become by it.
func after(open uint8, e effect, c member.Certainty) uint8 {
	yes := [...]uint8{mayAllow, mayNo, mayAllow | mayNo}[e]
	if c&member.Sure != 0 {
		return yes
	}
	out := open
	if c&member.Possible != 0 {
		out = maybe(open, e)
	} else if c&member.Doubtful != 0 {
		out |= maybe(open, e)
	}
	if c&member.Unread != 0 {
		out |= yes
	}
	return out
}

// maybe is after an entry that holds or not: somebody may get in or not, which is
// possible, unless both come to the same.
func maybe(open uint8, e effect) (out uint8) {
	if open&mayNo != 0 && e == denies {
		out |= mayNo
	}
	if open&mayAllow != 0 && e == allows {
		out |= mayAllow
	}
	if open&mayPossible != 0 || open&mayNo != 0 && e != denies || open&mayAllow != 0 && e != allows {
		out |= mayPossible
	}
	return out
}

// weigh is the answer of a list for a person: in the order of the list the first
// entry that surely holds decides, and every earlier one that may hold leaves
// the answer open ([MS-DTYP] 2.5.3.2). The matches are in order of the entries
// and hold those of everybody too.
func (l *list) weigh(matches []match) Outcome {
	first := l.first(matches)
	open := l.openBy(matches, first, mostTwice)
	switch l.most {
	case member.Possible:
		if open&mayAllow != 0 {
			open = open&^mayAllow | mayPossible
		}
	case member.Unread:
		if open&mayAllow != 0 {
			open |= mayPossible
		}
	}
	return l.outcome(matches, first, open)
}

// first is the first match that surely holds.
func (l *list) first(matches []match) int {
	for i, m := range matches {
		if m.certainty.Through(l.entries[m.entry].own)&member.Sure != 0 {
			return i
		}
	}
	return len(matches)
}

// mostTwice bounds how many trustees are read one way and then the other, since
// each triples the work. Of further ones each entry is taken for itself, which
// leaves open what may be certain, and never the other way round.
const mostTwice = 5

// openBy goes back from the first sure match. A trustee that was not read and is
// named more than once is either in the token or not, for all of its entries.
func (l *list) openBy(matches []match, first, most int) (open uint8) {
	if l.twice && most > 0 {
		if i := slices.IndexFunc(matches, l.isOpenTwice); i >= 0 {
			for _, c := range matches[i].certainty.Readings() {
				one := slices.Clone(matches)
				for k := range one {
					if l.entries[one[k].entry].who == l.entries[matches[i].entry].who {
						one[k].certainty = c
					}
				}
				open |= l.openBy(one, l.first(one), most-1)
			}
			return open
		}
	}
	open = mayNo
	for i := min(first, len(matches)-1); i >= 0; i-- {
		e := &l.entries[matches[i].entry]
		if !e.shadowed {
			open = after(open, e.effect, matches[i].certainty.Through(e.own))
		}
	}
	return open
}

func (l *list) isOpenTwice(m match) bool {
	e := &l.entries[m.entry]
	return e.twice && e.effect != either && m.certainty&member.Sure == 0 && m.certainty&(member.Unread|member.Doubtful) != 0
}

// outcome puts a word to what is open.
func (l *list) outcome(matches []match, first int, open uint8) (out Outcome) {
	switch open {
	case mayAllow:
		out.Answer = Allowed
	case mayPossible:
		out.Answer = Possible
	case mayNo:
		if l.lost(matches, first) {
			out.Answer = Denied
		}
	default:
		out.Answer = Unknown
	}
	if out.Answer == None {
		return out
	}
	out.Preset, out.Basis = l.presetOnly(matches, first, out.Answer), l.basis(matches, out.Answer)
	return out
}

// lost reports whether a deny decided and an allow came too late.
func (l *list) lost(matches []match, first int) bool {
	if first >= len(matches) || l.entries[matches[first].entry].effect != denies {
		return false
	}
	for _, m := range matches[first+1:] {
		if e := &l.entries[m.entry]; e.effect == allows && m.certainty.Through(e.own)&(member.Sure|member.Possible) != 0 {
			return true
		}
	}
	return false
}

// ways calls yield for the matches that would let the person in: every allow
// before the first sure deny.
func (l *list) ways(matches []match, yield func(m match)) {
	for _, m := range matches {
		switch e := &l.entries[m.entry]; {
		case e.effect == allows:
			yield(m)
		case e.effect == denies && m.certainty.Through(e.own)&member.Sure != 0:
			return
		}
	}
}

// basis is what an answer rests on, however what is open turns out: what is only
// possible is no basis of what is allowed.
func (l *list) basis(matches []match, a Answer) (b Basis) {
	switch {
	case a != Allowed && a != Possible:
		return NoBasis
	case l.service:
		return Service
	case a == Allowed:
		return l.basisAllowed(matches)
	}
	if b = l.basisPossible(matches); b == NoBasis { // now by one way and now by another
		l.ways(matches, func(m match) { b = max(b, l.entries[m.entry].basis()) })
	}
	return b
}

// basisPossible is the best basis that stays whatever the unread turns out to be.
func (l *list) basisPossible(matches []match) (b Basis) {
	for _, m := range matches {
		e := &l.entries[m.entry]
		switch c := m.certainty.Through(e.own); {
		case e.effect != allows && c&(member.Sure|member.Unread) != 0:
			return b
		case e.effect != allows || e.beaten || c&(member.Sure|member.Possible) == 0:
		case e.preset:
			b = max(b, Default)
		default:
			return Grant
		}
	}
	return b
}

func (e *entry) basis() Basis {
	if e.preset {
		return Default
	}
	return Grant
}

// basisAllowed goes through the list from its end, and keeps the least basis of
// whom nothing before has decided about, and whether a grant lets him in as well.
func (l *list) basisAllowed(matches []match) Basis {
	b, granted := Owner, false
	for i := len(matches) - 1; i >= 0; i-- {
		e := &l.entries[matches[i].entry]
		by, sure := Grant, matches[i].certainty.Through(e.own)&member.Sure != 0
		switch {
		case e.effect != allows:
			granted = false
			if sure {
				b = Owner // whatever is behind it
			}
			continue
		case e.beaten:
			continue
		case e.preset && !granted && !l.grantedToo(matches[i:]):
			by = Default
		}
		if sure {
			b, granted = by, granted || !e.preset
		} else if !e.shadowed {
			b = min(b, by)
		}
	}
	return b
}

// grantedToo reports whether the trustee of the first match has a grant behind it,
// with no deny between.
func (l *list) grantedToo(matches []match) bool {
	for _, m := range matches[1:] {
		e := &l.entries[m.entry]
		if e.effect != allows {
			return false
		}
		if !e.preset && e.who == l.entries[matches[0].entry].who && e.own == member.Sure {
			return true
		}
	}
	return false
}

// presetOnly reports whether nothing but entries of Windows and set-up had to do
// with an answer, so that the lines of their trustees say it of whoever is in
// these.
func (l *list) presetOnly(matches []match, first int, a Answer) bool {
	for i, m := range matches {
		e := &l.entries[m.entry]
		switch {
		case e.preset && i <= first && m.certainty&member.Sure == 0 && (a == Possible || a == Unknown):
			return false // of him it says something else than of those who are
		case e.preset:
		case i <= first:
			return false
		case e.effect == allows:
			return false // it would let him in, or lost
		}
	}
	return true
}
