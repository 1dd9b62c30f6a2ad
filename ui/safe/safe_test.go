package safe

import (
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ascii", "svc-backup (old) <a@b>", "svc-backup (old) <a@b>"},
		{"escape sequence", "\x1b[2Jx", "<U+001B>[2Jx"},
		{"bell, tab, newline, delete", "\a\t\r\n\x7f", "<U+0007><U+0009><U+000D><U+000A><U+007F>"},
		{"c1", "a\u009b2J", "a<U+009B>2J"},
		{"right-to-left override", "\u202egpj.exe", "<U+202E>gpj.exe"},
		{"isolate and arabic letter mark", "\u2066\u2069\u061c", "<U+2066><U+2069><U+061C>"},
		{"zero width", "ad\u200bm\u200din\ufeff", "ad<U+200B>m<U+200D>in<U+FEFF>"},
		{"soft hyphen and no-break space", "a\u00adb\u00a0c", "a<U+00AD>b<U+00A0>c"},
		{"line separators", "a\u2028b\u2029", "a<U+2028>b<U+2029>"},
		{"not utf-8", "M\xfcller \xff", "M<0xFC>ller <0xFF>"},
		{"the replacement character itself", "a\ufffd", "a\ufffd"},
		{"mark at the start", "\u0301a", "<U+0301>a"},
		{"mark after a notation", "\x1b\u0301", "<U+001B><U+0301>"},
		{"pile of marks", "z" + strings.Repeat("\u0301", 10), "z" + strings.Repeat("\u0301", 8) + "<U+0301><U+0301>"},
		{"private use, unassigned", "\ue000\U000e0378\U0010fffd", "<U+E000><U+E0378><U+10FFFD>"},
		{"tag characters", "a\U000e0041", "a<U+E0041>"},
		{"filler and braille blank", "\u3164\u2800", "<U+3164><U+2800>"},
		{"emoji", "👩\u200d💻 👍🏽", "👩<U+200D>💻 👍<U+1F3FD>"},
		{"variation selector", "a\ufe0f", "a<U+FE0F>"},
		{"literal notation", "<U+202E> <0xFF>", "<U+003C>U+202E> <U+003C>0xFF>"},
		{"nearly a notation", "<U+202> <U+202e> <0xFFF> <U+1234567> <U+202E", "<U+202> <U+202e> <0xFFF> <U+1234567> <U+202E"},
		{"languages", "Zoë Müller 山田　太郎 김철수 שלום محمد สมชาย हिन्दी", "Zoë Müller 山田　太郎 김철수 שלום محمد สมชาย हिन्दी"},
		{"decomposed", "Zoe\u0308", "Zoe\u0308"},
		{"tview tags are not its business", "[red]x", "[red]x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.in); got != c.want {
				t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

// original reads a text back. It is written without a look at Text: every
// notation stands for what it names, everything else for itself.
func original(s string) string {
	var b strings.Builder
	for s != "" {
		end := strings.IndexByte(s, '>')
		if end > 0 && (strings.HasPrefix(s, "<U+") && end >= 7 && end <= 9 || strings.HasPrefix(s, "<0x") && end == 5) {
			if v, err := strconv.ParseUint(s[3:end], 16, 32); err == nil && strings.ToUpper(s[3:end]) == s[3:end] {
				if s[1] == 'U' {
					b.WriteRune(rune(v))
				} else {
					b.WriteByte(byte(v))
				}
				s = s[end+1:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

var seeds = []string{
	"", "a", "\x1b]0;x\a", "\u202eabc", "<U+202E>", "<U+<U+0041>", "<<0x41>>", "\xf0\x9f", "e\u0301\u0301",
	"世界", "👩\u200d💻", "🇩🇪🇩", "\u0600[x]", "\u0d4e[", "한\u1100\u1161", "हिः", "ﾊﾞ", "[:::http://x/]y",
}

func FuzzText(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Text(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Variation_Selector) {
				t.Fatalf("Text(%q) = %q holds %U", s, got, r)
			}
		}
		if back := original(got); back != s {
			t.Fatalf("Text(%q) = %q reads back as %q: two strings may look the same", s, got, back)
		}
		for rest, state := got, -1; rest != ""; {
			var c string
			var w int
			c, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
			if w < 1 {
				t.Fatalf("Text(%q) = %q holds %q, which shows nothing", s, got, c)
			}
		}
	})
}

func FuzzFit(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, i)
		f.Add("S-1-5-21-"+s+"-1604 (orphan)", 20+i)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w %= 200
		s = Text(s)
		for name, fit := range map[string]func(string, int) string{"Fit": Fit, "FitRight": FitRight, "FitName": FitName} {
			got := fit(s, w)
			if n := uniseg.StringWidth(got); n != max(w, 0) {
				t.Fatalf("%s(%q, %d) = %q, %d cells wide", name, s, w, got, n)
			}
			if again := fit(got, w); again != got {
				t.Fatalf("%s of its own result %q is %q", name, got, again)
			}
			if Width(s) <= w && strings.Trim(got, " ") != strings.Trim(s, " ") {
				t.Fatalf("%s(%q, %d) = %q, although it fits", name, s, w, got)
			}
		}
	})
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in    string
		w     int
		left  string
		right string
	}{
		{"abc", 5, "abc  ", "  abc"},
		{"abc", 3, "abc", "abc"},
		{"abcd", 3, "ab…", "ab…"},
		{"abc", 1, "…", "…"},
		{"abc", 0, "", ""},
		{"abc", -1, "", ""},
		{"世界", 4, "世界", "世界"},
		{"世界人", 4, "世… ", " 世…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…", "e\u0301…"},
		{"", 2, "  ", "  "},
	} {
		if got := Fit(c.in, c.w); got != c.left {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.in, c.w, got, c.left)
		}
		if got := FitRight(c.in, c.w); got != c.right {
			t.Errorf("FitRight(%q, %d) = %q, want %q", c.in, c.w, got, c.right)
		}
	}
	if got := len(Fit("", 250)); got != 250 {
		t.Errorf("a wide blank is %d long, want 250", got)
	}
}

// TestFitName: a mark behind a name stays, and so does the end of a SID, for as long as
// there is room for them.
func TestFitName(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"S-1-5-21-…-1604 (orphan)", 24, "S-1-5-21-…-1604 (orphan)"},
		{"S-1-5-21-…-1604 (orphan)", 23, "S-1-5-21…-1604 (orphan)"},
		{"S-1-5-21-…-1604 (orphan)", 18, "S-1…-1604 (orphan)"},
		{"S-1-5-21-…-1604 (orphan)", 15, "S-…604 (orphan)"},
		{"S-1-5-21-…-1604 (orphan)", 14, "S-1-5-21-…-16…"},
		{"  + S-1-5-21-…-1604 (orphan)", 24, "  + S-1-5…-1604 (orphan)"},
		{`FABRIKAM\S-1-5-21-…-2002 (foreign)`, 25, `FABRIKAM\…-2002 (foreign)`},
		{"Administrator (user)", 17, "Administrator (u…"},
		{"PS-1-2 (orphan)", 14, "PS-1-2 (orpha…"},
		{"no mark (here", 9, "no mark …"},
	} {
		if got := FitName(c.in, c.w); got != c.want {
			t.Errorf("FitName(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

// TestEveryCharacterThatStays: one or two cells each, so that a column of
// characters from anywhere keeps its edge.
func TestEveryCharacterThatStays(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		s := string(r)
		if Text(s) != s || r == utf8.RuneError {
			continue
		}
		if w := uniseg.StringWidth(s); w < 1 || w > 2 {
			t.Errorf("%U stays and takes %d cells", r, w)
		}
		if unicode.IsMark(r) {
			t.Errorf("%U is a mark and stays at the start", r)
		}
	}
}

func TestTextAllocatesNothing(t *testing.T) {
	for _, s := range []string{"svc-backup", "Zoë 山田　太郎", "e\u0301"} {
		if n := testing.AllocsPerRun(100, func() { Text(s); Width(s); Fit(s, Width(s)) }); n != 0 {
			t.Errorf("%q: %v allocations, want none", s, n)
		}
	}
}

func BenchmarkText(b *testing.B) {
	for name, s := range map[string]string{
		"ascii": "CN=Müller\\, Zoe", "cjk": "山田　太郎 김철수", "hostile": "\x1b[31mroot\u202e",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fit(Text(s), 20)
			}
		})
	}
}
