package export

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/hybrid"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

func fillRun(_ context.Context, r *run, yield func(*runRow) error) error {
	st := &r.s.State
	row := runRow{
		RunID: r.id, SnapshotAt: r.at.UnixMicro(), Source: r.ev.Source, Server: r.ev.Server, BoundAccount: r.ev.Account,
		Complete: r.ev.Complete, Reason: strings.Join(r.ev.Incomplete, "; "), Exchange: r.ev.Exchange, ToolVersion: r.version, SchemaVersion: SchemaVersion,
	}
	if strings.HasPrefix(st.Source, "ldap") {
		row.EndedAt = micros(st.Ended)
	}
	if st.USN != 0 {
		row.USN = &st.USN
	}
	for _, d := range r.s.Forest.Domains {
		if d.Root {
			row.Forest = r.hide.Text(model.ContentHost, d.DNS)
		}
	}
	return yield(&row)
}

func fillTargets(_ context.Context, r *run, yield func(*targetRow) error) error {
	s, reads := r.s, coverage.NewReadability(r.s)
	for _, id := range r.targets() {
		o := s.Record(id)
		kind := grant.OnSecurity(o)
		t := kind.TargetOf(s, id).Target
		row := targetRow{
			RunID: r.id, TargetGUID: model.GUIDText(o.GUID), ObjectType: view.TypeOfKind(kind).Flag, TargetName: t.Name, TargetDomain: t.Domain,
			TargetDN: t.DN, TargetSID: model.SIDText(t.SID), TargetType: t.Type, TargetState: t.State, StoreName: t.Store,
			SendAsRead: reads.Word(coverage.OwnList, o), Premises: s.PremisesOf(id).String(),
		}
		row.UPN, row.PrimarySMTP = mailNames(s, id)
		switch {
		case o.HasMailbox():
			row.ServerName, row.Exchange = s.CN(s.HomeServer(o)), cmp.Or(t.Exchange, unknown)
			row.Authority = cmp.Or(s.VersionOf(o).Authority(), unknown)
			if store := s.At(o.Home); store != 0 {
				row.StoreGUID = model.GUIDText(s.Record(store).GUID)
			}
		case o.IsStore():
			row.StoreName, row.ServerName = t.Name, s.CN(s.ServerOf(o))
		}
		if o.HasMailbox() || t.Type == model.UnknownType {
			row.ACLRead = reads.Word(coverage.MailboxList, o)
		}
		if o.Recipient != model.NoRecipient {
			row.OnBehalfRead = reads.Word(coverage.DelegatesList, o)
		}
		if err := yield(&row); err != nil {
			return err
		}
	}
	return nil
}

// unknown stands where something applies and was not read: null would say that it
// does not apply.
const unknown = "unknown"

// mailNames are the names by which an account is known elsewhere. An account has a
// userPrincipalName or not, which its absence does not tell; a recipient has an
// address.
func mailNames(s *model.Snapshot, id model.ObjectID) (upn, smtp string) {
	upn, smtp = s.MailNames(id)
	switch o := s.Record(id); {
	case o.Recipient != model.NoRecipient:
		return cmp.Or(upn, whether(o.IsPrincipal() && o.Class != model.ClassGroup)), cmp.Or(smtp, unknown)
	case o.Class == model.ClassUser:
		return cmp.Or(upn, unknown), smtp
	}
	return upn, smtp
}

// whether is unknown where something applies.
func whether(applies bool) string {
	if applies {
		return unknown
	}
	return ""
}

func fillTrustees(_ context.Context, r *run, yield func(*trusteeRow) error) error {
	type named struct {
		sid string
		id  model.TrusteeID
	}
	var all []named
	for _, id := range r.s.Trustees() {
		all = append(all, named{r.sidKey(r.s.SIDOf(id.SID())), id})
	}
	slices.SortFunc(all, func(a, b named) int { return strings.Compare(a.sid, b.sid) })
	for _, t := range all {
		p := r.s.Principal(t.id)
		row := trusteeRow{
			RunID: r.id, TrusteeSID: model.SIDText(p.SID), TrusteeName: p.Name, TrusteeDomain: p.Domain, TrusteeGUID: model.GUIDText(p.GUID),
			TrusteeKind: p.Kind, TrusteeState: p.State, TrusteeLabel: r.hide.Phrase(p.Label),
		}
		if id := r.s.TrusteeRecordID(t.id); id != 0 {
			row.Premises = r.s.PremisesOf(id).String()
			row.UPN, row.PrimarySMTP = mailNames(r.s, id)
			row.LastLogonAt = micros(r.s.LastLogon(id))
		}
		if err := yield(&row); err != nil {
			return err
		}
	}
	return nil
}

func fillEntries(_ context.Context, r *run, yield func(*entryRow) error) error {
	m, masks, sids := grant.NewMaker(r.s), map[string]*int64{}, sidTexts{}
	var row entryRow
	for _, id := range r.targets() {
		guid := model.GUIDText(r.s.Record(id).GUID)
		err := m.Of(id, func(e *grant.Row) error {
			mask, known := masks[e.Mask]
			if !known {
				if n, err := strconv.ParseUint(e.Mask, 0, 32); err == nil {
					wide := int64(n)
					mask = &wide
				}
				masks[e.Mask] = mask
			}
			row = entryRow{
				RunID: r.id, TargetGUID: guid, TargetName: e.Target.Name, ObjectType: view.TypeOfKind(e.Ref.Kind()).Flag, StoreName: e.Target.Store,
				ACLType: e.ACLType, ACEIndex: int32(e.Index), TrusteeSID: sids.of(e.Trustee.SID), TrusteeName: e.Trustee.Name, TrusteeKind: e.Trustee.Kind,
				RightName: e.Right, Status: e.Status, Inherited: e.Inherited, Stale: e.Stale, ImpliedBy: e.ImpliedBy, AppliesHere: e.AppliesHere,
				AppliesTo: e.AppliesTo, Conditional: e.Conditional, Overruled: e.Overruled, ACEType: e.ACEType, ACEFlags: e.ACEFlags, Mask: mask,
				ObjectGUID: e.ObjectGUID, InheritedObjectGUID: e.InheritedObjectGUID, OriginDN: e.Origin, Authority: cmp.Or(e.Authority, unknown),
			}
			if e.Hidden != 0 {
				row.HiddenBy = hiding.Names[e.Hidden.First()]
			}
			return yield(&row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func fillMemberships(_ context.Context, r *run, yield func(*membershipRow) error) error {
	s, g := r.s, verdict.Of(r.s).Graph()
	type named struct {
		sid string
		id  model.ObjectID
	}
	var groups []named
	for id := range g.Groups {
		groups = append(groups, named{r.sidKey(s.SIDOf(s.Record(id).SID)), id})
	}
	slices.SortStableFunc(groups, func(a, b named) int { return strings.Compare(a.sid, b.sid) })
	down := g.Downward()
	for _, group := range groups {
		o := s.Record(group.id)
		row := membershipRow{RunID: r.id, GroupSID: model.SIDText(s.SIDOf(o.SID)), GroupName: s.ObjectName(o)}
		var failed error
		unread := down.In(group.id, func(m member.Below) bool {
			row.MemberSID, row.MemberName = unknown, s.CN(m.Name)
			if m.ID != 0 {
				in := s.Principal(s.TrusteeOf(s.Record(m.ID).DN))
				row.MemberSID, row.MemberName = model.SIDText(in.SID), in.Name
			}
			row.Direct, row.Depth, row.Path = m.Depth == 1, int32(m.Depth), make([]string, len(m.Between))
			for i, id := range m.Between {
				row.Path[i] = s.ObjectName(s.Record(id))
			}
			failed = yield(&row)
			return failed == nil
		})
		if failed == nil && unread {
			row.MemberSID, row.MemberName, row.Direct, row.Depth, row.Path = unknown, "", true, 1, nil
			failed = yield(&row)
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

func fillTies(ctx context.Context, r *run, yield func(*tieRow) error) error {
	s := r.s
	web, err := hybrid.WebOf(ctx, s)
	if err != nil {
		return err
	}
	mailboxes := web.Mailboxes()
	r.byGUID(mailboxes)
	for _, id := range mailboxes {
		others := web.TiedTo(id)
		r.byGUID(others)
		o := s.Record(id)
		for _, other := range others {
			to := s.Record(other)
			err := yield(&tieRow{
				RunID: r.id, MailboxGUID: model.GUIDText(o.GUID), TiedGUID: model.GUIDText(to.GUID), MailboxName: s.ObjectName(o), TiedName: s.ObjectName(to),
				MailboxDN: s.DNText(o.DN), TiedDN: s.DNText(to.DN),
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func fillCoverage(_ context.Context, r *run, yield func(*coverageRow) error) error {
	for _, c := range coverage.Of(r.s) {
		err := yield(&coverageRow{
			RunID: r.id, ObjectType: c.ObjectType, Found: int64(c.Found), Decoded: int64(c.Decoded), Absent: int64(c.Absent),
			Unreadable: int64(c.Unreadable), Unknown: int64(c.Unknown), Undecodable: int64(c.Undecodable), Complete: c.Complete, Reason: c.Reason,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func fillFindings(ctx context.Context, r *run, yield func(*findingRow) error) error {
	q := finding.Query{}
	if r.changes != nil {
		q.Since = r.changes.Comparison
	}
	list, err := finding.Find(ctx, r.s, q, nil)
	if err != nil {
		return err
	}
	for i := range list.Len() {
		f := list.At(i)
		since, _ := f.Since()
		err := yield(&findingRow{
			RunID: r.id, Severity: f.Severity.String(), Rule: f.Rule.Name, TargetName: f.Target.Name, TargetDN: f.Target.DN, TrusteeName: f.Trustee.Name,
			TrusteeSID: model.SIDText(f.Trustee.SID), Count: int64(f.Count), Detail: r.hide.Phrase(f.Detail), Remedy: f.Rule.Remedy,
			Since: micros(since), TargetGUID: model.GUIDText(f.Target.GUID),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func fillChanges(_ context.Context, r *run, yield func(*changeRow) error) error {
	for i := range r.changes.Len() {
		c := r.changes.Change(i)
		err := yield(&changeRow{
			RunID: r.id, Change: c.Change, Kind: c.Kind, TargetName: c.Target.Name, TargetGUID: model.GUIDText(c.TargetGUID), TrusteeName: c.Trustee.Name,
			TrusteeSID: model.SIDText(c.Trustee.SID), RightName: c.Right, Status: c.Status, Old: r.hide.Phrase(c.Old), New: r.hide.Phrase(c.New),
			Reach: int64(c.Reach), Inherited: c.Inherited, ObjectType: c.ObjectType, ACLType: c.ACLType, TargetDomain: c.Target.Domain, TargetDN: c.Target.DN,
			TargetType: c.TargetType, TrusteeDomain: c.Trustee.Domain, TrusteeDN: c.Trustee.DN, TrusteeKind: c.Trustee.Kind,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
