package verdict

import (
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
	// Preset: every entry that had to do with it is one that Windows or set-up writes.
	Preset bool
}

// better joins two ways to the same right.
func (o Outcome) better(x Outcome) Outcome {
	switch {
	case x.Answer == o.Answer && x.Answer != None:
		return Outcome{o.Answer, max(o.Basis, x.Basis), o.Preset && x.Preset}
	case x.Answer > o.Answer:
		if o.Answer != None {
			x.Preset = x.Preset && o.Preset
		}
		return x
	case x.Answer != None:
		o.Preset = o.Preset && x.Preset
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
		// Where the entry holds or not, somebody may get in or not: possible,
		// unless both come to the same.
		out = 0
		if open&mayNo != 0 && e == denies {
			out |= mayNo
		}
		if open&mayAllow != 0 && e == allows {
			out |= mayAllow
		}
		if open&mayPossible != 0 || open&mayNo != 0 && e != denies || open&mayAllow != 0 && e != allows {
			out |= mayPossible
		}
	}
	if c&member.Unread != 0 {
		out |= yes
	}
	return out
}

// weigh is the answer of a list for a person: in the order of the list the first
// entry that surely holds decides, and every earlier one that may hold leaves
// the answer open ([MS-DTYP] 2.5.3.2). The matches are in order of the entries
// and hold those of everybody too.
func (l *list) weigh(matches []match) Outcome {
	first := len(matches)
	for i, m := range matches {
		if m.certainty.Through(l.entries[m.entry].own)&member.Sure != 0 {
			first = i
			break
		}
	}
	open := mayNo
	for i := min(first, len(matches)-1); i >= 0; i-- {
		e := &l.entries[matches[i].entry]
		open = after(open, e.effect, matches[i].certainty.Through(e.own))
	}
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
	out.Preset, out.Basis = l.presetOnly(matches, first, out.Answer), l.basis(matches, first)
	if out.Answer == Denied {
		out.Basis = NoBasis
	}
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

func (l *list) basis(matches []match, first int) (b Basis) {
	if l.service {
		return Service
	}
	l.ways(matches, func(m match) {
		e := &l.entries[m.entry]
		switch {
		case m.certainty.Through(e.own)&(member.Sure|member.Possible) == 0:
		case e.preset:
			b = max(b, Default)
		default:
			b = Grant
		}
	})
	return b
}

// presetOnly reports whether nothing but entries of Windows and set-up had to do
// with an answer.
func (l *list) presetOnly(matches []match, first int, a Answer) bool {
	for i, m := range matches {
		e := &l.entries[m.entry]
		switch {
		case e.preset:
		case i <= first:
			return false
		case e.effect == allows:
			return false // it would let him in, or lost
		}
	}
	return true
}
