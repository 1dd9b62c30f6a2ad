package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// searchable is what a text and a word are made alike by before the one is looked
// for in the other: without regard to case, accents and width, so that muller finds
// Müller however that is composed, and ｍｕｌｌｅｒ too. Accents are the combining
// diacritical marks of Latin, Greek and Cyrillic (U+0300 to U+036F, Unicode 16.0,
// 7.9); marks of other scripts are letters there and stay. It leaves no byte that is
// not UTF-8, so that 0xFF can stand between texts.
func searchable(text string) string {
	i := 0
	for i < len(text) && text[i] < utf8.RuneSelf {
		i++
	}
	if i == len(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	b.WriteString(strings.ToLower(text[:i]))
	for _, r := range text[i:] {
		if r < utf8.RuneSelf {
			b.WriteRune(unicode.ToLower(r))
			continue
		}
		parts := string(r)
		if d := norm.NFKD.PropertiesString(parts).Decomposition(); d != nil {
			parts = string(d)
		}
		for _, p := range parts {
			p = unicode.ToLower(p)
			switch plain, ok := undecomposed[p]; {
			case ok:
				b.WriteString(plain)
			case p < 0x300 || p > 0x36F:
				b.WriteRune(p)
			}
		}
	}
	return b.String()
}

// undecomposed are letters that Unicode does not take apart and that people type
// without their stroke or as two.
var undecomposed = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ŧ': "t", 'þ': "th",
}
