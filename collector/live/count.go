package live

import (
	"context"

	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

// counting finds out how many mailboxes there are while other searches run, so
// that progress has a goal. It reads keys only ("1.1", RFC 4511 4.5.1.8) on a
// connection of its own. It is a convenience: if it breaks off, nobody is told.
type counting struct {
	result chan int
	cancel context.CancelFunc
	done   chan struct{}
	query  collector.QueryID // of the search that is counted; 0 until it has begun
}

// startCount begins to count.
func (s *Source) startCount(ctx context.Context) *counting {
	ctx, cancel := context.WithCancel(ctx)
	k := &counting{result: make(chan int, 1), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(k.done)
		if n, err := s.countMailboxes(ctx); err == nil {
			k.result <- n
		}
	}()
	return k
}

func (s *Source) countMailboxes(ctx context.Context) (int, error) {
	c, err := s.home.now().another(ctx)
	if err != nil {
		return 0, err
	}
	defer c.close()
	n := 0
	p := newPages(c.server, c, s.countQuery())
	for !p.last {
		if err := p.next(ctx, func(*ldap.Entry) { n++ }); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (s *Source) countQuery() *collector.Query {
	return &collector.Query{Base: s.home.now().root.domain, Scope: collector.ScopeSub, Filter: collector.FilterMailboxes, Attributes: []string{"1.1"}}
}

// begun notes the search that the number is for.
func (k *counting) begun(q *collector.Query) {
	if q.Purpose == collector.PurposeMailboxes {
		k.query = q.ID
	}
}

// report hands the number to the sink once it is known. It is called by the
// goroutine of Read, for a sink is called by nobody else.
func (k *counting) report(sink collector.Sink) {
	if k.query == 0 {
		return
	}
	select {
	case n := <-k.result:
		sink.Expect(k.query, n)
	default:
	}
}

// stop ends the counting and waits until its connection is closed.
func (k *counting) stop() {
	if k.cancel != nil {
		k.cancel()
		<-k.done
	}
}
