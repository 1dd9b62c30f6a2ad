package verdict_test

import "slices"

// The four questions, from the text of the contract.

// answersOf are in the order of can_open, can_send_as, can_send_on_behalf,
// can_open_admin.
func (o *forest) answersOf(p person, m *account) (out [4]outcome) {
	if m.Recipient == "mailbox" {
		out[0] = o.open(p, m)
		out[3] = o.openAdmin(p, m)
	}
	out[1] = o.sendAs(p, m)
	if m.Recipient == "mailbox" {
		role := o.mayImpersonate(p, m)
		out[0], out[1] = join(out[0], role), join(out[1], role)
	}
	out[2] = worlds(func(w *world) outcome {
		b := behalf{token{o: o, w: w, p: p}}
		if b.named(m) {
			return outcome{allowed, byGrant}
		}
		return outcome{}
	})
	return out
}

// lineBasis is that of the first of the answers, opening for administrators
// last, that is allowed or possible.
func lineBasis(all [4]outcome) basis {
	for _, r := range all {
		if r.Answer == allowed || r.Answer == possible {
			return r.Basis
		}
	}
	return noBasis
}

// linked: the mailbox of an account of another forest.
func linked(m *account) bool { return m.Master != "" && m.Master != sidSelf }

// mailboxSID is what SELF stands for.
func mailboxSID(m *account) string {
	if linked(m) {
		return m.Master
	}
	return m.SID
}

// owner (3.1): the mailbox SID in the token; else, not for linked mailboxes, a
// SID that its account had before.
func (o *forest) owner(p person, m *account) outcome {
	if slices.Contains([]string{"group", "contact", "dynamic", "folder"}, m.Kind) {
		return outcome{}
	}
	sids := []string{mailboxSID(m)}
	if !linked(m) {
		sids = append(sids, m.History...)
	}
	return worlds(func(w *world) outcome {
		t := &token{o, w, p, o.serverDomain(m)}
		if slices.ContainsFunc(sids, t.holds) {
			return outcome{allowed, byOwner}
		}
		return outcome{}
	})
}

func (o *forest) open(p person, m *account) outcome {
	list := ownSteps(m, o.old(m))
	if l := &m.Mailbox; !l.Protected || l.State == "absent" {
		list = append(list, o.storeSteps(m, o.old(m))...)
	}
	return join(o.owner(p, m), worlds(func(w *world) outcome {
		return walk(&token{o, w, p, o.serverDomain(m)}, list)
	}))
}

func (o *forest) sendAs(p person, m *account) outcome {
	preset := func(e *entry) bool { return o.presetOnAccount(m, e) }
	self := ""
	if m.Kind == "group" {
		self = m.SID // its members
	}
	list := rightSteps(&m.List, "list of "+m.Name, sendAsRight, self, preset)
	return join(o.owner(p, m), worlds(func(w *world) outcome {
		return walk(&token{o, w, p, o.serverDomain(m)}, list)
	}))
}

// openAdmin (section 4): any of Store-Admin on the store, the two rights on its
// server; on a server with a copy possible. Before 2013 possible at most.
func (o *forest) openAdmin(p person, m *account) outcome {
	st := o.storeOf(m)
	old := o.old(m)
	ask := func(l *list, what, right string, preset func(*entry) bool, copied bool) outcome {
		list := rightSteps(l, what, right, "", preset)
		return worlds(func(w *world) outcome {
			r := walk(&token{o, w, p, o.serverDomain(m)}, list)
			r.Basis = noBasis
			if r.Answer == allowed {
				r.Basis = byService
				if (copied || old(w)) && !w.possible("administrator logon") {
					return outcome{}
				}
			}
			return r
		})
	}
	missing := &list{State: "unread"}
	if st == nil {
		return ask(missing, "store of "+m.Name, "", nil, false)
	}
	ways := []outcome{ask(&st.List, "store "+st.Name, storeAdmin, o.presetOnStore, false)}
	at := func(name string, copied bool) {
		l := missing
		if s := o.server(name); s != nil && !s.Hidden {
			l = &s.List
		}
		for _, right := range []string{transport, delegation} {
			ways = append(ways, ask(l, "server "+name, right, o.presetOnServer, copied))
		}
	}
	at(st.Server, false)
	for _, c := range o.Copies {
		if c.Store == st.Name && c.Server != st.Server {
			at(c.Server, true)
		}
	}
	return join(ways...)
}

// old says in which worlds the server of a mailbox's store is one before 2013.
func (o *forest) old(m *account) func(*world) bool {
	name := o.serverOf(m)
	version := ""
	if s := o.server(name); s != nil {
		version = s.Version
	}
	return func(w *world) bool {
		return version != "" && version != "2019" || version == "" && w.unknown("version for "+m.Name, 2) == 1
	}
}

// serverOf is the server that owns the store of a mailbox; where the store was
// not read, the one that the account names.
func (o *forest) serverOf(m *account) string {
	if st := o.storeOf(m); st != nil && st.Server != "" {
		return st.Server
	}
	return m.HomeServer
}

// serverDomain is the domain of that server: the only one of the forest, or the
// one that has a computer of its name. Empty where that cannot be told.
func (o *forest) serverDomain(m *account) string {
	if len(o.Domains) == 1 {
		return o.Domains[0].SID
	}
	name, found := o.serverOf(m), ""
	for _, a := range o.Accounts {
		if name != "" && !a.Hidden && a.Kind == "computer" && a.Name == name {
			if found != "" {
				return ""
			}
			found = domainOf(a.SID)
		}
	}
	return found
}

// behalf is Send on Behalf (section 5): no token, names only.
type behalf struct{ token }

func (b behalf) named(m *account) bool {
	for _, name := range m.Delegates {
		if b.is(name, map[string]bool{}) {
			return true
		}
	}
	return m.DelegatesState != "" && b.w.unknown("delegates of "+m.Name, 2) == 1
}

// is reports whether a name is the person's, or that of a group with mail that
// he is in. The owner of a linked mailbox has the name of its account too.
func (b behalf) is(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	a := b.o.account(name)
	switch {
	case a == nil:
		return b.w.unknown("in "+name, 2) == 1
	case slices.Contains([]string{"contact", "dynamic", "folder", "deleted"}, a.Kind):
		return false
	case a.Kind != "group":
		return a.SID == b.p.SID || linked(a) && a.Master == b.p.SID
	case a.Recipient == "":
		return false
	}
	for _, member := range a.Members {
		if b.is(member, seen) {
			return true
		}
	}
	return a.MembersState != "" && b.w.unknown("members of "+a.Name, 2) == 1
}
