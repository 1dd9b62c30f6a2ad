package door

import (
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Account is whom a name in a log stands for.
type Account struct {
	ID model.ObjectID // 0: nobody who was read, or one of several
	// Several accounts have the name; none is taken for the one.
	Several bool
}

// accounts are those that the names in the logs stand for, by the name in lower
// case.
var accounts = model.Derive(func(s *model.Snapshot) map[string]Account {
	if s.Objects.Len() <= 1 && len(s.Addresses) == 0 { // there are logs, and no directory
		return nil
	}
	f := newFinder(s)
	for i := range s.Connections {
		c := s.Connections[i]
		user, mailbox := model.LogonNames(c.User)
		f.want(user)
		f.want(mailbox)
		typed, _ := model.LogonNames(c.Typed)
		f.want(typed)
		f.want(c.Mailbox)
	}
	for i := range s.Relays {
		for _, u := range s.Relays[i].Users.Texts {
			f.want(u)
		}
	}
	return f.find()
})

// AccountOf returns whose account a name in a log is: a sAMAccountName,
// DOMAIN\name, dns-domain\name, a userPrincipalName or a proxy address.
func AccountOf(s *model.Snapshot, name string) Account { return accounts.Of(s)[strings.ToLower(name)] }

// finder looks for accounts by names. It looks at every account once.
type finder struct {
	s       *model.Snapshot
	names   map[string]bool     // wanted, in lower case; whether it is all that a sAMAccountName is
	logins  map[string][]string // sAMAccountNames, and the names that are more than these
	hashes  map[uint64]string
	found   map[string][]model.ObjectID
	domains map[string]int // number in the forest's list, by NetBIOS and DNS name
}

func newFinder(s *model.Snapshot) *finder {
	f := &finder{s: s, names: map[string]bool{}, logins: map[string][]string{}, hashes: map[uint64]string{},
		found: map[string][]model.ObjectID{}, domains: map[string]int{}}
	for i, d := range s.Forest.Domains {
		for _, name := range []string{d.NetBIOS, d.DNS} {
			if name != "" {
				f.domains[strings.ToLower(name)] = i
			}
		}
	}
	return f
}

// healthPrefix begins the names of the accounts of health checks, which logs cut
// to the length of a sAMAccountName, or write in full.
const (
	healthPrefix = "healthmailbox"
	loginLength  = 20
)

// want notes a name to look for.
func (f *finder) want(name string) {
	name = strings.ToLower(name)
	if _, ok := f.names[name]; ok || name == "" {
		return
	}
	_, login := splitName(name)
	if strings.HasPrefix(login, healthPrefix) && len(login) > loginLength {
		login = login[:loginLength]
	}
	if f.names[name] = login == name; login != name {
		f.logins[login] = append(f.logins[login], name)
	}
	if strings.Contains(name, "@") {
		f.hashes[model.AddressHash(name)] = name
	}
}

// splitName splits DOMAIN\name and name@domain.
func splitName(name string) (domain, login string) {
	if i := strings.LastIndexAny(name, `\/`); i >= 0 {
		return name[:i], name[i+1:]
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		return name[i+1:], name[:i]
	}
	return "", name
}

func (f *finder) find() map[string]Account {
	out := map[string]Account{}
	if len(f.names) == 0 {
		return out
	}
	for _, a := range f.s.Addresses { // what is written in full is more than what is guessed
		if name, ok := f.hashes[a.Hash]; ok {
			f.add(name, f.s.At(a.DN))
		}
	}
	byLogin := map[string][]model.ObjectID{}
	for id := model.ObjectID(1); uint32(id) < f.s.Objects.Len(); id++ {
		o := f.s.Record(id)
		if o.Account == 0 || !o.IsPrincipal() || o.Class == model.ClassGroup {
			continue
		}
		if login := strings.ToLower(f.s.Texts.Text(o.Account)); f.names[login] || f.logins[login] != nil {
			byLogin[login] = append(byLogin[login], id)
		}
	}
	for login, ids := range byLogin {
		if f.names[login] {
			f.byDomain(login, ids)
		}
		for _, name := range f.logins[login] {
			f.byDomain(name, ids)
		}
	}
	for name := range f.names {
		switch ids := f.found[name]; len(ids) {
		case 0:
		case 1:
			out[name] = Account{ID: ids[0]}
		default:
			out[name] = Account{Several: true}
		}
	}
	return out
}

func (f *finder) add(name string, id model.ObjectID) {
	if id != 0 && !slices.Contains(f.found[name], id) {
		f.found[name] = append(f.found[name], id)
	}
}

// byDomain takes those of the accounts with one sAMAccountName that are in the
// domain that the name says, if it says one that the forest has.
func (f *finder) byDomain(name string, ids []model.ObjectID) {
	if f.found[name] != nil {
		return
	}
	domain, login := splitName(name)
	at, known := f.domains[domain]
	switch {
	case domain == "" || strings.HasPrefix(login, healthPrefix):
		known = false
	case !known && len(f.domains) > 0:
		return // of another forest, or a server's own
	}
	for _, id := range ids {
		if !known || f.domainOf(f.s.Record(id).DN) == at {
			f.add(name, id)
		}
	}
}

func (f *finder) domainOf(dn pool.DN) int { return f.s.DomainOf(dn) }
