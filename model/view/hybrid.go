package view

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hybrid"
)

// HasRemote reports whether any mailbox is known to be in Exchange Online.
func HasRemote(s *model.Snapshot) bool { return hybrid.HasRemote(s) }

// CrossingLine is a grant whose two ends are on different premises.
type CrossingLine struct {
	hybrid.Crossing
	To, Who model.Principal // target and trustee
}

// NewCrossingLine names both ends.
func NewCrossingLine(s *model.Snapshot, c hybrid.Crossing) CrossingLine {
	return CrossingLine{c, s.TargetPrincipal(s.Record(c.Target)), s.Principal(c.Trustee)}
}

// CrossingFields are the columns of report hybrid.
var CrossingFields = []model.Field[*CrossingLine]{
	{Name: "target", First: true, Is: model.ContentTarget, Value: func(l *CrossingLine) any { return l.To.Name }},
	{Name: "target_premises", Is: model.ContentWord, Value: func(l *CrossingLine) any { return l.TargetPremises.String() }},
	{Name: "trustee", First: true, Is: model.ContentTrustee, Value: func(l *CrossingLine) any { return l.Who.Name }},
	{Name: "trustee_premises", Is: model.ContentWord, Value: func(l *CrossingLine) any { return l.TrusteePremises.String() }},
	{Name: "right_name", First: true, Is: model.ContentRight, Value: func(l *CrossingLine) any { return l.Right }},
	{Name: "works", First: true, Is: model.ContentStatus, Value: func(l *CrossingLine) any { return l.Works.String() }},
	{Name: "reason", Value: func(l *CrossingLine) any { return l.Reason }},
	{Name: "target_domain", Is: model.ContentName, Aside: true, Value: func(l *CrossingLine) any { return l.To.Domain }},
	{Name: "target_sid", Is: model.ContentSID, Aside: true, Order: true, Value: func(l *CrossingLine) any { return model.SIDText(l.To.SID) }},
	{Name: "target_guid", Is: model.ContentGUID, Aside: true, Value: func(l *CrossingLine) any { return model.GUIDText(l.To.GUID) }},
	{Name: "trustee_domain", Is: model.ContentName, Aside: true, Value: func(l *CrossingLine) any { return l.Who.Domain }},
	{Name: "trustee_sid", Is: model.ContentSID, Aside: true, Value: func(l *CrossingLine) any { return model.SIDText(l.Who.SID) }},
	{Name: "trustee_kind", Is: model.ContentWord, Aside: true, Value: func(l *CrossingLine) any { return l.Who.Kind }},
}

// UnlistedLine is a remote mailbox that cannot be given rights.
type UnlistedLine struct {
	hybrid.Unlisted
	model.Principal
	Type string
}

// NewUnlistedLine names it.
func NewUnlistedLine(s *model.Snapshot, u hybrid.Unlisted) UnlistedLine {
	o := s.Record(u.Mailbox)
	return UnlistedLine{u, s.TargetPrincipal(o), s.TypeName(o)}
}

// UnlistedFields are the columns of report hybrid --list not-aclable.
var UnlistedFields = []model.Field[*UnlistedLine]{
	{Name: "mailbox", Is: model.ContentTarget, Value: func(l *UnlistedLine) any { return l.Name }},
	{Name: "domain", Is: model.ContentName, Value: func(l *UnlistedLine) any { return l.Domain }},
	{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *UnlistedLine) any { return model.SIDText(l.SID) }},
	{Name: "guid", Is: model.ContentGUID, Aside: true, Value: func(l *UnlistedLine) any { return model.GUIDText(l.GUID) }},
	{Name: "type", Is: model.ContentWord, Value: func(l *UnlistedLine) any { return l.Type }},
	{Name: "aclable", Is: model.ContentStatus, Value: func(l *UnlistedLine) any {
		if l.Known {
			return "no"
		}
		return "unknown"
	}},
	{Name: "display_type", Is: model.ContentWord, Value: func(l *UnlistedLine) any {
		if l.Known {
			return int(l.Display)
		}
		return nil
	}},
	{Name: "reason", Value: func(l *UnlistedLine) any { return model.Said(l.Unlisted.Reason()) }},
	{Name: "remedy", Is: model.ContentSentence, Value: func(l *UnlistedLine) any { return l.Remedy(l.GUID) }},
}

// MovingLine is a mailbox of a migration batch.
type MovingLine struct {
	hybrid.Moving
	model.Principal
	UPN, PrimarySMTP string
	TiedBy, TornFrom model.Phrase
	FirstGUID        acl.GUID // of Moving.First
}

// NewMovingLine names it and what it is tied to.
func NewMovingLine(s *model.Snapshot, m hybrid.Moving) MovingLine {
	l := MovingLine{Moving: m, Principal: s.TargetPrincipal(s.Record(m.Mailbox)), TiedBy: NameSome(s, m.Tied), TornFrom: NameSome(s, m.Torn), FirstGUID: s.Record(m.First).GUID}
	l.UPN, l.PrimarySMTP = s.MailNames(m.Mailbox)
	return l
}

// mostNamed bounds how many names stand in one cell.
const mostNamed = 5

// NameSome names objects, and counts those for which there is no room.
func NameSome(s *model.Snapshot, ids []model.ObjectID) (out model.Phrase) {
	for i, id := range ids {
		if i == mostNamed {
			return append(out, model.Part{Is: model.PartWord, Text: fmt.Sprintf(" and %d more", len(ids)-i)})
		}
		if i > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: ", "})
		}
		out = append(out, model.Part{Is: model.PartName, Text: s.ObjectName(s.Record(id))})
	}
	return out
}

// MovingFields are the columns of report hybrid --list batches.
var MovingFields = []model.Field[*MovingLine]{
	{Name: "batch", First: true, Value: func(l *MovingLine) any { return l.Batch }},
	{Name: "mailbox", First: true, Is: model.ContentTarget, Value: func(l *MovingLine) any { return l.Name }},
	{Name: "upn", Is: model.ContentAccount, Value: func(l *MovingLine) any { return l.UPN }},
	{Name: "primary_smtp", Is: model.ContentAccount, Value: func(l *MovingLine) any { return l.PrimarySMTP }},
	{Name: "tied_by", First: true, Value: func(l *MovingLine) any { return l.TiedBy }},
	{Name: "ties", First: true, Value: func(l *MovingLine) any { return len(l.Tied) + len(l.Torn) }},
	{Name: "torn", Value: func(l *MovingLine) any { return len(l.Torn) }},
	{Name: "torn_from", Value: func(l *MovingLine) any { return l.TornFrom }},
	{Name: "moves_with", Value: func(l *MovingLine) any { return l.With }},
	{Name: "domain", Is: model.ContentName, Aside: true, Value: func(l *MovingLine) any { return l.Domain }},
	{Name: "sid", Is: model.ContentSID, Aside: true, Order: true, Value: func(l *MovingLine) any { return model.SIDText(l.SID) }},
	{Name: "guid", Is: model.ContentGUID, Aside: true, Value: func(l *MovingLine) any { return model.GUIDText(l.GUID) }},
	{Name: "first_guid", Is: model.ContentGUID, Aside: true, Value: func(l *MovingLine) any { return model.GUIDText(l.FirstGUID) }},
}

// TieLine is a mailbox and another one that it is tied to.
type TieLine struct{ Mailbox, To model.Principal }

// NewTieLine names both.
func NewTieLine(s *model.Snapshot, mailbox, to model.ObjectID) TieLine {
	return TieLine{s.TargetPrincipal(s.Record(mailbox)), s.TargetPrincipal(s.Record(to))}
}

// TieFields are the columns of report hybrid --list ties.
var TieFields = []model.Field[*TieLine]{
	{Name: "mailbox", First: true, Is: model.ContentTarget, Value: func(l *TieLine) any { return l.Mailbox.Name }},
	{Name: "tied_to", First: true, Is: model.ContentTarget, Value: func(l *TieLine) any { return l.To.Name }},
	{Name: "domain", Is: model.ContentName, Value: func(l *TieLine) any { return l.Mailbox.Domain }},
	{Name: "tied_domain", Is: model.ContentName, Value: func(l *TieLine) any { return l.To.Domain }},
	{Name: "sid", Is: model.ContentSID, Aside: true, Order: true, Value: func(l *TieLine) any { return model.SIDText(l.Mailbox.SID) }},
	{Name: "guid", Is: model.ContentGUID, Aside: true, Value: func(l *TieLine) any { return model.GUIDText(l.Mailbox.GUID) }},
	{Name: "dn", Is: model.ContentDN, Aside: true, Value: func(l *TieLine) any { return l.Mailbox.DN }},
	{Name: "tied_sid", Is: model.ContentSID, Aside: true, Value: func(l *TieLine) any { return model.SIDText(l.To.SID) }},
	{Name: "tied_guid", Is: model.ContentGUID, Aside: true, Value: func(l *TieLine) any { return model.GUIDText(l.To.GUID) }},
	{Name: "tied_dn", Is: model.ContentDN, Aside: true, Value: func(l *TieLine) any { return l.To.DN }},
}

// HubLine is what was cut because it ties too much.
type HubLine struct {
	hybrid.Hub
	model.Principal
}

// NewHubLine names it.
func NewHubLine(s *model.Snapshot, h hybrid.Hub) HubLine { return HubLine{h, s.Principal(h.Trustee)} }

// HubFields are the columns of report hybrid --list hubs.
var HubFields = []model.Field[*HubLine]{
	{Name: "hub", Is: model.ContentTrustee, Value: func(l *HubLine) any { return l.Name }},
	{Name: "domain", Is: model.ContentName, Value: func(l *HubLine) any { return l.Domain }},
	{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *HubLine) any { return model.SIDText(l.SID) }},
	{Name: "kind", Is: model.ContentWord, Value: func(l *HubLine) any { return l.Hub.Kind }},
	{Name: "ties", Value: func(l *HubLine) any { return l.Ties }},
	{Name: "on", Value: func(l *HubLine) any { return l.On }},
	{Name: "reason", Value: func(l *HubLine) any { return model.Said(hubReason(&l.Hub)) }},
}

func hubReason(h *hybrid.Hub) string {
	switch h.Kind {
	case hybrid.HubEverybody:
		return fmt.Sprintf("it names everybody: its entries on %d mailboxes tie nothing", h.On)
	case hybrid.HubGroup:
		return fmt.Sprintf("%d of its members have a mailbox here: its entries on %d mailboxes tie nothing", h.Ties, h.On)
	}
	return fmt.Sprintf("it is tied to %d mailboxes: none of these ties counts", h.Ties)
}

// MailboxOf is the mailbox that a line is, or that a row is on; 0 for none.
func MailboxOf(r *Result, row int) model.ObjectID {
	id := model.ObjectID(0)
	if r.Query.Type.Doors() || r.Query.Roles() {
		return 0
	}
	if !r.Query.Rows {
		id = r.Line(row).Key.find(r.Snapshot).obj
	} else if l := r.Row(row); l.Verdict != nil {
		id = l.Verdict.Mailbox
	} else {
		id = r.Ref(row).Obj
	}
	if id != 0 && r.Snapshot.Record(id).HasMailbox() {
		return id
	}
	return 0
}
