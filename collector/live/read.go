package live

import (
	"context"
	"errors"
	"fmt"

	"mbxperm/collector"

	"github.com/go-ldap/ldap/v3"
)

// namesPerFilter is how many objects one filter asks for by name or SID: few
// round trips, and a filter of some ten kilobytes at most.
const namesPerFilter = 50

// reading is one run of Read.
type reading struct {
	*Source
	sink  collector.Sink
	count *counting

	partitions map[string]bool // naming contexts of the forest, folded
	recipients *ancestors
	noExchange error // why the organisation could not be found
}

// task is one search to be done.
type task struct {
	purpose collector.Purpose
	base    string
	scope   collector.Scope
	filter  string
	each    func(*collector.Entry) // nil, or called for each entry before the sink
	// check is nil, or looks at a search that was read to the end and says
	// what is missing in it.
	check func() error
}

// Read delivers the domain; see the package comment. A search that breaks off
// is reported through End and the next one is begun on a new connection. Read
// itself returns an error when ctx has ended, when the source was closed, when
// the server cannot be reached any more, and, as ErrNoExchange, when there is
// neither an Exchange organisation nor a mailbox.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	ctx, cancel := s.join(ctx)
	defer cancel()
	r := &reading{Source: s, sink: s.logged(sink), partitions: make(map[string]bool), recipients: newAncestors(s.root.domain)}
	for _, dn := range s.root.contexts {
		r.partitions[foldDN(dn)] = true
	}
	r.count = &counting{}
	if s.show == nil {
		r.count = s.startCount(ctx)
		defer r.count.stop()
	}
	for _, step := range []func(context.Context) error{
		r.readRootDSE, r.readForest, r.readSchema, r.readRights, r.readExchange, r.readPeople, r.readContainers, r.readPrincipals,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) readForest(ctx context.Context) error {
	_, err := r.search(ctx, task{purpose: collector.PurposeForest, base: "CN=Partitions," + r.root.configuration,
		scope: collector.ScopeOne, filter: "(objectClass=crossRef)",
		each: func(e *collector.Entry) { r.partitions[foldDN(e.Text("nCName"))] = true }})
	return err
}

func (r *reading) readSchema(ctx context.Context) error {
	_, err := r.search(ctx, task{purpose: collector.PurposeSchema, base: r.root.schema,
		scope: collector.ScopeOne, filter: "(|(objectClass=attributeSchema)(objectClass=classSchema))"})
	return err
}

func (r *reading) readRights(ctx context.Context) error {
	_, err := r.search(ctx, task{purpose: collector.PurposeRights, base: "CN=Extended-Rights," + r.root.configuration,
		scope: collector.ScopeOne, filter: "(objectClass=controlAccessRight)"})
	return err
}

// readExchange reads the stores, the organisation and its servers, and then by
// name what else lies above these: the first search cannot know how deep they
// are, 2007 and 2010 differ in it.
func (r *reading) readExchange(ctx context.Context) error {
	services := "CN=Services," + r.root.configuration
	exchange := "CN=Microsoft Exchange," + services
	above := newAncestors(services)
	done, err := r.search(ctx, task{purpose: collector.PurposeExchange, base: exchange, scope: collector.ScopeSub,
		filter: collector.FilterStores, each: func(e *collector.Entry) { above.above(e.DN) }})
	if err != nil || code(done.err) == ldap.LDAPResultNoSuchObject {
		// Without the container there is nothing to ask for below it. Whether
		// this means "no Exchange" is decided when the mailboxes were asked for.
		return err
	}
	delivered := make(map[string]bool)
	_, err = r.search(ctx, task{purpose: collector.PurposeExchange, base: exchange, scope: collector.ScopeSub,
		filter: "(|(objectClass=msExchOrganizationContainer)(objectClass=msExchExchangeServer))",
		each: func(e *collector.Entry) {
			delivered[foldDN(e.DN)] = true
			above.above(e.DN) // since 2010 no store lies below a server, and CN=Servers above it holds entries too
		}})
	if err != nil {
		return err
	}
	above.add(exchange)
	above.add(services)
	return r.readNames(ctx, collector.PurposeExchange, services, above.remove(delivered))
}

// readPeople reads mailboxes and other recipients. Where neither they nor the
// organisation exist for this account, there is nothing to show.
func (r *reading) readPeople(ctx context.Context) error {
	up := func(e *collector.Entry) { r.recipients.above(e.DN) }
	mailboxes, err := r.search(ctx, task{purpose: collector.PurposeMailboxes, base: r.root.domain, scope: collector.ScopeSub,
		filter: collector.FilterMailboxes, each: up})
	r.count.stop()
	if err != nil {
		return err
	}
	recipients, err := r.search(ctx, task{purpose: collector.PurposeRecipients, base: r.root.domain, scope: collector.ScopeSub,
		filter: collector.FilterRecipients, each: up})
	if err != nil {
		return err
	}
	if r.noExchange != nil && mailboxes.none() && recipients.none() {
		return r.noExchange
	}
	return nil
}

// readContainers reads what lies above the recipients, since an inherited ACE
// is set on one of these, and AdminSDHolder, whose ACL AD writes over that of
// protected accounts (MS-ADTS 3.1.1.6.1).
func (r *reading) readContainers(ctx context.Context) error {
	r.recipients.add(r.root.domain)
	r.recipients.add("CN=AdminSDHolder,CN=System," + r.root.domain)
	return r.readNames(ctx, collector.PurposeContainers, r.root.domain, r.recipients.names)
}

func (r *reading) readPrincipals(ctx context.Context) error {
	for _, t := range []task{
		{purpose: collector.PurposeGroups, filter: collector.FilterGroups},
		{purpose: collector.PurposePrincipals, filter: collector.FilterPrincipals},
	} {
		t.base, t.scope = r.root.domain, collector.ScopeSub
		if _, err := r.search(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// readNames reads objects by DN, some at a time. All of them are known to
// exist, so one that does not come is missed.
func (r *reading) readNames(ctx context.Context, purpose collector.Purpose, base string, dns []string) error {
	for len(dns) > 0 {
		batch := dns[:min(namesPerFilter, len(dns))]
		dns = dns[len(batch):]
		missing := make(map[string]string, len(batch))
		for _, dn := range batch {
			missing[foldDN(dn)] = dn
		}
		_, err := r.search(ctx, task{purpose: purpose, base: base, scope: collector.ScopeSub, filter: namesFilter(batch),
			each: func(e *collector.Entry) { delete(missing, foldDN(e.DN)) },
			check: func() error {
				for _, dn := range batch {
					if missing[foldDN(dn)] != "" {
						return r.notVisible(dn, len(missing))
					}
				}
				return nil
			}})
		if err != nil {
			return err
		}
	}
	return nil
}

// readRootDSE delivers the rootDSE, read anew: a run shows what holds now.
func (r *reading) readRootDSE(ctx context.Context) error {
	q := r.begin(task{purpose: collector.PurposeRootDSE, scope: collector.ScopeBase, filter: filterAll})
	if r.show != nil {
		r.show(baseRequest("", q.Attributes))
		return nil
	}
	c, err := r.connection(ctx)
	if err != nil {
		r.sink.End(q.ID, err)
		return err
	}
	e, err := c.base(ctx, "", q.Attributes)
	if err != nil {
		err = r.explain(ctx, c, err)
		r.settle(ctx, c, err)
		r.sink.End(q.ID, err)
		return context.Cause(ctx)
	}
	r.sink.Entry(entry(q.ID, e))
	r.sink.End(q.ID, nil)
	return nil
}

// begin announces a search under a new ID.
func (s *Source) query(t task) *collector.Query {
	s.lastID++
	return &collector.Query{ID: s.lastID, Purpose: t.purpose, Base: t.base, Scope: t.scope, Filter: t.filter,
		Attributes: collector.Attributes(t.purpose), Account: s.account}
}

func (r *reading) begin(t task) *collector.Query {
	q := r.query(t)
	r.sink.Begin(*q)
	return q
}

// outcome is how a search went.
type outcome struct {
	entries int
	err     error // the reason that went into End
}

// none reports whether the search found nothing and it is certain, or was told
// that the very attributes do not exist here.
func (o outcome) none() bool { return o.entries == 0 && o.err == nil }

// search does one task from Begin to End. The error is for what ends the whole
// run; the reason why this one search broke off is in the outcome.
func (r *reading) search(ctx context.Context, t task) (outcome, error) {
	q := r.begin(t)
	r.count.begun(q)
	var o outcome
	if r.show != nil {
		r.show(r.newPages(nil, q).request)
		return o, nil
	}
	c, err := r.connection(ctx)
	if err != nil {
		o.err = err
		r.sink.End(q.ID, err)
		return o, err
	}
	p := r.newPages(c, q)
	for !p.last && o.err == nil {
		o.err = r.page(ctx, p, q, t, &o)
	}
	if o.err == nil {
		o.err = r.elsewhere(p.referrals)
	}
	if o.err == nil && t.check != nil {
		o.err = t.check()
	}
	if o.err != nil && o.entries > 0 && !errors.Is(o.err, ErrNotVisible) {
		o.err = fmt.Errorf("after %d entries: %w", o.entries, o.err)
	}
	if code(o.err) == ldap.LDAPResultNoSuchObject && t.purpose == collector.PurposeExchange {
		o.err = r.missingExchange(t.base, o.err)
		r.noExchange = o.err
	}
	r.sink.End(q.ID, o.err)
	return o, context.Cause(ctx)
}

// page reads and delivers one page. Entries with attributes that came in part
// wait for the end of the page: then the connection is free to ask for the rest.
func (r *reading) page(ctx context.Context, p *pages, q *collector.Query, t task, o *outcome) error {
	deliver := func(e *collector.Entry) {
		o.entries++
		if t.each != nil {
			t.each(e)
		}
		r.sink.Entry(e)
		r.count.report(r.sink)
	}
	var partial []*ldap.Entry
	err := p.next(ctx, func(e *ldap.Entry) {
		if hasRanges(e) {
			partial = append(partial, e)
			return
		}
		deliver(entry(q.ID, e))
	})
	if err != nil {
		err = r.explain(ctx, p.conn, err)
		r.settle(ctx, p.conn, err)
	}
	for _, e := range partial {
		full := entry(q.ID, e)
		r.complete(ctx, p.conn, full)
		deliver(full)
	}
	return err
}

// settle gives up the connection after an error, unless the error is an answer
// of the server: then both sides know where they stand.
func (s *Source) settle(ctx context.Context, c *conn, err error) {
	if code(err) == 0 || ctx.Err() != nil {
		s.drop(c)
	}
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
