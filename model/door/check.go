package door

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Protocol is what a door speaks.
type Protocol string

// The protocols of checks.
const (
	SMTP  Protocol = "smtp"
	POP3  Protocol = "pop3"
	IMAP4 Protocol = "imap4"
)

// Protocols are all of them.
var Protocols = []Protocol{SMTP, POP3, IMAP4}

// Steps are the steps of a check in their order.
func (p Protocol) Steps() []string {
	switch p {
	case SMTP:
		return []string{"resolve", "connect", "greeting", "ehlo", "starttls", "tls", "ehlo-tls", "relay", "auth", "mail", "rcpt", "data", "rset", "quit"}
	case POP3:
		return []string{"resolve", "connect", "greeting", "capa", "starttls", "tls", "capa-tls", "auth", "stat", "quit"}
	case IMAP4:
		return []string{"resolve", "connect", "greeting", "capability", "starttls", "tls", "capability-tls", "auth", "examine", "logout"}
	}
	return nil
}

// Result is what came of a step. Greater is worse.
type Result uint8

// The results.
const (
	Skipped Result = iota // not tried, and Detail says why
	OK
	Warning
	Failed
)

var resultNames = [...]string{"skipped", "ok", "warning", "failed"}

// String is the word of reports.
func (r Result) String() string {
	if int(r) < len(resultNames) {
		return resultNames[r]
	}
	return fmt.Sprintf("result %d", uint8(r))
}

// MarshalText writes the word.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word.
func (r *Result) UnmarshalText(b []byte) error {
	for i, name := range resultNames {
		if name == string(b) {
			*r = Result(i)
			return nil
		}
	}
	return fmt.Errorf("no result of a step: %q", b)
}

// Step is one part of a check. What the server said is as it came, to be made
// safe by whoever shows it.
type Step struct {
	Name   string `json:"step"`
	Result Result `json:"result"`
	// Code is the reply code of SMTP, +OK or -ERR of POP3, the condition (OK,
	// NO, BAD, BYE, PREAUTH) of IMAP4; empty where no answer came.
	Code string `json:"code,omitempty"`
	// Enhanced is the status code of RFC 3463, for POP3 and IMAP4 the response
	// code in brackets.
	Enhanced string        `json:"enhanced,omitempty"`
	Text     string        `json:"text,omitempty"` // the whole answer, its lines apart, without the codes
	Took     time.Duration `json:"took,omitempty"`
	Detail   string        `json:"detail,omitempty"` // what is to be said of it
}

// Asked reports whether a step was to be taken at all: one that was skipped because
// nobody wanted it says nothing of the server.
func (s *Step) Asked() bool { return s.Result != Skipped || !strings.HasPrefix(s.Detail, NotAsked) }

// How the details of steps begin that were not taken.
const (
	NotAsked   = "not asked for"
	NotReached = "not reached"
)

// Says is code, enhanced code and first line in one line.
func (s *Step) Says() string {
	first, _, _ := strings.Cut(s.Text, "\n")
	return strings.Join(strings.Fields(s.Code+" "+s.Enhanced+" "+first), " ")
}

// Cause says why a step is as it is: what the server said, else what we say.
func (s *Step) Cause() string {
	switch {
	case s.Detail == "":
		return s.Says()
	case s.Code == "":
		return s.Detail
	}
	return s.Says() + ": " + s.Detail
}

// Target is a door that is to be checked. The directory, MX records and the
// command line all come down to a list of these.
type Target struct {
	Protocol Protocol
	Host     string // a name or an address
	Port     uint16
	// Server and Site are the names of the directory, empty where the target does
	// not come from it.
	Server, Site string
	// Domain is the mail domain whose postmaster is written to; empty for that
	// of the host.
	Domain string
	// Held, where it is not nil, is a refusal after which no logon is tried again
	// yet: each counts towards a lock-out.
	Held *Refusal
}

// Refusal is a logon that was refused.
type Refusal struct {
	User string    `json:"user"`
	Time time.Time `json:"time"` // UTC
}

// Name is host and port.
func (t *Target) Name() string { return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port))) }

// Check is what one address of a host answered.
type Check struct {
	Time     time.Time `json:"time"` // when it began, UTC
	Protocol Protocol  `json:"protocol"`
	Host     string    `json:"host"`
	Address  string    `json:"address,omitempty"` // empty where the host has none
	Port     uint16    `json:"port"`
	Server   string    `json:"server,omitempty"`
	Site     string    `json:"site,omitempty"`
	Steps    []Step    `json:"steps"`
	// Mechanisms are those of SASL, before TLS and inside it.
	Mechanisms [2]Mechanisms `json:"mechanisms,omitzero"`
	TLS        *TLS          `json:"tls,omitempty"` // nil where there was no handshake
	// Refused is the last logon, where it was refused; nil after one that was taken
	// or was not tried.
	Refused *Refusal `json:"refused,omitempty"`
}

// Name is host and port.
func (c *Check) Name() string { return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) }

// Step returns a step by its name, or nil.
func (c *Check) Step(name string) *Step {
	for i := range c.Steps {
		if c.Steps[i].Name == name {
			return &c.Steps[i]
		}
	}
	return nil
}

// Result is that of the worst step.
func (c *Check) Result() (worst Result) {
	for i := range c.Steps {
		worst = max(worst, c.Steps[i].Result)
	}
	return worst
}

// Worst is the first step of the worst result, nil where there is no step.
func (c *Check) Worst() *Step {
	worst := c.Result()
	for i := range c.Steps {
		if c.Steps[i].Result == worst {
			return &c.Steps[i]
		}
	}
	return nil
}

// Took is the time of all steps.
func (c *Check) Took() (sum time.Duration) {
	for i := range c.Steps {
		sum += c.Steps[i].Took
	}
	return sum
}

// Mechanisms are the SASL mechanisms and the capabilities that a server offers.
type Mechanisms struct {
	Asked bool     `json:"asked,omitempty"` // whether the question was answered
	Auth  []string `json:"auth,omitempty"`  // names, upper case
	Other []string `json:"other,omitempty"` // other capabilities, as they came
}

// Has reports whether a mechanism is offered.
func (m *Mechanisms) Has(name string) bool {
	for _, a := range m.Auth {
		if a == name {
			return true
		}
	}
	return false
}

// TLS is what a handshake has shown.
type TLS struct {
	Version string `json:"version"`
	Cipher  string `json:"cipher"`
	// Sent are the certificates as the server sent them, its own first; Built is
	// the chain that was verified, empty where none could be.
	Sent    []Certificate `json:"sent"`
	Built   []Certificate `json:"built,omitempty"`
	Name    string        `json:"name"`              // the name that the certificate was held against
	Match   bool          `json:"match"`             // whether it is for that name
	Problem string        `json:"problem,omitempty"` // why it is not trusted; empty where it is
	// Leads are those of its names that resolve to this address.
	Leads []string `json:"leads,omitempty"`
	// PEM are the certificates as sent, for a file; they are in no report.
	PEM []byte `json:"-"`
}

// Certificate is what there is to say of a certificate.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Names     []string  `json:"names,omitempty"` // subjectAltName: DNS names and addresses
	Common    string    `json:"common_name,omitempty"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	Key       string    `json:"key"`       // "RSA 2048"
	Signature string    `json:"signature"` // "SHA256-RSA"
	Pin       string    `json:"pin"`       // as --pin takes it
}

// Days are the whole days until it ends, below zero afterwards.
func (c *Certificate) Days(now time.Time) int {
	d := c.Until.Sub(now)
	days := int(d / (24 * time.Hour))
	if d < 0 {
		days--
	}
	return days
}

// Mail is a message to be handed to one of some servers.
type Mail struct {
	Servers  []Target // in the order in which they are tried
	From, To string
	Text     string // header and body, lines ending in LF
	// User, Auth and Password log on; without User there is no logon.
	User, Auth, Password string
}
