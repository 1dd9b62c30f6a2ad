package report

import (
	"bufio"
	"strings"
	"unicode"

	"mbxperm/model"
)

// writeCSV follows RFC 4180: CRLF, quotes where needed. It writes its own
// quotes because encoding/csv, told to end lines with CRLF, drops and adds
// carriage returns inside a text too.
func writeCSV(w *bufio.Writer, d Data) error {
	for j, f := range d.Fields {
		writeCell(w, j, f)
	}
	w.WriteString("\r\n")
	return d.each(func(cells []any) error {
		for j, v := range cells {
			switch v.(type) {
			case string, model.List, model.Tallies:
				writeCell(w, j, Defuse(text(v)))
			default:
				writeCell(w, j, text(v))
			}
		}
		_, err := w.WriteString("\r\n")
		return err
	})
}

func writeCell(w *bufio.Writer, column int, s string) {
	if column > 0 {
		w.WriteByte(',')
	}
	if !strings.ContainsAny(s, ",\"\r\n;\t") && !strings.HasPrefix(s, " ") {
		w.WriteString(s)
		return
	}
	w.WriteByte('"')
	w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	w.WriteByte('"')
}

// Defuse puts an apostrophe before whatever a spreadsheet would compute (OWASP,
// CSV injection), at the start of a text and wherever a program that was told
// another separator would start a new cell: after a semicolon, a tab or a line
// break. Where an apostrophe stands there already another one is added, so that
// every text can be told from a defused one and read back.
func Defuse(s string) string {
	var b []byte
	done := 0
	for i := 0; i < len(s); {
		if computed(s[i:], i == 0) {
			b = append(append(b, s[done:i]...), '\'')
			done = i
		}
		next := strings.IndexAny(s[i:], ";\t\r\n")
		if next < 0 {
			break
		}
		i += next + 1
	}
	if b == nil {
		return s
	}
	return string(append(b, s[done:]...))
}

// computed reports whether a cell that begins with s could be taken for a
// formula: an operator after any number of apostrophes, blanks and characters
// that show nothing. A whole text counts for a leading tab or line break too.
func computed(s string, whole bool) bool {
	for _, r := range s {
		switch {
		case operator(r):
			return true
		case r == '\t' || r == '\r' || r == '\n':
			return whole
		case r == '\'' || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue
		}
		return false
	}
	return false
}

// operator tells the characters that begin a formula: = + - @, and their
// full-width and small forms, which East Asian spreadsheets take for the same.
func operator(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫':
		return true
	}
	return false
}
