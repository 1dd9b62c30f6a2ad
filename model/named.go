package model

import (
	"context"
	"slices"
	"strings"

	"mbxperm/acl"
)

// Named returns the lines that a text names: a bare name, DOMAIN\name, a DN, a
// SID or an objectGUID, without regard to case. A container stands for its
// first entry. It looks at every object.
func (s *Snapshot) Named(text string) []LineKey {
	if g, err := acl.ParseGUID(text); err == nil {
		return s.where(func(o *object) bool { return o.guid == g })
	}
	if sid, err := acl.ParseSID(text); err == nil {
		return s.holding(sid)
	}
	if strings.Contains(text, "=") {
		leaf, _ := SplitDN(text)
		leaf = trimRDN(leaf)
		key := canonicalRDN(leaf)
		if found := s.where(func(o *object) bool {
			return sameRDN(s.texts.bytes(s.dns.at(uint32(o.dn)).leaf), leaf, key) && EqualDN(s.dnText(o.dn), text)
		}); len(found) > 0 {
			return found
		}
	}
	domain, name, qualified := strings.Cut(text, `\`)
	found := s.where(func(o *object) bool {
		if s.called(o, text) {
			return true
		}
		return qualified && s.called(o, name) && strings.EqualFold(s.domainName(s.sidOf(o.sid), o), domain)
	})
	for sid, name := range acl.WellKnownSIDs() {
		if strings.EqualFold(name, text) {
			found = append(found, s.holding(sid)...)
		}
	}
	return slices.Compact(found)
}

// called reports whether an object has a name, without making a text of it.
func (s *Snapshot) called(o *object, name string) bool {
	if o.account != 0 {
		own := s.texts.bytes(o.account)
		return len(own) == len(name) && strings.EqualFold(string(own), name)
	}
	return strings.EqualFold(s.objectName(o), name)
}

// where returns the lines of the objects that satisfy a condition.
func (s *Snapshot) where(ok func(*object) bool) (out []LineKey) {
	for id := objID(1); uint32(id) < s.objects.len(); id++ {
		if o := s.object(id); ok(o) {
			if k := s.lineOf(id); !k.IsZero() {
				out = append(out, k)
			}
		}
	}
	return out
}

// lineOf returns the line in which an object stands, as a target if it is one.
func (s *Snapshot) lineOf(id objID) LineKey {
	o := s.object(id)
	switch {
	case o.store():
		return LineKey{obj: id}
	case o.is(flagAbove):
		if first, n := s.acesOf(o.security); n > 0 {
			return LineKey{obj: id, party: partyOfSID(s.ace(first).trustee), pos: 1}
		}
		return LineKey{}
	case o.recipient != NoRecipient:
		return LineKey{obj: id, party: s.party(o.dn)}
	case o.class == ClassContainer || o.class == ClassDomain || o.class == ClassServer: // which hold no rights
		return LineKey{}
	}
	return LineKey{party: s.party(o.dn)}
}

// holding returns the line of a SID: of who holds it, or of itself where it is
// an account's former one or nobody's.
func (s *Snapshot) holding(sid acl.SID) []LineKey {
	for id := uint32(1); id < s.sids.len(); id++ {
		if s.sidOf(sidID(id)) != sid {
			continue
		}
		p := partyOfSID(sidID(id))
		if h := s.sidInfo(sidID(id)).holder; h != 0 && s.party(s.object(h).dn) == p {
			return []LineKey{s.lineOf(h)}
		}
		return []LineKey{{party: p}}
	}
	return nil
}

// Identity names a line so that Named finds it and nothing else: as the trustee
// of a reverse view by its SID, as a target by what it has of SID and objectGUID.
// Only where neither was read it is the DN.
func (s *Snapshot) Identity(k LineKey, reverse bool) string {
	if k.obj != 0 && !reverse {
		o := s.object(k.obj)
		if p := s.party(o.dn); p.sid() != 0 && s.sidInfo(p.sid()).holder == k.obj {
			return s.sidOf(p.sid()).String()
		}
		if !o.guid.IsZero() {
			return o.guid.String()
		}
		return s.dnText(o.dn)
	}
	if sid := k.party.sid(); sid != 0 {
		return s.sidOf(sid).String()
	}
	if id := s.at(k.party.dn()); id != 0 && !s.object(id).guid.IsZero() {
		return s.object(id).guid.String()
	}
	return s.dnText(k.party.dn())
}

// Complete returns names that begin with a text, in order, at most n of those
// that come first in the tables. It stops with ctx.
func (s *Snapshot) Complete(ctx context.Context, prefix string, n int) (names []string) {
	plain := strings.IndexFunc(prefix, func(r rune) bool { return r > 0x7f }) < 0
	begins := func(name []byte) bool {
		if len(name) >= len(prefix) && equalFoldASCII(name[:len(prefix)], prefix) {
			return true
		}
		return !plain && strings.HasPrefix(strings.ToLower(string(name)), strings.ToLower(prefix))
	}
	for id := objID(1); uint32(id) < s.objects.len() && len(names) < n; id++ {
		if id&1023 == 0 && ctx.Err() != nil {
			break
		}
		o := s.object(id)
		if o.account == 0 && !o.store() && !o.is(flagAbove) && o.recipient == NoRecipient {
			continue
		}
		name := []byte(nil)
		if o.account != 0 {
			name = s.texts.bytes(o.account)
		} else {
			name = []byte(s.cn(o.dn))
		}
		if begins(name) {
			names = append(names, string(name))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return compareFold([]byte(a), []byte(b)) })
	return slices.Compact(names)
}
