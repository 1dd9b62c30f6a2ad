package ldif_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// styled writes records in one of the ways of those who write LDIF: ends of
// lines, folds, comments, what stands between records.
type styled struct {
	*rand.Rand
	b            strings.Builder
	end, between string
	fold         int // 0: never
	comments     bool
}

func (s *styled) line(text string) {
	for s.fold > 0 && len(text) > s.fold {
		s.b.WriteString(text[:s.fold] + s.end + " ")
		text = text[s.fold:]
	}
	s.b.WriteString(text + s.end)
}

func (s *styled) comment() {
	if s.comments && s.IntN(3) == 0 {
		s.line("# " + strings.Repeat("dn: x ", s.IntN(30)))
	}
}

// value writes an attribute, in base64 where it must be (RFC 2849) and sometimes else.
func (s *styled) value(name, v string) {
	plain := v == "" || !strings.ContainsAny(v[:1], " :<") && !strings.HasSuffix(v, " ") && strings.IndexFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	switch {
	case !plain || s.IntN(4) == 0 && v != "":
		s.line(name + ":: " + base64.StdEncoding.EncodeToString([]byte(v)))
	default:
		s.line(name + ":" + strings.Repeat(" ", s.IntN(3)) + v)
	}
	s.comment()
}

// TestStyles: the same records come out of LDIF in whatever style they are written.
func TestStyles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := []string{"anna", "b: c", "", "a  b", "x\ny", "ä", "dn: CN=x", strings.Repeat("long ", 40), strings.Repeat(" ", 30) + "x", "\r", "#", " z", "z "}
	for round := range 500 {
		s := &styled{Rand: r, end: []string{"\n", "\r\n", "\r", "\r\r\n"}[r.IntN(4)], fold: []int{0, 3, 7, 76}[r.IntN(4)], comments: r.IntN(2) == 0}
		s.between = []string{s.end, s.end + s.end, "", "  " + s.end, "\t" + s.end, s.end + "   " + s.end}[r.IntN(6)]
		if r.IntN(2) == 0 {
			s.line("version: 1")
			s.b.WriteString(s.end)
		}
		var want []string
		for i := range 1 + r.IntN(4) {
			dn := fmt.Sprintf("CN=%d%s,DC=contoso", i, words[r.IntN(4)])
			s.value("dn", dn)
			entry := fmt.Sprintf("entry 0 %q", dn)
			for k := range r.IntN(5) {
				name, v := fmt.Sprintf("a%d", k), words[r.IntN(len(words))]
				s.value(name, v)
				entry += fmt.Sprintf("\n %q false false %q", name, v)
			}
			want = append(want, entry)
			s.b.WriteString(s.between)
		}
		text := s.b.String()
		if r.IntN(3) == 0 {
			text = strings.TrimRight(text, "\r\n")
		}
		got := readText(t, text)
		want = append(want, "read well", "lookup well")
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("round %d: %q is\n%q, want\n%q", round, text, got, want)
		}
	}
}
