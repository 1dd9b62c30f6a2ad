package finding

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// The rules about the accounts of mailboxes.

var enabledShared = &Rule{Name: "enabled-shared", Group: Accounts, Severity: Medium,
	Text:    "the account behind a shared, room or equipment mailbox is enabled",
	Means:   "Nobody is meant to log on with it. Who knows its password, often an old one, gets in without any right on the mailbox and without a name of his own.",
	Decided: "The type of the mailbox and userAccountControl.",
	Blind:   "Whether anybody has the password.",
	Remedy:  "disable the account; the mailbox works on",
}

var disabledOwner = &Rule{Name: "disabled-owner", Group: Accounts, Severity: Low, Counts: "trustees",
	Text:    "others open the mailbox of a person whose account is disabled",
	Means:   "Somebody left and the mailbox went on: who reads it, and until when, was decided once.",
	Decided: "A user mailbox with a disabled account that is not linked to another, and entries of its own list that open it for others. The count is that of the trustees.",
	Blind:   "Entries of the store.",
	Remedy:  "make it a shared mailbox, or remove the entries and the mailbox",
}

var masterInside = &Rule{Name: "master-inside", Group: Accounts, Severity: High,
	Text:    "a mailbox is linked to an account of this forest",
	Means:   "msExchMasterAccountSid is for accounts of other forests. Whoever it names owns the mailbox: he is let in before any list is looked at, and no right shows it.",
	Decided: "The domain of the SID is one of this forest, and it is not SELF.",
	Blind:   seenOnly,
	Remedy:  "clear the attribute by making it a user mailbox; look who wrote it",
}

var protectedSendAs = &Rule{Name: "protected-send-as", Group: Accounts, Severity: Low, Counts: "objects",
	Text:    "Send-As is set on a protected account, from which it will be taken away",
	Means:   "The list of an account with adminCount = 1 is overwritten from AdminSDHolder once an hour ([MS-ADTS] 3.1.1.6.1): the right vanishes, and comes back each time somebody sets it.",
	Decided: "An entry with Send-As by name that AdminSDHolder does not have. adminCount stays where somebody is no longer an administrator: then nothing is overwritten.",
	Blind:   "Whether the account is still in a protected group.",
	Remedy:  "use an account that is no administrator for the mailbox; or clear adminCount and let the account inherit again",
}

var accountRules = []*Rule{enabledShared, disabledOwner, masterInside, protectedSendAs}

// account looks at the account of a mailbox.
func (r *run) account(id model.ObjectID, o *model.Record) {
	if !o.HasMailbox() {
		return
	}
	owner := r.s.TrusteeOf(o.DN)
	is := r.traitsOf(owner)
	typ := r.s.TypeName(o)
	if is&isIgnored == 0 {
		switch {
		case o.Is(model.FlagUAC) && !o.Is(model.FlagDisabled) && (typ == "SharedMailbox" || typ == "RoomMailbox" || typ == "EquipmentMailbox"):
			r.add(found{rule: enabledShared, severity: Medium, target: o.DN, who: owner, count: 1, rows: 1, detail: model.Said(typ)})
		case o.Is(model.FlagDisabled) && (typ == "UserMailbox" || typ == "LegacyMailbox") && (o.Master == 0 || o.Master == pool.Self) && r.wants(disabledOwner):
			if who := r.openedBy(id); len(who) > 0 {
				r.add(found{rule: disabledOwner, severity: Low, target: o.DN, count: len(who), rows: 1, detail: r.named("open to ", who)})
			}
		}
	}
	if o.Master != 0 && o.Master != pool.Self {
		if domain, _, ok := r.s.SIDOf(o.Master).Split(); ok {
			if _, ours := r.s.DomainHeads()[domain]; ours {
				r.add(found{rule: masterInside, severity: High, target: o.DN, who: model.TrusteeOfSID(o.Master), count: 1, rows: 1, detail: model.Said("owns the mailbox")})
			}
		}
	}
	if o.Is(model.FlagAdminCount) && r.wants(protectedSendAs) {
		r.stampedAway(id, o)
	}
}

// stampedAway finds Send-As on a protected account that AdminSDHolder does not have.
func (r *run) stampedAway(id model.ObjectID, o *model.Record) {
	if len(r.s.Forest.AdminSDHolders) == 0 {
		return
	}
	own := r.s.TrusteeOf(o.DN)
	grant.Each(r.s, id, grant.SendAs.Only(), func(ref grant.Ref, a *pool.ACERecord) bool {
		named := a.Type.Allows() && a.HasObjectType && *r.s.GUIDs.At(uint32(a.ObjectType)) == acl.GUIDSendAs
		p := model.TrusteeOfSID(a.Trustee)
		is := r.traitsOf(p)
		if named && p != own && is&(isSelf|isIgnored) == 0 && grant.Stamp(r.s, o, a).Obj == 0 && grant.Opens(r.s, o, ref, a) != 0 {
			if f := r.merge(mergeKey{rule: protectedSendAs, target: o.DN, who: p}, found{severity: Low, count: 1}); f != nil {
				f.row(ref)
			}
		}
		return true
	})
}

// openedBy are those who are let into a mailbox by entries of its own list, but the
// owner, the system and administrators.
func (r *run) openedBy(id model.ObjectID) (out []model.TrusteeID) {
	o := r.s.Record(id)
	own := r.s.TrusteeOf(o.DN)
	seen := map[model.TrusteeID]bool{}
	grant.Each(r.s, id, grant.MailboxACL.Only(), func(ref grant.Ref, a *pool.ACERecord) bool {
		p := model.TrusteeOfSID(a.Trustee)
		if a.Flags&acl.Inherited == 0 && !seen[p] && p != own && r.traitsOf(p)&(isSelf|isKeeper|isOrphan) == 0 && grant.Opens(r.s, o, ref, a) != 0 {
			seen[p] = true
			out = append(out, p)
		}
		return true
	})
	return out
}

// mostNamed bounds the trustees that a detail names.
const mostNamed = 4

// named names trustees behind a word.
func (r *run) named(word string, who []model.TrusteeID) model.Phrase {
	out := model.Phrase{{Is: model.PartWord, Text: word}}
	for i, p := range who {
		if i == mostNamed {
			out = append(out, model.Part{Is: model.PartWord, Text: ", …"})
			break
		}
		if i > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: ", "})
		}
		out = append(out, model.Part{Is: model.PartName, Text: r.s.Principal(p).Name})
	}
	return out
}
