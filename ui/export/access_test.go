package export

import (
	"fmt"
	"slices"
	"testing"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

// TestAccessSharesNoWrongWords: the texts of rows are kept for others that say the
// same. Of each mailbox they are those that it has where it is asked about alone, so
// that nothing is known of others.
func TestAccessSharesNoWrongWords(t *testing.T) {
	s := demoState(t, "demo:60", model.NewPool())
	r := newRun(s, nil, nil, "test", "")
	r.expand = true
	together := map[string][]string{}
	for _, row := range rowsOf[accessRow](t, r, "access") {
		together[row.MailboxGUID] = append(together[row.MailboxGUID], fmt.Sprintf("%s %s %s %s", row.PersonSID, row.ViaSID, row.Via, row.Why))
	}
	if len(together) < 50 {
		t.Fatalf("only %d mailboxes", len(together))
	}
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		if !s.Record(id).HasMailbox() {
			continue
		}
		var alone []string
		err := verdict.Of(s.Fresh()).Lines(t.Context(), verdict.Query{Mailboxes: []model.ObjectID{id}, Expand: true}, func(l *verdict.Line) bool {
			alone = append(alone, fmt.Sprintf("%s %s %s %s", model.SIDText(s.Principal(l.Trustee).SID), model.SIDText(l.ViaSID()), l.Via(), l.Why()))
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := together[model.GUIDText(s.Record(id).GUID)]; !slices.Equal(got, alone) {
			t.Errorf("%s: %d rows, alone %d, or they say something else", s.ObjectName(s.Record(id)), len(got), len(alone))
		}
	}
}
