package ui

import (
	"fmt"
	"time"

	"mbxperm/model"
	"mbxperm/ui/report"
)

// openProblems lists what went wrong, the newest at the end, where the page
// opens and stays until the user scrolls.
func (a *app) openProblems() {
	p := newPage(a.theme, 0, sheet{title: "Errors", text: a.problemLines, top: toEnd})
	a.root.push(p)
}

// problems returns those of the source that was read last.
func (n *news) problems() []model.Problem {
	if n.latest == nil {
		return nil
	}
	return n.latest.State.Problems
}

// problemLines is the list of errors: time, object, reason. What one must know
// all the time stands before them.
func (a *app) problemLines() (lines []pageLine) {
	for _, w := range a.warnings() {
		lines = append(lines, pageLine{label: "warning", text: w, style: styleWarning})
	}
	for _, p := range a.news.problems() {
		text := p.Text
		if p.Object != "" {
			text = p.Object + ": " + text
		}
		lines = append(lines, pageLine{label: p.Time.Local().Format(time.TimeOnly), text: text})
	}
	if len(a.news.problems()) == 0 {
		lines = append(lines, pageLine{text: "Nothing went wrong."})
	}
	return lines
}

// problemCount says on the status line how many there are.
func (n *news) problemCount() string {
	switch c := len(n.problems()); c {
	case 0:
		return ""
	case 1:
		return "1 error: !"
	default:
		return fmt.Sprintf("%s errors: !", report.Thousands(c))
	}
}
