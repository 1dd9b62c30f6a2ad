package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"mbxperm/model/view"
	"mbxperm/model/wholefile"
	"mbxperm/ui/keys"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/settings"
	"mbxperm/ui/term"
)

// exportable is what can be written to a file.
type exportable struct {
	name    string // proposed for the file, without the day
	records int
	write   func(ctx context.Context, out report.Output) ([]string, error)
}

// exportable is what the grid in use shows; nil where that is nothing yet.
func (a *app) exportable() *exportable {
	version := a.options.Version
	if v := a.changes(); v != nil {
		res := v.result
		if res == nil {
			return nil
		}
		name := map[bool]string{false: "-changes", true: "-whatif"}[v.of.WhatIf != nil]
		return &exportable{fileName(v.of.New.State.Source) + name, res.Len(), func(ctx context.Context, out report.Output) ([]string, error) {
			return report.ExportChanges(ctx, res, version, out)
		}}
	}
	if v := a.people(); v != nil {
		return v.exportable(version)
	}
	g, _ := a.grid()
	res := a.shown(g)
	if res == nil {
		return nil
	}
	name := exportName(res)
	if marked := a.marks.marked(res); len(marked) > 0 {
		res, name = res.Pick(marked), name+"-marked"
	}
	return &exportable{name, res.Len(), func(ctx context.Context, out report.Output) ([]string, error) {
		return report.Export(ctx, res, version, out)
	}}
}

func (a *app) whyNoExport() string {
	if a.exportable() == nil {
		return "there is nothing to export yet"
	}
	return ""
}

// startExport asks for the file that the grid in use is to be written to. Its
// ending says how.
func (a *app) startExport() {
	what := a.exportable()
	label := "export to "
	if g, _ := a.grid(); len(a.marks.marked(a.shown(g))) > 0 {
		label = "export the " + safe.Thousands(what.records) + " marked to "
	}
	a.openLine(&line{
		scope: keys.ScopeCommand, label: label, key: a.pathKey,
		enter: func(path string) { a.exportTo(what, settings.ExpandHome(strings.TrimSpace(path))) },
	}, what.name+a.reading.now().Format("-2006-01-02")+".csv")
}

// exportName proposes a name that says what is in the file: whose rows, and which
// way, or all lines of a type and where from.
func exportName(res *view.Result) string {
	s, q := res.Snapshot, &res.Query
	if !q.Rows {
		return fileName(s.State.Source) + "-" + q.Type.Flag + "-totals"
	}
	if q.AllLines() {
		return fileName(s.State.Source) + "-" + q.Type.Flag + "-all-lines"
	}
	of := view.TrusteeOf(s, q.Of)
	if q.Of.IsTarget() {
		of = view.TargetOf(s, q.Of)
	}
	name := cmp.Or(fileName(of.Name), fileName(s.State.Source)+"-"+q.Type.Flag)
	switch {
	case q.Verdicts():
		name += "-access"
	case q.Type.Doors():
		return name + "-" + q.Type.Flag
	}
	return name + "-" + q.ACEs.Direction()
}

// exportTo writes what is shown, after a question if there is a file already.
func (a *app) exportTo(what *exportable, path string) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		a.foot.say(path + " is a folder: give the name of a file in it")
		return
	}
	format, err := report.ParseFormat(strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."))
	out := report.Output{Format: format, File: path}
	switch {
	case path == "":
		a.foot.say("nothing is exported: there was no name")
		return
	case wholefile.Stream(path):
		a.foot.say(path + " is no file: give the name of one")
		return
	case err != nil || format == report.Table:
		a.foot.say("the ending says how to write it: .csv, .json, .jsonl, .html or .xlsx")
		return
	}
	switch err := out.Free(); {
	case err == nil:
		a.export(what, out)
		return
	case !errors.Is(err, fs.ErrExist):
		a.foot.say(err.Error())
		return
	}
	a.openLine(&line{
		scope: keys.ScopeCommand, label: "it exists; replace it? y or n: ",
		enter: func(answer string) {
			if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
				out.Force = true
				a.export(what, out)
			} else {
				a.foot.say("nothing is exported: " + path + " stays as it is")
			}
		},
	}, "")
}

// export writes beside the screen: a million lines take a while.
func (a *app) export(what *exportable, out report.Output) {
	a.foot.say("writing " + out.File)
	a.pending.waiting++
	a.files.running.Add(1)
	go func() {
		defer term.Guard(a.screen)
		files, err := what.write(a.ctx, out)
		a.files.ended(a.ctx, out.File, err)
		a.update(func() bool {
			a.pending.waiting--
			if err != nil {
				a.foot.say(err.Error())
			} else {
				for i := range files {
					files[i] = filepath.Base(files[i])
				}
				a.foot.say(fmt.Sprintf("%s records written to %s", safe.Thousands(what.records), strings.Join(files, " and ")))
			}
			return true
		})
	}()
}

// writing are the files that are being written beside the screen. They end with
// it, and whoever leaves waits for them: none may be left half written.
type writing struct {
	running sync.WaitGroup
	mu      sync.Mutex
	lost    error // of those that the end of the screen broke off
}

// ended notes that the writing of a file has come to its end.
func (w *writing) ended(ctx context.Context, path string, err error) {
	defer w.running.Done()
	if err != nil && ctx.Err() != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lost = errors.Join(w.lost, fmt.Errorf("nothing was written to %s: the program was left before it was whole", path))
	}
}

// wait returns when nothing is being written any more, and says what was broken
// off. The screen has ended.
func (w *writing) wait() error {
	w.running.Wait()
	return w.lost
}
