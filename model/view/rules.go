package view

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/verdict"
)

// RuleLine is a line of report rules.
type RuleLine struct {
	*door.Rule
	dn string
}

// scopeUnknown: where a rule's Scope is stored is in no public document.
const scopeUnknown = "unknown: where the directory keeps it is not documented"

// RuleFields are the columns of report rules.
var RuleFields = []model.Field[*RuleLine]{
	{Name: "priority", First: true, Value: func(l *RuleLine) any { return l.Priority }},
	{Name: "name", First: true, Is: model.ContentName, Value: func(l *RuleLine) any { return l.Name }},
	{Name: "enabled", Value: func(l *RuleLine) any { return l.Enabled }},
	{Name: "action", First: true, Is: model.ContentWord, Value: func(l *RuleLine) any { return l.Action }},
	{Name: "condition", First: true, Is: model.ContentSentence, Value: func(l *RuleLine) any { return model.List(l.ConditionTexts()) }},
	{Name: "exception", Is: model.ContentSentence, Value: func(l *RuleLine) any { return model.List(l.ExceptionTexts()) }},
	{Name: "scope", Is: model.ContentWord, Value: func(*RuleLine) any { return scopeUnknown }},
	{Name: "changed", Is: model.ContentWord, Value: func(l *RuleLine) any { return l.Changed }},
	{Name: "datacenter_admins_only", Value: func(l *RuleLine) any { return l.Datacenter }},
	{Name: "problem", Is: model.ContentSentence, Value: func(l *RuleLine) any { return l.Problem }},
	{Name: "weak", Is: model.ContentWord, Value: func(l *RuleLine) any { return l.Weak }},
	{Name: "xml", Is: model.ContentSentence, Aside: true, Value: func(l *RuleLine) any { return l.Raw }},
	{Name: "dn", Is: model.ContentDN, Order: true, Value: func(l *RuleLine) any { return l.dn }},
}

// RuleSettings are what a rule says, by the fields of the report.
func RuleSettings(r *door.Rule) []Detail {
	all := details(RuleFields, &RuleLine{Rule: r})
	return slices.DeleteFunc(all, func(d Detail) bool {
		return slices.Contains([]string{"scope", "changed", "problem", "weak", "xml", "dn"}, d.Name)
	})
}

// RuleLines are the client access rules that a filter lets pass, in the order in
// which they are looked at; seen is false where that there are none is not shown.
func RuleLines(s *model.Snapshot, filter string) (out []RuleLine, seen bool) {
	words := Words(filter)
	all, seen := door.Rules(s)
	for _, r := range all {
		if MatchTexts(words, r.Name, r.Action, strings.Join(r.ConditionTexts(), " "), strings.Join(r.ExceptionTexts(), " "), r.Problem) {
			out = append(out, RuleLine{r, s.DNText(s.Record(r.Obj).DN)})
		}
	}
	return out, seen
}

// RuleAnswer is a line of report rules where it was asked for a person.
type RuleAnswer struct {
	door.Answer
	Asked *door.Asked
	From  string
}

// RuleAnswerFields are the columns of report rules where it was asked for a person.
var RuleAnswerFields = []model.Field[*RuleAnswer]{
	{Name: "account", Is: model.ContentTarget, Value: func(a *RuleAnswer) any { return a.Asked.Account }},
	{Name: "protocol", Is: model.ContentWord, Value: func(a *RuleAnswer) any { return a.Asked.Protocol }},
	{Name: "from", Is: model.ContentName, Value: func(a *RuleAnswer) any { return a.From }},
	{Name: "auth", Is: model.ContentWord, Value: func(a *RuleAnswer) any { return a.Asked.Auth }},
	{Name: "rule", First: true, Is: model.ContentName, Value: func(a *RuleAnswer) any {
		if a.Rule == nil {
			return ""
		}
		return a.Name
	}},
	{Name: "action", First: true, Is: model.ContentWord, Value: func(a *RuleAnswer) any {
		if a.Rule == nil {
			return "AllowAccess"
		}
		return a.Action
	}},
	{Name: "decided", First: true, Is: model.ContentWord, Value: func(a *RuleAnswer) any { return a.Decides }},
	{Name: "why", First: true, Is: model.ContentSentence, Value: func(a *RuleAnswer) any { return a.Why }},
}

// RuleQuery asks the rules for a person.
type RuleQuery struct {
	User, Protocol, Auth string
	From                 netip.Addr
	Port                 int
}

// AskRules answers a question to the rules, the answers in their order; where no
// rule decides, the last line says so.
func AskRules(_ context.Context, s *model.Snapshot, q RuleQuery) ([]RuleAnswer, door.Decision, error) {
	person, err := FindPerson(s, q.User)
	if err != nil {
		return nil, door.Decision{}, err
	}
	p := s.Principal(verdict.Of(s).Graph().Trustee(person))
	asked := &door.Asked{Account: p.Name, Protocol: q.Protocol, From: q.From, Auth: q.Auth, Port: q.Port,
		Attribute: door.TraitReader(s, s.TrusteeRecordID(verdict.Of(s).Graph().Trustee(person)))}
	if p.Domain != "" {
		asked.Names = []string{p.Domain + `\` + p.Name}
	}
	all, _ := door.Rules(s)
	d := door.Decide(all, asked)
	var out []RuleAnswer
	for _, a := range d.Answers {
		out = append(out, RuleAnswer{a, asked, q.From.String()})
	}
	if d.By == nil && (len(out) == 0 || out[len(out)-1].Decides != "unknown" || !strings.Contains(out[len(out)-1].Why, "whether it is asked")) {
		last := door.Answer{Decides: "yes", Why: "no rule decides: access is allowed"}
		if d.Outcome == "unknown" {
			last = door.Answer{Decides: "unknown", Why: "where no rule decides access is allowed; whether one does is not known"}
		}
		out = append(out, RuleAnswer{last, asked, q.From.String()})
	}
	return out, d, nil
}
