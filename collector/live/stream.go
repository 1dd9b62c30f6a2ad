package live

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
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

	n       uint8               // which try it is, from 1 on
	last    bool                // this is the last one
	taken   map[key]uint8       // and in which try it was seen last
	names   map[uint64]struct{} // hashes of the names of what was taken
	fresh   bool                // the page brought something new
	partial []*unfinished
	waiting int // bytes of these
	answer  answer
}

// hashSeed is that of the names of entries.
var hashSeed = maphash.MakeSeed()

// run reads the task, and says how it ended, in whatever way.
func (s *stream) run(ctx context.Context) {
	err := collector.Safely("searching", func() error { return s.read(ctx) })
	s.r.events <- event{task: s.task, ended: true, err: err, references: s.answer.references}
}

// read reads the task, with several tries if need be.
func (s *stream) read(ctx context.Context) error {
	var err error
	s.taken, s.names = make(map[key]uint8), make(map[uint64]struct{})
	for n := 1; ; n++ {
		s.n, s.last = uint8(n), n == tries
		err = s.try(ctx)
		if err == nil || s.last || !passing(err) || ctx.Err() != nil {
			break
		}
		s.r.options.Log.Warn("again", logSearch, int(s.task.query.ID), logEntries, len(s.taken), logError, err)
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
	if err == nil {
		err = s.answer.reason(s.task.at.now().target.name, len(s.answer.references))
	}
	s.task.at.heard(ctx, err, s.r.options.bounds.silent)
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
	case <-time.After(s.r.options.Pause << (n - 1)):
	}
}

// try reads the search from its start to its end.
func (s *stream) try(ctx context.Context) error {
	s.forget(s.partial)
	s.answer, s.partial, s.waiting, s.conn = answer{}, nil, 0, nil
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
		// After an answer of the server both sides know where they stand; but
		// what is to be tried again is tried on another connection.
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
	empty := 0 // pages in a row
	c.raw.renew()
	if err := c.send(op, controlList(request.Controls)); err != nil {
		return err
	}
	for {
		s.answer.controls, s.fresh = nil, false
		err := c.read(&s.answer, s.task.query.ID, s.entry, s.offer)
		more := false
		if err == nil && asked == nil && len(s.taken) == 0 {
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
		if empty++; s.fresh {
			empty = 0
		}
		if more && empty >= c.in.bounds.pages {
			err = c.wire.fail(exceeds("sent %d pages in a row and nothing new in them", empty))
		}
		early := more && err == nil && len(s.partial) == 0
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
// connection is free to ask for the rest. It reports whether the entry is new
// in this try, and ends a search that brings more than there can be.
func (s *stream) entry(e *collector.Entry) (fresh bool, err error) {
	b := s.conn.in.batch
	k := keyOf(e)
	seen, again := s.taken[k]
	if again {
		s.taken[k] = s.n
		b.drop()
		s.fresh = s.fresh || seen != s.n
		return seen != s.n, nil
	}
	if most := s.task.most(&s.r.options.bounds); len(s.taken) >= most {
		return false, exceeds("sent more than the %d entries that there can be", most)
	}
	name := maphash.String(hashSeed, e.DN)
	if _, other := s.names[name]; other {
		s.answer.sameName.add(e.DN)
		b.drop()
		return false, nil
	}
	if !inScope(e.DN, &s.task.query) {
		s.answer.outside.add(e.DN)
	}
	s.taken[k], s.names[name], s.fresh = s.n, struct{}{}, true
	if !s.task.unannounced && hasRanges(e) {
		s.keep(&unfinished{Entry: clone(e), key: k})
		b.drop()
	}
	return true, nil
}

// keep lets an entry wait for the end of the page. If too much waits there, the
// values that came in part are left out.
func (s *stream) keep(u *unfinished) {
	if s.waiting > s.r.options.bounds.waiting {
		u.strip()
	}
	s.waiting += size(u.Entry)
	s.partial = append(s.partial, u)
}

// forget makes entries such that have not come.
func (s *stream) forget(list []*unfinished) {
	for _, u := range list {
		delete(s.taken, u.key)
		delete(s.names, maphash.String(hashSeed, u.DN))
	}
}

// complete makes the entries whole of which attributes came in part, and hands
// them over. err is why the page broke off. Where the connection is broken,
// they will be read again; in the last try they go as they are.
func (s *stream) complete(ctx context.Context, err error) error {
	waiting := s.partial
	s.partial, s.waiting = nil, 0
	for i, u := range waiting {
		err = errors.Join(err, s.conn.complete(ctx, u, &s.task.query, &s.answer.cut))
		if cause := s.conn.wire.cause(); cause != nil && !errors.As(cause, new(*excess)) && !s.last && ctx.Err() == nil {
			s.forget(waiting[i:])
			return err
		}
		s.give(&batch{entries: []collector.Entry{*u.Entry}}, size(u.Entry) > keepBytes)
		waiting[i] = nil
	}
	return err
}

// give gives a batch to the reading. A large one is waited for until it is
// worked on: many in the queue would take much memory.
func (s *stream) give(b *batch, large bool) {
	e := event{task: s.task, batch: b}
	if large {
		e.done = make(chan struct{})
	}
	s.r.events <- e
	if large {
		<-e.done
	}
}

// offer gives what is decoded to the reading. If that has not come to what it
// was given before, and need not be, there will be more of it next time: the
// end of the page is to be seen, and the next one asked for, while the last is
// worked on.
func (s *stream) offer(must bool) {
	c := s.conn
	if len(c.in.batch.entries) == 0 {
		return
	}
	next := s.r.batch()
	n := c.in.copyRest(next)
	if must {
		s.give(c.in.batch, len(c.in.batch.bytes) > keepBytes)
	} else {
		select {
		case s.r.events <- event{task: s.task, batch: c.in.batch}:
		default:
			s.r.again(next)
			return
		}
	}
	c.in.change(next, n)
}

// hand gives what is decoded to the reading, however long that takes.
func (s *stream) hand() { s.offer(true) }
