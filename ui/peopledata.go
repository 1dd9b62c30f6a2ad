package ui

import (
	"cmp"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/people"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// peopleData shows the lines of a tree that are not folded.
type peopleData struct {
	v     *peoplePage
	lines []peopleLine
}

// peopleKey names a line: the how manyth it is below a node.
type peopleKey struct {
	up *people.Node
	at int
}

// peopleLine is a line, and how deep it is. A leaf among very many is made when it is
// looked at.
type peopleLine struct {
	peopleKey
	node  *people.Node // nil for one that is not made
	depth int
}

// add appends what is in a list, and below that where it is open.
func (d *peopleData) add(l people.List, up *people.Node, depth int) {
	n := l.Len()
	d.lines = slices.Grow(d.lines, n)
	for i := range n {
		node := l.Made(i)
		d.lines = append(d.lines, peopleLine{peopleKey{up, i}, node, depth})
		if node != nil && d.v.open[node] {
			d.add(d.v.below(node), node, depth+1)
		}
	}
}

// node is what a line is about.
func (d *peopleData) node(row int) *people.Node {
	l := &d.lines[row]
	if l.node == nil {
		l.node = d.v.below(l.up).At(l.at)
	}
	return l.node
}

// above is the line that a line is below; -1 for none.
func (d *peopleData) above(row int) int {
	for i := row - 1; i >= 0; i-- {
		if d.lines[i].depth < d.lines[row].depth {
			return i
		}
	}
	return -1
}

func (d *peopleData) Len() int      { return len(d.lines) }
func (d *peopleData) Key(i int) any { return d.lines[i].peopleKey }

func (d *peopleData) Row(key any) int {
	k, ok := key.(peopleKey)
	if !ok {
		return -1
	}
	return slices.IndexFunc(d.lines, func(l peopleLine) bool { return l.peopleKey == k })
}

// Columns are those of the grid.
func (d *peopleData) Columns() []widget.Column {
	return []widget.Column{
		{Title: "Who", Name: true, Good: 26, Max: 60}, {Title: "People", Numeric: true}, {Title: "Answer", Good: 17},
		{Title: "By", Main: true, Good: 20, Max: 200},
	}
}

func (d *peopleData) Cell(row, col int) (string, widget.Style) {
	n, depth := d.node(row), d.lines[row].depth
	switch col {
	case 0:
		return strings.Repeat("  ", depth) + d.sign(n) + nodeName(n), nodeStyle(n)
	case 1:
		return countText(n), widget.StyleText
	case 2:
		return answerText(n), answerStyle(n)
	}
	return n.How.String(), nodeStyle(n)
}

// sign says whether there is something below a line, and whether it is shown.
func (d *peopleData) sign(n *people.Node) string {
	switch {
	case !n.Folds():
		return "  "
	case d.v.open[n]:
		return "- "
	}
	return "+ "
}

// nodeName is what a line is about.
func nodeName(n *people.Node) string {
	if n.Who.Name == "" && n.Who.SID.IsZero() {
		return n.Text.String()
	}
	return cmp.Or(model.PrincipalText(n.Who), n.Who.DN)
}

func nodeStyle(n *people.Node) widget.Style {
	switch {
	case n.Kind == people.KindHeading:
		return widget.StyleTitle
	case n.Kind == people.KindDeny:
		return widget.StyleDeny
	case n.Kind == people.KindNote:
		return widget.StyleHidden
	case n.Preset:
		return widget.StyleMuted
	case n.Kind == people.KindEverybody && people.Gets(n.Answer):
		return widget.StyleAlarm
	}
	return principalStyle(&n.Who)
}

// countText counts who is below a line: a person stands for himself.
func countText(n *people.Node) string {
	switch {
	case n.Kind == people.KindDeny || n.Single || n.Kind == people.KindEverybody:
		return ""
	case n.Targets > 0:
		return safe.Thousands(n.Targets)
	case n.Everybody:
		return "everybody"
	case n.People > 0 || n.Kind == people.KindEntry || n.Kind == people.KindGroup || n.Kind == people.KindHeading && n.Asked:
		return safe.Thousands(n.People)
	}
	return ""
}

// answerText says what a line comes to: of a person and of everybody his verdict, of an
// entry whom it keeps out, or who is kept out in spite of it.
func answerText(n *people.Node) string {
	switch {
	case n.Kind == people.KindDeny && n.Everybody:
		return "Deny, keeps out all"
	case n.Kind == people.KindDeny:
		return "Deny, keeps out " + safe.Thousands(n.Lost)
	case n.Single && n.Asked, n.Kind == people.KindEverybody && n.Asked, n.Kind == people.KindTarget, n.Kind == people.KindNote && n.Answer != verdict.None:
		return cmp.Or(view.AnswerText(n.Answer), "Kept out")
	case n.Lost > 0:
		return safe.Thousands(n.Lost) + " kept out"
	}
	return ""
}

func answerStyle(n *people.Node) widget.Style {
	switch {
	case n.Kind == people.KindDeny, n.Single && n.Asked && !people.Gets(n.Answer):
		return widget.StyleDeny
	case n.Answer == verdict.Possible, n.Answer == verdict.Unknown:
		return widget.StyleWarning
	}
	return widget.StyleText
}
