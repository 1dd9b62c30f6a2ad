package grant

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// SendAs is the kind of Send-As and Receive-As on a mailbox's account, by name
// or implied by wider rights (exchange-facts 2.1).
var SendAs = &Kind{
	Name: "SendAs-ReceiveAs", Target: model.TargetMailbox, ListName: "the ACL of its account",
	list: inSecurity, sense: pool.SenseSend,
	opens: sendOpens, covers: sendCovers, name: sendRight, fill: fillSend,
}

// sendOpens: Receive-As opens no mailbox there. An entry of an object above
// recipients counts where they inherit it, wherever it applies itself.
func sendOpens(s *model.Snapshot, o *model.Record, r pool.Right, a *pool.ACERecord) Ways {
	if !isSendAs(r) || StandsOnRecipient(o) && !appliesHere(s, o, a) {
		return 0
	}
	return SendsAs
}

func sendCovers(r pool.Right, a, _ *pool.ACERecord) bool { return a.Send&sameRight(r) != 0 }

func sendRight(_ *model.Snapshot, r pool.Right, _ *pool.ACERecord) string {
	if isSendAs(r) {
		return "Send-As"
	}
	return "Receive-As"
}

func fillSend(_ *model.Snapshot, _ *model.Record, row *Row) {
	if !isSendAs(row.Ref.Right) {
		row.Text = "Receive-As (no effect on 2013+)"
	}
}

// isSendAs reports whether a row speaks of Send-As.
func isSendAs(r pool.Right) bool {
	return r == pool.RightSendAs || r == pool.RightSendAsByFull || r == pool.RightSendAsByAll
}

// sameRight returns the bits of ACERecord.Send that speak of the same right,
// named or implied.
func sameRight(r pool.Right) (bits uint16) {
	for i, x := range append(pool.SendRights[:], pool.GroupRights[:]...) {
		if plainRight(x) == plainRight(r) {
			bits |= 1 << i
		}
	}
	return bits
}

// plainRight is a right without how it follows from others.
func plainRight(r pool.Right) pool.Right {
	switch r {
	case pool.RightSendAsByFull, pool.RightSendAsByAll:
		return pool.RightSendAs
	case pool.RightRecvAsByFull, pool.RightRecvAsByAll:
		return pool.RightReceiveAs
	case pool.RightMembersByFull, pool.RightJoin:
		return pool.RightMembers
	}
	return r
}
