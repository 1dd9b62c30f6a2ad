package demo

import (
	"context"
	"errors"
	"slices"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

var errClosed = errors.New("demo: closed")

// session is one call of Read or Lookup.
type session struct {
	ctx    context.Context
	source *Source
	sink   collector.Sink
	entry  entry
}

// Read delivers the organisation, search by search.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	r := &session{ctx: ctx, source: s, sink: sink}
	for _, search := range s.world.searches() {
		if err := r.run(search); err != nil {
			return err
		}
	}
	return nil
}

// search is a question, and the entries that answer it.
type search struct {
	query collector.Query
	count int
	write func(e *entry, k int)
}

// run answers one search. A cancelled one ends with its reason.
func (r *session) run(s search) error {
	if err := r.stopped(); err != nil {
		return err
	}
	q := r.ask(s.query)
	r.sink.Expect(q.ID, s.count)
	stamped := q.Asked(decode.AttrStamps)
	for k := range s.count {
		if err := r.stopped(); err != nil {
			r.sink.End(q.ID, err)
			return err
		}
		r.entry.reset()
		s.write(&r.entry, k)
		if stamped {
			r.entry.stampOther(r.source.world)
		}
		r.entry.Query = q.ID
		r.sink.Entry(&r.entry.Entry)
	}
	r.sink.End(q.ID, nil)
	return nil
}

// ask opens a search.
func (r *session) ask(q collector.Query) collector.Query {
	r.source.nextID++
	q.ID = r.source.nextID
	q.Account = account
	r.sink.Begin(q)
	return q
}

// stopped says why to go no further, or nil. It is asked before every entry,
// since a sink may take its time.
func (r *session) stopped() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.source.closed.Load() {
		return errClosed
	}
	return nil
}

// searches lists what Read does, in the order of a live directory.
func (w *world) searches() []search {
	schema, rights := schemaObjects(), rightObjects()
	list := []search{
		{ask(decode.RootDSE), 1, func(e *entry, _ int) { e.rootDSE(w) }},
		{ask(decode.Partitions), len(crossRefs),
			func(e *entry, k int) { e.crossRef(k) }},
		{ask(decode.AttributeIDs), 1, func(e *entry, _ int) { e.attributeID() }},
		{ask(decode.Controllers), 2, (*entry).controller},
		{ask(decode.Schema), len(schema) + 1, func(e *entry, k int) {
			if k == len(schema) {
				e.schemaVersion()
			} else {
				e.schemaObject(&schema[k])
			}
		}},
		{ask(decode.Rights), len(rights),
			func(e *entry, k int) { e.right(&rights[k]) }},
	}
	list = append(list, w.exchangeSearches()...)
	list = append(list, w.recipientSearches()...)
	list = append(list, w.byName(decode.Containers, w.containers)...)
	list = append(append(list, w.principalSearches()...), w.roleSearch(), w.doorSearch())
	for _, s := range decode.Searches() { // what else a directory is asked, this one has none of
		known := func(l search) bool { return l.query.Purpose == s.Purpose }
		if s.Stage != collector.Apart && !slices.ContainsFunc(list, known) {
			list = append(list, search{query: ask(s)})
		}
	}
	return append(list, w.logSearch())
}

// principalSearches asks for what has a SID and no mail address: groups with
// their descriptors, and everything else without.
func (w *world) principalSearches() []search {
	var groups, others []*principal
	for _, p := range w.static {
		if p.group != "" {
			groups = append(groups, p)
		} else {
			others = append(others, p)
		}
	}
	own := encode(0, recipientManagement, domainUsers, groupDefaults)
	team := encode(acl.DACLAutoInherited, recipientManagement, domainUsers, groupDefaults, inherit(w.teamsOU.dacl, groupClass))
	return []search{
		{ask(decode.Groups), len(groups) + w.teams,
			func(e *entry, k int) {
				if k < len(groups) {
					e.principal(w, groups[k])
					e.put("nTSecurityDescriptor", own)
				} else {
					e.team(w, k-len(groups))
					e.put("nTSecurityDescriptor", team)
				}
			}},
		{ask(decode.Principals), len(others) + w.computers,
			func(e *entry, k int) {
				if k < len(others) {
					e.principal(w, others[k])
					if p := others[k]; p.uac != "" {
						d := dice(w.draw(streamHabit, 1<<30+int(p.who.rid)))
						e.lastLogon(&d, p.who == svcBackup)
					}
				} else {
					e.computer(w, k-len(others))
				}
			}},
		{ask(decode.Trusts), len(trusts),
			func(e *entry, k int) { e.trust(k) }},
	}
}

// root are the partitions of the demo's forest.
var root = collector.Root{Domain: domainDN, Configuration: configDN, Schema: schemaDN}

// ask puts a search to this organisation.
func ask(s collector.Search) collector.Query {
	return collector.Query{Purpose: s.Purpose, Base: s.Base(root), Scope: s.Scope, Filter: s.Filter, Attributes: s.Attributes}
}

// exchangeSearches asks for the stores, the organisation and its servers, and
// then for the containers around them.
func (w *world) exchangeSearches() []search {
	var servers, others []*node
	for _, n := range w.config {
		switch string(n.classes[len(n.classes)-1]) {
		case "msExchOrganizationContainer", "msExchExchangeServer":
			servers = append(servers, n)
		default:
			others = append(others, n)
		}
	}
	return append([]search{
		{ask(decode.Stores), w.databases + 2, func(e *entry, k int) {
			switch k {
			case 0:
				e.node(w, w.legacyStore)
			case 1:
				e.node(w, w.publicStore)
			default:
				e.database(w, k-2)
			}
		}},
		{ask(decode.Servers), len(servers),
			func(e *entry, k int) { e.node(w, servers[k]) }},
	}, w.byName(decode.AboveStores, others)...)
}

// recipientSearches asks for everything with a mail address.
func (w *world) recipientSearches() []search {
	// Accounts that may expire are not asked for today; where they are, we
	// answer.
	expires := (&collector.Query{Attributes: decode.Mailboxes.Attributes}).Asked("accountExpires")
	sds := w.recipientDescriptors()
	delegating := w.delegating()
	return []search{
		{ask(decode.Mailboxes), w.n + w.mailUsers,
			func(e *entry, k int) {
				p := w.personAt(k)
				e.mailbox(w, &p, expires)
			}},
		{ask(decode.DelegateStamps), len(delegating), func(e *entry, k int) { e.delegateStamps(w, int(delegating[k])) }},
		{ask(decode.Recipients), w.lists + w.contacts + w.dynamics + w.folders,
			func(e *entry, k int) {
				switch {
				case k < w.lists:
					e.list(w, k, sds)
				case k < w.lists+w.contacts:
					e.contact(w, k-w.lists, sds)
				case k < w.lists+w.contacts+w.dynamics:
					e.dynamic(w, k-w.lists-w.contacts, sds)
				default:
					e.folder(w, k-w.lists-w.contacts-w.dynamics, sds)
				}
			}},
	}
}

// byName asks for containers by their DNs, some in each filter.
func (w *world) byName(by collector.Search, nodes []*node) []search {
	var list []search
	for batch := range slices.Chunk(nodes, lookupBatch) {
		names := make([]string, len(batch))
		for i, n := range batch {
			names[i] = n.dn
		}
		by.Filter = decode.NamesFilter(names)
		list = append(list, search{ask(by), len(batch),
			func(e *entry, k int) { e.node(w, batch[k]) }})
	}
	return list
}
