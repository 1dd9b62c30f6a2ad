package finding

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// stepRun is what looking for steps needs.
type stepRun struct {
	own     []int // by SID, see openedEach
	wanted  bool
	byGUID  map[acl.GUID]steps
	of      []steps           // by entry, see stepsOf
	known   []bool            // by entry
	keepers map[pool.SID]int  // mailboxes that default holders control
	members map[pool.SID]int  // mailboxes that a group opens
	anybody *verdict.Bearer   // of whom nothing is known
	openers []grant.Ways      // by ObjectID
	counted map[mergeKey]bool // findings whose count is that of what lies below
}

// stepGUIDs says what writing an attribute or a property set comes to.
func (r *run) stepGUIDs() map[acl.GUID]steps {
	if r.step.byGUID != nil {
		return r.step.byGUID
	}
	by := map[acl.GUID]steps{}
	for _, a := range stepAttributes {
		guid, set := a.guid, a.set
		for g, n := range r.s.Forest.Schema {
			if n.Name == a.name && !n.Class {
				guid, set = g, n.PropertySet
			}
		}
		for _, g := range []acl.GUID{guid, set} {
			if !g.IsZero() {
				by[g] |= a.step
			}
		}
	}
	r.step.byGUID = by
	return by
}

// stepsOf says what an entry lets its trustee do with an account: the strongest alone
// where that includes the others.
func (r *run) stepsOf(id pool.ACE, a *pool.ACERecord) (x steps) {
	if r.step.known == nil {
		r.step.known, r.step.of = make([]bool, r.s.ACEs.Len()), make([]steps, r.s.ACEs.Len())
	}
	if r.step.known[id] {
		return r.step.of[id]
	}
	if a.Type.Allows() && !a.Null {
		x = r.judgeSteps(a)
	}
	r.step.known[id], r.step.of[id] = true, x
	return x
}

func (r *run) judgeSteps(a *pool.ACERecord) (x steps) {
	mask := a.Mask.MapGenericAD()
	named := a.HasObjectType && a.ObjectType != 0
	object := *r.s.GUIDs.At(uint32(a.ObjectType))
	switch {
	case mask&acl.WriteDACL != 0:
		return stepDACL
	case mask&acl.WriteOwner != 0:
		return stepOwner
	case mask&acl.WriteProperty != 0 && !named:
		x = stepAll
	case mask&acl.WriteProperty != 0:
		x = r.stepGUIDs()[object]
	}
	if mask&acl.ControlAccess != 0 && (!named || object == guidResetPassword) {
		x |= stepPassword
	}
	return x
}

// hasSteps reports whether a descriptor has an entry or an owner of interest.
func (r *run) hasSteps(d pool.Desc) bool {
	desc := r.s.Descs.At(uint32(d))
	if r.isStranger(desc.Owner) {
		return true
	}
	for i := range desc.N {
		id := *r.s.Lists.At(desc.First + i)
		a := r.s.ACEs.At(uint32(id))
		if a.Flags&acl.InheritOnly == 0 && r.stepsOf(id, a) != 0 && r.traitsOf(model.TrusteeOfSID(a.Trustee))&(isSelf|isIgnored) == 0 {
			return true
		}
	}
	return false
}

// isStranger reports whether an owner is none of those who own what they manage.
func (r *run) isStranger(owner pool.SID) bool {
	return owner != 0 && r.traitsOf(model.TrusteeOfSID(owner))&(isSelf|isKeeper|isIgnored) == 0
}

// stepsOn looks at the list of an object for those who could give themselves access.
func (r *run) stepsOn(id model.ObjectID, o *model.Record) {
	target := o.Target()
	above := target == model.TargetStore || target == model.TargetAdmin || target == model.TargetContainer
	if o.Security == 0 || !above && !o.HasMailbox() {
		if target == model.TargetRecipient && o.Class == model.ClassGroup {
			r.groupSteps(id, o)
		}
		return
	}
	desc := r.s.Descs.At(uint32(o.Security))
	var denied []*pool.ACERecord
	ownerRights, ownerControls := false, false
	keepers := map[pool.SID]bool{}
	for i := range desc.N {
		ace := *r.s.Lists.At(desc.First + i)
		a := r.s.ACEs.At(uint32(ace))
		if a.Flags&acl.InheritOnly != 0 {
			continue
		}
		if a.Type.Denies() && !a.Type.IsCallback() {
			denied = append(denied, a)
		}
		if r.s.SIDOf(a.Trustee) == acl.SIDOwnerRights {
			ownerRights = true
			ownerControls = ownerControls || r.stepsOf(ace, a)&stepsAbove != 0
		}
		x := r.stepsOf(ace, a)
		if above {
			x &= stepsAbove
		}
		p := model.TrusteeOfSID(a.Trustee)
		is := r.traitsOf(p)
		if x == 0 || is&(isSelf|isIgnored) != 0 || o.Master != 0 && a.Trustee == o.Master || r.isDenied(denied, a, x) {
			continue // the owner of a linked mailbox holds Personal-Information: Exchange writes that (exchange-facts 1.3)
		}
		if is&isKeeper != 0 {
			keepers[a.Trustee] = true
			continue
		}
		r.takeSteps(id, o, i, a, x, above)
	}
	if o.HasMailbox() {
		for sid := range keepers {
			r.step.keepers[sid]++
		}
	}
	if (!ownerRights || ownerControls) && r.isStranger(desc.Owner) {
		r.owned(o, desc.Owner, above)
	}
}

// isDenied reports whether an earlier deny takes away all that an entry lets its trustee
// do.
func (r *run) isDenied(denied []*pool.ACERecord, a *pool.ACERecord, x steps) bool {
	return slices.ContainsFunc(denied, func(d *pool.ACERecord) bool {
		if sid := r.s.SIDOf(d.Trustee); d.Trustee != a.Trustee && sid != acl.SIDEveryone && sid != acl.SIDAuthenticatedUsers {
			return false
		}
		if d.HasObjectType && d.ObjectType != 0 && d.ObjectType != a.ObjectType {
			return false
		}
		need := a.Mask.MapGenericAD() & (acl.WriteDACL | acl.WriteOwner | acl.WriteProperty | acl.ControlAccess)
		return d.Mask.MapGenericAD()&need == need
	})
}

// takeSteps takes an entry into the findings of what it lets its trustee do.
func (r *run) takeSteps(id model.ObjectID, o *model.Record, pos uint32, a *pool.ACERecord, x steps, above bool) {
	k := grant.OnSecurity(o)
	if k == nil || above && grant.ReasonsOf(r.s, k.Ref(id, pos, pool.RightWhole), a)&hiding.Default != 0 || grant.Preset(r.s, id, a) || above && r.isInstaller(a) {
		return
	}
	at, set := r.source(o, k, a)
	var place grant.Place
	if set.Flags&inherited == 0 { // else it was not found where the entry is set
		place = r.listOf(at)
	}
	p := model.TrusteeOfSID(a.Trustee)
	for i, rule := range stepOf {
		if x&(1<<i) == 0 {
			continue
		}
		r.takeStep(mergeKey{rule: rule, target: at, who: p}, place, r.stepSeverity(rule.Severity, p), o, above, r.stepName(o, a))
	}
}

// stepSeverity is that of a step for a trustee: nearly everybody is worst, somebody whom
// nobody is any more the least.
func (r *run) stepSeverity(x Severity, p model.TrusteeID) Severity {
	switch is := r.traitsOf(p); {
	case is&isCrowd != 0:
		return Critical
	case is&isOrphan != 0:
		return Low
	}
	return x
}

// stepName names an entry as a whole.
func (r *run) stepName(o *model.Record, a *pool.ACERecord) model.Phrase {
	return model.Phrase{{Is: model.PartRight, Text: grant.EntryName(r.s, grant.ContainerACL, a)}}
}

// takeStep counts an object for a finding. Of an object above mailboxes those below it
// count, of a mailbox itself. place is the list that says so.
func (r *run) takeStep(k mergeKey, place grant.Place, x Severity, o *model.Record, above bool, detail model.Phrase) {
	f := r.merge(k, found{severity: x, detail: detail})
	if f == nil {
		return
	}
	f.rows++
	f.stands(place)
	switch {
	case !above:
		if !r.step.counted[k] {
			f.counts(o)
		}
	case r.isAdminSDHolder(o):
		f.count = max(f.count, r.protected())
		r.step.counted[k] = true
	case k.target == o.DN:
		f.count = max(f.count, r.mailboxesBelow(o.DN))
		r.step.counted[k] = true
	}
}

// owned says of an owner who may change the list of what he owns.
func (r *run) owned(o *model.Record, owner pool.SID, above bool) {
	at, what := o.DN, "owns it"
	if !above { // who made the accounts of an OU owns many
		at, what = r.s.DNs.At(uint32(o.DN)).Parent, "owns accounts in it"
	}
	k := mergeKey{rule: owns, target: at, who: model.TrusteeOfSID(owner)}
	if !above {
		k.entry = 1
	}
	r.takeStep(k, r.listOf(o.DN), r.stepSeverity(Medium, k.who), o, above, model.Said(what))
}

// groupSteps looks for those who may change the members of a group that opens.
func (r *run) groupSteps(id model.ObjectID, o *model.Record) {
	if !r.wants(canChangeMembers) {
		return
	}
	if r.step.openers == nil {
		r.step.openers = openers(r.s)
	}
	if r.step.openers[id] == 0 {
		return
	}
	grant.Each(r.s, id, grant.RecipientSend.Only(), func(ref grant.Ref, a *pool.ACERecord) bool {
		if ref.Right != pool.RightMembers && ref.Right != pool.RightMembersByFull && ref.Right != pool.RightJoin || !a.Type.Allows() || a.Flags&acl.InheritOnly != 0 {
			return true
		}
		p := model.TrusteeOfSID(a.Trustee)
		if r.traitsOf(p)&(isSelf|isKeeper|isIgnored) != 0 || grant.Preset(r.s, id, a) {
			return true
		}
		if f := r.merge(mergeKey{rule: canChangeMembers, target: o.DN, who: p}, found{severity: r.stepSeverity(Medium, p)}); f != nil {
			f.row(ref)
			f.count = r.opensAsGroup(o.SID)
		}
		return true
	})
}

// opensAsGroup counts the mailboxes that entries for a group, and for those that it is
// in, open.
func (r *run) opensAsGroup(sid pool.SID) int {
	n, known := r.step.members[sid]
	if known || sid == 0 {
		return max(n, 1)
	}
	own := r.openedEach()
	verdict.Of(r.s).Graph().BearerToken(sid, rbac.Of(r.s).Domain()).Each(func(held pool.SID, c member.Certainty) {
		if c&member.Sure != 0 {
			n += own[held]
		}
	})
	n = min(n, r.allMailboxes())
	r.step.members[sid] = n
	return max(n, 1)
}

// defaultHolders tells of the groups that hold control by default in a line each.
func (r *run) defaultHolders() {
	if !r.wants(defaultHolder) {
		return
	}
	graph := verdict.Of(r.s).Graph()
	for sid, n := range r.step.keepers {
		id := r.s.Holder(sid)
		if id == 0 || r.s.Record(id).Class != model.ClassGroup || r.keepers()[sid] { // of Exchange's groups their own rules tell
			continue
		}
		var names []string
		for _, h := range r.membersOf(graph, id, sid) {
			p := r.s.Principal(graph.Trustee(h))
			if _, rid, ok := p.SID.Split(); !ok || rid != 500 {
				names = append(names, p.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		slices.Sort(names)
		more := ""
		if len(names) > 12 {
			more = fmt.Sprintf(", and %d more", len(names)-12)
			names = names[:12]
		}
		detail := model.Phrase{{Is: model.PartWord, Text: "members: "}}
		for i, name := range names {
			if i > 0 {
				detail = append(detail, model.Part{Is: model.PartWord, Text: ", "})
			}
			detail = append(detail, model.Part{Is: model.PartName, Text: name})
		}
		r.add(found{rule: defaultHolder, severity: Info, target: r.s.Record(id).DN, who: model.TrusteeOfSID(sid), count: n, rows: 1,
			detail: append(detail, model.Part{Is: model.PartWord, Text: more})})
	}
}

// membersOf lists the persons in a group. One of the domain controllers' own is in no
// token that a server sees, so its members are listed from the values.
func (r *run) membersOf(graph *member.Graph, id model.ObjectID, sid pool.SID) (out []member.Person) {
	seen := map[model.ObjectID]bool{}
	found := map[member.Person]bool{}
	var enter func(model.ObjectID)
	enter = func(id model.ObjectID) {
		if id == 0 || seen[id] {
			return
		}
		seen[id] = true
		if p, ok := graph.PersonOf(id); ok {
			found[p] = true
			return
		}
		o := r.s.Record(id)
		for i := range o.Members.N {
			enter(r.s.At(*r.s.Members.At(o.Members.First + i)))
		}
	}
	enter(id)
	for _, h := range graph.HoldersOf(sid, rbac.Of(r.s).Domain()).Persons {
		if h.Certainty&member.Sure != 0 {
			found[h.Person] = true
		}
	}
	for p := range found {
		out = append(out, p)
	}
	return out
}
