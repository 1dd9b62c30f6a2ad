package model

import (
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// LinkAttribute is an attribute of another recipient whose values name somebody:
// who manages it, and who may send to it (exchange-facts 2.2).
type LinkAttribute uint8

// The attributes.
const (
	ManagedBy     LinkAttribute = iota // managedBy
	CoManagedBy                        // msExchCoManagedByLink
	Accept                             // authOrig
	AcceptMembers                      // dLMemSubmitPerms
	Reject                             // unauthOrig
	RejectMembers                      // dLMemRejectPerms
	LinkAttributes
)

// Name is the attribute's name in the directory.
func (a LinkAttribute) Name() string {
	return [LinkAttributes]string{"managedBy", "msExchCoManagedByLink", "authOrig", "dLMemSubmitPerms", "unauthOrig", "dLMemRejectPerms"}[a]
}

// SenderAuth says whether a recipient takes messages of authenticated senders
// alone (msExchRequireAuthToSendTo).
type SenderAuth uint8

// What is known of it. Missing is not the same as false: see [ReadState].
const (
	AuthNotAsked SenderAuth = iota
	AuthMissing
	AuthRequired
	AuthNotRequired
)

// Mail is what a source says of another recipient beyond what accounts have. A
// second one adds to the first.
type Mail struct {
	Links   [LinkAttributes][]string // DNs
	States  [LinkAttributes]ReadState
	Partial [LinkAttributes]bool // not all values came
	Auth    SenderAuth
}

// IsZero reports whether it says nothing.
func (m *Mail) IsZero() bool {
	return m.States == [LinkAttributes]ReadState{} && m.Auth == AuthNotAsked
}

// Link is one value of such an attribute.
type Link struct {
	Target    ObjectID
	Who       pool.DN
	Attribute LinkAttribute
}

// Posting is what a [Snapshot] keeps of it: 16 bytes for each recipient that is
// no mailbox, beside its [Record]. Most mailboxes have none.
type Posting struct {
	first   span // of the values in Snapshot.Links: those of the first entry
	States  [LinkAttributes]ReadState
	partial uint8 // set of LinkAttribute
	Auth    SenderAuth
}

// Partial reports that not all values of an attribute came.
func (p *Posting) Partial(a LinkAttribute) bool { return p.partial&(1<<a) != 0 }

// postings is the part of a Writer that keeps them.
type postings struct {
	list  table.Table[Posting]
	of    table.Table[uint32] // by ObjectID: number in list; 0 is none
	links table.Table[Link]
	known map[Link]bool // values of the objects of which several entries tell
}

// post takes what an entry says of a recipient.
func (p *postings) post(dns *pool.Pool, id ObjectID, in *Mail) {
	p.of.Grow(uint32(id) + 1)
	n := *p.of.At(uint32(id))
	again := n != 0
	if !again {
		if p.list.Len() == 0 {
			p.list.Add(Posting{})
		}
		n = p.list.Add(Posting{})
		*p.of.Edit(uint32(id)) = n
	}
	posting := p.list.Edit(n)
	if posting.Auth < AuthRequired && in.Auth != AuthNotAsked {
		posting.Auth = in.Auth
	}
	if !again {
		posting.first.First = p.links.Len()
	}
	for a := range LinkAttributes {
		posting.States[a] = posting.States[a].and(in.States[a])
		if in.Partial[a] {
			posting.partial |= 1 << a
		}
		for _, name := range in.Links[a] {
			p.link(posting, Link{Target: id, Who: dns.DN(name), Attribute: a}, again)
		}
	}
	if !again {
		posting.first.N = p.links.Len() - posting.first.First
	}
}

// link adds a value, unless an earlier entry of the same object gave it.
func (p *postings) link(posting *Posting, l Link, again bool) {
	if again {
		if p.known == nil {
			p.known = map[Link]bool{}
		}
		for first := &posting.first; first.N > 0; first.N-- {
			p.known[*p.links.At(first.First + first.N - 1)] = true
		}
		if p.known[l] {
			return
		}
		p.known[l] = true
	}
	p.links.Add(l)
}

// PostingOf returns what is known of a recipient beyond its [Record]; nothing of
// what is none.
func (s *Snapshot) PostingOf(id ObjectID) *Posting {
	if uint32(id) >= s.postingOf.Len() || s.postings.Len() == 0 {
		return &Posting{}
	}
	return s.postings.At(*s.postingOf.At(uint32(id)))
}

// LinksOf returns the numbers in Links of an object's values: by attribute, then
// as they came. They are not to be changed.
func (s *Snapshot) LinksOf(id ObjectID) []uint32 { return linksOf.Of(s).Of(uint32(id)) }

var linksOf = Derive(func(s *Snapshot) *table.Lists {
	if s.Links.Len() == 0 {
		return &table.Lists{}
	}
	lists := table.MakeLists(s.Objects.Len(), func(yield func(key, value uint32)) {
		for a := range LinkAttributes {
			for n := range s.Links.Len() {
				if l := s.Links.At(n); l.Attribute == a {
					yield(uint32(l.Target), n)
				}
			}
		}
	})
	return &lists
}).Outlives(Memberships | Lists)
