package report

import (
	"encoding/csv"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mbxperm/ui/safe"
)

// office converts a file with LibreOffice, in a profile of its own, and returns
// what it made. Where it is not installed the test is skipped, and fails where
// MBXPERM_LAB=required.
func office(t *testing.T, name, content, made string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal("LibreOffice (libreoffice-calc-nogui) is not installed, and MBXPERM_LAB=required")
		}
		t.Skip("LibreOffice is not installed: no other spreadsheet reads what is written")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	args = slices.Concat([]string{"--headless", "--norestore", "-env:UserInstallation=file://" + dir + "/profile"}, args, []string{"--outdir", dir + "/out", file})
	said, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	b, readErr := os.ReadFile(filepath.Join(dir, "out", made))
	if err := errors.Join(err, readErr); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return string(b)
}

// writes is how LibreOffice writes CSV here: commas, quotes, UTF-8, the first
// sheet, and of a formula the formula and not its result, so that it shows itself.
const writes = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,false,true,false,1"

// sameCells holds what LibreOffice has in its cells against the defused texts.
// It has one kind of line break, no NUL, and U+FFFD where bytes are no UTF-8.
func sameCells(t *testing.T, out string, d Data, said func(string) string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != d.Len+1 || !slices.Equal(rows[0], d.Fields) {
		t.Fatalf("%d rows, head %q", len(rows), rows[0])
	}
	same := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "")
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		d.Record(i, cells)
		for j, v := range cells {
			want := text(v)
			switch v := v.(type) {
			case string:
				want = strings.ToValidUTF8(same.Replace(Defuse(said(v))), "\ufffd")
			case bool: // of a workbook it takes them for =TRUE() and =FALSE()
				want = strings.ToUpper(strconv.FormatBool(v))
				rows[i+1][j] = strings.TrimSuffix(strings.TrimPrefix(rows[i+1][j], "="), "()")
			}
			if rows[i+1][j] != want {
				t.Errorf("row %d, %s: %q, want %q", i, d.Fields[j], rows[i+1][j], want)
			}
		}
	}
}

// TestBookInLibreOffice: a spreadsheet computes nothing of a workbook, and has
// the defused texts, the numbers and the truth values in its cells.
func TestBookInLibreOffice(t *testing.T) {
	t.Parallel()
	d := hostileData()
	sameCells(t, office(t, "a.xlsx", inFormat(t, XLSX, false, d), "a-aces.csv", "--convert-to", writes), d, safe.Text)
}

// TestCSVInLibreOffice: the same of CSV, with the program's own guesses at what is a number.
func TestCSVInLibreOffice(t *testing.T) {
	t.Parallel()
	d := hostileData()
	const reads = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
	out := office(t, "a.csv", inFormat(t, CSV, true, d), "a-a.csv", reads, "--convert-to", writes)
	sameCells(t, out, d, func(s string) string { return s })
}
