package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mbxperm/collector"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

var (
	errNoPaging = errors.New("the answer came without a paging control")
	errNoEntry  = errors.New("the server gave no entry for this name")
	errStranger = errors.New("an answer to something that was not asked")
	errNotice   = errors.New("the server ended the connection")
)

// send writes one request under the next message ID.
func (c *conn) send(operation, controls *ber.Packet) error {
	c.sent++
	_, err := c.wire.Write(envelope(c.sent, operation, controls))
	return err
}

// answer is what a search brought beside its entries.
type answer struct {
	controls   []ldap.Control
	references []string // the first
	oddities
	fruitless int // bytes since there was something new
}

// refer keeps a reference, or counts it.
func (a *answer) refer(uri string, most int) {
	if len(a.references) >= most {
		a.unkept++
		return
	}
	a.references = append(a.references, uri[:min(len(uri), longReference)])
}

// useful is how much of an entry sets the idle clock back before it is whole:
// an entry of many megabytes over a slow line takes longer than the idle time.
const useful = 256 << 10

// read reads the answer to the search that was sent last, up to its result.
// each is called for every entry, and says whether that is a new one; its bytes
// are those of the batch in hand. An error of it ends the connection. Whenever
// the server must be waited for, wait is called first; it may hand over or
// empty the batch, and must if that is full. When ctx ends, the connection must
// be closed by the caller.
//
// An answer is whole only if its result came: a closed connection, a message
// that is none, and one under another ID are errors. So is an answer in which
// nothing new comes for the idle time, whatever else does, or for a number of
// bytes.
func (c *conn) read(a *answer, id collector.QueryID, each func(*collector.Entry) (fresh bool, err error), wait func(full bool)) error {
	for part := 0; ; {
		h, message, err := c.in.next()
		if errors.Is(err, errShort) {
			if len(c.in.batch.entries) > 0 && !(c.raw.pending() && c.in.room()) {
				wait(!c.in.room())
			}
			before := c.in.to - c.in.from
			if err := c.await(h.size); err != nil {
				c.trickle = a.fruitless > 0 || before > 0
				return err
			}
			if part += c.in.to - c.in.from - before; part >= useful {
				c.raw.renew()
				part = 0
			}
			continue
		}
		if err != nil {
			return c.wire.fail(err)
		}
		if h.id == 0 && h.op == opExtendedReply {
			c.wire.noticed(message)
			return c.wire.fail(errNotice)
		}
		if h.id != c.sent {
			return c.wire.fail(errStranger)
		}
		switch content := message[h.opStart:h.opEnd]; h.op {
		case opEntry:
			fresh, err := c.entry(a, id, content, each)
			if err != nil {
				return c.wire.fail(err)
			}
			if fresh {
				c.raw.renew()
				a.fruitless, part = 0, 0
				continue
			}
		case opReference:
			uri, err := reference(content)
			if err != nil {
				return c.wire.fail(errEnvelope)
			}
			a.refer(uri, c.in.bounds.references)
		case opDone:
			a.controls, err = resultOf(message)
			return err
		default:
			return c.wire.fail(errStranger)
		}
		if a.fruitless += h.size; a.fruitless > c.in.bounds.fruitless {
			return c.wire.fail(exceeds("sent %d bytes and nothing new in them, and %d references in all", a.fruitless, len(a.references)+a.unkept))
		}
	}
}

// entry decodes an entry and hands it to each; what cannot be decoded, or is
// more than is read, is counted.
func (c *conn) entry(a *answer, id collector.QueryID, content []byte, each func(*collector.Entry) (bool, error)) (fresh bool, err error) {
	e, err := c.in.entry(id, content)
	if err == nil {
		return each(e)
	}
	if errors.As(err, new(*excess)) {
		dn, _, _ := take(content, 0x04)
		a.large.add(string(dn[:min(len(dn), maxText)]))
	} else {
		a.undecoded++
	}
	return false, nil
}

// await waits for more bytes. Only here does the idle clock run: while entries
// are worked on, the server owes us nothing.
func (c *conn) await(need int) error {
	c.raw.await()
	defer c.raw.rest()
	return c.in.fill(need)
}

// within closes the connection when ctx ends, until the function that it
// returns is called.
func (c *conn) within(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { c.raw.Close() })
}

// base reads one object. The entry is the caller's.
func (c *conn) base(ctx context.Context, dn string, attributes []string, controls ...ldap.Control) (*collector.Entry, error) {
	defer c.within(ctx)()
	op, err := searchOperation(baseRequest(dn, attributes, controls...))
	if err != nil {
		return nil, err
	}
	if c.in.batch == nil {
		c.in.begin(&batch{})
	}
	if err := c.send(op, controlList(controls)); err != nil {
		return nil, err
	}
	var a answer
	var found *collector.Entry
	c.raw.renew()
	err = c.read(&a, 0, func(e *collector.Entry) (bool, error) {
		if found != nil {
			return false, exceeds("sent more than one entry for one name")
		}
		found = clone(e)
		return true, nil
	}, func(bool) { c.in.batch.reset() })
	c.in.batch.reset()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	case a.undecoded > 0:
		return nil, errEntry
	case a.large.n > 0:
		return nil, exceeds("has more attributes or values than are read in %q", clean(dn))
	case found == nil:
		return nil, fmt.Errorf("%q: %w", dn, errNoEntry)
	}
	return found, nil
}

// clone copies an entry with all its values.
func clone(e *collector.Entry) *collector.Entry {
	out := &collector.Entry{Query: e.Query, DN: e.DN, Attributes: make([]collector.Attribute, len(e.Attributes))}
	for i, a := range e.Attributes {
		a.Values = make([][]byte, len(a.Values))
		for j, v := range e.Attributes[i].Values {
			a.Values[j] = append([]byte{}, v...)
		}
		out.Attributes[i] = a
	}
	return out
}

// quickRest is a rest too short for a server to end it.
const quickRest = time.Second

// alive reports whether the server has kept the connection while it rested.
func (c *conn) alive() bool {
	if c.wire.cause() != nil || c.in.from < c.in.to { // something came behind the last answer
		return false
	}
	if time.Since(c.rested) < quickRest {
		return true
	}
	// Nothing was asked, so nothing may come: neither a byte nor the end.
	var b [1]byte
	c.raw.glance()
	defer c.raw.rest()
	n, err := c.wire.Conn.Read(b[:])
	return n == 0 && isTimeout(err)
}

// close says goodbye and ends the connection.
func (c *conn) close() {
	c.raw.leave()
	c.raw.rest()
	if c.bound {
		_ = c.send(ber.Encode(ber.ClassApplication, ber.TypePrimitive, ldap.ApplicationUnbindRequest, nil, "UnbindRequest"), nil)
	}
	c.raw.Close()
}
