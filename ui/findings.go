package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// findings is the view of what is wrong: a grid over all others with a line for each
// rule that has findings, under which those of an open rule stand, and below it what is
// known of the line that the cursor is on.
type findings struct {
	*tview.Box
	theme  *widget.Theme
	grid   *widget.Grid
	detail *widget.Page

	side     side
	list     *finding.List // nil before the first answer
	progress finding.Progress
	data     *findingsData
	open     map[*finding.Rule]bool
	stop     context.CancelFunc
	asked    *model.Snapshot // what was looked through last
	touched  bool            // the user has moved the cursor
	swapping bool            // the grid is handed other data: what moves the cursor is not the user
}

// wrong is what was found beside the screen after the last reading.
type wrong struct {
	of   *model.Snapshot
	list *finding.List
	stop context.CancelFunc
}

// mostSought bounds the recipients among which findings are looked for unasked.
const mostSought = 200_000

// seek looks for findings beside the screen, once a reading has come to its end, and
// offers them in the message row where something is critical or high. It takes the
// screen away from nobody. Of very large directories it does not: what is found among
// a million mailboxes takes as much memory as they do, which only who asks for it is
// to pay.
func (a *app) seek() {
	if v := a.root.findings(); v != nil && a.reading.base != nil && !a.reading.running() && v.asked != a.reading.base {
		a.askFindings(v) // the page lies open, and is brought up to date
		return
	}
	if a.options.Accepted == nil || a.reading.base == nil || a.reading.running() || a.wrong.of == a.reading.base {
		return
	}
	if a.reading.base.Recipients.Len() > mostSought {
		if a.wrong.stop != nil {
			a.wrong.stop()
		}
		a.wrong = wrong{of: a.reading.base}
		a.foot.add("F looks for what is wrong")
		return
	}
	if a.wrong.stop != nil {
		a.wrong.stop()
	}
	ctx, stop := context.WithCancel(a.ctx)
	a.wrong = wrong{of: a.reading.base, stop: stop}
	a.find(ctx, func(l *finding.List, _ finding.Progress, err error) bool {
		if err != nil || l == nil || !l.Done() {
			return false
		}
		a.wrong.list = l
		n := l.Worst()
		if a.root.findings() != nil || n[finding.Critical]+n[finding.High] == 0 {
			return false
		}
		a.foot.add(fmt.Sprintf("F: %s critical and %s high findings", safe.Thousands(n[finding.Critical]), safe.Thousands(n[finding.High])))
		return true
	})
}

// find looks for findings of what the grids show, beside the screen; got is called on it.
func (a *app) find(ctx context.Context, got func(*finding.List, finding.Progress, error) bool) {
	base, since, checks, expected := a.reading.base, a.reading.compared, a.seen, a.options.expected
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		q := finding.Query{Since: since, Checks: checks}
		if view.CheckExpected(base, expected) == nil { // else the grid of protocols says what is wrong
			q.Expect = expected
		}
		var err error
		if a.options.Accepted != nil {
			q.Accepted, err = a.options.Accepted()
		}
		var l *finding.List
		if err == nil {
			l, err = finding.Find(ctx, base, q, func(l *finding.List, p finding.Progress) {
				a.update(func() bool { return ctx.Err() == nil && a.reading.base == base && got(l, p, nil) })
			})
		}
		a.update(func() bool {
			a.pending.waiting--
			if ctx.Err() != nil || a.reading.base != base {
				return false
			}
			return got(l, finding.Progress{}, err)
		})
	}()
}

// findings returns the view if it lies above everything else.
func (a *app) findings() *findings {
	v, _ := a.root.top().(*findings)
	return v
}

// findings returns the view wherever it lies above the grids.
func (r *root) findings() *findings { return lying[*findings](r) }

func (a *app) whyNoFindings() string {
	switch n := a.reading; {
	case n.base == nil:
		return "nothing is read yet"
	case n.running():
		return "not everything is read yet"
	}
	return ""
}

// openFindings shows what is wrong.
func (a *app) openFindings() {
	v := &findings{Box: tview.NewBox(), theme: a.theme, grid: widget.NewGrid(a.theme), open: map[*finding.Rule]bool{}, stop: func() {}}
	v.detail = widget.NewPage(a.theme, 0, widget.Sheet{Title: "Finding", Text: widget.Still()})
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	v.grid.OnMove = func() {
		v.touched = v.touched || !v.swapping
		v.moved()
	}
	v.grid.OnChoose = func(int) { a.chooseFinding() }
	v.grid.Empty = "looking…"
	a.root.push(v)
	a.focus(v.grid)
	if a.wrong.of == a.reading.base && a.wrong.list != nil {
		v.asked = a.reading.base
		v.show(a.wrong.list, finding.Progress{})
		return
	}
	a.askFindings(v)
}

// askFindings looks for findings once more.
func (a *app) askFindings(v *findings) {
	v.stop()
	ctx, stop := context.WithCancel(a.ctx)
	v.stop = stop
	base := a.reading.base
	v.asked = base
	a.find(ctx, func(l *finding.List, p finding.Progress, err error) bool {
		switch {
		case err != nil:
			a.foot.say(err.Error())
			v.grid.Empty = err.Error()
		case l != nil:
			if l.Done() {
				if a.wrong.stop != nil {
					a.wrong.stop()
				}
				a.wrong = wrong{of: base, list: l}
			}
			v.show(l, p)
		}
		return true
	})
}

// closeFindings goes back to the grids.
func (a *app) closeFindings() {
	a.findings().stop()
	a.root.pop()
	g, _ := a.grid()
	a.focus(g)
}

// clearFindings takes the filter away, or closes the view.
func (a *app) clearFindings() {
	v := a.findings()
	if v.side.filter == "" {
		a.closeFindings()
		return
	}
	v.side.filter = ""
	v.refill()
}

// show shows a list; the cursor stays on its line where there is one.
func (v *findings) show(l *finding.List, p finding.Progress) {
	v.list, v.progress = l, p
	v.refill()
	if !v.touched { // whatever came first is nobody's choice
		v.swapping = true
		v.grid.Top()
		v.swapping = false
		v.moved()
	}
}

// refill makes the lines anew.
func (v *findings) refill() {
	if v.list == nil {
		return
	}
	v.grid.Empty = "nothing was found"
	if v.side.filter != "" {
		v.grid.Empty = "nothing matches; Esc clears the filter"
	}
	v.data = newFindingsData(v.list, v.side.filter, v.open)
	v.swapping = true
	v.grid.Swap(v.data)
	v.swapping = false
	v.moved()
}

// selected is the line that the cursor is on.
func (v *findings) selected() (line findingLine, ok bool) {
	row, ok := v.grid.Selected()
	if !ok || v.data == nil || row >= len(v.data.lines) {
		return line, false
	}
	return v.data.lines[row], true
}

// chooseFinding opens or closes a rule, or goes to the rows behind a finding.
func (a *app) chooseFinding() {
	v := a.findings()
	line, ok := v.selected()
	switch {
	case !ok:
	case line.at < 0:
		v.open[line.rule] = !v.open[line.rule]
		v.refill()
	default:
		a.goToFinding(v.list.Snapshot, v.list.At(line.at))
	}
}

// goToFinding goes to the line of a finding's target, with the cursor on the entry behind
// it where that stands there, or to all that its trustee can reach.
func (a *app) goToFinding(of *model.Snapshot, f *finding.Finding) {
	s := a.reading.base
	key, reverse := view.LineKey{}, false
	ref := f.Ref
	if ref.Obj != 0 && ref.Obj != f.Obj {
		ref = grant.Ref{} // a copy below the object that it is set on
	}
	for _, name := range []string{f.Target.DN, model.SIDText(f.Trustee.SID)} {
		if name == "" || !key.IsZero() {
			continue
		}
		for _, k := range view.Named(s, name) {
			if view.Has(s, k) && view.TypeOf(s, k) != nil {
				key = k
				break
			}
		}
		reverse = !key.IsZero() && !key.IsTarget()
	}
	if key.IsZero() {
		a.foot.say("neither target nor trustee has a line in the grids: x explains the rule")
		return
	}
	a.closeFindings()
	a.push()
	a.goTo(view.TypeOf(s, key), key, reverse)
	if ref.Obj == 0 || reverse {
		return
	}
	row := grant.KeyOf(of, ref) // it may have been read again since
	if _, there := grant.Find(s, row); there {
		a.pending.row = &widget.Spot{Key: row, OK: true, Down: -1}
	}
}

// explainFinding shows what the rule of a line means.
func (a *app) explainFinding() {
	line, ok := a.findings().selected()
	if !ok {
		return
	}
	var f sheetLines
	f.add("Rule", line.rule.Name+": "+line.rule.Text)
	f.add("Group", line.rule.Group.String()+"; at most "+line.rule.Severity.String()+"; counts "+line.rule.Counted())
	for _, part := range line.rule.Parts() {
		f.head(part[0])
		f.add("", part[1])
	}
	if line.at >= 0 {
		f.head("This finding")
		f = append(f, findingLines(a.findings().list.At(line.at))...)
	}
	a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "Rule " + line.rule.Name, Text: widget.Still(f...)}))
}

// startAccept asks until when a finding is accepted, and writes it into the accept file.
func (a *app) startAccept() {
	v := a.findings()
	at, ok := v.selected()
	switch {
	case !ok || at.at < 0:
		a.foot.say("which finding? Enter opens the rule")
		return
	case a.options.AcceptFile == "":
		a.foot.say("there is no file to write it into: start with --accept FILE")
		return
	}
	f := v.list.At(at.at)
	a.openLine(&line{
		scope: keys.ScopeCommand, label: "accept until ", leave: func() { a.focus(v.grid) },
		enter: func(text string) { a.accept(v, f, text) },
	}, a.reading.now().AddDate(1, 0, 0).Format(time.DateOnly))
}

// accept writes a finding into the accept file, and looks again.
func (a *app) accept(v *findings, f *finding.Finding, text string) {
	a.focus(v.grid)
	until, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	if err != nil {
		a.foot.say(fmt.Sprintf("%q is no date: give it as 2006-01-31", text))
		return
	}
	who := report.AcceptedBy()
	if err := report.Accept(a.options.AcceptFile, f, who, until); err != nil {
		a.foot.say(err.Error())
		return
	}
	a.foot.say("accepted by " + who + " until " + until.Format(time.DateOnly))
	a.wrong = wrong{}
	a.askFindings(v)
}

// title says how many there are of each severity.
func (v *findings) title(room int) string {
	parts := []string{"Findings"}
	if v.list == nil {
		return fitParts(room, append(parts, "looking…"))
	}
	worst := v.list.Worst()
	for _, x := range finding.Severities() {
		if n := worst[x]; n > 0 {
			parts = append(parts, safe.Thousands(n)+" "+x.String())
		}
	}
	if n := v.list.AcceptedTotal(); n > 0 {
		parts = append(parts, safe.Thousands(n)+" accepted")
	}
	if !v.list.Done() && v.progress.All > 0 {
		parts = append(parts, fmt.Sprintf("%d %%", v.progress.Done*100/v.progress.All))
	}
	return fitParts(room, parts) + safe.Text(filterNote(v.side.filter))
}

// moved shows in the lower part what is known of the line of the cursor.
func (v *findings) moved() {
	var lines []widget.Line
	title := "Finding"
	if line, ok := v.selected(); ok {
		title = line.rule.Name
		if line.at >= 0 {
			lines = findingLines(v.list.At(line.at))
		} else {
			var f sheetLines
			f.add("Rule", line.rule.Text)
			f.add("Means", line.rule.Means)
			f.add("Remedy", line.rule.Remedy)
			lines = f
		}
	}
	v.detail.Show(widget.Sheet{Title: title, Text: widget.Still(lines...)})
}

// findingLines is a finding in words.
func findingLines(x *finding.Finding) []widget.Line {
	var f sheetLines
	f.say("Severity", x.Severity.String()+", "+safe.Thousands(x.Count)+" "+x.Rule.Counted(), severityStyle(x.Severity))
	f.add("Detail", x.Detail.String())
	if x.Trustee.Name != "" {
		f.add("Trustee", who(x.Trustee)+"  "+x.Trustee.DN)
	}
	if x.Target.Name != "" {
		f.add("Target", x.Target.Name+"  "+x.Target.DN)
	}
	if a := x.Accepted; a != nil {
		f.say("Accepted", "until "+a.Until.Format(time.DateOnly)+" by "+a.Who, widget.StyleWarning)
	}
	switch at, of := x.Since(); {
	case of > 1 && x.Member:
		f.add("Last changed", model.Stamp{At: at}.Short()+", the newest of the "+safe.Thousands(of)+" values of member by which he is in it")
	case of == 1 && x.Member:
		f.add("Last changed", model.Stamp{At: at}.Short()+", the value of member by which he is in it")
	case of > 1:
		f.add("Last changed", model.Stamp{At: at}.Short()+", the newest of the "+safe.Thousands(of)+" attributes that its rows stand in")
	case of == 1:
		f.add("Last changed", model.Stamp{At: at}.Short()+", the attribute that its rows stand in")
	}
	f.add("Remedy", x.Rule.Remedy)
	return f
}

func severityStyle(x finding.Severity) widget.Style {
	switch x {
	case finding.Critical:
		return widget.StyleDeny
	case finding.High, finding.Medium:
		return widget.StyleWarning
	case finding.Info:
		return widget.StyleHidden
	case finding.Low:
	}
	return widget.StyleText
}

func (v *findings) Scope() keys.Scope { return keys.ScopeFindings }

func (v *findings) Fit(x, y, w, h int) { v.SetRect(x, y, w, h) }

// Draw draws the grid, and what is known of its line below it.
func (v *findings) Draw(screen tcell.Screen) {
	_, _, w, _ := v.GetRect()
	v.SetTitle(widget.EscapeTags(v.title(w - 4)))
	v.DrawForSubclass(screen, v)
	x, y, w, h := v.GetInnerRect()
	lower := max(leastDetail, min(h/3, mostDetail))
	v.detail.Fit(x-1, y+h-lower+1, w+2, lower)
	v.grid.SetRect(x, y, w, max(h-lower+1, 0))
	v.grid.Draw(screen)
	v.detail.Draw(screen)
	joinFrames(screen, v.detail, x, w)
}

// MouseHandler gives the mouse to the grid.
func (v *findings) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return overGrid(v.grid)
}
