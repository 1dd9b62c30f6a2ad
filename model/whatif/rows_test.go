package whatif_test

import (
	"strings"
	"testing"

	"mbxperm/collector"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/model/whatif"
)

// TestRows: what the columns target, trustee and right of report aces say, of whatever
// row, names that entry, or the sentence says what stands in the way.
func TestRows(t *testing.T) {
	s := read(t, func(*collector.Entry) {})
	asked, done := 0, 0
	for _, o := range []*view.ObjectType{view.Mailboxes, view.Recipients, view.Stores, view.Containers} {
		r, err := view.Of(t.Context(), s, view.Query{Type: o, ACEs: o.ACEs[0], Rows: true, System: true, Split: true, Show: hiding.All})
		if err != nil {
			t.Fatal(err)
		}
		tried := map[string]bool{}
		for i := range r.Len() {
			row := r.Row(i)
			whose, deny := row.Target.DN+"="+row.Trustee.Name+":", ""
			if row.Status == "Deny" {
				deny = ":Deny"
			}
			text := whose + row.Right + deny
			if tried[text] {
				continue
			}
			tried[text] = true
			asked++
			change, _, err := whatif.Changes(s, []whatif.Wish{{Text: text}})
			switch {
			case err == nil:
				done++
				if cell := whose + grant.CellRight(row.Right) + deny; cell != text {
					if _, _, err := whatif.Changes(s, []whatif.Wish{{Text: cell}}); err != nil {
						t.Errorf("%s, as a cell has it: %v", cell, err)
					}
				}
				if len(change.Lists)+len(change.Delegates) == 0 {
					t.Errorf("%s: nothing is left out", text)
				}
			case !expected(err.Error()):
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	t.Logf("%d rows, %d entries left out", asked, done)
	if asked < 2000 || done < asked*9/10 {
		t.Errorf("%d of %d rows could be left out", done, asked)
	}
}

// expected are the sentences of what is told of a row that is named rightly.
func expected(text string) bool {
	for _, part := range []string{"does not decode to its end", "inherits the entry from what was not read", "gives no way into a mailbox", "give one of the DNs", "give the SID"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
