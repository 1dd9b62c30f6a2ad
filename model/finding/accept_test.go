package finding_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/internal/script"
)

var acceptedAt = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// TestAcceptBadFiles: each mistake is one sentence that names its line.
func TestAcceptBadFiles(t *testing.T) {
	const fine = "everyone,6c5ae849-9b5a-4602-94a8-a884016cfae6,S-1-1-0,security,2027-11-30\n"
	for text, want := range map[string]string{
		"nonsense,,S-1-1-0,security,2027-11-30":                                     `line 1: no rule is called "nonsense"`,
		"incomplete,,S-1-1-0,security,2027-11-30":                                   "line 1: incomplete has no findings",
		"everyone,,S-1-1-0,security,30.11.2027":                                     `line 1: "30.11.2027" is no date`,
		"everyone,,S-1-1-0,security,2027-02-30":                                     `line 1: "2027-02-30" is no date`,
		"everyone,,S-1-1-0,security":                                                "line 1: it should have 5 fields, rule, target, trustee, who accepted it, until; it has 4",
		"everyone,,,security,2027-11-30":                                            "line 1: it names neither",
		"everyone,,S-1-1-0,,2027-11-30":                                             "line 1: it does not say who",
		"everyone,DB02,S-1-1-0,security,2027-11-30":                                 `line 1: the target "DB02" is neither`,
		"everyone,,Everyone,security,2027-11-30":                                    `line 1: the trustee "Everyone" is no SID`,
		"rule,target,trustee,who,until":                                             "line 1: names of fields",
		"# known\n" + fine + fine:                                                   "line 3: everyone was accepted for the same target and trustee by security until 2027-11-30",
		fine + strings.ToUpper(fine[9:45]) + "\n":                                   "line 2: it should have 5 fields, rule, target, trustee, who accepted it, until; it has 1",
		"everyone,,\"S-1-1-0,security,2027-11-30":                                   "line 1: ",
		fine + "everyone,6C5AE849-9B5A-4602-94A8-A884016CFAE6,s-1-1-0,x,2026-01-01": "line 2: everyone was accepted",
	} {
		_, err := finding.ReadAccepted(strings.NewReader(text), acceptedAt)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzAccept: no file makes the reader panic, and what it takes it takes again.
func FuzzAccept(f *testing.F) {
	f.Add("everyone,,S-1-1-0,security,2027-11-30\n")
	f.Add("# x\n\"orphan\", 6c5ae849-9b5a-4602-94a8-a884016cfae6 ,,\"a,b\",2027-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		x, err := finding.ReadAccepted(strings.NewReader(text), acceptedAt)
		if (err == nil) != (x != nil) {
			t.Fatalf("%v, %v", x, err)
		}
	})
}

// TestAccept: what is accepted is counted and raises nothing; on the day after its date
// it rings again and says who had accepted it; the file that is written is read back.
func TestAccept(t *testing.T) {
	f := organisation()
	f.Of("DB1").Security = script.SD(script.ReceiveAs(acl.SIDEveryone, script.CI))
	f.Of("u1").MailboxSD = script.SD(script.Deny(svc, acl.MailboxFullAccess, script.CI))
	s := f.Snapshot(model.NewPool())
	find := func(x *finding.Accepted) *finding.List {
		t.Helper()
		l, err := finding.Find(context.Background(), s, finding.Query{Accepted: x}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := find(nil)
	var file strings.Builder
	at := l.Matching("")
	if err := l.AcceptFile(&file, at, "security, all of it", time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)); err != nil || l.Len() != 2 || l.Unnamed(at) != 0 {
		t.Fatalf("%d findings, %d unnamed, %v", l.Len(), l.Unnamed(at), err)
	}
	for day, want := range map[string][2]int{"2026-12-01": {0, 2}, "2026-12-24": {0, 2}, "2026-12-25": {2, 0}} {
		now, _ := time.Parse(time.DateOnly, day)
		x, err := finding.ReadAccepted(strings.NewReader(file.String()), now.Add(23*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		l := find(x)
		if got := [2]int{l.Len(), l.AcceptedTotal()}; got != want {
			t.Errorf("%s: %v findings and accepted, want %v", day, got, want)
		}
		conditions, _ := finding.ParseConditions("everyone,critical,info")
		raised := l.Raise(conditions, finding.Query{})
		if (len(raised) > 0) != (want[0] > 0) {
			t.Errorf("%s: %d conditions hold", day, len(raised))
		}
		if want[0] > 0 && !strings.Contains(l.At(0).Detail.String(), "no longer accepted: it was by security, all of it until 2026-12-24") {
			t.Errorf("%s: %s", day, l.At(0).Detail)
		}
	}
	other := find(nil)
	x, err := finding.ReadAccepted(strings.NewReader("mailbox-deny,,"+svc.String()+",security,2027-01-01\n"), acceptedAt)
	if err != nil {
		t.Fatal(err)
	}
	if l := find(x); l.Len() != other.Len() { // a line without the target accepts no finding that has one
		t.Errorf("%d findings, want %d", l.Len(), other.Len())
	}
}
