package live

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/go-ldap/ldap/v3"
)

// Identifier octets of the protocol operations that occur here (RFC 4511 4.2
// to 4.14): application class, and constructed unless the content is a value.
const (
	opBind          = 0x60
	opUnbind        = 0x42
	opSearch        = 0x63
	opEntry         = 0x64
	opDone          = 0x65
	opReference     = 0x73
	opAbandon       = 0x50
	opExtended      = 0x77
	opExtendedReply = 0x78
)

// Object identifiers of the two extended operations that only read.
const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"  // RFC 4511 4.14.1
	oidWhoAmI   = "1.3.6.1.4.1.4203.1.11.3" // RFC 4532 2.1
)

// maxRequest is more than the largest request we send: a filter with fifty DNs.
const maxRequest = 1 << 20

var (
	errShort    = errors.New("not complete")
	errEnvelope = errors.New("not an LDAP message")
	errTLSBytes = errors.New("a TLS record where an LDAP message was expected")
)

// wire is the layer below everything that speaks LDAP. On the way out it writes
// only whole messages whose operation is one that reads. The first error ends
// the connection and is kept, for it says more than what comes after it.
type wire struct {
	net.Conn

	writing sync.Mutex
	out     []byte // the beginning of a message that is not complete yet

	heard atomic.Bool // whether anything was received

	failing sync.Mutex
	failure error // the first one
	notice  error // what the server said before it hung up (RFC 4511 4.4.1)
}

// Write keeps bytes back until they are a whole message, and drops them with
// ErrReadOnly if that message would do anything but read.
func (w *wire) Write(p []byte) (int, error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.cause(); err != nil {
		return 0, err
	}
	w.out = append(w.out, p...)
	for len(w.out) > 0 {
		h, err := parseHeader(w.out)
		if err == nil && h.size > len(w.out) {
			err = errShort
		}
		if errors.Is(err, errShort) && len(w.out) <= maxRequest {
			return len(p), nil
		}
		if err == nil {
			err = allow(h, w.out[:h.size])
		}
		if err != nil {
			w.out = nil
			return 0, w.fail(refusal(err))
		}
		if _, err := w.Conn.Write(w.out[:h.size]); err != nil {
			return 0, w.fail(err)
		}
		w.out = append(w.out[:0], w.out[h.size:]...)
	}
	return len(p), nil
}

// allow says whether a message only reads: nil, or what it is.
func allow(h header, message []byte) error {
	if rest := message[h.opEnd:h.size]; len(rest) > 0 && rest[0] != 0xA0 {
		return errEnvelope
	}
	switch h.op {
	case opBind, opUnbind, opSearch, opAbandon:
		return nil
	case opExtended:
		// ExtendedRequest begins with requestName [0] LDAPOID.
		content := message[h.opStart:h.opEnd]
		tag, start, end, err := element(content)
		if err != nil || tag != 0x80 || end > len(content) {
			return errEnvelope
		}
		if oid := string(content[start:end]); oid != oidStartTLS && oid != oidWhoAmI {
			return fmt.Errorf("extended operation %q", oid)
		}
		return nil
	}
	return fmt.Errorf("operation %d", h.op&0x1F)
}

// Read keeps what went wrong.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.heard.Store(true)
	}
	if err != nil {
		return n, w.fail(err)
	}
	return n, nil
}

// noticed keeps the reason out of a notice of disconnection.
func (w *wire) noticed(message []byte) {
	p, err := decodeTree(message)
	if err != nil {
		return
	}
	w.failing.Lock()
	defer w.failing.Unlock()
	w.notice = ldap.GetLDAPError(p)
}

// fail keeps the first failure and returns it.
func (w *wire) fail(err error) error {
	w.failing.Lock()
	defer w.failing.Unlock()
	if w.failure == nil {
		w.failure = err
	}
	return w.failure
}

// cause returns the first failure of the connection, or nil.
func (w *wire) cause() error {
	w.failing.Lock()
	defer w.failing.Unlock()
	return w.failure
}

// farewell returns what the server said before it hung up, or nil.
func (w *wire) farewell() error {
	w.failing.Lock()
	defer w.failing.Unlock()
	return w.notice
}

// header is the front of an LDAPMessage (RFC 4511 4.1.1):
//
//	LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE {…}, controls [0] … OPTIONAL }
type header struct {
	size           int // of the whole message
	id             int64
	op             byte // identifier octet of protocolOp
	opStart, opEnd int  // its content
}

// parseHeader reads the front of a message. It returns errShort while bytes are
// missing, errTLSBytes for a TLS record, else errEnvelope for what is no
// LDAPMessage.
func parseHeader(b []byte) (header, error) {
	// A TLS alert or handshake record of any version since SSL 3.0.
	if b[0] == 0x15 || b[0] == 0x16 {
		return header{}, errTLSBytes
	}
	if b[0] != 0x30 {
		return header{}, errEnvelope
	}
	_, start, end, err := element(b)
	if err != nil {
		return header{}, err
	}
	tag, idStart, idEnd, err := element(b[start:])
	if err != nil {
		return header{}, err
	}
	if n := idEnd - idStart; tag != 0x02 || n < 1 || n > 4 {
		return header{}, errEnvelope
	}
	if len(b) < start+idEnd {
		return header{}, errShort
	}
	h := header{size: end}
	for _, c := range b[start+idStart : start+idEnd] {
		h.id = h.id<<8 | int64(c)
	}
	tag, opStart, opEnd, err := element(b[start+idEnd:])
	if err != nil {
		return header{}, err
	}
	h.op, h.opStart, h.opEnd = tag, start+idEnd+opStart, start+idEnd+opEnd
	if tag&0xC0 != 0x40 || tag&0x1F == 0x1F || h.opEnd > h.size {
		return header{}, errEnvelope
	}
	return h, nil
}

// element reads the front of a BER element: its identifier octet and where its
// content starts and ends. LDAP allows the definite form of the length only
// (RFC 4511 5.1).
func element(b []byte) (tag byte, start, end int, err error) {
	if len(b) < 2 {
		return 0, 0, 0, errShort
	}
	if b[1] < 0x80 {
		return b[0], 2, 2 + int(b[1]), nil
	}
	n := int(b[1] & 0x7F)
	if n < 1 || n > 4 {
		return 0, 0, 0, errEnvelope
	}
	if len(b) < 2+n {
		return 0, 0, 0, errShort
	}
	var size int64
	for _, c := range b[2 : 2+n] {
		size = size<<8 | int64(c)
	}
	if size > 1<<30 {
		return 0, 0, 0, errEnvelope
	}
	return b[0], 2 + n, 2 + n + int(size), nil
}
