package mailtest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mbxperm/model/door"
)

// Fake is a small mail server that does as it should, but for what a test says
// otherwise.
type Fake struct {
	Protocol door.Protocol
	Greeting string
	Offers   []string                 // capabilities, with STARTTLS where there is one
	Inside   []string                 // those inside TLS; nil for offers without STARTTLS
	Answers  map[string]string        // by verb: the whole answer; {tag} stands for that of IMAP4
	Acts     map[string]func(p *Peer) // by verb: instead of an answer
	TLS      *tls.Config
	Implicit bool
	Password string
	Delay    time.Duration // before the greeting
	Echo     bool          // repeat each line of a client in an answer that refuses it, but for what leads to a logon

	mu    sync.Mutex
	heard []string
	mails []string
}

// Well makes a server with which all is well: STARTTLS, and inside it a logon by
// PLAIN and LOGIN with the password Example-Passw0rd.
func Well(t testing.TB, protocol door.Protocol, ca *Authority) *Fake {
	f := &Fake{Protocol: protocol, TLS: ca.Server(t, nil), Password: "Example-Passw0rd"}
	switch protocol {
	case door.SMTP:
		f.Offers, f.Inside = []string{"SIZE 1000", "STARTTLS"}, []string{"AUTH PLAIN LOGIN", "SIZE 1000"}
	case door.POP3:
		f.Offers, f.Inside = []string{"TOP", "STLS"}, []string{"SASL PLAIN LOGIN", "USER"}
	case door.IMAP4:
		f.Offers, f.Inside = []string{"STARTTLS", "LOGINDISABLED"}, []string{"AUTH=PLAIN", "AUTH=LOGIN"}
	}
	return f
}

// Peer is a client of it.
type Peer struct {
	net.Conn
	r   *bufio.Reader
	tag string
}

func (p *Peer) Say(text string) {
	_, _ = p.Write([]byte(strings.ReplaceAll(text, "{tag}", p.tag)))
}

// take takes a message.
func (f *Fake) take(p *Peer) {
	mail := ""
	for {
		line, ok := p.Hear()
		if !ok {
			return
		}
		if line == "." {
			break
		}
		mail += strings.TrimPrefix(line, ".") + "\n"
	}
	f.mu.Lock()
	f.mails = append(f.mails, mail)
	f.mu.Unlock()
	p.Say("250 2.6.0 <1@contoso.com> queued\r\n")
}

// Answer changes the answer to a verb while the server runs.
func (f *Fake) Answer(verb, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Answers = map[string]string{verb: text}
}

// Mails are the messages that were taken, lines ending in LF.
func (f *Fake) Mails() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.mails)
}

// last is the last line that was heard.
func (f *Fake) last() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard[len(f.heard)-1]
}

// hears keeps a line inside a logon.
func (f *Fake) hears(p *Peer) string {
	line, _ := p.Hear()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, line)
	return line
}

// Hear returns a line of the client without its end, and whether one came.
func (p *Peer) Hear() (string, bool) {
	line, err := p.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (p *Peer) Use(c net.Conn) { p.Conn, p.r = c, bufio.NewReader(c) }

// Serve starts the server and returns the target.
func (f *Fake) Serve(t testing.TB) door.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(20 * time.Second))
				p := &Peer{}
				p.Use(c)
				f.speak(p)
			})
		}
	})
	return door.Target{Protocol: f.Protocol, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port), Domain: "contoso.com"}
}

func (f *Fake) speak(p *Peer) {
	if f.Implicit {
		p.Use(tls.Server(p.Conn, f.TLS))
	}
	if act := f.Acts["greeting"]; act != nil {
		act(p)
		return
	}
	time.Sleep(f.Delay)
	p.Say(f.first())
	inside := f.Implicit
	for {
		line, ok := p.Hear()
		if !ok {
			return
		}
		f.mu.Lock()
		f.heard = append(f.heard, line)
		f.mu.Unlock()
		verb := f.verb(p, line)
		if act := f.Acts[verb]; act != nil {
			act(p)
			return
		}
		f.mu.Lock()
		answer, known := f.Answers[verb]
		f.mu.Unlock()
		if !known {
			answer = f.usual(verb, line, inside)
		}
		if verb == "AUTH" && answer == "" {
			answer = f.auth(p, line)
		}
		if last := f.last(); f.Echo && (verb == "AUTH" || verb == "PASS" || verb == "LOGIN") {
			answer = map[door.Protocol]string{door.SMTP: "501 5.5.4 ", door.POP3: "-ERR ", door.IMAP4: "{tag} BAD "}[f.Protocol] + line + " " + last + "\r\n"
		}
		p.Say(answer)
		if verb == "DATA" && strings.HasPrefix(answer, "354") {
			f.take(p)
		}
		switch {
		case verb == "STARTTLS" && !strings.Contains(answer, " OK") && !strings.HasPrefix(answer, "2") && !strings.HasPrefix(answer, "+OK"):
		case verb == "STARTTLS":
			p.Use(tls.Server(p.Conn, f.TLS))
			inside = true
		case verb == "QUIT":
			return
		}
	}
}

func (f *Fake) first() string {
	if f.Greeting != "" {
		return f.Greeting
	}
	return map[door.Protocol]string{door.SMTP: "220 mail.contoso.com ESMTP\r\n", door.POP3: "+OK ready\r\n", door.IMAP4: "* OK ready\r\n"}[f.Protocol]
}

// verb is the command of a line, in the words of SMTP where there is one.
func (f *Fake) verb(p *Peer, line string) string {
	words := strings.Fields(line)
	if f.Protocol == door.IMAP4 && len(words) > 1 {
		p.tag, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return ""
	}
	verb := strings.ToUpper(words[0])
	switch verb {
	case "STLS":
		return "STARTTLS"
	case "AUTHENTICATE":
		return "AUTH"
	case "LOGOUT":
		return "QUIT"
	}
	return verb
}

func (f *Fake) usual(verb, line string, inside bool) string {
	offers := f.Offers
	if inside && f.Inside != nil {
		offers = f.Inside
	}
	switch f.Protocol {
	case door.POP3:
		switch verb {
		case "CAPA":
			return "+OK\r\n" + strings.Join(append(offers, "."), "\r\n") + "\r\n"
		case "AUTH":
			return ""
		case "PASS":
			if strings.TrimPrefix(line, "PASS ") != f.Password {
				return "-ERR [AUTH] no\r\n"
			}
		}
		return "+OK well\r\n"
	case door.IMAP4:
		switch verb {
		case "CAPABILITY":
			return "* CAPABILITY " + strings.Join(append([]string{"IMAP4rev1"}, offers...), " ") + "\r\n{tag} OK done\r\n"
		case "QUIT":
			return "* BYE see you\r\n{tag} OK done\r\n"
		case "AUTH":
			return ""
		}
		return "{tag} OK done\r\n"
	}
	switch verb {
	case "EHLO":
		text := "250-mail.contoso.com\r\n"
		for _, o := range offers {
			text += "250-" + o + "\r\n"
		}
		return text + "250 OK\r\n"
	case "STARTTLS":
		return "220 2.0.0 go ahead\r\n"
	case "AUTH":
		return ""
	case "QUIT":
		return "221 2.0.0 bye\r\n"
	case "DATA":
		return "354 go on\r\n"
	case "HELO":
		return "250 mail.contoso.com\r\n"
	}
	return "250 2.1.0 OK\r\n"
}

// auth takes PLAIN and LOGIN.
func (f *Fake) auth(p *Peer, line string) string {
	more, good, bad := "334 ", "235 2.7.0 welcome\r\n", "535 5.7.8 no\r\n"
	switch f.Protocol {
	case door.POP3:
		more, good, bad = "+ ", "+OK welcome\r\n", "-ERR [AUTH] no\r\n"
	case door.IMAP4:
		more, good, bad = "+ ", p.tag+" OK welcome\r\n", p.tag+" NO [AUTHENTICATIONFAILED] no\r\n"
	}
	words := strings.Fields(line)
	got := words[len(words)-1]
	switch {
	case strings.Contains(strings.ToUpper(line), "LOGIN"):
		p.Say(more + base64.StdEncoding.EncodeToString([]byte("User Name\x00")) + "\r\n")
		_ = f.hears(p)
		p.Say(more + base64.StdEncoding.EncodeToString([]byte("Password\x00")) + "\r\n")
		got = f.hears(p)
	case strings.EqualFold(got, "PLAIN"):
		p.Say(more + "\r\n")
		got = f.hears(p)
	}
	b, _ := base64.StdEncoding.DecodeString(got)
	if f.Password != "" && strings.HasSuffix(string(b), f.Password) {
		return good
	}
	return bad
}

// Said returns what the server has heard.
func (f *Fake) Said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.heard, "\n")
}

// Authority signs certificates.
type Authority struct {
	Cert *x509.Certificate
	Key  *ecdsa.PrivateKey
	File string // PEM, as --ca takes it
}

func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{}
	a.Cert, a.Key = Sign(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "contoso authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.File = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(a.File, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

var serial atomic.Int64

// Sign makes a certificate; by nil signs itself.
func Sign(t testing.TB, by *Authority, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(serial.Add(1))
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(100*24*time.Hour)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Cert, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made, key
}

// Server makes the TLS side of a server with a certificate by the Authority.
func (a *Authority) Server(t testing.TB, change func(*x509.Certificate)) *tls.Config {
	t.Helper()
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "mail.contoso.com"}, DNSNames: []string{"mail.contoso.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	if change != nil {
		change(c)
	}
	cert, key := Sign(t, a, c)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}
