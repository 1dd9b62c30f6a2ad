package ui

import (
	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// markRepeated marks the columns of the right grid that say in each row what its
// title says: of the rows of one target, its name and its DN.
func markRepeated(columns []widget.Column, q *view.Query) []widget.Column {
	if q.ACEs.Direction() != "forward" || q.AllLines() || q.Type.Doors() || q.Roles() {
		return columns
	}
	of := q.Columns()
	for i := range columns {
		switch of[i].Is {
		case model.ContentTarget:
			columns[i].Repeats = true
		case model.ContentName, model.ContentDN: // of a target that is known by both
			columns[i].Repeats = i < 2
		}
	}
	return columns
}

// Going from column to column.

func (a *app) columnsLeft() {
	g, _ := a.grid()
	g.GoColumns(-1)
}

func (a *app) columnsRight() {
	g, _ := a.grid()
	g.GoColumns(1)
}

func (a *app) whyNoColumnsLeft() string {
	if g, _ := a.grid(); g != nil {
		if left, _ := g.MoreColumns(); !left {
			return "this is the first column"
		}
	}
	return ""
}

func (a *app) whyNoColumnsRight() string {
	if g, _ := a.grid(); g != nil {
		if _, right := g.MoreColumns(); !right {
			return "all columns are shown: L has those that are off"
		}
	}
	return ""
}
