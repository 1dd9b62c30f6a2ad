package live

import (
	"context"
	"sync"
)

// domain is one domain of the forest: the domain controller that is asked about
// it, and the connections to that. Its methods may be called from any goroutine.
type domain struct {
	mu     sync.Mutex
	server *server
	idle   []*conn // bound, and used by nobody
	lost   error   // why it cannot be asked any more; nil while it can
	closed bool
}

// now returns the domain controller that is asked at present.
func (d *domain) now() *server {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.server
}

// take returns a connection that nobody else uses: one that rests, or else a new
// one. Those that the server ended while they rested (MS-ADTS 3.1.1.3.4.6,
// MaxConnIdleTime: 15 minutes by default) are passed over. It goes back with
// give.
func (d *domain) take(ctx context.Context) (*conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for {
		c := d.resting()
		if c == nil {
			return d.now().another(ctx)
		}
		if c.wire.cause() == nil {
			return c, nil
		}
		c.close()
	}
}

// lose notes that the domain cannot be asked any more.
func (d *domain) lose(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost == nil {
		d.lost = err
	}
}

// why returns the reason of lose, or nil.
func (d *domain) why() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// resting takes a connection out of those that rest.
func (d *domain) resting() *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.idle)
	if n == 0 {
		return nil
	}
	c := d.idle[n-1]
	d.idle = d.idle[:n-1]
	return c
}

// give takes a connection back. One that cannot be trusted to be in step any
// more is closed instead.
func (d *domain) give(c *conn, good bool) {
	d.mu.Lock()
	keep := good && !d.closed && c.server == d.server
	if keep {
		d.idle = append(d.idle, c)
	}
	d.mu.Unlock()
	if !keep {
		c.close()
	}
}

// close ends the connections that rest; those in use end with the context of
// their user.
func (d *domain) close() {
	d.mu.Lock()
	idle := d.idle
	d.idle, d.closed = nil, true
	d.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}
