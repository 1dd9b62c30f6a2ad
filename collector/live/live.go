package live

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

var (
	_ collector.Source = (*Source)(nil)
	_ fmt.Formatter    = (*Source)(nil)
)

// Source reads one domain from one domain controller. Read and Lookup are
// called by one goroutine; Close, Name, Account and Warnings by any.
type Source struct {
	options Options
	target  target
	tls     *tls.Config
	secret  func() string // the password once it was asked for; a closure, which no printing of a struct can look into

	how     method // how connections are bound
	account string // who is bound, as the server says
	root    rootDSE

	closed context.Context // done when Close was called
	close  context.CancelFunc

	mu   sync.Mutex
	main *conn // the connection that Read and Lookup use; nil while there is none

	show   func(*ldap.SearchRequest) // nil, or takes the searches of Read and Lookup in the place of a server
	lastID collector.QueryID
	asked  map[acl.SID]bool // SIDs that Lookup has got an answer for
}

// rootDSE is what the source itself needs to know of the server (RFC 4512 5.1).
type rootDSE struct {
	domain, configuration, schema string
	contexts                      []string // namingContexts
	domainScope                   bool     // whether the control is understood
}

// Open connects, binds and asks the server who it is and who we are. The
// password goes out only after the server has proved its name through TLS,
// unless the options say otherwise. Errors are of type *Error where there is
// something to say about them, and never hold the password.
//
// Where the options name a domain, its domain controllers are tried one after
// the other, until one can be used.
func Open(ctx context.Context, o Options) (*Source, error) {
	o = o.withDefaults()
	if o.Domain != "" {
		return openDomain(ctx, o)
	}
	return openServer(ctx, o)
}

// openServer opens the server of the URL.
func openServer(ctx context.Context, o Options) (*Source, error) {
	t, err := o.target()
	if err != nil {
		return nil, err
	}
	config, err := o.tlsConfig(t.host)
	if err != nil {
		return nil, err
	}
	s := &Source{options: o, target: t, tls: config, asked: make(map[acl.SID]bool), secret: func() string { return "" }}
	s.closed, s.close = context.WithCancel(context.Background())
	if err := s.enter(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// What is asked of the rootDSE for the source itself.
var (
	rootDSEBeforeBind = []string{"defaultNamingContext", "dnsHostName", "supportedSASLMechanisms"}
	rootDSEAfterBind  = []string{"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts", "supportedControl"}
)

// enter makes the first connection.
func (s *Source) enter(ctx context.Context) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	if c, err = s.authenticate(ctx, c); err != nil {
		return err
	}
	if err := s.introduce(ctx, c); err != nil {
		c.close()
		return err
	}
	s.options.Log.Info("account", logServer, s.target.name, logAccount, s.account)
	s.main = c
	return nil
}

// introduce fills in what the source knows of server and account.
func (s *Source) introduce(ctx context.Context, c *conn) error {
	e, err := c.base(ctx, "", rootDSEAfterBind)
	if err != nil {
		return s.explain(ctx, c, err)
	}
	s.root = rootDSE{
		domain:        e.GetAttributeValue("defaultNamingContext"),
		configuration: e.GetAttributeValue("configurationNamingContext"),
		schema:        e.GetAttributeValue("schemaNamingContext"),
		contexts:      e.GetAttributeValues("namingContexts"),
	}
	for _, oid := range e.GetAttributeValues("supportedControl") {
		s.root.domainScope = s.root.domainScope || oid == ldap.ControlTypeMicrosoftDomainScope
	}
	if s.root.domain == "" || s.root.configuration == "" {
		return &Error{Kind: ErrNotAD, Text: s.target.name + " is no domain controller of Active Directory: its rootDSE names no defaultNamingContext",
			Hint: "give the name of a domain controller"}
	}
	s.account, err = c.whoAmI(ctx)
	if err != nil {
		// RFC 4532 came with Windows Server 2003; before, the name we gave must do.
		if code(err) == 0 {
			return s.explain(ctx, c, err)
		}
		s.account = s.how.account
	}
	if s.account == "" && s.how.auth == AuthExternal {
		return &Error{Kind: ErrCredentials, Text: s.target.name + " takes the client certificate for nobody",
			Hint: "it must be issued by an authority in the NTAuth store of the domain, and name the account (userPrincipalName) as subjectAltName"}
	}
	return nil
}

// Name is the URL without the user, how we got in, and a word about what is not
// protected: "ldaps://dc1.contoso.lab (Kerberos)".
func (s *Source) Name() string {
	var about []string
	if s.how.auth != "" {
		about = append(about, s.how.auth.title())
	}
	switch {
	case s.plain():
		about = append(about, "not encrypted")
	case s.options.Insecure:
		about = append(about, "certificate not verified")
	}
	if len(about) == 0 {
		return s.target.name
	}
	return s.target.name + " (" + strings.Join(about, ", ") + ")"
}

// Format prints the name, whatever the verb: there is more in a Source than
// anybody should see.
func (s *Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Name()) }

// Account is the bound account as the server names it: "CONTOSO\\auditor".
func (s *Source) Account() string { return s.account }

// Bind says how the connection was bound: "Kerberos (ticket of auditor@CONTOSO.LAB)".
func (s *Source) Bind() string { return s.how.name }

// Bound says who was bound and how, as evidence; there is no secret in it.
func (s *Source) Bound() string {
	how := s.account + " by " + s.how.name
	switch {
	case s.plain():
		return how + ", not encrypted"
	case s.options.Insecure:
		return how + " over TLS, certificate not verified"
	}
	return how + " over TLS, certificate verified"
}

// Warnings says in whole sentences what is not protected on this connection.
func (s *Source) Warnings() []string {
	var w []string
	if s.options.Insecure && !s.plain() {
		w = append(w, "the certificate of "+s.target.host+" is not verified: whoever sits between can read the password and change the answers")
	}
	if s.plain() {
		w = append(w, "the connection to "+s.target.host+" is not encrypted: password and answers are readable on the way")
	}
	return w
}

// plain reports whether nothing is encrypted.
func (s *Source) plain() bool { return !s.target.tls && s.options.Cleartext }

// Close ends every connection; a Read or Lookup under way returns soon after.
func (s *Source) Close() error {
	s.close()
	s.mu.Lock()
	c := s.main
	s.main = nil
	s.mu.Unlock()
	if c != nil {
		c.close()
	}
	return nil
}

// join returns a context that ends with the caller's and with Close.
func (s *Source) join(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.closed, func() { cancel(ErrClosed) })
	return ctx, func() { stop(); cancel(nil) }
}

// connection returns the main connection, or a new one where that one broke or
// was ended by the server while it rested (MS-ADTS 3.1.1.3.4.6,
// MaxConnIdleTime: 15 minutes by default).
func (s *Source) connection(ctx context.Context) (*conn, error) {
	s.mu.Lock()
	c := s.main
	s.mu.Unlock()
	if c != nil && c.wire.cause() == nil {
		return c, nil
	}
	if c != nil {
		s.drop(c)
	}
	c, err := s.another(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Err() != nil {
		c.close()
		return nil, ErrClosed
	}
	s.main = c
	return c, nil
}

// another opens one more bound connection.
func (s *Source) another(ctx context.Context) (*conn, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.bind(ctx, c, s.how); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// drop gives up a connection that cannot be trusted to be in step any more.
func (s *Source) drop(c *conn) {
	s.mu.Lock()
	if s.main == c {
		s.main = nil
	}
	s.mu.Unlock()
	c.close()
}

// trimAuthzID makes an account name of an authzId (RFC 4513 5.2.1.8):
// "u:CONTOSO\auditor" or "dn:CN=…".
func trimAuthzID(id string) string {
	if name, ok := strings.CutPrefix(id, "u:"); ok {
		return name
	}
	name, _ := strings.CutPrefix(id, "dn:")
	return name
}
