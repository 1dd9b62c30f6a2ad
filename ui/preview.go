package ui

import (
	"context"
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

const (
	previewFrom  = 40 // lines of a screen that has room for a preview
	leastPreview = 7  // lines of a preview, with its frame
	mostPreview  = 11 // lines of one above which the pane is full
	mostMembers  = 12 // that a preview names
)

// preview says below the right grid what the entry of its cursor is. It follows
// the cursor: its text is worked out beside the screen, and until it has come the
// one before stays.
type preview struct {
	*tview.Box
	app   *app
	of    previewed // what was asked for last
	lines []widget.Line
}

// previewed is a row of an answer.
type previewed struct {
	res *view.Result
	row any
}

func newPreview(a *app) *preview {
	p := &preview{Box: tview.NewBox(), app: a}
	p.SetBorder(true).SetTitle("Entry").SetTitleAlign(tview.AlignLeft)
	return p
}

// previewHeight is how many lines of the right pane a preview takes: the half that
// rows leave empty, or little where they fill it and the grids stand side by side.
func (r *root) previewHeight(pane int) int {
	a := r.app
	rows := a.right.Rows().Len() + 3
	switch {
	case r.height < previewFrom || r.single() || a.settings().NoPreview:
		return 0
	case pane >= 2*leastPreview && rows <= pane-pane/2:
		return pane / 2
	case r.width >= sideBySide:
		return min(pane/3, mostPreview)
	}
	return 0
}

// Draw draws as much of the text as there is room for.
func (p *preview) Draw(screen tcell.Screen) {
	p.follow()
	p.DrawForSubclass(screen, p)
	x, y, w, h := p.GetInnerRect()
	names := 0
	for _, l := range p.lines {
		names = max(names, safe.Width(l.Label))
	}
	for _, l := range p.lines {
		hang := 0
		if l.Label != "" {
			hang = names + 2
		}
		for i, text := range widget.WrapSafe(safe.Text(l.Text), max(w-2-hang, 1)) {
			if h--; h < 0 {
				return
			}
			if i == 0 {
				widget.PutSafe(screen, x+1, y, safe.Width(l.Label), l.Label, p.app.theme.Style(widget.StyleMuted))
			}
			widget.PutSafe(screen, x+1+hang, y, min(safe.Width(text), w-2-hang), text, p.app.theme.Style(l.Style))
			y++
		}
	}
}

// follow has the text of the row that the cursor is on worked out, if that is
// another than before.
func (p *preview) follow() {
	a := p.app
	res := a.right.result
	row, ok := a.right.Selected()
	if res == nil || !ok || row >= res.Len() {
		p.of, p.lines = previewed{}, nil
		return
	}
	of := previewed{res, res.RowKey(row)}
	if of == p.of {
		return
	}
	p.of = of
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		lines := entryLines(a.ctx, res, row)
		a.update(func() bool {
			a.pending.waiting--
			if p.of != of {
				return false
			}
			p.lines = lines
			return true
		})
	}()
}

// MouseHandler takes the mouse and does nothing.
func (p *preview) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(_ tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		return p.InRect(ev.Position()), nil
	}
}

func (a *app) togglePreview() {
	s := a.settings()
	s.NoPreview = !s.NoPreview
	a.root.arrange()
	if s.NoPreview {
		a.foot.say("no preview: P has it back")
	}
	if err := s.Save(); err != nil {
		a.foot.say(err.Error())
	}
}

func (a *app) whyNoPreview() string {
	switch {
	case a.changes() != nil:
		return "x shows all of a change"
	case a.root.height < previewFrom:
		return fmt.Sprintf("there is room for a preview from %d lines on: v shows the entry", previewFrom)
	case a.root.enlarged:
		return "one grid has all the room: + divides it again"
	}
	return ""
}

// entryLines says of a row what it is, in words and as it is stored, and who is in
// the group it is for.
func entryLines(ctx context.Context, res *view.Result, i int) []widget.Line {
	var f sheetLines
	switch {
	case res.Query.Type.Doors():
		if sheets := doorSheets(ctx, res, i); len(sheets) > 0 {
			return sheets[0].Text()
		}
	case res.Query.Verdicts():
		row := res.Row(i)
		f.add("", row.Verdict.Sentence(row.Question).String())
		f.add("Basis", row.Basis)
		f.add("Via", row.Via)
		f.members(res.Snapshot, res.TrusteeKey(i))
	case res.IsRole(i):
		return roleSheets(ctx, res, i)[0].Text()
	default:
		ref := res.Ref(i)
		row := grant.RowOf(res.Snapshot, ref)
		f.entry(res.Snapshot, &row)
		f.members(res.Snapshot, res.TrusteeKey(i))
	}
	return f
}

// entry says in words and in SDDL what an entry is.
func (f *sheetLines) entry(s *model.Snapshot, row *grant.Row) {
	f.say("", entryWords(row), map[bool]widget.Style{true: widget.StyleDeny}[row.Status == grant.Deny])
	f.add("Applies to", row.AppliesTo)
	f.add("Set on", originText(row))
	f.add("Not shown at first", reasonsText(row))
	raw, ok := view.RawOf(s, row.Ref)
	if !ok {
		f.add("Value of", row.Ref.Attribute())
		return
	}
	d, _ := acl.Parse(raw.Bytes)
	n := 0
	for ace := range d.DACL() {
		if n == raw.Pos {
			f.add("SDDL", sddl.FormatACE(ace))
			f.add("Position", fmt.Sprintf("%d of %d", n+1, d.DACLLen()))
			return
		}
		n++
	}
}

// entryWords is an entry as a sentence, with what stands in its way.
func entryWords(row *grant.Row) string {
	verb := "allows"
	switch row.Status {
	case grant.Deny:
		verb = "denies"
	case "":
		verb = "says of"
	}
	text := fmt.Sprintf("%s %s: %s, on %s.", verb, model.PrincipalText(row.Trustee), row.Text, model.PrincipalText(row.Target.Principal))
	switch {
	case row.NullDACL:
		text += " There is no list: everyone holds every right."
	case row.Overruled:
		text += " An earlier entry allows the same: this one has no effect."
	}
	if !row.AppliesHere {
		text += " Not on this object itself."
	}
	if row.Conditional {
		text += " Only a server can say whether its condition holds."
	}
	if row.Authority == model.AuthorityCopy {
		text += " The store decides: the directory holds a copy."
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// members names who is in the group that a line is.
func (f *sheetLines) members(s *model.Snapshot, key view.LineKey) {
	if key.IsZero() {
		return
	}
	members, total, group, unread := view.GroupMembers(s, key, mostMembers)
	if !group {
		f.add("For", who(view.TrusteeOf(s, key)))
		return
	}
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = model.PrincipalText(m)
	}
	text := safe.Thousands(total) + ": " + strings.Join(names, ", ")
	if total > len(members) {
		text += " …"
	}
	if unread {
		text += " (not all of them were read)"
	}
	f.add("Members", text)
}
