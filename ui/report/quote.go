package report

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"mbxperm/ui/safe"
)

// plainWord reports whether every character means itself in a shell.
func plainWord(s string, also string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(also, c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

// Sh quotes a string as one word of a POSIX shell (POSIX.1-2017, Shell Command
// Language 2.2). What would not show itself, an escape character or a bidi
// mark, is written by its bytes for printf, so that the text on the screen is
// the command; only a line break stands as it is, inside quotes. No argument of
// a program holds a NUL: it is left out.
func Sh(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if plainWord(s, "_./:@%+,-=") && s[0] != '=' && s[0] != '~' {
		return s
	}
	if safe.Text(s) == s || visibleLines(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	// A command substitution drops line breaks at the end.
	body := strings.TrimRight(s, "\n")
	var b strings.Builder
	b.WriteString(`"$(printf '`)
	for i := range len(body) {
		if c := body[i : i+1]; plainWord(c, "_./:@+,= ") {
			b.WriteString(c)
		} else { // a shell that is typed into looks for ! even here, and - in front is an option of printf
			fmt.Fprintf(&b, `\%03o`, c[0])
		}
	}
	b.WriteString(`')"`)
	if rest := s[len(body):]; rest != "" {
		b.WriteString("'" + rest + "'")
	}
	return b.String()
}

// visibleLines reports whether line breaks are all of a text that does not show itself.
func visibleLines(s string) bool {
	s = strings.ReplaceAll(s, "\n", "")
	return safe.Text(s) == s
}

// ShLine is a command for a POSIX shell.
func ShLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Sh(w)
	}
	return strings.Join(quoted, " ")
}

// PowerShell quotes a string as an argument of PowerShell: in single quotes, in
// which nothing but the quote itself means something, and PowerShell takes five
// characters for it (U+0027, U+2018 to U+201B). What would not show itself is
// written by its number. No NUL is left in it.
func PowerShell(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	var parts []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, "'"+b.String()+"'")
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r == '\'' || '\u2018' <= r && r <= '\u201b':
			b.WriteRune(r)
			b.WriteRune(r)
		case safe.Text("a"+string(r)) != "a"+string(r) || r == '\ufffd':
			flush()
			for _, unit := range utf16.Encode([]rune{r}) {
				parts = append(parts, fmt.Sprintf("[char]0x%04x", unit))
			}
		default:
			b.WriteRune(r)
		}
	}
	flush()
	switch {
	case len(parts) == 0:
		return "''"
	case len(parts) == 1 && parts[0][0] == '\'':
		return parts[0]
	case parts[0][0] != '\'': // so that + joins texts
		parts = append([]string{"''"}, parts...)
	}
	return "(" + strings.Join(parts, "+") + ")"
}
