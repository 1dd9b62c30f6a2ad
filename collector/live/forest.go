package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// namedDomain is a domain of the forest as the partitions container names it.
type namedDomain struct{ dn, dns string }

// ntdsDomain is FLAG_CR_NTDS_DOMAIN of systemFlags ([MS-ADTS] 2.2.10): the
// partition is a domain.
const ntdsDomain = 2

// crossRef notes a partition, and whether it is a domain. Only domains have a
// NetBIOS name ([MS-ADTS] 6.1.1.2.1.1.2).
func (r *reading) crossRef(e *collector.Entry) {
	p := namedDomain{dn: e.Text("nCName"), dns: e.Text("dnsRoot")}
	if p.dns == "" { // not to be seen; a domain must not be passed over for that
		p.dns = dnsName(p.dn)
	}
	if p.dn != "" {
		r.partitions[foldDN(p.dn)] = true
	}
	isDomain := e.Text("nETBIOSName") != ""
	if flags, err := strconv.ParseInt(e.Text("systemFlags"), 10, 64); err == nil {
		isDomain = flags&ntdsDomain != 0
	}
	switch {
	case foldDN(p.dn) == foldDN(r.home.now().root.domain):
		r.named = true
	case isDomain && p.dns != "" && len(r.others) >= r.options.bounds.domains:
		r.moreDomains++
	case isDomain && p.dns != "":
		r.others = append(r.others, p)
	}
}

// checkForest misses the domain that was asked for among the partitions: where
// it does not show, others may not show either.
func (r *reading) checkForest() error {
	if r.moreDomains > 0 && !r.options.OneDomain {
		return &Error{Kind: ErrIncomplete, Text: fmt.Sprintf("the forest has %d more domains than the %d that are read", r.moreDomains, len(r.others))}
	}
	if r.named || r.options.OneDomain {
		return nil
	}
	return &Error{Kind: ErrNotVisible,
		Text: fmt.Sprintf("the partitions of the forest are not visible to %s, so that other domains of it may be missing", clean(r.home.now().account)),
		Hint: "read them with an account that may read CN=Partitions in the configuration, or this domain alone with --one-domain"}
}

// openOthers begins to look for a domain controller of every other domain of
// the forest, all at once, for one that is dead takes its time. wait returns
// when they are found; a domain that cannot be asked is lost from the start.
func (s *Source) openOthers(ctx context.Context, list []namedDomain) (wait func() []*domain) {
	if s.options.OneDomain {
		list = nil
	}
	found := make([]*domain, len(list))
	var opening sync.WaitGroup
	for i, p := range list {
		opening.Go(func() { found[i] = s.openOther(ctx, p) })
	}
	return func() []*domain {
		opening.Wait()
		s.keepOthers(found...)
		return found
	}
}

// keepOthers notes the domains that Close closes, and Lookup asks.
func (s *Source) keepOthers(list ...*domain) {
	s.closeOthers() // those of a read before
	s.mu.Lock()
	s.others = list
	s.mu.Unlock()
	if s.closed.Err() != nil {
		s.closeOthers()
	}
}

// lateOptions are the options for servers that are found while the reading
// runs: by then there may be a screen, and nobody can be asked for a password
// any more.
func (s *Source) lateOptions() Options {
	o := s.options
	if ask := o.Password; ask != nil {
		o.Password = func() (string, error) {
			if !s.knowsPassword.Load() {
				return "", errors.New("it was not needed for the first domain, and is not asked for later")
			}
			return ask()
		}
	}
	return o
}

// openOther finds a domain controller of another domain: one that --dc names
// for it, else one that DNS does.
func (s *Source) openOther(ctx context.Context, p namedDomain) *domain {
	o := s.lateOptions()
	o.URL, o.Domain, o.DC = "", p.dns, o.DC.of(p.dns)
	var d *domain
	err := collector.Safely("looking for "+p.dns, func() (err error) {
		d, err = openDomain(ctx, s.closed, o)
		return err
	})
	if err == nil && foldDN(d.now().root.domain) != foldDN(p.dn) {
		err = &Error{Kind: ErrNotAD, Text: fmt.Sprintf("%s is a domain controller of %s", d.now().target.name, clean(d.now().root.domain))}
		d.close()
	}
	if err == nil {
		return d
	}
	s.options.Log.Warn("domain", logDomain, p.dns, logError, err)
	home := s.home.now().root
	lost := &Error{Kind: ErrUnreachable, Err: err, Text: fmt.Sprintf("domain %s was not read: %s", clean(p.dns), textOf(err)),
		Hint: "name one of its domain controllers with --dc NAME=ADDRESS, or leave the other domains out with --one-domain"}
	return &domain{lost: lost, server: &server{options: o, closed: s.closed,
		target: target{name: p.dns}, root: rootDSE{domain: p.dn, configuration: home.configuration, schema: home.schema}}}
}

// of returns those of the domain controllers that are of a domain, by their
// names.
func (s Servers) of(domain string) Servers {
	list := Servers{}
	for name, address := range s {
		if _, rest, _ := strings.Cut(strings.TrimSuffix(name, "."), "."); strings.EqualFold(rest, domain) {
			list[name] = address
		}
	}
	return list
}

// closeOthers ends the connections to the other domains.
func (s *Source) closeOthers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.others {
		d.close()
	}
}

// readOthers reads the other domains as the first: each says for itself what
// the bound account's token is there, since a token has the local groups of the
// domain that it is used in.
func (r *reading) readOthers(list []*domain) {
	for _, d := range list {
		r.add(r.ask(d, decode.RootDSE))
		r.readDomain(d)
		r.readMailboxes(d)
		if !r.home.now().root.catalog && r.noExchange == nil {
			r.add(r.ask(d, decode.StoreLinks))
		}
	}
}

// holderOf returns who is asked for a SID: the domain that it is of, the first
// one for a SID of no domain that was read, or the global catalog for all.
func (s *Source) holderOf(sid acl.SID) (at *domain, own bool) {
	if s.options.Catalog && len(s.others) > 0 {
		return s.others[0], true
	}
	if head, _, ok := sid.Split(); ok && s.heads[head] != nil {
		return s.heads[head], true
	}
	return s.home, false
}

// whole reports whether every domain of the forest could be asked.
func (s *Source) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.others {
		if d.why() != nil {
			return false
		}
	}
	return !s.options.OneDomain
}

// textOf is an error without the hint, which is for another situation.
func textOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}
