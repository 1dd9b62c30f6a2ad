package grant

import (
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// ContainerACL is the kind of the entries of OUs, containers and domains above
// recipients: who may give himself rights on everybody below.
var ContainerACL = &Kind{
	Name: "ContainerRight", Target: model.TargetContainer, ListName: "the ACL of this object", Apart: true,
	list: inSecurity, sense: pool.SenseWhole,
	hides: containerReasons, opens: containerOpens, covers: maskCovers, name: wholeName, fill: fillContainer,
}

// containerOpens: what an entry gives on those who inherit it is theirs, and counts
// there. Here counts who may give himself that.
func containerOpens(_ *model.Snapshot, _ *model.Record, _ pool.Right, a *pool.ACERecord) Ways {
	if controls(a) {
		return OpensBelow
	}
	return 0
}

func fillContainer(s *model.Snapshot, o *model.Record, row *Row) {
	row.Target.Type = ContainerType(s, o)
}

// ContainerType says in a word what sort of container an object is.
func ContainerType(s *model.Snapshot, o *model.Record) string {
	return [...]string{inContainer: "Container", inOU: "OU", inDomain: "Domain"}[sortOf(s, o.DN)]
}

// containerSort is what decides which entries Windows writes.
type containerSort uint8

const (
	inContainer containerSort = iota // any class but these two
	inOU
	inDomain
)

// sortOf goes by the name: the class is not kept, and only an OU's name begins
// with OU ([MS-ADTS] 3.1.1.2.2.5.2, rDNAttID).
func sortOf(s *model.Snapshot, dn pool.DN) containerSort {
	if id := s.At(dn); id != 0 && s.Record(id).Class == model.ClassDomain {
		return inDomain
	}
	leaf := s.Texts.Text(s.DNs.At(uint32(dn)).Leaf)
	if kind, _, _ := strings.Cut(leaf, "="); strings.EqualFold(kind, "OU") {
		return inOU
	}
	return inContainer
}

// windowsWrites are the entries that Windows itself writes, in SDDL: the
// defaultSecurityDescriptor of the classes (Microsoft's schema, Windows Server
// 2008 R2), and what the first domain controller of a domain writes on the
// containers that it makes, as Samba's samba/descriptor.py has it.
var windowsWrites = [...][]string{
	inOU: {
		// organizationalUnit; Domain Controllers
		"(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;SY)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;AU)(A;;LCRPLORC;;;ED)" +
			operatorsCreate + "(A;;RPWPCRCCLCLORCWOWDSW;;;DA)",
	},
	inContainer: {
		// container, lostAndFound, builtinDomain; Users, Computers, System, Managed Service Accounts
		"(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;SY)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;DA)(A;;RPLCLORC;;;AU)" +
			"(A;;RPWPCRCCLCLORCWOWDSW;;;DA)(OA;;CCDC;ce206244-5827-4a86-ba1c-1c0c386c1b64;;AO)" + operatorsCreate,
		domainWrites, // on CN=Builtin
		// AdminSDHolder (Appendix K of "Best Practices for Delegating Active Directory Administration")
		"(A;;RPWPCRCCDCLCLORCWOWDSDSW;;;BA)(A;;RPWPCRCCDCLCLORCWOWDSW;;;DA)(A;;RPWPCRCCDCLCLORCWOWDSW;;;EA)" +
			"(A;;RPWPCRCCLCLORCWOWDSDSW;;;BA)(A;;RPWPCRCCLCLORCWOWDSW;;;EA)" +
			"(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;PS)" +
			"(OA;;RPWP;bf967a7f-0de6-11d0-a285-00aa003049e2;;CA)(OA;;RP;46a9b11d-60ae-405a-b7e8-ff8a58d456d2;;S-1-5-32-560)" +
			"(OA;;RPWP;6db69a1c-9422-11d1-aebd-0000f80367c1;;S-1-5-32-561)(OA;;RPWP;5805bc62-bdc9-4428-a5e2-856a0f4c185e;;S-1-5-32-561)" +
			"(OA;;RPLCLORC;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)(OA;;RPLCLORC;;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
			"(OA;;RPWPCR;91e647de-d96f-4b70-9557-d63ff4f3ccd8;;PS)",
	},
	inDomain: {
		domainWrites,
		// What later versions add (domain-wide updates 78 to 89).
		"(OA;CIIO;WP;ea1b7b93-5e48-46d5-bc6c-4df4fda78a35;bf967a86-0de6-11d0-a285-00aa003049e2;PS)" +
			"(OA;CIIO;SW;9b026da6-0d3c-465c-8bee-5199d7165cba;bf967a86-0de6-11d0-a285-00aa003049e2;CO)" +
			"(OA;CIIO;SW;9b026da6-0d3c-465c-8bee-5199d7165cba;bf967a86-0de6-11d0-a285-00aa003049e2;PS)" +
			"(OA;CIOI;RPWP;3f78c3e5-f79a-46bd-a0b8-9d18116ddc79;;PS)",
	},
}

// operatorsCreate lets Account Operators and Print Operators make and delete
// accounts, groups, computers and printers in OUs, Users and Computers.
const operatorsCreate = "(OA;;CCDC;bf967a86-0de6-11d0-a285-00aa003049e2;;AO)(OA;;CCDC;bf967aba-0de6-11d0-a285-00aa003049e2;;AO)" +
	"(OA;;CCDC;bf967a9c-0de6-11d0-a285-00aa003049e2;;AO)(OA;;CCDC;4828cc14-1437-45bc-9b07-ad6f015e5f28;;AO)" +
	"(OA;;CCDC;bf967aa8-0de6-11d0-a285-00aa003049e2;;PO)"

// domainWrites is the defaultSecurityDescriptor of domainDNS.
const domainWrites = "(A;;RP;;;WD)(A;;RPLCLORC;;;AU)(A;;LCRPLORC;;;ED)(A;;RPRC;;;RU)(A;CI;LC;;;RU)" +
	"(A;;RPWPCRLCLOCCRCWDWOSW;;;DA)(A;CI;RPWPCRLCLOCCRCWDWOSDSW;;;BA)(A;;RPWPCRLCLOCCDCRCWDWOSDDTSW;;;SY)(A;CI;RPWPCRLCLOCCDCRCWDWOSDDTSW;;;EA)" +
	"(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;RO)" +
	"(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;ED)(OA;;CR;1131f6ab-9c07-11d1-f79f-00c04fc2dcd2;;ED)" +
	"(OA;;CR;1131f6ac-9c07-11d1-f79f-00c04fc2dcd2;;ED)(OA;;CR;1131f6ae-9c07-11d1-f79f-00c04fc2dcd2;;ED)" +
	"(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;BA)(OA;;CR;1131f6ab-9c07-11d1-f79f-00c04fc2dcd2;;BA)" +
	"(OA;;CR;1131f6ac-9c07-11d1-f79f-00c04fc2dcd2;;BA)(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;BA)" +
	"(OA;;CR;1131f6ae-9c07-11d1-f79f-00c04fc2dcd2;;BA)(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;DD)" +
	"(OA;;CR;89e95b76-444d-4c62-991a-0facbeda640c;;ED)(OA;;CR;89e95b76-444d-4c62-991a-0facbeda640c;;BA)" +
	"(OA;;CR;e2a36dc9-ae17-47c3-b58b-be34c55ba633;;S-1-5-32-557)" +
	"(OA;;CR;280f369c-67c7-438e-ae98-1d46f3c6f541;;AU)(OA;;CR;ccc2dc7d-a6ad-4a7a-8846-c04e3cc53501;;AU)(OA;;CR;05c74c5e-4deb-43b4-bd9f-86664c2a7fd5;;AU)" +
	"(OA;;RP;c7407360-20bf-11d0-a768-00aa006e0529;;RU)(OA;;RP;b8119fd0-04f6-4762-ab7a-4986c76b3f9a;;RU)(OA;;RP;b8119fd0-04f6-4762-ab7a-4986c76b3f9a;;AU)" +
	"(OA;CIIO;RPWPCR;91e647de-d96f-4b70-9557-d63ff4f3ccd8;;PS)" +
	"(OA;CIIO;RP;b7c69e6d-2cc7-11d2-854e-00a0c983f608;bf967aba-0de6-11d0-a285-00aa003049e2;ED)" +
	"(OA;CIIO;RP;b7c69e6d-2cc7-11d2-854e-00a0c983f608;bf967a9c-0de6-11d0-a285-00aa003049e2;ED)" +
	"(OA;CIIO;RP;b7c69e6d-2cc7-11d2-854e-00a0c983f608;bf967a86-0de6-11d0-a285-00aa003049e2;ED)" +
	"(OA;CIIO;RPLCLORC;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)(OA;CIIO;RPLCLORC;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RPLCLORC;;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
	"(OA;CIIO;RP;037088f8-0ae1-11d2-b422-00a0c968f939;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RP;59ba2f42-79a2-11d0-9020-00c04fc2d3cf;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RP;bc0ac240-79a9-11d0-9020-00c04fc2d4cf;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RP;5f202010-79a5-11d0-9020-00c04fc2d4cf;bf967aba-0de6-11d0-a285-00aa003049e2;RU)" +
	"(OA;CIIO;RP;037088f8-0ae1-11d2-b422-00a0c968f939;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
	"(OA;CIIO;RP;59ba2f42-79a2-11d0-9020-00c04fc2d3cf;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
	"(OA;CIIO;RP;bc0ac240-79a9-11d0-9020-00c04fc2d4cf;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
	"(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)" +
	"(OA;CIIO;RP;5f202010-79a5-11d0-9020-00c04fc2d4cf;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)"

// containerReasons says why an entry of a container is hidden by default: because
// Windows or Exchange's set-up writes it, or because it is inherited and harmless.
func containerReasons(s *model.Snapshot, o *model.Record, a *pool.ACERecord) hiding.Reasons {
	return wholeReasons(s, a, writtenByWindows(s, o, a) || fromSetup(s, o, a) ||
		inConfiguration(s, o.DN) && fromWindows(s, o, a, belowConfiguration))
}

// windowsKey is an entry of the table made comparable with one of a directory.
type windowsKey struct {
	in       containerSort
	domain   int // number in Forest.Domains
	who      pool.SID
	mask     acl.Mask
	flags    acl.ACEFlags
	obj, inh acl.GUID
	// copied is set for what inheriting objects carry, whose flags do not count: see setupKey.
	copied bool
}

// writtenByWindows: an explicit entry must stand on what Windows writes it on; an
// inherited one must have such an object above it.
func writtenByWindows(s *model.Snapshot, o *model.Record, a *pool.ACERecord) bool {
	if a.Type.IsCallback() || !a.Type.Allows() || a.Null {
		return false
	}
	keys := windowsKeys.Of(s)
	key := windowsKey{domain: s.DomainOf(o.DN), who: a.Trustee, mask: a.Mask.MapGenericAD(),
		obj: *s.GUIDs.At(uint32(a.ObjectType)), inh: *s.GUIDs.At(uint32(a.InheritedType))}
	if a.Flags&acl.Inherited == 0 {
		key.in, key.flags = sortOf(s, o.DN), a.Flags
		return keys[key]
	}
	key.copied = true
	for dn := s.DNs.At(uint32(o.DN)).Parent; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
		if key.in = sortOf(s, dn); keys[key] {
			return true
		}
	}
	return false
}

// forestRIDs are the groups of the forest root domain that the table names.
var forestRIDs = map[uint32]bool{498: true, 518: true, 519: true} // Enterprise Read-only Domain Controllers, Schema Admins, Enterprise Admins

// windowsKeys is the table for each domain of the forest.
var windowsKeys = model.Derive(func(s *model.Snapshot) map[windowsKey]bool {
	keys, sids, root := map[windowsKey]bool{}, sidNumbers(s), s.Forest.RootSID()
	for domain, d := range s.Forest.Domains {
		if d.SID.IsZero() {
			continue
		}
		for in, lists := range windowsWrites {
			for _, list := range lists {
				parts, _ := sddl.Parse("D:"+list, d.SID) // a test reads them all
				for i := range parts.DACL {
					a := &parts.DACL[i]
					who := a.Trustee()
					if of, rid, ok := who.Split(); ok && of == d.SID && forestRIDs[rid] {
						who = root.WithRID(rid)
					}
					k := windowsKey{in: containerSort(in), domain: domain, who: sids[who], mask: a.Mask.MapGenericAD(),
						flags: a.Flags, obj: a.ObjectType, inh: a.InheritedObjectType}
					if k.who == 0 {
						continue
					}
					keys[k] = true
					if a.Flags&acl.ContainerInherit != 0 {
						k.flags, k.copied = 0, true
						keys[k] = true
					}
				}
			}
		}
	}
	return keys
}).Outlives(model.Memberships | model.Lists)
