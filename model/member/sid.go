package member

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// sortOfDomain says what the SIDs of a domain are. It is worked out once for
// each domain of the pool, of which there are few, since every entry of every
// list is asked for its SID.
type sortOfDomain uint8

const (
	noAccount   sortOfDomain = iota // SYSTEM, SELF, ANONYMOUS LOGON and the like
	everyone                        // S-1-1
	ntAuthority                     // S-1-5: some of its SIDs are in every token
	builtin                         // S-1-5-32: local groups of each computer
	ours                            // accounts of a domain of the forest
	elsewhere                       // accounts of another
)

func sortsOf(s *model.Snapshot) []sortOfDomain {
	heads := s.DomainHeads()
	out := make([]sortOfDomain, len(s.SIDDomains))
	for n, domain := range s.SIDDomains {
		_, known := heads[domain]
		switch text := domain.String(); {
		case known:
			out[n] = ours
		case strings.HasPrefix(text, "S-1-5-21-"):
			out[n] = elsewhere
		case domain == acl.SIDBuiltin:
			out[n] = builtin
		case text == "S-1-1":
			out[n] = everyone
		case text == "S-1-5":
			out[n] = ntAuthority
		}
	}
	return out
}

func (g *Graph) sortOf(id pool.SID) sortOfDomain {
	r := g.s.SIDs.At(uint32(id))
	if r.Whole || int(r.Domain) >= len(g.sorts) {
		return noAccount
	}
	return g.sorts[r.Domain]
}

// Of NT AUTHORITY a network logon's token holds these: NETWORK, Authenticated
// Users, This Organization ([MS-DTYP] 2.4.2.4).
var inEveryToken = []uint32{2, 11, 15}

// IsUniversal reports whether the token of every network logon holds a SID.
func (g *Graph) IsUniversal(id pool.SID) bool {
	rid := g.s.SIDs.At(uint32(id)).Rid
	switch g.sortOf(id) {
	case everyone:
		return rid == 0
	case ntAuthority:
		return slices.Contains(inEveryToken, rid)
	}
	return false
}

// IsBuiltin reports whether a SID is one of S-1-5-32.
func (g *Graph) IsBuiltin(id pool.SID) bool { return g.sortOf(id) == builtin }

// notOnServers are the local groups that exist on domain controllers alone, by
// the RID: an Exchange server has none under their SIDs.
var notOnServers = []uint32{548, 549, 550, 554, 557, 560, 561}

// everyones says what can be told of a SID without a look at any account; ok is
// false where accounts decide.
func (g *Graph) everyones(id pool.SID) (c Certainty, ok bool) {
	switch g.sortOf(id) {
	case ours, elsewhere:
		return No, false
	case builtin:
		if !slices.Contains(notOnServers, g.s.SIDs.At(uint32(id)).Rid) {
			c = Possible
		}
	default:
		if g.IsUniversal(id) {
			c = Sure
		}
	}
	return c, true
}

// The usual primary groups ([MS-SAMR] 2.2.1.14).
const (
	ridDomainUsers     = 513
	ridDomainComputers = 515
)

// IsDomainWide reports whether a SID is that of Domain Users or Domain
// Computers of a domain of the forest, be the group itself delivered or not.
func (g *Graph) IsDomainWide(id pool.SID) bool {
	if rid := g.s.SIDs.At(uint32(id)).Rid; rid != ridDomainUsers && rid != ridDomainComputers || g.sortOf(id) != ours {
		return false
	}
	h := g.s.Holder(id)
	return h == 0 || g.s.Record(h).Class == model.ClassGroup
}

// WideToken returns what the token of a member of such a group holds because of
// it.
func (g *Graph) WideToken(id pool.SID, d Domain) *SIDs {
	if h := g.s.Holder(id); h != 0 {
		return g.GroupToken(h, d)
	}
	w := g.walk(d)
	w.t.Steps = append(w.t.Steps, Step{SID: id, Primary: true, Certainty: Sure})
	w.t.add(id, 1)
	return w.withEverybodys(0)
}
