package probe

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mbxperm/collector/live/ntlm"
	"mbxperm/collector/trust"
	"mbxperm/model/door"
	"mbxperm/model/textfile"
	"mbxperm/model/usage"
)

// Options say how doors are checked. The zero value of each field is its
// default, but for the times, which [Options.Define] sets.
type Options struct {
	Timeout  time.Duration // for a step, its whole answer
	Deadline time.Duration // for an address of a host
	Parallel int           // addresses at a time
	IPv4     bool          // only addresses of IPv4
	IPv6     bool          // only addresses of IPv6

	TLS     string // one of tlsModes
	Name    string // held against the certificate instead of the host
	CAFile  string
	Pins    []string
	Pardons bool // a certificate that is not trusted is a warning, and is good enough for a secret (--insecure)

	Auth       string // one of Auths; empty is best
	User       string // without one there is no logon
	NTHashFile string
	Keytab     string
	Cleartext  bool // a secret may be sent without TLS
	// Password returns the password of User. It is called once, before anybody is
	// dialled.
	Password func(context.Context) (string, error)

	HELO     string // how we introduce ourselves; empty for the name of this machine
	UseHELO  bool
	From, To string // of the mail transaction; empty for the defaults
	Domain   string // of From and To where these are empty
	Relay    string // a recipient that must be refused
	Send     bool   // send a message
	Expect   []string
	StopAt   string // the last step

	Resolver *net.Resolver // nil for that of the machine
	// Said gets each line of a dialogue, secrets masked; nil for nobody. from is
	// C, S or - for a remark. It is called by several goroutines.
	Said func(c *door.Check, from byte, text string)
}

// Ways of TLS.
const (
	tlsAuto     = "auto"     // by the port, and STARTTLS where it is offered
	tlsImplicit = "implicit" // from the first byte (RFC 8314 3)
	tlsStart    = "starttls" // STARTTLS, which must be offered
	tlsNone     = "none"
)

var tlsModes = []string{tlsAuto, tlsImplicit, tlsStart, tlsNone}

// Auths are the ways to log on.
var Auths = []string{"best", "plain", "login", "ntlm", "gssapi", "xoauth2"}

// Define defines the flags of checks. Some of them stand on other commands too,
// where they say how to get into a directory; here these are of the mail server.
func (o *Options) Define(f *pflag.FlagSet, p door.Protocol) {
	f.DurationVar(&o.Timeout, "timeout", 10*time.Second, "for each step, until its answer is whole")
	f.DurationVar(&o.Deadline, "deadline", time.Minute, "for each address, all steps together")
	f.IntVar(&o.Parallel, "parallel", 250, "check up to this many addresses at a time")
	f.BoolVarP(&o.IPv4, "ipv4", "4", false, "only addresses of IPv4")
	f.BoolVarP(&o.IPv6, "ipv6", "6", false, "only addresses of IPv6")
	f.StringVar(&o.TLS, "tls", tlsAuto, strings.Join(tlsModes, ", ")+"; auto goes by the port, and takes STARTTLS where it is offered")
	f.StringVar(&o.Name, "name", "", "want this name in the certificate, and ask for it (SNI)")
	f.StringVar(&o.CAFile, "ca", "", "trust the certificates in this file instead of the system's")
	f.StringArrayVar(&o.Pins, "pin", nil, "trust the server whose public key or certificate has this hash: sha256:HEX or BASE64")
	f.BoolVar(&o.Pardons, "insecure", false, "take a certificate that is not trusted for a warning, and send a secret all the same")
	f.StringVar(&o.Auth, "auth", Auths[0], "way to log on with -u: "+strings.Join(Auths, ", ")+"; best takes the strongest that is offered and can be used")
	f.StringVarP(&o.User, "user", "u", "", "account to log on with; without one the logon is skipped")
	f.StringVar(&o.NTHashFile, "nt-hash-file", "", "log on with NTLM and the NT hash in the first line of this file")
	f.StringVar(&o.Keytab, "keytab", "", "log on with Kerberos and the keys in this file")
	f.BoolVar(&o.Cleartext, "cleartext", false, "send a secret without TLS too")
	f.StringVar(&o.StopAt, "stop-after", "", "the last step: "+strings.Join(p.Steps(), ", "))
	f.StringArrayVar(&o.Expect, "expect", nil, "STEP=CODE,…: the codes that are well after a step, as greeting=220,250")
	if p != door.SMTP {
		return
	}
	f.StringVar(&o.HELO, "helo", "", "introduce ourselves by this name (that of this machine)")
	f.BoolVar(&o.UseHELO, "use-helo", false, "say HELO and not EHLO")
	f.StringVar(&o.Domain, "domain", "", "the mail domain (that of --mx, else of the host)")
	f.StringVar(&o.From, "from", "", "MAIL FROM (smtpcheck@ the domain, or the account with a logon)")
	f.StringVar(&o.To, "to", "", "RCPT TO (postmaster@ the domain)")
	f.StringVar(&o.Relay, "relay-test", "", "want this recipient to be refused to whoever has not logged on")
	f.BoolVar(&o.Send, "send", false, "send a small message to --to, and keep the answer")
}

// Prober checks doors by some options. It is safe for several goroutines.
type Prober struct {
	Options
	roots    *x509.CertPool
	pins     trust.Pins
	expect   map[string][]string
	hash     ntlm.Hash
	secret   string // the password, where it is needed
	machine  string // the name of this one
	text     string // of the message; empty for that of a check
	attempts attempts
}

// New makes a prober. Its errors are of usage, but for those of files.
func New(o Options, p door.Protocol) (*Prober, error) {
	b := &Prober{Options: o, expect: map[string][]string{}}
	if b.Resolver == nil {
		b.Resolver = net.DefaultResolver
	}
	b.Auth, b.TLS = cmp.Or(o.Auth, Auths[0]), cmp.Or(o.TLS, tlsAuto)
	if err := b.misuse(p); err != nil {
		return nil, usage.Wrap(err)
	}
	var err error
	if b.pins, err = trust.ParsePins(o.Pins); err != nil {
		return nil, usage.Wrap(err)
	}
	if o.CAFile != "" {
		certs, _, err := trust.Certificates(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("certificates of --ca: %w", err)
		}
		b.roots = x509.NewCertPool()
		for _, c := range certs {
			b.roots.AddCert(c)
		}
	}
	if o.NTHashFile != "" {
		if b.hash, err = readHash(o.NTHashFile); err != nil {
			return nil, err
		}
	}
	b.machine, _ = os.Hostname()
	return b, nil
}

// readHash reads the file of --nt-hash-file.
func readHash(name string) (ntlm.Hash, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("NT hash of --nt-hash-file: %w", err)
	}
	defer f.Close()
	const longest = 1024
	line, err := textfile.FirstLine(f, longest)
	if err != nil {
		return nil, fmt.Errorf("NT hash of --nt-hash-file: %s: %w", name, err)
	}
	hash, err := ntlm.ParseHash(line)
	if err != nil {
		return nil, fmt.Errorf("NT hash of --nt-hash-file: the first line of %s %w", name, err)
	}
	return hash, nil
}

// address is a mailbox as it may stand between < and > (RFC 5321 4.1.2), as far
// as that keeps the command one command.
var address = regexp.MustCompile(`^[^\x00-\x20<>\x7f]*$`)

// misuse says what is wrong with the options.
func (b *Prober) misuse(p door.Protocol) error {
	switch {
	case b.Timeout <= 0 || b.Deadline <= 0 || b.Parallel <= 0:
		return fmt.Errorf("--timeout, --deadline and --parallel must be more than nothing")
	case b.IPv4 && b.IPv6:
		return fmt.Errorf("-4 and -6 leave no address; give one of them, or none for all")
	case !slices.Contains(tlsModes, b.TLS):
		return fmt.Errorf("unknown --tls %q: there are %s", b.TLS, strings.Join(tlsModes, ", "))
	case !slices.Contains(Auths, b.Auth):
		return fmt.Errorf("unknown way to log on %q: there are %s", b.Auth, strings.Join(Auths, ", "))
	case b.User == "" && (b.Auth != Auths[0] && b.Auth != "gssapi" || b.NTHashFile != ""):
		return fmt.Errorf("no account to log on with; give one with -u")
	case b.StopAt != "" && !slices.Contains(p.Steps(), b.StopAt):
		return fmt.Errorf("unknown step %q of --stop-after: there are %s", b.StopAt, strings.Join(p.Steps(), ", "))
	case len(b.Pins) > 0 && b.Pardons:
		return fmt.Errorf("--pin and --insecure contradict each other; leave out --insecure")
	case !address.MatchString(b.HELO) || !address.MatchString(b.Domain):
		return fmt.Errorf("--helo and --domain want a name")
	}
	for flag, text := range map[string]string{"from": b.From, "to": b.To, "relay-test": b.Relay} {
		if !address.MatchString(text) {
			return fmt.Errorf("--%s %q is no address", flag, text)
		}
	}
	for _, text := range b.Expect {
		step, codes, ok := strings.Cut(text, "=")
		if !ok || codes == "" || !slices.Contains(p.Steps(), step) {
			return fmt.Errorf("--expect %q: should be STEP=CODE,… with a step of %s", text, strings.Join(p.Steps(), ", "))
		}
		b.expect[step] = strings.Split(codes, ",")
	}
	return nil
}
