package live

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// idleConn gives up on a server that brings nothing for too long, but only
// while somebody waits for it: the clock runs between await and rest. A
// deadline for the whole request would end a long answer of which something
// comes all the time; one that always runs would end a connection that rests
// between two searches, or that has brought its answer while the entries are
// still being worked on. Bytes alone do not set the clock back, or a server
// that sends one a second would be waited for without end: renew does, and
// whoever reads calls it for what is new.
//
// await, rest, renew and glance belong to the goroutine that reads.
type idleConn struct {
	net.Conn
	idle time.Duration
	in   *bufio.Reader // TLS asks for each record twice, and a server sends each entry in one

	left  time.Duration // of the idle time
	since time.Time     // when the clock began to run; zero while it does not

	mu      sync.Mutex
	leaving bool
}

func newIdleConn(on net.Conn, idle time.Duration) *idleConn {
	return &idleConn{Conn: on, idle: idle, left: idle, in: bufio.NewReaderSize(on, readAhead)}
}

// readAhead is how much is read off the network at a time.
const readAhead = 32 << 10

// renew gives the server the whole idle time again.
func (c *idleConn) renew() { c.left = c.idle }

// await says that an answer is expected from now on: the clock runs on.
func (c *idleConn) await() {
	c.since = time.Now()
	c.deadline(c.since.Add(c.left))
}

// rest says that nothing is expected: the clock stands still.
func (c *idleConn) rest() {
	if !c.since.IsZero() {
		c.left -= time.Since(c.since)
		c.since = time.Time{}
	}
	c.deadline(time.Time{})
}

// glance says that only what is there already is expected.
func (c *idleConn) glance() { c.deadline(time.Now().Add(time.Millisecond)) }

// deadline is that of the read that is under way or comes next. Errors are of
// no interest: the read itself will have the same one.
func (c *idleConn) deadline(t time.Time) { _ = c.Conn.SetReadDeadline(t) }

// Read reads.
func (c *idleConn) Read(p []byte) (int, error) { return c.in.Read(p) }

// pending reports whether something has come that nobody has read.
func (c *idleConn) pending() bool { return c.in.Buffered() > 0 }

// Write never waits for ever for a server that does not read.
func (c *idleConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	patience := c.idle
	if c.leaving {
		patience = min(patience, time.Second)
	}
	c.mu.Unlock()
	_ = c.Conn.SetWriteDeadline(time.Now().Add(patience))
	return c.Conn.Write(p)
}

// leave keeps the goodbye short, also for a write that is already stuck.
func (c *idleConn) leave() {
	c.mu.Lock()
	c.leaving = true
	c.mu.Unlock()
	_ = c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
}
