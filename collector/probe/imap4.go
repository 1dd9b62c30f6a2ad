package probe

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model/door"
)

// imap4 walks through IMAP4rev1 (RFC 3501).
func (d *dialogue) imap4() {
	preauth := false
	if !d.step("greeting", func(s *door.Step) error {
		r, err := readIMAP4(d.lines, "*")
		if err != nil {
			return err
		}
		preauth = r.code == "PREAUTH"
		if preauth {
			d.warn("the server takes whoever comes from here as logged on (PREAUTH): neither STARTTLS nor a logon is possible then")
		}
		return d.note(s, d.take(r), "OK", "PREAUTH")
	}) {
		d.end("greeting")
	}
	capability := "capability"
	if d.implicit() {
		d.skip("capability", "TLS begins with the connection")
		capability = "capability-tls"
	}
	d.step(capability, d.capability)
	switch {
	case preauth && d.ended == "":
		for _, name := range []string{"starttls", "tls", "capability-tls", "auth"} {
			d.skip(name, "not possible after PREAUTH")
		}
	case !d.implicit():
		d.startTLS(func(s *door.Step) error { return d.imap4Command(s, "STARTTLS") }, "capability-tls", d.capability)
	}
	if preauth || d.logon(d.imap4Auth) {
		d.step("examine", func(s *door.Step) error { return d.imap4Command(s, "EXAMINE INBOX") })
	} else if d.ended == "" {
		d.skip("examine", "only after a logon")
	}
	d.step("logout", func(s *door.Step) error { return d.imap4Command(s, "LOGOUT") })
}

func (d *dialogue) imap4Reply(command, shown string) (*reply, error) {
	d.tags++
	tag := fmt.Sprintf("a%d", d.tags)
	if err := d.send(tag+" "+command, tag+" "+shown); err != nil {
		return nil, err
	}
	r, err := readIMAP4(d.lines, tag)
	if err != nil {
		return nil, err
	}
	return d.take(r), nil
}

func (d *dialogue) imap4Command(s *door.Step, command string) error {
	r, err := d.imap4Reply(command, command)
	if err != nil {
		return err
	}
	return d.note(s, r, "OK")
}

// capability asks what is offered (RFC 3501 6.1.1).
func (d *dialogue) capability(s *door.Step) error {
	r, err := d.imap4Reply("CAPABILITY", "CAPABILITY")
	if err != nil {
		return err
	}
	if err := d.note(s, r, "OK"); err != nil {
		return err
	}
	d.capable(parseCAPABILITY(r.data))
	s.Text = strings.Join(slices.Concat(r.data, r.texts), "\n")
	return nil
}

// parseCAPABILITY reads the untagged answers to CAPABILITY (RFC 3501 7.2.1).
func parseCAPABILITY(list []string) (c capabilities, m door.Mechanisms) {
	c.plain = true
	for _, line := range list {
		words := strings.Fields(line)
		if len(words) == 0 || !strings.EqualFold(words[0], "CAPABILITY") {
			continue
		}
		m.Asked = true
		for _, w := range words[1:] {
			name := strings.ToUpper(w)
			if mechanism, ok := strings.CutPrefix(name, "AUTH="); ok {
				m.Auth = add(m.Auth, mechanism)
				continue
			}
			switch name {
			case "STARTTLS":
				c.starttls = true
			case "LOGINDISABLED":
				c.plain = false
			case "SASL-IR":
				c.initial = true
			}
			m.Other = append(m.Other, w)
		}
	}
	return c, m
}
