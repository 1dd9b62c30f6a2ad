package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mbxperm/collector/live/kerberos"

	"github.com/go-ldap/ldap/v3"
)

// Auth names a way to prove who we are.
type Auth string

// The ways in. AuthAuto takes the strongest that can work: Kerberos with a
// ticket, a keytab or the password, then NTLM, then a simple bind. It goes on
// to the next only where one cannot work here, and never after credentials were
// refused: each wrong password brings an account nearer to its lock-out.
const (
	AuthAuto     Auth = "auto"
	AuthSimple   Auth = "simple"
	AuthKerberos Auth = "kerberos"
	AuthNTLM     Auth = "ntlm"
	AuthExternal Auth = "external" // a client certificate; AuthAuto takes it first where there is one
)

// Auths names all of them, for a help text.
const Auths = "auto, kerberos, ntlm, external, simple"

// errUnusable marks a way in that cannot work here; its text says why.
var errUnusable = errors.New("this way in cannot be used here")

func unusable(format string, args ...any) error {
	return &Error{Kind: errUnusable, Text: fmt.Sprintf(format, args...)}
}

// method is one way in.
type method struct {
	auth    Auth
	name    string // for people: "Kerberos (ticket of auditor@CONTOSO.LAB)"
	account string // who it is the proof of, as far as we know
	secret  bool   // whether the password is needed
	bind    func(context.Context, *conn) error
}

// title is the name of a way in as people write it.
func (a Auth) title() string {
	switch a {
	case AuthKerberos:
		return "Kerberos"
	case AuthNTLM:
		return "NTLM"
	case AuthExternal:
		return "client certificate"
	case AuthSimple:
		return "simple bind"
	}
	return string(a)
}

// checkAuth refuses options that cannot work, before anything is sent.
func (o *Options) checkAuth(server string) error {
	if o.Auth == "" {
		o.Auth = AuthAuto
	}
	needsUser := o.Auth == AuthSimple || o.Auth == AuthNTLM || o.NTHashFile != ""
	switch {
	case !slices.Contains(strings.Split(Auths, ", "), string(o.Auth)):
		return fmt.Errorf("unknown way to bind %q: there are %s", o.Auth, Auths)
	case needsUser && o.User == "", o.Auth == AuthSimple && o.Password == nil:
		return fmt.Errorf("no user for %s; give one with -u", server)
	case o.Auth == AuthExternal && o.CertFile == "":
		return errors.New("--auth external needs a certificate; give it with --cert and --key")
	case o.CertFile != "" && o.Auth != AuthAuto && o.Auth != AuthExternal:
		return errors.New("a client certificate is another way in; leave out --cert or use --auth external")
	case o.CertFile != "" && o.Cleartext && strings.HasPrefix(o.URL, "ldap:"):
		return errors.New("a client certificate is shown inside TLS; leave out --cleartext")
	case o.NTHashFile != "" && o.Auth != AuthAuto && o.Auth != AuthNTLM:
		return errors.New("an NT hash is good for NTLM only; leave out --nt-hash-file or use --auth ntlm")
	case o.Keytab != "" && o.Auth != AuthAuto && o.Auth != AuthKerberos:
		return errors.New("a keytab is good for Kerberos only; leave out --keytab or use --auth kerberos")
	case o.User == "" && o.Keytab == "" && o.CertFile == "" && !hasLogon:
		if _, err := defaultTicket(); err != nil {
			return fmt.Errorf("no user for %s, and no ticket: %w; or give a user with -u", server, err)
		}
	}
	return nil
}

// defaultTicket reads the ticket cache of the person who runs the program.
func defaultTicket() (*kerberos.Cache, error) {
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return nil, err
	}
	return kerberos.ReadCache(conf.CacheName())
}

// authenticate binds a new connection, with the way in that the options name or
// with the first that works, and remembers it for the connections to come. It
// returns the bound connection, which may be another one; on error it is
// closed.
func (s *server) authenticate(ctx context.Context, c *conn) (*conn, error) {
	methods, reasons := s.methods(ctx, c)
	for _, r := range reasons {
		s.options.Log.Info("no way in", logError, r)
	}
	for _, m := range methods {
		if c == nil {
			var err error
			if c, err = s.connect(ctx); err != nil {
				return nil, err
			}
		}
		s.how = m
		err := s.ready(m)
		if err == nil {
			err = s.bind(ctx, c, m)
		}
		if err == nil {
			s.options.Log.Info("bound", logServer, s.target.name, logBind, m.name)
			return c, nil
		}
		s.options.Log.Warn("bind", logServer, s.target.name, logBind, m.name, logError, err)
		if c.sent > 0 && c.wire.cause() != nil || !s.goOn(err) {
			c.close()
			return nil, err
		}
		reasons = append(reasons, err)
		// What the server makes of a half-done bind is its own affair.
		c.close()
		c = nil
	}
	if c != nil {
		c.close()
	}
	return nil, s.noWay(ctx, reasons)
}

// goOn reports whether another way in may be tried after an error.
func (s *server) goOn(err error) bool {
	if s.options.Keytab != "" {
		return false
	}
	if s.options.Auth != AuthAuto && s.options.Auth != AuthKerberos {
		return false
	}
	if errors.Is(err, kerberos.ErrUnusable) || errors.Is(err, errUnusable) {
		return true
	}
	switch code(err) {
	case ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultInappropriateAuthentication:
		return true
	}
	return false
}

// noWay says why there was no way in: the one reason, or all of them.
func (s *server) noWay(ctx context.Context, reasons []error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case len(reasons) == 0:
		return fmt.Errorf("no user for %s; give one with -u", s.target.name)
	case len(reasons) == 1:
		return reasons[0]
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.Error()
	}
	return &Error{Kind: ErrCredentials, Err: errors.Join(reasons...), Text: fmt.Sprintf("no way into %s: %s", s.target.name, strings.Join(texts, "; "))}
}

// bind proves who we are.
func (s *server) bind(ctx context.Context, c *conn, m method) error {
	limited, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	err := m.bind(limited, c)
	var ours *Error
	switch {
	case err == nil:
		c.bound = true
		return nil
	case ctx.Err() == nil && limited.Err() != nil && c.sent > 0 && !errors.Is(err, kerberos.ErrUnusable):
		return &Error{Kind: ErrUnreachable, Err: err,
			Text: fmt.Sprintf("%s gave no answer to the bind within %s", s.target.name, s.options.Timeout), Hint: "try again, or another domain controller"}
	case errors.As(err, &ours):
		return err
	case code(err) == ldap.LDAPResultAuthMethodNotSupported || code(err) == ldap.LDAPResultInappropriateAuthentication:
		return &Error{Kind: ErrCredentials, Err: err, Text: fmt.Sprintf("%s does not accept a bind by %s: %s", s.target.name, m.auth.title(), words(err)),
			Hint: "try another --auth"}
	case code(err) == ldap.LDAPResultStrongAuthRequired && c.certificate != nil && m.auth != AuthSimple:
		// What Windows takes, Samba refuses unless it is told otherwise
		// (smb.conf(5)).
		return &Error{Kind: ErrSigning, Err: err,
			Text: fmt.Sprintf("%s takes no %s inside TLS: %s", s.target.name, m.auth.title(), words(err)),
			Hint: "use --auth simple, or have \"ldap server require strong auth = allow_sasl_over_tls\" set on this Samba server"}
	}
	if k := (*kerberos.Error)(nil); errors.As(err, &k) {
		kind := ErrCredentials
		if errors.Is(err, kerberos.ErrUnusable) {
			kind = errUnusable
		}
		return &Error{Kind: kind, Err: err, Text: clean("Kerberos: " + k.Text), Hint: k.Hint}
	}
	return s.explain(ctx, c, s.withoutSecret(err))
}

// ready asks for the password where a way in needs it: before the bind, whose
// time is limited, for people take their time.
func (s *server) ready(m method) error {
	if !m.secret {
		return nil
	}
	_, err := s.password()
	return err
}

// password asks for the password unless it is known already.
func (s *server) password() (string, error) {
	if p := s.secret(); p != "" {
		return p, nil
	}
	if s.options.Password == nil {
		return "", unusable("no password for %s", s.options.User)
	}
	p, err := s.options.Password()
	if err == nil && p == "" {
		// RFC 4513 5.1.2: a name with an empty password is no authentication,
		// and some servers answer it with success.
		err = errors.New("the password is empty, and a bind without one proves nothing; give the password")
	}
	if err == nil {
		err = checkPassword(p)
	}
	if err != nil {
		return "", &Error{Kind: ErrCredentials, Err: err, Text: fmt.Sprintf("password for %s: %v", s.options.User, err)}
	}
	s.secret = func() string { return p }
	return p, nil
}

// checkPassword refuses what nobody can have typed as a password, and what a
// file or a variable brings along instead. Sent, it would be a wrong password,
// and each of those counts towards a lock-out. No error repeats any of it.
func checkPassword(p string) error {
	switch {
	case strings.HasPrefix(p, "\ufeff"):
		return errors.New("it begins with a byte order mark, which an editor or shell of Windows has put there; nothing was sent")
	case strings.ContainsAny(p, "\x00\r\n"):
		return errors.New("it holds the end of a line or a NUL character, which no password does; nothing was sent")
	case !utf8.ValidString(p):
		return errors.New("it is not UTF-8; set the terminal or the variable to UTF-8; nothing was sent")
	}
	return nil
}
