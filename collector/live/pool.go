package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// domain is one domain of the forest: the domain controller that is asked about
// it, those that can stand in for that one, and the connections. Its methods
// may be called from any goroutine.
type domain struct {
	// controllers is empty where the server was named by its URL: then there is
	// no other. The one that is asked stands first.
	controllers []controller
	open        func(context.Context, controller) (*server, *conn, error)
	moving      sync.Mutex // held while another one is looked for; guards controllers

	catalog bool // it is a global catalog, and holds all domains

	mu     sync.Mutex
	server *server
	idle   []*conn       // bound, and used by nobody
	used   int           // connections that are taken, or about to be
	given  chan struct{} // closed when one is given back; nil while nobody waits
	lost   error         // why it cannot be asked any more; nil while it can
	silent int           // searches in a row that brought nothing for the idle time, in every try
	closed bool
}

// now returns the domain controller that is asked at present.
func (d *domain) now() *server {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.server
}

// base is where searches begin: the domain, or all of them.
func (d *domain) base() string {
	if d.catalog {
		return ""
	}
	return d.now().root.domain
}

// take returns a connection that nobody else uses: one that rests, or else a
// new one. Those that the server ended while they rested (MS-ADTS 3.1.1.3.4.6,
// MaxConnIdleTime: 15 minutes by default) are passed over. Where the server
// gives no more connections, it waits for one that is in use. It goes back with
// give.
func (d *domain) take(ctx context.Context) (*conn, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err := d.why(); err != nil {
			return nil, err
		}
		for c := d.resting(); c != nil; c = d.resting() {
			if c.alive() {
				return c, nil
			}
			d.give(c, false)
		}
		at := d.now()
		d.use()
		c, err := at.another(ctx)
		if err == nil {
			return c, nil
		}
		d.release()
		if ctx.Err() != nil || !tryAnother(err) {
			return nil, err
		}
		if d.wait(ctx) {
			continue
		}
		if c, err = d.move(ctx, at, err); err == nil {
			d.use()
		}
		return c, err
	}
}

// use counts a connection that is taken, from when it is asked for: others may
// be refused because of it.
func (d *domain) use() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used++
}

// release is the opposite of use, and wakes those who wait.
func (d *domain) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used--
	if d.given != nil {
		close(d.given)
		d.given = nil
	}
}

// wait waits until a connection comes to rest. It returns false if none is in
// use any more.
func (d *domain) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		d.mu.Lock()
		if d.given == nil {
			d.given = make(chan struct{})
		}
		rest, used, given := len(d.idle), d.used, d.given
		d.mu.Unlock()
		if rest > 0 || used == 0 {
			return rest > 0
		}
		select {
		case <-given:
		case <-ctx.Done():
		}
	}
	return false
}

// leave goes to another domain controller, where there is one: with that of
// this connection things went wrong more than once.
func (d *domain) leave(ctx context.Context, c *conn) {
	if c == nil {
		return
	}
	if c, err := d.move(ctx, c.server, ErrBusy); err == nil {
		d.park(c, true)
	}
}

// move goes to the next domain controller that can be used, and returns a
// connection to it; err is why from cannot. Of several that want to move one
// does, and the others follow.
func (d *domain) move(ctx context.Context, from *server, err error) (*conn, error) {
	d.moving.Lock()
	defer d.moving.Unlock()
	if at := d.now(); at != from {
		return at.another(ctx)
	}
	for i := range d.controllers {
		d.controllers = append(d.controllers[1:], d.controllers[0])
		if i == len(d.controllers)-1 {
			break // once around: it is the one that cannot
		}
		s, c, reason := d.open(ctx, d.controllers[0])
		switch {
		case reason == nil && !d.catalog && foldDN(s.root.domain) != foldDN(from.root.domain):
			c.close()
		case reason == nil:
			from.options.Log.Warn("another domain controller", logServer, s.target.name, logError, err)
			d.settle(s)
			return c, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
	}
	return nil, err
}

// settle makes a server the one that is asked.
func (d *domain) settle(s *server) {
	d.mu.Lock()
	idle := d.idle
	d.server, d.idle = s, nil
	d.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}

// lose notes that the domain cannot be asked any more, unless it is only that
// somebody cancelled.
func (d *domain) lose(ctx context.Context, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost == nil && ctx.Err() == nil {
		d.lost = err
	}
}

// heard notes how a search ended. A server that is silent costs the idle time
// for each try of each search: after a few of them, and none between that ended
// well, the domain is lost.
func (d *domain) heard(ctx context.Context, err error, most int) {
	d.mu.Lock()
	if errors.Is(err, ErrSilent) {
		d.silent++
	} else if err == nil {
		d.silent = 0
	}
	give := d.silent >= most
	d.mu.Unlock()
	if give {
		d.lose(ctx, fmt.Errorf("given up after %d searches: %w", most, err))
	}
}

// why returns the reason of lose, or nil.
func (d *domain) why() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// resting takes a connection out of those that rest, and counts it; nil if
// there is none.
func (d *domain) resting() *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.idle)
	if n == 0 {
		return nil
	}
	c := d.idle[n-1]
	d.idle = d.idle[:n-1]
	d.used++
	return c
}

// give takes a connection back. One that cannot be trusted to be in step any
// more is closed instead.
func (d *domain) give(c *conn, good bool) {
	d.park(c, good)
	d.release()
}

// park lets a connection rest, or closes it.
func (d *domain) park(c *conn, good bool) {
	d.mu.Lock()
	keep := good && !d.closed && c.server == d.server
	if keep {
		c.rested = time.Now()
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
