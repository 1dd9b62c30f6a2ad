package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/ui/report"
)

// startExport asks for the file that the grid in use is to be written to. Its
// ending says how.
func (a *app) startExport() {
	g, _ := a.grid()
	res := a.shown(g)
	if res == nil {
		a.foot.say("there is nothing to export yet")
		return
	}
	a.openLine(&line{
		scope: scopeCommand, label: "export to ", key: a.pathKey,
		enter: func(path string) { a.exportTo(res, expandHome(strings.TrimSpace(path))) },
	}, exportName(res, a.news.now()))
}

// exportName proposes a name: what it is, where from, and the day.
func exportName(res *model.Result, now time.Time) string {
	what := "totals"
	if res.Query.Rows {
		what = "aces"
	}
	return fileName(res.Snapshot.State.Source) + "-" + res.Query.Type.Flag + "-" + what + now.Format("-2006-01-02") + ".csv"
}

// exportTo writes what is shown, after a question if there is a file already.
func (a *app) exportTo(res *model.Result, path string) {
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
	case err != nil || format == report.Table:
		a.foot.say("the ending says how to write it: .csv, .json, .jsonl, .html or .xlsx")
		return
	}
	if out.Free() == nil {
		a.export(res, out)
		return
	}
	a.openLine(&line{
		scope: scopeCommand, label: "it exists; replace it? y or n: ",
		enter: func(answer string) {
			if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
				out.Force = true
				a.export(res, out)
			} else {
				a.foot.say("nothing is exported: " + path + " stays as it is")
			}
		},
	}, "")
}

// export writes beside the screen: a million lines take a while.
func (a *app) export(res *model.Result, out report.Output) {
	a.foot.say("writing " + out.File)
	a.ask.waiting++
	go func() {
		defer guard(a.screen)
		files, err := report.Export(a.ctx, res, a.options.Version, out)
		a.update(func() bool {
			a.ask.waiting--
			if err != nil {
				a.foot.say(err.Error())
			} else {
				for i := range files {
					files[i] = filepath.Base(files[i])
				}
				a.foot.say(fmt.Sprintf("%s records written to %s", report.Thousands(res.Len()), strings.Join(files, " and ")))
			}
			return true
		})
	}()
}
