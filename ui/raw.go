package ui

import (
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// aceLines is the ACE of a row, field by field as it is stored ([MS-DTYP] 2.4.4).
func aceLines(s *model.Snapshot, row *grant.Row, raw *view.RawACL) []widget.Line {
	var f sheetLines
	f.add("Right", row.Text)
	f.add("Status", rowStatus(row))
	f.add("On", who(raw.Object))
	f.add("For", who(row.Trustee))
	f.add("Applies to", row.AppliesTo)
	f.add("Set on", originText(row))
	f.add("Not shown at first", reasonsText(row))
	f.add("Attribute", raw.Attribute)
	d, err := acl.Parse(raw.Bytes)
	if row.NullDACL {
		f.add("ACE", "none: the descriptor has no DACL ("+d.DACLState().String()+"), and so everyone holds every right ([MS-DTYP] 2.5.3.2)")
		return f
	}
	n := 0
	for ace := range d.DACL() {
		if n == raw.Pos {
			f.add("Position", fmt.Sprintf("%d of %d, counted from 0: %d", n+1, d.DACLLen(), n))
			fieldLines(&f, s, raw, ace)
		}
		n++
	}
	if err != nil {
		f.say("Damaged", err.Error(), widget.StyleWarning)
	}
	return f
}

func rowStatus(row *grant.Row) string {
	switch {
	case row.Overruled:
		return "Deny (overridden): an earlier entry allows the same trustee the same"
	case row.Status == "":
		return "neither allows nor denies"
	}
	return row.Status
}

// originText says where an entry is set.
func originText(row *grant.Row) string {
	switch {
	case row.Stale:
		return "an older store: an inherited entry inside a stored mailbox ACL (inferred)"
	case row.Origin != "":
		return row.Origin
	}
	return "this object"
}

// reasonsText says why a row is hidden until a toggle shows it.
func reasonsText(row *grant.Row) string {
	if row.Hidden == 0 {
		return ""
	}
	text := strings.ReplaceAll(row.Hidden.String(), "+", ", ")
	if row.ImpliedBy != "" {
		text += ": it follows from " + row.ImpliedBy
	}
	return text
}

var flagWords = [8]string{
	"object inherit: to objects that hold no others", "container inherit: to objects below", "no propagate: to direct children only",
	"inherit only: not for this object itself", "inherited from an object above", "critical", "successful access (audit)", "failed access (audit)",
}

// fieldLines are the fields of an ACE.
func fieldLines(f *sheetLines, s *model.Snapshot, raw *view.RawACL, ace acl.ACE) {
	f.head("As stored")
	f.add("Type", fmt.Sprintf("0x%02x  %s", uint8(ace.Type), ace.Type))
	f.add("Flags", strings.TrimSpace(fmt.Sprintf("0x%02x  %s", uint8(ace.Flags), ace.Flags)))
	for i, words := range flagWords {
		if bit := acl.ACEFlags(1 << i); ace.Flags&bit != 0 {
			f.add(fmt.Sprintf("  0x%02x", uint8(bit)), bit.String()+"  "+words)
		}
	}
	f.add("Mask", fmt.Sprintf("0x%08x", uint32(ace.Mask)))
	maskLines(f, ace.Mask, raw.Mailbox)
	guid := func(label string, g acl.GUID, mask acl.Mask) {
		name, kind := view.GUIDName(s, g, mask)
		if name == g.String() {
			name = "no name for it was read"
		}
		f.add(label, strings.TrimSpace(g.String()+"  "+name+"  "+kind))
	}
	if ace.HasObjectType {
		guid("Object type", ace.ObjectType, ace.Mask)
	}
	if ace.HasInheritedObjectType {
		guid("Inherited by class", ace.InheritedObjectType, 0)
	}
	if trustee := ace.Trustee(); !trustee.IsZero() {
		f.add("SID", trustee.String())
	}
	if text, ok := sddl.Condition(ace); ok {
		f.add("Condition", text+"  (only a server can say whether it holds)")
	} else if ace.IsCallback() {
		f.say("Condition", "not readable: see the bytes", widget.StyleWarning)
	}
	f.add("SDDL", sddl.FormatACE(ace))
	f.head(fmt.Sprintf("Bytes: %d", len(ace.Raw)))
	*f = append(*f, hexLines(ace.Raw)...)
}

// maskLines names the bits of a mask in the sense of its list: 0x1 is Full
// Access in a mailbox ACL and Create Child in the directory.
func maskLines(f *sheetLines, m acl.Mask, mailbox bool) {
	table := acl.ADRights[:]
	if mailbox {
		table = acl.MailboxRights[:]
	}
	for _, r := range table {
		if m&r.Mask != 0 {
			f.add(fmt.Sprintf("  0x%08x", uint32(r.Mask)), r.Name)
			m &^= r.Mask
		}
	}
	if m != 0 {
		f.add(fmt.Sprintf("  0x%08x", uint32(m)), "no name here")
	}
}

// descriptorSheet is a whole descriptor ([MS-DTYP] 2.4.6), with the entry that
// the row is about marked and in view.
func descriptorSheet(s *model.Snapshot, title string, raw *view.RawACL) widget.Sheet {
	var f sheetLines
	d, err := acl.Parse(raw.Bytes)
	f.add("Attribute", raw.Attribute)
	f.add("On", who(raw.Object))
	f.add("DN", raw.Object.DN)
	if err != nil {
		f.say("Damaged", err.Error(), widget.StyleWarning)
	}
	f.add("Control", fmt.Sprintf("0x%04x  %s", uint16(d.Control()), strings.ReplaceAll(d.Control().String(), "|", " | ")))
	f.add("Owner", ownerText(raw.Owner))
	f.add("Group", ownerText(raw.Group))
	order := ""
	if ok, at := d.Canonical(); !ok {
		order = fmt.Sprintf(", not in canonical order from entry %d on", at+1)
	}
	f.add("DACL", fmt.Sprintf("%s, entries: %d%s", d.DACLState(), d.DACLLen(), order))
	at := 0
	n := 0
	for ace := range d.DACL() {
		mark, style := "  ", widget.StyleText
		if ace.Denies() {
			style = widget.StyleDeny
		}
		if n == raw.Pos {
			mark, style = "▸ ", widget.StyleTitle
			at = len(f)
		}
		f.say(fmt.Sprintf("%s%d", mark, n+1), entryText(s, raw, n, ace), style)
		n++
	}
	if d.SACLState() != acl.ACLAbsent {
		f.add("SACL", fmt.Sprintf("%s, entries: %d", d.SACLState(), d.SACLLen()))
	}
	f.head("SDDL")
	f.add("", sddl.Format(d.Parts()))
	f.head(fmt.Sprintf("Bytes: %d", len(raw.Bytes)))
	f = append(f, hexLines(raw.Bytes)...)
	return widget.Sheet{Title: title, Text: widget.Still(f...), Show: at}
}

func ownerText(p model.Principal) string {
	if p.SID.IsZero() {
		return "none"
	}
	return who(p)
}

// entryText is an entry of a list in one line.
func entryText(s *model.Snapshot, raw *view.RawACL, n int, ace acl.ACE) string {
	parts := []string{ace.Type.String()}
	if n < len(raw.Trustees) {
		parts = append(parts, who(raw.Trustees[n]))
	}
	if ace.Flags != 0 {
		parts = append(parts, ace.Flags.String())
	}
	parts = append(parts, fmt.Sprintf("0x%08x", uint32(ace.Mask)))
	if names := maskNames(ace.Mask, raw.Mailbox); names != "" {
		parts = append(parts, names)
	}
	if ace.HasObjectType {
		name, _ := view.GUIDName(s, ace.ObjectType, ace.Mask)
		parts = append(parts, "of "+name)
	}
	if ace.HasInheritedObjectType {
		name, _ := view.GUIDName(s, ace.InheritedObjectType, 0)
		parts = append(parts, "for class "+name)
	}
	return strings.Join(parts, "  ")
}

// maskNames names a mask in one line.
func maskNames(m acl.Mask, mailbox bool) string {
	if !mailbox {
		if m == acl.FullControl {
			return "FullControl"
		}
		return strings.Join(m.ADNames(), ", ")
	}
	var names []string
	for _, r := range acl.MailboxRights {
		if m&r.Mask != 0 {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// hexLines shows bytes, sixteen in a line, with the offset before them.
func hexLines(b []byte) (lines []widget.Line) {
	for at := 0; at < len(b); at += 16 {
		row := b[at:min(at+16, len(b))]
		var text strings.Builder
		for i, c := range row {
			if i == 8 {
				text.WriteByte(' ')
			}
			fmt.Fprintf(&text, "%02x ", c)
		}
		lines = append(lines, widget.Line{Text: fmt.Sprintf("%06x  %s", at, strings.TrimRight(text.String(), " ")), Style: widget.StyleMuted})
	}
	return lines
}
