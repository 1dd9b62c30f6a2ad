package grant

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
)

// OnBehalf is the kind of Send on Behalf of mailboxes: values of publicDelegates, which are
// links and no entries. Each value gives its right, and nothing hides it.
var OnBehalf = &Kind{
	Name: "SendOnBehalf", Target: model.TargetMailbox, ListName: "who may send on its behalf", ByList: true,
	list: inDelegates, linkRows: [2]RowKinds{mailboxBehalfRows, 0},
	opens: func(*model.Snapshot, *model.Record, pool.Right, *pool.ACERecord) Ways { return SendsFor },
	name:  func(*model.Snapshot, pool.Right, *pool.ACERecord) string { return "SendOnBehalf" },
	fill:  fillBehalf,
	empty: (*coverage.Readability).NoDelegates,
}

func fillBehalf(_ *model.Snapshot, _ *model.Record, row *Row) {
	row.Text, row.Status = "Send on Behalf", Allow
	row.AppliesHere, row.AppliesTo = true, "this object"
}
