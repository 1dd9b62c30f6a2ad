package ntlm

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode"
)

// TestUpperCaseOfWindows: names as a domain controller raises them.
func TestUpperCaseOfWindows(t *testing.T) {
	for name, want := range map[string]string{
		"anna": "ANNA", "müller": "MÜLLER", "weiß": "WEIß", "ÿves": "ŸVES",
		"ılgaz": "ıLGAZ", "µx": "µX", "γιώργος": "ΓΙΏΡΓΟς", "ſo": "ſO",
		"ǆ": "Ǆ", "ǅ": "ǅ", "ი": "ი", "ᏸ": "ᏸ", "ⴀ": "Ⴀ", "ᾳ": "ᾼ", "ⓐ": "Ⓐ", "ⅷ": "Ⅷ",
		"ａｚ": "ＡＺ", "𐐨": "𐐨", "ɥ": "ɥ", "ⅎ": "Ⅎ", "i\u0345": "I\u0345", "İ": "İ", "ẞ": "ẞ", "": "",
	} {
		if got := upper(name); !bytes.Equal(got, wide(want)) {
			t.Errorf("upper(%q) = % x, want that of %q", name, got, want)
		}
	}
	// The names of the bug report, one a line.
	names, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := "ıLGAZ\nµX\nΓΙΏΡΓΟς\nMÜLLER\nWEIß\nŸVES\n"
	if got := upper(string(names)); !bytes.Equal(got, wide(want)) {
		t.Errorf("the names are raised to % x, want those of %q", got, want)
	}
}

// TestUpperCaseAgainstUnicode: the table holds nothing but what Unicode maps to
// and fro, and misses of that only letters that are newer than Unicode 5.1.
func TestUpperCaseAgainstUnicode(t *testing.T) {
	mapped := 0
	for u := range 0x10000 {
		r, got := rune(u), rune(upperUnit(uint16(u)))
		up := unicode.ToUpper(r)
		switch back := up < 0x10000 && unicode.ToLower(up) == r; {
		case got != r && (got != up || !back):
			t.Errorf("U+%04X becomes U+%04X; Unicode has U+%04X, to and fro %v", r, got, up, back)
		case got != r:
			mapped++
		}
	}
	if mapped != 973 {
		t.Errorf("%d letters are raised, want 973", mapped)
	}
	for i := 1; i < len(upperCase); i++ {
		if upperCase[i].first <= upperCase[i-1].last {
			t.Errorf("run %d begins before run %d ends", i, i-1)
		}
	}
}

// TestKeyOfNames: the key is that of the raised name (MS-NLMP 3.3.2, NTOWFv2).
func TestKeyOfNames(t *testing.T) {
	hash := HashPassword("Example-Passw0rd")
	for _, name := range []string{"ılgaz", "müller"} {
		c := &Client{User: name, Domain: "CONTOSO", Hash: hash}
		raised := strings.NewReplacer("lgaz", "LGAZ", "müller", "MÜLLER").Replace(name)
		h := hash()
		if got, want := c.key(), mac(h[:], wide(raised+"CONTOSO")); !bytes.Equal(got, want) {
			t.Errorf("%s: key %x, want %x", name, got, want)
		}
	}
}
