package view

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

func TestSearchable(t *testing.T) {
	for text, want := range map[string]string{
		"Müller": "muller", "Mu\u0308ller": "muller", "ＭＵＬＬＥＲ": "muller", "MÜLLER": "muller", "Ørsted": "orsted", "Łódź": "lodz",
		"Straße": "strasse", "STRASSE": "strasse", "İstanbul": "istanbul", "ﬁnance": "finance", "Ἀθῆναι": "αθηναι", "Й": "и",
		"が": "か\u3099", "か\u3099": "か\u3099", "हिन्दी": "हिन्दी", "한국": "한국", "a\xffb": "a\ufffdb", "": "", "\u0301": "",
	} {
		if got := searchable(text); got != want {
			t.Errorf("searchable(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzSearchable holds it against the transformers of x/text for whatever these know
// to take apart, and wants nothing more to happen the second time.
func FuzzSearchable(f *testing.F) {
	for _, s := range []string{"Müller", "Mu\u0308ller", "ＭＵＬＬＥＲ", "Straße", "\xff\u0301", "Ǆ", "Ω", "½", "K"} {
		f.Add(s)
	}
	accents := runes.In(rangetable.New(func() (all []rune) {
		for r := rune(0x300); r <= 0x36F; r++ {
			all = append(all, r)
		}
		return all
	}()...))
	plain := func(s string) string {
		s = strings.ToValidUTF8(s, "\ufffd")
		for _, t := range []transform.Transformer{norm.NFKD, runes.Remove(accents), cases.Fold(), norm.NFKD, runes.Remove(accents)} {
			s, _, _ = transform.String(t, s)
		}
		return s
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := searchable(s)
		if !utf8.ValidString(got) || searchable(got) != got {
			t.Fatalf("%q: %q, and again %q", s, got, searchable(got))
		}
		if strings.ContainsFunc(s, func(r rune) bool {
			// Beyond these x/text folds more than case, and orders marks.
			return r > 0x17F && (r < 0x300 || r > 0x36F) || undecomposed[unicode.ToLower(r)] != ""
		}) {
			return
		}
		if want := plain(s); got != want {
			t.Fatalf("searchable(%q) = %q, and x/text makes %q of it", s, got, want)
		}
	})
}
