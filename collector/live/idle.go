package live

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// idleConn gives up on a server that is silent for too long, but only while
// somebody waits for it. A deadline for the whole request would end a long answer
// of which something comes all the time; one that always runs would end a
// connection that rests between two searches, or that has brought its answer while
// the entries are still being worked on.
type idleConn struct {
	net.Conn
	idle time.Duration
	in   *bufio.Reader // TLS asks for each record twice, and a server sends each entry in one

	mu       sync.Mutex
	patience time.Duration // of a read; 0 for ever
	leaving  bool
}

func newIdleConn(on net.Conn, idle time.Duration) *idleConn {
	return &idleConn{Conn: on, idle: idle, in: bufio.NewReaderSize(on, readAhead)}
}

// readAhead is how much is read off the network at a time.
const readAhead = 32 << 10

// await says that an answer is expected from now on.
func (c *idleConn) await() { c.set(c.idle) }

// rest says that nothing is expected.
func (c *idleConn) rest() { c.set(0) }

// glance says that only what is there already is expected.
func (c *idleConn) glance() { c.set(time.Millisecond) }

func (c *idleConn) set(patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.patience = patience
	c.deadline()
}

// deadline moves the deadline of the read that is under way or comes next.
// Errors are of no interest: the read itself will have the same one.
func (c *idleConn) deadline() {
	var t time.Time
	if c.patience > 0 {
		t = time.Now().Add(c.patience)
	}
	_ = c.Conn.SetReadDeadline(t)
}

// Read starts the clock anew: each byte that arrives is a sign of life.
func (c *idleConn) Read(p []byte) (int, error) {
	if c.in.Buffered() == 0 {
		c.mu.Lock()
		c.deadline()
		c.mu.Unlock()
	}
	return c.in.Read(p)
}

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
