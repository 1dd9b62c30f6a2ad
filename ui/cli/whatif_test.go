package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mbxperm/ui/cli/program"
	"mbxperm/ui/report"
)

// TestWhatIf: the change is one of what was read, in every format; a mistake is of
// usage, and a redacted report names nobody.
func TestWhatIf(t *testing.T) {
	ask := []string{"report", "whatif", "demo:60", "--without-entry", "anna.keller=Helpdesk:FullAccess:Deny"}
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
		if r[at["change"]] != "gained" || r[at["target"]] != "anna.keller" || r[at["right"]] != "can_open" || r[at["before"]] == "allowed" || r[at["after"]] != "allowed" {
			t.Errorf("got %v, want that somebody whom the deny kept out opens anna.keller", r)
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
	for _, format := range []string{"table", "html", "xlsx"} {
		out, errs, _ := program.Run(t, append(ask, "--redact", "--format", format)...)
		if format == "xlsx" {
			if out = sheets(t, out); !strings.Contains(out, "gained") || !strings.Contains(out, "can_open") {
				t.Errorf("the workbook holds %.300q", out)
			}
		}
		for _, name := range []string{"anna.keller", "Helpdesk", "CONTOSO", "contoso", "emea"} {
			if strings.Contains(out+errs, name) {
				t.Errorf("--redact --format %s shows %q", format, name)
			}
		}
	}
}

// sheets are the cells of a workbook, a line for each row.
func sheets(t *testing.T, out string) string {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range rows {
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
	}
	return b.String()
}

// TestWhatIfWorkbook: a workbook holds what CSV does, cell by cell.
func TestWhatIfWorkbook(t *testing.T) {
	ask := []string{"report", "whatif", "demo:60", "--without-member", "Helpdesk=Helpdesk 2nd level", "--format"}
	text, errs, _ := program.Run(t, append(ask, "csv")...)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 20 {
		t.Fatalf("%d rows, %v: %s", len(rows), err, errs)
	}
	book, _, _ := program.Run(t, append(ask, "xlsx")...)
	all := sheets(t, book)
	for _, cells := range rows {
		for len(cells) > 0 && cells[len(cells)-1] == "" { // a workbook ends a row at its last cell
			cells = cells[:len(cells)-1]
		}
		if !strings.Contains(all, strings.Join(cells, "\t")) {
			t.Errorf("the workbook lacks %q", cells)
		}
	}
}

// TestWhatIfExample: what the help shows of the demo does something.
func TestWhatIfExample(t *testing.T) {
	asked := 0
	for line := range strings.Lines(report.WhatIfExample) {
		if args := strings.Fields(line); slices.Contains(args, "demo") {
			asked++
			if out, errs, _ := program.Run(t, args[1:]...); !strings.Contains(out, "gained") || strings.Contains(errs, "--with") {
				t.Errorf("%s: %.300q, %q", line, out, errs)
			}
		}
	}
	if asked == 0 {
		t.Error("the help shows no example of the demo")
	}
}

// TestWhatIfWider: who gets a second way loses none, and has no line, also where the
// way that he had may now hold for everybody.
func TestWhatIfWider(t *testing.T) {
	out, errs, _ := program.Run(t, "report", "whatif", "demo:60", "--with-member", "Helpdesk=S-1-5-11", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v: %s", len(rows), err, errs)
	}
	for _, r := range rows[1:] {
		if r[0] == "kept" {
			t.Fatalf("got %v, and he has no way less", r)
		}
	}
}

// TestHistoryRedacted: neither what is left out of a folder nor where that lies is said.
func TestHistoryRedacted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "fabrikam")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := program.Run(t, "record", "demo:40", filepath.Join(dir, "fabrikam-1.ldif.zst")); code != 3 {
		t.Fatalf("code %d: %s", code, errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "fabrikam-2.ldif.zst"), []byte("no recording"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"table", "json", "html"} {
		out, errs, code := program.Run(t, "report", "history", dir, "--redact", "--target", "zoe.mueller", "--format", format)
		if code != 3 || !strings.Contains(errs, ": left out: ") {
			t.Errorf("%s: code %d, %q", format, code, errs)
		}
		for _, name := range []string{"fabrikam", "zoe.mueller", "contoso"} {
			if strings.Contains(out+errs, name) {
				t.Errorf("--format %s shows %q: %.500s", format, name, out+errs)
			}
		}
	}
}
