package finding_test

import (
	"fmt"
	"strings"
	"testing"

	"mbxperm/model/door"
	"mbxperm/model/finding"
	"mbxperm/model/view"
)

// TestFaults: every fault of a door is a finding, under the rule that is about it,
// with what it is in words.
func TestFaults(t *testing.T) {
	rules := map[door.FaultKind]string{
		door.FaultRelayEverybody: "relay-for-all", door.FaultRelayRange: "relay-range", door.FaultExternallySecured: "externally-secured",
		door.FaultPlainLogon: "plain-logon", door.FaultWeakSetting: "weak-setting", door.FaultCertificateName: "certificate-name", door.FaultShutsShell: "shuts-shell",
		door.FaultPlainText: "plain-text", door.FaultGuessing: "guessing", door.FaultNotMember: "access-deviation",
		door.FaultRelayUsed: "anonymous-relay", door.FaultOutside: "outside-ranges", door.FaultOldTLS: "old-tls", door.FaultNoTLS: "no-tls",
	}
	for k := range door.FaultKinds {
		if finding.ByName(rules[k]) == nil {
			t.Errorf("no rule is about %s", k)
		}
	}
	s := alarmState(t, "demo:60:1:30")
	list, err := finding.Find(t.Context(), s, finding.Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range door.Faults(s) {
		there := false
		for i := range list.Len() {
			x := list.At(i)
			text := x.Detail.String()
			there = there || x.Rule.Name == rules[f.Kind] && (f.Client == "" || x.Trustee.Name == f.Client || strings.Contains(text, f.Client)) &&
				(f.Kind == door.FaultPlainText || f.Kind == door.FaultRelayEverybody || strings.Contains(text, f.Text)) && (f.Server == "" || strings.Contains(text, f.Server))
		}
		if !there {
			t.Errorf("no finding is about %s of %s from %s: %s", f.Name, f.Server, f.Client, f.Text)
		}
	}
}

// TestDeviations: what is not as somebody expects is a finding each, those first that
// are used all the same; without an expectation nobody deviates.
func TestDeviations(t *testing.T) {
	s := alarmState(t, "demo:250:1:30")
	expect, err := view.ParseExpectations([]string{"IMAP4=Helpdesk", "POP3=All Staff"})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := view.ProtocolLines(t.Context(), s, view.ProtocolQuery{Expect: expect, Deviating: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for i := range lines.Len() {
		l := lines.Line(i)
		if l.Deviation == view.OnNotMember || l.Deviation == view.MemberOff {
			severity := finding.Low
			if l.Deviation == view.OnNotMember && l.Used.N > 0 {
				severity = finding.Medium
			}
			want[fmt.Sprintf("%s %s: %s %v", l.DN, l.Protocol, l.Deviation, severity)]++
		}
	}
	list, err := finding.Find(t.Context(), s, finding.Query{Expect: expect}, nil)
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for i := range list.Len() {
		if f := list.At(i); f.Rule.Name == "access-deviation" {
			says, how, _ := strings.Cut(f.Detail.String(), ", and used ")
			want[fmt.Sprintf("%s %s %v", f.Target.DN, says, f.Severity)]--
			if (how != "") != (f.Severity == finding.Medium) || (f.Count > 0) != (f.Severity == finding.Medium) && f.Severity == finding.Medium {
				t.Errorf("%s: %s, %d logons, is %v", f.Target.Name, f.Detail, f.Count, f.Severity)
			}
			if how != "" {
				used++
			}
		}
	}
	for key, n := range want {
		if n != 0 {
			t.Errorf("%s: %d findings too few", key, n)
		}
	}
	if used == 0 || len(want) == used {
		t.Errorf("%d of %d are used: nothing is tested", used, len(want))
	}
	if list, err = finding.Find(t.Context(), s, finding.Query{}, nil); err != nil {
		t.Fatal(err)
	}
	for i := range list.Len() {
		if list.At(i).Rule.Name == "access-deviation" {
			t.Fatal("somebody deviates from nothing")
		}
	}
	if _, err := finding.Find(t.Context(), s, finding.Query{Expect: []view.Expectation{{Group: "Nobody"}}}, nil); err == nil {
		t.Error("a group that is not there is taken for one without members")
	}
}
