package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/collector/live/kerberos"
)

// domainName is the DNS name of a domain: two labels at least, so that no word
// is mistaken for one (RFC 1123 2.1).
var domainName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+\.?$`)

// IsDomain reports whether text can be the DNS name of a domain.
func IsDomain(text string) bool { return domainName.MatchString(text) && net.ParseIP(text) == nil }

// defaultDomain is the domain to read where none was named: that of the person
// who is logged on (Windows), of the keytab, of the ticket, or else the default
// realm of krb5.conf. The error says why there is none.
func defaultDomain(o Options) (string, error) {
	if domain := os.Getenv("USERDNSDOMAIN"); hasLogon && domain != "" {
		return strings.ToLower(domain), nil
	}
	if o.Keytab != "" {
		keys, err := kerberos.ReadKeytab(o.Keytab)
		if err != nil {
			return "", err
		}
		return strings.ToLower(keys.Realm), nil
	}
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return "", err
	}
	cache, err := kerberos.ReadCache(conf.CacheName())
	switch {
	case err == nil:
		return strings.ToLower(cache.Realm), nil
	case conf.DefaultRealm() != "":
		return strings.ToLower(conf.DefaultRealm()), nil
	}
	return "", err
}

// Servers are domain controllers by name, with the address to dial where that
// is not to come from the name. It is a flag of the command line (pflag.Value):
// NAME, or NAME=ADDRESS.
type Servers map[string]string

// Set adds one.
func (s *Servers) Set(text string) error {
	name, address, given := strings.Cut(text, "=")
	if name == "" || given && address == "" {
		return errors.New("should be NAME or NAME=ADDRESS")
	}
	if *s == nil {
		*s = make(Servers)
	}
	(*s)[name] = address
	return nil
}

// String lists them.
func (s *Servers) String() string { return strings.Join(s.GetSlice(), ",") }

// GetSlice returns what Set was given, in order of the names.
func (s *Servers) GetSlice() (list []string) {
	for _, name := range slices.Sorted(maps.Keys(*s)) {
		if address := (*s)[name]; address != "" {
			name += "=" + address
		}
		list = append(list, name)
	}
	return list
}

// Type names the form of the value for a help text.
func (*Servers) Type() string { return "NAME[=ADDRESS]" }

// controller is a domain controller that may be asked.
type controller struct {
	host, port string
	secure     string // port for LDAPS, if not the usual one
}

// controllers returns those of a domain in the order in which they are to be
// tried: those that --dc names, else what DNS says (MS-ADTS 6.3.2.3), ordered
// by priority and drawn by weight (RFC 2782), which LookupSRV does.
func (o *Options) controllers(ctx context.Context) ([]controller, error) {
	domain := strings.TrimSuffix(strings.ToLower(o.Domain), ".")
	var list []controller
	named := o.DC
	if own := o.DC.of(domain); len(own) > 0 {
		named = maps.Clone(own) // others are of other domains of the forest
		for name, address := range o.DC {
			if !strings.Contains(name, ".") {
				named[name] = address
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !strings.Contains(name, ".") {
			name += "." + domain
		}
		list = append(list, controller{host: name, port: "389"})
	}
	if len(list) > 0 {
		return list, nil
	}
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	record := "_ldap._tcp.dc._msdcs." + domain
	// LookupSRV gives what is right even where some of the records are not.
	_, found, err := o.Resolver.LookupSRV(limited, "ldap", "tcp", "dc._msdcs."+domain)
	for _, srv := range found {
		if host := strings.TrimSuffix(srv.Target, "."); host != "" { // "." is "no such service"
			list = append(list, controller{host: host, port: strconv.Itoa(int(srv.Port))})
		}
	}
	switch {
	case len(list) > 0:
		return list, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	e := &Error{Kind: ErrUnreachable, Err: err, Text: fmt.Sprintf("DNS knows no domain controller of %s (%s)", domain, record),
		Hint: "check the name and this machine's DNS server, or name a domain controller with --dc NAME or ldaps://NAME"}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) && !dns.IsNotFound {
		e.Text = fmt.Sprintf("the domain controllers of %s could not be looked up (%s): %s", domain, record, clean(dns.Err))
	}
	return nil, e
}

// openDomain opens the first domain controller that works.
func openDomain(ctx, closed context.Context, o Options) (*domain, error) {
	list, err := o.controllers(ctx)
	if err != nil {
		return nil, err
	}
	return openAny(ctx, closed, o, o.Domain, list)
}

// openAny opens the first of some domain controllers that works; whose says of
// whom they are.
func openAny(ctx, closed context.Context, o Options, whose string, list []controller) (*domain, error) {
	d := &domain{controllers: list, open: func(ctx context.Context, dc controller) (*server, *conn, error) {
		return openController(ctx, closed, o, dc)
	}}
	var reasons []error
	for i, dc := range list {
		s, c, err := d.open(ctx, dc)
		if err == nil {
			d.server, d.idle = s, []*conn{c}
			d.controllers = slices.Concat(list[i:], list[:i])
			return d, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		o.Log.Warn("domain controller", logServer, dc.host, logError, err)
		if !tryAnother(err) || len(list) == 1 {
			return nil, err
		}
		reasons = append(reasons, err)
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.Error()
	}
	return nil, &Error{Kind: ErrUnreachable, Err: errors.Join(reasons...),
		Text: fmt.Sprintf("none of the %d domain controllers of %s could be used: %s", len(list), whose, strings.Join(texts, "; "))}
}

// tryAnother reports whether another domain controller may do better. One that
// refused the credentials has spoken for all of them.
func tryAnother(err error) bool {
	for _, kind := range []error{ErrUnreachable, ErrTLS, ErrBroken, ErrSilent, ErrBusy, ErrNotAD} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// openController tries LDAPS, and StartTLS on the port that DNS names where
// nothing listens for LDAPS.
func openController(ctx, closed context.Context, o Options, dc controller) (*server, *conn, error) {
	o.URL = "ldaps://" + dc.host
	if dc.secure != "" {
		o.URL = "ldaps://" + net.JoinHostPort(dc.host, dc.secure)
	}
	if o.Cleartext {
		o.URL = "ldap://" + net.JoinHostPort(dc.host, dc.port)
	}
	s, c, err := openServer(ctx, closed, o)
	if o.Cleartext || !isRefused(err) {
		return s, c, err
	}
	o.URL = "ldap://" + net.JoinHostPort(dc.host, dc.port)
	if s, c, other := openServer(ctx, closed, o); other == nil || !isRefused(other) {
		return s, c, other
	}
	return nil, nil, err
}
