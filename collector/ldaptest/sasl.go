package ldaptest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"

	ber "github.com/go-asn1-ber/asn1-ber"
	//lint:ignore SA1019 the NT hash is MD4 (MS-NLMP 3.3.1)
	"golang.org/x/crypto/md4"
)

// The server's side of NTLM (MS-NLMP) and EXTERNAL. It shares no code with the
// client: what both believe wrongly, a test would not find.

const (
	badBindings = "80090346: LdapErr: DSID-0C090597, comment: AcceptSecurityContext error, data 80090346, v4563\x00"
	badPassword = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563\x00"
)

// mechanisms are the SASL mechanisms that a server offers.
func (c *Config) mechanisms() []string {
	var m []string
	if c.NTLM {
		m = append(m, "GSS-SPNEGO")
	}
	if c.ClientCertificates {
		m = append(m, "EXTERNAL")
	}
	return m
}

// sasl answers one step of a SASL bind (RFC 4513 5.2.1).
func (p *session) sasl(id int64, choice *ber.Packet) bool {
	var mechanism string
	var token []byte
	if len(choice.Children) > 0 {
		mechanism = text(choice.Children[0])
	}
	if len(choice.Children) > 1 {
		token = content(choice.Children[1])
	}
	config := &p.server.config
	switch {
	case mechanism == "EXTERNAL" && config.ClientCertificates && p.peer != "" && !config.LDAPS:
		p.bound = p.peer
		return p.send(id, result(opBindDone, ResultSuccess, "", "", ""), nil)
	case mechanism != "GSS-SPNEGO" || !config.NTLM:
		return p.send(id, result(opBindDone, ResultAuthMethod, "", "unknown mechanism "+mechanism, ""), nil)
	}
	at := bytes.Index(token, []byte("NTLMSSP\x00"))
	if at < 0 || len(token) < at+12 {
		return p.send(id, result(opBindDone, ResultCredentials, "", badPassword, ""), nil)
	}
	switch message := token[at:]; message[8] {
	case 1:
		p.negotiate, p.challenge = message, makeChallenge()
		return p.send(id, withToken(result(opBindDone, ResultSaslInProgress, "", "", ""), inSPNEGO(p.challenge)), nil)
	case 3:
		if diagnostic := p.verify(message); diagnostic != "" {
			return p.send(id, result(opBindDone, ResultCredentials, "", diagnostic, ""), nil)
		}
		return p.send(id, result(opBindDone, ResultSuccess, "", "", ""), nil)
	}
	return false
}

// makeChallenge is a CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) with a time, so that
// the client owes an integrity code.
func makeChallenge() []byte {
	var info []byte
	for _, av := range []struct {
		id    uint16
		value []byte
	}{{2, utf16le("CONTOSO")}, {1, utf16le("DC1")}, {7, []byte{0, 0x90, 0xD3, 0x36, 0xB7, 0x34, 0xC3, 1}}, {0, nil}} {
		info = binary.LittleEndian.AppendUint16(info, av.id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(av.value)))
		info = append(info, av.value...)
	}
	b := append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), make([]byte, 44)...)
	binary.LittleEndian.PutUint32(b[16:], 56)
	binary.LittleEndian.PutUint32(b[20:], 0xA2898205)
	copy(b[24:], "8 bytes!")
	binary.LittleEndian.PutUint16(b[40:], uint16(len(info)))
	binary.LittleEndian.PutUint16(b[42:], uint16(len(info)))
	binary.LittleEndian.PutUint32(b[44:], 56)
	return append(b, info...)
}

// verify checks an AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3, 3.2.5.1.2); "" is
// well, else it is the diagnostic of the refusal.
func (p *session) verify(m []byte) string {
	field := func(i int) []byte {
		at := 12 + 8*i
		if len(m) < 88 {
			return nil
		}
		n, from := int(binary.LittleEndian.Uint16(m[at:])), int(binary.LittleEndian.Uint32(m[at+4:]))
		if from+n > len(m) {
			return nil
		}
		return m[from : from+n]
	}
	response, domain, user := field(1), field(2), field(3)
	name := fromUTF16(user)
	if len(domain) > 0 {
		name = fromUTF16(domain) + `\` + name
	}
	password, known := p.server.config.Passwords[name]
	if !known || len(response) < 48 || p.challenge == nil {
		return badPassword
	}
	nt := md4.New()
	nt.Write(utf16le(password))
	key := keyed(nt.Sum(nil), append(utf16le(strings.Map(raise, fromUTF16(user))), domain...))
	proof := keyed(key, append(p.challenge[24:32:32], response[16:]...))
	if !hmac.Equal(proof, response[:16]) {
		return badPassword
	}
	values := pairs(response[44:])
	if flags := values[6]; len(flags) == 4 && flags[0]&2 != 0 {
		cleared := bytes.Clone(m)
		clear(cleared[72:88])
		if !hmac.Equal(m[72:88], keyed(keyed(key, proof), bytes.Join([][]byte{p.negotiate, p.challenge, cleared}, nil))) {
			return badPassword
		}
	} else {
		return badPassword // the challenge had a time
	}
	if p.server.config.ChannelBinding && p.tls && !bytes.Equal(values[10], p.server.binding()) {
		return badBindings
	}
	p.bound = name
	return ""
}

// binding is that of RFC 5929 4.1 for the certificate of this server, which is
// signed with SHA-256, inside gss_channel_bindings (RFC 4121 4.1.1.2).
func (s *Server) binding() []byte {
	hash := sha256.Sum256(s.tls.Certificates[0].Certificate[0])
	data := append([]byte("tls-server-end-point:"), hash[:]...)
	sum := md5.Sum(append([]byte{16: byte(len(data)), 19: 0}, data...))
	return sum[:]
}

func pairs(b []byte) map[uint16][]byte {
	values := make(map[uint16][]byte)
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if id == 0 || len(b) < 4+n {
			break
		}
		values[id] = b[4 : 4+n]
		b = b[4+n:]
	}
	return values
}

// inSPNEGO is a NegTokenResp (RFC 4178 4.2.2): accept-incomplete, NTLM, token.
func inSPNEGO(token []byte) []byte {
	tlv := func(tag byte, parts ...[]byte) []byte {
		b := bytes.Join(parts, nil)
		return append([]byte{tag, 0x82, byte(len(b) >> 8), byte(len(b))}, b...)
	}
	return minimal(tlv(0xA1, tlv(0x30, []byte{0xA0, 3, 0x0A, 1, 1},
		[]byte{0xA1, 12, 6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10}, tlv(0xA2, tlv(4, token)))))
}

// minimal makes the lengths of a token as short as DER wants them.
func minimal(b []byte) []byte {
	p, err := ber.DecodePacketErr(b)
	if err != nil {
		return b
	}
	return p.Bytes()
}

func withToken(r *ber.Packet, token []byte) *ber.Packet {
	r.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 7, string(token), "serverSaslCreds"))
	return r
}

func keyed(key, message []byte) []byte {
	h := hmac.New(md5.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// raise is upper case as Windows has it: letters whose upper case does not lead
// back, such as ς, stay as they are ([MS-UCODEREF] 3.1.5.3).
func raise(r rune) rune {
	if up := unicode.ToUpper(r); unicode.ToLower(up) == r {
		return up
	}
	return r
}

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func fromUTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}
