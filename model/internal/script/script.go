package script

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/internal/pool"
)

// Inherit gives every user of the script copies of entries of the OU.
func (s *Forest) Inherit(aces ...acl.ACE) {
	for i := range aces {
		aces[i].Flags |= ID
	}
	for _, name := range []string{"u1", "u2", "u3"} {
		s.Of(name).Security = SD(aces...)
	}
}

func Stamped(aces ...acl.ACE) func(*Forest) {
	return func(s *Forest) {
		s.Put(model.Object{DN: "CN=System," + DomainDN, GUID: GUID(230), Class: model.ClassContainer, SecurityState: model.Present, Security: SD()})
		s.Put(model.Object{DN: "CN=AdminSDHolder,CN=System," + DomainDN, GUID: GUID(231), Class: model.ClassContainer,
			AdminSDHolder: true, SecurityState: model.Present, Security: SD(aces...)})
		s.Of("u2").AdminCount, s.Of("u2").Security = true, SD(aces...)
	}
}

// Forest is a small forest that tests change at will.
type Forest struct {
	Objects []*model.Object
	State   model.State
	token   []acl.SID
	Domain  model.DomainInfo
	NoRoles bool // nothing of CN=RBAC came
	// RBAC is what there is of role-based access control beside what [Roles] puts.
	RBAC []RoleObject
	More func(*model.Writer) // puts more, behind everything else; may be nil
}

// RoleObject is an object of role-based access control.
type RoleObject struct {
	Class model.Class
	model.RoleFacts
}

const (
	DomainDN = "DC=contoso,DC=com"
	ConfigDN = "CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration," + DomainDN
	StaffDN  = "OU=Staff," + DomainDN
)

var DomainSID = acl.MustParseSID("S-1-5-21-1-2-3")

// RID is an account of the script: 1 to 9 are the users, 20 and 21 the groups.
func RID(n uint32) acl.SID { return DomainSID.WithRID(1000 + n) }

func GUID(n byte) acl.GUID {
	g, err := acl.GUIDFromBytes(append(make([]byte, 15), n))
	if err != nil {
		panic(err)
	}
	return g
}

func Allow(who acl.SID, mask acl.Mask, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllow, Flags: flags, Mask: mask, SID: who.Bytes()}
}

func Deny(who acl.SID, mask acl.Mask, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeDeny, Flags: flags, Mask: mask, SID: who.Bytes()}
}

func SendAs(who acl.SID, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Flags: flags, Mask: acl.ControlAccess, SID: who.Bytes(), HasObjectType: true, ObjectType: acl.GUIDSendAs}
}

func ReceiveAs(who acl.SID, flags acl.ACEFlags) acl.ACE {
	a := SendAs(who, flags)
	a.ObjectType = acl.GUIDReceiveAs
	return a
}

// SD is a descriptor owned by SYSTEM.
func SD(aces ...acl.ACE) []byte { return SDOf(acl.SIDSystem, 0, acl.ACLPresent, aces...) }

func SDOf(owner acl.SID, control acl.Control, state acl.ACLState, aces ...acl.ACE) []byte {
	b, err := acl.Encode(acl.Parts{
		Control: acl.SelfRelative | acl.DACLPresent | control, Owner: owner, Group: acl.SIDSystem, DACLState: state, DACL: aces,
	})
	if err != nil {
		panic(err)
	}
	return b
}

// New is a domain with three mailboxes, a service account, two groups, one
// in the other, and a store. The outer group holds FullAccess on u1.
func New() *Forest {
	s := &Forest{
		State:  model.State{Source: "script", Server: "dc1", Account: "auditor", Phase: model.Finished},
		token:  []acl.SID{RID(99)},
		Domain: model.DomainInfo{DN: DomainDN, NetBIOS: "CONTOSO", SID: DomainSID, Root: true, Complete: true},
	}
	s.Put(model.Object{DN: DomainDN, GUID: GUID(200), Class: model.ClassDomain, SID: DomainSID, Domain: true,
		SecurityState: model.Present, Security: SD()})
	s.Put(model.Object{DN: StaffDN, GUID: GUID(201), Class: model.ClassContainer, SecurityState: model.Present, Security: SD()})
	s.Put(model.Object{DN: "CN=Services,CN=Configuration," + DomainDN, GUID: GUID(202), Class: model.ClassContainer,
		SecurityState: model.Present, Security: SD()})
	_, exchange := dn.Split(ConfigDN)
	s.Put(model.Object{DN: exchange, GUID: GUID(204), Class: model.ClassContainer, Above: true, SecurityState: model.Present, Security: SD()})
	s.Put(model.Object{DN: ConfigDN, GUID: GUID(203), Class: model.ClassContainer, Above: true, SecurityState: model.Present, Security: SD()})
	for i := byte(1); i <= 2; i++ {
		s.Put(model.Object{DN: fmt.Sprintf("CN=DB%d,%s", i, ConfigDN), GUID: GUID(210 + i), Class: model.ClassStore, Server: "CN=EX1," + ConfigDN,
			SecurityState: model.Present, Security: SD()})
	}
	for i := byte(1); i <= 3; i++ {
		name := fmt.Sprintf("u%d", i)
		s.Put(model.Object{DN: "CN=" + name + "," + StaffDN, GUID: GUID(i), SID: RID(uint32(i)), Class: model.ClassUser, Account: name, UAC: 0x200,
			Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1," + ConfigDN,
			MailboxState: model.Present, MailboxSD: SD(), SecurityState: model.Present, Security: SD(), DelegatesState: model.Present})
	}
	s.Put(model.Object{DN: "CN=svc," + DomainDN, GUID: GUID(9), SID: RID(9), Class: model.ClassUser, Account: "svc"})
	s.Put(model.Object{DN: "CN=Inner," + DomainDN, GUID: GUID(21), SID: RID(21), Class: model.ClassGroup, Account: "Inner", MembersState: model.Present,
		Members: []string{"CN=u2," + StaffDN}})
	s.Put(model.Object{DN: "CN=Outer," + DomainDN, GUID: GUID(20), SID: RID(20), Class: model.ClassGroup, Account: "Outer", MembersState: model.Present,
		Members: []string{"CN=Inner," + DomainDN, "CN=u3," + StaffDN}})
	s.Of("u1").MailboxSD = SD(Allow(RID(20), acl.MailboxFullAccess, acl.ContainerInherit))
	return s
}

func (s *Forest) Put(o model.Object) { s.Objects = append(s.Objects, &o) }

// Of returns the object whose DN begins with CN= or OU= and the name.
func (s *Forest) Of(name string) *model.Object {
	for _, o := range s.Objects {
		if leaf, _ := dn.Split(o.DN); leaf[3:] == name {
			return o
		}
	}
	panic(name)
}

func (s *Forest) Drop(name string) {
	o := s.Of(name)
	s.Objects = slices.DeleteFunc(s.Objects, func(x *model.Object) bool { return x == o })
}

func (s *Forest) Snapshot(pool *pool.Pool) *model.Snapshot {
	w := model.NewWriter(pool)
	w.State = s.State
	w.Domain(s.Domain)
	w.Token(DomainDN, s.token)
	w.Server("CN=EX1,"+ConfigDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	for _, o := range s.Objects {
		w.Put(o)
	}
	if !s.NoRoles {
		Roles(w, s.Objects...)
		for _, r := range s.RBAC {
			PutRole(w, r.Class, r.RoleFacts)
		}
	}
	if s.More != nil {
		s.More(w)
	}
	w.Unresolved()
	return w.Snapshot()
}

const CI, ID = acl.ContainerInherit, acl.Inherited

func Conditional(text string) acl.ACE {
	d, err := sddl.Parse(`D:(XA;;0x1;;;`+RID(9).String()+`;(`+text+`))`, DomainSID)
	if err != nil {
		panic(err)
	}
	return d.DACL[0]
}
