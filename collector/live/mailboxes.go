package live

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// Mailboxes are read in partitions by store, several at a time: a partition
// that breaks off costs little to read again, and one connection is not left
// with all of it. What is in no store that we see is asked for as the
// complement of the stores asked. It is not asked for as "has no store": a
// store that this account cannot see would then be in neither.
//
// Where the account may not read homeMDB, AD takes neither (homeMDB=x) nor its
// negation for true (MS-ADTS 3.1.1.3.1.3.1), and the complement loses the entry
// too. So afterwards a pass over the undivided filter, keys only, tells what
// there is, and what it finds beyond is read by its key.
//
// A directory that fits into one partition is read by the undivided filter
// alone: there is nothing to lose, and nothing to check.

// partitionSize is about how many entries a partition has at most.
const partitionSize = 10_000

// store is a mailbox store.
type store struct {
	dn    string
	least int // mailboxes at least; 0 where nothing is known of it
}

// usualStore is what a store of which nothing is known is taken to hold.
const usualStore = 2500

// most is how many mailboxes the store has at most; see measure.
func (s store) most() int {
	if s.least == 0 {
		return usualStore
	}
	return nextStep(s.least - 1)
}

// about is how many it has, as far as is known.
func (s store) about() int {
	if s.least == 0 {
		return 0
	}
	return (s.least + s.most()) / 2
}

// firstStep is the second question of measure.
const firstStep = 127

func nextStep(n int) int { return max(firstStep, 2*n+1) }

// lastStep ends the questions, whatever a server answers.
const lastStep = 1 << 22

// measure finds out how large the stores are, and then reads the mailboxes. All
// of homeMDBBL could be long, and counting costs as much as reading keys. But a
// server that is asked for the values from n to n alone gives one value where
// there is one (MS-ADTS 3.1.1.3.1.3.3), so that one small answer tells of all
// stores whether they are larger than n; n is doubled until none is.
func (m *mailboxes) measure(n int, then func()) *task {
	t := &task{at: m.at, base: decode.Stores.Base(m.r.root(m.r.home)), scope: collector.ScopeSub, filter: filterPrivateStores, unannounced: true,
		attributes: []string{fmt.Sprintf("homeMDBBL;range=%d-%d", n, n)},
		note:       "how large the stores are: whether they hold more than n mailboxes, for n = 0, 127, 255 and so on"}
	larger := false
	t.each = func(e *collector.Entry) {
		for _, a := range e.Attributes {
			// A server that does not know the option gives all of them,
			// whatever n is.
			part, _ := parseSpan(a.Name)
			if s, known := m.stores[foldDN(e.DN)]; known && len(a.Values) > 0 && part.from == n && part.name != "" {
				s.least = n + 1
				m.stores[foldDN(e.DN)] = s
				larger = true
			}
		}
	}
	t.then = func(o outcome) {
		// If the answer broke off, what is known must do: it is not about what
		// is read.
		if o.err == nil && larger && n < lastStep {
			m.r.addFirst(m.measure(nextStep(n), then))
			return
		}
		then()
	}
	return t
}

// part is a partition.
type part struct {
	filter string // what is added to the filter of all mailboxes; "" for all of them
	about  int    // how many entries it has; 0 where that is not known
}

// partition splits mailboxes into parts of about limit entries at most, and in
// no more parts than the connections need, each larger than a page. The last
// one is the complement of the stores. With one part there is no complement.
func partition(stores []store, limit, page, connections int) []part {
	stores = slices.Clone(stores)
	slices.SortFunc(stores, func(a, b store) int { return cmp.Or(cmp.Compare(b.most(), a.most()), cmp.Compare(a.dn, b.dn)) })
	total, about := 0, 0
	for _, s := range stores {
		total += s.most()
		about += s.about()
	}
	if len(stores) == 0 || total <= limit {
		return []part{{about: about}}
	}
	target := min(limit, max(total/connections, page))
	var parts []part
	for len(stores) > 0 {
		if stores[0].least > 0 && stores[0].most() > limit {
			parts = append(parts, halves(stores[0], limit)...)
			stores = stores[1:]
			continue
		}
		n, sum, about := 0, 0, 0
		for n < len(stores) && (n == 0 || sum+stores[n].most() <= target) {
			sum += stores[n].most()
			about += stores[n].about()
			n++
		}
		parts = append(parts, part{anyStore(stores[:n]), about})
		stores = stores[n:]
	}
	return parts
}

// usnBit is the lowest bit of uSNCreated that a large store is split by. Lower
// ones would split badly: whoever makes mailboxes by a script makes each with
// the same number of updates.
const usnBit = 10

// halves splits a store that is too large, as often as needed, by bits of
// uSNCreated (MS-ADTS 3.1.1.3.4.4.1). Every object has one, and however many
// there are, some have the bit and the others have not. On another domain
// controller the number is another; what a search that goes on there misses,
// the keys tell.
func halves(s store, limit int) []part {
	n := min(bits.Len(uint((s.most()-1)/limit)), mostHalving) // 2^n parts
	parts := make([]part, 1<<n)
	for i := range parts {
		var b strings.Builder
		b.WriteString(anyStore([]store{s}))
		for bit := range n {
			test := fmt.Sprintf("(uSNCreated:1.2.840.113556.1.4.803:=%d)", 1<<(usnBit+bit))
			if i>>bit&1 == 0 {
				test = "(!" + test + ")"
			}
			b.WriteString(test)
		}
		parts[i] = part{b.String(), s.about() >> n}
	}
	return parts
}

// anyStore is a filter for whoever has a mailbox in one of the stores.
func anyStore(stores []store) string {
	var b strings.Builder
	for _, s := range stores {
		b.WriteString("(homeMDB=")
		decode.EscapeFilter(&b, s.dn)
		b.WriteByte(')')
	}
	if len(stores) > 1 {
		return "(|" + b.String() + ")"
	}
	return b.String()
}

// rest is a filter for whoever has none of them.
func rest(stores []store) string {
	slices.SortFunc(stores, func(a, b store) int { return cmp.Compare(a.dn, b.dn) })
	return "(!" + anyStore(stores) + ")"
}

// allOf adds to a filter.
func allOf(filter, more string) string {
	if more == "" {
		return filter
	}
	return "(&" + filter + more + ")"
}

// mailboxes is the reading of those of one domain.
type mailboxes struct {
	r      *reading
	at     *domain
	stores map[string]store // and how many of them each has
	taken  map[key]struct{} // from any part; nil where there is one part
	open   int              // parts that have not ended
	broken bool             // a part broke off
}

// readMailboxes reads the mailboxes of a domain, now that the stores are known.
func (r *reading) readMailboxes(d *domain) {
	m := &mailboxes{r: r, at: d, stores: maps.Clone(r.stores)}
	switch {
	case r.show != nil:
		r.addFirst(m.measure(0, m.show))
	case len(m.stores) == 0 || d.why() != nil:
		r.addFirst(m.part(part{}))
	default:
		r.addFirst(m.measure(0, m.read))
	}
}

// read adds the tasks.
func (m *mailboxes) read() {
	stores := slices.Collect(maps.Values(m.stores))
	most := m.r.options.bounds
	parts := []part{{}}
	if len(stores) <= most.stores { // else no filter names them all
		parts = partition(stores, m.r.options.partition, m.r.options.PageSize, m.r.options.Connections)
	}
	if len(parts) > most.parts { // the server is wrong about its stores
		parts = []part{{}}
	}
	if len(parts) == 1 && parts[0].filter == "" {
		m.r.addFirst(m.part(parts[0]))
		return
	}
	m.taken = make(map[key]struct{})
	parts = append(parts, part{filter: rest(stores)})
	m.open = len(parts)
	tasks := make([]*task, len(parts))
	for i, p := range parts {
		tasks[i] = m.part(p)
	}
	m.r.addFirst(tasks...)
}

// some is the task for those mailboxes that a filter finds.
func (m *mailboxes) some(filter string) *task {
	by := decode.Mailboxes
	by.Filter = allOf(by.Filter, filter)
	return m.r.ask(m.at, by)
}

// part is the task of one partition. An account that was moved to another store
// meanwhile comes once.
func (m *mailboxes) part(p part) *task {
	t := m.some(p.filter)
	t.expect = p.about
	t.drop = m.again
	t.each = func(e *collector.Entry) { m.r.above[m.at].above(e.DN) }
	t.then = func(o outcome) {
		m.r.found = m.r.found || !o.none()
		m.broken = m.broken || o.err != nil
		if m.open--; m.open == 0 && !m.broken {
			m.r.addFirst(m.check())
		}
	}
	return t
}

// again reports whether the entry was taken before.
func (m *mailboxes) again(e *collector.Entry) bool {
	if m.taken == nil {
		return false
	}
	k := keyOf(e)
	if _, ok := m.taken[k]; ok {
		return true
	}
	m.taken[k] = struct{}{}
	return false
}

// check is the task that tells what there is. It is sent when every part has
// been read: what exists then must have come.
func (m *mailboxes) check() *task {
	var missing []lacking
	more := 0 // than are asked for by name
	t := m.r.ask(m.at, decode.Keys)
	t.withhold = true
	t.each = func(e *collector.Entry) {
		switch _, ok := m.taken[keyOf(e)]; {
		case ok:
		case len(missing) == m.r.options.bounds.missing:
			more++
		default:
			missing = append(missing, lacking{keyOf(e), filterFor(e)})
		}
	}
	t.check = func() error {
		if more == 0 {
			return nil
		}
		return &Error{Kind: ErrIncomplete,
			Text: fmt.Sprintf("%d mailboxes that %s lists did not come, and only %d of them are asked for by name", len(missing)+more, m.at.now().target.name, len(missing))}
	}
	t.then = func(o outcome) {
		for batch := range slices.Chunk(missing, namesPerFilter) {
			m.r.addFirst(m.lacking(batch))
		}
	}
	return t
}

// lacking is a mailbox that is there and did not come.
type lacking struct {
	key    key
	filter string // for it alone
}

// filterFor asks for an entry by its objectGUID, or by its name where that is
// not to be seen.
func filterFor(e *collector.Entry) string {
	guid := e.Value("objectGUID")
	if len(guid) != len(key{}) {
		return strings.TrimSuffix(strings.TrimPrefix(decode.NamesFilter([]string{e.DN}), "(|"), ")")
	}
	var b strings.Builder
	b.WriteString("(objectGUID=")
	escapeBytes(&b, guid)
	b.WriteByte(')')
	return b.String()
}

// lacking is a task that reads some of them.
func (m *mailboxes) lacking(some []lacking) *task {
	var b strings.Builder
	for _, l := range some {
		b.WriteString(l.filter)
	}
	t := m.some("(|" + b.String() + ")")
	t.limit = len(some)
	t.drop = m.again
	t.each = func(e *collector.Entry) { m.r.above[m.at].above(e.DN) }
	t.check = func() error {
		left := 0
		for _, l := range some {
			if _, ok := m.taken[l.key]; !ok {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		return &Error{Kind: ErrIncomplete,
			Text: fmt.Sprintf("%d mailboxes that %s lists did not come, not even when they were asked for by name", left, m.at.now().target.name),
			Hint: "collect again; they may have been deleted meanwhile"}
	}
	return t
}

// show shows what a directory of any size is asked.
func (m *mailboxes) show() {
	some := []store{{dn: "<store>", least: 1}, {dn: "<next store>", least: 1}}
	large := halves(store{dn: "<large store>", least: 1 << 14}, 1<<13)
	whole, by, split, others := m.part(part{}), m.part(part{filter: anyStore(some)}), m.part(large[0]), m.part(part{filter: rest(some)})
	whole.note = fmt.Sprintf("where the stores hold no more than %d mailboxes together", m.r.options.partition)
	by.note = "otherwise in parts: the stores, small ones together"
	split.note = "a store that is too large by itself, by bits of uSNCreated, set and not set"
	others.note = "and what is in none of them"
	keys, left := m.check(), m.lacking([]lacking{{filter: "(objectGUID=<GUID>)"}})
	keys.note = "after all parts: what there is"
	left.note = fmt.Sprintf("and what of it has not come, up to %d in a filter", namesPerFilter)
	m.r.addFirst(whole, by, split, others, keys, left)
}
