package probe

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"mbxperm/model/door"
)

// capabilities are what a server offers.
type capabilities struct {
	starttls bool
	plain    bool // a logon in plain text that is no mechanism of SASL: USER, LOGIN
	initial  bool // SASL-IR (RFC 4959)
}

// smtp walks through SMTP (RFC 5321, RFC 3207, RFC 4954).
func (d *dialogue) smtp() {
	if !d.step("greeting", func(s *door.Step) error {
		r, err := d.smtpReply("", "", false)
		if err != nil {
			return err
		}
		return d.note(s, r, "220")
	}) {
		d.end("greeting")
	}
	hello := "ehlo"
	if d.implicit() {
		d.skip("ehlo", "TLS begins with the connection")
		hello = "ehlo-tls"
	}
	if !d.step(hello, d.hello) {
		d.end(hello)
	}
	if !d.implicit() {
		d.startTLS(func(s *door.Step) error { return d.smtpCommand(s, "STARTTLS", "220") }, "ehlo-tls", d.hello)
	}
	if d.Relay == "" {
		d.skip("relay", door.NotAsked)
	} else {
		d.step("relay", d.relay)
	}
	d.logon(d.smtpAuth)
	d.transaction()
	d.step("quit", func(s *door.Step) error { return d.smtpCommand(s, "QUIT", "221") })
}

// end ends the conversation after a step without which there is none; the
// server is told good-bye.
func (d *dialogue) end(step string) {
	if d.ended == "" {
		d.ended = "not reached: " + step + " failed"
	}
}

// smtpReply sends a command and reads the answer.
func (d *dialogue) smtpReply(command, shown string, enhanced bool) (*reply, error) {
	if command != "" {
		if err := d.send(command, shown); err != nil {
			return nil, err
		}
	}
	r, err := readSMTP(d.lines, enhanced)
	if err != nil {
		return nil, err
	}
	return d.take(r), nil
}

func (d *dialogue) smtpCommand(s *door.Step, command string, wants ...string) error {
	r, err := d.smtpReply(command, command, true)
	if err != nil {
		return err
	}
	return d.note(s, r, wants...)
}

// helo is the name by which we introduce ourselves: one with a dot, or our
// address (RFC 5321 4.1.4).
func (d *dialogue) helo() string {
	switch {
	case d.HELO != "":
		return d.HELO
	case strings.Contains(d.machine, "."):
		return d.machine
	}
	host, _, _ := net.SplitHostPort(d.conn.LocalAddr().String())
	a, err := netip.ParseAddr(host)
	if err != nil {
		return cmp.Or(d.machine, "localhost")
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		return "[IPv6:" + a.String() + "]"
	}
	return "[" + a.String() + "]"
}

// hello is EHLO, or HELO where that is refused.
func (d *dialogue) hello(s *door.Step) error {
	if !d.UseHELO {
		r, err := d.smtpReply("EHLO "+d.helo(), "EHLO "+d.helo(), false)
		if err != nil {
			return err
		}
		if err = d.note(s, r, "250"); err == nil {
			d.capable(parseEHLO(r.texts))
			return nil
		}
		if r.code[0] != '5' {
			return err
		}
		d.warn("EHLO was refused: %s", s.Says())
	}
	r, err := d.smtpReply("HELO "+d.helo(), "HELO "+d.helo(), false)
	if err != nil {
		return err
	}
	d.capable(capabilities{}, door.Mechanisms{})
	return d.note(s, r, "250")
}

// parseEHLO reads the answer to EHLO (RFC 5321 4.1.1.1); the first line is a
// greeting. Some servers write AUTH=LOGIN for clients of before RFC 2554.
func parseEHLO(texts []string) (c capabilities, m door.Mechanisms) {
	m.Asked = true
	for _, t := range texts[min(1, len(texts)):] {
		words := strings.Fields(strings.Replace(t, "=", " ", 1))
		if len(words) == 0 {
			continue
		}
		switch strings.ToUpper(words[0]) {
		case "STARTTLS":
			c.starttls = true
			m.Other = append(m.Other, t)
		case "AUTH":
			m.Auth = add(m.Auth, words[1:]...)
		default:
			m.Other = append(m.Other, t)
		}
	}
	return c, m
}

// transaction is mail, rcpt and rset, with a message between them if so asked.
func (d *dialogue) transaction() {
	from, to := d.sender(), cmp.Or(d.To, "postmaster@"+d.domain())
	mail := d.step("mail", func(s *door.Step) error { return d.smtpCommand(s, "MAIL FROM:<"+from+">", "250") })
	rcpt := false
	if !mail && d.ended == "" {
		d.skip("rcpt", "not reached: mail failed")
	} else {
		rcpt = d.step("rcpt", func(s *door.Step) error { return d.smtpCommand(s, "RCPT TO:<"+to+">", "250", "251") })
	}
	switch {
	case !d.Send:
		d.skip("data", door.NotAsked+": nothing is sent without --send")
	case !rcpt && d.ended == "":
		d.skip("data", "not reached: rcpt failed")
	default:
		d.step("data", func(s *door.Step) error { return d.data(s, cmp.Or(d.text, message(from, to, time.Now()))) })
	}
	d.step("rset", func(s *door.Step) error { return d.smtpCommand(s, "RSET", "250") })
}

// sender is MAIL FROM: the account that has logged on, as servers want it, else
// the checker.
func (d *dialogue) sender() string {
	if d.From != "" {
		return d.From
	}
	if a := d.check.Step("auth"); a != nil && a.Result == door.OK && strings.Contains(d.User, "@") && address.MatchString(d.User) {
		return d.User
	}
	return "smtpcheck@" + d.domain()
}

// domain is the mail domain of a host: what follows its first label, where that
// leaves two.
func (d *dialogue) domain() string {
	if own := cmp.Or(d.Domain, d.target.Domain); own != "" {
		return own
	}
	host := strings.TrimSuffix(d.target.Host, ".")
	if a, err := netip.ParseAddr(host); err == nil { // an address literal (RFC 5321 4.1.3)
		if a.Is6() {
			return "[IPv6:" + a.WithZone("").String() + "]"
		}
		return "[" + a.String() + "]"
	}
	if _, rest, ok := strings.Cut(host, "."); ok && strings.Contains(rest, ".") {
		return rest
	}
	return host
}

// data sends a message and keeps the answer.
func (d *dialogue) data(s *door.Step, text string) error {
	r, err := d.smtpReply("DATA", "DATA", true)
	if err != nil {
		return err
	}
	if err := d.note(s, r, "354"); err != nil {
		return err
	}
	r, err = d.smtpReply(dotted(text)+".", "("+fmt.Sprint(len(text))+" bytes) .", true)
	if err != nil {
		return err
	}
	return d.note(s, r, "250")
}

// dotted makes lines of CRLF with their dots doubled (RFC 5321 4.5.2).
func dotted(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, ".") {
			b.WriteByte('.')
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// message is the one that --send sends. Nobody is to answer it (RFC 3834 5).
func message(from, to string, now time.Time) string {
	return "From: <" + from + ">\nTo: <" + to + ">\nSubject: mbxperm check\nDate: " + now.Format(time.RFC1123Z) +
		"\nMessage-ID: <" + fmt.Sprintf("check.%d", now.UnixNano()) + "@" + afterAt(from) + ">\nAuto-Submitted: auto-generated\n" +
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nThis is a check of the mail server. Nobody needs to answer.\n"
}

func afterAt(a string) string { return a[strings.LastIndexByte(a, '@')+1:] }

// relay wants a recipient to be refused to somebody who has not logged on, in a
// transaction of its own.
func (d *dialogue) relay(s *door.Step) error {
	defer func() {
		if d.ended == "" && s.Code != "421" {
			_, _ = d.smtpReply("RSET", "RSET", true)
		}
	}()
	for _, command := range []string{"MAIL FROM:<" + cmp.Or(d.From, "smtpcheck@"+d.domain()) + ">", "RCPT TO:<" + d.Relay + ">"} {
		r, err := d.smtpReply(command, command, true)
		if err != nil {
			return err
		}
		_ = d.note(s, r)
		switch r.code[0] {
		case '5':
			return nil
		case '4':
			d.warn("that is no refusal for good")
			return nil
		}
	}
	return failed("the server relays for whoever comes: it takes %s", d.Relay)
}
