package report

import (
	"encoding/csv"
	"strings"
	"testing"
)

// TestDefuse: what a spreadsheet would compute gets an apostrophe, at the start
// and behind every separator that a program could have been told; nothing else
// is touched.
func TestDefuse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"plain", "plain"}, {"O'Brien", "O'Brien"}, {"'plain", "'plain"}, {"x=1", "x=1"}, {"S-1-5-7", "S-1-5-7"},
		{"=1", "'=1"}, {"+1", "'+1"}, {"-1", "'-1"}, {"@a", "'@a"}, {"=", "'="},
		{"\ta", "'\ta"}, {"\ra", "'\ra"}, {"\na", "'\na"}, {"\t=1", "'\t'=1"},
		{"＝1", "'＝1"}, {"＋1", "'＋1"}, {"－1", "'－1"}, {"＠a", "'＠a"}, {"﹦1", "'﹦1"}, {"﹢1", "'﹢1"}, {"﹣1", "'﹣1"}, {"﹫a", "'﹫a"},
		{" =1", "' =1"}, {"\u00a0=1", "'\u00a0=1"}, {"\u200b=1", "'\u200b=1"}, {"\ufeff=1", "'\ufeff=1"}, {"\x00=1", "'\x00=1"},
		{"'=1", "''=1"}, {"''=1", "'''=1"}, {"a;=1;b", "a;'=1;b"}, {"a\t-1", "a\t'-1"}, {"a\r\n@b", "a\r\n'@b"}, {"a;b", "a;b"},
	} {
		if got := Defuse(c.in); got != c.want {
			t.Errorf("Defuse(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// revive undoes defuse, by what it promises.
func revive(s string) string {
	var b strings.Builder
	start := true
	for i := range len(s) {
		if !start || s[i] != '\'' || !computed(s[i:], i == 0) {
			b.WriteByte(s[i])
		}
		start = strings.IndexByte(";\t\r\n", s[i]) >= 0
	}
	return b.String()
}

// FuzzDefuse: no cell of a defused text begins like a formula under any
// separator, and the text can be read back.
func FuzzDefuse(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Defuse(s)
		if back := revive(got); back != s {
			t.Errorf("Defuse(%q) = %q, which reads back as %q", s, got, back)
		}
		for _, cell := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
			if cell = strings.TrimSpace(cell); cell != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(cell)[0]) {
				t.Errorf("Defuse(%q) = %q, with the cell %q", s, got, cell)
			}
		}
	})
}

// TestCSVIsReadBack: another reader gets the defused texts, to the byte.
func TestCSVIsReadBack(t *testing.T) {
	out := inFormat(t, CSV, true, hostileData())
	body, ok := strings.CutPrefix(out, "\xef\xbb\xbf")
	if !ok {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(hostile)+1 {
		t.Fatalf("%d rows, want %d", len(rows), len(hostile)+1)
	}
	for i, s := range hostile {
		want := strings.ReplaceAll(Defuse(s), "\r\n", "\n") // what csv.Reader makes of it
		if got := rows[i+1][1]; got != want || rows[i+1][2] != want {
			t.Errorf("%q came back as %q, want %q", s, got, want)
		}
	}
	if rows[1][0] != "-5" {
		t.Errorf("the number -5 came back as %q: a number is never defused", rows[1][0])
	}
	if strings.HasPrefix(inFormat(t, CSV, false, hostileData()), "\xef") {
		t.Error("a byte order mark that nobody asked for")
	}
}
