package finding

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// The rules about role assignments (exchange-facts 5.3, 5.4).

const rolesDecided = "The entries of the role decide, never its name or type: one is Impersonate-ExchangeUser. Set-up's own assignments are left out, by a table of what it gives its groups."

var impersonation = &Rule{Name: "impersonation", Group: Roles, Severity: High,
	Text:    "a role lets somebody act as the owner of every mailbox of a scope",
	Means:   "A program with that role opens mailboxes through web services and sends as their owners; no mailbox shows it.",
	Decided: rolesDecided + " Within the organisation it is high, within a scope medium. The count is that of the mailboxes of the scope.",
	Blind:   "Which mailboxes the filter of a scope takes; what was not read of roles.",
	Remedy:  "give the role a recipient scope with the mailboxes that the program needs, or remove the assignment",
}

var contentRole = &Rule{Name: "content-role", Group: Roles, Severity: Medium,
	Text:    "a role lets somebody search, export or hold what is in mailboxes",
	Means:   "Mailbox Search, Mailbox Import Export and Legal Hold read mailboxes without a right on any of them.",
	Decided: "By the number of the role's type, which a child keeps. Set-up's own assignments (Discovery Management) are left out.",
	Blind:   "Which mailboxes the filter of a scope takes.",
	Remedy:  "remove the assignment, or accept who has it",
}

var delegatingRole = &Rule{Name: "delegating-role", Group: Roles, Severity: Medium,
	Text:    "somebody may assign a role that opens mailboxes or reads what is in them, to himself too",
	Means:   "A delegating assignment does not give the role; its holder takes it when he wants.",
	Decided: rolesDecided + " Organization Management, which may assign every role, is left out.",
	Blind:   "Whoever may make role assignments by a right on the configuration.",
	Remedy:  "remove the delegating assignment",
}

var roleRules = []*Rule{impersonation, contentRole, delegatingRole}

// guidHygiene is Hygiene Management, to which set-up gives the impersonation role
// (Microsoft's page on the group).
var guidHygiene = acl.MustParseGUID("f409b703-f351-43bf-88e3-3495369b6771")

// roles looks at role assignments.
func (r *run) roles() {
	book := rbac.Of(r.s)
	for i := range book.Assignments {
		if i&255 == 255 && r.ended() {
			return
		}
		a := &book.Assignments[i]
		if !a.Decoded || !a.Flags.Enabled() || a.Default {
			continue
		}
		rule, severity := r.judgeRole(a)
		if rule == nil || !r.wants(rule) || rule == impersonation && a.User != 0 && a.User == r.s.Forest.WellKnownGroups[guidHygiene] && !r.isHeld(book, a) {
			continue
		}
		f := found{rule: rule, severity: severity, target: r.s.Record(a.Obj).DN, count: r.inReach(a.Reach), rows: 1}
		if a.User != 0 {
			f.who = r.s.TrusteeOf(a.User)
		}
		if rule == delegatingRole {
			f.count = r.allMailboxes()
		}
		f.detail = model.Phrase{{Is: model.PartWord, Text: "role "}, {Is: model.PartName, Text: r.s.CN(a.RoleAssignment.Role)},
			{Is: model.PartWord, Text: ", scope " + a.Flags.RecipientWrite().String()}}
		if root := a.Reach.Root; root != 0 {
			f.detail = append(f.detail, model.Part{Is: model.PartWord, Text: " below "}, model.Part{Is: model.PartDN, Text: r.s.DNText(root)})
		}
		if a.Reach.Certainty&member.Sure == 0 && rule != delegatingRole {
			f.detail = append(f.detail, model.Part{Is: model.PartWord, Text: "; which mailboxes these are the directory does not tell, or it was not read"})
		}
		r.add(f)
	}
}

// judgeRole says which rule an assignment is a case of.
func (r *run) judgeRole(a *rbac.Assignment) (*Rule, Severity) {
	if a.Flags.Delegation().Delegates() {
		if gives := rbac.Gives(a.Role); a.Role != nil && (gives == rbac.OpensAll || gives == rbac.Content) {
			return delegatingRole, Medium
		}
		return nil, 0
	}
	switch {
	case a.Flags.Delegation() != rbac.Regular, a.Reach == (rbac.Reach{}):
		return nil, 0
	case a.Effect == rbac.OpensAll && a.Reach == rbac.Reach{Certainty: member.Sure}:
		return impersonation, High
	case a.Effect == rbac.OpensAll:
		return impersonation, Medium
	case a.Effect == rbac.Content:
		return contentRole, Medium
	}
	return nil, 0
}

// isHeld reports whether somebody has an assignment.
func (r *run) isHeld(book *rbac.Book, a *rbac.Assignment) bool {
	for _, h := range book.Holders(a.Assignee, book.Domain()).Persons {
		if h.Certainty&member.Sure != 0 {
			return true
		}
	}
	return false
}

// inReach counts the mailboxes in which an assignment may count.
func (r *run) inReach(x rbac.Reach) int {
	if x.Root == 0 {
		return r.allMailboxes()
	}
	return r.mailboxesUnder(x.Root)
}

// mailboxesUnder counts the mailboxes below a container, whatever they inherit.
func (r *run) mailboxesUnder(dn pool.DN) (n int) {
	for i := range r.s.Recipients.Len() {
		if o := r.s.Record(*r.s.Recipients.At(i)); o.HasMailbox() && r.s.Under(o.DN, dn) {
			n++
		}
	}
	return n
}
