package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/ui/safe"
)

// CompareExample shows how two sources are compared.
const CompareExample = "  mbxperm compare demo:250:1:0 demo:250:1:30 --format csv -o changes.csv"

// CompareHelp says what the words of a comparison mean. They are a contract.
const CompareHelp = `Objects are matched by GUID, then SID, never by name; by DN only where a source gives neither,
and then it says so. Entries are matched by trustee, kind (allow, deny, ...) and object types.

change is one of
  + added            NEW has it, OLD has not
  - removed          OLD has it, NEW has not, and what held it was read in NEW; of an account: it was not found,
                     though the search for its like was read to the end
  ~ changed          both have it, with another mask, flags, condition or state
  ? not-comparable   one of them does not show it; the old or new column says why

kind, and what right says then:
  ace         an entry of an ACL, a line for each right that it touches
  order       the entries that stayed stand in another order; one line for an ACL
  acl         inheritance (allowed, blocked), owner, dacl (present, null, absent)
  delegate    SendOnBehalf; of other recipients manager, co-manager, accept, accept members of, reject, reject members of
  membership  member, of a group that holds a right, itself or through another group
  account     disabled, enabled, deleted, restored, renamed, moved, moved-store, type-changed, sid-changed,
              linked-account, new-mailbox, mailbox-gone, new-account, account-gone, new-store, store-gone,
              new-container, container-gone, sender-auth (whether authenticated senders alone are heard)
  role        a role assignment: target is the assignment, right the role; or entries, of a role, of which old and new
              name those that only one of them has
  client, relay   of protocol logs: who logs on from an address, or sends through a connector

A role assignment has changed too where its scope takes other mailboxes now, or its role opens them and did not before.
effect says of each change what it did to verdicts: opens 35 more mailboxes for lund. It counts the verdicts that differ between
OLD and NEW and rest on the change in one of them; one that rests on several changes is counted for each. Where none does, it
says so, and why if that goes by the kind; where one of the two was not read, that it is not decidable. An owner does not count
on a mailbox that only one of the two has, and of an account that only one of them has only what it gets beyond everybody.
An inherited entry is compared where it is set, if that was read: one change, and reach counts the
targets that carry a copy. On an entry of a store that opens mailboxes, reach counts the mailboxes in it.
Changes come by weight: Full Access and the right to give it to oneself, Send-As, Send on Behalf, what opens mailboxes from
above, roles, the rest of lists, members, accounts, others; --sort target has them by target, --direction reverse by trustee.
To work that out takes its time, and --columns without effect leaves it out.
On the screen: mbxperm NEW --since OLD.
What the toggles hide is counted on standard error. Of an object that both could not read, nothing is listed: see the
lines on coverage there.`

// tableFields are the first of the fields: what a table has room for. The others
// say no more of the change, only of target and trustee.
const tableFields = 11

// changesData makes a report of changes, under the field names of the contract.
// A table has a sign before each word, and fewer fields. What the changes did to
// verdicts is worked out before the first record, and the evidence says what of that
// rests on none of them; neither where columns leave the effect out.
func changesData(ctx context.Context, r *change.List, format Format, columns []string, ev *Evidence, hide *Redactor) (Data, error) {
	var effects *change.Effects
	if len(columns) == 0 || slices.Contains(columns, change.EffectField) {
		var err error
		if effects, err = r.Comparison.Effects(ctx); err != nil {
			return Data{}, err
		}
	}
	if rest := effects.Rest(); rest != nil {
		ev.Notes = append(ev.Notes, "verdicts that differ, and rest on no change that is listed: "+hide.phrase(rest))
	}
	fields := change.Fields
	if format == Table {
		fields = slices.Clone(fields[:tableFields])
		fields[0].Value = func(x *change.Change) any { return change.Signs[x.Change] + " " + x.Change }
		fields = append(fields, change.Fields[len(change.Fields)-1])
	}
	return NewData("compare", fields, r.Len(), func(i int) change.Change {
		x := r.Change(i)
		if effects != nil {
			x.Effect = r.Effect(effects, i)
		}
		return x
	}), nil
}

// Compared is what the evidence says of a comparison. The counts are those
// within the filters, shown or hidden.
type Compared struct {
	Old           Origin   `json:"old"`
	Banners       []string `json:"banners"` // what stands in the way of comparing the two as equals
	Added         int      `json:"added"`
	Removed       int      `json:"removed"`
	Changed       int      `json:"changed"`
	NotComparable int      `json:"not_comparable"` // one of the two does not show whether it changed
	Summary       string   `json:"summary"`        // of the changes listed, by what they are about, the heaviest first
}

func compared(r *change.List, hide *Redactor) *Compared {
	n := r.Counts
	out := &Compared{Old: originOf(r.Comparison.Old), Banners: []string{},
		Added: n.Added, Removed: n.Removed, Changed: n.Changed, NotComparable: n.NotComparable, Summary: r.Summary().String()}
	for _, b := range r.Comparison.Banners() {
		out.Banners = append(out.Banners, hide.phrase(b))
	}
	return out
}

// facts are those of a comparison for people, before the facts of NEW.
func (c *Compared) facts() []fact {
	all := []fact{{"Changes", fmt.Sprintf("%s added · %s removed · %s changed · %s not comparable",
		safe.Thousands(c.Added), safe.Thousands(c.Removed), safe.Thousands(c.Changed), safe.Thousands(c.NotComparable))}}
	if c.Summary != "" {
		all = append(all, fact{"By weight", c.Summary})
	}
	for _, b := range c.Banners {
		all = append(all, fact{"Warning", b})
	}
	return append(all, c.Old.facts("OLD ")...)
}

// compareGaps says on w what stands in the way of a comparison and what is
// missing from either state, then how many changes there are, under a name of
// theirs. It reports whether something is missing or could not be compared. Where
// it is to be quiet it says only that. hide replaces names; nil leaves them.
func compareGaps(w io.Writer, r *change.List, name string, quiet bool, hide *Redactor) bool {
	for _, banner := range r.Comparison.Banners() {
		if !quiet {
			fmt.Fprintln(w, "mbxperm: warning: "+safe.Text(hide.phrase(banner)))
		}
	}
	missing := gaps(w, "mbxperm: OLD: ", r.Comparison.Old, quiet, hide)
	missing = gaps(w, "mbxperm: NEW: ", r.Comparison.New, quiet, hide) || missing
	if quiet && r.Counts.NotComparable == 0 {
		return missing
	}
	line := name + safe.Thousands(r.Len()) + " changes"
	if r.Len() == 1 {
		line = name + "1 change"
	}
	var hidden []string
	for i, n := range r.Hidden {
		if n > 0 {
			hidden = append(hidden, safe.Thousands(n)+" "+hiding.Names[i])
		}
	}
	if hidden != nil {
		line += "; hidden: " + strings.Join(hidden, ", ")
		if r.Query.Show != hiding.All {
			line += " (--all shows them)"
		}
	}
	if n := r.Counts.NotComparable; n > 0 {
		line += "; not comparable: " + safe.Thousands(n)
	}
	fmt.Fprintln(w, "mbxperm: "+safe.Text(line))
	if sum := r.Summary().String(); sum != "" && !quiet {
		fmt.Fprintln(w, "mbxperm: "+name+sum)
	}
	return missing || r.Counts.NotComparable > 0
}
