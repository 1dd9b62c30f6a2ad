package view

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/rbac"
)

// RoleFact is a line of what is known of a role assignment: a label and a text. A
// label without a text is a heading.
type RoleFact struct {
	Label, Text string
	Warning     bool
}

// RoleFacts says all about the role assignment of row i: how it comes to whom it is
// shown for, its flags field by field, its scope as written, and the entries of its
// role with those of the parent that the role leaves out.
func (r *Result) RoleFacts(i int) []RoleFact {
	n, _ := r.place(i)
	row := r.roleRow(r.assignments[n])
	return AssignmentFacts(r.Snapshot, &row)
}

// AssignmentFacts are the facts of one row, as [AssignmentRow] makes it.
func AssignmentFacts(s *model.Snapshot, row *Row) (out []RoleFact) {
	x := row.Role
	add := func(label, text string) {
		if text != "" {
			out = append(out, RoleFact{Label: label, Text: text})
		}
	}
	warn := func(label, text string) { out = append(out, RoleFact{Label: label, Text: text, Warning: true}) }
	add("Assignment", x.Name)
	add("DN", x.DN)
	add("Role", x.RoleName)
	add("Held by", assigneeText(row))
	add("Way", row.Via)
	add("Comes to", effectText(x))
	add("Status", row.Status)
	if !x.Complete {
		warn("Not read", notRead(x))
	}
	out = append(out, RoleFact{Label: "Where it counts"})
	add("Recipients", x.Where)
	add("Scope root", x.ScopeRoot)
	add("Scope filter", x.ScopeFilter)
	if x.ScopeFilter != "" {
		add("", "The filter is Exchange's own text; nobody but Exchange evaluates it.")
	}
	if x.Exclusive {
		add("Exclusive", "who holds no exclusive assignment is kept out of this scope (inferred)")
	}
	out = append(out, configFacts(s, x)...)
	out = append(out, flagFacts(x)...)
	out = append(out, groupFacts(s, x)...)
	return append(out, entryFacts(s, x)...)
}

// configFacts say on which servers or databases the role counts, where that is a
// scope object. It restricts no mailbox here.
func configFacts(s *model.Snapshot, x *RoleRow) (out []RoleFact) {
	if x.ConfigScope == 0 {
		return nil
	}
	out = append(out, RoleFact{Label: "Config scope", Text: s.CN(x.ConfigScope)})
	scope := rbac.Of(s).ScopeAt(x.ConfigScope)
	if scope == nil {
		return append(out, RoleFact{Label: "", Text: "its object was not read", Warning: true})
	}
	text := "of " + rbac.ScopeKind(scope.Flags)
	if scope.FlagsState != model.Present {
		text = "of a kind that was not read"
	} else if rbac.IsKeptApart(scope) {
		text += ", exclusive"
	}
	out = append(out, RoleFact{Label: "", Text: text})
	if scope.Root != 0 {
		out = append(out, RoleFact{Label: "Config root", Text: s.DNText(scope.Root)})
	}
	if scope.Filter != "" {
		out = append(out, RoleFact{Label: "Config filter", Text: scope.Filter})
	}
	return out
}

// groupFacts say of a group that has the role what makes a role group of it, and
// who may change its members by that.
func groupFacts(s *model.Snapshot, x *RoleRow) (out []RoleFact) {
	id := s.At(x.User)
	if x.User == 0 || id == 0 || s.Record(id).Class != model.ClassGroup {
		return nil
	}
	out = append(out, RoleFact{Label: "The group"})
	if g := rbac.Of(s).RoleGroup(id); g != nil && g.Type != 0 {
		out = append(out, RoleFact{Label: "Built in", Text: fmt.Sprintf("as number %d (msExchRoleGroupType)", g.Type)})
	}
	if x.Linked != "" {
		out = append(out, RoleFact{Label: "Linked", Text: "members in another forest: " + x.Linked})
	}
	label, posting := "Managed by", s.PostingOf(id)
	for _, n := range s.LinksOf(id) {
		if l := s.Links.At(n); l.Attribute <= model.CoManagedBy {
			who := s.Principal(s.TrusteeOf(l.Who))
			out = append(out, RoleFact{Label: label, Text: strings.TrimSpace(model.PrincipalText(who) + "  " + who.DN)})
			label = ""
		}
	}
	reads := coverage.NewReadability(s)
	unread := slices.ContainsFunc([]model.LinkAttribute{model.ManagedBy, model.CoManagedBy}, func(a model.LinkAttribute) bool {
		return coverage.LinkUnread(reads, s.Record(id), posting, a)
	})
	switch {
	case unread:
		out = append(out, RoleFact{Label: label, Text: "not all was read (managedBy, msExchCoManagedByLink)", Warning: true})
	case label != "":
		out = append(out, RoleFact{Label: label, Text: "nobody"})
	}
	if label == "" {
		out = append(out, RoleFact{Label: "", Text: "Whoever manages a role group may change its members, and so give the role on."})
	}
	return out
}

// roleFlagFacts say what sort of role it is.
func roleFlagFacts(r *model.Role) (out []RoleFact) {
	f := rbac.RoleFlags(r.Flags)
	var words []string
	if f.EndUser() {
		words = append(words, "for people's own mailboxes")
	}
	if f.Deprecated() {
		words = append(words, "deprecated")
	}
	if r.FlagsState != model.Present {
		return nil
	}
	text := fmt.Sprintf("0x%08X", uint32(f))
	if words != nil {
		text += ", " + strings.Join(words, ", ")
	}
	return []RoleFact{{Label: "Role flags", Text: text}, {Label: "Implicit scopes", Text: "recipients: read " + f.RecipientRead().String() + ", write " +
		f.RecipientWrite().String() + "; configuration: read " + f.ConfigRead().String() + ", write " + f.ConfigWrite().String()}}
}

func assigneeText(row *Row) string {
	switch {
	case row.Role.User == 0 && row.Trustee.Kind == model.KindOrphan:
		return "nobody: the account is gone, and the link with it"
	case row.Role.User == 0:
		return ""
	}
	text := model.PrincipalText(row.Trustee)
	if !row.Trustee.SID.IsZero() {
		text += "  " + row.Trustee.SID.String()
	}
	return text
}

func effectText(x *RoleRow) string {
	text := map[rbac.Effect]string{
		rbac.OpensAll: "opens: lets a program act as the owner of every mailbox in the scope, and send as it",
		rbac.Content:  "content: searches, exports or holds what is in mailboxes",
		rbac.Grants:   "grants: can give rights or roles to anybody, the holder too", rbac.Configures: "configures: servers, stores or connectors",
	}[x.Effect]
	if x.Decoded && !x.Flags.Enabled() {
		text = strings.TrimSpace(text + " (disabled: nothing now)")
	}
	return text
}

// notRead names what did not come.
func notRead(x *RoleRow) string {
	var missing []string
	if !x.Decoded {
		missing = append(missing, "the flags")
	}
	if x.Role == nil {
		missing = append(missing, "the role")
	}
	if x.User == 0 {
		missing = append(missing, "who has it")
	}
	if w := x.Flags.RecipientWrite(); (w == rbac.ScopeCustom || w == rbac.ScopeExclusive) && x.Scope == nil || w == rbac.ScopeOU && x.RoleAssignment.Scope == 0 {
		missing = append(missing, "the scope")
	}
	return strings.Join(missing, ", ")
}

func flagFacts(x *RoleRow) (out []RoleFact) {
	out = append(out, RoleFact{Label: "Flags"})
	if x.FlagsText != "" {
		return append(out, RoleFact{Label: "As written", Text: x.FlagsText + ": no number", Warning: true})
	}
	if !x.Decoded {
		return append(out, RoleFact{Label: "As written", Text: "not read", Warning: true})
	}
	f := x.Flags
	add := func(label, text string) { out = append(out, RoleFact{Label: label, Text: text}) }
	add("As written", f.String())
	add("Enabled", fmt.Sprint(f.Enabled()))
	add("Assignee", f.Assignee().String())
	add("Delegation", f.Delegation().String())
	add("Recipients", "read "+f.RecipientRead().String()+", write "+f.RecipientWrite().String())
	add("Configuration", "read "+f.ConfigRead().String()+", write "+f.ConfigWrite().String())
	if f.Reserved() != 0 {
		out = append(out, RoleFact{Label: "Reserved bits", Text: fmt.Sprintf("0x%X: no document says what they mean", f.Reserved()), Warning: true})
	}
	return out
}

// mostEntries bounds the entries that a card lists.
const mostEntries = 500

func entryFacts(s *model.Snapshot, x *RoleRow) (out []RoleFact) {
	if x.Role == nil {
		return nil
	}
	b := rbac.Of(s)
	out = append(out, RoleFact{Label: "The role"}, RoleFact{Label: "DN", Text: x.RoleDN})
	if x.Role.TypeState == model.Present {
		out = append(out, RoleFact{Label: "Type", Text: strings.TrimSpace(fmt.Sprint(x.Role.Type) + " " + rbac.TypeName(x.Role.Type))})
	}
	out = append(out, roleFlagFacts(x.Role)...)
	list := func(label string, entries []string) {
		for i, e := range entries {
			if i == mostEntries {
				out = append(out, RoleFact{Label: "", Text: fmt.Sprintf("… and %d more", len(entries)-i)})
				return
			}
			out = append(out, RoleFact{Label: label, Text: e, Warning: strings.EqualFold(rbac.EntryName(e), rbac.Impersonate)})
			label = ""
		}
	}
	switch {
	case x.Role.EntriesState != model.Present && !coverage.NewReadability(s).NoValue(s.Record(x.Role.Obj), x.Role.EntriesState, coverage.AttrRoleEntries):
		out = append(out, RoleFact{Label: "Entries", Text: "not all was read", Warning: true})
	case len(x.Role.Entries) == 0:
		out = append(out, RoleFact{Label: "Entries", Text: "none"})
	}
	list("Entries", x.Role.Entries)
	if x.ParentName != "" {
		out = append(out, RoleFact{Label: "Parent", Text: x.ParentName})
		list("Left out", b.LeftOut(x.Role))
	}
	return out
}
