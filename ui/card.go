package ui

import (
	"cmp"
	"context"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// sheetLines collects lines of a sheet that have something to say.
type sheetLines []widget.Line

func (f *sheetLines) add(label, text string) {
	if text != "" {
		*f = append(*f, widget.Line{Label: label, Text: text})
	}
}

// say adds a line even if it is empty, in a style.
func (f *sheetLines) say(label, text string, style widget.Style) {
	*f = append(*f, widget.Line{Label: label, Text: text, Style: style})
}

func (f *sheetLines) head(text string) {
	if len(*f) > 0 {
		*f = append(*f, widget.Line{})
	}
	*f = append(*f, widget.Line{Text: text, Style: widget.StyleHeader})
}

// who names a principal with its SID, for a line of a sheet.
func who(p model.Principal) string {
	text := model.PrincipalText(p)
	if !p.SID.IsZero() && p.Name != p.SID.String() {
		text += "  " + p.SID.String()
	} else if !p.SID.IsZero() {
		text = p.SID.String() + " (" + p.Kind + ")"
	}
	return text
}

// cardLines is a card in words.
func cardLines(c *view.Card) []widget.Line {
	var f sheetLines
	f.say("Name", c.Name, principalStyle(&c.Principal))
	f.add("Display name", c.Display)
	domain := cmp.Or(c.In.NetBIOS, c.Domain)
	if c.In.DNS != "" {
		domain = strings.TrimSpace(domain + " (" + c.In.DNS + ")")
	}
	f.add("Domain", domain)
	f.add("DN", c.DN)
	if !c.SID.IsZero() {
		f.add("SID", c.SID.String())
	}
	if !c.GUID.IsZero() {
		f.add("objectGUID", c.GUID.String())
	}
	if c.Kind != "" {
		f.say("Kind", c.Kind, principalStyle(&c.Principal))
	}
	f.add("Class", c.Class)
	f.add("Type", c.Type)
	f.add("Hears", map[string]string{
		"true": "authenticated senders alone (msExchRequireAuthToSendTo)", "false": "senders from anywhere",
		"unknown": "not known: msExchRequireAuthToSendTo did not come, and whether it may be read is not shown",
	}[c.SenderAuth])
	f.add("State", stateText(&c.Principal))
	if c.Protected {
		f.add("Protected", "adminCount: AdminSDHolder stamps its ACL again and again, and inheritance is off")
	}
	f.add("Name comes from", c.From)
	if c.Master != nil {
		f.add("Owned by", who(*c.Master)+", the account of a linked mailbox (msExchMasterAccountSid)")
	}
	for i, sid := range c.Former {
		f.say([]string{"Former SIDs", ""}[min(i, 1)], sid.String(), widget.StyleText)
	}
	f.add("Store", c.Store)
	f.add("Store DN", c.StoreDN)
	f.add("Server", c.Server)
	f.add("Exchange", c.Exchange)
	f.add("Authority", authorityText(c))
	if len(c.Connector) > 0 {
		f.head("Connector")
		for _, d := range c.Connector {
			f.add("  "+doorLabel(d.Name), d.Text)
		}
	}
	listLines(&f, c.Lists)
	groupLines(&f, c.Groups)
	return f
}

func stateText(p *model.Principal) string {
	switch p.State {
	case "disabled":
		return "disabled: nobody logs on as it, but its rights stay"
	case "former SID":
		return "a former SID of the account; what it was granted still counts"
	}
	return p.State
}

// authorityText says who decides about a mailbox ACL, with the mark in the grid.
func authorityText(c *view.Card) string {
	switch {
	case c.Trust == "":
		return ""
	case c.Authority == model.AuthorityCopy:
		return "~ " + c.Trust
	case c.Authority == "":
		return "~? " + c.Trust
	}
	return c.Trust
}

// listLines says what became of the lists of rights.
func listLines(f *sheetLines, lists []view.ListState) {
	if len(lists) == 0 {
		return
	}
	f.head("What was read")
	for _, l := range lists {
		text, style := l.State, widget.StyleText
		what := "value"
		if strings.HasSuffix(l.Attribute, "SecurityDescriptor") {
			what = "entry"
		}
		switch {
		case l.Values == 1:
			text += ": 1 " + what
		case l.Values > 0:
			text += ": " + safe.Thousands(l.Values) + " " + strings.ReplaceAll(what, "entry", "entrie") + "s"
		case l.State != "read" && !strings.HasPrefix(l.State, "none"):
			style = widget.StyleWarning
		}
		f.say("  "+shortAttributes[l.Attribute], text, style)
		if l.Changed != "" {
			f.say("", "attribute last changed "+l.Changed, widget.StyleMuted)
		}
	}
}

// shortAttributes names the lists so that they fit beside what is said of them.
var shortAttributes = map[string]string{
	"msExchMailboxSecurityDescriptor": "Mailbox ACL", "nTSecurityDescriptor": "ACL of the object",
	"publicDelegates": "Send on Behalf", "member": "Members",
	"managedBy": "Manager", "msExchCoManagedByLink": "Co-managers", "authOrig": "Accepts from", "dLMemSubmitPerms": "Accepts members",
	"unauthOrig": "Rejects", "dLMemRejectPerms": "Rejects members",
}

// groupLines lists the groups that somebody is in.
func groupLines(f *sheetLines, groups []view.Membership) {
	if len(groups) == 0 {
		return
	}
	f.head("Groups, as far as they were read: " + safe.Thousands(len(groups)))
	for _, m := range groups {
		text := model.PrincipalText(m.Group)
		if m.Through != "" {
			text += "  through " + m.Through
		}
		if m.Note != "" {
			text += "  (" + m.Note + ")"
		}
		if m.Changed != "" {
			text += "  value last changed " + m.Changed + " UTC"
		}
		f.say("  "+m.Group.Domain, text, principalStyle(&m.Group))
	}
}

// whyNoCard says why there is no name, row or change that a card could show.
func (a *app) whyNoCard() string {
	if v := a.changes(); v != nil {
		if _, ok := v.selected(); !ok {
			return "there is no change to show"
		}
		return ""
	}
	g, _ := a.grid()
	if row, ok := g.Selected(); !ok || a.shown(g) == nil || row >= a.shown(g).Len() {
		return "there is no line to show the card of"
	}
	return ""
}

// whyNoRaw says why there is no entry as it is stored.
func (a *app) whyNoRaw() string {
	if v := a.changes(); v != nil && v.of.WhatIf != nil {
		return "a verdict rests on several entries: x shows whom and what it is about"
	}
	return a.whyNoCard()
}

// openCard shows all about the name, the row or the change of the cursor.
func (a *app) openCard() {
	if v := a.changes(); v != nil {
		a.changeCard(v, 0)
		return
	}
	a.cardAt(false)
}

// openRaw is openCard, beginning with what is stored.
func (a *app) openRaw() {
	if v := a.changes(); v != nil {
		a.changeCard(v, -1)
		return
	}
	a.cardAt(true)
}

// cardAt shows what is known of the name that the cursor is on; raw begins with
// the ACE or the descriptor instead.
func (a *app) cardAt(raw bool) {
	g, _ := a.grid()
	row, _ := g.Selected()
	res := a.shown(g)
	a.inBackground("making the card", func(w *awaited) func() {
		var sheets []widget.Sheet
		at := 0
		if res.Query.Type.Doors() {
			sheets = doorSheets(w.ctx, res, row)
		} else if res.Query.Verdicts() {
			sheets, at = verdictSheets(w.ctx, res, row)
		} else if res.IsRole(row) {
			sheets, at = roleSheets(w.ctx, res, row), 0
		} else if res.Query.Rows {
			sheets, at = rowSheets(res.Snapshot, res.Ref(row)), 2
		} else if line := res.Line(row); line.Row != nil {
			sheets, at = append(rowSheets(res.Snapshot, line.Row.Ref), reachSheets(res, row)...), 2
		} else {
			sheets, at = lineSheets(w.ctx, res.Snapshot, line.Key), 1
		}
		if !raw {
			at = 0
		}
		if at >= len(sheets) {
			return func() { a.foot.say("no ACL of it was read: x shows what is known") }
		}
		return func() { a.root.push(widget.NewPage(a.theme, at, sheets...)) }
	})
}

// cardSheet is all that is known of a name, and what it gets into where it is
// somebody who logs on.
func cardSheet(ctx context.Context, s *model.Snapshot, title string, k view.LineKey) widget.Sheet {
	card := view.LineCard(s, k)
	return widget.Sheet{Title: title, Text: widget.Still(append(cardLines(&card), openedLines(ctx, s, k)...)...)}
}

// lineSheets is all about a line: its card and its ACLs.
func lineSheets(ctx context.Context, s *model.Snapshot, k view.LineKey) []widget.Sheet {
	sheets := []widget.Sheet{cardSheet(ctx, s, "Card", k)}
	for _, raw := range view.RawLists(s, k) {
		title := "ACL"
		if raw.Mailbox {
			title = "Mailbox ACL"
		}
		sheets = append(sheets, descriptorSheet(s, title, &raw))
	}
	return sheets
}

// rowSheets is all about a row: trustee, target, ACE and descriptor.
func rowSheets(s *model.Snapshot, ref grant.Ref) []widget.Sheet {
	trustee, target, row := view.TrusteeCard(s, ref), view.TargetCard(s, ref), grant.RowOf(s, ref)
	sheets := []widget.Sheet{
		{Title: "Trustee", Text: widget.Still(cardLines(&trustee)...)},
		{Title: "Target", Text: widget.Still(cardLines(&target)...)},
	}
	raw, ok := view.RawOf(s, ref)
	if !ok {
		return append(sheets, widget.Sheet{Title: "Value", Text: widget.Still(valueLines(&row)...)})
	}
	return append(sheets, widget.Sheet{Title: "ACE", Text: widget.Still(aceLines(s, &row, &raw)...)}, descriptorSheet(s, "Descriptor", &raw))
}

// reachSheets list the containers that a line which is an entry stands for; none where
// that is one alone.
func reachSheets(res *view.Result, row int) []widget.Sheet {
	on := res.Reached(row)
	if len(on) < 2 {
		return nil
	}
	var f sheetLines
	f.head("It stands on " + counted(len(on), "container") + ": where it is set, and below")
	for _, p := range on {
		f.add("", p.DN)
	}
	return []widget.Sheet{{Title: "Reaches", Text: widget.Still(f...)}}
}

// valueLines describes a row that is a value of a link and no ACE.
func valueLines(row *grant.Row) []widget.Line {
	var f sheetLines
	f.add("Right", row.Text)
	f.add("Of", who(row.Target.Principal))
	f.add("To", who(row.Trustee))
	f.say("Attribute", row.Ref.Attribute(), widget.StyleText)
	f.add("Value", row.Trustee.DN)
	f.add("", "A value of a link, not an entry of an ACL: there are no mask, no flags and no order.")
	return f
}
