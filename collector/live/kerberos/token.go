package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"mbxperm/collector/live/gss"
)

// Context flags (RFC 4121 4.1.1.1), those of Cyrus SASL without a security
// layer. Integrity and confidentiality would ask for one, which a domain
// controller refuses inside TLS.
const (
	flagMutual   = 2
	flagSequence = 8
)

// Proof is one token on its way, and what its answer is checked against.
type Proof struct {
	Token []byte // with the header of RFC 2743 3.1

	key      types.EncryptionKey
	second   time.Time // as in the authenticator
	micro    int
	sequence uint64
}

// Prove makes a token for the server, with a ticket that it asks for where it
// holds none. Errors are of this package's kinds.
func (c *Client) Prove(ctx context.Context, binding gss.Binding) (*Proof, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.obtain(ctx); err != nil {
		return nil, err
	}
	ticket, key := c.ticket, c.key
	auth, err := types.NewAuthenticator(c.crealm, c.name)
	if err != nil {
		return nil, err
	}
	auth.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: checksum(binding)}
	request, err := messages.NewAPReq(ticket, key, auth)
	if err != nil {
		return nil, err
	}
	types.SetFlag(&request.APOptions, flags.APOptionMutualRequired)
	b, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	token, err := gss.Frame(gss.Kerberos, append([]byte{1, 0}, b...)) // KRB_AP_REQ (RFC 4121 4.1)
	if err != nil {
		return nil, err
	}
	return &Proof{Token: token, key: key, second: auth.CTime, micro: auth.Cusec, sequence: uint64(auth.SeqNumber)}, nil
}

// checksum is that of the authenticator (RFC 4121 4.1.1): the length of the
// binding, the binding, the flags.
func checksum(binding gss.Binding) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(binding)))
	b = append(b, binding[:]...)
	return binary.LittleEndian.AppendUint32(b, flagMutual|flagSequence)
}

var (
	errAnswer = errors.New("the server's answer to the Kerberos token is not what it should be")
	errServer = errors.New("the server did not prove that it holds the key of its account")
	errOffer  = errors.New("the server's offer of security layers is of a kind that this program does not know, as it goes with RC4 tickets")
	errLayer  = errors.New("the server wants a security layer of its own, and TLS is ours")
)

// Check reads the server's answer, AP-REP, in which it shows that it could read
// our ticket (RFC 4120 3.2.5).
func (p *Proof) Check(answer []byte) (err error) {
	defer guard("the server's answer to the Kerberos token", &err)
	_, err = p.open(answer)
	return err
}

// open decrypts the server's answer, and holds it against the proof.
func (p *Proof) open(answer []byte) (part messages.EncAPRepPart, err error) {
	b, err := gss.Unframe(gss.Kerberos, answer)
	if err != nil {
		return part, err
	}
	if len(b) < 2 || b[0] != 2 || b[1] != 0 {
		return part, errAnswer
	}
	var reply messages.APRep
	if err := reply.Unmarshal(b[2:]); err != nil {
		return part, errAnswer
	}
	plain, err := crypto.DecryptEncPart(reply.EncPart, p.key, keyusage.AP_REP_ENCPART)
	if err != nil {
		return part, errServer
	}
	if err := part.Unmarshal(plain); err != nil {
		return part, errServer
	}
	if part.CTime.Unix() != p.second.Unix() || part.Cusec != p.micro {
		return part, errServer
	}
	return part, nil
}

// Context is what both sides have after a proof was accepted: for the mechanism
// GSSAPI of SASL, which agrees on a layer (RFC 4752).
type Context struct {
	key      types.EncryptionKey
	sequence uint64
	subkey   bool // the key is the acceptor's
}

// Accept is Check for a peer with whom the conversation goes on.
func (p *Proof) Accept(answer []byte) (c *Context, err error) {
	defer guard("the server's answer to the Kerberos token", &err)
	part, err := p.open(answer)
	if err != nil {
		return nil, err
	}
	c = &Context{key: p.key, sequence: p.sequence}
	if part.Subkey.KeyType != 0 {
		c.key, c.subkey = part.Subkey, true
	}
	return c, nil
}

// NoLayer answers the server's offer of layers with none of them, and nobody to
// act for (RFC 4752 3.1).
func (c *Context) NoLayer(offer []byte) (answer []byte, err error) {
	defer guard("the server's offer of security layers", &err)
	var wrapped gssapi.WrapToken
	if err := wrapped.Unmarshal(unrotate(offer), true); err != nil {
		return nil, errOffer
	}
	if ok, err := wrapped.Verify(c.key, keyusage.GSSAPI_ACCEPTOR_SEAL); err != nil || !ok {
		return nil, errServer
	}
	const none = 1 // bit of "no security layer"
	if len(wrapped.Payload) != 4 || wrapped.Payload[0]&none == 0 {
		return nil, errLayer
	}
	flags := byte(0)
	if c.subkey {
		flags = gssapi.MICTokenFlagAcceptorSubkey
	}
	kind, err := crypto.GetEtype(c.key.KeyType)
	if err != nil {
		return nil, err
	}
	ours := gssapi.WrapToken{Flags: flags, EC: uint16(kind.GetHMACBitLength() / 8), SndSeqNum: c.sequence, Payload: []byte{none, 0, 0, 0}}
	if err := ours.SetCheckSum(c.key, keyusage.GSSAPI_INITIATOR_SEAL); err != nil {
		return nil, err
	}
	return ours.Marshal()
}

// unrotate undoes the right rotation of a wrap token (RFC 4121 4.2.5), which
// Windows makes and gokrb5 does not undo.
func unrotate(token []byte) []byte {
	if len(token) <= gssapi.HdrLen {
		return token
	}
	head, body := token[:gssapi.HdrLen], token[gssapi.HdrLen:]
	n := int(binary.BigEndian.Uint16(head[6:])) % len(body)
	return slices.Concat(head, body[n:], body[:n])
}
