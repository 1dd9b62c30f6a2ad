package cli

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestWhatIf: the change is one of what was read, in every format; a mistake is of
// usage, and a redacted report names nobody.
func TestWhatIf(t *testing.T) {
	ask := []string{"report", "whatif", "demo:60", "--without-entry", "u00007=Helpdesk:FullAccess:Deny"}
	out, errs, _ := program.Run(t, append(ask, "--format", "csv")...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v: %s", len(rows), err, errs)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	denied := 0
	for _, r := range rows[1:] {
		if r[at["change"]] != "gained" || r[at["target"]] != "u00007" || r[at["right"]] != "can_open" || r[at["before"]] == "allowed" || r[at["after"]] != "allowed" {
			t.Errorf("got %v, want that somebody whom the deny kept out opens u00007", r)
		}
		if strings.Contains(r[at["old"]], "Helpdesk > mailbox entry 3") && r[at["before"]] == "denied" && r[at["kind"]] == "verdict" {
			denied++
		}
	}
	if denied == 0 {
		t.Error("nobody was kept out by the deny of Helpdesk")
	}
	if !strings.Contains(errs, "0 lost · ") {
		t.Errorf("stderr %q has no sum", errs)
	}
	out, _, _ = program.Run(t, append(ask, "--format", "json")...)
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil || len(records) != len(rows)-1 {
		t.Errorf("%d records in JSON, %v; %d in CSV", len(records), err, len(rows)-1)
	}
	for _, format := range []string{"table", "html"} {
		out, errs, _ := program.Run(t, append(ask, "--redact", "--format", format)...)
		for _, name := range []string{"u00007", "Helpdesk", "CONTOSO"} {
			if strings.Contains(out+errs, name) {
				t.Errorf("--redact --format %s shows %q", format, name)
			}
		}
	}
}
