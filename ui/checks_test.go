package ui

import (
	"errors"
	"testing"
	"time"

	"mbxperm/model/door"
)

// someChecks are runs as the state has them: one that is well, one with a refused
// recipient, one with a bad certificate and a hostile greeting, one that nobody
// answered.
func someChecks() []door.Check {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.Local)
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	leaf := door.Certificate{Subject: "CN=mail.contoso.com", Issuer: "CN=contoso authority", Names: []string{"mail.contoso.com"}, From: at.AddDate(0, -1, 0), Until: at.AddDate(50, 0, 0), Key: "RSA 2048", Signature: "SHA256-RSA"}
	well := door.Check{Time: at, Protocol: door.SMTP, Host: "mail.contoso.com", Address: "192.0.2.1", Port: 25,
		Mechanisms: [2]door.Mechanisms{{Asked: true}, {Asked: true, Auth: []string{"NTLM", "LOGIN"}}},
		TLS:        &door.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Sent: []door.Certificate{leaf}, Built: []door.Certificate{leaf}, Name: "mail.contoso.com", Match: true},
		Steps: []door.Step{
			{Name: "resolve", Result: door.OK, Took: ms(2)}, {Name: "connect", Result: door.OK, Took: ms(11)},
			{Name: "greeting", Result: door.OK, Code: "220", Text: "mail.contoso.com ESMTP", Took: ms(12)},
			{Name: "ehlo", Result: door.OK, Code: "250", Text: "mail.contoso.com\nSTARTTLS\nOK", Took: ms(10)},
			{Name: "auth", Detail: "no account to log on with (-u)"}, {Name: "relay", Detail: "not asked for"},
			{Name: "rcpt", Result: door.OK, Code: "250", Enhanced: "2.1.5", Text: "OK", Took: ms(9)},
		}}
	later := well
	later.Host, later.Address = "mail2.contoso.com", "192.0.2.2"
	later.Steps = append([]door.Step(nil), well.Steps...)
	later.Steps[6] = door.Step{Name: "rcpt", Result: door.Failed, Code: "451", Enhanced: "4.7.1", Text: "try later", Took: ms(8)}
	hostile := well
	hostile.Host, hostile.Address = "198.51.100.7", "198.51.100.7"
	hostile.Steps = append([]door.Step(nil), well.Steps...)
	hostile.Steps[2] = door.Step{Name: "greeting", Result: door.Warning, Code: "220", Text: "[red]\x1b[2J\u202eevil", Detail: "a line ends in LF without CR", Took: ms(7)}
	nobody := door.Check{Time: at, Protocol: door.IMAP4, Host: "mail.fabrikam.com", Port: 143, Steps: []door.Step{
		{Name: "resolve", Result: door.Failed, Detail: "DNS knows no address of mail.fabrikam.com", Took: ms(30)}, {Name: "connect", Detail: "not reached: resolve failed"}}}
	return []door.Check{well, later, hostile, nobody}
}

func TestScreenChecks(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.wantRead()
		d.On(func() { a.options.Checks = func() ([]door.Check, error) { return someChecks(), nil } })
		d.Press("M")
		d.WantScreen("Checks · 4 addresses · 3 not well", "mail2.contoso.com:25", "rcpt: 451 4.7.1 try later", "failed")
		golden(d, a, "checks")
		d.Press("End")
		d.WantScreen("Steps of mail.contoso.com:25", "mail.contoso.com ESMTP")
		d.Press("Enter")
		d.WantScreen("Certificate", "TLS 1.3 TLS_AES_128_GCM_SHA256")
		golden(d, a, "checks-all")
		d.Press("Esc", "r")
		d.WantScreen("Checks · 9 steps", "Hosts at")
		golden(d, a, "checks-steps")
		d.Press("/")
		d.TypeText("rcpt")
		d.Press("Enter")
		d.WantScreen("Checks · 1 steps · 1 not well", "Hosts at rcpt", "451 4.7.1 try later")
		d.Press("Esc", "r")
		d.WantScreen("4 addresses")
		d.Press("Esc")
		d.WantScreen("Mailboxes")
	})
}

// TestScreenChecksHostile: what a server says is shown and never obeyed.
func TestScreenChecksHostile(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.wantRead()
	d.On(func() { a.options.Checks = func() ([]door.Check, error) { return someChecks(), nil } })
	d.Press("M", "/")
	d.TypeText("198.51")
	d.Press("Enter")
	d.WantScreen("[red]<U+001B>[2J<U+202E>evil")
	d.Press("Enter")
	d.WantScreen("[red]<U+001B>[2J<U+202E>evil", "LF without CR")
}

// TestScreenChecksNone: without a run, and where the state cannot be read, it is
// said.
func TestScreenChecksNone(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.wantRead()
	d.Press("M")
	d.WantScreen("nothing says where the last runs of checks are kept")
	d.On(func() { a.options.Checks = func() ([]door.Check, error) { return nil, nil } })
	d.Press("M")
	d.WantScreen("nothing was checked yet")
	d.On(func() {
		a.options.Checks = func() ([]door.Check, error) { return nil, errors.New("state of checks: it is damaged") }
	})
	d.Press("M")
	d.WantScreen("it is damaged")
}
