package probe

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// bounded fails where more was kept of an answer than may be.
func bounded(t *testing.T, r *reply) {
	t.Helper()
	n := 0
	for _, text := range slices.Concat(r.texts, r.data) {
		n += len(text)
	}
	// A literal is kept as it is quoted: at most four bytes for each.
	if n > 5*mostBytes || len(r.texts)+len(r.data) > mostLines+1 {
		t.Fatalf("%d bytes in %d lines of one answer", n, len(r.texts)+len(r.data))
	}
}

// seeds are answers of servers, good and bad.
var seeds = []string{
	"220 mail\r\n", "250-a\r\n250 b\r\n", "250\r\n", "250OK\n", "451 4.7.1 no\r\n", "25", "250-\r\n", "250 5.1.1 x\r\n", "999 x\r\n",
	"+OK\r\nTOP\r\n..x\r\n.\r\n", "-ERR [AUTH] no\r\n", "+ \r\n", "+OKx\r\n", "-ERRx\r\n",
	"* OK [CAPABILITY IMAP4rev1] hi\r\n", "* X {3}\r\nabc y\r\na1 OK done\r\n", "a1 NO [X no\r\n", "* BYE x\r\n", "+ a\r\n", "* X {99999999}\r\n", "z OK\r\n", "* PREAUTH\r\n",
}

// FuzzReply: whatever a server sends, each reader ends with an answer or an
// error, keeps no more than it may, and leaves what follows the answer.
func FuzzReply(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, read := range map[string]func(*lines) (*reply, error){
			"smtp": func(l *lines) (*reply, error) { return readSMTP(l, true) },
			"pop3": func(l *lines) (*reply, error) { return readPOP3(l, true) },
			"imap": func(l *lines) (*reply, error) { return readIMAP4(l, "a1") },
			"hi":   func(l *lines) (*reply, error) { return readIMAP4(l, "*") },
		} {
			l := newLines(bytes.NewReader(b), false)
			r, err := read(l)
			if err != nil {
				continue
			}
			bounded(t, r)
			if r.code == "" {
				t.Fatalf("%s: no code in %q", name, b)
			}
			rest, _ := io.ReadAll(l.r)
			if !bytes.HasSuffix(b, rest) || len(rest)+l.bytes != len(b) {
				t.Fatalf("%s: %d bytes read, %d left, of %d", name, l.bytes, len(rest), len(b))
			}
		}
	})
}

// FuzzCapabilities: no list of capabilities breaks anything, and every mechanism
// in it is one word.
func FuzzCapabilities(f *testing.F) {
	f.Add("mail\nAUTH PLAIN LOGIN\nAUTH=NTLM\nSTARTTLS")
	f.Add("SASL PLAIN\nUSER\nSTLS")
	f.Add("CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH= LOGINDISABLED STARTTLS")
	f.Fuzz(func(t *testing.T, text string) {
		list := strings.Split(text, "\n")
		for _, mechanisms := range [][]string{mechanismsOf(parseEHLO(list)), mechanismsOf(parseCAPA(list)), mechanismsOf(parseCAPABILITY(list))} {
			for i, m := range mechanisms {
				if strings.ContainsAny(m, " \t\r\n") || slices.Contains(mechanisms[:i], m) {
					t.Fatalf("%q gives the mechanisms %q", text, mechanisms)
				}
			}
		}
	})
}
