package finding

import (
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// The rules about Exchange's own groups. They are known by their GUIDs in
// otherWellKnownObjects, never by a name.

var exchangeMember = &Rule{Name: "exchange-member", Group: Groups, Severity: Critical,
	Text:    "somebody who is no Exchange server is in Exchange Servers, Exchange Trusted Subsystem or Exchange Windows Permissions",
	Means:   "These groups are for the computers of the servers. Who is in one of them opens every mailbox, as a server does, or gives himself any right in the domain.",
	Decided: "Everybody whose token holds the group, at any depth and by the primary group, except computers that have the name of a server that was read.",
	Blind:   "Members that were not read. That a computer of a server is itself in somebody else's hands.",
	Remedy:  "take him out of the group; give what he needs by a role",
}

var adminMember = &Rule{Name: "admin-member", Group: Groups, Severity: Medium, Counts: "persons",
	Text:    "somebody is a member of Organization Management, Delegated Setup, Discovery Management or Public Folder Management",
	Means:   "Organization Management may give itself everything in Exchange; Discovery Management searches all mailboxes; Delegated Setup holds Full Control on servers; Public Folder Management on public folders. Know them by name.",
	Decided: "The values of member. The built-in Administrator (RID 500), whom set-up puts in where he installs Exchange, and Exchange's own groups are left out. The count is how many persons come in by that member.",
	Blind:   "Members that were not read.",
	Remedy:  "keep the members few, and accept those who belong there",
}

var windowsDACL = &Rule{Name: "windows-permissions-dacl", Group: Groups, Severity: Critical,
	Text:    "a group of Exchange may write the access list of a domain",
	Means:   "Exchange Windows Permissions with WRITE_DAC on the domain's head itself, as set-up wrote it until the updates of February 2019: whoever rules an Exchange server gives himself the replication of all password hashes.",
	Decided: "An entry for one of Exchange's groups with WRITE_DAC, WRITE_OWNER or Full Control that applies to the head itself and is not for objects below alone. An entry for another class applies to the object that it stands on ([MS-DTYP] 2.5.3.2).",
	Blind:   "A domain whose head was not read.",
	Remedy:  "run setup /PrepareAD and /PrepareDomain of a current version, or mark the entry as inherit-only",
}

var groupRules = []*Rule{exchangeMember, adminMember, windowsDACL}

// groups looks at Exchange's own groups.
func (r *run) groups() {
	for _, g := range []acl.GUID{guidServers, guidTrusted, guidWindows} {
		if id := r.group(g); id != 0 && r.wants(exchangeMember) {
			r.noServers(id)
		}
	}
	if r.wants(adminMember) {
		for _, g := range []struct {
			guid     acl.GUID
			severity Severity
		}{{guidOrganization, Medium}, {guidDiscovery, Medium}, {guidSetup, Medium}, {guidPublicFolders, Low}} {
			if id := r.group(g.guid); id != 0 {
				r.members(id, g.severity)
			}
		}
	}
	if r.wants(windowsDACL) {
		for i := range r.s.ListOf(model.TargetContainer).Len() {
			if o := r.s.Record(*r.s.ListOf(model.TargetContainer).At(i)); o.Class == model.ClassDomain {
				r.headWritten(o)
			}
		}
	}
}

// noServers finds who is in a group of servers and is none.
func (r *run) noServers(group model.ObjectID) {
	o := r.s.Record(group)
	if o.SID == 0 {
		return
	}
	graph := verdict.Of(r.s).Graph()
	for _, h := range graph.HoldersOf(o.SID, rbac.Of(r.s).Domain()).Persons {
		if h.Certainty&member.Sure == 0 {
			continue
		}
		severity, what := Critical, "no computer"
		if id := graph.Object(h.Person); id != 0 && r.s.Record(id).Class == model.ClassComputer {
			if r.isServer(id) {
				continue
			}
			severity, what = Medium, "a computer that has the name of no Exchange server that was read"
		}
		r.add(found{rule: exchangeMember, severity: severity, target: o.DN, who: graph.Trustee(h.Person), count: r.allMailboxes(), rows: 1, detail: model.Said(what),
			joined: joined{group: group, who: h.Person}})
	}
}

// isServer reports whether a computer has the name of an Exchange server. Where none was
// read it may be one.
func (r *run) isServer(id model.ObjectID) bool {
	if r.entry.servers == nil {
		r.entry.servers = map[string]bool{}
		for dn := range r.s.Forest.Versions {
			r.entry.servers[strings.ToLower(r.s.CN(dn))] = true
		}
	}
	name := strings.TrimSuffix(r.s.ObjectName(r.s.Record(id)), "$")
	return len(r.entry.servers) == 0 || r.entry.servers[strings.ToLower(name)]
}

// members lists who is named in a group of administrators.
func (r *run) members(group model.ObjectID, severity Severity) {
	s, o := r.s, r.s.Record(group)
	ours := map[model.ObjectID]bool{}
	for _, dn := range s.Forest.WellKnownGroups {
		ours[s.At(dn)] = true
	}
	graph := verdict.Of(s).Graph()
	for i := range o.Members.N {
		dn := *s.Members.At(o.Members.First + i)
		id := s.At(dn)
		if id == 0 || ours[id] {
			continue
		}
		m := s.Record(id)
		if n := s.SIDs.At(uint32(m.SID)); m.SID != 0 && !n.Whole && n.Rid == 500 || m.Is(model.FlagDeleted) {
			continue
		}
		persons, what := 1, ""
		if m.Class == model.ClassGroup {
			persons = 0
			for _, h := range graph.HoldersOf(m.SID, rbac.Of(s).Domain()).Persons {
				if h.Certainty&member.Sure != 0 {
					persons++
				}
			}
			what = "a group of " + strconv.Itoa(persons) + " persons"
		}
		f := found{rule: adminMember, severity: severity, target: o.DN, who: s.TrusteeOf(dn), count: persons, rows: 1,
			joined: joined{group: group, name: dn}}
		if what != "" {
			f.detail = model.Said(what)
		}
		r.add(f)
	}
}

// headWritten finds the groups of Exchange that may write the list of a domain.
func (r *run) headWritten(o *model.Record) {
	const control = acl.WriteDACL | acl.WriteOwner | acl.GenericAll
	keepers := r.keepers()
	for a := range r.aces(o.Security) {
		if a.Type.Allows() && keepers[a.Trustee] && a.Mask&control != 0 && a.Flags&acl.InheritOnly == 0 {
			r.add(found{rule: windowsDACL, severity: Critical, target: o.DN, who: model.TrusteeOfSID(a.Trustee), count: r.mailboxesBelow(o.DN), rows: 1, places: []grant.Place{r.listOf(o.DN)},
				detail: model.Phrase{{Is: model.PartWord, Text: "on the domain itself: "}, {Is: model.PartRight, Text: strings.Join(a.Mask.ADNames(), ", ")}}})
		}
	}
}

// allMailboxes counts those of the organisation.
func (r *run) allMailboxes() int { return mailboxesOf.Of(r.s) }
