package gss

import (
	"encoding/asn1"
	"errors"
	"fmt"
)

// The mechanisms that a proof can be of.
var (
	Kerberos = asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}      // RFC 4121
	NTLM     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10} // MS-NLMP 1.9
	spnego   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2}             // RFC 4178 3
)

// initToken is NegTokenInit (RFC 4178 4.2.1) with what we send of it.
type initToken struct {
	Mechanisms []asn1.ObjectIdentifier `asn1:"explicit,tag:0"`
	Token      []byte                  `asn1:"explicit,tag:2"`
}

// Init wraps the first token of a mechanism. Only this one is offered, so there
// is nothing that somebody on the way could downgrade, and no mechListMIC is
// due (RFC 4178 5).
func Init(mechanism asn1.ObjectIdentifier, token []byte) ([]byte, error) {
	inner, err := asn1.MarshalWithParams(initToken{Mechanisms: []asn1.ObjectIdentifier{mechanism}, Token: token}, "explicit,tag:0")
	if err != nil {
		return nil, err
	}
	return Frame(spnego, inner)
}

// Frame puts the header of RFC 2743 3.1 before a token.
func Frame(mechanism asn1.ObjectIdentifier, token []byte) ([]byte, error) {
	oid, err := asn1.Marshal(mechanism)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, IsCompound: true, Bytes: append(oid, token...)})
}

// Unframe takes the header of RFC 2743 3.1 off a token of the mechanism.
func Unframe(mechanism asn1.ObjectIdentifier, b []byte) ([]byte, error) {
	var outer asn1.RawValue
	if _, err := asn1.UnmarshalWithParams(b, &outer, "application,tag:0"); err != nil {
		return nil, fmt.Errorf("token without a GSS header: %w", err)
	}
	var oid asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(outer.Bytes, &oid)
	if err != nil || !oid.Equal(mechanism) {
		return nil, errors.New("token of another mechanism")
	}
	return rest, nil
}

// State is how far the server says the negotiation has come (RFC 4178 4.2.2).
type State = asn1.Enumerated

// The states. Unsaid is that of an answer that names none.
const (
	Unsaid     State = -1
	Completed  State = 0
	Incomplete State = 1
	Rejected   State = 2
	RequestMIC State = 3
)

// Reply is the server's NegTokenResp (RFC 4178 4.2.2).
type Reply struct {
	State     State                 `asn1:"optional,explicit,default:-1,tag:0"`
	Mechanism asn1.ObjectIdentifier `asn1:"optional,explicit,tag:1"`
	Token     []byte                `asn1:"optional,explicit,tag:2"`
	MIC       []byte                `asn1:"optional,explicit,tag:3"`
}

// ParseReply reads an answer of the server.
func ParseReply(b []byte) (*Reply, error) {
	r := &Reply{State: Unsaid}
	if _, err := asn1.UnmarshalWithParams(b, r, "explicit,tag:1"); err != nil {
		return nil, fmt.Errorf("answer that is no SPNEGO token: %w", err)
	}
	if r.State == Rejected {
		return nil, errors.New("the server rejected the negotiation")
	}
	return r, nil
}

// responseToken is NegTokenResp with what we send of it.
type responseToken struct {
	Token []byte `asn1:"explicit,tag:2"`
}

// Next wraps a later token of a mechanism.
func Next(token []byte) ([]byte, error) {
	return asn1.MarshalWithParams(responseToken{Token: token}, "explicit,tag:1")
}
