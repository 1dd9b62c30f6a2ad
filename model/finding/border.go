package finding

import (
	"fmt"

	"mbxperm/model"
	"mbxperm/model/hybrid"
)

// The rules about the border between an organisation and its half in Exchange Online.

const borderBlind = "What is set in Exchange Online is not in LDAP. The rules of the border are documented for hybrid deployments and were not tried against Exchange Online (inferred)."

var acrossBorder = &Rule{Name: "across-border", Group: Border, Severity: Medium, Counts: "grants",
	Text:    "a grant has its two ends on different premises, and does not work, or not surely",
	Means:   "Once one of the two has moved, what the other was given is not there any more, in whole or in part, and nothing says so.",
	Decided: "One end is a mailbox here and the other one in Exchange Online. Medium where it does not work, low where Full Access works and Outlook does not open the mailbox by itself, else info: whether it works is not known. What works is no finding.",
	Blind:   borderBlind,
	Remedy:  "move both in one batch (report hybrid --list batches); make the mailbox in Exchange Online ACLable; set Send-As there too",
}

var notACLable = &Rule{Name: "not-aclable", Group: Border, Severity: Low,
	Text:    "a mailbox in Exchange Online cannot be given rights on mailboxes here",
	Means:   "A right that is given to it is taken without a complaint and does not work.",
	Decided: "msExchRecipientDisplayType is -2147483642 and not -1073741818, or -2147482106 and not -1073740282 (KB 4051497).",
	Blind:   "Mailboxes of which the attribute did not come: report hybrid --list not-aclable names them. " + borderBlind,
	Remedy:  "Set-OrganizationConfig -ACLableSyncedObjectEnabled $true for those that move from now on; for each of the others the line of report hybrid --list not-aclable",
}

var borderRules = []*Rule{acrossBorder, notACLable}

// border looks at both sides. Where no mailbox is known to be in Exchange Online there
// are none.
func (r *run) border() {
	if !hybrid.HasRemote(r.s) {
		return
	}
	if r.wants(acrossBorder) {
		all, err := hybrid.Crossings(r.ctx, r.s)
		if err != nil {
			r.err = err
			return
		}
		for i := range all {
			r.crossing(&all[i])
		}
	}
	if r.wants(notACLable) {
		for _, u := range hybrid.NotACLable(r.s) {
			if u.Known {
				r.add(found{rule: notACLable, severity: Low, target: r.s.Record(u.Mailbox).DN, count: 1, rows: 1,
					detail: model.Said(fmt.Sprintf("msExchRecipientDisplayType %d", u.Display))})
			}
		}
	}
}

// crossing takes a grant across the border: all that one has on another is one
// finding, as dangerous as the worst of it.
func (r *run) crossing(c *hybrid.Crossing) {
	severity, bad := map[hybrid.Works]Severity{hybrid.WorksNo: Medium, hybrid.WorksPartly: Low, hybrid.WorksUnknown: Info}[c.Works]
	f := found{rule: acrossBorder, severity: severity, target: r.s.Record(c.Target).DN, who: c.Trustee}
	if !bad || !r.asks(&f) {
		return
	}
	at := r.merge(mergeKey{rule: f.rule, target: f.target, who: f.who}, f)
	at.severity, at.count, at.rows = max(at.severity, severity), at.count+1, at.rows+1
	if len(at.detail) > 0 {
		at.detail = append(at.detail, model.Part{Is: model.PartWord, Text: "; "})
	}
	at.detail = append(at.detail, model.Part{Is: model.PartRight, Text: c.Right}, model.Part{Is: model.PartWord, Text: ": "})
	at.detail = append(at.detail, c.Reason...)
}
