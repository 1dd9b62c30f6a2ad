package live

import (
	"context"
	"errors"
	"fmt"

	"mbxperm/collector"
	"mbxperm/collector/decode"

	"github.com/go-ldap/ldap/v3"
)

// reading is one run of Read or Lookup. It does tasks, several at a time. All
// of its fields, and the functions of its tasks, belong to the goroutine that
// called Read or Lookup; a stream only knows its task and the query.
type reading struct {
	*Source
	sink collector.Sink

	queue   []*task // not begun
	running int
	events  chan event  // from the streams; a few batches for each connection, and no more
	free    chan *batch // to be used again

	partitions  map[string]bool        // naming contexts of the forest, folded
	others      []namedDomain          // its domains, but for the one that was asked for
	moreDomains int                    // beyond these
	named       bool                   // that one is among the partitions too
	stores      map[string]store       // by folded DN
	above       map[*domain]*ancestors // what lies above recipients
	noExchange  error                  // why the organisation could not be found
	found       bool                   // whether there are mailboxes or other recipients, as far as we know
	stampIDs    decode.StampIDs        // of the attributes whose stamps are wanted
}

// task is one search to be done.
type task struct {
	at      *domain // who is asked
	purpose collector.Purpose
	base    string
	scope   collector.Scope
	filter  string
	note    string // what --show-queries says of it

	attributes  []string // asked for
	expect      int      // how many entries it will give, about; 0 where that is not known
	limit       int      // how many entries there can be; 0 where that is not known
	unannounced bool     // the sink hears nothing of it, and values that come in part are left so
	withhold    bool     // the sink gets no entries

	// drop is nil, or says that nobody is to see an entry.
	drop func(*collector.Entry) bool
	// each is nil, or called for each entry before the sink.
	each func(*collector.Entry)
	// check is nil, or looks at a search that was read to the end and says what
	// is missing in it.
	check func() error
	// then is nil, or called after the search has ended, in whatever way. It
	// may add tasks.
	then func(outcome)

	query   collector.Query // as announced
	outcome outcome
}

// outcome is how a search went.
type outcome struct {
	entries int
	err     error // the reason that went into End
}

// none reports whether the search found nothing and it is certain, or was told
// that the very attributes do not exist here.
func (o outcome) none() bool { return o.entries == 0 && o.err == nil }

// most is how many entries the search can give.
func (t *task) most(b *bounds) int {
	switch {
	case t.scope == collector.ScopeBase:
		return 1
	case t.limit > 0:
		return t.limit
	}
	return b.entries
}

// event is what a stream has to say: entries, or its end.
type event struct {
	task  *task
	batch *batch
	done  chan struct{} // nil, or closed when the batch was worked on

	ended      bool
	err        error
	references []string // continuation references met
}

func (s *Source) newReading(sink collector.Sink) *reading {
	ahead := 4 * s.options.Connections
	r := &reading{Source: s, sink: s.logged(sink), events: make(chan event, ahead), free: make(chan *batch, 2*ahead),
		partitions: make(map[string]bool), stores: make(map[string]store), above: make(map[*domain]*ancestors),
		stampIDs: decode.NewStampIDs()}
	for _, dn := range s.home.now().root.contexts {
		r.partitions[foldDN(dn)] = true
	}
	return r
}

// batch returns an empty one.
func (r *reading) batch() *batch {
	select {
	case b := <-r.free:
		b.reset()
		return b
	default:
		return &batch{}
	}
}

// add puts tasks at the end of the queue.
func (r *reading) add(tasks ...*task) { r.queue = append(r.queue, tasks...) }

// addFirst puts tasks at its head: those that people wait for.
func (r *reading) addFirst(tasks ...*task) { r.queue = append(tasks, r.queue...) }

// run does the tasks of the queue, and those that come of them, on as many
// connections as the options allow. The reason why a search broke off is told
// the sink and kept in its outcome; the error is that of a run that cannot go
// on: the context has ended, or the domain that was asked for is lost.
func (r *reading) run(ctx context.Context) error {
	defer r.abandon()
	for {
		for r.running < r.options.Connections && len(r.queue) > 0 && ctx.Err() == nil {
			t := r.queue[0]
			r.queue = r.queue[1:]
			r.begin(ctx, t)
		}
		if r.running == 0 {
			break
		}
		e := <-r.events
		if e.batch != nil {
			r.deliver(e.task, e.batch)
		}
		if e.done != nil {
			close(e.done)
		}
		if e.ended {
			r.running--
			r.end(ctx, e.task, e.err, e.references)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.home.why()
}

// abandon lets streams come to their end of which nobody hears any more,
// because a sink panicked. The context of the read ends with it.
func (r *reading) abandon() {
	if r.running == 0 {
		return
	}
	go func() {
		for r.running > 0 {
			e := <-r.events
			if e.done != nil {
				close(e.done)
			}
			if e.ended {
				r.running--
			}
		}
	}()
}

// begin announces a search and starts its stream. One of a domain that is lost
// ends at once.
func (r *reading) begin(ctx context.Context, t *task) {
	t.query = r.newQuery(t)
	if !t.unannounced {
		r.sink.Begin(t.query)
	}
	if t.expect > 0 {
		r.sink.Expect(t.query.ID, t.expect)
	}
	switch {
	case r.show != nil:
		r.show(t.note, newRequest(t.at.now(), &t.query))
		r.end(ctx, t, nil, nil)
	case t.at.why() != nil:
		r.end(ctx, t, t.at.why(), nil)
	default:
		r.running++
		go (&stream{r: r, task: t}).run(ctx)
	}
}

func (s *Source) newQuery(t *task) collector.Query {
	q := collector.Query{Purpose: t.purpose, Base: t.base, Scope: t.scope, Filter: t.filter, Attributes: t.attributes, Account: t.at.now().account}
	if !t.unannounced {
		s.lastID++
		q.ID = s.lastID
	}
	return q
}

func (r *reading) deliver(t *task, b *batch) {
	for i := range b.entries {
		e := &b.entries[i]
		if t.drop != nil && t.drop(e) {
			continue
		}
		t.outcome.entries++
		if t.each != nil {
			t.each(e)
		}
		if a := e.Attribute(decode.AttrStamps); a != nil && len(a.Values) == 1 {
			a.Values[0] = r.stampIDs.Shorten(a.Values[0])
		}
		if !t.unannounced && !t.withhold {
			r.sink.Entry(e)
		}
	}
	r.again(b)
}

// again keeps a batch for another use.
func (r *reading) again(b *batch) {
	if len(b.bytes) > 0 && len(b.bytes) <= keepBytes && cap(b.values) <= keepValues {
		select {
		case r.free <- b:
		default:
		}
	}
}

// end closes a search. err is why its stream broke off.
func (r *reading) end(ctx context.Context, t *task, err error, references []string) {
	o := &t.outcome
	o.err = err
	if o.err == nil && r.show == nil {
		o.err = r.elsewhere(t, references)
	}
	if o.err == nil && t.check != nil && r.show == nil {
		o.err = t.check()
	}
	if o.err != nil && o.entries > 0 && !errors.Is(o.err, ErrNotVisible) {
		o.err = fmt.Errorf("after %d entries: %w", o.entries, o.err)
	}
	if code(o.err) == ldap.LDAPResultNoSuchObject && t.purpose == decode.Stores.Purpose {
		o.err = t.missingExchange(o.err)
		r.noExchange = o.err
	}
	if !t.unannounced {
		r.sink.End(t.query.ID, o.err)
	}
	if t.then != nil && ctx.Err() == nil {
		t.then(*o)
	}
}
