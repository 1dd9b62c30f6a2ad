package live

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector/ldaptest"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// pipe is a connection that keeps what was written and gives out input.
type pipe struct {
	net.Conn
	out bytes.Buffer
	in  io.Reader
}

func (p *pipe) Write(b []byte) (int, error)        { return p.out.Write(b) }
func (p *pipe) Read(b []byte) (int, error)         { return p.in.Read(b) }
func (p *pipe) Close() error                       { return nil }
func (p *pipe) SetWriteDeadline(t time.Time) error { return nil }
func (p *pipe) SetReadDeadline(t time.Time) error  { return nil }

// operations that go-ldap can write, and whether they may go out.
var operations = []struct {
	name string
	send func(*ldap.Conn) error
	ok   bool
}{
	{"bind", func(c *ldap.Conn) error { return c.Bind("u", "p") }, true},
	{"search", func(c *ldap.Conn) error {
		_, err := c.Search(ldap.NewSearchRequest("", 0, 0, 0, 0, false, filterAll, nil, []ldap.Control{sdFlags{}, ldap.NewControlPaging(7)}))
		return err
	}, true},
	{"unbind", func(c *ldap.Conn) error { return c.Unbind() }, true},
	{"who am I", func(c *ldap.Conn) error { _, err := c.WhoAmI(nil); return err }, true},
	{"add", func(c *ldap.Conn) error { return c.Add(ldap.NewAddRequest("CN=x", nil)) }, false},
	{"modify", func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest("CN=x", nil)
		m.Replace("cn", []string{"y"})
		return c.Modify(m)
	}, false},
	{"delete", func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest("CN=x", nil)) }, false},
	{"modifyDN", func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest("CN=x", "CN=y", true, "")) }, false},
	{"compare", func(c *ldap.Conn) error { _, err := c.Compare("CN=x", "cn", "x"); return err }, false},
	{"password modify", func(c *ldap.Conn) error {
		_, err := c.PasswordModify(ldap.NewPasswordModifyRequest("", "old", "new"))
		return err
	}, false},
}

// request returns the bytes that go-ldap writes for an operation.
func request(t *testing.T, send func(*ldap.Conn) error) []byte {
	t.Helper()
	client, server := net.Pipe()
	got := make(chan []byte)
	go func() {
		buf := make([]byte, 4096)
		n, _ := server.Read(buf)
		server.Close()
		got <- buf[:n]
	}()
	c := ldap.NewConn(client, false)
	c.Start()
	_ = send(c)
	c.Close()
	return <-got
}

func TestWireLetsOnlyReadsOut(t *testing.T) {
	noLeaks(t)
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			message := request(t, op.send)
			for _, chunk := range []int{len(message), 1, 3, 7} {
				p := &pipe{}
				w := &wire{Conn: p}
				var err error
				for i := 0; i < len(message) && err == nil; i += chunk {
					_, err = w.Write(message[i:min(i+chunk, len(message))])
				}
				if op.ok && (err != nil || !bytes.Equal(p.out.Bytes(), message)) {
					t.Errorf("in pieces of %d: error %v, %d of %d bytes went out", chunk, err, p.out.Len(), len(message))
				}
				if !op.ok && (!errors.Is(err, ErrReadOnly) || p.out.Len() != 0) {
					t.Errorf("in pieces of %d: error %v, %d bytes went out", chunk, err, p.out.Len())
				}
			}
		})
	}
}

// A forbidden message behind an allowed one in the same Write does not go out,
// and neither does anything after it.
func TestWireStopsAtTheFirstRefusal(t *testing.T) {
	good := request(t, operations[1].send)
	bad := request(t, operations[4].send)
	p := &pipe{}
	w := &wire{Conn: p}
	if _, err := w.Write(append(append([]byte(nil), good...), bad...)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("error %v, want ErrReadOnly", err)
	}
	if !bytes.Equal(p.out.Bytes(), good) {
		t.Errorf("% x went out, want the search alone", p.out.Bytes())
	}
	if _, err := w.Write(good); !errors.Is(err, ErrReadOnly) {
		t.Errorf("after the refusal: error %v, want ErrReadOnly", err)
	}
}

func TestWireRefusesWhatIsNoMessage(t *testing.T) {
	for name, b := range map[string][]byte{
		"set":               {0x31, 0x05, 0x02, 0x01, 0x01, 0x42, 0x00},
		"indefinite length": {0x30, 0x80, 0x02, 0x01, 0x01, 0x42, 0x00, 0x00, 0x00},
		"no message ID":     {0x30, 0x05, 0x04, 0x01, 0x01, 0x42, 0x00},
		"op outside":        {0x30, 0x05, 0x02, 0x01, 0x01, 0x63, 0x7F},
		"second op":         {0x30, 0x07, 0x02, 0x01, 0x01, 0x42, 0x00, 0x4A, 0x00},
		"huge":              {0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x02, 0x01, 0x01, 0x63, 0x00},
	} {
		p := &pipe{}
		w := &wire{Conn: p}
		if _, err := w.Write(b); err == nil || p.out.Len() != 0 {
			t.Errorf("%s: error %v, %d bytes went out", name, err, p.out.Len())
		}
	}
}

// Whatever a connection was built of, nothing gets round the wire: a modify goes
// out on none of them, and of a whole reading a server sees reads alone.
func TestServerSeesReadsAlone(t *testing.T) {
	for name, change := range map[string]func(*ldaptest.Config, *Options){
		"LDAPS":      func(*ldaptest.Config, *Options) {},
		"StartTLS":   func(c *ldaptest.Config, _ *Options) { c.LDAPS = false },
		"clear text": func(c *ldaptest.Config, o *Options) { c.LDAPS, o.Cleartext = false, true },
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			var o Options
			server := serve(t, ldaptest.Size{Mailboxes: 300, Members: 4000, Stores: 3}, func(c *ldaptest.Config) { change(c, &o) })
			cleartext := o.Cleartext
			o = options(server)
			o.Cleartext, o.partition = cleartext, 100
			s := open(t, o)
			defer s.Close()
			j := newJournal()
			if err := s.Read(t.Context(), j); err != nil {
				t.Fatal(err)
			}
			if err := s.Lookup(t.Context(), []acl.SID{sid(t, 9999)}, j); err != nil {
				t.Fatal(err)
			}
			j.complete(t)
			c, err := s.home.take(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			modify := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationModifyRequest, nil, "")
			modify.AppendChild(octets("CN=u1,DC=contoso,DC=lab"))
			modify.AppendChild(ber.NewSequence("changes"))
			if _, err := c.exchange(t.Context(), modify); !errors.Is(err, ErrReadOnly) {
				t.Errorf("a modify: %v", err)
			}
			s.home.give(c, false)
			for _, r := range server.Requests() {
				switch r.Op {
				case "bind", "unbind", "search":
				default:
					if r.Op != "extended" || r.Name != oidStartTLS && r.Name != oidWhoAmI {
						t.Errorf("the server saw %s %s", r.Op, r.Name)
					}
				}
			}
		})
	}
}

// Abandon and StartTLS are not written by go-ldap here, so by hand.
func TestWireLetsAbandonAndStartTLSOut(t *testing.T) {
	abandon := []byte{0x30, 0x06, 0x02, 0x01, 0x02, 0x50, 0x01, 0x01}
	startTLS := append([]byte{0x30, 0x1D, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16}, oidStartTLS...)
	for _, m := range [][]byte{abandon, startTLS} {
		p := &pipe{}
		w := &wire{Conn: p}
		if _, err := w.Write(m); err != nil || !bytes.Equal(p.out.Bytes(), m) {
			t.Errorf("% x: error %v, % x went out", m, err, p.out.Bytes())
		}
	}
}

// message encodes one LDAPMessage with an operation of some size.
func message(id int64, tag ber.Tag, size int) []byte {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(make([]byte, size)), ""))
	m.AppendChild(op)
	return m.Bytes()
}

func FuzzWire(f *testing.F) {
	f.Add(message(1, 4, 300))
	f.Add([]byte{0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Add([]byte{0x15, 0x03, 0x01, 0x00, 0x02})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := &pipe{}
		w := &wire{Conn: p}
		if _, err := w.Write(b); err != nil {
			return
		}
		// Whatever went out consists of whole messages that only read.
		for out := p.out.Bytes(); len(out) > 0; {
			h, err := parseHeader(out)
			if err != nil || h.size > len(out) || allow(h, out[:h.size]) != nil {
				t.Fatalf("% x went out", out)
			}
			out = out[h.size:]
		}
	})
}
