package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

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
  delegate    SendOnBehalf
  membership  member, of a group that holds a right, itself or through another group
  account     disabled, enabled, deleted, restored, renamed, moved, moved-store, type-changed, sid-changed,
              linked-account, new-mailbox, mailbox-gone, new-account, account-gone, new-store, store-gone,
              new-container, container-gone

An inherited entry is compared where it is set, if that was read: one change, and reach counts the
targets that carry a copy. On an entry of a store that opens mailboxes, reach counts the mailboxes in it.
What the toggles hide is counted on standard error. Of an object that both could not read, nothing is listed: see the
lines on coverage there.`

// signs stand before the words in a table, so that a glance tells what came and went.
var signs = map[string]string{
	model.Added: "+ ", model.Removed: "- ", model.Changed: "~ ", model.NotComparable: "? ",
}

// tableFields are the first of the fields: what a table has room for. The others
// say no more of the change, only of target and trustee.
const tableFields = 11

// Compare writes the changes under the field names of the contract. A table has
// a sign before each word, and fewer fields.
func Compare(ctx context.Context, w io.Writer, c *model.Comparison, format Format) error {
	fields := model.ChangeFields
	if format == Table {
		fields = slices.Clone(fields[:tableFields])
		fields[0].Value = func(x *model.Change) any { return signs[x.Change] + x.Change }
	}
	return Write(ctx, w, format, false, NewData("compare", fields, c.Len(), c.Change), nil)
}

// CompareGaps says on w what stands in the way of the comparison, what is
// missing from either state, and how much is hidden. It reports whether
// something is missing or could not be compared.
func CompareGaps(w io.Writer, c *model.Comparison) bool {
	for _, banner := range c.Banners() {
		fmt.Fprintln(w, "mbxperm: warning: "+safe.Text(banner))
	}
	old := gaps(w, "mbxperm: OLD: ", c.Old)
	any := gaps(w, "mbxperm: NEW: ", c.New) || old
	line := Thousands(c.Len()) + " changes"
	if c.Len() == 1 {
		line = "1 change"
	}
	var hidden []string
	for i, n := range c.Hidden {
		if n > 0 {
			hidden = append(hidden, Thousands(n)+" "+model.ReasonNames[i])
		}
	}
	if hidden != nil {
		line += "; hidden: " + strings.Join(hidden, ", ") + " (--all shows them)"
	}
	if c.NotComparable > 0 {
		line += "; not comparable: " + Thousands(c.NotComparable)
	}
	fmt.Fprintln(w, "mbxperm: "+line)
	return any || c.NotComparable > 0
}
