package ui

import (
	"context"
	"strings"

	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// doorSheets are the card of a row that tells of logs, or that of a line of such
// rows: its account's, if it is somebody's.
func doorSheets(ctx context.Context, res *view.Result, row int) []widget.Sheet {
	if res.Query.Rows {
		r := res.Row(row)
		var f sheetLines
		for _, d := range r.Detail() {
			f.add(doorLabel(d.Name), d.Text)
		}
		f.add("", res.Query.Type.Note())
		return []widget.Sheet{{Title: res.Query.Type.Sheet(), Text: widget.Still(f...)}}
	}
	line := res.Line(row)
	var f sheetLines
	f.say("Name", line.Name, principalStyle(&line.Principal))
	f.add("Kind", line.Door.Kind)
	f.add("Rows", safe.Thousands(line.Door.Rows))
	if n := line.Door.Hidden; n > 0 {
		word, _ := res.Query.Type.Aside()
		f.add("Hidden", counted(n, word)+": y shows them")
	}
	f.add("Last", line.Door.Last)
	for _, d := range view.LineDetail(res.Snapshot, line.Key, res.Query.Checks) {
		f.add(doorLabel(d.Name), d.Text)
	}
	f.add("", res.Query.Type.Note())
	sheets := []widget.Sheet{{Title: res.Query.Type.Sheet(), Text: widget.Still(f...)}}
	if k, ok := view.DoorAccount(res.Snapshot, line.Key); ok {
		sheets = append(sheets, cardSheet(ctx, res.Snapshot, "Account", k))
	}
	return sheets
}

// doorLabel is the name of a field as a label.
func doorLabel(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	for _, short := range []string{"ok", "sid", "tls"} {
		if words == short {
			return strings.ToUpper(words)
		}
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
