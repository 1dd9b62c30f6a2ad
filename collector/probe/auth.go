package probe

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mbxperm/collector/live/kerberos"
	"mbxperm/model/door"
)

// attempts sees to it that a wrong password is not carried from host to host:
// each counts towards a lock-out. Until somebody has taken it, it is shown to one
// host at a time.
type attempts struct {
	one     sync.Mutex // held while it is shown to the first
	mu      sync.Mutex
	taken   bool
	refused int
	by      string // who refused it last
}

// mostRefusals is how many hosts may refuse a password that another has taken.
const mostRefusals = 3

// begin waits for its turn; stop says why there is none.
func (a *attempts) begin() (end func(err error, refused bool, by string), stop string) {
	a.one.Lock()
	a.mu.Lock()
	defer a.mu.Unlock()
	first := !a.taken
	if !first {
		a.one.Unlock()
	}
	if a.refused > 0 && first || a.refused >= mostRefusals {
		if first {
			a.one.Unlock()
		}
		return nil, "not tried: " + a.by + " has refused the same credentials, and each refusal counts towards a lock-out"
	}
	return func(err error, refused bool, by string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		switch {
		case err == nil:
			a.taken = true
		case refused:
			a.refused++
			a.by = by
		}
		if first {
			a.one.Unlock()
		}
	}, ""
}

// ready gets the password, before anybody is dialled: people take their time.
func (b *Prober) ready(ctx context.Context) error {
	if b.User == "" || b.secret != "" || b.NTHashFile != "" || b.Keytab != "" || b.Password == nil {
		return nil
	}
	if b.Auth == "gssapi" && b.ticket() {
		return nil
	}
	secret, err := b.Password(ctx)
	if err != nil && b.Auth == Auths[0] && b.ticket() {
		return nil
	}
	if err != nil {
		return fmt.Errorf("password for %s: %w", b.User, err)
	}
	if secret == "" || strings.ContainsAny(secret, "\x00\r\n") {
		return fmt.Errorf("password for %s: it is empty, or holds the end of a line or a NUL character; nothing was sent", b.User)
	}
	b.secret = secret
	return nil
}

// ticket reports whether there is a ticket of the account.
func (b *Prober) ticket() bool {
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return false
	}
	c, err := kerberos.ReadCache(conf.CacheName())
	return err == nil && (b.User == "" || strings.EqualFold(b.User, c.String()) || strings.EqualFold(b.User, c.User))
}

// logon is the step auth, and reports whether we are in. exchange speaks a
// mechanism in the words of the protocol.
func (d *dialogue) logon(exchange func(*door.Step, *mechanism) error) bool {
	asked := d.User != "" || d.Auth == "gssapi" || d.Keytab != ""
	if d.ended == "" && !asked {
		d.skip("auth", "no account to log on with (-u)")
		return false
	}
	if held := d.target.Held; d.ended == "" && held != nil && held.User == d.User {
		d.hold()
		return false
	}
	var end func(err error, refused bool, by string)
	if d.ended == "" {
		var stop string
		if end, stop = d.attempts.begin(); stop != "" {
			d.skip("auth", stop)
			return false
		}
	}
	var err error
	ok := d.step("auth", func(s *door.Step) error {
		var m *mechanism
		if m, err = d.choose(); err != nil {
			return failed("%v", err)
		}
		d.hide(d.secret, string(m.first))
		err = exchange(s, m)
		if m.told != nil && m.told() != "" {
			d.warn("%s", m.told())
		}
		s.Detail = m.name
		return err
	})
	if s := d.check.Step("auth"); s != nil && s.Result == door.Failed && s.Code != "" && !strings.Contains(s.Detail, " ") {
		s.Detail += " refused"
	}
	refused := errors.Is(err, errRefused) || errors.Is(err, kerberos.ErrRefused)
	if end != nil {
		end(err, refused, d.check.Name())
	}
	if refused {
		d.check.Refused = &door.Refusal{User: d.User, Time: time.Now().UTC()}
	}
	return ok
}

// hold notes that no logon is tried, since the last one was refused: still a
// failure, and nothing that was sent.
func (d *dialogue) hold() {
	d.check.Refused = d.target.Held
	d.check.Steps = append(d.check.Steps, door.Step{Name: "auth", Result: door.Failed,
		Detail: "not tried: it was refused at " + day(d.target.Held.Time) + ", and each refusal counts towards a lock-out"})
}

// choose finds the mechanism.
func (d *dialogue) choose() (*mechanism, error) {
	switch {
	case !d.inside && !d.Cleartext:
		return nil, errors.New("no secret is sent without TLS; --cleartext sends it all the same")
	case d.inside && !d.trusted:
		return nil, errors.New("no secret is sent to a server whose certificate is not trusted; --insecure sends it all the same")
	}
	at := 0
	if d.inside {
		at = 1
	}
	offered := &d.check.Mechanisms[at]
	if d.Auth != Auths[0] {
		return d.mechanism(d.Auth, offered)
	}
	var reasons []string
	for _, name := range []string{"gssapi", "ntlm", "plain", "login"} {
		m, err := d.mechanism(name, offered)
		if err == nil {
			return m, nil
		}
		if errors.Is(err, kerberos.ErrRefused) { // by any other name it would be refused too
			return nil, err
		}
		reasons = append(reasons, err.Error())
	}
	return nil, fmt.Errorf("no way to log on: %s", strings.Join(reasons, "; "))
}

// mechanism makes one that is offered.
func (d *dialogue) mechanism(name string, offered *door.Mechanisms) (*mechanism, error) {
	sasl := strings.ToUpper(name)
	command := name == "login" && d.target.Protocol != door.SMTP && d.offers.plain // USER and PASS, LOGIN
	switch {
	case !command && !offered.Has(sasl):
		return nil, fmt.Errorf("%s is not offered", sasl)
	case name == "gssapi":
		return d.gssapi()
	case d.User == "":
		return nil, fmt.Errorf("%s wants an account (-u)", sasl)
	case name == "ntlm" && (d.hash != nil || d.secret != ""):
		return d.ntlmMechanism(), nil
	case d.secret == "":
		return nil, fmt.Errorf("%s wants a password", sasl)
	case command:
		return &mechanism{name: map[door.Protocol]string{door.POP3: "USER", door.IMAP4: "LOGIN command"}[d.target.Protocol]}, nil
	case name == "plain":
		return plain(d.User, d.secret), nil
	case name == "login":
		return login(d.User, d.secret), nil
	}
	return xoauth2(d.User, d.secret), nil
}

// capable keeps what is offered.
func (d *dialogue) capable(c capabilities, m door.Mechanisms) {
	d.offers = c
	if d.inside {
		d.check.Mechanisms[1] = m
		return
	}
	d.check.Mechanisms[0] = m
	var open []string
	for _, name := range []string{"PLAIN", "LOGIN"} {
		if m.Has(name) {
			open = append(open, name)
		}
	}
	switch {
	case len(open) > 0:
		d.warn("a logon in plain text is offered before TLS: %s", strings.Join(open, " "))
	case c.plain:
		d.warn("a logon in plain text is offered before TLS")
	}
}

// exchange answers the questions of a server until it has decided. ask sends a
// line and reads the answer; more is the code of a question.
func (d *dialogue) exchange(m *mechanism, r *reply, more string, ask func(line, shown string) (*reply, error)) (*reply, error) {
	first := m.first
	const mostQuestions = 10
	for range mostQuestions {
		if r.code != more {
			return r, nil
		}
		answer := first
		first = nil
		if answer == nil {
			question, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.first()))
			if err != nil {
				return nil, cancelled(ask, fmt.Errorf("a question that is no base64: %s", shown(r.first())))
			}
			if answer, err = m.next(question); err != nil {
				return nil, cancelled(ask, err)
			}
		}
		text := base64.StdEncoding.EncodeToString(answer)
		d.hide(string(answer))
		var err error
		if r, err = ask(text, "***"); err != nil {
			return nil, err
		}
	}
	return nil, errAnswer("the server asks and asks")
}

// asks makes a function that sends a line, an empty one too, and reads the answer.
func (d *dialogue) asks(read func() (*reply, error)) func(line, shown string) (*reply, error) {
	return func(line, shown string) (*reply, error) {
		if err := d.send(line, shown); err != nil {
			return nil, err
		}
		r, err := read()
		if err != nil {
			return nil, err
		}
		return d.take(r), nil
	}
}

// cancelled ends a logon (RFC 4954 4, RFC 5034 4, RFC 3501 6.2.2).
func cancelled(ask func(line, shown string) (*reply, error), why error) error {
	if _, err := ask("*", "*"); err != nil {
		return err
	}
	return failed("%v", why)
}

// decided notes the answer to a logon.
func (d *dialogue) decided(s *door.Step, r *reply, err error, well string) error {
	if err != nil {
		return err
	}
	return d.note(s, r, well)
}

// longestCommand is that of SMTP and POP3 with an initial response (RFC 4954 4,
// RFC 5034 4); longer ones wait for the question.
const longestCommand = 500

// smtpAuth is AUTH (RFC 4954).
func (d *dialogue) smtpAuth(s *door.Step, m *mechanism) error {
	ask := d.asks(func() (*reply, error) { return readSMTP(d.lines, true) })
	command, shown := "AUTH "+m.name, "AUTH "+m.name
	if text := base64.StdEncoding.EncodeToString(m.first); m.first != nil && len(command)+1+len(text) < longestCommand {
		command, shown, m.first = command+" "+text, shown+" ***", nil
	}
	r, err := ask(command, shown)
	if err == nil {
		r, err = d.exchange(m, r, "334", ask)
	}
	return d.decided(s, r, err, "235")
}

// pop3Auth is AUTH (RFC 5034), or USER and PASS.
func (d *dialogue) pop3Auth(s *door.Step, m *mechanism) error {
	ask := d.asks(func() (*reply, error) { return readPOP3(d.lines, false) })
	if m.name == "USER" {
		r, err := ask("USER "+d.User, "USER "+d.User)
		if err == nil && r.code == "+OK" {
			r, err = ask("PASS "+d.secret, "PASS ***")
		}
		return d.decided(s, r, err, "+OK")
	}
	r, err := ask("AUTH "+m.name, "AUTH "+m.name)
	if err == nil {
		r, err = d.exchange(m, r, "+", ask)
	}
	return d.decided(s, r, err, "+OK")
}

// imap4Auth is AUTHENTICATE (RFC 3501 6.2.2), or LOGIN.
func (d *dialogue) imap4Auth(s *door.Step, m *mechanism) error {
	if m.name == "LOGIN command" {
		r, err := d.imap4Login()
		return d.decided(s, r, err, "OK")
	}
	command, shown := "AUTHENTICATE "+m.name, "AUTHENTICATE "+m.name
	if d.offers.initial && m.first != nil {
		command, shown, m.first = command+" "+base64.StdEncoding.EncodeToString(m.first), shown+" ***", nil
	}
	r, err := d.imap4Reply(command, shown)
	tag := fmt.Sprintf("a%d", d.tags)
	if err == nil {
		r, err = d.exchange(m, r, "+", d.asks(func() (*reply, error) { return readIMAP4(d.lines, tag) }))
	}
	return d.decided(s, r, err, "OK")
}

// imap4Login is LOGIN with both words quoted, or as literals where they hold
// what a quoted string cannot (RFC 3501 4.3).
func (d *dialogue) imap4Login() (*reply, error) {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	ascii := func(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r > 126 || r < 32 }) }
	if ascii(d.User) && ascii(d.secret) {
		d.hide(quote.Replace(d.secret))
		return d.imap4Reply(`LOGIN "`+quote.Replace(d.User)+`" "`+quote.Replace(d.secret)+`"`, "LOGIN "+d.User+" ***")
	}
	r, err := d.imap4Reply(fmt.Sprintf("LOGIN {%d}", len(d.User)), "LOGIN …")
	tag := fmt.Sprintf("a%d", d.tags)
	for _, line := range []string{fmt.Sprintf("%s {%d}", d.User, len(d.secret)), d.secret} {
		if err != nil || r.code != "+" {
			return r, err
		}
		r, err = d.asks(func() (*reply, error) { return readIMAP4(d.lines, tag) })(line, "***")
	}
	return r, err
}
