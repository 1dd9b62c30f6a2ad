package live

import (
	"context"
	"crypto/tls"
	"errors"
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
	secret  func() string // a closure, which no printing of a struct can look into

	account string // who is bound, as the server says
	root    rootDSE

	closed context.Context // done when Close was called
	close  context.CancelFunc

	mu   sync.Mutex
	main *conn // the connection that Read and Lookup use; nil while there is none

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
func Open(ctx context.Context, o Options) (*Source, error) {
	o = o.withDefaults()
	t, err := o.target()
	if err != nil {
		return nil, err
	}
	config, err := o.tlsConfig(t.host)
	if err != nil {
		return nil, err
	}
	s := &Source{options: o, target: t, tls: config, asked: make(map[acl.SID]bool)}
	s.closed, s.close = context.WithCancel(context.Background())
	c, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	password, err := o.Password()
	if err == nil && password == "" {
		// RFC 4513 5.1.2: a name with an empty password is no authentication,
		// and some servers answer it with success.
		err = errors.New("the password is empty, and a bind without one proves nothing; give the password")
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("password for %s: %w", o.User, err)
	}
	s.secret = func() string { return password }
	if err := s.introduce(ctx, c); err != nil {
		c.close()
		return nil, err
	}
	s.main = c
	return s, nil
}

// introduce binds and fills in what the source knows of server and account.
func (s *Source) introduce(ctx context.Context, c *conn) error {
	if err := s.bind(ctx, c); err != nil {
		return err
	}
	e, err := c.base(ctx, "", []string{
		"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts", "supportedControl",
	})
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
		s.account = s.options.User
	}
	return nil
}

// Name is the URL without the user, with a word about what is not protected.
func (s *Source) Name() string {
	switch {
	case s.options.Insecure && (s.target.tls || !s.options.Cleartext):
		return s.target.name + " (certificate not verified)"
	case s.plain():
		return s.target.name + " (not encrypted)"
	}
	return s.target.name
}

// Format prints the name, whatever the verb: there is more in a Source than
// anybody should see.
func (s *Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Name()) }

// Account is the bound account as the server names it: "CONTOSO\\auditor".
func (s *Source) Account() string { return s.account }

// Bound says how the account was bound, as evidence; there is no secret in it.
func (s *Source) Bound() string {
	how := "simple bind as " + clean(s.options.User)
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
	if err := s.bind(ctx, c); err != nil {
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
