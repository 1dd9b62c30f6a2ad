package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mbxperm/ui/safe"
)

func openBook(t *testing.T, data string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// wantCell is what a cell must read as.
func wantCell(v any) string {
	switch v := v.(type) {
	case string:
		return Defuse(safe.Text(v))
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	}
	return text(v)
}

// TestBookIsReadBack: the library reads back every record as the defused text,
// numbers and truth values as such, with a filter, a frozen head and the evidence.
func TestBookIsReadBack(t *testing.T) {
	d := hostileData()
	f := openBook(t, inFormat(t, XLSX, false, d))
	rows, err := f.GetRows("aces")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != d.Len+1 || strings.Join(rows[0], " ") != strings.Join(d.Fields, " ") {
		t.Fatalf("%d rows, head %q", len(rows), rows[0])
	}
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		d.Record(i, cells)
		for j, v := range cells {
			if got, want := rows[i+1][j], wantCell(v); got != want {
				t.Errorf("row %d: %s is %q, want %q", i, d.Fields[j], got, want)
			}
		}
	}
	for cell, want := range map[string]excelize.CellType{
		"A2": excelize.CellTypeUnset /* a number */, "B2": excelize.CellTypeInlineString, "D2": excelize.CellTypeBool,
	} {
		if got, err := f.GetCellType("aces", cell); got != want || err != nil {
			t.Errorf("%s is of type %v (%v), want %v", cell, got, err, want)
		}
	}
	if panes, err := f.GetPanes("aces"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head is not frozen: %+v, %v", panes, err)
	}
	names := f.GetDefinedName()
	if len(names) != 1 || !strings.HasSuffix(names[0].RefersTo, "$A$1:$D$"+strconv.Itoa(d.Len+1)) {
		t.Errorf("the filter is %+v", names)
	}
	facts, err := f.GetRows(evidence)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range facts {
		if len(r) > 0 {
			seen[r[0]] = true
		}
	}
	for _, want := range []string{"Source", "Server", "Bound account", "Started", "State", "Exchange", "Program", "Not in LDAP", "Inferred", "object_type", "mailbox"} {
		if !seen[want] {
			t.Errorf("the evidence has no line %q", want)
		}
	}
}

// TestBookByAnotherProgram: Python's zip and XML readers find a sheet without
// formulas, whose texts are those of the records.
func TestBookByAnotherProgram(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the workbook is read by its own library only")
	}
	d := hostileData()
	name := filepath.Join(t.TempDir(), "a.xlsx")
	if err := os.WriteFile(name, []byte(inFormat(t, XLSX, false, d)), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), python, "testdata/sheet.py", name)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var got struct {
		Formulas, Links int
		Cells           map[string][2]string // reference to type and text
		Filter, Pane    string
		Columns         []int // the numbers of the col elements, as they come
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Formulas != 0 || got.Links != 0 || got.Pane != "frozen" || got.Filter == "" {
		t.Errorf("%d formulas, %d links, pane %q, filter %q", got.Formulas, got.Links, got.Pane, got.Filter)
	}
	if want := []int{1, 2, 3, 4}; !slices.Equal(got.Columns, want) {
		t.Errorf("the columns are %v, want %v", got.Columns, want)
	}
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		d.Record(i, cells)
		row := strconv.Itoa(i + 2)
		if want := [2]string{"", text(cells[0])}; got.Cells["A"+row] != want {
			t.Errorf("A%s is %q, want %q", row, got.Cells["A"+row], want)
		}
		want := wantCell(cells[1])
		if got.Cells["B"+row][1] != want || want != "" && got.Cells["B"+row][0] != "inlineStr" {
			t.Errorf("B%s is %q, want %q", row, got.Cells["B"+row], want)
		}
	}
}

// TestLongTextInBook: what a cell cannot hold is cut visibly.
func TestLongTextInBook(t *testing.T) {
	long := strings.Repeat("𝒳y", 20_000)
	d := Data{Name: "aces", Fields: []string{"target"}, Len: 1, Record: func(_ int, cells []any) { cells[0] = long }}
	f := openBook(t, inFormat(t, XLSX, false, d))
	got, err := f.GetCellValue("aces", "A2")
	if err != nil || !strings.Contains(got, "a cell holds no more") || !strings.HasPrefix(long, got[:1000]) {
		t.Errorf("%d bytes, ending in %q, %v", len(got), got[max(0, len(got)-60):], err)
	}
}

// TestLiteralWriter: what literal stands for is written wherever the pieces of a
// part end.
func TestLiteralWriter(t *testing.T) {
	const part = "<t>" + literal + "x0041" + literal + literal + "x0042_\uFDD1\uFFFD</t>"
	want := strings.ReplaceAll(part, literal, "_x005F_")
	for size := 1; size <= len(part); size++ {
		var got bytes.Buffer
		w := &literalWriter{to: &got}
		for b := []byte(part); len(b) > 0; b = b[min(size, len(b)):] {
			if n, err := w.Write(b[:min(size, len(b))]); n != min(size, len(b)) || err != nil {
				t.Fatalf("pieces of %d: %d, %v", size, n, err)
			}
		}
		if got.String() != want {
			t.Errorf("pieces of %d: got %q, want %q", size, got.String(), want)
		}
	}
}
