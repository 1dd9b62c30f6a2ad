package finding

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how dangerous a finding is; the greater, the more.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
	severities
)

// String spells the severity as reports do: a contract.
func (x Severity) String() string {
	return [severities]string{"info", "low", "medium", "high", "critical"}[x]
}

// Severities are all of them, the most dangerous first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Group is what a rule is about.
type Group uint8

// The groups, in the order of the page.
const (
	Rights Group = iota
	Accounts
	Groups
	Roles
	OneStep
	WaysOut
	Border
	Doors
	Reading
	News
	groups
)

// String names the group as the page does.
func (g Group) String() string {
	return [groups]string{"rights", "accounts", "groups", "roles", "one step away", "ways out", "the border to Exchange Online", "doors", "what was read", "what is new"}[g]
}

// Rule is something that is wrong, or at least to be known. It never changes.
type Rule struct {
	Name     string // as in --fail-on and in the field rule: a contract
	Group    Group
	Severity Severity // the greatest that a finding of it has
	Text     string   // what it says in a line, for the help and for messages
	Means    string   // what it means
	Decided  string   // how it was decided; what rests on a conclusion says so
	Blind    string   // what it does not see
	Remedy   string   // what to do about it
	// Counts names what the count of its findings counts; empty for mailboxes.
	Counts string

	// alone: it holds or not, and has no findings.
	alone bool
	// told: it goes by what somebody expects, and no snapshot alone has it.
	told   bool
	number int // place in Rules
}

// Expects reports whether the rule is about what somebody expects; report protocols
// raises it, too.
func (r *Rule) Expects() bool { return r.told }

// Since reports whether the rule is about what is new, so that there must be an
// earlier state.
func (r *Rule) Since() bool { return r.Group == News }

// Mailboxes is what [Rule.Counted] says where the count is of mailboxes.
const Mailboxes = "mailboxes"

// Counted names what the count of its findings counts.
func (r *Rule) Counted() string {
	if r.Counts == "" {
		return Mailboxes
	}
	return r.Counts
}

// Rules are all of them, in the order of the help. Making it numbers them.
var Rules = func() []*Rule {
	all := slices.Concat(rightsRules, accountRules, groupRules, roleRules, stepRules, wayRules, borderRules, doorRules, readingRules, newsRules)
	for i, r := range all {
		r.number = i
	}
	return all
}()

// ByName returns the rule with this name, nil where there is none.
func ByName(name string) *Rule {
	i := slices.IndexFunc(Rules, func(r *Rule) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return Rules[i]
}

// Condition is what an unattended run fails on: --fail-on NAME. It is a rule, or a
// severity: then every finding that is at least as dangerous.
type Condition struct {
	Name  string // a contract
	Text  string
	Rule  *Rule    // nil for a severity
	Least Severity // of a severity
}

// Conditions are all of them, in the order of the help: the rules, then the
// severities.
func Conditions() (out []Condition) {
	for _, r := range Rules {
		out = append(out, Condition{Name: r.Name, Text: r.Text, Rule: r})
	}
	for _, x := range Severities() {
		text := "a finding is " + x.String()
		if x != Critical {
			text += " or worse"
		}
		out = append(out, Condition{Name: x.String(), Text: text, Least: x})
	}
	return out
}

// Since reports whether the condition wants an earlier state.
func (c *Condition) Since() bool { return c.Rule != nil && c.Rule.Since() }

// Expects reports whether report protocols raises the condition.
func (c *Condition) Expects() bool { return c.Rule != nil && c.Rule.Expects() }

// holds reports whether the condition is about a finding.
func (c *Condition) holds(f *found) bool {
	if c.Rule != nil {
		return c.Rule == f.rule
	}
	return f.severity >= c.Least
}

// ParseConditions reads a list as of --fail-on: names with commas between them. An
// unknown name is an error that tells the known ones.
func ParseConditions(list string) (out []Condition, err error) {
	all := Conditions()
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(all, func(c Condition) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown condition %q: there are %s", name, ConditionNames())
		}
		out = append(out, all[i])
	}
	return out, nil
}

// ConditionNames are the names of all conditions, for messages and the help.
func ConditionNames() string {
	var names []string
	for _, c := range Conditions() {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// Parts are the texts that explain the rule, each under its heading.
func (r *Rule) Parts() [][2]string {
	return [][2]string{{"What it means", r.Means}, {"How it is decided", r.Decided}, {"What it does not see", r.Blind}, {"Remedy", r.Remedy}}
}

// Markdown is the table of conditions in the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| rule, and condition of `--fail-on` | severity | holds where |\n|---|---|---|\n")
	for _, c := range Conditions() {
		severity := ""
		if c.Rule != nil && !c.Rule.alone {
			severity = c.Rule.Severity.String()
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, severity, c.Text)
	}
	return b.String()
}
