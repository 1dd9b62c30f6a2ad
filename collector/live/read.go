package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// namesPerFilter is how many objects one filter asks for by name or SID: few
// round trips, and a filter of some ten kilobytes at most.
const namesPerFilter = 50

// Read delivers the forest; see the package comment. A search that breaks off
// is reported through End. Read itself returns an error when ctx has ended,
// when the source was closed, when the server cannot be reached any more, and,
// as ErrNoExchange, when there is neither an Exchange organisation nor a
// mailbox.
//
// It goes in steps, since each needs to know what the one before brought: the
// partitions, which are the domains; everything that is asked for by filter, in
// the domain that was asked for and then in the others, whose domain
// controllers are looked for meanwhile; and what lies above the recipients, by
// name.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	ctx, cancel := s.join(ctx)
	defer cancel()
	r := s.newReading(sink)
	r.readForest()
	if err := r.run(ctx); err != nil {
		return err
	}
	if err := r.readDomains(ctx); err != nil {
		return err
	}
	if r.noExchange != nil && !r.found {
		return r.noExchange
	}
	r.readContainers()
	return r.run(ctx)
}

// readDomains reads what is asked for by filter: the configuration, and every
// domain, or all of them from a global catalog.
func (r *reading) readDomains(ctx context.Context) error {
	if r.options.Catalog {
		d := r.openCatalog(ctx)
		r.readExchange(d)
		r.readConfiguration()
		r.readDomain(d)
		err := r.run(ctx)
		r.keepOthers(d)
		return err
	}
	others := r.openOthers(ctx, r.others)
	r.readExchange(r.home)
	r.readConfiguration()
	r.readDomain(r.home)
	err := r.run(ctx)
	found := others()
	if err != nil {
		return err
	}
	r.readOthers(found)
	return r.run(ctx)
}

// readForest reads the rootDSE anew, for a run shows what holds now, and the
// partitions of the forest, and the numbers of attributes that entries are shortened by.
func (r *reading) readForest() {
	partitions := r.ask(r.home, decode.Partitions)
	partitions.each, partitions.check = r.crossRef, r.checkForest
	ids := r.ask(r.home, decode.AttributeIDs)
	ids.each = r.stampIDs.Learn
	r.add(r.ask(r.home, decode.RootDSE), partitions, ids)
}

// readConfiguration reads what all domains share: the names of attributes,
// classes and rights.
func (r *reading) readConfiguration() { r.addAll(r.home, collector.OfForest) }

// addAll adds every search of a stage.
func (r *reading) addAll(d *domain, stage collector.Stage) {
	for _, s := range decode.Searches() {
		if s.Stage == stage {
			r.add(r.ask(d, s))
		}
	}
}

// ask is the task that puts a search to a domain.
func (r *reading) ask(d *domain, s collector.Search) *task {
	return &task{at: d, purpose: s.Purpose, base: s.Base(r.root(d)), scope: s.Scope, filter: s.Filter, attributes: s.Attributes}
}

// root names the partitions as a domain searches them: all share those of the
// configuration, and a global catalog has no domain of its own.
func (r *reading) root(d *domain) collector.Root {
	home := r.home.now().root
	return collector.Root{Domain: d.base(), Configuration: home.configuration, Schema: home.schema}
}

// filterPrivateStores finds the stores that mailboxes are in.
const filterPrivateStores = "(objectClass=msExchPrivateMDB)"

// readExchange reads the stores, then the organisation and its servers, and
// then by name what else lies above these: the first searches cannot know how
// deep they are, 2007 and 2010 differ in it. When the stores are known, the
// mailboxes of the domain are read.
func (r *reading) readExchange(people *domain) {
	services := decode.AboveStores.Base(r.root(r.home))
	above := newAncestors(&r.options.bounds, services)
	delivered := make(map[string]bool)
	stores := r.ask(r.home, decode.Stores)
	stores.each = func(e *collector.Entry) {
		delivered[foldDN(e.DN)] = true // a store lies above its copies
		above.above(e.DN)
		if slices.ContainsFunc(e.Values("objectClass"), isPrivateStore) {
			r.stores[foldDN(e.DN)] = store{dn: e.DN}
		}
	}
	servers := r.ask(r.home, decode.Servers)
	servers.each = func(e *collector.Entry) {
		delivered[foldDN(e.DN)] = true
		above.above(e.DN) // since 2010 no store lies below a server, and CN=Servers above it holds entries too
	}
	stores.then = func(o outcome) {
		// Without the container there is nothing to ask for below it. Whether
		// this means "no Exchange" is decided when the mailboxes were asked
		// for.
		if !errors.Is(o.err, ErrNoExchange) {
			r.addFirst(servers)
			r.add(r.ask(r.home, decode.StoreLinks), r.ask(r.home, decode.Roles), r.ask(r.home, decode.Doors))
		}
		r.readMailboxes(people)
	}
	servers.then = func(outcome) {
		above.add(servers.base)
		above.add(services)
		r.addFirst(r.names(r.home, decode.AboveStores, above.remove(delivered), above.over)...)
	}
	r.add(stores)
}

func isPrivateStore(class []byte) bool { return strings.EqualFold(string(class), "msExchPrivateMDB") }

// readDomain reads other recipients than mailboxes, and whatever else a domain
// is asked by filter.
func (r *reading) readDomain(d *domain) {
	above := newAncestors(&r.options.bounds, r.tops(d)...)
	r.above[d] = above
	recipients := r.ask(d, decode.Recipients)
	recipients.each = func(e *collector.Entry) { above.above(e.DN) }
	recipients.then = func(o outcome) { r.found = r.found || !o.none() }
	r.add(recipients)
	r.addAll(d, collector.OfDomain)
}

// readContainers reads what lies above the recipients, since an inherited ACE
// is set on one of these, and AdminSDHolder, whose ACL AD writes over that of
// protected accounts (MS-ADTS 3.1.1.6.1).
func (r *reading) readContainers() {
	for _, d := range append([]*domain{r.home}, r.Source.others...) {
		above := r.above[d]
		if above == nil {
			continue // it is read through the global catalog
		}
		tops := map[string]bool{}
		for _, top := range r.tops(d) {
			tops[foldDN(top)] = true
			above.add(top)
			above.add("CN=AdminSDHolder,CN=System," + top)
		}
		for _, t := range r.names(d, decode.Containers, above.names, above.over) {
			seen := t.each
			t.each = func(e *collector.Entry) {
				seen(e)
				if sid, err := acl.SIDFromBytes(e.Value("objectSid")); err == nil && tops[foldDN(e.DN)] {
					r.heads[sid] = d
				}
			}
			r.add(t)
		}
	}
}

// tops are the domains that are read from one place.
func (r *reading) tops(d *domain) []string {
	if !d.catalog {
		return []string{d.now().root.domain}
	}
	tops := []string{r.home.now().root.domain}
	for _, p := range r.others {
		tops = append(tops, p.dn)
	}
	return tops
}

// names makes tasks that read objects by DN, some at a time. All of them are
// known to exist, so one that does not come is missed. over is of how many
// objects not everything above is among them.
func (r *reading) names(at *domain, by collector.Search, dns []string, over int) []*task {
	var tasks []*task
	for batch := range slices.Chunk(dns, namesPerFilter) {
		missing := make(map[string]bool, len(batch))
		for _, dn := range batch {
			missing[foldDN(dn)] = true
		}
		others := tally{} // that nobody asked for
		by.Filter = decode.NamesFilter(batch)
		t := r.ask(at, by)
		t.limit = len(batch)
		t.each = func(e *collector.Entry) {
			if name := foldDN(e.DN); missing[name] {
				delete(missing, name)
			} else {
				others.add(e.DN)
			}
		}
		more := over
		over = 0 // it is said once
		t.check = func() error {
			switch {
			case others.n > 0:
				return t.unasked(others)
			case more > 0:
				return t.tooDeep(more)
			}
			for _, dn := range batch {
				if missing[foldDN(dn)] {
					return t.notVisible(dn, len(missing))
				}
			}
			return nil
		}
		tasks = append(tasks, t)
	}
	return tasks
}

// elsewhere judges continuation references. Another partition of the forest is
// not part of what was asked; anything else is data that did not come, and so
// is the very base of the search.
func (r *reading) elsewhere(t *task, references []string) error {
	for _, ref := range references {
		if dn := foldDN(referredDN(ref)); !r.partitions[dn] || dn == foldDN(t.query.Base) {
			return &Error{Kind: ErrReferral, Text: fmt.Sprintf("%s refers to another server for a part of the answer: %s", t.at.now().target.name, clean(ref)),
				Hint: "read that server too"}
		}
	}
	return nil
}

// missingExchange says that the container of Exchange did not show. AD answers
// in the same way when an object does not exist and when it may not be seen
// (MS-ADTS 5.1.3.3.6 "list object"), so both are said.
func (t *task) missingExchange(err error) error {
	return &Error{Kind: ErrNoExchange, Err: err,
		Text: fmt.Sprintf("no Exchange in this directory: %s is not there on %s, or not visible to %s", clean(t.base), t.at.now().target.name, clean(t.query.Account)),
		Hint: "if the forest has Exchange, bind with an account that may read the configuration, such as a member of View-Only Organization Management"}
}

// notVisible says that objects asked for by name did not come.
func (t *task) notVisible(first string, n int) error {
	return &Error{Kind: ErrNotVisible,
		Text: fmt.Sprintf("%d of the objects above stores or recipients not visible to %s, the first is %s", n, clean(t.query.Account), clean(first)),
		Hint: "what is set there and inherited cannot be traced"}
}

// unasked says that other objects came than were asked for by name.
func (t *task) unasked(others tally) error {
	return &Error{Kind: ErrIncomplete,
		Text: fmt.Sprintf("%s gave %d objects that were not asked for, the first is %s", t.at.now().target.name, others.n, others.first)}
}

// tooDeep says that names are too deep, or too many, for what lies above to be
// read.
func (t *task) tooDeep(n int) error {
	return &Error{Kind: ErrIncomplete,
		Text: fmt.Sprintf("of %d stores or recipients not all that lies above was read: their names have more than %d parts, or there are too many", n, t.at.now().options.bounds.depth)}
}

// strangers says that the server answered with objects whose SID does not show.
func (t *task) strangers(n int) error {
	return &Error{Kind: ErrIncomplete,
		Text: fmt.Sprintf("%d objects came for a SID that %s may not read on them, so it is open who holds which", n, clean(t.query.Account))}
}
