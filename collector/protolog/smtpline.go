package protolog

import "bytes"

// mailLine takes a line of an SMTP log.
func (p *parser) mailLine(at int64) {
	f, c := &p.f, &p.columns
	mark := f.at[c.event]
	if len(mark) != 1 {
		return
	}
	e := event{at: at, user: f.of(c.connector), id: f.at[c.session], local: f.at[c.local], remote: f.at[c.remote]}
	switch mark[0] {
	case '+':
		e.what = mailOpened
	case '-':
		e.what = mailClosed
	case '<':
		e.what = mailCommand
		data := f.plain(c.data, &p.b.scratch)
		e.verb, e.text = mailVerb(data)
	case '>':
		data := f.plain(c.data, &p.b.scratch)
		code, last := replyCode(data)
		if !last {
			return
		}
		e.what, e.code, e.text = mailAnswer, code, data[3:]
	case '*':
		if !p.remark(&e) {
			return
		}
	default:
		return
	}
	e.session = sessionKey(e.id, e.remote) + 7*uint64(len(e.user))
	p.emit(e)
}

// What a remark is about; the code of its event.
const (
	remarkMayRelay uint16 = iota
	remarkNoRelay         // permissions without the right to relay
	remarkTLS
	remarkUser
)

var (
	anyRecipient  = []byte("SMTPAcceptAnyRecipient")
	permissions   = []byte("Set Session Permissions")
	tlsProtocol   = []byte("TLS protocol ")
	authenticated = []byte("authenticated")
	sessionFor    = []byte("Session for")
	willBeProxied = []byte(" will now be proxied")
)

// remark reads a line of information, and reports whether it is one that matters.
func (p *parser) remark(e *event) bool {
	f, c := &p.f, &p.columns
	context := f.plain(c.context, &p.b.scratch)
	data := f.plain(c.data, &p.b.scratch)
	e.what = mailInfo
	switch {
	case bytes.Equal(context, permissions):
		e.code = remarkNoRelay
		if bytes.Contains(data, anyRecipient) {
			e.code = remarkMayRelay
		}
		return true
	case bytes.HasPrefix(context, tlsProtocol):
		e.code = remarkTLS
		e.text, _, _ = bytes.Cut(context[len(tlsProtocol):], []byte{' '})
		return bytes.Contains(context, []byte("succeeded"))
	case bytes.Equal(context, authenticated):
		e.code, e.text = remarkUser, data
		return len(data) > 0
	}
	// "Proxy session was successfully set up. Session foruser will now be proxied"
	if i := bytes.Index(context, sessionFor); i >= 0 {
		user, _, ok := bytes.Cut(context[i+len(sessionFor):], willBeProxied)
		e.code, e.text = remarkUser, bytes.TrimSpace(user)
		return ok && len(e.text) > 0
	}
	return false
}

// mailVerbs are the SMTP commands that are known here, in lower case.
var mailVerbs = map[string]verb{
	"ehlo": verbHello, "helo": verbHello, "mail": verbMail, "rcpt": verbRcpt, "data": verbData, "bdat": verbChunk,
	"auth": verbSMTPAuth, "x-exps": verbSMTPAuth, "starttls": verbSecure, "x-anonymoustls": verbSecure,
	"xproxy": verbProxy, "xproxyfrom": verbProxy, "rset": verbOther, "quit": verbOther, "noop": verbOther, "vrfy": verbOther,
}

// longVerb is more than the length of any of them.
const longVerb = 16

// mailVerb knows the SMTP command in a line, and returns what stands behind it.
func mailVerb(b []byte) (verb, []byte) {
	name, rest, _ := bytes.Cut(b, []byte{' '})
	if len(name) >= longVerb {
		return verbNone, nil
	}
	var lower [longVerb]byte
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	switch v := mailVerbs[string(lower[:len(name)])]; {
	case v == verbMail || v == verbRcpt:
		return v, address(rest)
	case v == verbChunk && len(rest) > 4 && equalFold(rest[len(rest)-4:], "last"):
		return verbBdat, nil
	case v != noVerb:
		return v, rest
	case isWord(name):
		return verbOther, nil
	}
	return verbNone, nil
}

// isWord tells a command that is not known here from what a client sends in an
// exchange: base64, or what the log shows in its place.
func isWord(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for _, c := range b {
		if c != '-' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// address is the address of MAIL FROM and RCPT TO (RFC 5321 4.1.1.2), without its
// brackets and parameters.
func address(b []byte) []byte {
	_, b, _ = bytes.Cut(b, []byte{':'})
	b = bytes.TrimLeft(b, " ")
	if len(b) > 0 && b[0] == '<' {
		a, _, _ := bytes.Cut(b[1:], []byte{'>'})
		return a
	}
	a, _, _ := bytes.Cut(b, []byte{' '})
	return a
}

// replyCode reads the beginning of an answer. last is false for a line that
// another one follows (RFC 5321 4.2.1), which 2010 logs each.
func replyCode(b []byte) (code uint16, last bool) {
	if len(b) < 3 || b[0]-'2' > 3 || b[1]-'0' > 9 || b[2]-'0' > 9 {
		return 0, false
	}
	return uint16(b[0]-'0')*100 + uint16(b[1]-'0')*10 + uint16(b[2]-'0'), len(b) == 3 || b[3] != '-'
}
