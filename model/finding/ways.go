package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// The rules about ways out: mail that leaves, and access that spreads.

var forwardOutside = &Rule{Name: "forward-outside", Group: WaysOut, Severity: High,
	Text:    "the mail of a mailbox is sent on to outside",
	Means:   "Whoever reads the other end reads all that comes in, without a right on the mailbox. It is what intruders leave behind.",
	Decided: "altRecipient names a contact, or a mail user whose address is in no accepted domain; or msExchGenericForwardingAddress is in none. Where no accepted domain was read it is medium.",
	Blind:   "Inbox rules, transport rules, and what the bound account may not read of these attributes. A contact may stand for an address inside.",
	Remedy:  "Set-Mailbox -ForwardingAddress $null -ForwardingSmtpAddress $null, and ask who set it",
}

var passThrough = &Rule{Name: "pass-through", Group: WaysOut, Severity: Medium, Counts: "trustees",
	Text:    "a mailbox is open to the account of another mailbox, which others open in turn",
	Means:   "Rights do not hand on, but Outlook and programs that log on as the mailbox in between do: who opens it finds what it is let into.",
	Decided: "A ← B ← C: an entry of A's own list lets B's account in, and entries of B's list let others in. Where B is a shared, room or equipment mailbox it is medium, else info. That access spreads this way is inferred. The count is that of those who open B.",
	Blind:   "Entries of the store, and what B reaches through groups.",
	Remedy:  "give the right on A to those who need it, or to a group, and not to another mailbox's account",
}

var automapWithout = &Rule{Name: "automap-without-right", Group: WaysOut, Severity: Info, Counts: "objects",
	Text:    "Outlook opens a mailbox by itself for somebody who has no right on it",
	Means:   "msExchDelegateListLink is what is left when a right was taken away by another tool than Exchange's: Outlook asks for a password or shows an error. Or the right is one that this program does not see.",
	Decided: "No entry of the mailbox or its store lets anybody in who is in the person's token; denies are not looked at.",
	Blind:   "Where the attribute may not be read, which ordinary accounts may not.",
	Remedy:  "add and remove the right once with Exchange's cmdlets, or clear the value",
}

var opensMany = &Rule{Name: "opens-many", Group: WaysOut, Severity: Medium,
	Text:    "a person or a group opens very many mailboxes",
	Means:   "One password is enough for all of them.",
	Decided: "At least 50 mailboxes and a twentieth of all: of a group those that it opens by itself, of a person those that are open to him by entries for himself and for smaller groups. Denies count for the first six, as the verdict has it.",
	Blind:   "What is open by roles: see impersonation.",
	Remedy:  "split the work, or use a role with a scope and an account for it alone",
}

var noLogon = &Rule{Name: "no-logon", Group: Rights, Severity: Low,
	Text:    "an account with which nobody has logged on for 90 days is allowed to open or send for somebody else",
	Means:   "An account that nobody uses is one that nobody watches.",
	Decided: "lastLogonTimestamp, which a directory brings up to date every 9 to 14 days ([MS-ADA1]), against the newest one that was read. An account without one is not counted: nobody may have logged on, or the attribute may not be read.",
	Blind:   "Logons that are no logons of the domain, such as those of a certificate or of another forest.",
	Remedy:  "remove the entry, or disable the account", Counts: "objects",
}

var wayRules = []*Rule{forwardOutside, passThrough, automapWithout, opensMany}

// ways looks for ways out.
func (r *run) ways() {
	if r.wants(forwardOutside) {
		r.forwarded()
	}
	if r.wants(automapWithout) {
		r.automapped()
	}
	if r.wants(opensMany) {
		r.many()
	}
}

// forwarded finds the mail that is sent on to outside.
func (r *run) forwarded() {
	accepted := map[string]bool{}
	domains, known := door.AcceptedDomains(r.s)
	for _, d := range domains {
		accepted[d] = true
	}
	for _, f := range r.s.Forwards() {
		if !r.asksTarget(f.Obj) {
			continue
		}
		out := found{rule: forwardOutside, severity: High, target: r.s.Record(f.Obj).DN, count: 1, rows: 1}
		if !known {
			out.severity = Medium
		}
		keeps := "; the mailbox does not keep it"
		if f.Keeps {
			keeps = "; the mailbox keeps it too"
		}
		if r.isOutside(f.To, accepted) {
			x := out
			x.who = r.s.TrusteeOf(f.To)
			x.detail = model.Said("to a " + map[bool]string{true: "contact", false: "mail user"}[r.s.Record(r.s.At(f.To)).Class == model.ClassContact] + keeps)
			r.add(x)
		}
		if address := strings.TrimSpace(f.Address); address != "" && !isAccepted(address, accepted) {
			x := out
			x.detail = model.Phrase{{Is: model.PartWord, Text: "to "}, {Is: model.PartAccount, Text: address}, {Is: model.PartWord, Text: keeps}}
			r.add(x)
		}
	}
}

// isOutside reports whether mail for an object leaves the organisation.
func (r *run) isOutside(to pool.DN, accepted map[string]bool) bool {
	id := r.s.At(to)
	if id == 0 {
		return false
	}
	o := r.s.Record(id)
	if o.Class == model.ClassContact {
		return true
	}
	p := r.s.PlacingOf(id)
	return o.Recipient == model.OtherRecipient && o.Class == model.ClassUser && p.Routing != "" && r.s.PremisesOf(id) != model.Remote && !isAccepted("@"+p.Routing, accepted)
}

// isAccepted reports whether an address is in an accepted domain, or below one that is
// accepted with all below it.
func isAccepted(address string, accepted map[string]bool) bool {
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	if accepted[domain] {
		return true
	}
	for domain != "" {
		if accepted["*."+domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

// passed looks at a mailbox for accounts of other mailboxes that are let in.
func (r *run) passed(id model.ObjectID, o *model.Record) {
	if !r.wants(passThrough) || o.MailboxSD == 0 {
		return
	}
	for a := range r.aces(o.MailboxSD) {
		b := r.s.Holder(a.Trustee)
		if b == 0 || b == id || !a.Type.Allows() || a.Flags&(acl.Inherited|acl.InheritOnly) != 0 || a.Mask&(acl.MailboxFullAccess|acl.GenericAll) == 0 || !r.s.Record(b).HasMailbox() {
			continue
		}
		between := r.s.Record(b)
		if between.SID != a.Trustee || r.traitsOf(model.TrusteeOfSID(a.Trustee))&isIgnored != 0 {
			continue
		}
		who := slices.DeleteFunc(slices.Clone(r.openersOf(b)), func(p model.TrusteeID) bool { return p == r.s.TrusteeOf(o.DN) })
		if len(who) == 0 {
			continue
		}
		severity := Info
		switch r.s.TypeName(between) {
		case "SharedMailbox", "RoomMailbox", "EquipmentMailbox":
			severity = Medium
		}
		r.merge(mergeKey{rule: passThrough, target: o.DN, who: model.TrusteeOfSID(a.Trustee)},
			found{severity: severity, count: len(who), rows: 1, detail: r.named("which is open to ", who),
				places: []grant.Place{{Obj: id, Attribute: model.StampedMailboxSD}, {Obj: b, Attribute: model.StampedMailboxSD}}})
	}
}

// openersOf is openedBy, worked out once.
func (r *run) openersOf(id model.ObjectID) []model.TrusteeID {
	who, known := r.way.openers[id]
	if !known {
		if r.way.openers == nil {
			r.way.openers = map[model.ObjectID][]model.TrusteeID{}
		}
		who = r.openedBy(id)
		r.way.openers[id] = who
	}
	return who
}

// wayRun is what looking for ways out needs.
type wayRun struct {
	openers map[model.ObjectID][]model.TrusteeID
	into    map[model.ObjectID][]pool.SID // by store: whom its entries let into its mailboxes
}

// automapped finds the mailboxes that Outlook opens for somebody who is not let in.
func (r *run) automapped() {
	s := r.s
	graph, d := verdict.Of(s).Graph(), rbac.Of(s).Domain()
	tokens := map[member.Person]*member.SIDs{}
	for i := range s.Automaps.Len() {
		if i&1023 == 1023 && r.ended() {
			return
		}
		m := s.Automaps.At(i)
		o := s.Record(m.Target)
		p, ok := graph.PersonOf(s.At(m.Who))
		if !ok || !o.HasMailbox() || o.MailboxState != model.Present || !r.asksTarget(m.Target) {
			continue
		}
		t := tokens[p]
		if t == nil {
			t = graph.TokenOf(p, d)
			tokens[p] = t
		}
		if !r.letsIn(graph, o, t) {
			r.add(found{rule: automapWithout, severity: Info, target: o.DN, who: s.TrusteeOf(m.Who), count: 1, rows: 1})
		}
	}
}

// letsIn reports whether an entry of a mailbox or its store lets somebody in who has a
// token, or may have.
func (r *run) letsIn(graph *member.Graph, o *model.Record, t *member.SIDs) bool {
	has := func(sid pool.SID) bool {
		return graph.IsUniversal(sid) || graph.IsBuiltin(sid) || t.Of(sid) != member.No
	}
	const opens = acl.MailboxFullAccess | acl.GenericAll
	for a := range r.aces(o.MailboxSD) {
		if a.Mask&opens != 0 && a.Type.Allows() && has(a.Trustee) {
			return true
		}
	}
	store := r.s.At(o.Home)
	if store == 0 || r.s.Record(store).SecurityState != model.Present {
		return true // not known
	}
	into, known := r.way.into[store]
	if !known {
		if r.way.into == nil {
			r.way.into = map[model.ObjectID][]pool.SID{}
		}
		grant.EachIntoStored(r.s, store, func(a *pool.ACERecord) { into = append(into, a.Trustee) })
		r.way.into[store] = into
	}
	return slices.ContainsFunc(into, has)
}

// mostExact bounds those whose mailboxes are counted by verdicts, one by one.
const mostExact = 6

// many finds those who open very many mailboxes.
func (r *run) many() {
	s := r.s
	least := max(50, r.allMailboxes()/20)
	graph := verdict.Of(s).Graph()
	own := slices.Clone(r.openedEach())
	var sids []pool.SID
	persons := map[member.Person]int{}
	for sid := pool.SID(1); int(sid) < len(own); sid++ {
		n := own[sid]
		if n == 0 || r.traitsOf(model.TrusteeOfSID(sid))&(isSelf|isKeeper|isCrowd|isIgnored|isOrphan) != 0 {
			continue
		}
		_, isPerson := graph.PersonOf(s.Holder(sid))
		if n >= least && !isPerson {
			sids = append(sids, sid)
			continue
		}
		for _, h := range graph.HoldersOf(sid, rbac.Of(s).Domain()).Persons {
			if h.Certainty&member.Sure != 0 {
				persons[h.Person] += n
			}
		}
	}
	for p, n := range persons {
		if sid := graph.Trustee(p).SID(); n >= least && sid != 0 {
			own[sid] = n
			sids = append(sids, sid)
		}
	}
	slices.SortFunc(sids, func(a, b pool.SID) int { return cmp.Or(own[b]-own[a], int(a)-int(b)) })
	for i, sid := range sids {
		if r.ended() {
			return
		}
		n := own[sid]
		if i < mostExact {
			n = r.opensExactly(sid)
		}
		if n < least {
			continue
		}
		f := found{rule: opensMany, severity: Medium, who: model.TrusteeOfSID(sid), count: min(n, r.allMailboxes()), rows: 1}
		if id := s.Holder(sid); id != 0 {
			f.target = s.Record(id).DN
			if s.Record(id).Class == model.ClassGroup {
				f.detail = model.Said(fmt.Sprintf("a group of %d persons", len(r.membersOf(graph, id, sid))))
			}
		}
		r.add(f)
	}
}

// openedEach counts, for each SID, the mailboxes that entries for it open.
func (r *run) openedEach() []int {
	s := r.s
	if r.step.own != nil {
		return r.step.own
	}
	own := make([]int, s.SIDs.Len())
	r.step.own = own
	rows, reach := grant.RelationsOf(s), grant.ReachOf(s)
	for sid := range own {
		for _, ace := range rows.ACEs.Of(uint32(sid)) {
			a := s.ACEs.At(ace)
			if !a.Type.Allows() || a.Flags&(acl.Inherited|acl.InheritOnly) != 0 || a.Mask&(acl.MailboxFullAccess|acl.GenericAll) == 0 {
				continue
			}
			for _, d := range reach.Descs.Of(ace) {
				if s.Descs.At(d).Sense == pool.SenseMailbox {
					own[sid] += len(reach.Targets.Of(d))
				}
			}
		}
	}
	for i := range s.Stores.Len() {
		id := *s.Stores.At(i)
		if !s.Record(id).IsStore() {
			continue
		}
		grant.EachIntoStored(s, id, func(a *pool.ACERecord) { own[a.Trustee] += len(r.mailboxesOf(id)) })
	}
	return own
}

// opensExactly counts the mailboxes that a SID opens and that are not open to everybody.
func (r *run) opensExactly(sid pool.SID) (n int) {
	if r.step.anybody == nil {
		r.step.anybody = verdict.Of(r.s).Bearer(pool.AuthenticatedUsers)
	}
	x := verdict.Of(r.s).Bearer(sid)
	for i := range r.s.Recipients.Len() {
		id := *r.s.Recipients.At(i)
		if r.s.Record(id).HasMailbox() && x.OpensAsClient(id) == verdict.Allowed && r.step.anybody.OpensAsClient(id) != verdict.Allowed {
			n++
		}
	}
	return n
}
