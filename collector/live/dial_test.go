package live

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/collector/ldaptest"
)

func TestPin(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	c, err := tls.Dial("tcp", server.Addr(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	cert := c.ConnectionState().PeerCertificates[0]
	c.Close()
	key, whole := sha256.Sum256(cert.RawSubjectPublicKeyInfo), sha256.Sum256(cert.Raw)
	colons := make([]string, len(whole))
	for i := range whole {
		colons[i] = strings.ToUpper(hex.EncodeToString(whole[i : i+1]))
	}
	other := "sha256:" + strings.Repeat("00", 32)
	o := options(server)
	o.CAFile = ""
	o.URL = server.URLFor("127.0.0.1")
	for _, pin := range []string{"sha256:" + hex.EncodeToString(key[:]), "sha256//" + base64.StdEncoding.EncodeToString(key[:]),
		"SHA256:" + strings.Join(colons, ":")} {
		o.Pins = []string{other, strings.Replace(pin, "sha256//", "sha256:", 1)}
		s := open(t, o)
		if len(s.Warnings()) != 0 {
			t.Errorf("warnings %q", s.Warnings())
		}
		s.Close()
	}
	binds := func() (n int) {
		for _, r := range server.Requests() {
			if r.Op == "bind" {
				n++
			}
		}
		return n
	}
	before := binds()
	o.Pins = []string{other}
	refused(t, o, ErrTLS, "is not the one of --pin", base64.StdEncoding.EncodeToString(key[:]))
	if binds() != before {
		t.Error("something was sent to a server with another key")
	}
	// With --ca both must hold: the name is wrong here.
	o.Pins, o.CAFile = []string{"sha256:" + hex.EncodeToString(key[:])}, server.CAFile()
	o.URL, o.DC = server.URLFor("wrong.contoso.lab"), Servers{"wrong.contoso.lab": "127.0.0.1"}
	refused(t, o, ErrTLS, "asked for wrong.contoso.lab")
	for _, bad := range []string{"", "sha256:", "sha1:" + hex.EncodeToString(key[:20]), "sha256:xyz", hex.EncodeToString(key[:])} {
		o.Pins = []string{bad}
		refused(t, o, nil, "should be sha256: and")
	}
	o.Pins, o.Insecure = []string{other}, true
	refused(t, o, nil, "--pin and --insecure")
}

// socks is a SOCKS5 proxy (RFC 1928) for CONNECT, without authentication. It
// writes down what it is asked for, and dials what names says instead.
type socks struct {
	names map[string]string
	mu    sync.Mutex
	asked []string
}

func (p *socks) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return l.Addr().String()
}

func (p *socks) serve(c net.Conn) {
	defer c.Close()
	b := make([]byte, 262)
	if _, err := io.ReadFull(c, b[:2]); err != nil {
		return
	}
	_, _ = io.ReadFull(c, b[:b[1]])
	_, _ = c.Write([]byte{5, 0})
	if _, err := io.ReadFull(c, b[:5]); err != nil {
		return
	}
	var host string
	if b[3] == 3 {
		n := int(b[4])
		_, _ = io.ReadFull(c, b[:n])
		host = string(b[:n])
	} else {
		first := b[4]
		_, _ = io.ReadFull(c, b[:3])
		host = net.IPv4(first, b[0], b[1], b[2]).String()
	}
	_, _ = io.ReadFull(c, b[:2])
	address := net.JoinHostPort(host, itoa(int(b[0])<<8|int(b[1])))
	p.mu.Lock()
	p.asked = append(p.asked, address)
	to, known := p.names[address]
	p.mu.Unlock()
	if !known {
		_, _ = c.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0}) // host unreachable
		return
	}
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go func() { _, _ = io.Copy(out, c); out.Close() }()
	_, _ = io.Copy(c, out)
}

func (p *socks) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func itoa(n int) string {
	return strings.TrimPrefix((&net.TCPAddr{Port: n}).String(), ":")
}

func TestSOCKS5(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 3})
	p := &socks{names: map[string]string{"dc1.contoso.lab:" + server.Port(): server.Addr()}}
	o := options(server)
	// The name resolves nowhere but at the proxy.
	o.URL, o.SOCKS5 = server.URLFor("dc1.contoso.lab"), p.start(t)
	j, err := read(t, o)
	if err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	if len(p.log()) != server.Connections() {
		t.Errorf("%d connections through the proxy, %d at the server", len(p.log()), server.Connections())
	}
	o.URL = server.URLFor("dc2.contoso.lab")
	refused(t, o, ErrUnreachable, "the proxy "+o.SOCKS5+" does not get through to dc2.contoso.lab:", "unreachable")
	o.SOCKS5 = closedPort(t)
	refused(t, o, ErrUnreachable, "the proxy "+o.SOCKS5+" of --socks5 is not reachable")
}

// TestLabSOCKS5: Kerberos goes through the proxy as well.
func TestLabSOCKS5(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	noKerberos(t)
	p := &socks{names: map[string]string{"dc1.contoso.lab:636": lab.Address + ":636", "dc1.contoso.lab:88": lab.Address + ":88"}}
	o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
	o.Auth, o.DC, o.SOCKS5 = AuthKerberos, nil, p.start(t)
	s := open(t, o)
	if c, err := s.home.now().another(context.Background()); err != nil {
		t.Error(err)
	} else {
		c.close()
	}
	s.Close()
	if !strings.Contains(strings.Join(p.log(), " "), "dc1.contoso.lab:88") {
		t.Errorf("the proxy was asked for %v", p.log())
	}
}
