package report

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

type stuff struct{ cells []string }

// stuffData is a report of n fields, of which every third is a SID and some are
// looked for first.
func stuffData(records [][]string, first ...int) Data {
	var fields []model.Field[*stuff]
	for j := range records[0] {
		is := model.ContentWord
		if j%3 == 2 {
			is = model.ContentSID
		}
		fields = append(fields, model.Field[*stuff]{
			Name: "field_" + string(rune('a'+j)), Is: is, First: slices.Contains(first, j), Value: func(s *stuff) any { return s.cells[j] },
		})
	}
	return NewData("stuff", fields, len(records), func(i int) stuff { return stuff{records[i]} })
}

func delivered(t *testing.T, o *Output, d Data) (lines []string, said string) {
	t.Helper()
	var out, err bytes.Buffer
	if e := o.Deliver(context.Background(), &out, &err, d, &Evidence{}); e != nil {
		t.Fatal(e)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), err.String()
}

// What a narrow terminal has no room for goes in its order, and what is looked for
// first is there at the end.
func TestFit(t *testing.T) {
	d := stuffData([][]string{{"one", "", "S-1-5-21-1-2-3-1000", "four", "five", "S-1-5-18"}}, 4)
	for _, c := range []struct {
		room int
		want string
	}{
		{0, "field_a field_b field_c field_d field_e field_f"},
		{59, "field_a field_c field_d field_e field_f"}, // nothing is known of b
		{50, "field_a field_c field_d field_e"},
		{30, "field_a field_d field_e"},
		{20, "field_a field_e"},
		{3, "field_d field_e"},
	} {
		d.room = c.room
		if c.room == 3 { // two stay although they find no room
			c.want = "field_a field_e"
		}
		var b bytes.Buffer
		if err := Write(context.Background(), &b, Table, false, d, nil); err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(b.String(), "\n")
		if got := strings.Join(strings.Fields(title), " "); got != c.want {
			t.Errorf("in %d cells: %s, want %s", c.room, got, c.want)
		}
	}
}

// Whatever the widths, a title line fits unless two columns alone are too wide, and
// no value loses a character.
func TestFitRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		records := make([][]string, 1+rng.IntN(4))
		n := 2 + rng.IntN(12)
		for i := range records {
			for range n {
				records[i] = append(records[i], strings.Repeat("x", rng.IntN(30)))
			}
		}
		first := rng.Perm(n)[:rng.IntN(n)]
		d := stuffData(records, first...)
		d.room = 20 + rng.IntN(150)
		var b bytes.Buffer
		if err := Write(context.Background(), &b, Table, false, d, nil); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		titles := strings.Fields(lines[0])
		if len(titles) > 2 && safe.Width(strings.TrimRight(lines[0], " ")) > d.room {
			t.Fatalf("%q does not fit into %d cells", lines[0], d.room)
		}
		for i, line := range lines[1:] {
			var want []string
			for _, title := range titles {
				if v := records[i][slices.Index(d.Fields, title)]; v != "" {
					want = append(want, v)
				}
			}
			if got := strings.Fields(line); !slices.Equal(got, want) {
				t.Fatalf("record %d is %q, want %q", i, got, want)
			}
		}
		if all := len(first) >= 2; all && len(titles) > len(first) && safe.Width(lines[0]) > d.room {
			t.Fatalf("%v is shown while %v is looked for first", titles, first)
		}
	}
}

// Columns are those that were asked for, in their order, in every format.
func TestColumnsChosen(t *testing.T) {
	d := stuffData([][]string{{"one", "two", "S-1-5-18"}, {"uno", "due", "S-1-1-0"}})
	for format, want := range map[Format]string{
		Table: "field_c   field_a|S-1-5-18  one|S-1-1-0   uno",
		CSV:   "field_c,field_a\r|S-1-5-18,one\r|S-1-1-0,uno\r",
		JSONL: `{"field_c":"S-1-5-18","field_a":"one"}|{"field_c":"S-1-1-0","field_a":"uno"}`,
	} {
		lines, _ := delivered(t, &Output{Format: format, Columns: []string{"field_c", "field_a"}}, d)
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

// Of a table with many columns those that identify a record beyond doubt are left
// out, and that is said; --wide has them.
func TestTableLeavesOut(t *testing.T) {
	rows := NewData("aces", view.RowFields, 0, func(int) (r view.Row) { return r })
	short, said := delivered(t, &Output{Format: Table}, rows)
	if slices.Contains(strings.Fields(short[0]), "target_guid") || !strings.Contains(said, "columns are left out") {
		t.Errorf("%q, and %q is said", short[0], said)
	}
	wide, said := delivered(t, &Output{Format: Table, Wide: true}, rows)
	if got := strings.Fields(wide[0]); !slices.Equal(got, rows.Fields) || said != "" {
		t.Errorf("--wide: %q, and %q is said", got, said)
	}
	if _, said := delivered(t, &Output{Format: Table, Quiet: true}, rows); said != "" {
		t.Errorf("--quiet says %q", said)
	}
}

// Every report that is a table names its columns, and each is one that it writes.
func TestFieldNames(t *testing.T) {
	for _, n := range Names {
		names := fieldNames[n.Name]
		if n.Name == openGraphReport {
			if names != nil {
				t.Errorf("report %s has columns", n.Name)
			}
			continue
		}
		if len(names) < 5 {
			t.Errorf("report %s has the columns %q", n.Name, names)
		}
		f := Flags{Columns: names[1] + ", " + names[0]}
		if got, err := f.columns(n.Name); err != nil || !slices.Equal(got, []string{names[1], names[0]}) {
			t.Errorf("report %s --columns %s: %q, %v", n.Name, f.Columns, got, err)
		}
	}
}
