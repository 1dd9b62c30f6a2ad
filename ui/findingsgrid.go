package ui

import (
	"slices"

	"mbxperm/model/finding"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// findingLine is a line of the grid of findings: a rule, or one of its findings.
type findingLine struct {
	rule *finding.Rule
	at   int // number of the finding in the list; -1 for the line of the rule
}

// findingRule is what the line of a rule tells of its findings.
type findingRule struct {
	worst finding.Severity
	n     int // findings
	count int // mailboxes, or what else the rule counts: some may be in several findings
	open  bool
}

// findingsData shows them, under the rule with the most dangerous one first.
type findingsData struct {
	list  *finding.List
	lines []findingLine
	rules map[*finding.Rule]*findingRule
	most  int // of the counts of mailboxes: a full bar
	at    int // the finding that was made last
	made  *finding.Finding
}

// newFindingsData makes the lines of the findings that a filter leaves. Those of a rule
// are shown where it is open, or where there is a filter.
func newFindingsData(l *finding.List, filter string, open map[*finding.Rule]bool) *findingsData {
	d := &findingsData{list: l, rules: map[*finding.Rule]*findingRule{}, most: 1, at: -1}
	var order []*finding.Rule
	of := map[*finding.Rule][]int{}
	for _, i := range l.Matching(filter) {
		rule := l.Rule(i)
		r := d.rules[rule]
		if r == nil { // the list is in order of danger, so its first one is the worst
			r = &findingRule{worst: l.Severity(i), open: open[rule] || filter != ""}
			d.rules[rule] = r
			order = append(order, rule)
		}
		r.n++
		r.count += l.Count(i)
		of[rule] = append(of[rule], i)
	}
	for _, rule := range order {
		r := d.rules[rule]
		if rule.Counted() == finding.Mailboxes {
			r.count = min(r.count, l.Mailboxes())
			d.most = max(d.most, r.count)
		}
		d.lines = append(d.lines, findingLine{rule, -1})
		if r.open {
			for _, i := range of[rule] {
				d.lines = append(d.lines, findingLine{rule, i})
			}
		}
	}
	return d
}

func (d *findingsData) Len() int { return len(d.lines) }

// findingKey names a line for later lists.
type findingKey struct{ rule, target, dn, trustee string }

func (d *findingsData) Key(i int) any { return d.keyOf(d.lines[i]) }

func (d *findingsData) keyOf(l findingLine) findingKey {
	if l.at < 0 {
		return findingKey{rule: l.rule.Name}
	}
	f := d.finding(l.at)
	return findingKey{l.rule.Name, f.Target.Name, f.Target.DN, f.Trustee.Name + f.Trustee.SID.String()}
}

func (d *findingsData) Row(key any) int {
	k, ok := key.(findingKey)
	if !ok {
		return -1
	}
	return slices.IndexFunc(d.lines, func(l findingLine) bool { return l.rule.Name == k.rule && d.keyOf(l) == k })
}

// finding makes one; that of the line that is drawn is made once.
func (d *findingsData) finding(at int) *finding.Finding {
	if d.at != at {
		d.at, d.made = at, d.list.At(at)
	}
	return d.made
}

// Columns are those of the grid.
func (d *findingsData) Columns() []widget.Column {
	return []widget.Column{
		{Title: "Severity"}, {Title: "Rule / target", Name: true, Good: 24}, {Title: "Trustee", Good: 14}, {Title: "Count", Numeric: true},
		{Title: "Mailboxes", Extra: true}, {Title: "Detail", Extra: true, Good: 30, Max: 200},
	}
}

// barWidth is the width of a bar in cells.
const barWidth = 9

// countBar shows how many of the most a number is.
func countBar(n, most int) string {
	if n <= 0 {
		return ""
	}
	return bar(max(float64(n)/float64(most), 1.0/barWidth), barWidth)
}

func (d *findingsData) Cell(row, col int) (string, widget.Style) {
	line := d.lines[row]
	if line.at < 0 {
		return d.ruleCell(line.rule, col)
	}
	f := d.finding(line.at)
	switch col {
	case 0:
		return "  " + f.Severity.String(), severityStyle(f.Severity)
	case 1:
		return "  " + f.Target.Name, widget.StyleText
	case 2:
		return f.Trustee.Name, principalStyle(&f.Trustee)
	case 3:
		return safe.Thousands(f.Count), widget.StyleText
	case 4:
		if f.Rule.Counted() == finding.Mailboxes {
			return countBar(f.Count, d.most), widget.StyleText
		}
		return "", widget.StyleText
	}
	return f.Detail.String(), widget.StyleText
}

// ruleCell is a cell of the line of a rule.
func (d *findingsData) ruleCell(rule *finding.Rule, col int) (string, widget.Style) {
	r := d.rules[rule]
	switch col {
	case 0:
		return r.worst.String(), severityStyle(r.worst)
	case 1:
		sign := "+ "
		if r.open {
			sign = "- "
		}
		return sign + rule.Name + " (" + safe.Thousands(r.n) + ")", widget.StyleTitle
	case 3:
		return safe.Thousands(r.count), widget.StyleText
	case 4:
		if rule.Counted() == finding.Mailboxes {
			return countBar(r.count, d.most), widget.StyleText
		}
		return rule.Counted(), widget.StyleHidden
	case 5:
		return rule.Text, widget.StyleText
	}
	return "", widget.StyleText
}
