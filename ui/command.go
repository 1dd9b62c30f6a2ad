package ui

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/widget"
)

func (a *app) whyNoCommands() string {
	g, _ := a.grid()
	if v := a.changes(); v != nil && v.result == nil || v == nil && a.shown(g) == nil {
		return "nothing is shown yet"
	}
	return ""
}

// showCommands shows what is seen as commands, to be copied. None of them is run.
func (a *app) showCommands() {
	if v := a.changes(); v != nil {
		a.changeCommands(v)
		return
	}
	g, _ := a.grid()
	res := a.shown(g)
	row, ok := g.Selected()
	a.inBackground("writing the commands", func(*awaited) func() {
		lines := commandLines(a.source(), res, row, ok)
		return func() {
			a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "As a command", Text: widget.Still(lines...)}))
		}
	})
}

// source are the arguments that open what is shown once more. There is no
// password among them.
func (a *app) source() []string {
	r := a.request
	if r.Source == "" {
		return []string{a.reading.base.State.Source}
	}
	args := []string{r.Source}
	if r.User != "" {
		args = append(args, "-u", r.User)
	}
	if r.CAFile != "" {
		args = append(args, "--ca", r.CAFile)
	}
	if r.Auth != "" && r.Auth != "auto" {
		args = append(args, "--auth", r.Auth)
	}
	return append(args, a.options.Again...)
}

// commandLines are the commands for a view, and for its row if there is one.
func commandLines(source []string, res *view.Result, row int, ok bool) []widget.Line {
	var f sheetLines
	f.head("The lines of this grid, for sh")
	args := report.Command(source, res.Snapshot, res.Query)
	f.command("Print", "mbxperm "+report.ShLine(args...))
	if res.Query.Verdicts() {
		verdictLines(&f, res, args)
	}
	if res.Query.Arrival {
		f.add("", "Still being read: the command prints all of it, in order.")
	}
	if !ok || row >= res.Len() || res.Query.Type.Doors() {
		return f
	}
	ref := grant.Ref{}
	switch {
	case res.Query.Verdicts() || res.IsRole(row) || res.Query.Roles() && res.Query.Rows:
		return f
	case res.Query.Rows:
		ref = res.Ref(row)
	case res.Line(row).Row != nil:
		ref = res.Line(row).Row.Ref
	default:
		return append(f, lineCommands(res.Snapshot, res.Key(row))...)
	}
	shellLines(&f, res.Snapshot, ref)
	return f
}

// verdictLines are what args, the command for a grid of verdicts, does not print
// of it: what a person can do to other recipients is a report of its own, and
// report access neither filters nor sorts.
func verdictLines(f *sheetLines, res *view.Result, args []string) {
	if res.Query.ACEs.Direction() == "reverse" {
		f.command("Print", "mbxperm "+report.ShLine(append(slices.Clone(args), "--object", "recipient")...))
		f.add("", "The first is about mailboxes, the second about groups, contacts and mail users.")
	}
	if res.Query.Filter != "" {
		f.add("", "The command prints every line, whatever the filter here: E writes those that are shown.")
	}
}

// shellLines are the commands for one entry.
func shellLines(f *sheetLines, s *model.Snapshot, ref grant.Ref) {
	shell := report.ExchangeShell(s, ref)
	f.head("This entry, for the Exchange Management Shell")
	f.command("Show", shell.Show)
	f.command("Revoke", shell.Revoke)
	for _, n := range shell.Notes {
		f.add("Note", n)
	}
	f.add("", "Text to copy (C): nothing is run here, and nobody has checked it against your servers. -WhatIf says what a command would do.")
}

// lineCommands are the commands that show the lists of a target.
func lineCommands(s *model.Snapshot, k view.LineKey) []widget.Line {
	commands := report.ExchangeLists(s, k)
	if len(commands) == 0 {
		return nil
	}
	var f sheetLines
	f.head("Its lists, for the Exchange Management Shell")
	for _, c := range commands {
		f.command("Show", c)
	}
	return append([]widget.Line{{}}, f...)
}

// command adds a line that is copied exactly as it is.
func (f *sheetLines) command(label, text string) {
	if text != "" {
		*f = append(*f, widget.Line{Label: label, Text: text, Exact: true})
	}
}
