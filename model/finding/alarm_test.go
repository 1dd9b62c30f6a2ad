package finding_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

func alarmState(t testing.TB, source string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(source)
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// wantAlarms counts by hand, over the rows of a report, for how many an alarm holds.
func wantAlarms(t *testing.T, s *model.Snapshot) map[string]int {
	t.Helper()
	want := map[string]int{}
	for _, objects := range view.ObjectTypes {
		if objects == view.Roles { // whose rows are no entries
			continue
		}
		result, err := view.Of(t.Context(), s, view.Query{Type: objects, Rows: true, Split: true, Show: hiding.All, ACEs: forwardOf(objects)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range result.Len() {
			row := result.Row(i)
			if row.NullDACL {
				want["null-dacl"]++
			}
			if k := row.Trustee.Kind; k == model.KindOrphan || k == model.KindDeleted {
				want["orphan"]++
			}
			if !opensByText(&row.Row) {
				continue
			}
			switch row.Trustee.Name {
			case "Everyone", "Authenticated Users", "ANONYMOUS LOGON", "Domain Users", "Domain Computers", "Domain Guests", "Users", "Guests",
				"NETWORK", "This Organization", "Pre-Windows 2000 Compatible Access":
				want["everyone"]++
			}
			if row.Trustee.State == "disabled" && row.Trustee.DN != row.Target.DN {
				want["disabled"]++
			}
			linked := row.ACLType == grant.MailboxACL.Name && acl.Mask(maskOf(row.Mask))&acl.MailboxExternalAccount != 0
			if master := view.TargetCard(s, row.Ref).Master; master != nil && master.SID == row.Trustee.SID {
				linked = true
			}
			if row.Trustee.Kind == model.KindForeign && !linked {
				want["foreign"]++
			}
		}
	}
	connectors, err := view.ConnectorLines(t.Context(), s, view.ConnectorQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range connectors {
		if c.Enabled && c.Anonymous == "yes" && strings.Contains(strings.Join(c.Ranges, " "), "0.0.0.0-255.255.255.255") {
			want["relay-for-all"]++
		}
		if c.Enabled && c.Logging == "None" && c.Role == "FrontendTransport" {
			want["logging-off"]++
		}
	}
	settings, err := view.SettingLines(t.Context(), s, view.SettingQuery{Filter: "ProtocolLogEnabled"})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range settings {
		if l.Value == "False" {
			want["logging-off"]++
		}
	}
	return want
}

// forwardOf returns the ACE type that lists every row of a type once.
func forwardOf(o *view.ObjectType) view.ACEType {
	for _, a := range o.ACEs {
		if a.Direction() == "forward" {
			return a
		}
	}
	return o.ACEs[0]
}

func maskOf(s string) (m uint32) {
	for _, c := range strings.TrimPrefix(s, "0x") {
		m = m<<4 | uint32(strings.IndexRune("0123456789abcdef", c))
	}
	return m
}

// opensByText judges a row by what a report says of it.
func opensByText(r *grant.Row) bool {
	if r.Status != grant.Allow {
		return false
	}
	mask := acl.Mask(maskOf(r.Mask))
	switch r.ACLType {
	case grant.OnBehalf.Name:
		return true
	case grant.MailboxACL.Name:
		return r.AppliesHere && (r.Right == "FullAccess" || r.Right == "ChangePermission" || r.Right == "ChangeOwner")
	case grant.ConnectorACL.Name: // which opens no mailbox
		return false
	case grant.SendAs.Name:
		return r.AppliesHere && r.Right == "Send-As"
	}
	switch {
	case r.NullDACL, mask&(acl.GenericAll|acl.GenericWrite|acl.WriteDACL|acl.WriteOwner) != 0:
		return true
	case mask&acl.WriteProperty != 0 && r.ObjectGUID == "":
		return true
	case mask&acl.ControlAccess == 0:
		return false
	case r.ObjectGUID == "":
		return true
	}
	for _, name := range []string{"Receive-As", "Send-As", "ms-Exch-Store-Admin", "ms-Exch-Store-Transport-Access",
		"ms-Exch-Store-Constrained-Delegation", "ms-Exch-Store-Read-Access", "ms-Exch-Store-Read-Write-Access"} {
		if strings.HasSuffix(r.Right, name) {
			return true
		}
	}
	return false
}

// counted are the conditions that wantAlarms counts.
var counted = []string{"everyone", "orphan", "disabled", "foreign", "null-dacl", "plain-text", "relay-for-all", "logging-off"}

// TestAlarms: the alarms count what a reader of the full report would.
func TestAlarms(t *testing.T) {
	s := alarmState(t, "demo:2000")
	want := wantAlarms(t, s)
	raised, err := finding.Raise(t.Context(), s, finding.Query{}, finding.Conditions())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range raised {
		got[r.Name] = r.Rows
	}
	for i := range s.Connections {
		if s.Connections[i].Plain > 0 {
			want["plain-text"]++
		}
	}
	for i := range s.Relays {
		if s.Relays[i].MayRelay > 0 && len(s.Relays[i].Users.Texts) == 0 {
			want["relay-for-all"]++
		}
	}
	for _, a := range finding.Conditions() {
		if a.Name == "incomplete" {
			if _, ok := got[a.Name]; !ok {
				t.Error("the demo has gaps, and incomplete does not hold")
			}
			continue
		}
		if a.Expects() { // a report raises it
			continue
		}
		if a.Since() { // see TestNewAlarms
			if n, ok := got[a.Name]; ok {
				t.Errorf("%s holds for %d, and there is nothing to compare with", a.Name, n)
			}
			continue
		}
		if a.Rule == nil || !slices.Contains(counted, a.Name) { // see TestRules
			continue
		}
		if got[a.Name] != want[a.Name] || want[a.Name] == 0 {
			t.Errorf("%s holds for %d rows, want %d (and some)", a.Name, got[a.Name], want[a.Name])
		}
	}
}

// TestAlarmsWithin: filters narrow down what alarms look at; a list of some
// raises only these; the end of the context ends it.
func TestAlarmsWithin(t *testing.T) {
	s := alarmState(t, "demo:2000")
	orphan, err := finding.ParseConditions("orphan")
	if err != nil {
		t.Fatal(err)
	}
	raised, err := finding.Raise(t.Context(), s, finding.Query{}, orphan)
	if err != nil || len(raised) != 1 || raised[0].Name != "orphan" {
		t.Fatalf("%+v, %v", raised, err)
	}
	row := grant.RowOf(s, raised[0].Named[0].Ref)
	if row.Trustee.Kind != model.KindOrphan && row.Trustee.Kind != model.KindDeleted {
		t.Errorf("the first row names a trustee of kind %s", row.Trustee.Kind)
	}
	all := raised[0].Rows
	raised, err = finding.Raise(t.Context(), s, finding.Query{Trustee: view.Match(row.Trustee.SID.String())}, orphan)
	if err != nil || len(raised) != 1 || raised[0].Rows == 0 || raised[0].Rows >= all {
		t.Errorf("of one trustee: %+v, %v; of all %d", raised, err, all)
	}
	raised, err = finding.Raise(t.Context(), s, finding.Query{Target: view.Match("nobody at all")}, orphan)
	if err != nil || len(raised) != 0 {
		t.Errorf("of no target: %+v, %v", raised, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := finding.Raise(ctx, s, finding.Query{}, orphan); err == nil {
		t.Error("no error after the end of the context")
	}
}

func TestParseConditions(t *testing.T) {
	got, err := finding.ParseConditions("everyone, incomplete")
	if err != nil || len(got) != 2 || got[0].Name != "everyone" || got[1].Name != "incomplete" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, list := range []string{"", "nonsense", "everyone,,orphan", "new"} {
		if _, err := finding.ParseConditions(list); err == nil || !strings.Contains(err.Error(), "there are everyone, ") {
			t.Errorf("ParseConditions(%q): %v", list, err)
		}
	}
}

// TestAlarmForeignOwner: what Exchange writes for the owner of a linked mailbox is
// no cause for an alarm, the same account on another mailbox is.
func TestAlarmForeignOwner(t *testing.T) {
	owner := acl.MustParseSID("S-1-5-21-7-8-9-1106")
	for _, c := range []struct {
		name  string
		other bool
		want  int
	}{{"owner", false, 0}, {"owner and other", true, 1}} {
		f := script.New()
		u1 := f.Of("u1")
		u1.Master = owner
		u1.MailboxSD = script.SD(script.Allow(owner, acl.MailboxFullAccess|acl.MailboxExternalAccount, acl.ContainerInherit))
		u1.Security = script.SD(script.SendAs(owner, 0))
		if c.other {
			f.Of("u2").MailboxSD = script.SD(script.Allow(owner, acl.MailboxFullAccess, acl.ContainerInherit))
		}
		foreign, err := finding.ParseConditions("foreign")
		if err != nil {
			t.Fatal(err)
		}
		raised, err := finding.Raise(t.Context(), f.Snapshot(model.NewPool()), finding.Query{}, foreign)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for _, r := range raised {
			rows += r.Rows
		}
		if rows != c.want {
			t.Errorf("%s: the alarm holds for %d rows, want %d", c.name, rows, c.want)
		}
	}
}
