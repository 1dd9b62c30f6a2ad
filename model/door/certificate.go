package door

import (
	"crypto/x509"
	"net"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
)

// connectionSettings are the settings that tell clients by which names to come.
var connectionSettings = []string{"InternalConnectionSettings", "ExternalConnectionSettings"}

// lacksName is what is weak about a name that the certificate does not have.
const lacksName = "the certificate that a check saw is not for a name that clients are told"

// Lacks says of one of the connection settings which names of it the certificate
// lacks that a check has seen: of this server, by its name in the directory or in
// DNS, or of that very name and port. It is empty for other settings, and where no
// check has seen a certificate.
func (p *Settings) Lacks(setting string, checks []Check) (names []string) {
	if !slices.Contains(connectionSettings, setting) || len(checks) == 0 {
		return nil
	}
	v := p.Get(setting)
	if v.Unknown {
		return nil
	}
	for text := range strings.SplitSeq(strings.Trim(v.Value, "{}"), ", ") {
		host, port, ok := connectionName(text)
		if !ok || slices.Contains(names, host) {
			continue
		}
		for i := range checks {
			c := &checks[i]
			told := strings.EqualFold(c.Host, host) && c.Port == port
			if c.Protocol == p.Protocol && (told || p.isChecked(c)) && c.TLS != nil && len(c.TLS.Sent) > 0 && !c.TLS.Sent[0].IsFor(host) {
				names = append(names, host)
				break
			}
		}
	}
	return names
}

// connectionName takes one of the connection settings apart: name, port and SSL or
// TLS, "mail.contoso.com:995:SSL".
func connectionName(text string) (host string, port uint16, ok bool) {
	address, how, _ := cutLast(text)
	if how != "SSL" && how != "TLS" {
		address = text
	}
	host, number, ok := cutLast(address)
	n, err := strconv.ParseUint(number, 10, 16)
	if host = strings.Trim(host, "[]"); !ok || err != nil || host == "" {
		return "", 0, false
	}
	return host, uint16(n), true
}

func cutLast(text string) (before, after string, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// isChecked reports whether a check was of the server of these settings.
func (p *Settings) isChecked(c *Check) bool {
	if p.Server == nil {
		return false
	}
	return c.Server != "" && strings.EqualFold(c.Server, p.Server.Name) ||
		strings.EqualFold(c.Host, p.Server.Name) || p.Server.Host != "" && strings.EqualFold(c.Host, p.Server.Host)
}

// LastCheck is the newest check of the service, nil where there is none.
func (p *Settings) LastCheck(checks []Check) (last *Check) {
	for i := range checks {
		if c := &checks[i]; c.Protocol == p.Protocol && p.isChecked(c) && (last == nil || c.Time.After(last.Time)) {
			last = c
		}
	}
	return last
}

// IsFor reports whether a certificate is for a name or an address (RFC 9525): by its
// subjectAltName alone, as clients of today have it.
func (c *Certificate) IsFor(host string) bool {
	var x x509.Certificate
	for _, name := range c.Names {
		if ip := net.ParseIP(name); ip != nil {
			x.IPAddresses = append(x.IPAddresses, ip)
		} else {
			x.DNSNames = append(x.DNSNames, name)
		}
	}
	return x.VerifyHostname(host) == nil
}

// Checked is a setting as it is to be judged by what checks have seen, too.
func (p *Settings) Checked(v Setting, checks []Check) Setting {
	if v.Lacks = p.Lacks(v.Name, checks); len(v.Lacks) > 0 && v.Weak == "" {
		v.Weak = lacksName
	}
	return v
}

// CheckedFaults are the faults that come out where what the directory says meets
// what checks have seen.
func CheckedFaults(s *model.Snapshot, checks []Check) (out []Found) {
	if len(checks) == 0 {
		return nil
	}
	for _, p := range AllSettings(s) {
		var names []string
		for _, setting := range connectionSettings {
			for _, name := range p.Lacks(setting, checks) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if len(names) > 0 {
			out = append(out, Found{Fault: Fault{FaultCertificateName, lacksName, len(names)}, Obj: p.Obj, Name: strings.ToUpper(string(p.Protocol)),
				Server: p.ServerName(), Lacks: names})
		}
	}
	return out
}
