package opengraph

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/finding"
)

// findControls finds who could give himself access. What that is decide the rules of
// findings about one step, and nobody else; those whom Windows and set-up let do so
// are none of them. Who may change the members of a group BloodHound knows itself
// (AddMember, GenericAll and the like on its own nodes of groups), and goes on from
// there to what the group is granted.
func (g *Graph) findControls(ctx context.Context) error {
	var rules []*finding.Rule
	for _, r := range finding.Rules {
		if r.Group == finding.OneStep && r.Severity != finding.Info && r.Name != "can-change-members" {
			rules = append(rules, r)
		}
	}
	list, err := finding.Find(ctx, g.s, finding.Query{Rules: rules}, nil)
	if err == nil {
		g.controls = list
	}
	return err
}

// control makes the edge of such a finding: to the mailbox whose account it is about,
// to a store or a container, or to BloodHound's own node of a group, an OU or a
// domain, from which BloodHound goes on to the accounts in it.
func (e *edges) control(f *finding.Finding) {
	end := ID{}
	if f.Obj != 0 {
		o := e.s.Record(f.Obj)
		switch {
		case o.HasMailbox(), e.above[f.Obj]:
			end = e.ours(f.Obj)
		case o.SID != 0:
			end = e.account(o.SID, o.DN)
		case !o.GUID.IsZero():
			end = ID{GUID: o.GUID, Foreign: true}
		}
	}
	sid := f.TrusteeID.SID()
	if sid == 0 || end.IsZero() {
		e.Skipped++
		return
	}
	at := e.s.Record(f.Obj).DN
	e.begin(Controls, e.account(sid, at), end)
	e.text("rule", f.Rule.Name, model.ContentWord)
	e.text("severity", f.Severity.String(), model.ContentWord)
	e.e.Properties = append(e.e.Properties, Property{"mailboxes", f.Count, 0})
	if len(f.Detail) > 0 {
		e.e.Properties = append(e.e.Properties, Property{"detail", f.Detail, 0})
	}
	e.put()
}
