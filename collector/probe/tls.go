package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"mbxperm/collector/live/gss"
	"mbxperm/model/door"
)

// implicitPorts are those where TLS begins with the connection (RFC 8314 7).
var implicitPorts = map[uint16]bool{465: true, 993: true, 995: true}

// implicit reports whether TLS begins with the connection.
func (d *dialogue) implicit() bool {
	return d.TLS == tlsImplicit || d.TLS == tlsAuto && implicitPorts[d.target.Port]
}

// startTLS asks for TLS, where it is offered, and for the capabilities inside
// it; hello names that step.
func (d *dialogue) startTLS(ask func(*door.Step) error, hello string, again func(*door.Step) error) {
	why := ""
	switch {
	case d.ended != "":
		return
	case d.TLS == tlsNone:
		why = "--tls none"
	case !d.offers.starttls && d.TLS != tlsStart:
		why = "STARTTLS is not offered"
	}
	if why == "" && !d.step("starttls", func(s *door.Step) error {
		if !d.offers.starttls {
			return failed("STARTTLS is not offered")
		}
		err := ask(s)
		if stray := d.lines.rest(); err == nil && len(stray) > 0 {
			// Taken into the conversation it would look as if it came inside TLS
			// (RFC 3207 6).
			d.warn("text after the answer to STARTTLS, thrown away: %s", shownBytes(stray))
		}
		return err
	}) {
		why = "not reached: starttls failed"
	}
	if why != "" {
		for _, name := range []string{"starttls", "tls", hello} {
			if d.ended == "" {
				d.skip(name, why)
			}
		}
		return
	}
	d.step("tls", d.handshake)
	d.step(hello, again)
}

// serverName is the name that the certificate must have.
func (d *dialogue) serverName() string { return strings.TrimSuffix(cmp.Or(d.Name, d.target.Host), ".") }

// sni is the name to ask for in the handshake: never an address (RFC 6066 3).
func (d *dialogue) sni() string {
	if _, err := netip.ParseAddr(d.serverName()); err == nil {
		return ""
	}
	return d.serverName()
}

// handshake begins TLS and looks at the certificate. One that is not trusted is
// read all the same, and the conversation goes on: what else is wrong is to be
// known too. But no secret is sent then.
func (d *dialogue) handshake(s *door.Step) error {
	d.say('-', "TLS begins")
	// The certificate is verified below: here a bad one would not even be seen.
	conn := tls.Client(d.conn, &tls.Config{ServerName: d.sni(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(d.ctx); err != nil {
		return d.explainTLS(err)
	}
	state := conn.ConnectionState()
	d.use(conn)
	d.inside, d.offers = true, capabilities{}
	d.binding = gss.EndPoint(state.PeerCertificates[0])
	d.check.TLS = d.judge(state, time.Now())
	t := d.check.TLS
	s.Detail = t.Version + " " + t.Cipher + "; " + describe(&t.Sent[0], time.Now())
	d.trusted = t.Problem == "" || d.Pardons
	switch {
	case t.Problem == "":
	case d.Pardons:
		d.warn("%s", t.Problem)
	default:
		return failed("%s; %s", t.Problem, s.Detail)
	}
	for _, w := range d.weak(state, time.Now()) {
		d.warn("%s", w)
	}
	return nil
}

// explainTLS puts the error of a handshake into words. One that ended because of
// versions or ciphers is tried again, to learn what the server would take.
func (d *dialogue) explainTLS(err error) error {
	var record tls.RecordHeaderError
	var op *net.OpError
	text := err.Error()
	switch {
	case d.ctx.Err() != nil:
		return err
	case errors.As(err, &record):
		return errAnswer("the server does not speak TLS here: it sent " + shownBytes(record.RecordHeader[:]))
	case strings.Contains(text, "failed to parse certificate"):
		_, why, _ := strings.Cut(text, "from server: ")
		return errAnswer("the certificate cannot be read: " + strings.TrimPrefix(why, "x509: "))
	case errors.As(err, &op) && op.Op == "remote error":
		text = strings.TrimPrefix(op.Err.Error(), "tls: ")
		if text != "handshake failure" && text != "protocol version not supported" && text != "insufficient security level" {
			return errAnswer("the server ended TLS: " + text)
		}
	case strings.Contains(text, "protocol version"), strings.Contains(text, "unconfigured cipher suite"), strings.Contains(text, "selected unsupported"):
		text = strings.TrimPrefix(text, "tls: ")
	default:
		return err
	}
	const ours = "this program takes TLS 1.2 and 1.3 with forward secrecy"
	state, offerErr := d.offer()
	if offerErr != nil {
		return errAnswer(fmt.Sprintf("no agreement on TLS (%s), and none either with all that this program knows, from TLS 1.0 on; %s", text, ours))
	}
	return errAnswer(fmt.Sprintf("no agreement on TLS (%s): the server offers %s with %s; %s", text, tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), ours))
}

// offer makes one more handshake, on a connection of its own and with every
// version and cipher that crypto/tls knows, to learn what the server would take.
// Nothing is sent inside it.
func (d *dialogue) offer() (none tls.ConnectionState, err error) {
	o := d.Options
	o.Said = nil
	again := &dialogue{Prober: &Prober{Options: o, expect: d.expect, machine: d.machine}, ctx: d.ctx, target: d.target,
		check: &door.Check{Address: d.check.Address, Port: d.check.Port}}
	defer again.close()
	if err := again.connect(); err != nil {
		return none, err
	}
	if !d.implicit() {
		if err := again.upTo(); err != nil {
			return none, err
		}
	}
	everything := &tls.Config{ServerName: d.sni(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		everything.CipherSuites = append(everything.CipherSuites, suite.ID)
	}
	again.limit()
	conn := tls.Client(again.conn, everything)
	if err := conn.HandshakeContext(d.ctx); err != nil {
		return none, err
	}
	return conn.ConnectionState(), nil
}

// upTo speaks until TLS can begin.
func (d *dialogue) upTo() (err error) {
	var s door.Step
	switch d.target.Protocol {
	case door.SMTP:
		if _, err = d.smtpReply("", "", false); err == nil {
			if err = d.hello(&s); err == nil {
				err = d.smtpCommand(&s, "STARTTLS", "220")
			}
		}
	case door.POP3:
		if _, err = readPOP3(d.lines, false); err == nil {
			err = d.pop3Command(&s, "STLS")
		}
	case door.IMAP4:
		if _, err = readIMAP4(d.lines, "*"); err == nil {
			err = d.imap4Command(&s, "STARTTLS")
		}
	}
	return err
}

// finish looks up, where a certificate is for other names, which of these lead
// to this very address.
func (d *dialogue) finish(ctx context.Context) {
	t, s := d.check.TLS, d.check.Step("tls")
	if t == nil || t.Match || s == nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, min(d.Timeout, 3*time.Second))
	defer cancel()
	const mostNames = 10
	names := t.Sent[0].Names
	for _, name := range names[:min(len(names), mostNames)] {
		if strings.HasPrefix(name, "*") {
			continue
		}
		if _, err := netip.ParseAddr(name); err == nil {
			continue
		}
		found, _ := d.Resolver.LookupNetIP(limited, "ip", name)
		for _, a := range found {
			if a.Unmap().String() == d.check.Address {
				t.Leads = append(t.Leads, name)
				break
			}
		}
	}
	if len(t.Leads) > 0 {
		s.Detail += "; use " + strings.Join(t.Leads, " or ") + ", which leads to this address too"
	}
}
