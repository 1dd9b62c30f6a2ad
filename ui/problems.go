package ui

import (
	"fmt"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/ui/report"
)

// openProblems lists what went wrong, the newest at the end, where the page
// opens and stays until the user scrolls.
func (a *app) openProblems() {
	a.openPage("Errors", a.problemsText).ScrollToEnd()
}

// problems returns those of the source that was read last.
func (n *news) problems() []model.Problem {
	if n.latest == nil {
		return nil
	}
	return n.latest.State.Problems
}

// problemsText is the list of errors: time, object, reason.
func (a *app) problemsText(width int) string {
	problems := a.news.problems()
	if len(problems) == 0 {
		return "Nothing went wrong."
	}
	var b strings.Builder
	for _, p := range problems {
		head := p.Time.Local().Format(time.TimeOnly) + "  "
		text := p.Text
		if p.Object != "" {
			text = p.Object + ": " + text
		}
		hanging(&b, head, text, width)
	}
	return strings.TrimSuffix(b.String(), "\n")
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
