package ui

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

func (a *app) whyNoCopy() string {
	g, _ := a.grid()
	if _, ok := g.Selected(); !ok {
		return "there is nothing to copy"
	}
	return ""
}

// startCopy asks what to copy of the grid in use: a cell, what identifies the
// name, the row, all rows, or those that are marked. What is copied is what is seen: control
// characters are in none of it.
func (a *app) startCopy() {
	g, _ := a.grid()
	row, _ := g.Selected()
	var items []widget.Item
	for _, at := range g.Shown() {
		text, _ := g.Rows().Cell(row, at)
		items = append(items, widget.Item{Name: g.Rows().Columns()[at].Title, Text: text})
	}
	items = append(items, a.identities(g, row)...)
	cells := len(items)
	items = append(items, widget.Item{Name: "the row", Text: "all of these cells that are shown, apart by tabs"},
		widget.Item{Name: "the grid", Text: fmt.Sprintf("%s lines under a heading, columns apart by tabs", safe.Thousands(g.Rows().Len()))})
	marked := a.marks.marked(a.shown(g))
	if len(marked) > 0 {
		items = append(items, widget.Item{Name: "the marked", Text: fmt.Sprintf("%s under a heading, columns apart by tabs", counted(len(marked), "line"))})
	}
	m := widget.NewMenu(a.theme, "Copy", items, func(i int) {
		switch {
		case i < cells:
			a.copyText(safe.Text(items[i].Text), items[i].Name)
		case i == cells:
			a.copyText(rowText(g, row), "the row")
		case i == cells+1:
			a.copyText(gridText(g, nil, term.MostCopied), "the grid")
		default:
			a.copyText(gridText(g, marked, term.MostCopied), "the marked")
		}
	})
	if len(marked) > 0 {
		m.At = len(items) - 1
	}
	a.root.push(m)
}

// identities are the names of a row that no column shows.
func (a *app) identities(g *widget.Grid, row int) (items []widget.Item) {
	add := func(what string, p *model.Principal) {
		if p.SID != (acl.SID{}) {
			items = append(items, widget.Item{Name: what + "SID", Text: p.SID.String()})
		}
		if p.DN != "" {
			items = append(items, widget.Item{Name: what + "DN", Text: p.DN})
		}
	}
	if v := a.changes(); v != nil && v.grid == g && row < v.result.Len() {
		c := v.result.Change(row)
		add("trustee ", &c.Trustee)
		add("target ", &c.Target)
		return items
	}
	res := a.shown(g)
	if res == nil || row >= res.Len() {
		return nil
	}
	if !res.Query.Rows {
		line := res.Line(row)
		add("", &line.Principal)
		return items
	}
	r := res.Row(row)
	add("trustee ", &r.Trustee)
	add("target ", &r.Target.Principal)
	return items
}

// rowText is a row as a line of columns apart by tabs, safe to be pasted into a
// spreadsheet.
func rowText(g *widget.Grid, row int) string {
	var b strings.Builder
	for i, at := range g.Shown() {
		if i > 0 {
			b.WriteByte('\t')
		}
		text, _ := g.Rows().Cell(row, at)
		b.WriteString(report.Defuse(safe.Text(text)))
	}
	return b.String()
}

// gridText is the whole grid under a heading, or some of its rows, where rows is not
// nil; it ends where it gets longer than most.
func gridText(g *widget.Grid, rows []int, most int) string {
	var b strings.Builder
	for i, at := range g.Shown() {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(g.Rows().Columns()[at].Title)
	}
	b.WriteByte('\n')
	n := g.Rows().Len()
	if rows != nil {
		n = len(rows)
	}
	for i := 0; i < n && b.Len() <= most; i++ {
		row := i
		if rows != nil {
			row = rows[i]
		}
		b.WriteString(rowText(g, row))
		b.WriteByte('\n')
	}
	return b.String()
}

// copyFromPage asks which line of a page to copy.
func (a *app) copyFromPage(p *widget.Page) {
	s := &p.Sheets[p.At]
	items := []widget.Item{{Name: "all of it", Text: fmt.Sprintf("the sheet, %s lines", safe.Thousands(len(s.Lines)))}}
	var lines []widget.Line
	for _, l := range s.Lines {
		if l.Text != "" && l.Style != widget.StyleHeader {
			items = append(items, widget.Item{Name: strings.TrimSpace(l.Label), Text: l.Text})
			lines = append(lines, l)
		}
	}
	m := widget.NewMenu(a.theme, "Copy", items, func(i int) {
		if i == 0 {
			a.copyText(s.PlainText(), "the sheet")
			return
		}
		a.copyText(lines[i-1].PlainText(), "the line")
	})
	m.At = min(1, len(items)-1)
	a.root.push(m)
}

// copyText puts a text into the clipboard. what names it.
func (a *app) copyText(text, what string) {
	switch way := term.WayToClipboard(runtime.GOOS, os.Getenv); {
	case len(text) > term.MostCopied:
		a.foot.say(fmt.Sprintf("%s: %s bytes or more, and a terminal takes %s: E writes it to a file", what,
			safe.Thousands(len(text)), safe.Thousands(term.MostCopied)))
	case way == term.ByNothing:
		a.foot.say("this terminal has no clipboard for programs: E writes to a file")
	case way == term.ByTmux:
		a.inBackground("copying to tmux", func(*awaited) func() {
			err := term.TmuxBuffer(text)
			return func() {
				if err != nil {
					a.sendClipboard(text, term.ByTerminal)
				}
				a.copied(text, what)
			}
		})
	default:
		a.sendClipboard(text, way)
		a.copied(text, what)
	}
}

// sendClipboard sends a text to the terminal. tcell would do it, too, but in
// silence not for the terminals that its table does not call xterm-like:
// screen-256color, as which many a tmux goes, is one.
func (a *app) sendClipboard(text string, way term.ClipboardWay) {
	tty, ok := a.screen.Tty()
	switch {
	case !ok:
		a.screen.SetClipboard([]byte(text))
	case way == term.ByScreen:
		tty.Write(term.ScreenSequence(text))
	default:
		tty.Write(term.TerminalSequence(text))
	}
}

func (a *app) copied(text, what string) {
	lines := ""
	if n := strings.Count(strings.TrimSuffix(text, "\n"), "\n"); n > 0 {
		lines = fmt.Sprintf(", %s lines", safe.Thousands(n+1))
	}
	a.foot.say("copied " + what + lines)
}
