package ui

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/hybrid"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// whyNoMoves says why nothing moves with what the cursor is on.
func (a *app) whyNoMoves() string {
	if a.changes() != nil {
		return gridsOnly
	}
	if text := a.whyNoCard(); text != "" {
		return text
	}
	if _, ok := a.mailboxHere(); !ok {
		return "mailboxes that are here move together: choose one"
	}
	return ""
}

// mailboxHere is the mailbox of the left grid's line, or of the target of the right
// grid's row.
func (a *app) mailboxHere() (model.ObjectID, bool) {
	g, _ := a.grid()
	row, _ := g.Selected()
	res := a.shown(g)
	id := view.MailboxOf(res, row)
	return id, id != 0 && res.Snapshot.PremisesOf(id) == model.OnPrem
}

// openMoves shows which mailboxes move to Exchange Online with one.
func (a *app) openMoves() {
	id, ok := a.mailboxHere()
	if !ok {
		return
	}
	g, _ := a.grid()
	s := a.shown(g).Snapshot
	a.inBackground("working out which mailboxes rights tie together", func(w *awaited) func() {
		lines, err := movesLines(w.ctx, s, id)
		return func() {
			if err == nil {
				a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "Moves with", Text: widget.Still(lines...)}))
			}
		}
	})
}

// mostMoves bounds how many of the further mailboxes are named.
const mostMoves = 1000

func movesLines(ctx context.Context, s *model.Snapshot, id model.ObjectID) ([]widget.Line, error) {
	web, err := hybrid.WebOf(ctx, s)
	if err != nil {
		return nil, err
	}
	direct, further, _ := web.Neighbours(id)
	var f sheetLines
	o := s.Record(id)
	f.add("Mailbox", model.PrincipalText(s.TargetPrincipal(o)))
	f.add("Premises", s.PremisesOf(id).String())
	switch n := len(direct) + len(further); n {
	case 0:
		f.add("Moves", "alone: no right ties it to another mailbox here")
	case 1:
		f.add("Moves", "with 1 other")
	default:
		f.add("Moves", "with "+safe.Thousands(n)+" others")
	}
	for i := range web.Hubs {
		if h := &web.Hubs[i]; h.Kind == hybrid.HubMailbox && s.TrusteeRecordID(h.Trustee) == id {
			f.say("Hub", "it is tied to "+safe.Thousands(h.Ties)+" mailboxes: none of these ties counts", widget.StyleWarning)
		}
	}
	f.moving(s, "Tied to it by a right, one way or the other: ", direct)
	f.moving(s, "Tied to these: ", further)
	f.head("")
	f.add("", "Whoever ties more than "+safe.Thousands(hybrid.DefaultHub)+" mailboxes is a hub, and ties nothing: report hybrid --list hubs names them, --list batches makes the batches.")
	return f, nil
}

// moving lists mailboxes under a heading.
func (f *sheetLines) moving(s *model.Snapshot, title string, ids []model.ObjectID) {
	if len(ids) == 0 {
		return
	}
	f.head(title + safe.Thousands(len(ids)))
	for i, id := range ids {
		if i == mostMoves {
			f.add("", "and "+safe.Thousands(len(ids)-i)+" more")
			return
		}
		p := s.TargetPrincipal(s.Record(id))
		f.say("  "+p.Domain, model.PrincipalText(p)+"  "+s.TypeName(s.Record(id)), principalStyle(&p))
	}
}
