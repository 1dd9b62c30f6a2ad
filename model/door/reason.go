package door

import (
	"strings"

	"mbxperm/model"
)

// Explain says in a sentence what a reason for which logons of a connection were
// refused means, joined with what the directory says of it now; the reason itself
// where nothing more is known.
func Explain(s *model.Snapshot, c *Connection, reason string) string {
	e := explainer{s: s, login: map[string]string{}}
	return e.explain(c, reason)
}

// explainer explains reasons. It remembers what it found of services: there are
// few of them, and there can be some hundred thousand connections.
type explainer struct {
	s     *model.Snapshot
	login map[string]string // LoginType, by server and protocol; empty where it is not known
}

const wrongPassword = "wrong name or password"

func (e *explainer) explain(c *Connection, reason string) string {
	text := strings.ToLower(reason)
	switch {
	case strings.Contains(text, "proxynotauthenticated"):
		return "front and back end do not trust each other: look at X509CertificateName"
	case strings.Contains(text, "failclientaccessrules"), strings.Contains(text, "clientaccessrule"):
		return "a client access rule refuses it"
	case strings.Contains(text, "userdisabled"):
		if c.State() == AccessOn {
			return "switched off for the mailbox, which it is no longer"
		}
		return "switched off for the mailbox"
	case strings.Contains(text, "noadrecipient"):
		return "no recipient of the directory has this name"
	case strings.Contains(text, "userconnectionlimit"):
		return "more connections than MaxConnectionsPerUser"
	case strings.Contains(text, "preauthtimeout"):
		return "no logon within PreAuthenticatedConnectionTimeout"
	case mayBePlain(c) && (strings.Contains(text, "not valid in this state") || strings.Contains(text, "invalid state") || strings.Contains(text, "plaintext")):
		return e.plainText(c)
	case strings.Contains(text, "authfailed"), strings.Contains(text, "unknown user name or bad password"):
		return wrongPassword
	}
	return reason
}

// mayBePlain reports whether nothing shows that the client uses TLS. How refused
// logons came is not counted.
func mayBePlain(c *Connection) bool { return c.OK == 0 && part(c.Side) == "front" }

// plainText joins a logon that was refused in plain text with the LoginType that
// the service has now.
func (e *explainer) plainText(c *Connection) string {
	switch login := e.loginType(c.Server, c.Protocol); login {
	case "SecureLogin":
		return "refused in plain text: LoginType is SecureLogin"
	case "":
		return "refused in plain text: LoginType is SecureLogin, as set-up has it: what it is here was not read"
	default:
		return "refused in plain text; LoginType is " + login + " now"
	}
}

func (e *explainer) loginType(server, protocol string) string {
	key := strings.ToLower(server) + protocol
	login, ok := e.login[key]
	if !ok {
		if p := SettingsAt(e.s, server, protocolOf(protocol)); p != nil {
			login = p.Get("LoginType").Value
		}
		e.login[key] = login
	}
	return login
}
