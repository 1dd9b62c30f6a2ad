package ui

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mbxperm/model/history"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// historyDir is the folder of recordings that what is shown lies in, or that it is
// compared with; empty where there is none. It asks no system: the footer asks it.
func (a *app) historyDir() string {
	if s := a.reading.base; s != nil {
		for _, end := range recordingEnds { // what was recorded stands behind the name
			if name, _, ok := strings.Cut(s.State.Source+" (", end+" ("); ok {
				return filepath.Dir(name)
			}
		}
	}
	switch old := a.options.SinceSource; {
	case old == "":
		return ""
	case isRecording(old):
		return filepath.Dir(old)
	case strings.ContainsRune(old, filepath.Separator): // a folder; a source that is none says so itself
		return old
	}
	return ""
}

// recordingEnds are how the names of recordings end.
var recordingEnds = []string{".ldif.zst", ".ldif.gz", ".ldif"}

func isRecording(name string) bool {
	return slices.ContainsFunc(recordingEnds, func(end string) bool { return strings.HasSuffix(name, end) })
}

func (a *app) whyNoHistory() string {
	switch {
	case a.options.History == nil || a.historyDir() == "":
		return "history wants a folder of recordings: open one, or a recording in it"
	}
	return ""
}

// openHistory shows what the recordings of the folder tell, night after night.
func (a *app) openHistory() {
	dir := a.historyDir()
	a.inBackground("looking through "+dir, func(w *awaited) func() {
		all, notes, err := a.options.History(w.ctx, dir, nil, func(done, n int) {
			a.update(func() bool {
				w.text = "looking through " + dir + ": " + safe.Thousands(done) + " of " + safe.Thousands(n)
				return a.sayAwaited()
			})
		})
		return func() {
			if err != nil {
				a.foot.say(err.Error())
				return
			}
			a.root.push(widget.NewPage(a.theme, 0, historySheets(dir, all, notes)...))
		}
	})
}

// historyWidth is how many readings are drawn at most: what a pane of 40 cells has room
// for beside names and numbers, and twice that where there is more.
const historyWidth = 40

// historySheets are the page: what the numbers were over time, and night by night.
func historySheets(dir string, all []history.Reading, notes []string) []widget.Sheet {
	var over, nights sheetLines
	over.add("Readings", safe.Thousands(len(all))+", "+all[0].Time.Local().Format(time.DateOnly)+" to "+all[len(all)-1].Time.Local().Format(time.DateOnly))
	numbers := make([]int, len(all))
	for _, s := range history.Series {
		for i := range all {
			numbers[i] = s.Of(&all[i])
		}
		least, most := numbers[0], numbers[0]
		for _, n := range numbers {
			least, most = min(least, n), max(most, n)
		}
		over.add(s.Name, history.Spark(numbers, historyWidth)+"  "+
			strings.Join([]string{safe.Thousands(numbers[0]), safe.Thousands(least), safe.Thousands(most), safe.Thousands(numbers[len(numbers)-1])}, " · "))
	}
	over.add("", "Over time; then the first, the least, the greatest and the last.")
	over.add("Folder", dir)
	if len(notes) > 0 {
		over.head("Left out")
		for _, n := range notes {
			over.say("", n, widget.StyleWarning)
		}
	}
	over.head("For sh")
	over.command("Print", "mbxperm "+report.ShLine("report", "history", dir))
	over.command("A line", "mbxperm "+report.ShLine("report", "history", dir, "--target", "NAME", "--trustee", "NAME"))
	nights.head("The newest first")
	for i := len(all) - 1; i >= 0; i-- {
		r := &all[i]
		var parts []string
		for _, s := range history.Series {
			part := safe.Thousands(s.Of(r)) + " " + strings.ReplaceAll(s.Name, "_", " ")
			if i > 0 {
				if d := s.Of(r) - s.Of(&all[i-1]); d > 0 {
					part += " (+" + safe.Thousands(d) + ")"
				} else if d < 0 {
					part += " (-" + safe.Thousands(-d) + ")"
				}
			}
			parts = append(parts, part)
		}
		if !r.Whole {
			parts = append(parts, "not read to its end")
		}
		nights.add(r.Time.Local().Format("2006-01-02 15:04"), strings.Join(parts, " · ")+" · "+r.File)
	}
	return []widget.Sheet{{Title: "History", Text: widget.Still(over...)}, {Title: "Night by night", Text: widget.Still(nights...)}}
}
