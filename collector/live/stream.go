package live

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

// tries is how often a search is begun before it is given up.
const tries = 4

// key tells objects apart: the objectGUID, which is the same on every domain
// controller (MS-ADTS 2.2.1), or a hash of the DN where no GUID is asked for or
// may be seen.
type key [16]byte

func keyOf(e *collector.Entry) key {
	if guid := e.Value("objectGUID"); len(guid) == len(key{}) {
		return key(guid)
	}
	hash := sha256.Sum256([]byte(foldDN(e.DN)))
	return key(hash[:])
}

// stream reads one task and hands what comes to the reading. What goes wrong in
// passing is tried again, on another connection and in the end with another
// domain controller. A paging cookie is worth nothing there (MS-ADTS
// 3.1.1.3.4.1.3: result 53), so the search is read again from its start, and
// entries that were taken already are dropped before anybody sees them: never
// the same one twice, never one less.
type stream struct {
	r    *reading
	task *task
	conn *conn // of this try

	last    bool             // this is the last try
	order   []key            // taken, in order
	taken   map[key]struct{} // the same, once something has gone wrong
	partial []*collector.Entry
	answer  answer
}

// run reads the task, and says how it ended, in whatever way.
func (s *stream) run(ctx context.Context) {
	err := collector.Safely("searching", func() error { return s.read(ctx) })
	s.r.events <- event{task: s.task, ended: true, err: err, references: s.answer.references}
}

// read reads the task, with several tries if need be.
func (s *stream) read(ctx context.Context) error {
	var err error
	for n := 1; ; n++ {
		s.last = n == tries
		err = s.try(ctx)
		if err == nil || s.last || !passing(err) || ctx.Err() != nil {
			break
		}
		s.r.options.Log.Warn("again", logSearch, int(s.task.query.ID), logEntries, len(s.order), logError, err)
		s.remember()
		s.pause(ctx, n)
		if n > 1 {
			s.task.at.leave(ctx, s.conn)
		}
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case s.last && err != nil:
		err = fmt.Errorf("%w (tried %d times)", err, tries)
	}
	if err == nil && s.answer.undecoded > 0 {
		err = &Error{Kind: ErrIncomplete, Err: errEntry,
			Text: fmt.Sprintf("%d entries of %s cannot be decoded", s.answer.undecoded, s.task.at.now().target.name)}
	}
	return err
}

// passing reports whether what went wrong may go well another time.
func passing(err error) bool {
	for _, kind := range []error{ErrBroken, ErrSilent, ErrBusy, ErrUnreachable} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return code(err) == ldap.LDAPResultUnwillingToPerform // a cookie that the server has forgotten
}

// pause waits before the next try: longer each time, so that a server that has
// too much to do is not asked all the more.
func (s *stream) pause(ctx context.Context, n int) {
	select {
	case <-ctx.Done():
	case <-time.After(s.r.options.pause << (n - 1)):
	}
}

// remember makes what was taken searchable.
func (s *stream) remember() {
	if s.taken == nil {
		s.taken = make(map[key]struct{}, len(s.order))
	}
	for _, k := range s.order {
		s.taken[k] = struct{}{}
	}
}

// try reads the search from its start to its end.
func (s *stream) try(ctx context.Context) error {
	s.answer, s.partial, s.conn = answer{}, nil, nil
	c, err := s.task.at.take(ctx)
	if err != nil {
		if s.last || !passing(err) {
			s.task.at.lose(ctx, err)
		}
		return err
	}
	s.conn = c
	c.in.begin(s.r.batch())
	err = collector.Safely("reading its answer", func() error { return s.pages(ctx) })
	s.hand()
	if err != nil {
		err = c.server.explain(ctx, c, err)
		// After an answer of the server both sides know where they stand; but what
		// is to be tried again is tried on another connection.
		c.spoiled = c.spoiled || code(err) == 0 || passing(err)
	}
	s.task.at.give(c, !c.spoiled && ctx.Err() == nil)
	return err
}

// pages asks for one page after the other. The next one is asked for as soon as
// the end of the last has come, before anybody has worked on its entries.
func (s *stream) pages(ctx context.Context) error {
	c := s.conn
	defer c.within(ctx)()
	request := newRequest(c.server, &s.task.query)
	op, err := searchOperation(request)
	if err != nil {
		return err
	}
	asked := paging(request.Controls)
	if err := c.send(op, controlList(request.Controls)); err != nil {
		return err
	}
	for {
		s.answer.controls = nil
		err := c.read(&s.answer, s.task.query.ID, s.entry, s.offer)
		more := false
		if err == nil && asked == nil && len(s.order) == 0 {
			err = fmt.Errorf("%q: %w", request.BaseDN, errNoEntry)
		}
		if err == nil && asked != nil {
			if control := paging(s.answer.controls); control == nil {
				err = errNoPaging
			} else {
				more = len(control.Cookie) > 0
				asked.SetCookie(control.Cookie)
			}
		}
		early := more && len(s.partial) == 0
		if early {
			err = c.send(op, controlList(request.Controls))
		}
		s.hand()
		if err = s.complete(ctx, err); err == nil && more && !early {
			err = c.send(op, controlList(request.Controls))
		}
		if err != nil || !more {
			return err
		}
	}
}

// entry takes an entry into the batch, unless it was taken before. One with
// attributes that came in part waits for the end of the page: then the
// connection is free to ask for the rest.
func (s *stream) entry(e *collector.Entry) {
	b := s.conn.in.batch
	k := keyOf(e)
	if _, again := s.taken[k]; again {
		b.drop()
		return
	}
	if !s.task.unannounced && hasRanges(e) {
		s.partial = append(s.partial, clone(e))
		b.drop()
		return
	}
	s.order = append(s.order, k)
}

// complete makes the entries whole of which attributes came in part, and hands
// them over. err is why the page broke off. Where the connection is broken, they
// will be read again; in the last try they go as they are.
func (s *stream) complete(ctx context.Context, err error) error {
	waiting := s.partial
	s.partial = nil
	for _, e := range waiting {
		err = errors.Join(err, s.conn.complete(ctx, e))
		if s.conn.wire.cause() != nil && !s.last && ctx.Err() == nil {
			return err
		}
		s.order = append(s.order, keyOf(e))
		s.r.events <- event{task: s.task, batch: &batch{entries: []collector.Entry{*e}}}
	}
	return err
}

// offer gives what is decoded to the reading. If that has not come to what it was
// given before, and need not be, there will be more of it next time: the end of
// the page is to be seen, and the next one asked for, while the last is worked on.
func (s *stream) offer(must bool) {
	c := s.conn
	if len(c.in.batch.entries) == 0 {
		return
	}
	next := s.r.batch()
	n := c.in.copyRest(next)
	e := event{task: s.task, batch: c.in.batch}
	if must {
		s.r.events <- e
	} else {
		select {
		case s.r.events <- e:
		default:
			s.r.again(next)
			return
		}
	}
	c.in.change(next, n)
}

// hand gives what is decoded to the reading, however long that takes.
func (s *stream) hand() { s.offer(true) }
