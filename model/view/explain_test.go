package view_test

import (
	"reflect"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// TestExplain: the marks of a line in words; what is hidden of SELF and SYSTEM or
// written by Windows alone has no mark, whatever else there is has one with all of it.
func TestExplain(t *testing.T) {
	f := script.New()
	self := script.Allow(acl.SIDSelf, acl.MailboxFullAccess, 0)
	stale := script.Allow(script.RID(9), acl.MailboxFullAccess, acl.Inherited)
	f.Of("u2").MailboxSD = script.SD(self)
	f.Of("u3").MailboxSD = script.SD(self, stale)
	damaged := script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, 0), self)
	f.Of("u1").MailboxSD = damaged[:len(damaged)-6]
	s := f.Snapshot(model.NewPool())
	lines := ask(t, s, view.Query{Type: view.Mailboxes})
	for _, c := range []struct{ name, cell, want string }{
		{"u2", "0", ""},
		{"u3", "0 +2", "+2 hidden: 1 SELF and set-up's own, 1 stale"},
		{"u1", "1?", "1? the mailbox list is damaged after 2 entries"},
	} {
		at := lines.Find(view.Named(s, c.name)[0])
		line := lines.Line(at)
		if got := view.Mailboxes.Totals[1].Text(&line); got != c.cell {
			t.Errorf("the cell of %s is %q, want %q", c.name, got, c.cell)
		}
		var marks []string
		for _, part := range lines.Explain(at) {
			if !strings.HasPrefix(part, "~") && !strings.HasPrefix(part, "g ") {
				marks = append(marks, part)
			}
		}
		if got := strings.Join(marks, " | "); got != c.want {
			t.Errorf("the line of %s is explained as %q, want %q", c.name, got, c.want)
		}
	}
	who := lines.Find(view.Named(s, script.RID(9).String())[0])
	if got := lines.Explain(who); !reflect.DeepEqual(got, []string{"+1 hidden: stale"}) {
		t.Errorf("the trustee is explained as %q", got)
	}
	line := lines.Line(who)
	if c := line.Reverse(grant.MailboxACL); c.Rows != 1 || c.Hidden != 1 || c.Targets != 1 {
		t.Errorf("the trustee has %+v", c)
	}
}
