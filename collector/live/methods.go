package live

import (
	"context"
	"encoding/asn1"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"mbxperm/collector/live/gss"
	"mbxperm/collector/live/kerberos"
	"mbxperm/collector/live/ntlm"
	"mbxperm/model/textfile"
)

// mechanismSPNEGO is the SASL mechanism that carries both Kerberos and NTLM
// (MS-ADTS 3.1.1.3.4.5). Kerberos could go by GSSAPI too (RFC 4752), at the
// price of one more round trip, and of one more token format for the RC4
// tickets of old domains, which gokrb5 has not.
const mechanismSPNEGO = "GSS-SPNEGO"

// methods returns the ways in that the options allow, the strongest first, and
// why others are none. It may ask the server what it offers.
func (s *server) methods(ctx context.Context, c *conn) (list []method, reasons []error) {
	o := &s.options
	if o.CertFile != "" {
		list = append(list, s.external())
		if o.Auth == AuthExternal || o.User == "" && o.Keytab == "" {
			return list, nil
		}
	}
	if o.Auth == AuthSimple || o.Auth == AuthAuto && isDN(o.User) {
		return append(list, s.simple()), nil
	}
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	server, err := c.ask(limited)
	if err != nil {
		return nil, []error{s.explain(ctx, c, err)}
	}
	spnego := slices.Contains(server.mechanisms, mechanismSPNEGO)
	if !spnego {
		err := unusable("%s offers no Kerberos and no NTLM (SASL %s)", s.target.name, mechanismSPNEGO)
		if o.Auth != AuthAuto || o.Keytab != "" {
			return nil, []error{err}
		}
	}
	if spnego && o.Auth != AuthNTLM && o.NTHashFile == "" {
		var more []method
		more, reasons = s.kerberos(c, server)
		list = append(list, more...)
	}
	if o.Keytab != "" {
		return list, reasons // it is the one way in that was asked for
	}
	if spnego && o.Auth != AuthKerberos && o.User != "" && (o.NTHashFile != "" || o.Password != nil) && !(o.Auth == AuthAuto && s.foreignSuffix(server)) {
		list = append(list, s.ntlm(server))
	}
	if o.Auth == AuthAuto && o.User != "" && o.Password != nil && o.NTHashFile == "" {
		list = append(list, s.simple())
	}
	return list, reasons
}

// foreignSuffix reports whether the user is a userPrincipalName whose suffix is
// not the domain of the server. A simple bind takes one as it is ([MS-ADTS]
// 5.1.1.1.1). NTLM has a name and a domain, and neither is known: its refusal
// would look like a wrong password, after which nothing else is tried.
func (s *server) foreignSuffix(server about) bool {
	_, suffix, ok := strings.Cut(s.options.User, "@")
	return ok && s.options.NTHashFile == "" && !s.plain() && !strings.EqualFold(suffix, dnsName(server.domain))
}

// isDN tells a DN from the other forms of a name.
func isDN(user string) bool {
	return strings.Contains(user, "=") && !strings.Contains(user, "@")
}

// external is a client certificate. A domain controller takes it as a bind when
// it comes in the handshake of LDAPS, and refuses a bind after that; after
// StartTLS it wants SASL EXTERNAL (MS-ADTS 5.1.1.2).
func (s *server) external() method {
	name := ""
	if leaf := s.tls.Certificates[0].Leaf; leaf != nil {
		name = leaf.Subject.String()
	}
	return method{auth: AuthExternal, name: "client certificate (" + name + ")", account: name, bind: func(ctx context.Context, c *conn) error {
		if s.target.tls {
			return nil
		}
		_, more, err := c.bindSASL(ctx, "EXTERNAL", nil)
		if err == nil && more {
			return errSASL
		}
		return err
	}}
}

// simple is a bind with name and password (RFC 4513 5.1.3).
func (s *server) simple() method {
	return method{auth: AuthSimple, name: "simple bind", account: s.options.User, secret: true, bind: func(ctx context.Context, c *conn) error {
		password, err := s.password()
		if err != nil {
			return err
		}
		return c.bindSimple(ctx, s.options.User, password)
	}}
}

// ntlm is NTLM with the hash from a file, or that of the password.
func (s *server) ntlm(server about) method {
	name := "NTLM (password)"
	if s.options.NTHashFile != "" {
		name = "NTLM (hash)"
	}
	return method{auth: AuthNTLM, name: name, account: s.options.User, secret: s.options.NTHashFile == "", bind: func(ctx context.Context, c *conn) error {
		hash, err := s.hash()
		if err != nil {
			return err
		}
		client := ntlm.Client{User: s.options.User, Hash: hash, Target: s.service(server), Binding: c.binding}
		if domain, user, ok := strings.Cut(s.options.User, `\`); ok {
			client.Domain, client.User = domain, user
		}
		return c.bindNTLM(ctx, &client)
	}}
}

// longestHash is more bytes than a line with LM and NT hash has, in UTF-16 too.
const longestHash = 1024

func (s *server) hash() (ntlm.Hash, error) {
	file := s.options.NTHashFile
	if file == "" {
		password, err := s.password()
		if err != nil {
			return nil, err
		}
		return ntlm.HashPassword(password), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, &Error{Kind: ErrCredentials, Err: err, Text: fmt.Sprintf("NT hash of --nt-hash-file: %v", err)}
	}
	defer f.Close()
	line, err := textfile.FirstLine(f, longestHash)
	if err != nil {
		return nil, &Error{Kind: ErrCredentials, Err: err, Text: fmt.Sprintf("NT hash of --nt-hash-file: %s: %v", file, err)}
	}
	hash, err := ntlm.ParseHash(line)
	if err != nil {
		return nil, &Error{Kind: ErrCredentials, Err: err, Text: fmt.Sprintf("NT hash of --nt-hash-file: the first line of %s %v", file, err)}
	}
	return hash, nil
}

// bindSPNEGO sends the first token of a mechanism inside GSS-SPNEGO, and
// returns the server's answer and whether it wants more. name is the
// mechanism's, for errors.
func (c *conn) bindSPNEGO(ctx context.Context, mechanism asn1.ObjectIdentifier, name string, first []byte) (*gss.Reply, bool, error) {
	token, err := gss.Init(mechanism, first)
	if err != nil {
		return nil, false, err
	}
	answer, more, err := c.bindSASL(ctx, mechanismSPNEGO, token)
	if err != nil {
		return nil, false, err
	}
	reply, err := gss.ParseReply(answer)
	if err != nil {
		return nil, false, unusable("%s: %v", name, err)
	}
	return reply, more, nil
}

// bindNTLM is the exchange of MS-NLMP inside GSS-SPNEGO.
func (c *conn) bindNTLM(ctx context.Context, client *ntlm.Client) error {
	reply, more, err := c.bindSPNEGO(ctx, gss.NTLM, "NTLM", client.Negotiate())
	if err != nil {
		return err
	}
	if !more || reply.Mechanism != nil && !reply.Mechanism.Equal(gss.NTLM) {
		return unusable("NTLM: the server wants another mechanism (%v)", reply.Mechanism)
	}
	token, err := client.Authenticate(reply.Token)
	if err != nil {
		return unusable("NTLM: %v", err)
	}
	if token, err = gss.Next(token); err != nil {
		return err
	}
	_, more, err = c.bindSASL(ctx, mechanismSPNEGO, token)
	if err == nil && more {
		return errSASL
	}
	return err
}

// bindKerberos is one token there and one back, inside GSS-SPNEGO.
func (c *conn) bindKerberos(ctx context.Context, client *kerberos.Client) error {
	proof, err := client.Prove(ctx, c.binding)
	if err != nil {
		return err
	}
	reply, more, err := c.bindSPNEGO(ctx, gss.Kerberos, "Kerberos", proof.Token)
	if err != nil {
		return err
	}
	if err := proof.Check(reply.Token); err != nil {
		return &Error{Kind: ErrTLS, Err: err, Text: fmt.Sprintf("Kerberos: %v", err), Hint: "this may not be the server that it says it is"}
	}
	if more {
		return errSASL
	}
	return nil
}

// service is the name of the server's service account. A ticket is for a name,
// so an address, or the domain instead of a server, is replaced by the name
// that the server goes by.
func (s *server) service(server about) string {
	host := strings.ToLower(strings.TrimSuffix(s.target.host, "."))
	if server.host != "" && (net.ParseIP(host) != nil || host == dnsName(server.domain)) {
		host = strings.ToLower(server.host)
	}
	return "ldap/" + host
}

// dnsName makes contoso.lab of DC=contoso,DC=lab (RFC 2247), "" of anything
// else.
func dnsName(dn string) string {
	var labels []string
	for part := range strings.SplitSeq(dn, ",") {
		label, ok := strings.CutPrefix(strings.ToLower(part), "dc=")
		if !ok {
			return ""
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, ".")
}
