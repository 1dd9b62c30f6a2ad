package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// Named returns the lines that a text names: a bare name, DOMAIN\name, a DN, a
// SID or an objectGUID, and where it is none of these an address, a
// userPrincipalName or a displayName, without regard to case. A container stands
// for its first entry. It looks at every object.
func Named(s *model.Snapshot, text string) []LineKey {
	if sid, err := acl.ParseSID(text); err == nil {
		return lineOfSID(s, sid)
	}
	found := lines(s, identified(s, text))
	for sid, name := range acl.WellKnownSIDs() {
		if strings.EqualFold(name, text) {
			found = append(found, lineOfSID(s, sid)...)
		}
	}
	if len(found) == 0 {
		found = lines(s, KnownAs(s, text))
	}
	return slices.Compact(found)
}

// ObjectsNamed returns the objects that a text names, as [Named] reads it, whether or
// not they have a line: several hold one SID in some forests.
func ObjectsNamed(s *model.Snapshot, text string) []model.ObjectID {
	if sid, err := acl.ParseSID(text); err == nil {
		return objects(s, func(o *model.Record) bool { return o.SID != 0 && s.SIDOf(o.SID) == sid })
	}
	if found := identified(s, text); len(found) > 0 {
		return found
	}
	return KnownAs(s, text)
}

// Identified reports whether a text names something by what is its own alone, in a
// domain, as [Match] reads it: no address and no displayName.
func Identified(s *model.Snapshot, text string) bool {
	sid, err := acl.ParseSID(text)
	return err == nil && len(lineOfSID(s, sid)) > 0 || len(lines(s, identified(s, text))) > 0
}

// identified are the objects that a text names by what is theirs alone, in a
// domain: an objectGUID, a DN, a sAMAccountName or an RDN.
func identified(s *model.Snapshot, text string) []model.ObjectID {
	if g, err := acl.ParseGUID(text); err == nil {
		return objects(s, func(o *model.Record) bool { return o.GUID == g })
	}
	if found := objects(s, hasDN(s, text)); len(found) > 0 {
		return found
	}
	return objects(s, answersTo(s, text))
}

// KnownAs returns the accounts and recipients that people know under a text: by the
// userPrincipalName or the primary SMTP address, by another address where these are
// kept, which is where there are logs, or else by the displayName or the name that it
// has itself, accents and width aside. Several may be known alike.
func KnownAs(s *model.Snapshot, text string) []model.ObjectID {
	if strings.Contains(text, "@") {
		if found := mailedAs(s, text); len(found) > 0 {
			return found
		}
	}
	name := searchable(text)
	if name == "" {
		return nil
	}
	return objects(s, func(o *model.Record) bool {
		if !o.IsPrincipal() && o.Recipient == model.NoRecipient {
			return false
		}
		display := s.DisplayOf(o)
		return len(display) > 0 && isSearchable(display, name) || o.Account != 0 && isSearchable(s.Texts.Bytes(o.Account), name)
	})
}

// isSearchable reports whether searchable makes a word of a text.
func isSearchable(text []byte, word string) bool {
	if slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return searchable(string(text)) == word
	}
	return dn.EqualFold(text, []byte(word))
}

// mailedAs are the objects with a userPrincipalName or an address.
func mailedAs(s *model.Snapshot, text string) (out []model.ObjectID) {
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if upn, smtp := s.MailNames(id); strings.EqualFold(upn, text) || strings.EqualFold(smtp, text) {
			out = append(out, id)
		}
	}
	hash := model.AddressHash(text)
	for _, a := range s.Addresses {
		if id := s.At(a.DN); a.Hash == hash && id != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// hasDN says which object has a DN; none where the text is no DN.
func hasDN(s *model.Snapshot, text string) func(*model.Record) bool {
	if !strings.Contains(text, "=") {
		return nil
	}
	leaf, _ := dn.Split(text)
	leaf = dn.TrimRDN(leaf)
	key := dn.CanonicalRDN(leaf)
	return func(o *model.Record) bool {
		return dn.SameRDN(s.Texts.Bytes(s.DNs.At(uint32(o.DN)).Leaf), leaf, key) && dn.Equal(s.DNText(o.DN), text)
	}
}

// answersTo says which objects have a name, with or without its domain.
func answersTo(s *model.Snapshot, text string) func(*model.Record) bool {
	domain, name, qualified := strings.Cut(text, `\`)
	return func(o *model.Record) bool {
		if called(s, o, text) {
			return true
		}
		return qualified && called(s, o, name) && strings.EqualFold(s.DomainName(s.SIDOf(o.SID), o), domain)
	}
}

// called reports whether an object has a name, without making a text of it.
func called(s *model.Snapshot, o *model.Record, name string) bool {
	if o.Account != 0 {
		own := s.Texts.Bytes(o.Account)
		return len(own) == len(name) && strings.EqualFold(string(own), name)
	}
	return strings.EqualFold(s.ObjectName(o), name)
}

// lines are those of objects, of those that have one.
func lines(s *model.Snapshot, ids []model.ObjectID) (out []LineKey) {
	for _, id := range ids {
		if k := LineOf(s, id); !k.IsZero() {
			out = append(out, k)
		}
	}
	return out
}

// objects are those that satisfy a condition; none where that is nil.
func objects(s *model.Snapshot, ok func(*model.Record) bool) (out []model.ObjectID) {
	for id := model.ObjectID(1); ok != nil && uint32(id) < s.Objects.Len(); id++ {
		if ok(s.Record(id)) {
			out = append(out, id)
		}
	}
	return out
}

// LineOf returns the line in which an object stands, as a target if it is one.
func LineOf(s *model.Snapshot, id model.ObjectID) LineKey {
	o := s.Record(id)
	switch k := grant.OnSecurity(o); {
	case k != nil && TypeOfKind(k).rowLines:
		if first, n := s.ACEsOf(o.Security); n > 0 {
			return rowLine(s, k.Ref(id, 0, pool.RightWhole), s.ACE(first)).key(s)
		}
		return LineKey{}
	case k != nil:
		return targetLine(s, id).key(s)
	case o.Class == model.ClassAssignment:
		return LineKey{target: o.DN}
	case o.Class == model.ClassContainer || o.Class == model.ClassDomain || o.Class == model.ClassServer || o.Class == model.ClassRole ||
		o.Class == model.ClassScope: // which hold no rights
		return LineKey{}
	}
	return LineKey{party: s.TrusteeOf(o.DN)}
}

// lineOfSID returns the line of a SID: of who holds it, or of itself where it is
// an account's former one or nobody's.
func lineOfSID(s *model.Snapshot, sid acl.SID) []LineKey {
	for id := uint32(1); id < s.SIDs.Len(); id++ {
		if s.SIDOf(pool.SID(id)) != sid {
			continue
		}
		p := model.TrusteeOfSID(pool.SID(id))
		if h := s.SIDInfo(pool.SID(id)).Holder; h != 0 && s.TrusteeOf(s.Record(h).DN) == p {
			return []LineKey{LineOf(s, h)}
		}
		return []LineKey{{party: p}}
	}
	return nil
}

// Identity names a line so that Named finds it and nothing else: as the trustee
// of a reverse view by its SID, as a target by what it has of SID and objectGUID.
// Only where neither was read it is the DN.
func Identity(s *model.Snapshot, key LineKey, reverse bool) string {
	k := key.find(s)
	if k.obj != 0 && (!reverse || k.party == 0) {
		o := s.Record(k.obj)
		if p := s.TrusteeOf(o.DN); p.SID() != 0 && s.SIDInfo(p.SID()).Holder == k.obj {
			return s.SIDOf(p.SID()).String()
		}
		if !o.GUID.IsZero() {
			return o.GUID.String()
		}
		return s.DNText(o.DN)
	}
	if sid := k.party.SID(); sid != 0 {
		return s.SIDOf(sid).String()
	}
	if id := s.At(k.party.DN()); id != 0 && !s.Record(id).GUID.IsZero() {
		return s.Record(id).GUID.String()
	}
	return s.DNText(k.party.DN())
}

// Candidate is a name that a text may be the beginning of.
type Candidate struct {
	Name  string // a sAMAccountName, or the cn of what has none
	Known string // the displayName, userPrincipalName or address that the text is in; empty where it is in Name
}

// Complete returns names that a text is in, or whose displayName it is in, without
// regard to case, accents and width; where there is an @ in it, userPrincipalNames and
// primary addresses too. Names that begin with it come first, then the others that it is
// in, then those known by it, each in order; at most n of each that come first in the
// tables. It stops with ctx.
func Complete(ctx context.Context, s *model.Snapshot, text string, n int) []Candidate {
	word := searchable(text)
	var begin, inside, other []Candidate
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len() && len(begin) < n; id++ {
		if id&1023 == 0 && ctx.Err() != nil {
			break
		}
		o := s.Record(id)
		if o.Account == 0 && grant.OnSecurity(o) == nil {
			continue
		}
		name := []byte(nil)
		if o.Account != 0 {
			name = s.Texts.Bytes(o.Account)
		} else {
			name = []byte(s.CN(o.DN))
		}
		switch at := indexFolded(name, word); {
		case at == 0:
			begin = append(begin, Candidate{Name: string(name)})
		case at > 0 && len(inside) < n:
			inside = append(inside, Candidate{Name: string(name)})
		case at < 0 && len(other) < n:
			if as := knownBy(s, id, word); as != "" {
				other = append(other, Candidate{string(name), as})
			}
		}
	}
	inOrder := func(names []Candidate) []Candidate {
		slices.SortFunc(names, func(a, b Candidate) int {
			return cmp.Or(dn.Compare([]byte(a.Name), []byte(b.Name)), strings.Compare(a.Known, b.Known))
		})
		return slices.CompactFunc(names, func(a, b Candidate) bool { return a.Name == b.Name })
	}
	return slices.Concat(inOrder(begin), inOrder(inside), inOrder(other))
}

// knownBy returns the first of the further names of an object that a word is in.
func knownBy(s *model.Snapshot, id model.ObjectID, word string) string {
	if display := s.DisplayOf(s.Record(id)); indexFolded(display, word) >= 0 {
		return string(display)
	}
	if strings.Contains(word, "@") { // else it would be in the name of the account or of a domain
		for _, name := range []string{upn(known{s, id}), mail(known{s, id})} {
			if indexFolded([]byte(name), word) >= 0 {
				return name
			}
		}
	}
	return ""
}

// indexFolded is where a searchable word is in what searchable makes of a name, -1 if
// it is not there. An empty name has nothing in it.
func indexFolded(name []byte, word string) int {
	for at := 0; at+len(word) <= len(name) && len(name) > 0; at++ {
		i := 0
		for i < len(word) && dn.Fold(name[at+i]) == word[i] {
			i++
		}
		if i == len(word) {
			return at
		}
		if name[at] >= utf8.RuneSelf {
			break
		}
	}
	if slices.ContainsFunc(name, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return strings.Index(searchable(string(name)), word)
	}
	return -1
}

// Match returns a condition for Query.Target and Query.Trustee: the bare name,
// DOMAIN\name, the DN, the SID or the objectGUID, without regard to case.
func Match(text string) func(*model.Principal) bool {
	sid, err := acl.ParseSID(text)
	if err == nil {
		return func(p *model.Principal) bool { return p.SID == sid }
	}
	if guid, err := acl.ParseGUID(text); err == nil {
		return anyName(func(a model.Alias) bool { return a.GUID == guid })
	}
	domain, name, qualified := strings.Cut(text, `\`)
	return anyName(func(a model.Alias) bool {
		if qualified && strings.EqualFold(a.Domain, domain) && strings.EqualFold(a.Name, name) {
			return true
		}
		return strings.EqualFold(a.Name, text) || dn.Equal(a.DN, text)
	})
}

// anyName is a condition that holds for whoever has a SID, under whichever of
// the names that the SID has.
func anyName(is func(model.Alias) bool) func(*model.Principal) bool {
	return func(p *model.Principal) bool {
		return is(model.Alias{Name: p.Name, Domain: p.Domain, DN: p.DN, GUID: p.GUID}) || slices.ContainsFunc(p.Also, is)
	}
}
