package view

import (
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// AccessRules is the object type of client access rules: a line for each rule, in
// the order in which they are looked at, and one for each kind of condition.
var AccessRules = &ObjectType{
	Name: "Client Access Rules", Flag: "rule", Plural: "Client access rules",
	Totals: []model.Column[*Line]{
		{Title: "Name", Is: model.ContentName, Text: func(l *Line) string { return l.Name }},
		{Title: "Kind", Is: model.ContentWord, Text: func(l *Line) string { return l.Door.Kind }},
		rowsColumn("Conditions"),
	},
	Details: []model.Column[*Row]{
		textCell("Rule", model.ContentTarget, false, func(r *Row) string { return r.Rule.title() }),
		textCell("Enabled", model.ContentWord, false, func(r *Row) string { return yesNo(r.Rule.Enabled) }),
		textCell("Action", model.ContentStatus, false, func(r *Row) string { return r.Rule.Action }),
		textCell("Condition", model.ContentRight, false, func(r *Row) string { return r.Rule.What }),
		textCell("Values", model.ContentSentence, false, func(r *Row) string { return r.Rule.Values }),
		textCell("Changed", model.ContentWord, true, func(r *Row) string { return r.Rule.Changed }),
	},
	Fields: doorFields(),
	ACEs:   []ACEType{{Name: "All"}},
	lines:  doorLines,
	door:   ruleDoor,
}

// RulePart is a row about a client access rule: one condition or exception, or
// what else there is to say of it.
type RulePart struct {
	RuleLine
	What   string // the kind of condition, with "except" before it for an exception
	Values string
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// title puts the rank before the name, by which rules are looked at.
func (p *RulePart) title() string {
	rank := "0" + strconv.Itoa(p.Priority)
	return rank[len(rank)-max(2, len(rank)-1):] + " " + p.Name
}

var ruleDoor = &doorKind{name: "rule", grid: ruleGrid, row: ruleRow, rowName: ruleName, findRow: findRule, wanted: anyRow}

// ruleName names a row in every state.
func ruleName(s *model.Snapshot, i int) string {
	p := &ruleParts.Of(s)[i]
	return strings.ToLower(p.dn) + "\x00" + p.What + "\x00" + p.Values
}

var ruleParts = model.Derive(func(s *model.Snapshot) (out []RulePart) {
	lines, _ := RuleLines(s, "")
	for _, l := range lines {
		before := len(out)
		add := func(except string, list []door.Predicate) {
			for i := range list {
				out = append(out, RulePart{l, except + list[i].Kind.String(), strings.Join(list[i].Values, ", ")})
			}
		}
		add("", l.Conditions)
		add("except ", l.Exceptions)
		if l.Problem != "" {
			out = append(out, RulePart{l, "not decidable", l.Problem})
		}
		if len(out) == before {
			out = append(out, RulePart{l, "no condition", "everybody"})
		}
	}
	return out
})

func ruleRow(s *model.Snapshot, i int) Row { return Row{Rule: &ruleParts.Of(s)[i]} }

var ruleGrid, findRule = derivedTable(func(s *model.Snapshot) *doorTable {
	all := ruleParts.Of(s)
	g := newDoorTable(len(all))
	for i := range all {
		p := &all[i]
		action := map[string]string{"AllowAccess": "allows", "DenyAccess": "denies"}[p.Action]
		switch {
		case p.Problem != "":
			action = "not decidable"
		case !p.Enabled:
			action = "disabled"
		}
		rule := doorLine{name: "rule:" + strings.ToLower(p.dn), title: p.title(), kind: "rule, " + action}
		what := doorLine{name: "condition:" + p.What, title: p.What, kind: "condition"}
		g.put(i, false, rule, what)
	}
	return g
}, ruleName)

// ruleDetail is all that is known of the rule that a line is; nil for another line.
func ruleDetail(s *model.Snapshot, line string) []Detail {
	for i := range ruleParts.Of(s) {
		if p := &ruleParts.Of(s)[i]; line == "rule:"+strings.ToLower(p.dn) {
			all := details(RuleFields, &p.RuleLine)
			for k := range all {
				switch all[k].Name {
				case "condition":
					all[k].Text = strings.Join(p.ConditionTexts(), "; ")
				case "exception":
					all[k].Text = strings.Join(p.ExceptionTexts(), "; ")
				}
			}
			return all
		}
	}
	return nil
}

// NoRules says why there is no client access rule; empty where there is one.
func NoRules(s *model.Snapshot) string {
	switch all, seen := door.Rules(s); {
	case len(all) > 0:
		return ""
	case !seen:
		return "not read: the container of client access rules"
	}
	return "there is no client access rule: nothing is refused by one"
}
