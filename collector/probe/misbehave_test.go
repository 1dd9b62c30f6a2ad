package probe

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
)

// misbehaviour is what a server does wrong, and what is said of it.
type misbehaviour struct {
	protocol door.Protocol
	change   func(f *mailtest.Fake)
	options  func(o *Options)
	step     string
	result   door.Result
	says     []string // in code, text or detail
	after    string   // the next step, and what became of it: "skipped"
}

func say(text string) func(*mailtest.Fake) { return func(f *mailtest.Fake) { f.Greeting = text } }

func answer(verb, text string) func(*mailtest.Fake) {
	return func(f *mailtest.Fake) { f.Answers = map[string]string{verb: text} }
}

func act(verb string, do func(p *mailtest.Peer)) func(*mailtest.Fake) {
	return func(f *mailtest.Fake) { f.Acts = map[string]func(*mailtest.Peer){verb: do} }
}

// silence lasts until the client has had enough.
func silence(p *mailtest.Peer) {
	for ok := true; ok; {
		_, ok = p.Hear()
	}
}

func reset(p *mailtest.Peer) {
	p.Say("220-")
	time.Sleep(20 * time.Millisecond)
	conn := p.Conn
	if inner, ok := conn.(*tls.Conn); ok {
		conn = inner.NetConn() // no close_notify: the connection below is reset
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
	p.Close()
}

func quick(o *Options) { o.Timeout = 2 * time.Second }

// drip sends a byte at a time: each in good time, and the whole never.
func drip(p *mailtest.Peer) {
	for {
		if _, err := p.Write([]byte("2")); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var misbehaviours = map[string]misbehaviour{
	// Answers.
	"two codes":              {door.SMTP, answer("RCPT", "250-2.1.5 yes\r\n451 4.7.1 no\r\n"), nil, "rcpt", door.Failed, []string{"451", "begins with 250 and goes on with 451"}, ""},
	"other code, still well": {door.SMTP, answer("RCPT", "251-yes\r\n250 yes\r\n"), nil, "rcpt", door.Warning, []string{"begins with 251 and goes on with 250"}, ""},
	"no blank":               {door.SMTP, answer("MAIL", "250OK\r\n"), nil, "mail", door.Warning, []string{"no blank between code and text"}, "ok"},
	"code alone":             {door.SMTP, answer("MAIL", "250\r\n"), nil, "mail", door.OK, []string{"250"}, "ok"},
	"enhanced contradicts":   {door.SMTP, answer("RCPT", "250 5.1.1 nobody\r\n"), nil, "rcpt", door.Warning, []string{"5.1.1 contradicts 250"}, ""},
	"bare LF":                {door.SMTP, answer("MAIL", "250 fine\n"), nil, "mail", door.Warning, []string{"LF without CR"}, "ok"},
	"NUL":                    {door.SMTP, answer("MAIL", "250 fi\x00ne\r\n"), nil, "mail", door.Warning, []string{"NUL"}, "ok"},
	"long line":              {door.SMTP, say("220 " + strings.Repeat("x", 8000) + "\r\n"), nil, "greeting", door.Warning, []string{"a line of 8006 bytes"}, "ok"},
	"hundred lines":          {door.SMTP, say(strings.Repeat("220-wait\r\n", 99) + "220 now\r\n"), nil, "greeting", door.OK, []string{"now"}, "ok"},
	"thousand lines":         {door.SMTP, say(strings.Repeat("220-wait\r\n", 1001) + "220 now\r\n"), nil, "greeting", door.Failed, []string{"more than 1000 lines"}, "skipped"},
	"endless":                {door.SMTP, act("greeting", func(p *mailtest.Peer) { endless(p, "220-"+strings.Repeat("x", 200)+"\r\n") }), nil, "greeting", door.Failed, []string{"longer than 64 KiB"}, "skipped"},
	"endless line":           {door.SMTP, act("greeting", func(p *mailtest.Peer) { endless(p, "220 xxxxxxxxxxxx") }), nil, "greeting", door.Failed, []string{"longer than 64 KiB"}, "skipped"},
	"no code":                {door.SMTP, say("SSH-2.0-OpenSSH_9.2\r\n"), nil, "greeting", door.Failed, []string{"without a code", "SSH-2.0"}, "skipped"},
	"stray answer":           {door.SMTP, answer("MAIL", "250 one\r\n250 two\r\n"), nil, "rcpt", door.Warning, []string{"nobody had asked for", "250 two"}, ""},

	// Greetings.
	"greeting 250":       {door.SMTP, say("250 mail.contoso.com\r\n"), nil, "greeting", door.Failed, []string{"250"}, "skipped"},
	"greeting 250 is ok": {door.SMTP, say("250 mail.contoso.com\r\n"), func(o *Options) { o.Expect = []string{"greeting=220,250"} }, "greeting", door.OK, []string{"250"}, "ok"},
	"greeting 421":       {door.SMTP, say("421 4.3.2 busy\r\n"), nil, "greeting", door.Failed, []string{"421", "busy"}, "skipped"},
	"greeting 554":       {door.SMTP, say("554 5.7.1 go away\r\n"), nil, "greeting", door.Failed, []string{"554"}, "skipped"},
	"masked":             {door.SMTP, say("220 **************\r\n"), nil, "greeting", door.OK, []string{"****"}, "ok"},
	"Latin-1":            {door.SMTP, say("220 Gr\xfc\xdfe\r\n"), nil, "greeting", door.OK, []string{"Gr\xfc"}, "ok"},
	"escape and bidi":    {door.SMTP, say("220 \x1b[2J\u202egnp.exe\r\n"), nil, "greeting", door.OK, []string{"\x1b[2J"}, "ok"},
	"silence":            {door.SMTP, act("greeting", silence), quick, "greeting", door.Failed, []string{"no answer within 2s"}, "skipped"},
	"slow drip":          {door.SMTP, act("greeting", drip), quick, "greeting", door.Failed, []string{"no whole answer within 2s, only"}, "skipped"},
	"close at once":      {door.SMTP, act("greeting", func(p *mailtest.Peer) {}), nil, "greeting", door.Failed, []string{"closed the connection"}, "skipped"},
	"close inside":       {door.SMTP, act("greeting", func(p *mailtest.Peer) { p.Say("220-mail\r\n220-") }), nil, "greeting", door.Failed, []string{"closed the connection after"}, "skipped"},
	"reset":              {door.SMTP, act("greeting", reset), nil, "greeting", door.Failed, []string{"reset the connection"}, "skipped"},

	// EHLO.
	"EHLO refused": {door.SMTP, answer("EHLO", "502 5.5.1 no\r\n"), nil, "ehlo", door.Warning, []string{"EHLO was refused: 502", "250"}, "skipped"},
	"EHLO and HELO refused": {door.SMTP, func(f *mailtest.Fake) { f.Answers = map[string]string{"EHLO": "502 no\r\n", "HELO": "550 no\r\n"} }, nil,
		"ehlo", door.Failed, []string{"550"}, "skipped"},
	"EHLO 421":            {door.SMTP, answer("EHLO", "421 4.7.0 too many\r\n"), nil, "ehlo", door.Failed, []string{"421"}, "skipped"},
	"AUTH before TLS":     {door.SMTP, func(f *mailtest.Fake) { f.Offers = []string{"STARTTLS", "AUTH PLAIN LOGIN"} }, nil, "ehlo", door.Warning, []string{"in plain text is offered before TLS: PLAIN LOGIN"}, "ok"},
	"AUTH= before TLS":    {door.SMTP, func(f *mailtest.Fake) { f.Offers = []string{"AUTH=LOGIN", "STARTTLS"} }, nil, "ehlo", door.Warning, []string{"offered before TLS: LOGIN"}, "ok"},
	"STARTTLS comes last": {door.SMTP, answer("EHLO", "250-mail\r\n250 STARTTLS\r\n"), nil, "starttls", door.OK, nil, "ok"},

	// STARTTLS.
	"no STARTTLS":         {door.SMTP, func(f *mailtest.Fake) { f.Offers = nil }, nil, "starttls", door.Skipped, []string{"not offered"}, "skipped"},
	"no STARTTLS, wanted": {door.SMTP, func(f *mailtest.Fake) { f.Offers = nil }, func(o *Options) { o.TLS = "starttls" }, "starttls", door.Failed, []string{"not offered"}, "skipped"},
	"STARTTLS refused":    {door.SMTP, answer("STARTTLS", "454 4.7.0 not now\r\n"), nil, "starttls", door.Failed, []string{"454"}, "skipped"},
	"text after STARTTLS": {door.SMTP, answer("STARTTLS", "220 go\r\n250 injected\r\n"), nil, "starttls", door.Warning, []string{"thrown away", "injected"}, "ok"},
	"clear text, not TLS": {door.SMTP, act("STARTTLS", func(p *mailtest.Peer) {
		p.Say("220 go\r\n")
		time.Sleep(50 * time.Millisecond)
		p.Say("500 what?\r\n")
		p.Hear()
	}), nil, "tls", door.Failed, []string{"does not speak TLS"}, "skipped"},
	"nothing, not TLS": {door.SMTP, act("STARTTLS", func(p *mailtest.Peer) { p.Say("220 go\r\n"); silence(p) }), quick, "tls", door.Failed, []string{"within 2s"}, "skipped"},
	"close, not TLS":   {door.SMTP, act("STARTTLS", func(p *mailtest.Peer) { p.Say("220 go\r\n") }), nil, "tls", door.Failed, []string{"the connection"}, "skipped"},
	"TLS 1.0 only":     {door.SMTP, func(f *mailtest.Fake) { f.TLS.MinVersion, f.TLS.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, nil, "tls", door.Failed, []string{"the server offers TLS 1.0 with"}, "skipped"},
	"weak ciphers only": {door.SMTP, func(f *mailtest.Fake) {
		f.TLS.MaxVersion, f.TLS.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
	}, nil, "tls", door.Failed, []string{"the server offers TLS 1.2 with TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"}, "skipped"},
	"handshake alert": {door.SMTP, func(f *mailtest.Fake) {
		f.TLS.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, fmt.Errorf("no") }
	}, nil, "tls", door.Failed, []string{"ended TLS: internal error"}, "skipped"},

	// The conversation.
	"MAIL refused":       {door.SMTP, answer("MAIL", "530 5.7.57 not authenticated\r\n"), nil, "mail", door.Failed, []string{"530", "5.7.57"}, "skipped"},
	"RCPT 451":           {door.SMTP, answer("RCPT", "451 4.7.1 try later\r\n"), nil, "rcpt", door.Failed, []string{"451", "4.7.1"}, ""},
	"RCPT 421 and close": {door.SMTP, act("RCPT", func(p *mailtest.Peer) { p.Say("421 4.7.0 enough\r\n") }), nil, "rcpt", door.Failed, []string{"421"}, "skipped"},
	"RCPT hangs":         {door.SMTP, act("RCPT", silence), quick, "rcpt", door.Failed, []string{"no answer within"}, "skipped"},
	"RCPT closes":        {door.SMTP, act("RCPT", func(*mailtest.Peer) {}), nil, "rcpt", door.Failed, []string{"closed the connection"}, "skipped"},
	"QUIT closes":        {door.SMTP, act("QUIT", func(*mailtest.Peer) {}), nil, "quit", door.Failed, []string{"closed the connection"}, ""},
	"open relay":         {door.SMTP, nil, func(o *Options) { o.Relay = "somebody@fabrikam.com" }, "relay", door.Failed, []string{"relays for whoever comes"}, ""},
	"no relay":           {door.SMTP, answer("RCPT", "550 5.7.54 unable to relay\r\n"), func(o *Options) { o.Relay = "somebody@fabrikam.com" }, "relay", door.OK, []string{"5.7.54"}, ""},

	// POP3.
	"pop3 -ERR":           {door.POP3, say("-ERR [SYS/TEMP] busy\r\n"), nil, "greeting", door.Failed, []string{"-ERR", "[SYS/TEMP]", "busy"}, "skipped"},
	"pop3 no CAPA":        {door.POP3, answer("CAPA", "-ERR what?\r\n"), nil, "capa", door.Warning, []string{"not known"}, "skipped"},
	"pop3 CAPA, no end":   {door.POP3, act("CAPA", func(p *mailtest.Peer) { p.Say("+OK\r\n"); endless(p, "X\r\n") }), nil, "capa", door.Failed, []string{"more than 1000 lines"}, "skipped"},
	"pop3 CAPA hangs":     {door.POP3, act("CAPA", func(p *mailtest.Peer) { p.Say("+OK\r\nTOP\r\n"); silence(p) }), quick, "capa", door.Failed, []string{"no whole answer"}, "skipped"},
	"pop3 USER in clear":  {door.POP3, func(f *mailtest.Fake) { f.Offers = []string{"USER", "STLS"} }, nil, "capa", door.Warning, []string{"before TLS"}, "ok"},
	"pop3 other protocol": {door.POP3, say("220 mail ESMTP\r\n"), nil, "greeting", door.Failed, []string{"neither +OK nor -ERR"}, "skipped"},

	// IMAP4.
	"imap4 BYE":            {door.IMAP4, say("* BYE [UNAVAILABLE] busy\r\n"), nil, "greeting", door.Failed, []string{"BYE", "busy"}, "skipped"},
	"imap4 PREAUTH":        {door.IMAP4, say("* PREAUTH in\r\n"), nil, "greeting", door.Warning, []string{"PREAUTH"}, "ok"},
	"imap4 wrong tag":      {door.IMAP4, answer("CAPABILITY", "* CAPABILITY IMAP4rev1\r\nz9 OK done\r\n"), nil, "capability", door.Failed, []string{"with the tag"}, "skipped"},
	"imap4 NO":             {door.IMAP4, answer("CAPABILITY", "{tag} NO not for you\r\n"), nil, "capability", door.Failed, []string{"NO", "not for you"}, "skipped"},
	"imap4 BYE meanwhile":  {door.IMAP4, act("CAPABILITY", func(p *mailtest.Peer) { p.Say("* BYE going down\r\n") }), nil, "capability", door.Failed, []string{"BYE", "going down"}, "skipped"},
	"imap4 no answer":      {door.IMAP4, act("CAPABILITY", func(p *mailtest.Peer) { endless(p, "* X\r\n") }), nil, "capability", door.Failed, []string{"more than 1000 lines"}, "skipped"},
	"imap4 huge literal":   {door.IMAP4, answer("CAPABILITY", "* X {999999999}\r\n"), nil, "capability", door.Failed, []string{"longer than 64 KiB"}, "skipped"},
	"imap4 LOGIN in clear": {door.IMAP4, func(f *mailtest.Fake) { f.Offers = []string{"STARTTLS"} }, nil, "capability", door.Warning, []string{"before TLS"}, "ok"},
}

func endless(p *mailtest.Peer, text string) {
	for b := []byte(text); ; {
		if _, err := p.Write(b); err != nil {
			return
		}
	}
}

func TestMisbehaviour(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	for name, m := range misbehaviours {
		t.Run(name, func(t *testing.T) {
			f := mailtest.Well(t, m.protocol, ca)
			if m.change != nil {
				m.change(f)
			}
			o := Options{CAFile: ca.File}
			if m.options != nil {
				m.options(&o)
			}
			if o.Timeout != 0 { // it waits for silence
				t.Parallel()
			}
			c := checked(t, o, f.Serve(t))
			steps := m.protocol.Steps()
			for i, step := range steps {
				if step != m.step {
					continue
				}
				s := &c.Steps[i]
				if s.Result != m.result {
					t.Errorf("%s: %s, want %s (%s; %s)", step, s.Result, m.result, s.Says(), s.Detail)
				}
				for _, says := range m.says {
					if all := s.Code + " " + s.Enhanced + " " + s.Text + " " + s.Detail; !strings.Contains(all, says) {
						t.Errorf("%s says %q, want %q in it", step, all, says)
					}
				}
				if m.after != "" {
					if next := &c.Steps[i+1]; next.Result.String() != m.after {
						t.Errorf("after it %s: %s, want %s (%s)", next.Name, next.Result, m.after, next.Detail)
					}
				}
			}
			if m.result == door.Failed && c.Worst().Name != m.step {
				t.Errorf("%s has failed too: %s", c.Worst().Name, c.Worst().Detail)
			}
		})
	}
}

// TestCertificates: everything that is wrong with one is said, the certificate
// is read all the same, the conversation goes on, and no secret is sent.
func TestCertificates(t *testing.T) {
	ca, other := mailtest.NewAuthority(t), mailtest.NewAuthority(t)
	between := &mailtest.Authority{}
	between.Cert, between.Key = mailtest.Sign(t, ca, &x509.Certificate{Subject: pkix.Name{CommonName: "contoso issuing"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	self, selfKey := mailtest.Sign(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "mail.contoso.com"}, DNSNames: []string{"mail.contoso.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	for name, c := range map[string]struct {
		conf *tls.Config
		says string
	}{
		"expired": {ca.Server(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-time.Hour)
		}), "the certificate ended on"},
		"not yet": {ca.Server(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(48*time.Hour)
		}), "the certificate begins on"},
		"other name":      {ca.Server(t, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"localhost", "other.contoso.com"}, nil }), "is not for 127.0.0.1 but for localhost, other.contoso.com"},
		"CN only":         {ca.Server(t, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }), "no subjectAltName, and its common name mail.contoso.com alone does not count"},
		"unknown":         {other.Server(t, nil), "no chain leads from contoso authority"},
		"self-signed":     {&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{self.Raw}, PrivateKey: selfKey}}}, "self-signed"},
		"no intermediate": {between.Server(t, nil), "sends no intermediate certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			f := mailtest.Well(t, door.SMTP, ca)
			f.TLS = c.conf
			o := Options{CAFile: ca.File, User: "auditor@contoso.com", Password: password}
			got := checked(t, o, f.Serve(t))
			s := got.Step("tls")
			if s.Result != door.Failed || !strings.Contains(s.Detail, c.says) {
				t.Errorf("%s: %s, want %q in it", s.Result, s.Detail, c.says)
			}
			if got.TLS == nil || got.TLS.Sent[0].Key != "ECDSA P-256" || len(got.TLS.PEM) == 0 {
				t.Errorf("the certificate was not read: %+v", got.TLS)
			}
			if a := got.Step("auth"); a.Result != door.Failed || !strings.Contains(a.Detail, "no secret is sent") || strings.Contains(f.Said(), "AUTH") {
				t.Errorf("auth: %s %s; the server heard %s", a.Result, a.Detail, f.Said())
			}
			if got.Step("rcpt").Result != door.OK {
				t.Errorf("rcpt: %+v", got.Step("rcpt"))
			}
			if name == "other name" && (len(got.TLS.Leads) != 1 || !strings.Contains(s.Detail, "use localhost")) {
				t.Errorf("which name leads here: %v; %s", got.TLS.Leads, s.Detail)
			}
			o.Pardons = true
			got = checked(t, o, f.Serve(t))
			if s := got.Step("tls"); s.Result != door.Warning || !strings.Contains(s.Detail, c.says) || got.Step("auth").Result != door.OK {
				t.Errorf("--insecure: %s: %s; auth %s", s.Result, s.Detail, got.Step("auth").Result)
			}
		})
	}
}

// TestCertificateWarnings: what is trusted and not as it should be.
func TestCertificateWarnings(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	f.TLS = ca.Server(t, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(13*24*time.Hour)
	})
	c := checked(t, Options{CAFile: ca.File}, f.Serve(t))
	if s := c.Step("tls"); s.Result != door.Warning || !strings.Contains(s.Detail, "ends on") || !strings.Contains(s.Detail, "12 days left") {
		t.Errorf("%s: %s", s.Result, s.Detail)
	}
	f.TLS = &tls.Config{Certificates: []tls.Certificate{weakKey(t, ca)}}
	if s := checked(t, Options{CAFile: ca.File}, f.Serve(t)).Step("tls"); s.Result != door.Warning || !strings.Contains(s.Detail, "the key RSA 1024 is weak") {
		t.Errorf("a weak key: %s: %s", s.Result, s.Detail)
	}
	f.TLS = ca.Server(t, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(13*24*time.Hour)
	})
	c = checked(t, Options{CAFile: ca.File}, f.Serve(t))
	pin := c.TLS.Sent[0].Pin
	if s := checked(t, Options{Pins: []string{pin}}, f.Serve(t)).Step("tls"); s.Result != door.Warning {
		t.Errorf("--pin: %s: %s", s.Result, s.Detail)
	}
	if s := checked(t, Options{CAFile: ca.File, Pins: []string{"sha256:" + strings.Repeat("ab", 32)}}, f.Serve(t)).Step("tls"); s.Result != door.Failed || !strings.Contains(s.Detail, "not the one of --pin") {
		t.Errorf("another --pin: %s: %s", s.Result, s.Detail)
	}
	if s := checked(t, Options{CAFile: ca.File, Name: "mail.contoso.com"}, f.Serve(t)).Step("tls"); s.Result != door.Warning {
		t.Errorf("--name: %s: %s", s.Result, s.Detail)
	}
	if s := checked(t, Options{CAFile: ca.File, Name: "mail.fabrikam.com"}, f.Serve(t)).Step("tls"); s.Result != door.Failed || !strings.Contains(s.Detail, "not for mail.fabrikam.com but for mail.contoso.com") {
		t.Errorf("--name of another: %s: %s", s.Result, s.Detail)
	}
}

// weakKey is a certificate with a key that is too short for today.
func weakKey(t *testing.T, ca *mailtest.Authority) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1024), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(100 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, ca.Cert, &key.PublicKey, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestMemoryIsBounded: servers that send without an end cost what is kept of one
// answer each.
func TestMemoryIsBounded(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	f.Acts = map[string]func(*mailtest.Peer){"greeting": func(p *mailtest.Peer) { endless(p, "220-"+strings.Repeat("x", 490)+"\r\n") }}
	target := f.Serve(t)
	targets := make([]door.Target, 100)
	for i := range targets {
		targets[i] = target
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	checkAll(t, Options{}, targets...)
	runtime.ReadMemStats(&after)
	if all := after.TotalAlloc - before.TotalAlloc; all > 100*8*mostBytes {
		t.Errorf("%d KiB for each of 100 endless answers", all/100>>10)
	}
}

// TestRefusedAndNobody: a port without a listener, and a name without an address.
func TestRefusedAndNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	c := checked(t, Options{}, door.Target{Protocol: door.SMTP, Host: "127.0.0.1", Port: port})
	if s := c.Step("connect"); s.Result != door.Failed || !strings.Contains(s.Detail, "refused") {
		t.Errorf("%s: %s", s.Result, s.Detail)
	}
	c = checked(t, Options{}, door.Target{Protocol: door.SMTP, Host: "mail.contoso.invalid", Port: 25})
	if s := c.Step("resolve"); s.Result != door.Failed || c.Address != "" || s.Detail == "" {
		t.Errorf("%s: %s", s.Result, s.Detail)
	}
	c = checked(t, Options{IPv6: true}, door.Target{Protocol: door.SMTP, Host: "127.0.0.1", Port: 25})
	if s := c.Step("resolve"); s.Result != door.Failed || !strings.Contains(s.Detail, "no address of IPv6") {
		t.Errorf("%s: %s", s.Result, s.Detail)
	}
}
