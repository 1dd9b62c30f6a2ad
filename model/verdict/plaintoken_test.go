package verdict_test

import (
	"slices"
	"strings"
)

// The token (section 2). server is the domain of the server that looks at it,
// by its SID; empty where that cannot be told.

type token struct {
	o      *forest
	w      *world
	p      person
	server string
}

// holds reports whether the token holds a SID. Each SID is a fact of its own:
// that one group is in another, and both are open, is looked at in exact worlds
// alone (see forest.exact).
func (t *token) holds(sid string) bool {
	if t.o.exact {
		return t.has(sid)
	}
	key := t.p.SID + " " + t.server + " " + sid
	set, known := t.o.held[key]
	if !known {
		set = across(map[string]int{}, func(w *world) bool { return (&token{t.o, w, t.p, t.server}).has(sid) })
		if t.o.held == nil {
			t.o.held = map[string]uint8{}
		}
		t.o.held[key] = set
	}
	var open []uint8
	for _, v := range []uint8{canBeNo, canBePossible, canBeSure} {
		if set&v != 0 {
			open = append(open, v)
		}
	}
	v := open[0]
	if len(open) > 1 {
		v = open[t.w.unknown("holds "+sid, len(open))]
	}
	return v == canBeSure || v == canBePossible && t.w.possible("holds "+sid)
}

// has is holds in one world. What is sure is asked first, so that there are no
// more worlds than need be.
func (t *token) has(sid string) bool {
	switch {
	case sid == t.p.SID || slices.Contains(everybodys, sid):
		return true
	case strings.HasPrefix(sid, builtin):
		return !slices.Contains(onControllersOnly, sid[len(builtin):]) && t.w.possible("builtin "+sid)
	case t.p.Account != nil && slices.Contains(t.p.Account.History, sid):
		return true
	case t.o.holder(sid) == nil && t.isPrimary(sid):
		return true // of nobody; the token has it all the same
	}
	for _, g := range t.o.Accounts {
		if !g.Hidden && g.Kind == "group" && (g.SID == sid || slices.Contains(g.History, sid)) && t.in(g, map[*account]bool{}) {
			return true
		}
	}
	return t.maybeGroup(sid) || t.o.unresolved(sid) && t.w.unknown("sid "+sid, 2) == 1
}

// maybeGroup: an entry for another SID of a foreign person's domain may be one for
// a group there,
// unless a mailbox says that it is an account, or an account of the forest had
// it before. What a group of the forest had before was a group there.
func (t *token) maybeGroup(sid string) bool {
	if t.p.Account != nil || !t.o.isOutside(sid) || domainOf(sid) != domainOf(t.p.SID) || sid == t.p.SID {
		return false
	}
	return !t.o.isAccount(sid) && t.w.possible("foreign group "+sid)
}

// isAccount reports whether a SID is known as that of an account, though nobody
// holds it.
func (o *forest) isAccount(sid string) bool {
	return slices.ContainsFunc(o.Accounts, func(a *account) bool {
		return !a.Hidden && (a.Master == sid || a.Kind != "group" && slices.Contains(a.History, sid))
	})
}

// unresolved: a SID of the forest that nobody was found to hold may be that of
// anything, unless the domain was read to its end, nothing in it is out of
// sight, and the directory answered that nobody holds it.
func (o *forest) unresolved(sid string) bool {
	if !strings.HasPrefix(sid, "S-1-5-21-") || o.holder(sid) != nil || o.former(sid) || o.isAccount(sid) {
		return false
	}
	d := o.domainBySID(domainOf(sid))
	if d == nil { // a group that was not read may have had it before
		return slices.ContainsFunc(o.Domains, func(d *domain) bool { return d.Partial })
	}
	return d.Partial || o.Deaf || o.hasUnseen(d)
}

// hasUnseen reports whether a name is given in the domain that nobody delivered.
func (o *forest) hasUnseen(d *domain) bool {
	for _, a := range o.Accounts {
		if a.Hidden {
			continue
		}
		for _, name := range slices.Concat(a.Members, a.Delegates) {
			if o.account(name) == nil && o.domainOfName(name) == d.Name {
				return true
			}
		}
	}
	return false
}

// in reports whether the person is in a group, as far as the token goes: through
// security-enabled groups that the server sees.
func (t *token) in(g *account, seen map[*account]bool) bool {
	if seen[g] || g.Distribution || g.Scope == "builtin" {
		return false
	}
	seen[g] = true
	defer delete(seen, g) // another way may come to it
	if g.Scope == "local" && t.server != "" && !strings.HasPrefix(g.SID, t.server+"-") {
		return false
	}
	member := t.member(g, seen)
	switch {
	case !member:
		return false
	case g.NoType:
		return t.w.unknown("type of "+g.Name, 2) == 1
	case g.Scope == "local" && t.server == "":
		return t.w.possible("local " + g.Name)
	}
	return true
}

// isPrimary reports whether a SID is that of the primary group. Where that was not
// read it is guessed: the usual one ([MS-SAMR] 2.2.1.14), and no other.
func (t *token) isPrimary(sid string) bool {
	a := t.p.Account
	switch {
	case a == nil:
		return false
	case a.Primary != "":
		return sid == a.Primary
	case a.Kind == "computer":
		return sid == domainOf(a.SID)+"-515" && t.w.unknown("primary group of "+a.Name, 2) == 1
	}
	return sid == domainOf(a.SID)+"-513" && t.w.unknown("primary group of "+a.Name, 2) == 1
}

func (t *token) member(g *account, seen map[*account]bool) bool {
	if t.isPrimary(g.SID) {
		return true
	}
	for _, name := range g.Members {
		if m := t.o.account(name); m != nil && m.Kind != "group" && m.SID == t.p.SID && m.SID != "" {
			return true
		}
	}
	for _, name := range g.Members {
		if m := t.o.account(name); m != nil && m.Kind == "group" && t.in(m, seen) {
			return true
		}
	}
	for _, name := range g.Members {
		switch m := t.o.account(name); {
		case m == nil && t.w.unknown("in "+name, 2) == 1:
			return true
		case m != nil && slices.Contains(everybodys, m.SID) && t.w.possible("everybody in "+g.Name):
			return true // a domain controller does not say so, a server may
		}
	}
	return g.MembersState != "" && t.w.unknown("members of "+g.Name, 2) == 1
}
