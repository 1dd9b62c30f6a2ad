package live

import (
	"context"

	"github.com/go-ldap/ldap/v3/gssapi"
)

// hasLogon says whether the system can vouch for the person who is logged on.
const hasLogon = true

// mechanismGSSAPI is Kerberos without SPNEGO around it (RFC 4752).
const mechanismGSSAPI = "GSSAPI"

// bindLogon proves with SSPI that we are the person who is logged on. The loop
// is that of RFC 4752 3.1: tokens until the context stands, then the security
// layer, of which we want none.
func (c *conn) bindLogon(ctx context.Context, service string) error {
	client, err := c.logon()
	if err != nil {
		return unusable("Windows gives no credentials of the logged-on user: %v", err)
	}
	defer client.Close()
	var answer []byte
	for step, establishing := 0, true; step < maxSteps; step++ {
		var token []byte
		if establishing {
			token, establishing, err = client.InitSecContext(service, answer)
		} else {
			token, err = client.NegotiateSaslAuth(answer, "")
		}
		if err != nil {
			return unusable("Kerberos of the logged-on user: %v", err)
		}
		var more bool
		if answer, more, err = c.bindSASL(ctx, mechanismGSSAPI, token); err != nil || !more {
			return err
		}
	}
	return errSASL
}

// maxSteps is more than Kerberos takes.
const maxSteps = 8

func (c *conn) logon() (*gssapi.SSPIClient, error) {
	if c.certificate != nil {
		return gssapi.NewSSPIClientWithChannelBinding(c.certificate)
	}
	return gssapi.NewSSPIClient()
}
