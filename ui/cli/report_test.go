package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestFormatsAgree: CSV, JSON and JSON lines hold the same records; only CSV
// defuses what a spreadsheet would compute.
func TestFormatsAgree(t *testing.T) {
	args := []string{"report", "aces", "demo:80", "--all", "--format"}
	out, _, _ := program.Run(t, append(args, "csv")...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ = program.Run(t, append(args, "json")...)
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	lines, _, _ := program.Run(t, append(args, "jsonl")...)
	if n := strings.Count(lines, "\n"); n != len(records) || len(rows) != len(records)+1 || n == 0 {
		t.Fatalf("%d lines, %d rows with a head, %d records", n, len(rows), len(records))
	}
	defused := 0
	for i, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		for j, field := range rows[0] {
			want := spelled(records[i][field])
			if got := spelled(record[field]); got != want {
				t.Errorf("record %d: %s is %q in jsonl, %q in json", i, field, got, want)
			}
			got := rows[i+1][j]
			if list, ok := records[i][field].([]any); ok { // with bars between in CSV
				texts := make([]string, len(list))
				for k, v := range list {
					texts[k] = fmt.Sprint(v)
				}
				want = strings.Join(texts, "|")
			}
			if strings.HasPrefix(want, "=") || strings.HasPrefix(want, "＝") {
				defused++
				want = "'" + want
			}
			if got != want {
				t.Errorf("record %d: %s is %q in csv, want %q", i, field, got, want)
			}
		}
	}
	if defused == 0 {
		t.Error("the demo has a name that begins with =, and none was seen")
	}
}

// spelled is a value of JSON as CSV has it: of a list, its texts with bars between.
func spelled(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	var texts []string
	for _, text := range list {
		texts = append(texts, fmt.Sprint(text))
	}
	return strings.Join(texts, "|")
}
