package ui

import (
	"fmt"
	"slices"
	"time"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// openProblems lists what went wrong, the newest first.
func (a *app) openProblems() {
	p := widget.NewPage(a.theme, 0, widget.Sheet{Title: "Errors", Text: a.problemLines})
	a.root.push(p)
}

// problems returns those of the source that was read last.
func (n *reading) problems() []model.Problem {
	if n.latest == nil {
		return nil
	}
	return n.latest.State.Problems
}

// moreProblems is how many of them are not listed.
func (n *reading) moreProblems() int {
	if n.latest == nil {
		return 0
	}
	return n.latest.State.MoreProblems
}

// problemLines is the list of errors. It begins with the domains and searches that
// were not read, what one must know all the time and the newest error; the table of
// what was not read as a whole follows, which is known when all is read, then the
// other errors, a table of what was read, and what could not be, by name.
func (a *app) problemLines() (lines []widget.Line) {
	lines = a.reading.gapLines()
	for _, w := range a.warnings() {
		lines = append(lines, widget.Line{Label: "warning", Text: w, Style: widget.StyleWarning})
	}
	errors := a.reading.errorLines()
	if len(lines) == 0 && len(errors) == 0 {
		lines = append(lines, widget.Line{Text: "Nothing went wrong."})
	}
	newest := min(len(errors), 1) // the table has more lines than a small screen
	lines, errors = append(lines, errors[:newest]...), errors[newest:]
	n := a.reading
	if n.base == nil || n.running() || n.counting > 0 { // else it takes a while
		return append(lines, errors...)
	}
	room := a.root.width - 4 // inside the frame
	gaps, whole := coveredRows(n.base)
	if len(gaps) > 0 {
		lines = append(lines, widget.Line{})
		lines = append(lines, coverageTable(gaps, room, widget.StyleWarning)...)
		if len(errors) > 0 {
			lines = append(lines, widget.Line{}, widget.Line{Text: "Earlier errors:", Style: widget.StyleHeader})
		}
	}
	lines = append(lines, errors...)
	if len(whole) > 0 {
		lines = append(lines, widget.Line{}, widget.Line{Text: "Read as a whole, as far as the bound account sees:", Style: widget.StyleHeader})
		lines = append(lines, coverageTable(whole, room, widget.StyleText)...)
	}
	return append(lines, unreadLines(n.base)...)
}

// errorLines are the errors, the newest first: time, object, reason.
func (n *reading) errorLines() (lines []widget.Line) {
	for _, p := range slices.Backward(n.problems()) {
		text := p.Text
		if p.Object != "" {
			text = p.Object + ": " + text
		}
		lines = append(lines, widget.Line{Label: p.Time.Local().Format(time.TimeOnly), Text: text})
	}
	if more := n.moreProblems(); more > 0 {
		lines = append(lines, widget.Line{Text: safe.Thousands(more) + " more are not listed"})
	}
	return lines
}

// gapLines say which domains and which searches were not read: what comes of
// them is not on the screen, and nothing else there says so.
func (n *reading) gapLines() (lines []widget.Line) {
	if n.latest == nil {
		return nil
	}
	add := func(text string) {
		lines = append(lines, widget.Line{Label: "not read", Text: text, Style: widget.StyleWarning})
	}
	if n.latest.State.Phase == model.Finished {
		names, _ := coverage.UnreadDomains(n.latest)
		for _, name := range names {
			add("domain " + name + ": nothing was read")
		}
	}
	for _, g := range n.latest.State.Incomplete {
		text := g.Reason
		if g.Search != "" {
			text = g.Search + ": " + text
		}
		add(text)
	}
	return lines
}

// unreadLines names what could not be read of a finished snapshot, and counts
// the rest.
func unreadLines(s *model.Snapshot) (lines []widget.Line) {
	named := map[[2]string]int{}
	for _, u := range coverage.Named(s) {
		named[[2]string{u.ObjectType, u.State}]++
		lines = append(lines, widget.Line{Label: u.State, Text: u.ObjectType + " " + u.DN + ": " + u.Reason})
	}
	for _, c := range coverage.Of(s) {
		for _, part := range []struct {
			n     int
			state string
		}{{c.Unreadable, "unreadable"}, {c.Undecodable, "undecodable"}, {c.Unknown, "unknown"}} {
			if more := part.n - named[[2]string{c.ObjectType, part.state}]; more > 0 {
				lines = append(lines, widget.Line{Label: part.state, Text: c.ObjectType + ": " + safe.Thousands(more) + " more"})
			}
		}
	}
	if len(lines) > 0 {
		lines = append([]widget.Line{{}, {Text: "Found, but not to be read:", Style: widget.StyleHeader}}, lines...)
	}
	return lines
}

// problemCount says on the status line how many there are.
func (n *reading) problemCount() string {
	switch c := len(n.problems()) + n.moreProblems(); c {
	case 0:
		return ""
	case 1:
		return "1 error: !"
	default:
		return fmt.Sprintf("%s errors: !", safe.Thousands(c))
	}
}
