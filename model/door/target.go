package door

import (
	"strings"

	"mbxperm/model"
)

// Targets are the doors that the directory names, for checks: each port that
// POP3, IMAP4 and SMTP of a server are told to listen at, on the server's DNS
// name, or at the one address that the door is bound to. Back ends, loopback
// and connectors for Exchange's own servers are left out, and what stands on a server whose name in DNS is not known is
// named by its bare name. Release keeps servers of a release; see
// [Server.OfRelease].
func Targets(s *model.Snapshot, release string) (out []Target) {
	seen := map[Target]bool{}
	add := func(server *Server, p Protocol, bindings []Binding) {
		if server == nil || !server.OfRelease(release) {
			return
		}
		for _, b := range bindings {
			t := Target{Protocol: p, Host: server.Host, Port: b.Port, Server: server.Name, Site: server.Site}
			switch {
			case b.Addr.IsLoopback():
				continue
			case !b.Addr.IsUnspecified():
				t.Host = b.Addr.String()
			case t.Host == "":
				t.Host = server.Name
			}
			if !seen[t] {
				seen[t] = true
				out = append(out, t)
			}
		}
	}
	for _, p := range AllSettings(s) {
		for _, name := range []string{"UnencryptedOrTLSBindings", "SSLBindings"} {
			add(p.Server, p.Protocol, bindingsIn(p.Get(name).Value))
		}
	}
	domain := ""
	if domains, ok := AcceptedDomains(s); ok {
		domain = domains[0]
	}
	for _, c := range Connectors(s) {
		if c.Enabled && c.Role != "HubTransport" && !c.forServers() {
			before := len(out)
			add(c.Server, SMTP, c.bindings)
			for i := before; i < len(out); i++ {
				out[i].Domain = domain
			}
		}
	}
	return out
}

// forServers reports whether a connector is shown to be for Exchange's own servers
// alone.
func (c *Connector) forServers() bool {
	for _, g := range c.Permissions.Groups {
		if g != "ExchangeServers" && g != "ExchangeLegacyServers" {
			return false
		}
	}
	return len(c.Permissions.Groups) > 0
}

// bindingsIn takes a list apart again that [multi] wrote.
func bindingsIn(list string) (out []Binding) {
	for text := range strings.SplitSeq(strings.Trim(list, "{}"), ", ") {
		if b, ok := ParseBinding(text); ok {
			out = append(out, b)
		}
	}
	return out
}
