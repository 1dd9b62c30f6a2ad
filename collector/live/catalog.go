package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"
)

// Ports of a global catalog (MS-ADTS 3.1.1.3.1.10).
const (
	portCatalog    = "3268"
	portCatalogTLS = "3269"
)

// catalogURL takes a URL with the port of a global catalog for the wish to read
// through it. The configuration is read from the domain controller behind it: a
// catalog has no more than a part of it.
func (o *Options) catalogURL() error {
	if t, err := o.address(); err == nil && o.URL != "" {
		if _, port, _ := net.SplitHostPort(t.address); port == portCatalog || port == portCatalogTLS {
			o.Catalog = true
			o.URL = strings.TrimSuffix(o.URL, "/")
			o.URL = o.URL[:strings.LastIndexByte(o.URL, ':')]
		}
	}
	if o.Catalog && o.OneDomain {
		return errors.New("a global catalog holds every domain: leave out --gc or --one-domain")
	}
	return nil
}

// openCatalog finds a global catalog: the server that was asked for, if it is
// one, else one that DNS names for the forest. One that cannot be asked is lost
// from the start.
func (s *Source) openCatalog(ctx context.Context) *domain {
	home := s.home.now()
	d := &domain{catalog: true, server: home}
	if s.show != nil {
		return d
	}
	list, err := s.catalogs(ctx)
	if err == nil {
		o := s.lateOptions()
		o.URL, o.Domain, o.DC = "", "", maps.Clone(o.DC)
		for name, address := range o.DC { // an address counts, a port is that of the domain controller
			if host, _, err := net.SplitHostPort(address); err == nil {
				o.DC[name] = host
			}
		}
		var found *domain
		if found, err = openAny(ctx, s.closed, o, "the forest", list); err == nil {
			found.catalog = true
			return found
		}
	}
	s.options.Log.Warn("global catalog", logError, err)
	d.lost = &Error{Kind: ErrUnreachable, Err: err, Text: "the global catalog cannot be asked: " + textOf(err),
		Hint: "name one with ldaps://NAME and --gc, or read each domain by leaving out --gc"}
	return d
}

// catalogs lists the servers that can be asked.
func (s *Source) catalogs(ctx context.Context) ([]controller, error) {
	home := s.home.now()
	if home.root.catalog {
		return []controller{{home.target.host, portCatalog, portCatalogTLS}}, nil
	}
	forest := dnsName(home.root.forest)
	limited, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	var list []controller
	_, found, err := s.options.Resolver.LookupSRV(limited, "ldap", "tcp", "gc._msdcs."+forest)
	for _, srv := range found {
		if host := strings.TrimSuffix(srv.Target, "."); host != "" {
			list = append(list, controller{host, strconv.Itoa(int(srv.Port)), portCatalogTLS})
		}
	}
	if len(list) == 0 {
		return nil, &Error{Kind: ErrUnreachable, Err: err,
			Text: fmt.Sprintf("%s is none, and DNS knows none (_ldap._tcp.gc._msdcs.%s)", home.target.name, forest)}
	}
	return list, nil
}
