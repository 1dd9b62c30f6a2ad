package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestCompareCommand: the contract's fields, every format with the same
// changes, exit codes and what is said on standard error.
func TestCompareCommand(t *testing.T) {
	out, errs, code := program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--format", "json")
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	if code != program.Gaps || len(records) == 0 || !strings.Contains(errs, "OLD: mailbox: 80 found, 1 unknown") ||
		!strings.Contains(errs, " changes") || strings.Contains(errs, "mbxperm: warning") {
		t.Errorf("exit code %d, %d changes, stderr %q", code, len(records), errs)
	}
	kinds := map[any]int{}
	for _, r := range records {
		kinds[r["kind"]]++
	}
	if kinds["ace"] == 0 || kinds["account"] == 0 || kinds["membership"] == 0 || kinds["delegate"] == 0 {
		t.Errorf("kinds %v", kinds)
	}
	out, _, _ = program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != len(records)+1 {
		t.Fatalf("%v; %d rows in csv, %d records", err, len(rows), len(records))
	}
	const fields = "change,kind,target,target_guid,trustee,trustee_sid,right,status,old,new"
	if got := strings.Join(rows[0], ","); !strings.HasPrefix(got, fields) {
		t.Errorf("fields %s, want %s", got, fields)
	}
	table, _, _ := program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60")
	for i, line := range strings.Split(strings.TrimSuffix(table, "\n"), "\n")[1:] {
		sign := map[any]string{"added": "+ added", "removed": "- removed", "changed": "~ changed"}[records[i]["change"]]
		if !strings.HasPrefix(line, sign) {
			t.Errorf("line %d: %q, want %s", i, line, sign)
		}
	}
	name := filepath.Join(t.TempDir(), "changes.csv")
	program.Run(t, "compare", "demo:80:1:0", "demo:80:1:60", "--format", "csv", "-o", name)
	if file, err := os.ReadFile(name); err != nil || string(file) != out {
		t.Errorf("-o: %v, %d bytes; want %d", err, len(file), len(out))
	}
	if _, err := os.Stat(name + ".evidence.json"); err != nil {
		t.Error(err)
	}
}

func TestCompareMistakes(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"compare", program.Usage, "two sources"},
		{"compare demo", program.Usage, "two sources"},
		{"compare demo demo demo", program.Usage, "two sources"},
		{"compare demo nonsense", program.Usage, `cannot read "nonsense"`},
		{"compare demo demo --object folder", program.Usage, `unknown object type "folder"`},
		{"compare demo demo --format yaml", program.Usage, `unknown format "yaml"`},
		{"compare demo:5:1 demo:5:2", program.Failed, "--force"},
		{"compare demo demo --of u00012", program.Usage, "unknown flag: --of"},
		{"compare demo demo --sort Mailbox", program.Usage, `unknown column "Mailbox" of compare: use Change, Kind, Target`},
		{"compare demo demo --bom", program.Usage, "--bom is for --format csv"},
		{"compare demo demo --target nobody", program.Failed, "nothing that was read has this name"},
		{"compare demo demo --record compare_test.go", program.Failed, "--force"},
	} {
		out, errs, code := program.Run(t, strings.Fields(c.args)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("mbxperm %s: exit code %d, want %d; stdout %q; stderr %q, want %q", c.args, code, c.code, out, errs, c.want)
		}
	}
	out, errs, code := program.Run(t, "compare", "demo:5:1", "demo:5:2", "--force")
	if code != program.Gaps || out == "" || !strings.Contains(errs, "warning: these are two forests") {
		t.Errorf("--force: exit code %d, stderr %q", code, errs)
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
		if k := r["kind"]; k != "ace" {
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
