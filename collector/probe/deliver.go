package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mbxperm/model/door"
)

// How long servers may take over a message (RFC 5321 4.5.3.2 allows more; an
// alert that waits for ten minutes is none).
const (
	deliverStep = time.Minute
	deliverAll  = 3 * time.Minute
)

// Deliver hands a message to the first server that takes it. It goes through the
// dialogue of the checks, which says what was answered and where; a library for
// mail would be a second client with other words for it. Without a logon a
// certificate that is not trusted is taken, as mail servers do among each other
// (RFC 7435): clear text would be the alternative.
func (e *Engine) Deliver(ctx context.Context, m door.Mail) error {
	var reasons []string
	for _, t := range m.Servers {
		b, err := New(Options{
			Timeout: deliverStep, Deadline: deliverAll, Parallel: 1, CAFile: e.options.CAFile, Pardons: m.User == "", Resolver: e.options.Resolver,
			User: m.User, Auth: m.Auth, Password: func(context.Context) (string, error) { return m.Password, nil },
			From: m.From, To: m.To, Send: true,
		}, door.SMTP)
		if err != nil {
			return err
		}
		if err := b.ready(ctx); err != nil {
			return err
		}
		b.text = m.Text
		why := b.deliver(ctx, t)
		if why == "" {
			return nil
		}
		reasons = append(reasons, why)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return errors.New(strings.Join(reasons, "; "))
}

// deliver tries the addresses of one server, and returns why none took the
// message; "" where one did.
func (b *Prober) deliver(ctx context.Context, t door.Target) string {
	addresses, err := b.addresses(ctx, t.Host)
	if err != nil {
		return err.Error()
	}
	var reasons []string
	for _, a := range addresses {
		c := door.Check{Time: time.Now().UTC(), Protocol: door.SMTP, Host: t.Host, Address: a.String(), Port: t.Port, Steps: []door.Step{{Name: "resolve", Result: door.OK}}}
		b.check(ctx, t, &c)
		if s := c.Step("data"); s.Result == door.OK || s.Result == door.Warning {
			return ""
		}
		worst := c.Worst()
		reasons = append(reasons, fmt.Sprintf("%s (%s) at %s: %s", c.Name(), c.Address, worst.Name, worst.Cause()))
	}
	return strings.Join(reasons, "; ")
}

// Addresses are those of a host.
func (e *Engine) Addresses(ctx context.Context, host string) (list []string) {
	b := &Prober{Options: Options{Resolver: cmpResolver(e.options.Resolver), Timeout: deliverStep}}
	found, _ := b.addresses(ctx, host)
	for _, a := range found {
		list = append(list, a.String())
	}
	return list
}
