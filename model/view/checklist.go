package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
)

// CheckLine is a line of the list of checks: one address of a host, or, in
// reverse, one step of a protocol and what became of it everywhere.
type CheckLine struct {
	Key    string        // the same in every list of the same direction
	Check  *door.Check   // nil in reverse
	Name   string        // of the step, in reverse
	Proto  door.Protocol //
	Counts [4]int        // in reverse: addresses by door.Result
	Worst  *door.Step    // the step that decides the result; in reverse the worst of it, with At
	At     *door.Check   // whose Worst is
}

// Result is that of the line: the worst.
func (l *CheckLine) Result() door.Result {
	if l.Worst == nil {
		return door.Skipped
	}
	return l.Worst.Result
}

// says is what the worst step has to say; nothing where all is well.
func (l *CheckLine) says() string {
	if l.Worst == nil || l.Worst.Result <= door.OK {
		return ""
	}
	if l.Check == nil {
		return l.At.Name() + ": " + l.Worst.Cause()
	}
	return l.Worst.Name + ": " + l.Worst.Cause()
}

// CheckList are the last runs of checks, forward (address → steps) or in reverse
// (step → addresses).
type CheckList struct {
	Reverse bool
	Checks  []door.Check // all of them
	Lines   []CheckLine  // those that the filter leaves, the worst first
}

// ListChecks lists checks. The filter is that of all grids: words, each of which
// must occur, or must not where it begins with an exclamation mark.
func ListChecks(checks []door.Check, reverse bool, filter string) *CheckList {
	l := &CheckList{Reverse: reverse, Checks: checks}
	if reverse {
		l.steps()
	} else {
		for i := range checks {
			c := &checks[i]
			l.Lines = append(l.Lines, CheckLine{Key: string(c.Protocol) + " " + c.Name() + " " + c.Address, Check: c, Proto: c.Protocol, Worst: c.Worst(), At: c})
		}
	}
	words := Words(filter)
	l.Lines = slices.DeleteFunc(l.Lines, func(line CheckLine) bool {
		var texts []string
		for _, c := range l.Columns() {
			texts = append(texts, c.Text(&line))
		}
		return !MatchTexts(words, texts...)
	})
	slices.SortStableFunc(l.Lines, func(a, b CheckLine) int {
		if reverse { // steps keep their order
			return cmp.Or(cmp.Compare(b.Result()/door.Warning, a.Result()/door.Warning), 0)
		}
		return cmp.Or(-cmp.Compare(a.Result(), b.Result()), strings.Compare(a.Key, b.Key))
	})
	return l
}

// steps makes the lines in reverse.
func (l *CheckList) steps() {
	for _, p := range door.Protocols {
		for _, name := range p.Steps() {
			line := CheckLine{Key: string(p) + " " + name, Name: name, Proto: p}
			n := 0
			for i := range l.Checks {
				c := &l.Checks[i]
				s := c.Step(name)
				if c.Protocol != p || s == nil {
					continue
				}
				n++
				line.Counts[min(s.Result, door.Failed)]++
				if line.Worst == nil || s.Result > line.Worst.Result {
					line.Worst, line.At = s, c
				}
			}
			if n > 0 {
				l.Lines = append(l.Lines, line)
			}
		}
	}
}

// Columns are those of the list.
func (l *CheckList) Columns() []model.Column[*CheckLine] {
	if l.Reverse {
		return stepColumns
	}
	return hostColumns
}

var hostColumns = []model.Column[*CheckLine]{
	{Title: "Host", Is: model.ContentTarget, Text: func(l *CheckLine) string { return l.Check.Name() }},
	{Title: "Protocol", Is: model.ContentWord, Text: func(l *CheckLine) string { return string(l.Proto) }},
	{Title: "Result", Is: model.ContentStatus, Text: func(l *CheckLine) string { return l.Result().String() }},
	{Title: "Address", Is: model.ContentName, Extra: true, Text: func(l *CheckLine) string { return l.Check.Address }},
	{Title: "Says", Is: model.ContentSentence, Text: (*CheckLine).says},
	{Title: "ms", Numeric: true, Text: func(l *CheckLine) string { return strconv.Itoa(Milliseconds(l.Check.Took())) },
		Number: func(l *CheckLine) int { return Milliseconds(l.Check.Took()) }},
	{Title: "Time", Is: model.ContentWord, Extra: true, Text: func(l *CheckLine) string { return l.Check.Time.Local().Format(time.DateTime) }},
}

var stepColumns = []model.Column[*CheckLine]{
	{Title: "Step", Is: model.ContentTarget, Text: func(l *CheckLine) string { return l.Name }},
	{Title: "Protocol", Is: model.ContentWord, Text: func(l *CheckLine) string { return string(l.Proto) }},
	{Title: "Result", Is: model.ContentStatus, Text: func(l *CheckLine) string { return l.Result().String() }},
	countOf("Failed", door.Failed), countOf("Warning", door.Warning), countOf("OK", door.OK), countOf("Skipped", door.Skipped),
	{Title: "Says", Is: model.ContentSentence, Extra: true, Text: (*CheckLine).says},
}

func countOf(title string, r door.Result) model.Column[*CheckLine] {
	return model.Column[*CheckLine]{Title: title, Numeric: true, Text: func(l *CheckLine) string { return strconv.Itoa(l.Counts[r]) },
		Number: func(l *CheckLine) int { return l.Counts[r] }}
}

// Rows are the steps that belong to a line: those of its address, or the step at
// each address, the worst first.
func (l *CheckList) Rows(line *CheckLine) (rows []CheckRow) {
	if line.Check != nil {
		for i := range line.Check.Steps {
			rows = append(rows, CheckRow{line.Check, &line.Check.Steps[i]})
		}
		return rows
	}
	for i := range l.Checks {
		c := &l.Checks[i]
		if s := c.Step(line.Name); c.Protocol == line.Proto && s != nil {
			rows = append(rows, CheckRow{c, s})
		}
	}
	slices.SortStableFunc(rows, func(a, b CheckRow) int {
		return cmp.Or(-cmp.Compare(a.Step.Result, b.Step.Result), strings.Compare(a.Name(), b.Name()))
	})
	return rows
}
