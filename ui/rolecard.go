package ui

import (
	"context"

	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// roleSheets is all about a role assignment: itself, and who has it.
func roleSheets(ctx context.Context, res *view.Result, row int) []widget.Sheet {
	var f sheetLines
	for _, fact := range res.RoleFacts(row) {
		switch {
		case fact.Label != "" && fact.Text == "":
			f.head(fact.Label)
		case fact.Warning:
			f.say(fact.Label, fact.Text, widget.StyleWarning)
		default:
			f.say(fact.Label, fact.Text, widget.StyleText)
		}
	}
	sheets := []widget.Sheet{{Title: "Assignment", Text: widget.Still(f...)}}
	if k := res.TrusteeKey(row); !k.IsZero() {
		sheets = append(sheets, cardSheet(ctx, res.Snapshot, "Assignee", k))
	}
	return sheets
}
