package door

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// The extended rights of SMTP that receive connectors are about (exchange-facts
// 4.4, 8).
var (
	rightSubmit        = acl.MustParseGUID("a18293f1-0685-4540-aa63-e32df421b3a2")
	rightSubmitForMLS  = acl.MustParseGUID("8fc01282-006d-42b1-81e3-c0b46bed3754")
	rightAnyRecipient  = acl.MustParseGUID("5c82f031-4e4c-4326-88e1-8c4f0cad9de5")
	rightAuthFlag      = acl.MustParseGUID("1c75aca8-b56b-48b3-a021-858a29fa877b")
	rightAnySender     = acl.MustParseGUID("b857b50b-94a2-4b53-93f6-41cebd2fced0")
	rightAuthoritative = acl.MustParseGUID("c22841f4-96cb-498a-ac02-f9a87c74eb14")
	rightAntiSpam      = acl.MustParseGUID("d19299b4-86c2-4c9a-8fa7-acb70c63023a")
	rightMessageSize   = acl.MustParseGUID("6760cfc5-70f4-4ae8-bc39-9522d86ac69b")
	rightSendExch50    = acl.MustParseGUID("11716db4-9647-4bce-8922-1f99e526cb41")
	rightExch50        = acl.MustParseGUID("e373fb21-d851-4d15-af23-982f09f2400b")
	rightRouting       = acl.MustParseGUID("04031f4f-7c36-43ea-9b49-4bd0f5f1e6af")
	rightForest        = acl.MustParseGUID("a7a9ea66-e08c-4e23-8fe7-68c40e49c6c0")
	rightOrganization  = acl.MustParseGUID("c307dccd-6676-4d19-95c8-d1567fab9820")
	rightXShadow       = acl.MustParseGUID("811d004b-e2ed-4024-8953-0f0fb0612e47")
	rightXProxyFrom    = acl.MustParseGUID("5bee2b72-50d7-49c7-ba66-39a25daa1e92")
	rightXSession      = acl.MustParseGUID("c08e6405-fccb-4c21-9985-2e865bcf15d5")
	rightXRecipients   = acl.MustParseGUID("b938d9df-1f37-41d3-8cdc-f4148f20076d")
	rightXProperties   = acl.MustParseGUID("e1f584b5-11c8-451b-91e8-045c75973912")
	rightXFastIndex    = acl.MustParseGUID("5669b1b6-dca0-429b-8fdb-fc5b07c0f73f")
	rightXAttr         = acl.MustParseGUID("c62e96a4-6f25-497b-8d41-70cbd25eaa99")
	rightXSysProbe     = acl.MustParseGUID("5db60ab1-1ad4-4863-b9be-fbc5b00691a3")
)

// AcceptAnyRecipient is the right to relay: to have mail taken for somebody
// outside the accepted domains.
var AcceptAnyRecipient = rightAnyRecipient

// smtpRights are all of them; a set of them is a bit for each.
var smtpRights = []acl.GUID{
	rightSubmit, rightSubmitForMLS, rightAnyRecipient, rightAuthFlag, rightAnySender, rightAuthoritative, rightAntiSpam, rightMessageSize,
	rightSendExch50, rightExch50, rightRouting, rightForest, rightOrganization, rightXShadow, rightXProxyFrom, rightXSession,
	rightXRecipients, rightXProperties, rightXFastIndex, rightXAttr, rightXSysProbe,
}

type rightSet uint32

func setOf(rights ...acl.GUID) (out rightSet) {
	for _, r := range rights {
		out |= 1 << slices.Index(smtpRights, r)
	}
	return out
}

// relays reports whether a set holds the right to relay.
func (r rightSet) relays() bool { return r&setOf(rightAnyRecipient) != 0 }

// The sets of the permission groups, as 2007 has them. What 2010 and 2013 add to
// those of servers differs from release to release.
var (
	anonymousSet = setOf(rightSubmit, rightAnySender, rightAuthoritative, rightRouting)
	usersSet     = setOf(rightSubmit, rightAnyRecipient, rightAntiSpam, rightRouting)
	serversSet   = setOf(rightSubmit, rightAnyRecipient, rightAuthFlag, rightAnySender, rightAuthoritative, rightAntiSpam, rightMessageSize,
		rightExch50, rightRouting, rightForest, rightOrganization)
	securedSet  = serversSet &^ setOf(rightAuthFlag, rightForest, rightOrganization)
	legacySet   = serversSet &^ setOf(rightForest, rightOrganization)
	partnersSet = setOf(rightSubmit, rightRouting)
	laterSet    = setOf(rightXShadow, rightXProxyFrom, rightXSession, rightXRecipients, rightXProperties, rightXFastIndex, rightXAttr, rightXSysProbe)
)

// The Exchange groups that connectors name, by the GUID in otherWellKnownObjects
// (exchange-facts 5.2).
var (
	groupExchangeServers = acl.MustParseGUID("6c01d2a7-f083-4503-8132-789eeb127b84")
	groupLegacyInterop   = acl.MustParseGUID("3f965b9c-f167-4b4a-936c-b8efb19c4784")
)

// permissionGroup is one of the groups that Exchange makes of the entries of a
// connector.
type permissionGroup struct {
	name   string
	who    []acl.SID // fixed trustees
	wanted acl.GUID  // an Exchange group; zero for none
	named  string    // its name, where the Exchange container does not say which it is
	set    rightSet  // that must all be there
	may    rightSet  // that may be there too
}

// is reports whether a set is the group's own.
func (g *permissionGroup) is(r rightSet) bool { return r&^g.may == g.set }

var permissionGroups = []permissionGroup{
	{name: "AnonymousUsers", who: []acl.SID{acl.SIDAnonymous}, set: anonymousSet},
	{name: "ExchangeUsers", who: []acl.SID{acl.SIDAuthenticatedUsers}, set: usersSet},
	{name: "ExchangeServers", who: []acl.SID{acl.SIDExchangeHubTransport, acl.SIDExchangeEdgeTransport}, wanted: groupExchangeServers, named: "Exchange Servers",
		set: serversSet, may: laterSet},
	{name: "ExchangeServers", who: []acl.SID{acl.SIDExchangeExternallySecured}, set: securedSet, may: serversSet &^ securedSet},
	{name: "ExchangeLegacyServers", who: []acl.SID{acl.SIDExchangeLegacy}, wanted: groupLegacyInterop, named: "ExchangeLegacyInterop",
		set: legacySet, may: laterSet},
	{name: "Partners", who: []acl.SID{acl.SIDExchangePartners}, set: partnersSet},
}

const customGroup = "Custom"

// groupOf returns the group that a trustee belongs to; nil for one in none.
func groupOf(s *model.Snapshot, who pool.SID) *permissionGroup {
	sid := s.SIDOf(who)
	for i := range permissionGroups {
		g := &permissionGroups[i]
		if slices.Contains(g.who, sid) || !g.wanted.IsZero() && g.isNamed(s, who) {
			return g
		}
	}
	return nil
}

func (g *permissionGroup) isNamed(s *model.Snapshot, who pool.SID) bool {
	if name := s.Forest.WellKnownGroups[g.wanted]; name != 0 {
		return s.At(name) != 0 && s.Record(s.At(name)).SID == who
	}
	id := s.Holder(who)
	return id != 0 && s.Record(id).Class == model.ClassGroup && strings.EqualFold(s.Texts.Text(s.Record(id).Account), g.named)
}

// Permissions is what the entries of a connector give.
type Permissions struct {
	Read     bool // the list was read; nothing below is known without
	Groups   []string
	Null     bool // there is no list: everybody holds every right
	Broken   bool // the list is damaged: what stands behind the damage is not known
	relay    []pool.SID
	Inherits int // trustees that relay by an inherited entry for all rights alone: administrators, servers
}

// Relay are those whom an entry lets relay, and no entry before it does not.
func (p *Permissions) Relay(s *model.Snapshot) (out []model.Principal) {
	for _, who := range p.relay {
		out = append(out, s.Principal(model.TrusteeOfSID(who)))
	}
	return out
}

// PermissionsOf works out what the entries of a connector give. Each trustee is
// looked at alone: a group's rights are not its members'.
func PermissionsOf(s *model.Snapshot, id model.ObjectID) Permissions {
	o := s.Record(id)
	p := Permissions{Read: o.SecurityState == model.Present, Broken: s.Descs.At(uint32(o.Security)).Broken}
	if !p.Read {
		return p
	}
	first, n := s.ACEsOf(o.Security)
	var trustees []pool.SID
	for i := range n {
		a := s.ACE(first + i)
		if a.Null {
			p.Null, p.Groups = true, []string{"AnonymousUsers", "ExchangeUsers", "ExchangeServers", "ExchangeLegacyServers", "Partners", customGroup}
			p.relay = []pool.SID{a.Trustee}
			return p
		}
		if speaks(a) && !slices.Contains(trustees, a.Trustee) {
			trustees = append(trustees, a.Trustee)
		}
	}
	names := map[string]bool{}
	for _, who := range trustees {
		entries := entriesOf(s, first, n, who)
		named := entries.effective(s, true)
		if entries.effective(s, false).relays() {
			if named.relays() {
				p.relay = append(p.relay, who)
			} else {
				p.Inherits++
			}
		}
		group := groupOf(s, who)
		switch {
		case named == 0:
		case group == nil && entries.own && !slices.ContainsFunc(permissionGroups, func(g permissionGroup) bool { return g.is(named) }):
			names[customGroup] = true
		case group != nil:
			if named&group.set == group.set {
				names[group.name] = true
			}
			if !group.is(named) {
				names[customGroup] = true
			}
		}
	}
	for _, name := range []string{"AnonymousUsers", "ExchangeUsers", "ExchangeServers", "ExchangeLegacyServers", "Partners", customGroup} {
		if names[name] {
			p.Groups = append(p.Groups, name)
		}
	}
	return p
}

// speaks reports whether an entry gives or takes extended rights on the
// connector itself.
func speaks(a *pool.ACERecord) bool {
	return a.Mask.MapGenericAD()&acl.ControlAccess != 0 && a.Flags&acl.InheritOnly == 0 && (a.Type.Allows() || a.Type.Denies()) && !a.Type.IsCallback()
}

// entries are those of one trustee, in their order.
type entries struct {
	list []*pool.ACERecord
	own  bool // one of them is not inherited
}

func entriesOf(s *model.Snapshot, first, n uint32, who pool.SID) (out entries) {
	for i := range n {
		if a := s.ACE(first + i); a.Trustee == who && speaks(a) {
			out.list = append(out.list, a)
			out.own = out.own || a.Flags&acl.Inherited == 0
		}
	}
	return out
}

// effective are the rights that the first entry on each of them gives ([MS-ADTS]
// 5.1.3.3.4). With named, inherited entries for all extended rights do not
// count: set-up gives Exchange Servers and administrators these from the
// organisation down, and no permission group of Exchange shows it.
func (e *entries) effective(s *model.Snapshot, named bool) (out rightSet) {
	for i, right := range smtpRights {
		for _, a := range e.list {
			switch {
			case a.HasObjectType && a.ObjectType != 0:
				if *s.GUIDs.At(uint32(a.ObjectType)) != right {
					continue
				}
			case named && a.Flags&acl.Inherited != 0 && a.Type.Allows():
				continue
			}
			if a.Type.Allows() {
				out |= 1 << i
			}
			break
		}
	}
	return out
}

// BySetup reports whether an entry of a connector is one that Exchange's set-up,
// or the permission group for it, writes for Exchange's own servers.
func BySetup(s *model.Snapshot, a *pool.ACERecord) bool {
	if a.Flags&acl.Inherited != 0 || !a.HasObjectType || a.Mask != acl.ControlAccess || a.Type.IsCallback() {
		return false
	}
	i := slices.Index(smtpRights, *s.GUIDs.At(uint32(a.ObjectType)))
	g := groupOf(s, a.Trustee)
	if i < 0 || g == nil || g.name != "ExchangeServers" && g.name != "ExchangeLegacyServers" {
		return false
	}
	one := rightSet(1) << i
	if a.Type.Denies() { // set-up denies these two to servers of 2003
		return g.name == "ExchangeLegacyServers" && one&setOf(rightForest, rightOrganization) != 0
	}
	return one&(g.set|g.may) != 0
}
