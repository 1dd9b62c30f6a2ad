package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
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

	key    types.EncryptionKey
	second time.Time // as in the authenticator
	micro  int
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
	return &Proof{Token: token, key: key, second: auth.CTime, micro: auth.Cusec}, nil
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
)

// Check reads the server's answer, AP-REP, in which it shows that it could read
// our ticket (RFC 4120 3.2.5).
func (p *Proof) Check(answer []byte) (err error) {
	defer guard("the server's answer to the Kerberos token", &err)
	b, err := gss.Unframe(gss.Kerberos, answer)
	if err != nil {
		return err
	}
	if len(b) < 2 || b[0] != 2 || b[1] != 0 {
		return errAnswer
	}
	var reply messages.APRep
	if err := reply.Unmarshal(b[2:]); err != nil {
		return errAnswer
	}
	plain, err := crypto.DecryptEncPart(reply.EncPart, p.key, keyusage.AP_REP_ENCPART)
	if err != nil {
		return errServer
	}
	var part messages.EncAPRepPart
	if err := part.Unmarshal(plain); err != nil {
		return errServer
	}
	if part.CTime.Unix() != p.second.Unix() || part.Cusec != p.micro {
		return errServer
	}
	return nil
}
