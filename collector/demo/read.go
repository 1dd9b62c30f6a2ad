package demo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
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
	for k := range s.count {
		if err := r.stopped(); err != nil {
			r.sink.End(q.ID, err)
			return err
		}
		r.entry.reset()
		s.write(&r.entry, k)
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
	q.Attributes = collector.Attributes(q.Purpose)
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

// Filters of the searches whose objects have no name in collector.
const (
	filterForest  = "(objectClass=crossRef)"
	filterSchema  = "(|(objectClass=attributeSchema)(objectClass=classSchema))"
	filterRights  = "(objectClass=controlAccessRight)"
	filterServers = "(|(objectClass=msExchOrganizationContainer)(objectClass=msExchExchangeServer))"
)

// searches lists what Read does, in the order of a live directory.
func (w *world) searches() []search {
	schema, rights := schemaObjects(), rightObjects()
	list := []search{
		{ask(collector.PurposeRootDSE, "", collector.ScopeBase, "(objectClass=*)"), 1, func(e *entry, _ int) { e.rootDSE(w) }},
		{ask(collector.PurposeForest, "CN=Partitions,"+configDN, collector.ScopeOne, filterForest), len(crossRefs),
			func(e *entry, k int) { e.crossRef(k) }},
		{ask(collector.PurposeSchema, schemaDN, collector.ScopeOne, filterSchema), len(schema) + 1, func(e *entry, k int) {
			if k == len(schema) {
				e.schemaVersion()
			} else {
				e.schemaObject(&schema[k])
			}
		}},
		{ask(collector.PurposeRights, rightsDN, collector.ScopeOne, filterRights), len(rights),
			func(e *entry, k int) { e.right(&rights[k]) }},
	}
	list = append(list, w.exchangeSearches()...)
	list = append(list, w.recipientSearches()...)
	list = append(list, w.byName(collector.PurposeContainers, domainDN, w.containers)...)
	return append(list, w.principalSearches()...)
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
		{ask(collector.PurposeGroups, domainDN, collector.ScopeSub, collector.FilterGroups), len(groups) + w.teams,
			func(e *entry, k int) {
				if k < len(groups) {
					e.principal(w, groups[k])
					e.put("nTSecurityDescriptor", own)
				} else {
					e.team(w, k-len(groups))
					e.put("nTSecurityDescriptor", team)
				}
			}},
		{ask(collector.PurposePrincipals, domainDN, collector.ScopeSub, collector.FilterPrincipals), len(others) + w.computers,
			func(e *entry, k int) {
				if k < len(others) {
					e.principal(w, others[k])
				} else {
					e.computer(w, k-len(others))
				}
			}},
		{ask(collector.PurposeTrusts, domainDN, collector.ScopeSub, collector.FilterTrusts), len(trusts),
			func(e *entry, k int) { e.trust(k) }},
	}
}

func ask(p collector.Purpose, base string, scope collector.Scope, filter string) collector.Query {
	return collector.Query{Purpose: p, Base: base, Scope: scope, Filter: filter}
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
		{ask(collector.PurposeExchange, rootDN, collector.ScopeSub, collector.FilterStores), w.databases + 2, func(e *entry, k int) {
			switch k {
			case 0:
				e.node(w, w.legacyStore)
			case 1:
				e.node(w, w.publicStore)
			default:
				e.database(w, k-2)
			}
		}},
		{ask(collector.PurposeExchange, rootDN, collector.ScopeSub, filterServers), len(servers),
			func(e *entry, k int) { e.node(w, servers[k]) }},
	}, w.byName(collector.PurposeExchange, servicesDN, others)...)
}

// recipientSearches asks for everything with a mail address.
func (w *world) recipientSearches() []search {
	// Accounts that may expire are not asked for today; where they are, we answer.
	expires := (&collector.Query{Attributes: collector.Attributes(collector.PurposeMailboxes)}).Asked("accountExpires")
	listSD := encode(acl.DACLAutoInherited, recipientManagement, domainUsers, groupDefaults, inherit(w.listsOU.dacl, groupClass))
	contactSD := encode(acl.DACLAutoInherited, recipientManagement, domainUsers, contactDefaults, inherit(w.contactsOU.dacl, contactClass))
	return []search{
		{ask(collector.PurposeMailboxes, domainDN, collector.ScopeSub, collector.FilterMailboxes), w.n + w.mailUsers,
			func(e *entry, k int) {
				p := w.personAt(k)
				e.mailbox(w, &p, expires)
			}},
		{ask(collector.PurposeRecipients, domainDN, collector.ScopeSub, collector.FilterRecipients), w.lists + w.contacts,
			func(e *entry, k int) {
				if k < w.lists {
					e.list(w, k, listSD)
				} else {
					e.contact(w, k-w.lists, contactSD)
				}
			}},
	}
}

// byName asks for containers by their DNs, some in each filter.
func (w *world) byName(p collector.Purpose, base string, nodes []*node) []search {
	var list []search
	for batch := range slices.Chunk(nodes, lookupBatch) {
		var filter strings.Builder
		filter.WriteString("(|")
		for _, n := range batch {
			filter.WriteString("(distinguishedName=")
			escapeFilter(&filter, n.dn)
			filter.WriteByte(')')
		}
		filter.WriteByte(')')
		list = append(list, search{ask(p, base, collector.ScopeSub, filter.String()), len(batch),
			func(e *entry, k int) { e.node(w, batch[k]) }})
	}
	return list
}

// escapeFilter writes a value into a filter (RFC 4515 3).
func escapeFilter(b *strings.Builder, value string) {
	const hex = "0123456789abcdef"
	for _, c := range []byte(value) {
		switch {
		case c == '(' || c == ')' || c == '*' || c == '\\' || c < 0x20 || c >= 0x7F:
			b.Write([]byte{'\\', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
}
