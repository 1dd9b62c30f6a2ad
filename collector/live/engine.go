package live

import (
	"context"
	"errors"
	"fmt"

	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

// reading is one run of Read or Lookup. It does tasks, several at a time. All
// of its fields, and the functions of its tasks, belong to the goroutine that
// called Read or Lookup; a stream only knows its task and the query.
type reading struct {
	*Source
	sink  collector.Sink
	count *counting

	queue   []*task // not begun
	running int
	events  chan event // from the streams

	partitions map[string]bool // naming contexts of the forest, folded
	recipients *ancestors
	noExchange error // why the organisation could not be found
	found      bool  // whether there are mailboxes or other recipients, as far as we know
}

// task is one search to be done.
type task struct {
	at      *domain // who is asked
	purpose collector.Purpose
	base    string
	scope   collector.Scope
	filter  string

	// each is nil, or called for each entry before the sink.
	each func(*collector.Entry)
	// check is nil, or looks at a search that was read to the end and says what
	// is missing in it.
	check func() error
	// then is nil, or called after the search has ended, in whatever way. It may
	// add tasks.
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

// event is what a stream has to say: an entry, or its end.
type event struct {
	task  *task
	entry *collector.Entry

	ended     bool
	err       error
	referrals []string // continuation references met
}

func (s *Source) newReading(sink collector.Sink) *reading {
	r := &reading{Source: s, sink: s.logged(sink), count: &counting{}, events: make(chan event), partitions: make(map[string]bool)}
	for _, dn := range s.home.now().root.contexts {
		r.partitions[foldDN(dn)] = true
	}
	return r
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
		if e.entry != nil {
			r.deliver(e.task, e.entry)
		}
		if e.ended {
			r.running--
			r.end(ctx, e.task, e.err, e.referrals)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.home.why()
}

// begin announces a search and starts its stream. One of a domain that is lost
// ends at once.
func (r *reading) begin(ctx context.Context, t *task) {
	t.query = r.newQuery(t)
	r.sink.Begin(t.query)
	r.count.begun(&t.query)
	switch {
	case r.show != nil:
		r.show(newPages(t.at.now(), nil, &t.query).request)
		r.end(ctx, t, nil, nil)
	case t.at.why() != nil:
		r.end(ctx, t, t.at.why(), nil)
	default:
		r.running++
		go r.stream(ctx, t)
	}
}

func (s *Source) newQuery(t *task) collector.Query {
	s.lastID++
	return collector.Query{ID: s.lastID, Purpose: t.purpose, Base: t.base, Scope: t.scope, Filter: t.filter,
		Attributes: collector.Attributes(t.purpose), Account: t.at.now().account}
}

func (r *reading) deliver(t *task, e *collector.Entry) {
	t.outcome.entries++
	if t.each != nil {
		t.each(e)
	}
	r.sink.Entry(e)
	r.count.report(r.sink)
}

// end closes a search. err is why its stream broke off.
func (r *reading) end(ctx context.Context, t *task, err error, referrals []string) {
	o := &t.outcome
	o.err = err
	if o.err == nil && r.show == nil {
		o.err = r.elsewhere(t, referrals)
	}
	if o.err == nil && t.check != nil && r.show == nil {
		o.err = t.check()
	}
	if o.err != nil && o.entries > 0 && !errors.Is(o.err, ErrNotVisible) {
		o.err = fmt.Errorf("after %d entries: %w", o.entries, o.err)
	}
	if code(o.err) == ldap.LDAPResultNoSuchObject && t.purpose == collector.PurposeExchange {
		o.err = t.missingExchange(o.err)
		r.noExchange = o.err
	}
	r.sink.End(t.query.ID, o.err)
	if t.then != nil && ctx.Err() == nil {
		t.then(*o)
	}
}

// stream reads a search on a connection of its own. What comes goes to run,
// page by page.
func (r *reading) stream(ctx context.Context, t *task) {
	end := event{task: t, ended: true}
	defer func() { r.events <- end }()
	c, err := t.at.take(ctx)
	if err != nil {
		end.err = err
		if ctx.Err() == nil {
			t.at.lose(err)
		}
		return
	}
	p := newPages(c.server, c, &t.query)
	for !p.last && end.err == nil {
		end.err = r.page(ctx, p, t)
	}
	end.referrals = p.referrals
	// After an answer of the server both sides know where they stand.
	t.at.give(c, !c.spoiled && ctx.Err() == nil)
}

// page reads one page. Entries with attributes that came in part wait for its
// end: then the connection is free to ask for the rest.
func (r *reading) page(ctx context.Context, p *pages, t *task) error {
	var partial []*collector.Entry
	err := p.next(ctx, func(e *ldap.Entry) {
		out := entry(t.query.ID, e)
		if hasRanges(e) {
			partial = append(partial, out)
			return
		}
		r.events <- event{task: t, entry: out}
	})
	if err != nil {
		err = p.conn.server.explain(ctx, p.conn, err)
		p.conn.spoiled = p.conn.spoiled || code(err) == 0
	}
	for _, e := range partial {
		p.conn.complete(ctx, e)
		r.events <- event{task: t, entry: e}
	}
	return err
}

// entry makes an event of an entry. The values are those that came over the
// wire, not copied and not changed.
func entry(id collector.QueryID, e *ldap.Entry) *collector.Entry {
	out := &collector.Entry{Query: id, DN: e.DN, Attributes: make([]collector.Attribute, 0, len(e.Attributes))}
	for _, a := range e.Attributes {
		out.Attributes = append(out.Attributes, collector.Attribute{Name: a.Name, Values: a.ByteValues})
	}
	return out
}
