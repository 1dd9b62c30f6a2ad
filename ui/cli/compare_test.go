package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestCompareCommand: every format has the same changes.
func TestCompareCommand(t *testing.T) {
	out, _, code := program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--format", "json")
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	if code != program.Gaps || len(records) == 0 {
		t.Errorf("exit code %d, %d changes", code, len(records))
	}
	out, _, _ = program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != len(records)+1 {
		t.Fatalf("%v; %d rows in csv, %d records", err, len(rows), len(records))
	}
	table, _, _ := program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60")
	for i, line := range strings.Split(strings.TrimSuffix(table, "\n"), "\n")[1:] {
		sign := map[any]string{"added": "+ added", "removed": "- removed", "changed": "~ changed"}[records[i]["change"]]
		if !strings.HasPrefix(line, sign) {
			t.Errorf("line %d: %q, want %s", i, line, sign)
		}
	}
}

// TestCompareAsTheScreenShows: filter and order are those of the screen.
func TestCompareAsTheScreenShows(t *testing.T) {
	out, errs, _ := program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--filter", "fullaccess !removed", "--sort=-Trustee", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 3 || !strings.Contains(errs, fmt.Sprintf("mbxperm: %d changes\n", len(rows)-1)) {
		t.Fatalf("%v, %q, stderr %q", err, out, errs)
	}
	for i, r := range rows[1:] {
		if r[0] == "removed" || !strings.Contains(strings.Join(r, " "), "FullAccess") {
			t.Errorf("row %d: %q", i, r)
		}
		if i > 0 && strings.ToLower(r[4]) > strings.ToLower(rows[i][4]) {
			t.Errorf("%s after %s", r[4], rows[i][4])
		}
	}
}

// TestCompareHelpHasTheWords: every word that a comparison uses is explained.
func TestCompareHelpHasTheWords(t *testing.T) {
	help, _, _ := program.Run(t, "compare", "--help")
	out, _, _ := program.Run(t, "compare", "demo:300:1:0", "demo:300:1:190", "--all", "--format", "json")
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, r := range records {
		words[r["change"].(string)], words[r["kind"].(string)] = true, true
		if r["kind"] != "ace" && r["acl_type"] != "RoleAssignment" { // whose rights have names of their own
			words[r["right"].(string)] = true
		}
	}
	for word := range words {
		if !strings.Contains(help, word) {
			t.Errorf("the help does not say what %q means", word)
		}
	}
	if len(words) < 12 {
		t.Errorf("only these words: %v", words)
	}
}
