package finding

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// The rules about rights: entries that are there and should not be, or are not there
// and should be.

const (
	effectiveDecided = "For each mailbox that the entry reaches it is worked out whether somebody of whom nothing else is known gets in: groups and denies count, " +
		"those of the store too, in the order of Exchange 2013 (taken to hold for later versions: inferred)."
	seenOnly = "Nothing is known of what the bound account may not read: see coverage."
)

var everyone = &Rule{Name: "everyone", Group: Rights, Severity: Critical,
	Text:    "everybody, or every user of a domain, is allowed to open or send",
	Means:   "An entry names Everyone, Authenticated Users, Anonymous, Domain Users, Domain Computers, Domain Guests, Users, Guests, Pre-Windows 2000 Compatible Access, NETWORK or This Organization: whoever has an account gets in.",
	Decided: effectiveDecided + " The count is that of the mailboxes that are open. An entry that denies hold back everywhere stays as low.",
	Blind:   "Folder permissions (Default, Anonymous) are in the mailbox and not in the directory. Users, Guests and Pre-Windows 2000 Compatible Access are local groups of each computer: who is in those of an Exchange server the directory does not tell.",
	Remedy:  "remove the entry where it is set, and give the right to a group with named members",
}

var nullDACL = &Rule{Name: "null-dacl", Group: Rights, Severity: Critical,
	Text:    "an object has no access list at all, so everyone holds every right",
	Means:   "The descriptor has no DACL, or a NULL one ([MS-DTYP] 2.5.3.2): every access check succeeds. That is not the same as an empty list, which lets nobody in.",
	Decided: "The descriptor says so.",
	Blind:   seenOnly,
	Remedy:  "write a list: for a mailbox that of a new one, SELF with Full Access and Read Permission",
}

var orphan = &Rule{Name: "orphan", Group: Rights, Severity: Medium,
	Text:    "an entry names an account that is deleted or that nobody holds any more",
	Means:   "The entry does nothing now, but whoever restores the account, or gets its SID by sIDHistory, has the right again; and it hides what is set on purpose.",
	Decided: "The SID belongs to a domain of the forest that was read to its end, and neither objectSid nor sIDHistory of anybody matches; or the tombstone was seen. Where it opens or sends it is medium, else low.",
	Blind:   "A SID of another forest may be an orphan there.",
	Remedy:  "remove the entry", Counts: "objects",
}

var disabled = &Rule{Name: "disabled", Group: Rights, Severity: Medium,
	Text:    "a disabled account is allowed to open or send for somebody else",
	Means:   "Nobody can log on with it now; whoever enables it again has all that it had.",
	Decided: "userAccountControl of the account that the entry names; its own mailbox does not count.",
	Blind:   "That a group holds the right of which a disabled account is a member is not listed.",
	Remedy:  "remove the entry, or delete the account", Counts: "objects",
}

var foreign = &Rule{Name: "foreign", Group: Rights, Severity: Medium,
	Text:    "an account from outside the forest is allowed to open or send",
	Means:   "Whoever administers the other forest decides who that is.",
	Decided: "The domain of the SID is none of this forest. The owner of a linked mailbox does not count.",
	Blind:   "Foreign members of groups are not listed here.",
	Remedy:  "remove the entry if the other forest has no business there", Counts: "objects",
}

var storeRight = &Rule{Name: "store-right", Group: Rights, Severity: High,
	Text:    "a right on a store, a server or above opens mailboxes, and set-up does not write it",
	Means:   "Receive-As, Full Control, all extended rights, Store-Admin, Store-Transport-Access and the like open every mailbox below, and no mailbox shows it.",
	Decided: effectiveDecided + " Where denies hold it back everywhere it is low. That all extended rights include those of the store is inferred. What set-up and Windows write, and its installer's Full Control, is left out.",
	Blind:   "Before 2013 the store decides by rules that nobody has described.",
	Remedy:  "remove the entry where it is set; give Full Access on single mailboxes, or an impersonation role with a scope",
}

var missingDeny = &Rule{Name: "missing-deny", Group: Rights, Severity: High,
	Text:    "the organisation lacks a deny that keeps its administrators out of mailboxes",
	Means:   "Set-up denies Send-As and Receive-As to Enterprise Admins, the root's Domain Admins and Organization Management on the organisation, and that alone keeps their Full Control from opening every mailbox.",
	Decided: "The list of the organisation was read and has no such deny for all objects below. That a missing one opens mailboxes is inferred.",
	Blind:   "An administrator who was kept out by a deny on a single store.",
	Remedy:  "run Exchange's setup with /PrepareAD, which writes it again", Counts: "mailboxes",
}

var nonCanonical = &Rule{Name: "non-canonical", Group: Rights, Severity: Low,
	Text:    "an access list is not in the order that Windows' editors write",
	Means:   "Entries count in the order in which they stand, so a deny may come too late; and an editor that repairs the order changes who gets in. Keep the list as it is before somebody does.",
	Decided: "An entry set on the object stands behind an inherited one, or a deny behind an allow. The list is in the detail as SDDL.",
	Blind:   seenOnly,
	Remedy:  "look whether a deny stands behind an allow that it was meant for, then write the list in order", Counts: "objects",
}

var mailboxDeny = &Rule{Name: "mailbox-deny", Group: Rights, Severity: Info,
	Text:    "a deny is set on a mailbox",
	Means:   "Denies on mailboxes are rare: mostly what is left of an incident, or a wrong way of taking a right away. They beat grants through groups.",
	Decided: "An entry of the mailbox's own list that is not inherited.",
	Blind:   seenOnly,
	Remedy:  "remove the deny, and the grant that it was set against", Counts: "objects",
}

var systemMailbox = &Rule{Name: "system-mailbox", Group: Rights, Severity: High,
	Text:    "somebody is allowed to open or send as a discovery or arbitration mailbox",
	Means:   "A discovery mailbox holds copies of other people's mail; with an arbitration mailbox one approves requests and reads what waits for approval.",
	Decided: "An entry that opens or sends, for anybody but the mailbox itself and Discovery Management on discovery mailboxes, which set-up lets in.",
	Blind:   "Who is in Discovery Management: see admin-member.",
	Remedy:  "remove the entry", Counts: "objects",
}

var adminSDHolder = &Rule{Name: "adminsdholder", Group: Rights, Severity: Critical,
	Text:    "an entry of AdminSDHolder gives Send-As or Full Control on protected accounts",
	Means:   "The list of AdminSDHolder is copied to every protected account, administrators among them, once an hour: who stands there is in all of them, and comes back when he is removed from one.",
	Decided: "An allowing entry with Send-As, all extended rights or Full Control that Windows and set-up do not write. The count is that of the protected accounts with a mailbox.",
	Blind:   seenOnly,
	Remedy:  "remove the entry from CN=AdminSDHolder,CN=System of the domain",
}

// entryRules are found entry by entry; organisationRules on the organisation.
var (
	entryRules        = []*Rule{everyone, nullDACL, orphan, disabled, foreign, noLogon, storeRight, nonCanonical, mailboxDeny, systemMailbox, adminSDHolder}
	organisationRules = []*Rule{missingDeny}
)

var rightsRules = []*Rule{everyone, nullDACL, orphan, disabled, foreign, noLogon, storeRight, missingDeny, nonCanonical, mailboxDeny, systemMailbox, adminSDHolder}

// row looks at a row of an object.
func (r *run) row(o *model.Record, ref grant.Ref, a *pool.ACERecord) {
	p := grant.TrusteeOf(r.s, ref, a)
	is := r.traitsOf(p)
	if is&isIgnored != 0 {
		return
	}
	if a != nil && a.Null {
		r.object1(nullDACL, Critical, o, ref, a, p)
	}
	ways := grant.Opens(r.s, o, ref, a)
	if is&isOrphan != 0 {
		f := r.object1(orphan, Low, o, ref, a, p)
		if f != nil && ways != 0 {
			f.severity = Medium
		}
	}
	r.special(o, ref, a, p, is, ways)
	if ways == 0 {
		return
	}
	own := p == r.s.TrusteeOf(o.DN)
	if is&isDisabled != 0 && !own { // a shared mailbox's account is disabled, and its own
		r.object1(disabled, Medium, o, ref, a, p)
	}
	if is&isIdle != 0 && !own {
		r.object1(noLogon, Low, o, ref, a, p)
	}
	if is&isForeign != 0 && !(a != nil && grant.NamesOwner(o, ref, a)) { // the owner of a linked mailbox lives in another forest
		r.object1(foreign, Medium, o, ref, a, p)
	}
	switch {
	case is&isCrowd != 0:
		r.wide(everyone, o, ref, a, p, ways)
	case is&(isSelf|isKeeper) == 0 && r.opensStores(o, ref, a):
		r.wide(storeRight, o, ref, a, p, ways)
	}
}

// object1 takes a row into the finding of a rule for the object that the entry is set
// on, and its trustee.
func (r *run) object1(rule *Rule, x Severity, o *model.Record, ref grant.Ref, a *pool.ACERecord, p model.TrusteeID) *found {
	if !r.wants(rule) {
		return nil
	}
	at := o.DN
	if a != nil {
		at, _ = r.source(o, ref.Kind(), a)
	}
	f := r.merge(mergeKey{rule: rule, target: at, who: p}, found{severity: x})
	f.counts(o)
	f.row(ref)
	return f
}

// opensStores reports whether an entry of a store or above opens mailboxes by a right,
// and nobody's set-up writes it.
func (r *run) opensStores(o *model.Record, ref grant.Ref, a *pool.ACERecord) bool {
	k := ref.Kind()
	return a != nil && (k == grant.StoreACL || k == grant.AdminACL) && grant.SpeaksOfMailboxes(r.s, a) &&
		grant.ReasonsOf(r.s, ref, a)&hiding.Default == 0 && !grant.Preset(r.s, ref.Obj, a) && !r.isInstaller(a)
}

// isInstaller reports whether an entry is the Full Control that set-up gives whoever
// installs Exchange, whom it denies Receive-As on the organisation (exchange-facts 4.3).
func (r *run) isInstaller(a *pool.ACERecord) bool {
	return !a.HasObjectType && a.Mask.MapGenericAD()&acl.FullControl == acl.FullControl && r.deniedOnOrganisation()[a.Trustee]
}

// special looks for what only few objects have.
func (r *run) special(o *model.Record, ref grant.Ref, a *pool.ACERecord, p model.TrusteeID, is traits, ways grant.Ways) {
	k := ref.Kind()
	switch {
	case a == nil || is&isSelf != 0:
	case k == grant.MailboxACL && a.Type.Denies() && a.Flags&acl.Inherited == 0:
		r.object1(mailboxDeny, Info, o, ref, a, p)
	case k == grant.ContainerACL && is&isKeeper == 0 && r.isAdminSDHolder(o):
		if a.Type.Allows() && grant.LetsSendAs(r.s, a) && grant.ReasonsOf(r.s, ref, a)&hiding.Default == 0 {
			if f := r.merge(mergeKey{rule: adminSDHolder, target: o.DN, who: p}, found{severity: Critical}); f != nil {
				f.row(ref)
				f.count = r.protected()
			}
		}
	}
	if ways != 0 && o.Recipient == model.SystemMailbox && is&(isSelf|isKeeper) == 0 {
		r.ofSystem(o, ref, a, p)
	}
}

// ofSystem looks at a row that opens a system mailbox.
func (r *run) ofSystem(o *model.Record, ref grant.Ref, a *pool.ACERecord, p model.TrusteeID) {
	typ := r.s.TypeName(o)
	switch {
	case typ != "DiscoveryMailbox" && typ != "ArbitrationMailbox", p == r.s.TrusteeOf(o.DN):
	case a != nil && grant.Preset(r.s, ref.Obj, a):
	case typ == "DiscoveryMailbox" && p.SID() != 0 && p.SID() == r.groupSID(guidDiscovery):
	default:
		r.object1(systemMailbox, High, o, ref, a, p)
	}
}
