package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Network is how key distribution centers are found and reached.
type Network struct {
	// Dial opens a TCP connection. Over TCP a question is put once; over UDP it
	// may reach a server twice, and a wrong password would count twice towards
	// a lock-out.
	Dial func(ctx context.Context, address string) (net.Conn, error)
	// Find returns the KDCs of a realm as host:port, the best first.
	Find func(ctx context.Context, realm string) []string
}

// granting is a ticket for the ticket-granting service of a realm.
type granting struct {
	ticket messages.Ticket
	key    types.EncryptionKey
	client types.PrincipalName
	realm  string // of the client
	at     string // the realm whose tickets it gives
}

const (
	mostReferrals = 8
	mostAnswer    = 1 << 20 // bytes; a ticket with a large PAC has some 60,000
	kdcPatience   = 5 * time.Second
)

// errNoKDC is that nobody has answered.
var errNoKDC = errors.New("no answer of a key distribution center")

// send puts a question to the KDCs of a realm, one after the other until one
// has answered. An answer that is an error is a messages.KRBError.
func (n *Network) send(ctx context.Context, realm string, question []byte) ([]byte, error) {
	err := errNoKDC
	for _, address := range n.Find(ctx, realm) {
		answer, failed := n.ask(ctx, address, question)
		if failed != nil {
			err = fmt.Errorf("%w: %w", errNoKDC, failed)
			continue
		}
		var refusal messages.KRBError
		if refusal.Unmarshal(answer) != nil {
			return answer, nil
		}
		if err = refusal; refusal.ErrorCode != errorcode.KDC_ERR_SVC_UNAVAILABLE {
			break
		}
	}
	return nil, err
}

// ask puts a question to one KDC (RFC 4120 7.2.2).
func (n *Network) ask(ctx context.Context, address string, question []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, kdcPatience)
	defer cancel()
	c, err := n.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(question))), question...)); err != nil {
		return nil, err
	}
	length := make([]byte, 4)
	if _, err := io.ReadFull(c, length); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(length)
	if size > mostAnswer {
		return nil, fmt.Errorf("an answer of %d bytes", size)
	}
	answer := make([]byte, size)
	_, err = io.ReadFull(c, answer)
	return answer, err
}

// login asks for a ticket-granting ticket (RFC 4120 3.1). An enterprise name is
// looked for by the KDC, which may name another realm (RFC 6806 5 and 7); the
// answer then has the account's own name. kinds are the encryption types that
// there are keys of: a KDC may answer with any that it was asked for.
func (n *Network) login(ctx context.Context, conf *config.Config, client types.PrincipalName, realm string, secret secret, kinds []int32) (*granting, error) {
	if len(kinds) == 0 {
		return nil, errNoKey
	}
	enterprise := client.NameType == nametype.KRB_NT_ENTERPRISE
	for range mostReferrals {
		request, err := messages.NewASReqForTGT(realm, conf, client)
		if err != nil {
			return nil, err
		}
		request.ReqBody.EType = kinds
		if enterprise {
			types.SetFlag(&request.ReqBody.KDCOptions, flags.Canonicalize)
		}
		answer, hints, err := n.authenticate(ctx, &request, secret)
		var refusal messages.KRBError
		if errors.As(err, &refusal) && refusal.ErrorCode == errorcode.KDC_ERR_WRONG_REALM && refusal.CRealm != "" && refusal.CRealm != realm {
			realm = refusal.CRealm
			continue
		}
		if err != nil {
			return nil, err
		}
		var reply messages.ASRep
		if err := reply.Unmarshal(answer); err != nil {
			return nil, err
		}
		if err := openReply(&reply, &request, hints, secret); err != nil {
			return nil, err
		}
		if !enterprise && (!reply.CName.Equal(client) || reply.CRealm != realm) {
			return nil, errors.New("a ticket for another account")
		}
		return &granting{ticket: reply.Ticket, key: reply.DecryptedEncPart.Key, client: reply.CName, realm: reply.CRealm, at: realm}, nil
	}
	return nil, errors.New("realms that refer to one another")
}

// authenticate sends the request, and once more with pre-authentication where
// the KDC asks for it: the time, encrypted with our key (RFC 4120 5.2.7.2).
// hints are how keys are made, as the KDC said.
func (n *Network) authenticate(ctx context.Context, request *messages.ASReq, secret secret) (answer []byte, hints []keyHint, err error) {
	question, err := request.Marshal()
	if err != nil {
		return nil, nil, err
	}
	answer, err = n.send(ctx, request.ReqBody.Realm, question)
	var refusal messages.KRBError
	if !errors.As(err, &refusal) || refusal.ErrorCode != errorcode.KDC_ERR_PREAUTH_REQUIRED {
		return answer, nil, err
	}
	var asked types.PADataSequence
	if err := asked.Unmarshal(refusal.EData); err != nil {
		return nil, nil, err
	}
	hints = keyHints(asked)
	key, err := secret.first(hints, request.ReqBody.EType)
	if err != nil {
		return nil, nil, err
	}
	now, err := types.GetPAEncTSEncAsnMarshalled()
	if err != nil {
		return nil, nil, err
	}
	sealed, err := crypto.GetEncryptedData(now, key, keyusage.AS_REQ_PA_ENC_TIMESTAMP, 0)
	if err != nil {
		return nil, nil, err
	}
	value, err := sealed.Marshal()
	if err != nil {
		return nil, nil, err
	}
	request.PAData = types.PADataSequence{{PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: value}}
	for _, pa := range asked {
		if pa.PADataType == paFXCookie { // RFC 6113 5.2: given back as it came
			request.PAData = append(request.PAData, pa)
		}
	}
	if question, err = request.Marshal(); err != nil {
		return nil, nil, err
	}
	answer, err = n.send(ctx, request.ReqBody.Realm, question)
	return answer, hints, err
}

const paFXCookie = 133

// openReply decrypts an answer and checks it (RFC 4120 3.1.5). The version of
// the key that the answer names does not matter: it informs, and ours is the
// key it fits or is not (RFC 4120 5.2.9).
func openReply(reply *messages.ASRep, request *messages.ASReq, hints []keyHint, secret secret) error {
	if told := keyHints(reply.PAData); len(told) > 0 {
		hints = told
	}
	keys, err := secret.keys(reply.EncPart.EType, hints)
	if err != nil {
		return err
	}
	var plain []byte
	for _, key := range keys {
		if plain, err = crypto.DecryptEncPart(reply.EncPart, key, keyusage.AS_REP_ENCPART); err == nil {
			break
		}
	}
	if err != nil {
		return &wrongKey{version: reply.EncPart.KVNO}
	}
	part := &reply.DecryptedEncPart
	if err := part.Unmarshal(plain); err != nil {
		return err
	}
	switch {
	case part.Nonce != request.ReqBody.Nonce:
		return errors.New("an answer to another question")
	case part.SRealm != request.ReqBody.Realm || len(part.SName.NameString) != 2 || part.SName.NameString[0] != "krbtgt":
		return errors.New("a ticket for another service")
	}
	return nil
}

// wrongKey is that no key fits an answer that names the version of its own.
type wrongKey struct{ version int }

func (e *wrongKey) Error() string { return "the answer cannot be decrypted with this key" }

// service asks for a ticket for a service of a realm (RFC 4120 3.3); "" is a
// realm that is not known, and then the KDC is asked to refer us (RFC 6806 8).
func (n *Network) service(ctx context.Context, conf *config.Config, from *granting, service types.PrincipalName, realm string) (messages.Ticket, types.EncryptionKey, error) {
	for range mostReferrals {
		name := service
		if realm != "" && realm != from.at {
			name = types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"krbtgt", realm}}
		}
		reply, err := n.grant(ctx, conf, from, name)
		if err != nil {
			return messages.Ticket{}, types.EncryptionKey{}, err
		}
		got := reply.Ticket.SName.NameString
		if len(got) != 2 || got[0] != "krbtgt" {
			return reply.Ticket, reply.DecryptedEncPart.Key, nil
		}
		from = &granting{ticket: reply.Ticket, key: reply.DecryptedEncPart.Key, client: from.client, realm: from.realm, at: got[1]}
	}
	return messages.Ticket{}, types.EncryptionKey{}, errors.New("realms that refer to one another")
}

// grant makes one exchange with a ticket-granting service.
func (n *Network) grant(ctx context.Context, conf *config.Config, from *granting, name types.PrincipalName) (*messages.TGSRep, error) {
	request, err := messages.NewTGSReq(from.client, from.at, conf, from.ticket, from.key, name, false)
	if err != nil {
		return nil, err
	}
	types.SetFlag(&request.ReqBody.KDCOptions, flags.Canonicalize)
	if request.PAData, err = from.proof(&request.ReqBody); err != nil {
		return nil, err
	}
	question, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	answer, err := n.send(ctx, from.at, question)
	if err != nil {
		return nil, err
	}
	reply := &messages.TGSRep{}
	if err := reply.Unmarshal(answer); err != nil {
		return nil, err
	}
	if err := reply.DecryptEncPart(from.key); err != nil {
		return nil, err
	}
	if reply.DecryptedEncPart.Nonce != request.ReqBody.Nonce || len(reply.Ticket.SName.NameString) == 0 {
		return nil, errors.New("an answer to another question")
	}
	return reply, nil
}

// proof shows a ticket-granting ticket with a request (RFC 4120 5.4.1). That of
// gokrb5 names the realm of the ticket as that of the client, which is wrong
// where a second realm has given it.
func (g *granting) proof(body *messages.KDCReqBody) (types.PADataSequence, error) {
	b, err := body.Marshal()
	if err != nil {
		return nil, err
	}
	kind, err := crypto.GetEtype(g.key.KeyType)
	if err != nil {
		return nil, err
	}
	sum, err := kind.GetChecksumHash(g.key.KeyValue, b, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM)
	if err != nil {
		return nil, err
	}
	auth, err := types.NewAuthenticator(g.realm, g.client)
	if err != nil {
		return nil, err
	}
	auth.Cksum = types.Checksum{CksumType: kind.GetHashID(), Checksum: sum}
	ap, err := messages.NewAPReq(g.ticket, g.key, auth)
	if err != nil {
		return nil, err
	}
	value, err := ap.Marshal()
	if err != nil {
		return nil, err
	}
	return types.PADataSequence{{PADataType: patype.PA_TGS_REQ, PADataValue: value}}, nil
}
