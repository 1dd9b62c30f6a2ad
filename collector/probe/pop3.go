package probe

import (
	"slices"
	"strings"

	"mbxperm/model/door"
)

// pop3 walks through POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034).
func (d *dialogue) pop3() {
	if !d.step("greeting", func(s *door.Step) error {
		r, err := readPOP3(d.lines, false)
		if err != nil {
			return err
		}
		return d.note(s, d.take(r), "+OK")
	}) {
		d.end("greeting")
	}
	capa := "capa"
	if d.implicit() {
		d.skip("capa", "TLS begins with the connection")
		capa = "capa-tls"
	}
	d.step(capa, d.capa)
	if !d.implicit() {
		d.startTLS(func(s *door.Step) error { return d.pop3Command(s, "STLS") }, "capa-tls", d.capa)
	}
	if d.logon(d.pop3Auth) {
		d.step("stat", func(s *door.Step) error { return d.pop3Command(s, "STAT") })
	} else if d.ended == "" {
		d.skip("stat", "only after a logon")
	}
	d.step("quit", func(s *door.Step) error { return d.pop3Command(s, "QUIT") })
}

func (d *dialogue) pop3Reply(command, shown string, many bool) (*reply, error) {
	if command != "" {
		if err := d.send(command, shown); err != nil {
			return nil, err
		}
	}
	r, err := readPOP3(d.lines, many)
	if err != nil {
		return nil, err
	}
	return d.take(r), nil
}

func (d *dialogue) pop3Command(s *door.Step, command string) error {
	r, err := d.pop3Reply(command, command, false)
	if err != nil {
		return err
	}
	return d.note(s, r, "+OK")
}

// capa asks what is offered (RFC 2449 5). Old servers do not know the command.
func (d *dialogue) capa(s *door.Step) error {
	r, err := d.pop3Reply("CAPA", "CAPA", true)
	if err != nil {
		return err
	}
	if err := d.note(s, r, "+OK", "-ERR"); err != nil {
		return err
	}
	if r.code == "-ERR" {
		d.warn("CAPA is not known here (RFC 2449)")
		d.capable(capabilities{plain: true}, door.Mechanisms{})
		return nil
	}
	d.capable(parseCAPA(r.data))
	s.Text = strings.Join(slices.Concat(r.texts, r.data), "\n")
	return nil
}

// parseCAPA reads a list of capabilities (RFC 2449 6, RFC 5034 3).
func parseCAPA(list []string) (c capabilities, m door.Mechanisms) {
	m.Asked = true
	for _, line := range list {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch strings.ToUpper(words[0]) {
		case "SASL":
			m.Auth = add(m.Auth, words[1:]...)
			continue
		case "STLS":
			c.starttls = true
		case "USER":
			c.plain = true
		}
		m.Other = append(m.Other, line)
	}
	return c, m
}
