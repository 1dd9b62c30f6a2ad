package ui

import (
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
)

// startCopy asks what to copy of the grid in use: a cell, what identifies the
// name, the row, or all rows. What is copied is what is seen: control
// characters are in none of it.
func (a *app) startCopy() {
	g, _ := a.grid()
	row, ok := g.selected()
	if !ok {
		a.foot.say("there is nothing to copy")
		return
	}
	var items []menuItem
	for _, at := range g.fit.columns {
		text, _ := g.data.Cell(row, at)
		items = append(items, menuItem{g.columns[at].title, text})
	}
	items = append(items, a.identities(g, row)...)
	cells := len(items)
	items = append(items, menuItem{"the row", "all of these cells that are shown, apart by tabs"},
		menuItem{"the grid", fmt.Sprintf("%s lines under a heading, columns apart by tabs", report.Thousands(g.data.Len()))})
	a.root.push(newMenu(a.theme, "Copy", items, func(i int) {
		switch {
		case i < cells:
			a.copyText(safe.Text(items[i].text), items[i].name)
		case i == cells:
			a.copyText(g.rowText(row), "the row")
		default:
			a.copyText(g.text(mostCopied), "the grid")
		}
	}))
}

// identities are the names of a row that no column shows.
func (a *app) identities(g *grid, row int) (items []menuItem) {
	add := func(what string, p *model.Principal) {
		if p.SID != (acl.SID{}) {
			items = append(items, menuItem{what + "SID", p.SID.String()})
		}
		if p.DN != "" {
			items = append(items, menuItem{what + "DN", p.DN})
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
func (g *grid) rowText(row int) string {
	var b strings.Builder
	for i, at := range g.fit.columns {
		if i > 0 {
			b.WriteByte('\t')
		}
		text, _ := g.data.Cell(row, at)
		b.WriteString(report.Defuse(safe.Text(text)))
	}
	return b.String()
}

// text is the whole grid under a heading; it ends where it gets longer than most.
func (g *grid) text(most int) string {
	var b strings.Builder
	for i, at := range g.fit.columns {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(g.columns[at].title)
	}
	b.WriteByte('\n')
	for row := 0; row < g.data.Len() && b.Len() <= most; row++ {
		b.WriteString(g.rowText(row))
		b.WriteByte('\n')
	}
	return b.String()
}

// copyFromPage asks which line of a page to copy.
func (a *app) copyFromPage(p *page) {
	s := &p.sheets[p.at]
	items := []menuItem{{"all of it", fmt.Sprintf("the sheet, %s lines", report.Thousands(len(s.lines)))}}
	var lines []pageLine
	for _, l := range s.lines {
		if l.text != "" && l.style != styleHeader {
			items = append(items, menuItem{strings.TrimSpace(l.label), l.text})
			lines = append(lines, l)
		}
	}
	m := newMenu(a.theme, "Copy", items, func(i int) {
		if i == 0 {
			a.copyText(s.plainText(), "the sheet")
			return
		}
		a.copyText(lines[i-1].plainText(), "the line")
	})
	m.at = min(1, len(items)-1)
	a.root.push(m)
}

// plainText is a line to be copied: as it is seen, but for a command, in which
// a line break is one.
func (l *pageLine) plainText() string {
	if l.exact {
		return l.text
	}
	return safe.Text(l.text)
}

func (s *sheet) plainText() string {
	var b strings.Builder
	for _, l := range s.lines {
		if l.label != "" {
			b.WriteString(safe.Text(l.label) + "\t")
		}
		b.WriteString(l.plainText() + "\n")
	}
	return b.String()
}
