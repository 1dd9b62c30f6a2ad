package ui

import (
	"context"

	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// roleSheets is all about a role assignment: itself, and who has it.
func roleSheets(ctx context.Context, res *view.Result, row int) []widget.Sheet {
	sheets := []widget.Sheet{{Title: "Assignment", Text: widget.Still(factLines(res.RoleFacts(row))...)}}
	if k := res.TrusteeKey(row); !k.IsZero() {
		sheets = append(sheets, cardSheet(ctx, res.Snapshot, "Assignee", k))
	}
	return sheets
}

func factLines(facts []view.RoleFact) []widget.Line {
	var f sheetLines
	for _, fact := range facts {
		switch {
		case fact.Label != "" && fact.Text == "":
			f.head(fact.Label)
		case fact.Warning:
			f.say(fact.Label, fact.Text, widget.StyleWarning)
		default:
			f.say(fact.Label, fact.Text, widget.StyleText)
		}
	}
	return f
}
