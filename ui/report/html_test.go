package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mbxperm/ui/safe"
)

// parsePage reads a page as a browser does.
func parsePage(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// find returns the elements that match.
func find(n *html.Node, match func(*html.Node) bool) (out []*html.Node) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && match(c) {
			out = append(out, c)
		}
	}
	return out
}

func named(tag string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == tag }
}

func withID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attribute(n, "id") == id }
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// many repeats the hostile report until the page has to pack its rows.
func many() Data {
	d := hostileData()
	n, record := d.Len, d.Record
	d.Len = 3*staticRows + 17
	d.Record = func(i int, cells []any) { record(i%n, cells); cells[0] = i }
	return d
}

// TestPageIsInert: the page holds only the elements and attributes of its
// template, whatever the texts are; it names nothing outside of itself, and its
// policy allows its own script and style and nothing else.
func TestPageIsInert(t *testing.T) {
	for _, d := range []Data{hostileData(), many()} {
		page := inFormat(t, HTML, false, d)
		doc := parsePage(t, page)
		known := strings.Fields("html head body meta title style script h1 h2 details summary table thead tbody tr th td wbr " +
			"div label input select option button span p noscript")
		attributes := strings.Fields("lang charset http-equiv content name open scope class id hidden type placeholder value")
		for _, n := range find(doc, func(*html.Node) bool { return true }) {
			if !slices.Contains(known, n.Data) {
				t.Errorf("an element <%s>", n.Data)
			}
			for _, a := range n.Attr {
				if !slices.Contains(attributes, a.Key) {
					t.Errorf("an attribute %s=%q of <%s>", a.Key, a.Val, n.Data)
				}
			}
		}
		scripts := 0
		for _, n := range find(doc, named("script")) {
			if attribute(n, "type") == "application/json" {
				continue
			}
			if scripts++; textOf(n) != pageScript {
				t.Error("the script is not the one of the program")
			}
		}
		style := textOf(find(doc, named("style"))[0])
		policy := attribute(find(doc, func(n *html.Node) bool { return attribute(n, "http-equiv") == "Content-Security-Policy" })[0], "content")
		for _, part := range []string{"default-src 'none'", "script-src " + cspHash(pageScript) + ";", "style-src " + cspHash(style) + ";", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("the policy %q lacks %q", policy, part)
			}
		}
		if scripts != 1 || strings.Contains(policy, "unsafe") {
			t.Errorf("%d scripts, policy %q", scripts, policy)
		}
		for _, s := range []string{"http://", "https://", "//cdn", "url(", "@import", "src=\"", "href=", "srcdoc", "import(", "fetch(", "XMLHttpRequest"} {
			if strings.Contains(page, s) {
				t.Errorf("the page holds %q", s)
			}
		}
	}
}

func cspHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// TestPageHoldsEveryRow: the table of the page holds the records as the screen
// would show them; what does not fit is packed, and reads the same.
func TestPageHoldsEveryRow(t *testing.T) {
	for _, d := range []Data{hostileData(), many()} {
		doc := parsePage(t, inFormat(t, HTML, false, d))
		table := find(doc, withID("rows"))[0]
		rows := find(find(table, named("tbody"))[0], named("tr"))
		if len(rows) != min(d.Len, staticRows) {
			t.Fatalf("%d rows in the table of %d records", len(rows), d.Len)
		}
		for i, row := range rows {
			checkRow(t, d, i, func(j int) string { return textOf(find(row, named("td"))[j]) })
		}
		packed := find(doc, withID("packed-rows"))
		if d.Len <= staticRows {
			if len(packed) != 0 {
				t.Error("a small report is packed")
			}
			continue
		}
		var numbers [][]int
		var texts []string
		if err := json.Unmarshal([]byte(textOf(packed[0])), &numbers); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(textOf(find(doc, withID("packed-texts"))[0])), &texts); err != nil {
			t.Fatal(err)
		}
		if len(numbers) != d.Len {
			t.Fatalf("%d rows packed, want %d", len(numbers), d.Len)
		}
		for i, row := range numbers {
			checkRow(t, d, i, func(j int) string {
				if j == 0 {
					return strconv.Itoa(row[0])
				}
				return texts[row[j]]
			})
		}
	}
}

func checkRow(t *testing.T, d Data, i int, got func(j int) string) {
	t.Helper()
	cells := make([]any, len(d.Fields))
	d.Record(i, cells)
	for j, v := range cells {
		if want := safe.Text(text(v)); got(j) != want {
			t.Errorf("row %d: %s is %q, want %q", i, d.Fields[j], got(j), want)
		}
	}
}

// TestPageEvidence: the head of the page says what the evidence says.
func TestPageEvidence(t *testing.T) {
	s := readDemo(t, "demo:60")
	job := everything(HTML)
	out, errs := written(t, job, s)
	if strings.Contains(errs, "{") {
		t.Errorf("the evidence is inside, and yet on standard error: %s", errs)
	}
	page := textOf(parsePage(t, out))
	for _, want := range []string{
		"demo:60:1", s.State.Server, s.State.Account, "read to the end", s.Exchange(), "mbxperm test", "nothing is left out",
		"folder permissions", "(inferred)", "undecodable", "as visible to the bound account",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

type pageStep struct {
	Find         *string
	Sort, Hide   int
	After        bool
	Before       bool
	wantCount    string
	wantFirst    string // of the second column
	wantLast     string
	wantHeads    int
	wantOrdering string // aria-sort of the column of Sort
}

// TestPageScript runs the script of the page, where node is installed: sorting,
// filtering, turning pages, hiding columns, from the table and from packed rows.
func TestPageScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the script of the page is not run")
	}
	s := func(s string) *string { return &s }
	steps := []pageStep{
		{Sort: 2, wantCount: "1–10 of 25 rows", wantFirst: "name 0", wantLast: "name 9", wantOrdering: "ascending"},
		{Sort: 2, wantCount: "1–10 of 25 rows", wantFirst: "name 24", wantLast: "name 15", wantOrdering: "descending"},
		{After: true, wantCount: "11–20 of 25 rows", wantFirst: "name 14", wantLast: "name 5"},
		{After: true, wantCount: "21–25 of 25 rows", wantFirst: "name 4", wantLast: "name 0"},
		{Before: true, wantCount: "11–20 of 25 rows", wantFirst: "name 14", wantLast: "name 5"},
		{Sort: 1, wantCount: "1–10 of 25 rows", wantFirst: "name 24", wantLast: "name 15", wantOrdering: "ascending"},
		{Find: s("NAME 2 !false"), wantCount: "1–5 of 5 (of 25 rows)", wantFirst: "name 24", wantLast: "name 2"},
		{Find: s("<script>"), wantCount: "0 (of 25 rows)"},
		{Find: s(""), wantCount: "1–10 of 25 rows", wantFirst: "name 24", wantLast: "name 15"},
		{Hide: 1, wantCount: "1–10 of 25 rows", wantFirst: "name 24", wantLast: "name 15", wantHeads: 3},
	}
	heads := []map[string]string{{"Text": "number", "Class": "n"}, {"Text": "name"}, {"Text": "even"}, {"Text": "text", "Class": "x"}}
	var rows [][]string
	var packed [][]int
	texts := []string{"true", "false", "<b>&amp;</b>"}
	for i := range 25 {
		rows = append(rows, []string{strconv.Itoa(-i), fmt.Sprint("name ", i), strconv.FormatBool(i%2 == 0), texts[2]})
		packed = append(packed, []int{-i, len(texts), i % 2, 2})
		texts = append(texts, fmt.Sprint("name ", i))
	}
	packedRows, _ := json.Marshal(packed)
	packedTexts, _ := json.Marshal(texts)
	for name, input := range map[string]map[string]any{
		"table":  {"heads": heads, "rows": rows, "steps": steps, "size": 10},
		"packed": {"heads": heads, "rows": rows[:3], "steps": steps, "size": 10, "packedRows": string(packedRows), "packedTexts": string(packedTexts)},
	} {
		t.Run(name, func(t *testing.T) { checkScript(t, node, input, steps) })
	}
}

func checkScript(t *testing.T, node string, input map[string]any, steps []pageStep) {
	in, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), node, "testdata/page.js", "page/page.js")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var got []struct {
		What, Count string
		Heads, Sort []string
		Rows        [][]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"0", "name 0", "true", "<b>&amp;</b>"}; !reflect.DeepEqual(got[0].Rows[0], want) {
		t.Errorf("the first row is %q, want %q", got[0].Rows[0], want)
	}
	for i, step := range steps {
		g := got[i+1]
		if g.Count != step.wantCount {
			t.Errorf("%s: %q, want %q", g.What, g.Count, step.wantCount)
		}
		if step.wantHeads != 0 && len(g.Heads) != step.wantHeads {
			t.Errorf("%s: the columns %q", g.What, g.Heads)
		}
		if step.wantOrdering != "" && g.Sort[step.Sort-1] != step.wantOrdering {
			t.Errorf("%s: sorted %q", g.What, g.Sort)
		}
		if step.wantFirst == "" {
			continue
		}
		name := slices.Index(g.Heads, "name")
		if first, last := g.Rows[0][name], g.Rows[len(g.Rows)-1][name]; first != step.wantFirst || last != step.wantLast {
			t.Errorf("%s: from %q to %q, want from %q to %q", g.What, first, last, step.wantFirst, step.wantLast)
		}
	}
}
