package live

import (
	"context"
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// What has a short answer goes through this file: the bind, what is asked
// before it, and Who Am I. go-ldap has no SASL bind for GSS-SPNEGO, and what it
// has for others cannot carry a channel binding. The wire layer sees all of it.

// maxAnswer bounds one answer: a rootDSE is some kilobytes. And mostAnswers is
// more messages than any has: an entry, references, the result.
const (
	maxAnswer   = 1 << 20
	mostAnswers = 10
)

// envelope makes an LDAPMessage (RFC 4511 4.1.1) around an operation; controls
// may be nil.
func envelope(id int64, operation, controls *ber.Packet) []byte {
	m := ber.NewSequence("LDAPMessage")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "messageID"))
	m.AppendChild(operation)
	if controls != nil {
		m.AppendChild(controls)
	}
	return m.Bytes()
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

// exchange sends one request and returns its answers, the last of which has a
// result. When ctx ends, the connection is closed, and that ends the exchange.
func (c *conn) exchange(ctx context.Context, operation *ber.Packet) ([]*ber.Packet, error) {
	stop := context.AfterFunc(ctx, func() { c.raw.Close() })
	defer stop()
	c.raw.renew()
	c.raw.await()
	defer c.raw.rest()
	if err := c.send(operation, nil); err != nil {
		return nil, err
	}
	var answers []*ber.Packet
	for len(answers) < mostAnswers {
		p, err := readMessage(c.wire)
		if err != nil {
			return nil, err
		}
		if id, ok := p.Children[0].Value.(int64); !ok || id != c.sent {
			return nil, errEnvelope
		}
		answers = append(answers, p.Children[1])
		if t := p.Children[1].Tag; t == ldap.ApplicationSearchResultEntry || t == ldap.ApplicationSearchResultReference {
			continue
		}
		// A nil error is success; go-ldap makes an *ldap.Error of anything
		// else.
		return answers, ldap.GetLDAPError(p)
	}
	return nil, fmt.Errorf("%d entries where one was expected", len(answers))
}

// readMessage reads one message, and not a byte more.
func readMessage(r io.Reader) (*ber.Packet, error) {
	b := make([]byte, 2, 512)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	if n := int(b[1] & 0x7F); b[1] >= 0x80 && n <= 4 {
		b = b[:2+n]
		if _, err := io.ReadFull(r, b[2:]); err != nil {
			return nil, err
		}
	}
	_, start, end, err := element(b)
	if err != nil {
		return nil, errEnvelope
	}
	if end > maxAnswer {
		return nil, fmt.Errorf("an answer of %d bytes where a short one was expected", end)
	}
	b = append(b[:start], make([]byte, end-start)...)
	if _, err := io.ReadFull(r, b[start:]); err != nil {
		return nil, err
	}
	p, err := decodeTree(b)
	if err != nil || len(p.Children) < 2 || p.Children[1] == nil {
		return nil, errEnvelope
	}
	return p, nil
}

// bindSimple is a simple bind (RFC 4513 5.1.3).
func (c *conn) bindSimple(ctx context.Context, name, password string) error {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindRequest, nil, "BindRequest")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(3), "version"))
	op.AppendChild(octets(name))
	op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, password, "simple"))
	_, err := c.exchange(ctx, op)
	return err
}

var errSASL = errors.New("the server wants another step of the bind, and there is none")

// bindSASL sends one token of a SASL mechanism (RFC 4513 5.2.1). It returns the
// server's token, and whether the server wants another one.
func (c *conn) bindSASL(ctx context.Context, mechanism string, token []byte) (answer []byte, more bool, err error) {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindRequest, nil, "BindRequest")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(3), "version"))
	op.AppendChild(octets(""))
	credentials := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "sasl")
	credentials.AppendChild(octets(mechanism))
	credentials.AppendChild(octets(string(token)))
	op.AppendChild(credentials)
	answers, err := c.exchange(ctx, op)
	if code(err) == ldap.LDAPResultSaslBindInProgress {
		more, err = true, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, p := range answers[len(answers)-1].Children[1:] {
		if p.ClassType == ber.ClassContext && p.Tag == 7 { // serverSaslCreds
			answer = p.ByteValue
			if answer == nil && p.Data != nil {
				answer = p.Data.Bytes()
			}
		}
	}
	return answer, more, nil
}

// about is what the rootDSE says before the bind; anybody may read it (MS-ADTS
// 3.1.1.3.2).
type about struct {
	domain     string // defaultNamingContext
	host       string // dnsHostName
	mechanisms []string
}

// ask reads it. What does not come stays empty.
func (c *conn) ask(ctx context.Context) (about, error) {
	op, err := searchOperation(baseRequest("", rootDSEBeforeBind))
	if err != nil {
		return about{}, err
	}
	answers, err := c.exchange(ctx, op)
	if err != nil || len(answers[0].Children) < 2 {
		return about{}, err
	}
	var a about
	for _, attribute := range answers[0].Children[1].Children {
		if len(attribute.Children) != 2 {
			continue
		}
		name := string(attribute.Children[0].ByteValue)
		for _, v := range attribute.Children[1].Children {
			switch value := string(v.ByteValue); name {
			case "defaultNamingContext":
				a.domain = value
			case "dnsHostName":
				a.host = value
			case "supportedSASLMechanisms":
				a.mechanisms = append(a.mechanisms, value)
			}
		}
	}
	return a, nil
}

// whoAmI asks for the name of the bound account (RFC 4532).
func (c *conn) whoAmI(ctx context.Context) (string, error) {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "ExtendedRequest")
	op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oidWhoAmI, "requestName"))
	answers, err := c.exchange(ctx, op)
	if err != nil {
		return "", err
	}
	id := ""
	for _, p := range answers[len(answers)-1].Children {
		if p.ClassType == ber.ClassContext && p.Tag == 11 { // responseValue
			id = p.Data.String()
		}
	}
	return trimAuthzID(id), nil
}
