package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"encoding/json"
	"html"
	"html/template"
	"strconv"
	"strings"

	"mbxperm/ui/safe"
)

// A page is one file that asks nobody for anything: style and script are inside
// and named by their hashes in its Content-Security-Policy, which forbids
// everything else. Without the script it is a plain table, of the first rows
// only where there are more than a browser can lay out.

var (
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
	//go:embed page/page.html
	pageText string

	page = template.Must(template.New("page").Parse(pageText))
)

// staticRows is the number of rows that stand in the page as a table. All rows
// of a longer report follow packed, for the script: a browser holds 100,000
// rows as numbers and texts easily, but not as three million table cells.
const staticRows = 1000

// policy allows the two inline parts and nothing else.
func policy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src " + hash(pageScript) + "; style-src " + hash(pageStyle) +
		"; base-uri 'none'; form-action 'none'"
}

type pageField struct {
	Class string
	Parts []string // of the name, where it may be broken
}

type pageCell struct {
	Text   string
	Number bool
}

type pageTable struct {
	Title  string
	Fields []string
	Rows   [][]pageCell
}

type pageData struct {
	Report, Policy, Unprinted string
	Style                     template.CSS
	Script                    template.JS
	Facts                     []fact
	Coverage                  []pageTable
	Fields                    []pageField
	Len, Static               int
	More                      bool
}

// writeHTML writes a page. Every text is shown as on the screen, with whatever
// would not show itself made visible, and then escaped.
func writeHTML(w *bufio.Writer, d Data, ev *Evidence) error {
	p := pageOf(d, ev)
	if err := page.ExecuteTemplate(w, "top", p); err != nil {
		return err
	}
	writeRows(w, d, p)
	w.WriteString("</tbody>\n</table>\n")
	if p.More {
		if err := writePacked(w, d); err != nil {
			return err
		}
	}
	return page.ExecuteTemplate(w, "bottom", p)
}

func pageOf(d Data, ev *Evidence) *pageData {
	p := &pageData{
		Report: "mbxperm " + d.Name, Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Len: d.Len, Static: min(d.Len, staticRows), More: d.Len > staticRows,
	}
	for _, f := range ev.facts() {
		p.Facts = append(p.Facts, fact{f.Name, safe.Text(f.Text)})
	}
	for _, c := range ev.coverages() {
		t := pageTable{Title: c.Title, Fields: c.Fields}
		for i := range c.Len {
			t.Rows = append(t.Rows, pageRow(c.Data, i))
		}
		p.Coverage = append(p.Coverage, t)
	}
	var unprinted []string
	for j, numeric := range d.numeric() {
		f := pageField{Parts: strings.Split(d.Fields[j], "_")}
		if numeric {
			f.Class = "n"
		}
		if d.aside(j) {
			f.Class = strings.TrimSpace(f.Class + " x")
			unprinted = append(unprinted, d.Fields[j])
		}
		p.Fields = append(p.Fields, f)
	}
	p.Unprinted = strings.Join(unprinted, ", ")
	return p
}

func pageRow(d Data, i int) (line []pageCell) {
	cells := make([]any, len(d.Fields))
	d.Record(i, cells)
	for _, v := range cells {
		_, number := v.(int)
		line = append(line, pageCell{safe.Text(text(v)), number})
	}
	return line
}

func writeRows(w *bufio.Writer, d Data, p *pageData) {
	opens := make([]string, len(p.Fields))
	for j, f := range p.Fields {
		opens[j] = "<td>"
		if f.Class != "" {
			opens[j] = `<td class="` + f.Class + `">`
		}
	}
	cells := make([]any, len(d.Fields))
	for i := range p.Static {
		d.Record(i, cells)
		w.WriteString("<tr>")
		for j, v := range cells {
			w.WriteString(opens[j])
			w.WriteString(html.EscapeString(safe.Text(text(v))))
			w.WriteString("</td>")
		}
		w.WriteString("</tr>\n")
	}
}

// writePacked writes all rows for the script: numbers as they are, every other
// value as the place of its text in the list that follows. encoding/json escapes
// < and >, so nothing can end the element.
func writePacked(w *bufio.Writer, d Data) error {
	var texts []string
	place := map[string]int{}
	var b []byte
	cells := make([]any, len(d.Fields))
	w.WriteString(`<script id="packed-rows" type="application/json">[`)
	for i := range d.Len {
		d.Record(i, cells)
		b = append(b[:0], ',', '\n', '[')
		if i == 0 {
			b = append(b[:0], '[')
		}
		for j, v := range cells {
			if j > 0 {
				b = append(b, ',')
			}
			n, number := v.(int)
			if !number {
				s, known := text(v), false
				if n, known = place[s]; !known {
					n = len(texts)
					place[s] = n
					texts = append(texts, s)
				}
			}
			b = strconv.AppendInt(b, int64(n), 10)
		}
		if _, err := w.Write(append(b, ']')); err != nil {
			return err
		}
	}
	w.WriteString("]</script>\n" + `<script id="packed-texts" type="application/json">[`)
	for i, s := range texts {
		if i > 0 {
			w.WriteString(",\n")
		}
		b, err := json.Marshal(safe.Text(s))
		if err != nil {
			return err
		}
		w.Write(b)
	}
	_, err := w.WriteString("]</script>\n")
	return err
}
