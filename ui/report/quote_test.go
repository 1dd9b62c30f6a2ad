package report

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"mbxperm/ui/safe"
)

var quoteSeeds = []string{
	"", "u00012", "demo:250", "O'Brien", "a b", "$(reboot)", "`reboot`", "!!", "a\nb", "a\n", "\n\n", "%s%n", `\`, `\\'`, "-rf", "~root", "=ls",
	"\x1b[2J", "\u202egpj.exe", "\xff\xfe", "'", "''", "\u2019; Remove-Mailbox x; \u2018", "漢字", "e\u0301", "a\tb", "\r", "!\x01", "a;b|c&d>e",
	"*?[a]{b,c}", "#x", "\U0001f468\u200d\U0001f469", "%\x02", "CN=\\=cmd|' /C calc'!A0\x1b]0;x\x07,DC=contoso,DC=com", "\u200b'\u200b", "-x\u202e", "--\x1b", "-\u202e",
}

func TestQuoteForPeople(t *testing.T) {
	for in, want := range map[string]string{
		"u00012": "u00012", "a b": "'a b'", "O'Brien": `'O'\''Brien'`, "": "''", "--filter=a !b": "'--filter=a !b'",
		"ldaps://dc1.contoso.com:636": "ldaps://dc1.contoso.com:636", "\x1b!": `"$(printf '\033\041')"`,
	} {
		if got := Sh(in); got != want {
			t.Errorf("Sh(%q) = %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"Send-As": "'Send-As'", "O'Brien": "'O''Brien'", "\u2019x": "'\u2019\u2019x'", "": "''", "a\x1bb": "('a'+[char]0x001b+'b')",
		"\u202e": "(''+[char]0x202e)", "$x `n": "'$x `n'",
	} {
		if got := PowerShell(in); got != want {
			t.Errorf("PowerShell(%q) = %s, want %s", in, got, want)
		}
	}
}

// TestShThroughShells: every shell that is here gives each string back.
func TestShThroughShells(t *testing.T) {
	for _, shell := range []string{"sh", "dash", "bash"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			if shell == "sh" {
				t.Skip("no sh here: the quotes are not tried")
			}
			continue
		}
		for _, s := range quoteSeeds {
			throughSh(t, path, s)
		}
		out, err := exec.Command(path, "-c", "printf '<%s>' "+ShLine(quoteSeeds...)).Output()
		want := ""
		for _, s := range quoteSeeds {
			want += "<" + s + ">"
		}
		if err != nil || string(out) != want {
			t.Errorf("%s, all in one line: %q, %v; want %q", shell, out, err, want)
		}
	}
}

func throughSh(t *testing.T, shell, s string) {
	t.Helper()
	quoted := Sh(s)
	out, err := exec.Command(shell, "-c", "printf '<%s>' "+quoted).Output()
	if want := "<" + strings.ReplaceAll(s, "\x00", "") + ">"; err != nil || string(out) != want {
		t.Errorf("%s reads %s as %q (%v), want %q", shell, quoted, out, err, want)
	}
	if !visibleLines(quoted) {
		t.Errorf("%q shows as something else: %s", quoted, safe.Text(quoted))
	}
}

func FuzzSh(f *testing.F) {
	path, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("no sh here")
	}
	for _, s := range quoteSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 1<<14 {
			throughSh(t, path, s)
		}
	})
}

// FuzzPowerShell reads what PowerShell writes with a small reader of its rules:
// about_Quoting_Rules, and the quotes of the language specification 2.3.5.2.
func FuzzPowerShell(f *testing.F) {
	for _, s := range quoteSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := string([]rune(strings.ReplaceAll(s, "\x00", ""))) // a sign for each bad byte
		quoted := PowerShell(s)
		if got, ok := readPowerShell(quoted); !ok || got != want {
			t.Errorf("%s reads as %q (%v), want %q", quoted, got, ok, want)
		}
		if safe.Text(quoted) != quoted {
			t.Errorf("%q shows as something else", quoted)
		}
	})
}

func readPowerShell(s string) (string, bool) {
	inner, ok := strings.CutPrefix(s, "(")
	if ok {
		if inner, ok = strings.CutSuffix(inner, ")"); !ok {
			return "", false
		}
	} else {
		inner = s
	}
	quote := func(r rune) bool { return r == '\'' || '\u2018' <= r && r <= '\u201b' }
	var units []uint16
	runes := []rune(inner)
	for i := 0; i < len(runes); {
		switch {
		case quote(runes[i]):
			for i++; ; i++ {
				if i >= len(runes) {
					return "", false
				}
				if quote(runes[i]) {
					if i+1 >= len(runes) || !quote(runes[i+1]) {
						break
					}
					i++
				}
				units = append(units, utf16.Encode([]rune{runes[i]})...)
			}
			i++
		case strings.HasPrefix(string(runes[i:]), "[char]0x") && i+12 <= len(runes):
			n, err := strconv.ParseUint(string(runes[i+8:i+12]), 16, 16)
			if err != nil {
				return "", false
			}
			units = append(units, uint16(n))
			i += 12
		case runes[i] == '+' && i > 0:
			i++
		default:
			return "", false
		}
	}
	return string(utf16.Decode(units)), true
}
