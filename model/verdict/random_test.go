package verdict_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Random organisations: small, and with everything in them that the contract
// speaks of.

const (
	homeSID    = "S-1-5-21-100-1-1"
	childSID   = "S-1-5-21-200-1-1"
	foreignSID = "S-1-5-21-900-9-9"
	oldSID     = "S-1-5-21-800-8-8"
)

type dice struct{ *rand.Rand }

func (d dice) in(n int) bool { return d.IntN(n) == 0 }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

// maker puts an organisation together.
type maker struct {
	dice
	o    *forest
	sids []string // whom entries may name
	oddities
}

// oddities say how much an organisation has of what makes answers uncertain.
type oddities struct{ unread, uncertain bool }

func randomForest(seed int) *forest {
	return makeForest(seed, true)
}

// makeForest makes one of which some things were not read, or all were.
func makeForest(seed int, gaps bool) *forest {
	m := &maker{dice: dice{rand.New(rand.NewPCG(uint64(seed), 11))}, o: &forest{Exchange: map[string]string{}}}
	m.oddities = oddities{m.in(2) && gaps, m.in(2)}
	m.o.Domains = []*domain{{Name: "contoso", SID: homeSID, Partial: m.unread && m.in(6)}, {Name: "emea", SID: childSID}}
	if m.in(5) {
		m.o.Domains = m.o.Domains[:1]
	}
	m.o.Deaf = m.unread && m.in(6)
	m.groups()
	m.people()
	m.memberships()
	m.servers()
	m.recipients()
	m.roles()
	return m.o.settle()
}

func (m *maker) put(a *account) *account {
	m.o.Accounts = append(m.o.Accounts, a)
	if a.SID != "" {
		m.sids = append(m.sids, a.SID)
	}
	m.sids = append(m.sids, a.History...)
	return a
}

func (m *maker) domain() *domain { return pick(m.dice, m.o.Domains...) }

func (m *maker) groups() {
	for i, name := range []string{"OM", "ETS", "ES"} {
		m.o.Exchange[name] = fmt.Sprintf("%s-%d", homeSID, 1101+i)
		m.put(&account{Name: name, Domain: "contoso", SID: m.o.Exchange[name], Kind: "group", Scope: "universal"})
	}
	for i, rid := range []int{512, 513, 515, 519} {
		m.put(&account{Name: []string{"DA", "DU", "DC", "EA"}[i], Domain: "contoso", SID: fmt.Sprintf("%s-%d", homeSID, rid), Kind: "group", Scope: "global"})
	}
	for _, g := range m.o.Accounts {
		g.Hidden = m.unread && m.in(15)
	}
	if len(m.o.Domains) > 1 {
		m.put(&account{Name: "DU2", Domain: "emea", SID: childSID + "-513", Kind: "group", Scope: "global"})
		m.put(&account{Name: "DA2", Domain: "emea", SID: childSID + "-512", Kind: "group", Scope: "global"})
	}
	for i := range 2 + m.IntN(6) {
		d := m.domain()
		g := &account{Name: fmt.Sprintf("G%d", i+1), Domain: d.Name, SID: fmt.Sprintf("%s-%d", d.SID, 2001+i), Kind: "group",
			Scope: pick(m.dice, "global", "universal", "universal", "local")}
		g.Distribution = m.in(5)
		g.NoType = m.unread && m.in(8)
		g.Hidden = m.unread && m.in(8)
		if m.in(5) {
			g.History = append(g.History, fmt.Sprintf("%s-%d", oldSID, 3001+i))
		}
		if m.in(2) {
			g.Recipient = "other"
		}
		m.put(g)
	}
	if len(m.o.Domains) > 1 && m.in(4) { // a principal in each domain, for one account
		for i, d := range m.o.Domains {
			m.put(&account{Name: fmt.Sprintf("F9%d", i), Domain: d.Name, SID: foreignSID + "-9", Kind: "foreign"})
		}
	}
	if m.in(6) {
		m.put(&account{Name: "AU", Domain: "contoso", SID: "S-1-5-11", Kind: "foreign"})
	}
	if m.in(3) {
		m.put(&account{Name: "Admins", Domain: "contoso", SID: builtin + "544", Kind: "group", Scope: "builtin"})
	}
}

func (m *maker) people() {
	for i := range 3 + m.IntN(4) {
		d := m.domain()
		u := &account{Name: fmt.Sprintf("U%d", i+1), Domain: d.Name, SID: fmt.Sprintf("%s-%d", d.SID, 1001+i), Kind: "user", Primary: d.SID + "-513"}
		if m.in(4) {
			u.History = append(u.History, fmt.Sprintf("%s-%d", oldSID, 1+m.IntN(3)))
		}
		if m.in(12) {
			if h := pick(m.dice, m.sids...); strings.Contains(h, "-1-1-100") { // of another user
				u.History = append(u.History, h)
			}
		}
		if m.in(6) {
			u.Primary = m.primary(d)
		}
		if m.unread && m.in(12) {
			u.Primary = ""
		}
		u.Hidden = m.unread && m.in(10)
		m.put(u)
	}
	m.put(&account{Name: "PC1", Domain: "contoso", SID: homeSID + "-1501", Kind: "computer", Primary: homeSID + "-515"})
	for i := range m.IntN(4) {
		m.put(&account{Name: fmt.Sprintf("F%d", i+1), Domain: m.domain().Name, SID: fmt.Sprintf("%s-%d", foreignSID, 1+i), Kind: "foreign"})
	}
	if m.in(4) {
		m.put(&account{Name: "Gone", Domain: "contoso", SID: homeSID + "-1700", Kind: "deleted"})
	}
	if m.in(2) {
		m.put(&account{Name: "Kontakt", Domain: "contoso", Kind: "contact", Recipient: "other"})
	}
	if m.in(3) {
		m.put(&account{Name: "Everybody", Domain: "contoso", Kind: "dynamic", Recipient: "other"})
		m.put(&account{Name: "Folder", Domain: "contoso", Kind: "folder", Recipient: "other"})
	}
	m.sids = append(m.sids, sidSelf, sidEveryone, "S-1-5-11", homeSID+"-1999", foreignSID+"-7", oldSID+"-1", oldSID+"-2", "S-1-5-7")
	if m.uncertain {
		m.sids = append(m.sids, builtin+"544", builtin+"545", builtin+"548", builtin+"544")
	}
}

// primary is a security group that may be somebody's primary group, which no
// domain-local one is, or nobody.
func (m *maker) primary(d *domain) string {
	g := pick(m.dice, m.o.Accounts...)
	if g.Kind == "group" && g.Domain == d.Name && !g.Distribution && (g.Scope == "global" || g.Scope == "universal") {
		return g.SID
	}
	return d.SID + "-4444"
}

// someone is the name of an account that may be a member of a group.
func (m *maker) someone() string {
	for {
		if a := pick(m.dice, m.o.Accounts...); a.Scope != "builtin" {
			return a.Name
		}
	}
}

func (m *maker) memberships() {
	for _, g := range m.o.Accounts {
		if g.Kind != "group" {
			continue
		}
		for range m.IntN(4) {
			if n := m.someone(); !slices.Contains(g.Members, n) {
				g.Members = append(g.Members, n)
			}
		}
		if m.unread && m.in(12) {
			g.Members = append(g.Members, "Nobody")
		}
		if m.unread && m.in(8) {
			g.MembersState = pick(m.dice, "unread", "partial")
		}
	}
}

func (m *maker) servers() {
	for i := range 1 + m.IntN(3) {
		s := &server{Name: fmt.Sprintf("EX%d", i+1), Version: pick(m.dice, "2019", "2019", "2019", "2010")}
		if m.in(6) {
			s.Version = pick(m.dice, "2003", "2007")
		}
		if m.unread && m.in(6) {
			s.Version = ""
		}
		s.Hidden = m.unread && m.in(8)
		s.List = m.list(func() entry { return m.onStore(transport, delegation) })
		m.o.Servers = append(m.o.Servers, s)
		if !m.in(4) {
			d := m.domain()
			m.put(&account{Name: s.Name, Domain: d.Name, SID: fmt.Sprintf("%s-%d", d.SID, 1601+i), Kind: "computer", Primary: d.SID + "-515"})
		}
	}
	for i := range 1 + m.IntN(2) {
		st := &store{Name: fmt.Sprintf("DB%d", i+1), Server: pick(m.dice, m.o.Servers...).Name}
		st.Hidden = m.unread && m.in(8)
		if m.unread && m.in(8) {
			st.Server = ""
		}
		st.List = m.list(func() entry { return m.onStore(storeAdmin) })
		m.o.Stores = append(m.o.Stores, st)
		for _, s := range m.o.Servers {
			if !st.Hidden && m.in(3) {
				m.o.Copies = append(m.o.Copies, &storeCopy{st.Name, s.Name})
			}
		}
	}
}

func (m *maker) recipients() {
	for _, a := range m.o.Accounts {
		switch {
		case a.Kind == "user" && !m.in(3):
			a.Recipient = "mailbox"
			m.mailbox(a)
		case a.Kind == "user" && m.in(3):
			a.Recipient = "other"
		}
		if a.Recipient == "" {
			continue
		}
		a.List = m.list(m.onAccount)
		for range m.IntN(3) * m.IntN(2) {
			a.Delegates = append(a.Delegates, m.someone())
		}
		if m.unread && m.in(10) {
			a.DelegatesState = pick(m.dice, "unread", "partial")
		}
	}
}

func (m *maker) mailbox(a *account) {
	a.Store = pick(m.dice, m.o.Stores...).Name
	if m.unread && m.in(12) {
		a.Store = pick(m.dice, "", "DB9")
	}
	if m.in(4) {
		a.HomeServer = pick(m.dice, m.o.Servers...).Name
	}
	a.AdminCount = m.in(6)
	switch {
	case m.in(5):
		a.Master = fmt.Sprintf("%s-%d", foreignSID, 1+m.IntN(4))
	case m.in(8):
		a.Master = sidSelf
	case m.in(12):
		a.Master = pick(m.dice, homeSID+"-1001", oldSID+"-1")
	}
	a.Mailbox = m.list(m.onMailbox)
	a.Mailbox.Protected = m.in(5)
	if m.in(10) {
		a.Mailbox.State, a.Mailbox.Entries = "absent", nil
	}
	a.Mailbox.None = pick(m.dice, "", "", "", "", "", "", "", "", "", "", "", "", "null", "absent")
}

// list makes one of up to five entries.
func (m *maker) list(one func() entry) (l list) {
	for range m.IntN(6) {
		l.Entries = append(l.Entries, one())
	}
	if m.in(40) {
		l.None = pick(m.dice, "null", "absent")
	}
	if m.unread && m.in(7) {
		l.State = pick(m.dice, "unread", "broken")
	}
	return l
}

func (m *maker) trustee() string { return pick(m.dice, m.sids...) }

func (m *maker) flags(common string) string {
	f := common
	for _, more := range []string{"ID", "IO", "NP", "OI"} {
		if m.in(8) {
			f += " " + more
		}
	}
	return f
}

func (m *maker) onMailbox() entry {
	e := entry{Deny: m.in(3), Flags: m.flags("CI"), Mask: pick[uint32](m.dice, 1, 1, 1, 1, 0x20001, 0xF0003, 0x10000000, 0x80000000, 6, 0x20000), SID: m.trustee()}
	if m.in(10) {
		e.Object, e.Type = true, pick(m.dice, "", receiveAsRight, personal, oddType, userClass)
	}
	e.Condition = m.uncertain && m.in(8)
	return e
}

func (m *maker) onStore(rights ...string) entry {
	if m.in(3) {
		return m.fromSetup()
	}
	e := entry{Deny: m.in(3), Flags: m.flags(pick(m.dice, "CI", "CI", "")), Mask: pick[uint32](m.dice, 0x100, 0x100, 0x100, fullControl, 0x20000, 0x10000000, 0x10), SID: m.trustee()}
	if m.in(2) {
		e.Object, e.Type, e.Class = true, pick(m.dice, append(rights, receiveAsRight, receiveAsRight, sendAsRight, "", oddType)...), pick(m.dice, "", "", userClass, groupClass)
	}
	e.Condition = m.uncertain && m.in(8)
	return e
}

// fromSetup is an entry of set-up's, or nearly one.
func (m *maker) fromSetup() entry {
	who := pick(m.dice, m.o.Exchange["OM"], m.o.Exchange["ETS"], m.o.Exchange["ES"], homeSID+"-512", homeSID+"-519", "S-1-5-18")
	e := entry{Flags: pick(m.dice, "CI ID", "CI ID", "CI"), SID: who, Mask: pick[uint32](m.dice, fullControl, fullControl, 0xF01BD, 0x100)}
	if m.in(2) {
		e.Mask, e.Object = 0x100, true
		e.Type = pick(m.dice, receiveAsRight, storeAdmin, transport, delegation)
		e.Deny = e.Type != storeAdmin && m.in(2)
	}
	return e
}

func (m *maker) onAccount() entry {
	if m.in(4) {
		return entry{Flags: pick(m.dice, "", "", "CI ID"), Mask: pick[uint32](m.dice, fullControl, 0xF01BD, 0xF01BF, 0xE01BF),
			SID: pick(m.dice, homeSID+"-512", childSID+"-512", homeSID+"-519", builtin+"544", builtin+"548", "S-1-5-18")}
	}
	e := entry{Deny: m.in(3), Flags: m.flags(""), Mask: pick[uint32](m.dice, 0x100, 0x100, 0x100, fullControl, 0x10000000, 0x30, 0x20094), SID: m.trustee()}
	if m.in(2) {
		e.Object, e.Type, e.Class = true, pick(m.dice, sendAsRight, sendAsRight, receiveAsRight, personal, ""), pick(m.dice, "", "", userClass, groupClass)
	}
	e.Condition = m.uncertain && m.in(8)
	return e
}

var howMany = flag.Int("organisations", 500, "random organisations that are tried")

// forests is how many are tried.
func forests() int { return *howMany }

func TestAgrees(t *testing.T) {
	pairs := 0
	for seed := range forests() {
		o := randomForest(seed)
		if o.difference() != "" {
			report(t, seed, o, (*forest).difference)
		}
		pairs += o.asked
	}
	t.Logf("%d organisations, %d pairs of a person and a recipient", forests(), pairs)
}
