package live

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"mbxperm/acl"
	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

var (
	_ collector.Source = (*Source)(nil)
	_ fmt.Formatter    = (*Source)(nil)
)

// Source reads a forest: every domain from a domain controller of its own. Read
// and Lookup are called by one goroutine; Close, Name, Account and Warnings by
// any.
type Source struct {
	options Options
	home    *domain // the one that was asked for

	knowsPassword atomic.Bool // it was asked for, and given

	mu     sync.Mutex
	others []*domain           // the other domains of the forest, once they were looked for
	heads  map[acl.SID]*domain // by the SID of the domain

	closed context.Context // done when Close was called
	close  context.CancelFunc

	show   func(note string, r *ldap.SearchRequest) // nil, or takes the searches of Read and Lookup in the place of a server
	lastID collector.QueryID
	asked  map[acl.SID]bool // SIDs that Lookup has got an answer for
}

// Open connects, binds and asks the server who it is and who we are. The
// password goes out only after the server has proved its name through TLS,
// unless the options say otherwise. Errors are of type *Error where there is
// something to say about them, and never hold the password.
//
// Where the options name a domain, its domain controllers are tried one after
// the other, until one can be used.
func Open(ctx context.Context, o Options) (*Source, error) {
	if err := o.catalogURL(); err != nil {
		return nil, err
	}
	s := newSource(o)
	open := openURL
	if s.options.Domain != "" {
		open = openDomain
	}
	var err error
	if s.home, err = open(ctx, s.closed, s.options); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func newSource(o Options) *Source {
	s := &Source{options: o.withDefaults(), asked: make(map[acl.SID]bool), heads: make(map[acl.SID]*domain)}
	if ask := s.options.Password; ask != nil { // one question, whatever the number of domains
		s.options.Password = sync.OnceValues(func() (string, error) {
			password, err := ask()
			s.knowsPassword.Store(err == nil)
			return password, err
		})
	}
	s.closed, s.close = context.WithCancel(context.Background())
	return s
}

// Name is the URL without the user, how we got in, and a word about what is not
// protected: "ldaps://dc1.contoso.lab (Kerberos)".
func (s *Source) Name() string {
	at := s.home.now()
	var about []string
	if at.how.auth != "" {
		about = append(about, at.how.auth.title())
	}
	if s.options.Catalog {
		about = append(about, "global catalog")
	}
	switch {
	case at.plain():
		about = append(about, "not encrypted")
	case s.options.Insecure:
		about = append(about, "certificate not verified")
	}
	if len(about) == 0 {
		return at.target.name
	}
	return at.target.name + " (" + strings.Join(about, ", ") + ")"
}

// Format prints the name, whatever the verb: there is more in a Source than
// anybody should see.
func (s *Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Name()) }

// Account is the bound account as the server names it: "CONTOSO\\auditor".
func (s *Source) Account() string { return s.home.now().account }

// Bind says how the connection was bound: "Kerberos (ticket of
// auditor@CONTOSO.LAB)".
func (s *Source) Bind() string { return s.home.now().how.name }

// Bound says who was bound and how, as evidence; there is no secret in it.
func (s *Source) Bound() string {
	how := s.Account() + " by " + s.Bind()
	switch {
	case s.home.now().plain():
		return how + ", not encrypted"
	case s.options.Insecure:
		return how + " over TLS, certificate not verified"
	}
	return how + " over TLS, certificate verified"
}

// Warnings says in whole sentences what is not protected on this connection.
func (s *Source) Warnings() []string {
	var w []string
	at := s.home.now()
	if s.options.Insecure && !at.plain() {
		w = append(w, "the certificate of "+at.target.host+" is not verified: whoever sits between can read the password and change the answers")
	}
	if at.plain() {
		w = append(w, "the connection to "+at.target.host+" is not encrypted: password and answers are readable on the way")
	}
	return w
}

// Close ends every connection; a Read or Lookup under way returns soon after.
func (s *Source) Close() error {
	s.close()
	s.home.close()
	s.closeOthers()
	return nil
}

// join returns a context that ends with the caller's and with Close.
func (s *Source) join(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.closed, func() { cancel(ErrClosed) })
	return ctx, func() { stop(); cancel(nil) }
}
