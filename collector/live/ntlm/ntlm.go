// Package ntlm proves who we are with NTLMv2 (MS-NLMP), with a message
// integrity code and a channel binding: what a domain controller asks for that
// has been hardened as far as NTLM can be. There is no signing and no sealing
// of what follows; TLS does that.
package ntlm

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	//lint:ignore SA1019 the NT hash is MD4 (MS-NLMP 3.3.1)
	"golang.org/x/crypto/md4"

	"mbxperm/collector/live/gss"
)

// Hash is an NT hash: as good as the password (MS-NLMP 3.3.1, NTOWFv1). It is a
// function so that no printing of a struct shows it.
type Hash func() [md4.Size]byte

// HashPassword returns the NT hash of a password.
func HashPassword(password string) Hash {
	h := md4.New()
	h.Write(wide(password))
	return keep([md4.Size]byte(h.Sum(nil)))
}

func keep(b [md4.Size]byte) Hash { return func() [md4.Size]byte { return b } }

var errHash = errors.New("should be an NT hash: 32 hexadecimal digits, or LM:NT")

// ParseHash reads 32 hexadecimal digits, alone or behind the LM hash and a
// colon. The error does not repeat the text.
func ParseHash(text string) (Hash, error) {
	text = strings.TrimSpace(text)
	if _, nt, ok := strings.Cut(text, ":"); ok {
		text = nt
	}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != md4.Size {
		return nil, errHash
	}
	return keep([md4.Size]byte(b)), nil
}

// Flags of a negotiation (MS-NLMP 2.2.2.5). NEGOTIATE_SIGN and SEAL are not
// among them: after a SASL bind they would ask for a security layer, which a
// domain controller refuses inside TLS.
const (
	flagUnicode       = 0x00000001
	flagRequestTarget = 0x00000004
	flagNTLM          = 0x00000200
	flagExtended      = 0x00080000
	flagTargetInfo    = 0x00800000
	flag128           = 0x20000000
	flag56            = 0x80000000

	ourFlags = flagUnicode | flagRequestTarget | flagNTLM | flagExtended | flagTargetInfo | flag128 | flag56
)

// IDs of AV pairs (MS-NLMP 2.2.2.1).
const (
	avEOL        = 0
	avFlags      = 6
	avTimestamp  = 7
	avTargetName = 9
	avBindings   = 10

	micIsThere = 2 // in avFlags
)

var signature = []byte("NTLMSSP\x00")

// Client is one proof. It is used once, by one goroutine.
type Client struct {
	User    string      // a sAMAccountName with Domain, or a userPrincipalName without
	Domain  string      // the NetBIOS name
	Hash    Hash        // the secret
	Target  string      // what the proof is for: "ldap/dc1.contoso.lab"
	Binding gss.Binding // of the TLS connection; zero without
	// Bare takes a challenge without target information too, as Cyrus SASL sends
	// it: NTLMv2 all the same, but nothing then says to whom (MS-NLMP 3.1.5.1.2).
	Bare bool

	negotiate []byte
	random    func([]byte) // for tests
}

// Negotiate returns the first message (MS-NLMP 2.2.1.1).
func (c *Client) Negotiate() []byte {
	b := append(bytes.Clone(signature), 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, ourFlags)
	c.negotiate = append(b, make([]byte, 16)...) // no domain, no workstation
	return c.negotiate
}

// Authenticate answers the challenge of the server (MS-NLMP 2.2.1.2) with the
// last message (2.2.1.3). The challenge is checked before anything is read.
func (c *Client) Authenticate(message []byte) ([]byte, error) {
	ch, err := parseChallenge(message, c.Bare)
	if err != nil {
		return nil, err
	}
	now := ch.time
	if now == nil {
		now = binary.LittleEndian.AppendUint64(nil, fileTime(time.Now()))
	}
	nonce := make([]byte, 8)
	if c.random != nil {
		c.random(nonce)
	} else if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	key := c.key()
	response, session := respond(key, ch.nonce, nonce, now, c.targetInfo(ch))
	lm := make([]byte, 24)
	if ch.time == nil {
		// A server before Windows Vista may want the LMv2 response (MS-NLMP
		// 3.1.5.1.2).
		lm = append(mac(key, ch.nonce, nonce), nonce...)
	}
	b := c.authenticate(ch.flags&ourFlags, lm, response)
	if ch.time != nil {
		copy(b[micAt:], mac(session, c.negotiate, message, b))
	}
	return b, nil
}

// Layout of the last message: the fields, 8 bytes of version, 16 of MIC, and
// then what the fields point to.
const (
	micAt     = 72
	payloadAt = 88
)

func (c *Client) authenticate(flags uint32, lm, nt []byte) []byte {
	b := make([]byte, payloadAt)
	copy(b, signature)
	b[8] = 3
	for i, field := range [][]byte{lm, nt, wide(c.Domain), wide(c.User), nil, nil} {
		at := b[12+8*i:]
		binary.LittleEndian.PutUint16(at, uint16(len(field)))
		binary.LittleEndian.PutUint16(at[2:], uint16(len(field)))
		binary.LittleEndian.PutUint32(at[4:], uint32(len(b)))
		b = append(b, field...)
	}
	binary.LittleEndian.PutUint32(b[60:], flags)
	return b
}

// key is NTOWFv2 (MS-NLMP 3.3.2).
func (c *Client) key() []byte {
	hash := c.Hash()
	return mac(hash[:], upper(c.User), wide(c.Domain))
}

// respond makes the NTLMv2 response and the session key (MS-NLMP 3.3.2).
func respond(key, server, client, now, info []byte) (response, session []byte) {
	temp := append([]byte{1, 1, 0, 0, 0, 0, 0, 0}, now...)
	temp = append(temp, client...)
	temp = append(temp, 0, 0, 0, 0)
	temp = append(temp, info...)
	temp = append(temp, 0, 0, 0, 0)
	proof := mac(key, server, temp)
	return append(bytes.Clone(proof), temp...), mac(key, proof)
}

// targetInfo is the server's with what we add to it (MS-NLMP 3.1.5.1.2).
func (c *Client) targetInfo(ch *challenge) []byte {
	b := bytes.Clone(ch.info)
	if ch.time != nil {
		b = appendAV(b, avFlags, []byte{micIsThere, 0, 0, 0})
	}
	b = appendAV(b, avBindings, c.Binding[:])
	if c.Target != "" {
		b = appendAV(b, avTargetName, wide(c.Target))
	}
	return appendAV(b, avEOL, nil)
}

func appendAV(b []byte, id uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, id)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// challenge is what we need of the server's message.
type challenge struct {
	flags uint32
	nonce []byte
	info  []byte // AV pairs without their end and without those that we add
	time  []byte // nil where the server gave none
}

func parseChallenge(b []byte, bare bool) (*challenge, error) {
	if len(b) < 48 || !bytes.Equal(b[:8], signature) || binary.LittleEndian.Uint32(b[8:]) != 2 {
		return nil, errors.New("answer that is no NTLM challenge")
	}
	ch := &challenge{flags: binary.LittleEndian.Uint32(b[20:]), nonce: b[24:32]}
	switch {
	case ch.flags&flagUnicode != 0 && ch.flags&flagTargetInfo == 0 && bare:
		return ch, nil
	case ch.flags&flagUnicode == 0 || ch.flags&flagTargetInfo == 0:
		return nil, errors.New("NTLM challenge of a server without NTLMv2")
	}
	size, at := int(binary.LittleEndian.Uint16(b[40:])), uint64(binary.LittleEndian.Uint32(b[44:]))
	if at+uint64(size) > uint64(len(b)) {
		return nil, errors.New("NTLM challenge whose target information lies outside of it")
	}
	for info := b[at : at+uint64(size)]; len(info) > 0; {
		if len(info) < 4 {
			return nil, errors.New("NTLM challenge whose target information is cut off")
		}
		id, n := binary.LittleEndian.Uint16(info), int(binary.LittleEndian.Uint16(info[2:]))
		if len(info) < 4+n {
			return nil, fmt.Errorf("NTLM challenge: AV pair %d is cut off", id)
		}
		value := info[4 : 4+n]
		info = info[4+n:]
		switch id {
		case avEOL:
			return ch, nil
		case avFlags, avBindings, avTargetName: // ours to say
		case avTimestamp:
			if n != 8 {
				return nil, errors.New("NTLM challenge whose time is not 8 bytes long")
			}
			ch.time = value
			fallthrough
		default:
			ch.info = appendAV(ch.info, id, value)
		}
	}
	return ch, nil
}

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// wide is UTF-16 in little-endian order.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// fileTime is a time as MS-DTYP 2.3.3 has it: 100 ns since 1601.
func fileTime(t time.Time) uint64 {
	const since1601 = 116444736000000000
	return uint64(t.UnixNano()/100) + since1601
}
