package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"mbxperm/model/door"
)

// Run checks every address of every target, up to Parallel at a time, and
// returns what came of it in the order of the targets and of their addresses.
// done, if it is not nil, is called as each is ready, by one goroutine at a
// time. The error says that nothing could begin, or that ctx has ended.
func (b *Prober) Run(ctx context.Context, targets []door.Target, done func(*door.Check)) ([]door.Check, error) {
	if err := b.ready(ctx); err != nil {
		return nil, err
	}
	free := make(chan struct{}, b.Parallel)
	found := make([][]door.Check, len(targets))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, t := range targets {
		all.Go(func() {
			checks := b.resolve(ctx, t, free)
			found[i] = checks
			for j := range checks {
				c := &checks[j]
				all.Go(func() {
					if c.Address != "" {
						free <- struct{}{}
						b.check(ctx, t, c)
						<-free
					}
					mu.Lock()
					defer mu.Unlock()
					if done != nil {
						done(c)
					}
				})
			}
		})
	}
	all.Wait()
	var out []door.Check
	for _, checks := range found {
		out = append(out, checks...)
	}
	return out, context.Cause(ctx)
}

// resolve looks up a target, and begins a check for each of its addresses; where
// it has none the one check that there is says why.
func (b *Prober) resolve(ctx context.Context, t door.Target, free chan struct{}) (checks []door.Check) {
	free <- struct{}{}
	defer func() { <-free }()
	limited, cancel := context.WithTimeout(ctx, b.Timeout)
	defer cancel()
	start := time.Now()
	addresses, err := b.addresses(limited, t.Host)
	step := door.Step{Name: "resolve", Result: door.OK, Took: time.Since(start)}
	begin := func(address string) {
		checks = append(checks, door.Check{Time: start.UTC(), Protocol: t.Protocol, Host: t.Host, Address: address, Port: t.Port,
			Server: t.Server, Site: t.Site, Steps: []door.Step{step}})
	}
	if err == nil {
		for _, a := range addresses {
			begin(a.String())
		}
		return checks
	}
	step.Result, step.Detail = door.Failed, err.Error()
	begin("")
	for _, name := range t.Protocol.Steps()[1:] {
		checks[0].Steps = append(checks[0].Steps, door.Step{Name: name, Detail: "not reached: resolve failed"})
	}
	return checks
}

// addresses are those of a name that the options allow.
func (b *Prober) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	network, family := "ip", ""
	switch {
	case b.IPv4:
		network, family = "ip4", " of IPv4"
	case b.IPv6:
		network, family = "ip6", " of IPv6"
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if b.IPv4 && !a.Unmap().Is4() || b.IPv6 && a.Unmap().Is4() {
			return nil, fmt.Errorf("%s is no address%s", host, family)
		}
		return []netip.Addr{a}, nil
	}
	found, err := b.Resolver.LookupNetIP(ctx, network, host)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return nil, fmt.Errorf("DNS knows no address%s of %s", family, host)
	case errors.As(err, &dns) && dns.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("DNS gave no answer for %s within %s", host, b.Timeout)
	case errors.As(err, &dns):
		return nil, fmt.Errorf("%s cannot be looked up: %s", host, dns.Err)
	case err != nil:
		return nil, fmt.Errorf("%s cannot be looked up: %w", host, err)
	}
	var list []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, a := range found {
		if a = a.Unmap(); !seen[a] {
			seen[a] = true
			list = append(list, a)
		}
	}
	return list, nil
}

// check has the conversation with one address.
func (b *Prober) check(ctx context.Context, t door.Target, c *door.Check) {
	limited, cancel := context.WithTimeout(ctx, b.Deadline)
	defer cancel()
	d := &dialogue{Prober: b, ctx: limited, target: t, check: c}
	defer d.close()
	d.step("connect", func(*door.Step) error { return d.connect() })
	if d.implicit() {
		d.skip("starttls", "TLS begins with the connection")
		d.step("tls", d.handshake)
	}
	switch t.Protocol {
	case door.SMTP:
		d.smtp()
	case door.POP3:
		d.pop3()
	case door.IMAP4:
		d.imap4()
	}
	d.arrange()
	d.finish(ctx)
}
