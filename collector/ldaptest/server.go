package ldaptest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Object identifiers of the operations and controls that are served.
const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidWhoAmI   = "1.3.6.1.4.1.4203.1.11.3"
	oidPaging   = "1.2.840.113556.1.4.319"
	oidSDFlags  = "1.2.840.113556.1.4.801"
)

// Tags of the protocol operations (RFC 4511 4.2 to 4.14).
const (
	opBind          = 0
	opBindDone      = 1
	opUnbind        = 2
	opSearch        = 3
	opEntry         = 4
	opSearchDone    = 5
	opAbandon       = 16
	opReference     = 19
	opExtended      = 23
	opExtendedReply = 24
)

// Config says what a server holds and how it behaves. Only Entries and
// Passwords matter for a healthy one.
type Config struct {
	Entries   []Entry           // the one with an empty DN is the rootDSE
	Passwords map[string]string // bind name to password
	WhoAmI    string            // the answer to Who Am I; "": "u:" and the bind name

	NTLM           bool // NTLM in SASL GSS-SPNEGO, with the Passwords; a MIC is wanted
	ChannelBinding bool // NTLM inside TLS must carry the binding of this server's certificate

	// ClientCertificates asks for one in the TLS handshake, and takes its
	// common name for the account: at once with LDAPS, and after a bind with
	// EXTERNAL with StartTLS (MS-ADTS 5.1.1.2).
	ClientCertificates bool

	LDAPS       bool                    // TLS from the first byte
	NoStartTLS  bool                    // StartTLS is refused
	CertNames   []string                // names in the certificate; nil: dc1.contoso.lab and 127.0.0.1
	Certificate func(*x509.Certificate) // changes the certificate before it is signed

	// NegativeSerial gives the certificate a serial number below zero, as that
	// which Samba makes for itself may have.
	NegativeSerial bool

	MaxConnections int // open at a time; more are closed at once; 0: as many as come

	MaxPageSize int // entries in a page at most; 0: 1000
	MaxValues   int // values in an attribute at most; 0: 1500

	// Fault is asked for each request; it is called from several goroutines.
	Fault func(*Request) Fault
}

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	config   Config
	listener net.Listener
	ca       *authority
	tls      *tls.Config
	done     chan struct{}
	wg       sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]bool
	count    int
	refused  int
	requests []Request
}

// Start runs a server on a loopback port until the test ends.
func Start(tb testing.TB, c Config) *Server {
	tb.Helper()
	if c.MaxPageSize == 0 {
		c.MaxPageSize = 1000
	}
	if c.MaxValues == 0 {
		c.MaxValues = 1500
	}
	if c.CertNames == nil {
		c.CertNames = []string{"dc1.contoso.lab", "127.0.0.1"}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("ldaptest: %v", err)
	}
	if m := c.mechanisms(); m != nil {
		c.Entries = append([]Entry(nil), c.Entries...)
		for i, e := range c.Entries {
			if e.DN == "" {
				c.Entries[i] = e.With("supportedSASLMechanisms", m...)
			}
		}
	}
	ca := newAuthority(tb)
	s := &Server{
		config: c, listener: l, ca: ca, tls: ca.serve(tb, c.CertNames, c.Certificate, c.NegativeSerial),
		done: make(chan struct{}), conns: make(map[net.Conn]bool),
	}
	if c.ClientCertificates {
		s.tls.ClientAuth = tls.RequestClientCert
	}
	s.wg.Add(1)
	go s.accept()
	tb.Cleanup(s.Close)
	return s
}

// Addr returns host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Port returns the port.
func (s *Server) Port() string {
	_, port, _ := net.SplitHostPort(s.Addr())
	return port
}

// URL returns the address as ldaps://127.0.0.1:port, or ldap:// without LDAPS.
func (s *Server) URL() string { return s.URLFor("127.0.0.1") }

// URLFor returns the URL with another host name.
func (s *Server) URLFor(host string) string {
	if s.config.LDAPS {
		return "ldaps://" + net.JoinHostPort(host, s.Port())
	}
	return "ldap://" + net.JoinHostPort(host, s.Port())
}

// CAFile returns a PEM file with the authority that signed the certificate.
func (s *Server) CAFile() string { return s.ca.file }

// Requests returns every request so far, those with an unknown operation too.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Connections returns how many connections were accepted so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Refused returns how many connections were too many.
func (s *Server) Refused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Open returns how many connections are open now.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Hangup ends all connections that are open now; new ones are welcome.
func (s *Server) Hangup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// Close ends all connections and waits for the server to stop. It may be
// called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
	default:
		close(s.done)
	}
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.listener.Close()
	s.wg.Wait()
}

func (s *Server) accept() {
	defer s.wg.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if most := s.config.MaxConnections; most > 0 && len(s.conns) >= most {
			s.refused++
			s.mu.Unlock()
			c.Close()
			continue
		}
		s.count++
		n := s.count
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			s.serve(c, n)
			c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
	}
}

// session is one connection with its state.
type session struct {
	server *Server
	n      int
	raw    net.Conn
	conn   io.ReadWriter
	in     *bufio.Reader
	tls    bool
	bound  string
	pages  map[string]*paged // by cookie
	next   int

	peer                 string // common name of the client's certificate
	negotiate, challenge []byte // the messages of NTLM so far
}

func (s *Server) serve(c net.Conn, n int) {
	p := &session{server: s, n: n, raw: c, conn: c, in: bufio.NewReader(c), pages: make(map[string]*paged)}
	if s.config.LDAPS && !p.startTLS() {
		return
	}
	for {
		m, err := ber.ReadPacket(p.in)
		if err != nil || len(m.Children) < 2 {
			return
		}
		id, ok := m.Children[0].Value.(int64)
		if !ok || !p.handle(id, m) {
			return
		}
	}
}

func (p *session) startTLS() bool {
	t := tls.Server(p.raw, p.server.tls)
	if err := t.Handshake(); err != nil {
		return false
	}
	p.conn, p.in, p.tls = t, bufio.NewReader(t), true
	if certs := t.ConnectionState().PeerCertificates; len(certs) > 0 {
		p.peer = certs[0].Subject.CommonName
		if p.server.config.LDAPS {
			p.bound = p.peer
		}
	}
	return true
}

// handle answers one message; false closes the connection.
func (p *session) handle(id int64, m *ber.Packet) bool {
	r := Request{Conn: p.n, TLS: p.tls}
	op := m.Children[1]
	r.describe(op, m)
	if r.PageSize > 0 {
		r.Page = 1
		if st := p.pages[cookieOf(m)]; st != nil {
			r.Page = st.page + 1
		}
	}
	p.server.mu.Lock()
	p.server.requests = append(p.server.requests, r)
	p.server.mu.Unlock()
	var f Fault
	if p.server.config.Fault != nil {
		f = p.server.config.Fault(&r)
	}
	switch op.Tag {
	case opBind:
		return p.bind(id, op, f)
	case opExtended:
		return p.extended(id, r.Name, f)
	case opSearch:
		return p.search(id, m, &r, f)
	case opAbandon:
		return true
	}
	return false
}

// describe fills the request in from the message.
func (r *Request) describe(op, m *ber.Packet) {
	switch op.Tag {
	case opBind:
		r.Op = "bind"
		if len(op.Children) > 1 {
			r.Name = text(op.Children[1])
		}
	case opUnbind:
		r.Op = "unbind"
	case opAbandon:
		r.Op = "abandon"
	case opExtended:
		r.Op = "extended"
		if len(op.Children) > 0 {
			r.Name = text(op.Children[0])
		}
	case opSearch:
		r.Op = "search"
		describeSearch(r, op, m)
	default:
		r.Op = fmt.Sprintf("operation %d", op.Tag)
	}
}

// halt obeys the faults that end a connection or keep it silent. It reports
// whether it did, and then the connection is over.
func (p *session) halt(f Fault) bool {
	if f.Stall {
		// The client never sends while it waits, so a read ends when it gives
		// up.
		go func() {
			<-p.server.done
			p.raw.Close()
		}()
		io.Copy(io.Discard, p.raw)
		return true
	}
	return f.Cut
}

func (p *session) bind(id int64, op *ber.Packet, f Fault) bool {
	if p.halt(f) {
		return false
	}
	code, diagnostic := f.Result, f.Diagnostic
	if code == 0 && len(op.Children) == 3 && op.Children[2].Tag == 3 {
		return p.sasl(id, op.Children[2])
	}
	if code == 0 && len(op.Children) == 3 {
		name, password := text(op.Children[1]), text(op.Children[2])
		if want, ok := p.server.config.Passwords[name]; ok && want == password {
			p.bound = name
		} else {
			code = ResultCredentials
			diagnostic = badPassword
		}
	}
	return p.send(id, result(opBindDone, code, "", diagnostic, f.Referral), nil)
}

func (p *session) extended(id int64, oid string, f Fault) bool {
	if p.halt(f) {
		return false
	}
	if f.Result != 0 {
		return p.send(id, result(opExtendedReply, f.Result, "", f.Diagnostic, ""), nil)
	}
	switch {
	case oid == oidStartTLS && !p.tls && !p.server.config.NoStartTLS:
		return p.send(id, result(opExtendedReply, ResultSuccess, "", "", ""), nil) && p.startTLS()
	case oid == oidStartTLS:
		return p.send(id, result(opExtendedReply, ResultUnavailable, "", "00000000: LdapErr: DSID-0C090E17, comment: Error initializing SSL/TLS, data 0, v4563\x00", ""), nil)
	case oid == oidWhoAmI:
		who := p.server.config.WhoAmI
		if who == "" && p.bound != "" {
			who = "u:" + p.bound
		}
		reply := result(opExtendedReply, ResultSuccess, "", "", "")
		reply.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, who, "responseValue"))
		return p.send(id, reply, nil)
	}
	return p.send(id, result(opExtendedReply, ResultProtocolError, "", "unknown extended operation "+oid, ""), nil)
}

// send writes one message.
func (p *session) send(id int64, op *ber.Packet, controls *ber.Packet) bool {
	_, err := p.conn.Write(envelope(id, op, controls))
	return err == nil
}

// envelope makes an LDAPMessage (RFC 4511 4.1.1).
func envelope(id int64, op *ber.Packet, controls *ber.Packet) []byte {
	m := ber.NewSequence("LDAPMessage")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "messageID"))
	m.AppendChild(op)
	if controls != nil {
		m.AppendChild(controls)
	}
	return m.Bytes()
}

// result makes an LDAPResult (RFC 4511 4.1.9).
func result(tag ber.Tag, code int, matched, diagnostic, referral string) *ber.Packet {
	r := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "result")
	r.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), "resultCode"))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, matched, "matchedDN"))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, diagnostic, "diagnosticMessage"))
	if referral != "" {
		ref := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "referral")
		ref.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, referral, "uri"))
		r.AppendChild(ref)
	}
	return r
}

// Searches returns the searches among the requests whose filter contains part.
func (s *Server) Searches(part string) []Request {
	var found []Request
	for _, r := range s.Requests() {
		if r.Op == "search" && strings.Contains(r.Filter, part) {
			found = append(found, r)
		}
	}
	return found
}
