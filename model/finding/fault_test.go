package finding_test

import (
	"strings"
	"testing"

	"mbxperm/model/door"
	"mbxperm/model/finding"
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
