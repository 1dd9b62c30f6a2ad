package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/view"
)

// Role assignments are compared as they come to something: an assignment has
// changed too where its scope or the entries of its role let it open mailboxes, and
// did not before.

// role compares what a role assignment, or a role, is in both states.
func (c *comparer) role(p pair) {
	switch {
	case c.isClass(p, model.ClassAssignment):
		c.assignment(p)
	case c.isClass(p, model.ClassRole) && p[Before] != 0 && p[After] != 0:
		c.entries(p)
	}
}

func (c *comparer) isClass(p pair, class model.Class) bool {
	for i := range p {
		if o := c.object(p, i); o != nil && o.Class == class {
			return true
		}
	}
	return false
}

// assigned returns an assignment as one state has it, nil where that has none.
func assigned(s *model.Snapshot, id model.ObjectID) *rbac.Assignment {
	b := rbac.Of(s)
	if n, ok := b.NumberOf(id); ok && id != 0 {
		return &b.Assignments[n]
	}
	return nil
}

func (c *comparer) assignment(p pair) {
	x := Diff{Obj: p, Kind: Role, Event: eventChanged}
	var both [2]*rbac.Assignment
	for i, s := range c.state {
		if both[i] = assigned(s, p[i]); both[i] != nil {
			x.who[i] = both[i].User
		}
	}
	switch {
	case both[Before] != nil && both[After] != nil:
		if !c.differ(both, &x) {
			return
		}
	case both[Before] == nil && both[After] == nil:
		return
	default:
		i := Before
		if both[Before] == nil {
			i = After
		}
		x.Event = [2]event{EventRemoved, EventAdded}[i]
		why := c.missing(p, 1-i)
		if coverage.Roles(c.state[1-i]).Unread {
			why = gapNoRoles
		}
		if why != gapNotFound {
			x.Event, x.why[1-i] = EventUnsure, why
		}
	}
	c.add(x)
}

// differ reports whether an assignment is another one in both states: by its flags,
// role, assignee or scope, by what the scope takes, or by what the role comes to.
// Where one state did not read what the other has, that is not comparable.
func (c *comparer) differ(both [2]*rbac.Assignment, x *Diff) bool {
	var aspects [2][]aspect
	for i, a := range both {
		aspects[i] = c.aspects(i, a)
	}
	unsure, changed := [2]bool{}, false
	for n := range aspects[Before] {
		old, new := aspects[Before][n], aspects[After][n]
		switch {
		case old.text == new.text: // where one of them is not known neither has a value
		case !old.known || !new.known:
			unsure[Before], unsure[After] = unsure[Before] || !old.known, unsure[After] || !new.known
		default:
			changed = true
		}
	}
	if changed { // for sure, whatever else is not known
		return true
	}
	x.Event = EventUnsure
	for i := range unsure {
		if unsure[i] {
			x.why[i] = gapUnknown
		}
	}
	return unsure[Before] || unsure[After]
}

// aspect is a part of what an assignment is: empty where it has no value, or where
// that is not known.
type aspect struct {
	text  string
	known bool
}

func (c *comparer) aspects(i int, a *rbac.Assignment) []aspect {
	s, b := c.state[i], rbac.Of(c.state[i])
	name := func(dn pool.DN) string {
		if dn == 0 {
			return ""
		}
		return fmt.Sprint(c.identity(i, dn))
	}
	out := []aspect{
		{flagsText(a), a.FlagsState == model.Present},
		{name(a.RoleAssignment.Role), a.RoleAssignment.Role != 0},
		{name(a.User), a.User != 0 || b.IsGone(a)},
		{name(a.RoleAssignment.Scope), a.RoleAssignment.Scope != 0 || c.cover[i].NoValue(s.Record(a.Obj), a.ScopeState, coverage.AttrRestriction)},
		{map[bool]string{true: rbac.Impersonate}[a.Entry == member.Sure], a.Entry == member.Sure || a.Entry == member.No},
	}
	if w := a.Flags.RecipientWrite(); !a.Decoded || w != rbac.ScopeCustom && w != rbac.ScopeExclusive {
		return append(out, aspect{"", true}) // no scope object counts
	}
	if x := a.Scope; x != nil {
		return append(out, aspect{fmt.Sprint(name(x.Root), x.Filter, x.Flags), x.FlagsState == model.Present && (x.Root != 0 || x.FilterState == model.Present)})
	}
	return append(out, aspect{})
}

// flagsText is empty where the flags did not come.
func flagsText(a *rbac.Assignment) string {
	if a.FlagsState != model.Present {
		return ""
	}
	return a.Flags.String() + a.FlagsText
}

// entries compares the entries of a role.
func (c *comparer) entries(p pair) {
	var all [2]bool
	var roles [2]*model.Role
	for i, s := range c.state {
		roles[i], all[i] = rbac.Of(s).RoleOf(p[i])
	}
	if roles[Before] == nil || roles[After] == nil {
		return
	}
	x := Diff{Obj: p, Kind: Role, part: partEntries, Event: eventChanged}
	old, new := onlyIn(roles[Before].Entries, roles[After].Entries), onlyIn(roles[After].Entries, roles[Before].Entries)
	switch {
	case len(old)+len(new) == 0:
		return
	case len(old) > 0 && !all[After] || len(new) > 0 && !all[Before]:
		x.Event = EventUnsure
		for i := range all {
			if !all[i] {
				x.why[i] = gapPartial
			}
		}
	}
	c.add(x)
}

// onlyIn returns what of a is not in b, in its order.
func onlyIn(a, b []string) (out []string) {
	in := make(map[string]bool, len(b))
	for _, e := range b {
		in[e] = true
	}
	for _, e := range a {
		if !in[e] {
			out = append(out, e)
		}
	}
	return out
}

// mostNamed bounds the entries that a change names.
const mostNamed = 12

// entriesText says which entries of a role only one of the states has.
func (c *Comparison) entriesText(x *Diff, i int) model.Phrase {
	own, _ := rbac.Of(c.State(i)).RoleOf(x.Obj[i])
	other, _ := rbac.Of(c.State(1 - i)).RoleOf(x.Obj[1-i])
	list := onlyIn(own.Entries, other.Entries)
	if len(list) == 0 {
		return nil
	}
	var names []string
	for _, e := range list[:min(len(list), mostNamed)] {
		names = append(names, cmp.Or(rbac.EntryName(e), e))
	}
	out := model.Phrase{{Is: model.PartWord, Text: fmt.Sprintf("%d only here: ", len(list))}, {Is: model.PartAny, Text: strings.Join(names, ", ")}}
	if n := len(list) - len(names); n > 0 {
		out = append(out, model.Part{Is: model.PartWord, Text: fmt.Sprintf(" and %d more", n)})
	}
	return out
}

// roleText says what an assignment is in one state.
func (c *Comparison) roleText(x *Diff, i int) model.Phrase {
	if x.part == partEntries {
		return c.entriesText(x, i)
	}
	s := c.State(i)
	a := assigned(s, x.Obj[i])
	if a == nil {
		return nil
	}
	if !a.Decoded {
		return model.Said("flags not read, or no number")
	}
	row := view.AssignmentRow(s, c.assignmentNumber(x, i))
	words := "enabled, " + a.Flags.Delegation().String()
	if !a.Flags.Enabled() {
		words = "disabled, " + a.Flags.Delegation().String()
	}
	out := model.Join(model.Said(words+", role "), model.Phrase{{Is: model.PartName, Text: row.Role.RoleName}}, model.Said(", scope "), row.Role.Scoped())
	if row.Role.ScopeFilter != "" {
		out = append(out, model.Part{Is: model.PartWord, Text: ", filter "}, model.Part{Is: model.PartAny, Text: row.Role.ScopeFilter})
	}
	if row.Role.Exclusive {
		out = append(out, model.Part{Is: model.PartWord, Text: ", exclusive"})
	}
	if a.Effect != rbac.NoEffect {
		out = append(out, model.Part{Is: model.PartWord, Text: ", effect " + a.Effect.String()})
	}
	if a.Flags.Odd() {
		out = append(out, model.Part{Is: model.PartWord, Text: ", flags " + a.Flags.String()})
	}
	if x.Event == eventChanged && x.who[Before] != x.who[After] {
		out = append(out, model.Part{Is: model.PartWord, Text: ", held by "}, model.Part{Is: model.PartName, Text: cmp.Or(row.Trustee.Name, "nobody")})
	}
	return out
}

func (c *Comparison) assignmentNumber(x *Diff, i int) int {
	n, _ := rbac.Of(c.State(i)).NumberOf(x.Obj[i])
	return n
}

// roleChange fills in what a change of a role or an assignment says.
func (c *Comparison) roleChange(x *Diff, i int, out *Change) {
	out.ObjectType, out.TargetType = view.Roles.Flag, "Role"
	if x.part == partEntries || assigned(c.State(i), x.Obj[i]) == nil {
		return
	}
	row := view.AssignmentRow(c.State(i), c.assignmentNumber(x, i))
	row.LikeEntry()
	out.ACLType, out.TargetType = row.ACLType, row.Target.Type
	out.Trustee, out.Right = row.Trustee, row.Right
	if x.Obj[1-i] == 0 { // else old and new say it
		out.Status = row.Status
	}
}

// hidesRole says why a change of an assignment is not listed: set-up made it, as it
// was and as it is, or rows of another kind are asked for alone. None denies.
func (c *Comparison) hidesRole(x *Diff, q *Query) (why hiding.Reasons) {
	isDefault, isOrphan := x.part != partEntries, false
	for i := range x.Obj {
		a := assigned(c.State(i), x.Obj[i])
		if a == nil {
			continue
		}
		isDefault = isDefault && a.Default
		isOrphan = isOrphan || view.IsOrphaned(c.State(i), a)
	}
	if isDefault {
		why = hiding.Default &^ q.Show
	}
	if q.Only&hiding.OnlyDeny != 0 {
		why |= hiding.NotDeny
	}
	if q.Only&hiding.OnlyOrphans != 0 && !isOrphan {
		why |= hiding.NotOrphan
	}
	return why
}

// Assignments are the rows of the assignment that change i is about, as each
// state has it: NEW first. There is none for other changes.
func (r *List) Assignments(i int) (out []Assignment) {
	x := r.at(i)
	if x.Kind != Role || x.part == partEntries {
		return nil
	}
	for _, k := range [...]int{After, Before} {
		if s := r.Comparison.State(k); assigned(s, x.Obj[k]) != nil {
			row := view.AssignmentRow(s, r.Comparison.assignmentNumber(x, k))
			out = append(out, Assignment{[2]string{"old", "new"}[k], s, row})
		}
	}
	return slices.Clip(out)
}

// Assignment is a role assignment as one of the states has it.
type Assignment struct {
	State    string // "new" or "old"
	Snapshot *model.Snapshot
	Row      view.Row
}
