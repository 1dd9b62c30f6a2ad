package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// checks is the view of the last runs of checks: a grid of hosts over all others
// and below it the steps of the one that the cursor is on, or, in reverse, a grid
// of steps and below it the hosts.
type checks struct {
	*tview.Box
	theme  *widget.Theme
	grid   *widget.Grid
	detail *widget.Page

	side    side
	reverse bool
	all     []door.Check
	list    *view.CheckList
}

// openChecks shows what the program has checked last, as the state has it now.
func (a *app) openChecks() {
	all, err := a.lookAtChecks()
	switch {
	case err != nil:
		a.foot.say(err.Error())
		return
	case len(all) == 0:
		a.foot.say("nothing was checked yet: mbxperm check smtp HOST")
		return
	}
	v := &checks{Box: tview.NewBox(), theme: a.theme, grid: widget.NewGrid(a.theme), all: all}
	v.detail = widget.NewPage(a.theme, 0, widget.Sheet{Title: "Steps", Text: widget.Still()})
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	v.grid.OnMove = v.moved
	v.grid.OnChoose = func(int) { a.openCheck() }
	v.refill()
	a.root.push(v)
	a.focus(v.grid)
}

// lookAtChecks reads what was checked last. The grid of settings and the findings
// go by it, too.
func (a *app) lookAtChecks() (all []door.Check, err error) {
	if a.options.Checks != nil {
		if all, err = a.options.Checks(); err == nil {
			a.seen = all
		}
	}
	return all, err
}

func (a *app) whyNoChecks() string {
	if a.options.Checks == nil {
		return "nothing says where the last runs of checks are kept"
	}
	return ""
}

// checks returns the view of checks if it lies above everything else.
func (a *app) checks() *checks {
	v, _ := a.root.top().(*checks)
	return v
}

// closeChecks goes back to the grids.
func (a *app) closeChecks() {
	a.root.pop()
	g, _ := a.grid()
	a.focus(g)
}

// clearChecks takes the filter away, or closes the view.
func (a *app) clearChecks() {
	v := a.checks()
	if v.side.filter == "" {
		a.closeChecks()
		return
	}
	v.side.filter = ""
	v.refill()
}

// turnChecks goes from hosts to steps, or back.
func (a *app) turnChecks() {
	v := a.checks()
	v.reverse = !v.reverse
	v.grid.ForgetWidths()
	v.refill()
	v.grid.Top()
}

// rereadChecks looks at the state again: somebody may have checked meanwhile.
func (a *app) rereadChecks() {
	all, err := a.lookAtChecks()
	if err != nil {
		a.foot.say(err.Error())
		return
	}
	v := a.checks()
	v.all = all
	v.refill()
}

// otherChecks names what turnChecks would bring.
func (a *app) otherChecks() string {
	if v := a.checks(); v != nil && v.reverse {
		return "by host"
	}
	return "by step"
}

// refill makes the lines anew; the cursor stays on its line where there is one.
func (v *checks) refill() {
	v.list = view.ListChecks(v.all, v.reverse, v.side.filter)
	v.grid.Empty = "nothing matches; Esc clears the filter"
	v.grid.Swap(&checksData{list: v.list})
	v.moved()
}

// selected is the line that the cursor is on.
func (v *checks) selected() *view.CheckLine {
	if row, ok := v.grid.Selected(); ok && row < len(v.list.Lines) {
		return &v.list.Lines[row]
	}
	return nil
}

// moved shows in the lower part what belongs to the line of the cursor.
func (v *checks) moved() {
	var lines []widget.Line
	title := "Steps"
	if line := v.selected(); line != nil {
		for _, r := range v.list.Rows(line) {
			if v.reverse || r.Step.Asked() {
				lines = append(lines, rowLine(&r, v.reverse))
			}
		}
		title = "Steps of " + checkName(line.At)
		if v.reverse {
			title = "Hosts at " + line.Name
		}
	}
	v.detail.Show(widget.Sheet{Title: title, Text: widget.Still(lines...)})
}

func checkName(c *door.Check) string {
	if c.Address == "" || c.Address == c.Host {
		return c.Name()
	}
	return c.Name() + " (" + c.Address + ")"
}

// rowLine is a step in a line: its result in a word, never in colour alone.
func rowLine(r *view.CheckRow, named bool) widget.Line {
	label := r.Step.Name
	if named {
		label = r.Name()
	}
	text := fmt.Sprintf("%-7s %s", r.Step.Result, r.Step.Cause())
	if r.Step.Took > 0 {
		text += fmt.Sprintf("  (%d ms)", r.Step.Took.Milliseconds())
	}
	return widget.Line{Label: label, Text: text, Style: resultStyle(r.Step.Result)}
}

func resultStyle(r door.Result) widget.Style {
	switch r {
	case door.Failed:
		return widget.StyleDeny
	case door.Warning:
		return widget.StyleWarning
	case door.Skipped:
		return widget.StyleHidden
	}
	return widget.StyleText
}

// openCheck shows all that the line of the cursor has.
func (a *app) openCheck() {
	v := a.checks()
	line := v.selected()
	if line == nil {
		return
	}
	var f sheetLines
	if line.Check == nil {
		for _, r := range v.list.Rows(line) {
			f = append(f, rowLine(&r, true))
		}
		a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "Hosts at " + line.Name, Text: widget.Still(f...)}))
		return
	}
	c := line.Check
	f.add("Checked", c.Time.Local().Format(time.DateTime)+" as "+string(c.Protocol))
	f.add("Server", strings.TrimPrefix(c.Server+" in site "+c.Site, " in site "))
	f.head("Steps")
	for i := range c.Steps {
		s := &c.Steps[i]
		if !s.Asked() {
			continue
		}
		r := view.CheckRow{Check: c, Step: s}
		f = append(f, rowLine(&r, false))
		if _, rest, more := strings.Cut(s.Text, "\n"); more {
			for text := range strings.SplitSeq(rest, "\n") {
				f.add("  ", text)
			}
		}
	}
	certificateLines(&f, c)
	a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: checkName(c), Text: widget.Still(f...)}))
}

// certificateLines are the certificate and the mechanisms of a check.
func certificateLines(f *sheetLines, c *door.Check) {
	if t := c.TLS; t != nil {
		f.head("Certificate")
		if t.Problem != "" {
			f.say("NOT trusted", t.Problem, widget.StyleWarning)
		}
		leaf := &t.Sent[0]
		f.add("TLS", t.Version+" "+t.Cipher)
		f.add("Names", strings.Join(leaf.Names, ", "))
		f.add("Valid", fmt.Sprintf("%s to %s, %d days left", leaf.From.Format(time.DateOnly), leaf.Until.Format(time.DateOnly), leaf.Days(c.Time)))
		f.add("Key", leaf.Key+", signed with "+leaf.Signature)
		for i := range t.Sent {
			f.add("Sent", t.Sent[i].Subject+", issued by "+t.Sent[i].Issuer)
		}
		for i := range t.Built {
			f.add("Built", t.Built[i].Subject)
		}
		f.add("Leads here", strings.Join(t.Leads, ", "))
	}
	if c.Mechanisms[0].Asked || c.Mechanisms[1].Asked {
		f.head("Mechanisms")
		for i, label := range []string{"Before TLS", "Inside TLS"} {
			if m := &c.Mechanisms[i]; m.Asked {
				f.say(label, orNothing(strings.Join(m.Auth, " ")), widget.StyleText)
			}
		}
	}
}

// title says how many there are, and how many are not well.
func (v *checks) title(room int) string {
	n, bad := map[bool]string{false: "addresses", true: "steps"}[v.reverse], 0
	for i := range v.list.Lines {
		if v.list.Lines[i].Result() > door.OK {
			bad++
		}
	}
	parts := []string{"Checks", safe.Thousands(len(v.list.Lines)) + " " + n, safe.Thousands(bad) + " not well"}
	return fitParts(room, parts) + safe.Text(filterNote(v.side.filter))
}

func (v *checks) Scope() keys.Scope { return keys.ScopeChecks }

func (v *checks) Fit(x, y, w, h int) { v.SetRect(x, y, w, h) }

// Draw draws the grid, and what belongs to its line below it.
func (v *checks) Draw(screen tcell.Screen) {
	_, _, w, _ := v.GetRect()
	v.SetTitle(widget.EscapeTags(v.title(w - 4)))
	v.DrawForSubclass(screen, v)
	x, y, w, h := v.GetInnerRect()
	lower := max(leastDetail, min(h*3/5, 18, h-4))
	v.detail.Fit(x-1, y+h-lower+1, w+2, lower)
	v.grid.SetRect(x, y, w, max(h-lower+1, 0))
	v.grid.Draw(screen)
	v.detail.Draw(screen)
	joinFrames(screen, v.detail, x, w)
}

// MouseHandler gives the mouse to the grid.
func (v *checks) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return overGrid(v.grid)
}

// checksData shows lines of checks.
type checksData struct{ list *view.CheckList }

func (d *checksData) Len() int      { return len(d.list.Lines) }
func (d *checksData) Key(i int) any { return d.list.Lines[i].Key }

func (d *checksData) Columns() []widget.Column {
	texts := d.list.Columns()
	columns := make([]widget.Column, len(texts))
	for i, c := range texts {
		columns[i] = widget.Column{Title: c.Title, Numeric: c.Numeric, Extra: c.Extra, Name: c.Is == model.ContentTarget}
		if c.Is == model.ContentSentence {
			columns[i].Good, columns[i].Max = 30, 200
		}
	}
	return columns
}

func (d *checksData) Row(key any) int {
	for i := range d.list.Lines {
		if any(d.list.Lines[i].Key) == key {
			return i
		}
	}
	return -1
}

func (d *checksData) Cell(row, col int) (string, widget.Style) {
	line := &d.list.Lines[row]
	c := d.list.Columns()[col]
	text := c.Text(line)
	switch {
	case c.Is == model.ContentStatus || c.Is == model.ContentSentence:
		return text, resultStyle(max(line.Result(), door.OK))
	case c.Numeric && c.Number(line) == 0:
		return text, widget.StyleHidden
	}
	return text, widget.StyleText
}
