package finding

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// What is known of the organisation and of Exchange's own groups.

// Exchange's own groups, by the GUID in otherWellKnownObjects (exchange-facts 5.2).
var (
	guidServers       = acl.MustParseGUID("6c01d2a7-f083-4503-8132-789eeb127b84") // Exchange Servers
	guidTrusted       = acl.MustParseGUID("586a87ea-6ddb-4cd0-9006-939818f800eb") // Exchange Trusted Subsystem
	guidWindows       = acl.MustParseGUID("11d0174c-be7e-4266-afae-e03bc66d381f") // Exchange Windows Permissions
	guidOrganization  = acl.MustParseGUID("29a962c2-91d6-4ab7-9e06-8728f8f842ea") // Organization Management
	guidSetup         = acl.MustParseGUID("261928d1-f5d1-445b-866d-1d6b5bd87a09") // Delegated Setup
	guidDiscovery     = acl.MustParseGUID("2ede7fc6-3983-4467-90fb-afdca3dfdc95") // Discovery Management
	guidPublicFolders = acl.MustParseGUID("7b41fa45-7435-4edc-929b-c4b059699792") // Public Folder Management
)

// group returns one of Exchange's own groups, 0 where it is not known.
func (r *run) group(g acl.GUID) model.ObjectID { return r.s.At(r.s.Forest.WellKnownGroups[g]) }

func (r *run) groupSID(g acl.GUID) pool.SID {
	if id := r.group(g); id != 0 {
		return r.s.Record(id).SID
	}
	return 0
}

// keepers are the groups of Exchange that hold control by set-up.
func (r *run) keepers() map[pool.SID]bool {
	if r.entry.keepers == nil {
		r.entry.keepers = map[pool.SID]bool{}
		for _, g := range []acl.GUID{guidServers, guidTrusted, guidWindows, guidOrganization} {
			if sid := r.groupSID(g); sid != 0 {
				r.entry.keepers[sid] = true
			}
		}
	}
	return r.entry.keepers
}

// organisationOf finds the organisation: the container below CN=Microsoft Exchange; 0
// where none was read.
func (r *run) organisationID() model.ObjectID {
	for i := range r.s.Stores.Len() {
		id := *r.s.Stores.At(i)
		o := r.s.Record(id)
		if parent := r.s.DNs.At(uint32(o.DN)).Parent; o.Target() == model.TargetAdmin && strings.EqualFold(r.s.CN(parent), "Microsoft Exchange") &&
			r.holdsStores(o.DN) {
			return id
		}
	}
	return 0
}

// holdsStores reports whether a store lies below a container, or, where there is none
// at all, whether it is the organisation that was read.
func (r *run) holdsStores(dn pool.DN) bool {
	stores := 0
	for i := range r.s.Stores.Len() {
		o := r.s.Record(*r.s.Stores.At(i))
		if o.IsStore() {
			if stores++; r.s.Under(o.DN, dn) {
				return true
			}
		}
	}
	return stores == 0
}

// deniedOnOrganisation are those whom the organisation denies Receive-As for all that
// lies below.
func (r *run) deniedOnOrganisation() map[pool.SID]bool {
	if r.entry.denied == nil {
		r.entry.denied = map[pool.SID]bool{}
		if id := r.organisationID(); id != 0 {
			for a := range r.aces(r.s.Record(id).Security) {
				if r.deniesBelow(a, acl.GUIDReceiveAs) {
					r.entry.denied[a.Trustee] = true
				}
			}
		}
	}
	return r.entry.denied
}

// deniesBelow reports whether an entry denies an extended right to all objects below.
func (r *run) deniesBelow(a *pool.ACERecord, right acl.GUID) bool {
	return a.Type.Denies() && !a.Type.IsCallback() && a.Flags&acl.ContainerInherit != 0 && a.Mask&(acl.ControlAccess|acl.GenericAll) != 0 &&
		!a.HasInheritedType && (!a.HasObjectType || a.ObjectType == 0 || *r.s.GUIDs.At(uint32(a.ObjectType)) == right)
}

// aces calls yield for the entries of a list in stored order.
func (r *run) aces(d pool.Desc) func(yield func(*pool.ACERecord) bool) {
	return func(yield func(*pool.ACERecord) bool) {
		first, n := r.s.ACEsOf(d)
		for i := range n {
			if !yield(r.s.ACE(first + i)) {
				return
			}
		}
	}
}

// keptOut are those whom set-up keeps out of mailboxes by denies on the organisation.
func (r *run) keptOut() (out []pool.SID) {
	root := r.s.Forest.RootSID()
	for sid := pool.SID(1); uint32(sid) < r.s.SIDs.Len(); sid++ {
		if n := r.s.SIDs.At(uint32(sid)); n.Whole || n.Rid != 512 && n.Rid != 519 {
			continue
		}
		if domain, _, ok := r.s.SIDOf(sid).Split(); ok && domain == root && !root.IsZero() && r.s.Holder(sid) != 0 {
			out = append(out, sid)
		}
	}
	if sid := r.groupSID(guidOrganization); sid != 0 {
		out = append(out, sid)
	}
	return out
}

// organisation looks for what the organisation lacks.
func (r *run) organisation() {
	id := r.organisationID()
	if id == 0 || !r.asksTarget(id) {
		return
	}
	o := r.s.Record(id)
	if o.SecurityState != model.Present || o.Security == 0 || r.s.Descs.At(uint32(o.Security)).Broken {
		return // coverage says so
	}
	for _, sid := range r.keptOut() {
		var lacks []string
		for _, right := range []acl.GUID{acl.GUIDSendAs, acl.GUIDReceiveAs} {
			if !slices.ContainsFunc(slices.Collect(r.aces(o.Security)), func(a *pool.ACERecord) bool {
				return a.Trustee == sid && r.deniesBelow(a, right)
			}) {
				lacks = append(lacks, map[acl.GUID]string{acl.GUIDSendAs: "Send-As", acl.GUIDReceiveAs: "Receive-As"}[right])
			}
		}
		if len(lacks) > 0 {
			r.add(found{rule: missingDeny, severity: High, target: o.DN, who: model.TrusteeOfSID(sid), count: r.mailboxesBelow(o.DN), rows: 1, places: []grant.Place{r.listOf(o.DN)},
				detail: model.Said("no deny of " + strings.Join(lacks, " and ") + " for all that lies below")})
		}
	}
}

// isAdminSDHolder reports whether an object is CN=AdminSDHolder of a domain.
func (r *run) isAdminSDHolder(o *model.Record) bool {
	return len(r.s.Forest.AdminSDHolders) > 0 && slices.Contains(r.s.Forest.AdminSDHolders, r.s.At(o.DN))
}
