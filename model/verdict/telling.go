package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// telling is what one answer of a line rests on: the ways, and what they come to in
// a sentence. It never changes once it is made.
type telling struct {
	ways     []*Way
	best     int          // of ways, the one that makes the answer what it is; -1 for none
	sentence model.Phrase // of a line for many mailboxes without their number
}

// decides returns the way that makes the answer what it is.
func (t *telling) decides() (w *Way, ok bool) {
	if t.best < 0 {
		return nil, false
	}
	return t.ways[t.best], true
}

// tellingKey is what a telling depends on where the ways are few: one person gets
// into the mailboxes of a store or of a scope in the same words.
type tellingKey struct {
	answer Answer
	ways   [fewWays]*Way
}

const fewWays = 6

// telling returns what an answer rests on, which is worked out by the first who
// asks; two who ask at a time may both work it out.
func (l *Line) telling(q Question) *telling {
	t := l.told[q].Load()
	if t != nil {
		return t
	}
	if k, ok := l.askedKey(q); ok {
		t = l.b.asked.of(k, func() *telling { return l.findTelling(q) })
	} else {
		t = l.findTelling(q)
	}
	l.told[q].Store(t)
	return t
}

// askedKey is what an answer rests on where that lies in lists that many recipients
// have alike, so that nobody looks for the ways again.
type askedKey struct {
	question Question
	answer   Answer
	release  release
	single   bool
	mailbox  bool // see entryKey
	_        [3]byte
	list     uint32 // number of the list
	role     uint32 // number of what roles give
	person   member.Person
	about    model.TrusteeID
	above    pool.DN // see entryPlace
}

// askedKey is not there for the owner of a recipient, and for lists of one.
func (l *Line) askedKey(q Question) (k askedKey, ok bool) {
	if l.t == nil || q == CanSendOnBehalf || l.Single && l.t.owner(l.Person) != member.No {
		return k, false
	}
	p := plansOf(l.b.s)
	at := p.of[l.t.id]
	k = askedKey{question: q, answer: l.Answers[q].Answer, release: l.t.release, single: l.Single, mailbox: at.open != noList, list: at.send, role: at.role,
		person: l.Person, about: l.Trustee}
	switch q {
	case CanOpen:
		k.list = at.open
		return k, at.open != noList && p.bare[at.open] == at.open
	case CanOpenAdmin:
		k.list = at.admin
	default:
		k.above = l.b.s.DNs.At(uint32(l.t.o.DN)).Parent
	}
	return k, true
}

func (l *Line) findTelling(q Question) *telling {
	var few [fewWays]*Way
	ways, shared := l.findWays(few[:0], q)
	answer := l.Answers[q].Answer
	if !shared || len(ways) > fewWays {
		return tell(answer, ways)
	}
	k := tellingKey{answer: answer}
	copy(k.ways[:], ways)
	return l.b.tellings.of(k, func() *telling { return tell(answer, ways) })
}

func tell(a Answer, ways []*Way) *telling {
	t := &telling{ways: slices.Clone(ways), best: deciding(a, ways)}
	t.sentence = t.spell(a)
	return t
}

// weight is what a telling takes, in parts of phrases.
func (t *telling) weight() int { return len(t.sentence) + 8 }

// weight is what a way takes, in parts of phrases.
func (w *Way) weight() int { return 2*len(w.Chain) + 8 }

// Told names what a line says: two lines of a book with the same have the same Via,
// ViaSID and Why. So whoever writes millions of lines can keep their texts.
type Told [questions]*telling

// Told is not there for a line for many mailboxes: such lines are few, and each says
// something else.
func (l *Line) Told() (t Told, ok bool) {
	if l.t == nil {
		return t, false
	}
	for q := range questions {
		if l.Answers[q].Answer != None {
			t[q] = l.telling(q)
		}
	}
	return t, true
}

// mostTellings bounds the tellings and the ways that are kept, in parts of phrases, and mostNames
// the names of persons, groups and entries.
const (
	mostTellings = 1 << 19
	mostNames    = 1 << 15
)

// nameKey is a name in the chains: of an object, or of a trustee.
type nameKey struct {
	obj model.ObjectID
	who model.TrusteeID
}

// nameOf names a trustee. The phrase is shared.
func (b *Book) nameOf(t model.TrusteeID) model.Phrase {
	return b.names.of(nameKey{who: t}, func() model.Phrase { return b.findName(t) })
}

func (b *Book) findName(t model.TrusteeID) model.Phrase {
	if t == 0 {
		return model.Said("*")
	}
	p := b.s.Principal(t)
	kind := model.PartName
	switch {
	case p.Kind == model.KindWellKnown:
		kind = model.PartWord
	case p.Name == model.SIDText(p.SID):
		kind = model.PartSID
	}
	return model.Phrase{{Is: kind, Text: p.Name}}
}

// objectName names an object. The phrase is shared.
func (b *Book) objectName(id model.ObjectID) model.Phrase {
	return b.names.of(nameKey{obj: id}, func() model.Phrase {
		return model.Phrase{{Is: model.PartName, Text: b.s.ObjectName(b.s.Record(id))}}
	})
}

// wayKey is what a way by an entry depends on: whom the line is about, and the entry
// in its list. Bytes stand before words, so that it is hashed in one piece.
type wayKey struct {
	effect          effect
	release         release
	most            member.Certainty
	own             member.Certainty
	certainty       member.Certainty
	service, preset bool
	single, late    bool
	mailbox         bool // see entryKey
	in              part
	_               byte
	entry           entryPlace
	domain          member.Domain
	person          member.Person
	about           model.TrusteeID
	names           pool.SID
}

// roleWayKey is the same of a way by a role.
type roleWayKey struct {
	single   bool
	many     bool // it stands on a line for many mailboxes
	who      member.Certainty
	got      member.Certainty
	release  release
	domain   member.Domain
	counting rbac.Counting
	person   member.Person
	about    model.TrusteeID
}

// entryKey is what the words for an entry depend on.
type entryKey struct {
	in      part
	mailbox bool // entries of an account are told in another word
	at      entryPlace
}

// entryPlace is the place of an entry in the list of an object, or, of a mailbox and
// its account, in a list that many may have.
type entryPlace struct {
	pos   uint32
	obj   model.ObjectID
	desc  pool.Desc
	above pool.DN // what inherited entries of an account come from
}

// keyOf returns the key of an entry that decides about a recipient.
func (b *Book) keyOf(e *entry, of *model.Record) entryKey {
	k := entryKey{in: e.in, at: entryPlace{pos: e.pos}}
	switch e.in {
	case inMailbox:
		if e.own&member.Sure == 0 { // the list says why
			k.at.desc = of.MailboxSD
		}
	case inAccount:
		k.mailbox, k.at.desc, k.at.above = of.HasMailbox(), of.Security, b.s.DNs.At(uint32(of.DN)).Parent
	default:
		k.at.obj = e.obj
	}
	return k
}

// wayOf returns the way of a match. Of an entry in the list of the recipient or of
// its mailbox it names no object: it is shared. See Line.Ways.
func (l *Line) wayOf(saved *savedList, m match, late bool) *Way {
	e := &saved.list.entries[m.entry]
	if e.gap != nil {
		if late {
			return &e.gap[1]
		}
		return &e.gap[0]
	}
	at := l.b.keyOf(e, l.t.o)
	k := wayKey{
		effect: e.effect, release: l.t.release, most: saved.list.most, own: e.own, certainty: m.certainty, service: saved.list.service, preset: e.preset,
		single: l.Single, late: late, mailbox: at.mailbox, in: at.in, entry: at.at,
		domain: saved.list.domain, person: l.Person, about: l.Trustee, names: e.who,
	}
	return l.b.ways.of(k, func() *Way {
		w := l.makeWay(saved, m, at)
		w.Late = late
		return &w
	})
}

// roleWayOf returns the way by an assignment.
func (l *Line) roleWayOf(e *roleEntry, c rbac.Counting, who, got member.Certainty) *Way {
	k := roleWayKey{single: l.Single, many: l.t == nil, who: who, got: got, domain: l.domain(), counting: c, person: l.Person, about: l.Trustee}
	if l.t != nil {
		k.release = l.t.release
	}
	return l.b.roleWays.of(k, func() *Way {
		w := l.roleWay(e, c, who, got)
		return &w
	})
}
