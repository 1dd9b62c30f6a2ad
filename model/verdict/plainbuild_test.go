package verdict_test

import (
	"encoding/hex"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
)

// The plain organisation as a source would deliver it.

const (
	configDN   = "CN=Configuration,DC=contoso,DC=com"
	exchangeDN = "CN=Contoso,CN=Microsoft Exchange,CN=Services," + configDN
	groupDN    = "CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups," + exchangeDN
	reader     = "S-1-5-6" // whom the source was read as; in nobody's token
)

func serverDN(name string) string { return "CN=" + name + ",CN=Servers," + groupDN }
func storeDN(name string) string  { return "CN=" + name + ",CN=Databases," + groupDN }

// domainDN: the first domain is the root of the forest, the others lie below it.
func (o *forest) domainDN(name string) string {
	if name == o.Domains[0].Name {
		return "DC=contoso,DC=com"
	}
	return "DC=" + name + ",DC=contoso,DC=com"
}

// domainOfName is the domain in which a name stands, delivered or not.
func (o *forest) domainOfName(name string) string {
	for _, a := range o.Accounts {
		if a.Name == name {
			return a.Domain
		}
	}
	return o.Domains[0].Name
}

func (o *forest) dn(name string) string {
	i := slices.IndexFunc(o.Accounts, func(a *account) bool { return a.Name == name })
	at := ",OU=Staff,"
	cn := name
	if i >= 0 {
		switch a := o.Accounts[i]; {
		case a.Kind == "foreign":
			cn, at = a.SID, ",CN=ForeignSecurityPrincipals,"
		case a.Scope == "builtin":
			at = ",CN=Builtin,"
		case a.OU != "":
			at = ",OU=" + a.OU + ",OU=Staff,"
		}
	}
	return "CN=" + cn + at + o.domainDN(o.domainOfName(name))
}

// settle takes back what cannot be: that an attribute was not read of which the
// list of its object shows that it may be read, and the other way round.
func (o *forest) settle() *forest {
	for _, a := range o.Accounts {
		if a.NoType {
			a.Scope, a.Distribution = "", false
		}
		for _, l := range []*list{&a.List, &a.Mailbox} {
			if l.None != "" && l.State == "broken" {
				l.State = ""
			}
		}
		anybody := a.List.State == "" && a.List.None != ""
		if a.Mailbox.State == "absent" && a.List.State != "" {
			a.Mailbox.State = "unread"
		}
		if a.Mailbox.State == "unread" && anybody {
			a.Mailbox.State = "absent"
		}
		if anybody && a.DelegatesState == "unread" {
			a.DelegatesState = ""
		}
		if anybody && a.MembersState == "unread" {
			a.MembersState = ""
		}
		if a.MembersState == "unread" {
			a.Members = nil
		}
		if a.DelegatesState == "unread" {
			a.Delegates = nil
		}
	}
	return o
}

func (o *forest) names(list []string) (out []string) {
	for _, n := range list {
		out = append(out, o.dn(n))
	}
	return out
}

func parsed(sid string) acl.SID {
	if sid == "" {
		return acl.SID{}
	}
	return acl.MustParseSID(sid)
}

var condition = func() []byte {
	p, err := sddl.Parse("D:(XA;;0x1;;;WD;(Member_of {SID(BA)}))", acl.SID{})
	if err != nil {
		panic(err)
	}
	return p.DACL[0].Data
}()

func (e *entry) ace() acl.ACE {
	a := acl.ACE{Type: acl.TypeAllow, Mask: acl.Mask(e.Mask), SID: acl.MustParseSID(e.SID).Bytes()}
	if e.Condition {
		a.Type, a.Data = acl.TypeAllowCallback, condition
	}
	if e.Object {
		a.Type += acl.TypeAllowObject
		if e.Condition {
			a.Type = acl.TypeAllowCallbackObject
		}
	}
	if e.Deny {
		a.Type++
	}
	if e.Object && e.Type != "" {
		a.HasObjectType, a.ObjectType = true, acl.MustParseGUID(e.Type)
	}
	if e.Object && e.Class != "" {
		a.HasInheritedObjectType, a.InheritedObjectType = true, acl.MustParseGUID(e.Class)
	}
	for _, f := range strings.Fields(e.Flags) {
		a.Flags |= map[string]acl.ACEFlags{"CI": acl.ContainerInherit, "OI": acl.ObjectInherit, "NP": acl.NoPropagate,
			"IO": acl.InheritOnly, "ID": acl.Inherited}[f]
	}
	return a
}

// bytes are the list as a descriptor, with more entries in front.
func (l *list) bytes(more ...acl.ACE) ([]byte, model.ReadState) {
	if l.State == "absent" || l.State == "unread" {
		return nil, model.Missing
	}
	p := acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, DACLState: acl.ACLPresent, DACL: more}
	switch l.None {
	case "absent":
		p.DACLState, p.Control = acl.ACLAbsent, acl.SelfRelative
	case "null":
		p.DACLState = acl.ACLNull
	}
	if l.Protected {
		p.Control |= acl.DACLProtected
	}
	for _, e := range l.Entries {
		p.DACL = append(p.DACL, e.ace())
	}
	cut := l.State == "broken" && l.None == ""
	if cut {
		p.DACL = append(p.DACL, acl.ACE{SID: acl.SIDEveryone.Bytes()})
	}
	b, err := acl.Encode(p)
	if err != nil {
		panic(err)
	}
	if cut {
		b = b[:len(b)-6]
	}
	return b, model.Present
}

func (o *forest) object(a *account) *model.Object {
	out := &model.Object{DN: o.dn(a.Name), SID: parsed(a.SID), Account: a.Name, Deleted: a.Kind == "deleted", AdminCount: a.AdminCount,
		HomeServer: a.HomeServer, Master: parsed(a.Master)}
	out.Class = map[string]model.Class{"user": model.ClassUser, "computer": model.ClassComputer, "group": model.ClassGroup,
		"contact": model.ClassContact, "dynamic": model.ClassDynamic, "folder": model.ClassFolder, "foreign": model.ClassForeign, "deleted": model.ClassUser}[a.Kind]
	switch a.Kind {
	case "user":
		out.UAC = 0x200
	case "computer":
		out.UAC, out.Account = 0x1000, a.Name+"$"
	case "group":
		out.GroupType, out.Distribution = !a.NoType, a.Distribution && !a.NoType
		out.Universal, out.DomainLocal = a.Scope == "universal" && !a.NoType, (a.Scope == "local" || a.Scope == "builtin") && !a.NoType
		out.Members, out.MembersState = o.names(a.Members), model.Present
		out.MembersPartial = a.MembersState == "partial"
		if a.MembersState == "unread" {
			out.Members, out.MembersState = nil, model.Missing
		}
	}
	for _, h := range a.History {
		out.SIDHistory = append(out.SIDHistory, parsed(h))
	}
	if a.Primary != "" {
		_, out.PrimaryGroup, _ = parsed(a.Primary).Split()
	}
	o.recipient(a, out)
	return out
}

func (o *forest) recipient(a *account, out *model.Object) {
	out.Recipient = map[string]model.Recipient{"mailbox": model.Mailbox, "other": model.OtherRecipient}[a.Recipient]
	var more []acl.ACE
	if a.Recipient == "mailbox" {
		out.Type = "UserMailbox"
		if a.Store != "" {
			out.HomeMDB = storeDN(a.Store)
		}
		out.MailboxSD, out.MailboxState = a.Mailbox.bytes()
		if a.Mailbox.State == "absent" {
			more = append(more, acl.ACE{Type: acl.TypeAllowObject, Mask: acl.ReadProperty, SID: acl.MustParseSID(reader).Bytes(),
				HasObjectType: true, ObjectType: acl.GUIDMailboxSDAttribute})
		}
		switch a.Policy {
		case "":
		case noPolicy:
			out.PolicyState = model.Missing
			more = append(more, readable(policyLink))
		default:
			out.Policy, out.PolicyState = policyDN(a.Policy), model.Present
		}
	} else if a.Recipient == "other" {
		out.Type = "MailUser"
	}
	out.Security, out.SecurityState = a.List.bytes(more...)
	if a.Recipient != "" {
		out.Delegates, out.DelegatesState = o.names(a.Delegates), model.Present
		out.DelegatesPartial = a.DelegatesState == "partial"
		if a.DelegatesState == "unread" {
			out.Delegates, out.DelegatesState = nil, model.Missing
		}
	}
}

var versions = map[string]model.ServerVersion{"2003": {Major: 6, Minor: 5, Build: 7638}, "2007": {Major: 8, Minor: 3, Build: 83}, "2010": {Major: 14, Minor: 3, Build: 123}, "2019": {Major: 15, Minor: 2, Build: 1544}}

// snapshot is what is known once all of it was delivered.
func (o *forest) snapshot() *model.Snapshot {
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Source: "plain", Phase: model.Finished}
	for i, d := range o.Domains {
		w.Domain(model.DomainInfo{DN: o.domainDN(d.Name), NetBIOS: strings.ToUpper(d.Name), DNS: d.Name + ".com", SID: parsed(d.SID),
			Complete: !d.Partial, Root: i == 0})
		w.Put(&model.Object{DN: o.domainDN(d.Name), Class: model.ClassDomain, SID: parsed(d.SID), Domain: true})
	}
	w.Token(o.domainDN(o.Domains[0].Name), []acl.SID{parsed(reader)})
	for _, s := range o.Servers {
		w.Server(serverDN(s.Name), versions[s.Version])
		if !s.Hidden {
			b, state := s.List.bytes()
			w.Put(&model.Object{DN: serverDN(s.Name), Class: model.ClassServer, Above: true, Security: b, SecurityState: state})
		}
	}
	for _, s := range o.Stores {
		if s.Hidden {
			continue
		}
		b, state := s.List.bytes()
		out := &model.Object{DN: storeDN(s.Name), Class: model.ClassStore, Security: b, SecurityState: state}
		if s.Server != "" {
			out.Server = serverDN(s.Server)
		}
		w.Put(out)
	}
	for _, c := range o.Copies {
		w.Put(&model.Object{DN: "CN=" + c.Server + "," + storeDN(c.Store), Class: model.ClassStoreCopy, Server: serverDN(c.Server)})
	}
	for _, a := range o.Accounts {
		if !a.Hidden {
			w.Put(o.object(a))
		}
	}
	o.putRoles(w)
	for name, sid := range o.Exchange {
		if g := o.holder(sid); g != nil {
			w.WellKnownGroup(acl.MustParseGUID(exchangeGroups[name]), o.dn(g.Name))
		}
	}
	for _, sid := range w.Unresolved() {
		if !o.Deaf {
			w.Missed(sid)
		}
	}
	return w.Snapshot()
}

// exchangeGroups are Exchange's own, by their GUIDs (exchange-facts 5.2).
var exchangeGroups = map[string]string{"OM": "29a962c2-91d6-4ab7-9e06-8728f8f842ea", "ETS": "586a87ea-6ddb-4cd0-9006-939818f800eb",
	"ES": "6c01d2a7-f083-4503-8132-789eeb127b84"}

// textOf makes a name of a SID for the screen.
func textOf(s acl.SID) string {
	if s.IsZero() {
		return "-"
	}
	if t := s.String(); t != "" {
		return t
	}
	return hex.EncodeToString(s.Bytes())
}
