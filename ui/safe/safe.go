// Package safe prepares strings that somebody else wrote for a terminal.
//
// Whoever may name an object in a directory may put an escape sequence, a
// right-to-left override or a zero-width space into the name. Text makes all
// of that visible: what it returns moves no cursor, reverses nothing, hides
// nothing and takes up as many cells as Width says.
//
// A character that could not be shown as it is appears by its code point,
// <U+202E>, a byte that is not UTF-8 as <0xFF>. A name that contains such a
// notation literally has its "<" written as <U+003C>. So different strings
// always give different texts, and the original can be read back from the
// text. For the same reason Text is called once, where a string is put on the
// screen, and not on its own result.
//
// What it cannot help against are letters that look like other letters
// (Cyrillic а for Latin a) and the order in which some terminals show
// right-to-left scripts.
//
// The package knows no screen library: reports on a terminal and messages on
// stderr need it as much as the user interface.
package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxMarks is the number of combining marks a character may carry. Living
// languages need five at most; a pile of hundreds covers the lines around it.
const maxMarks = 8

// Text returns s with every character that does not simply show itself made
// visible. It allocates nothing where there is none.
func Text(s string) string {
	var sc scanner
	for i := 0; i < len(s); {
		n, ok := sc.next(s[i:])
		if !ok {
			return escaped(s, i)
		}
		i += n
	}
	return s
}

// escaped is Text for a string whose first character to replace is at i.
func escaped(s string, i int) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	sc := scanner{}
	for s = s[i:]; s != ""; {
		n, ok := sc.next(s)
		if ok {
			b.WriteString(s[:n])
		} else {
			escape(&b, s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// escape writes the notation for one character, or for one stray byte.
func escape(b *strings.Builder, c string) {
	const hex = "0123456789ABCDEF"
	r, n := utf8.DecodeRuneInString(c)
	if r == utf8.RuneError && n == 1 {
		b.WriteString("<0x")
		b.WriteByte(hex[c[0]>>4])
		b.WriteByte(hex[c[0]&15])
		b.WriteByte('>')
		return
	}
	b.WriteString("<U+")
	for shift := 20; shift >= 0; shift -= 4 {
		if shift < 16 || r>>shift != 0 {
			b.WriteByte(hex[r>>shift&15])
		}
	}
	b.WriteByte('>')
}

// scanner decides character by character; it remembers how many more combining
// marks may follow. At the start there is nothing to combine with.
type scanner struct {
	marks int
}

// next tells whether the first character of s, n bytes long, may stay.
func (sc *scanner) next(s string) (n int, ok bool) {
	if c := s[0]; c < utf8.RuneSelf {
		ok = c >= ' ' && c != 0x7f && (c != '<' || !isNotation(s))
		sc.base(ok)
		return 1, ok
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1, unicode.In(r, hidden...), !unicode.IsPrint(r) && r != '\u3000':
		ok = false
	case unicode.IsMark(r):
		if sc.marks > 0 {
			sc.marks--
			return n, true
		}
	default:
		ok = true
	}
	sc.base(ok)
	return n, ok
}

// base notes a character that marks may, or may not, be added to. They are not
// allowed to change the look of a notation.
func (sc *scanner) base(ok bool) {
	sc.marks = 0
	if ok {
		sc.marks = maxMarks
	}
}

// isNotation tells whether s starts with text that reads like a replaced
// character.
func isNotation(s string) bool {
	var digits, least, most int
	switch {
	case strings.HasPrefix(s, "<U+"):
		least, most = 4, 6
	case strings.HasPrefix(s, "<0x"):
		least, most = 2, 2
	default:
		return false
	}
	for digits = 0; 3+digits < len(s) && digits <= most; digits++ {
		if c := s[3+digits]; (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			break
		}
	}
	return digits >= least && digits <= most && 3+digits < len(s) && s[3+digits] == '>'
}

// hidden holds printable characters, in the sense of unicode.IsPrint, that
// show nothing, or whose width terminals and uniseg do not agree on.
// Everything that is not printable at all (control and format characters,
// private use, line separators, unassigned) needs no mention.
//
// The ideographic space U+3000 is the one blank besides the ASCII space that
// stays: Japanese names are written with it.
var hidden = []*unicode.RangeTable{
	unicode.Variation_Selector,
	unicode.Other_Default_Ignorable_Code_Point, // fillers, grapheme joiner
	{
		R16: []unicode.Range16{
			{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // braille blank
			{Lo: 0x2e3a, Hi: 0x2e3b, Stride: 1}, // dashes three and four cells wide
			{Lo: 0xff9e, Hi: 0xff9f, Stride: 1}, // half-width voice marks
		},
		R32: []unicode.Range32{
			{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}, // skin tones
		},
	},
}

// Width returns the number of terminal cells that s takes up, as tcell and
// tview count them. For a string that did not pass through Text the terminal
// may think otherwise.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

const ellipsis = "…"

// Fit returns s in exactly w cells: padded with blanks on the right, or cut
// between two characters with an ellipsis for the rest. The string should have
// passed through Text.
func Fit(s string, w int) string {
	s, have := cut(s, w)
	return s + blanks(w-have)
}

// FitName is Fit for a name, which may be a SID with a mark behind it: of
// "S-1-5-21-…-1604 (orphan)" the mark stays, and so does the last number, which tells it
// from others, for as long as there is room. The middle gives way.
func FitName(s string, w int) string {
	at := strings.LastIndex(s, " (")
	if at < 0 || !strings.HasSuffix(s, ")") || Width(s) <= w {
		return Fit(s, w)
	}
	name, mark := s[:at], s[at:]
	end, room := lastOfSID(name), w-Width(mark)
	if end == "" || room < leastSID {
		return Fit(s, w)
	}
	end = end[max(len(end)-room+leastSID/2, 0):]
	head, have := cut(strings.TrimSuffix(name, end), room-len(end))
	return head + end + mark + blanks(room-have-len(end))
}

// leastSID is how much of a SID is worth being shown before its mark.
const leastSID = 6

// lastOfSID is the last number of a SID with the hyphen before it; empty of another text.
// The SID may have its domain before it, or the signs of a tree.
func lastOfSID(name string) string {
	first, last := strings.Index(name, "S-1-"), strings.LastIndexByte(name, '-')
	if first < 0 || first > 0 && !strings.ContainsRune(` \`, rune(name[first-1])) || strings.Trim(name[last+1:], "0123456789") != "" {
		return ""
	}
	return name[last:]
}

// FitRight is Fit with the padding on the left, for numbers.
func FitRight(s string, w int) string {
	s, have := cut(s, w)
	return blanks(w-have) + s
}

// cut shortens s to at most w cells and returns the cells it then takes.
func cut(s string, w int) (string, int) {
	have := Width(s)
	if have <= w {
		return s, have
	}
	room := w - Width(ellipsis)
	if room < 0 {
		return "", 0
	}
	rest, state, used, end := s, -1, 0, 0
	for rest != "" {
		c, r, width, st := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+width > room {
			break
		}
		used, end, rest, state = used+width, end+len(c), r, st
	}
	return s[:end] + ellipsis, w - room + used
}

const someBlanks = "                                                                                                    "

func blanks(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(someBlanks) {
		return someBlanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Thousands spells a number with separators: 1,204.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
