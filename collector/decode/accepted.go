package decode

import (
	"bytes"
	"strings"

	"mbxperm/collector"
)

// AttrAccount, AttrUPN and AttrAddresses are the attributes by whose values one
// can log on.
const (
	AttrAccount   = attrAccountName
	AttrUPN       = "userPrincipalName"
	AttrAddresses = "proxyAddresses"
)

const attrAcceptedDomain = "msExchAcceptedDomainName"

// AcceptedDomain returns the domain that an entry says mail is taken for.
func AcceptedDomain(e *collector.Entry) (string, bool) {
	for _, v := range e.Values(attrObjectClass) {
		if strings.EqualFold(string(v), "msExchAcceptedDomain") {
			return e.Text(attrAcceptedDomain), e.Text(attrAcceptedDomain) != ""
		}
	}
	return "", false
}

// addresses takes the names by which one can log on beside the
// sAMAccountName, where there are logs to be read with them: Exchange takes any
// proxy address.
func (d *decoder) addresses(e *collector.Entry) {
	if !d.logs {
		return
	}
	if upn := e.Text(AttrUPN); upn != "" {
		d.w.Address(e.DN, upn)
	}
	for _, v := range e.Values(AttrAddresses) {
		if kind, address, ok := bytes.Cut(v, []byte{':'}); ok && strings.EqualFold(string(kind), "smtp") {
			d.w.Address(e.DN, string(address))
		}
	}
}
