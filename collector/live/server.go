package live

import (
	"context"
	"crypto/tls"
	"strings"
	"sync"

	"github.com/go-ldap/ldap/v3"
)

// server is one domain controller and the way into it. It opens connections;
// who uses them is the affair of a domain. Its fields do not change once it has
// been entered.
type server struct {
	options Options
	target  target
	tls     *tls.Config
	secret  func() string // the password once it was asked for; a closure, which no printing of a struct can look into
	closed  context.Context

	how     method // how connections are bound
	account string // who is bound, as the server says
	root    rootDSE

	mu sync.Mutex // of what a way in keeps from one connection to the next
}

// rootDSE is what we need to know of the server (RFC 4512 5.1).
type rootDSE struct {
	domain, configuration, schema string
	contexts                      []string // namingContexts
	domainScope                   bool     // whether the control is understood
	catalog                       bool     // whether it is a global catalog too
	forest                        string   // the root domain
}

// openURL makes a domain of the server of the URL alone.
func openURL(ctx, closed context.Context, o Options) (*domain, error) {
	s, c, err := openServer(ctx, closed, o)
	if err != nil {
		return nil, err
	}
	return &domain{server: s, idle: []*conn{c}}, nil
}

// openServer enters the server of the URL, and returns it with a first
// connection. The server may be used until closed is done.
func openServer(ctx, closed context.Context, o Options) (*server, *conn, error) {
	t, err := o.target()
	if err != nil {
		return nil, nil, err
	}
	config, err := o.tlsConfig(t.host)
	if err != nil {
		return nil, nil, err
	}
	s := &server{options: o, target: t, tls: config, closed: closed, secret: func() string { return "" }}
	c, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, c, nil
}

// What is asked of the rootDSE for the source itself.
var (
	rootDSEBeforeBind = []string{"defaultNamingContext", "dnsHostName", "supportedSASLMechanisms"}
	rootDSEAfterBind  = []string{"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts", "supportedControl", "isGlobalCatalogReady", "rootDomainNamingContext"}
)

// enter makes the first connection.
func (s *server) enter(ctx context.Context) (*conn, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if c, err = s.authenticate(ctx, c); err != nil {
		return nil, err
	}
	if err := s.introduce(ctx, c); err != nil {
		c.close()
		return nil, err
	}
	s.options.Log.Info("account", logServer, s.target.name, logAccount, s.account)
	return c, nil
}

// introduce fills in what we know of server and account.
func (s *server) introduce(ctx context.Context, c *conn) error {
	e, err := c.base(ctx, "", rootDSEAfterBind)
	if err != nil {
		return s.explain(ctx, c, err)
	}
	s.root = rootDSE{
		domain:        e.Text("defaultNamingContext"),
		configuration: e.Text("configurationNamingContext"),
		schema:        e.Text("schemaNamingContext"),
		forest:        e.Text("rootDomainNamingContext"),
		catalog:       e.Text("isGlobalCatalogReady") == "TRUE",
	}
	for _, dn := range e.Values("namingContexts") {
		s.root.contexts = append(s.root.contexts, string(dn))
	}
	for _, oid := range e.Values("supportedControl") {
		s.root.domainScope = s.root.domainScope || string(oid) == ldap.ControlTypeMicrosoftDomainScope
	}
	if s.root.domain == "" || s.root.configuration == "" {
		return &Error{Kind: ErrNotAD, Text: s.target.name + " is no domain controller of Active Directory: its rootDSE names no defaultNamingContext",
			Hint: "give the name of a domain controller"}
	}
	s.account, err = c.whoAmI(ctx)
	if err != nil {
		// RFC 4532 came with Windows Server 2003; before, the name we gave must
		// do.
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

// another opens one more bound connection.
func (s *server) another(ctx context.Context) (*conn, error) {
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

// plain reports whether nothing is encrypted.
func (s *server) plain() bool { return !s.target.tls && s.options.Cleartext }

// trimAuthzID makes an account name of an authzId (RFC 4513 5.2.1.8):
// "u:CONTOSO\auditor" or "dn:CN=…".
func trimAuthzID(id string) string {
	if name, ok := strings.CutPrefix(id, "u:"); ok {
		return name
	}
	name, _ := strings.CutPrefix(id, "dn:")
	return name
}
