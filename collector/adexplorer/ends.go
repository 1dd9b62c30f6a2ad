package adexplorer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// ends delivers what could be asked for only when everything had been seen, and
// ends the searches. broken is why not everything was seen.
func (r *reading) ends(broken error) error {
	if err := r.incompleteGroups(); err != nil {
		return err
	}
	r.sink.End(r.rootDSE.query.ID, nil)
	if err := r.storeLinks(broken); err != nil {
		return err
	}
	if err := r.byName(decode.AboveStores, ofConfiguration, broken, decode.Stores.Base(r.s.root), decode.AboveStores.Base(r.s.root)); err != nil {
		return err
	}
	domain := r.s.root.Domain
	if err := r.byName(decode.Containers, ofDomain, broken, domain, "CN=AdminSDHolder,CN=System,"+domain); err != nil {
		return err
	}
	for part, list := range r.searches {
		for _, s := range list {
			err := broken
			if err == nil {
				err = r.missing(s, region(part))
			}
			r.sink.End(s.query.ID, err)
		}
	}
	return nil
}

// missing says what may be missing in the answer to a search.
func (r *reading) missing(s *search, part region) error {
	if part == ofDomain && r.s.homeless {
		return errNoDomain
	}
	if s.err != nil {
		return s.err
	}
	for _, at := range []region{part, noRegion} { // what has no name may lie anywhere
		if d := r.damage[at]; d.n > 0 {
			return fmt.Errorf("%d objects cannot be read, or not in full; %s", d.n, d.first)
		}
	}
	if s.lacks == nil {
		return nil
	}
	var texts []string
	for _, l := range s.lacks {
		texts = append(texts, l.String())
	}
	slices.Sort(texts)
	return fmt.Errorf("not read: %s", strings.Join(texts, "; "))
}

// incompleteGroups delivers those groups again of which more objects say that
// they are members than the groups name: their lists came in part.
func (r *reading) incompleteGroups() error {
	var short []group
	for key, n := range r.refers {
		if g, ok := r.groups[key]; ok && n > g.members {
			short = append(short, g)
		}
	}
	return r.again(short)
}

// again delivers groups whose members came in part.
func (r *reading) again(groups []group) error {
	slices.SortFunc(groups, func(a, b group) int { return int(min(max(a.at-b.at, -1), 1)) })
	for _, g := range groups {
		if err := r.stop(); err != nil {
			return err
		}
		if err := r.o.take(g.at); err != nil {
			return err
		}
		name, err := r.o.first(r.name)
		if err != nil {
			return err
		}
		r.deliverPart(g.by, string(name))
	}
	return nil
}

// deliverPart is deliver for a group whose members came in part.
func (r *reading) deliverPart(s *search, name string) {
	members := collector.Attribute{Name: attrMember, Partial: true}
	e := &r.entry
	e.Query, e.DN, e.Attributes = s.query.ID, name, e.Attributes[:0]
	for i, n := range s.asks {
		if n == r.member {
			members.Values, _ = r.o.values(n)
			e.Attributes = append(e.Attributes, members)
			continue
		}
		e.Attributes = r.o.attribute(e.Attributes, n, s.query.Attributes[i])
	}
	r.sink.Entry(e)
}

// storeLinks asks what the stores say they hold, where they say it at all.
func (r *reading) storeLinks(broken error) error {
	if len(r.links) == 0 {
		return nil
	}
	s, err := r.ask(decode.StoreLinks)
	if err != nil {
		return err
	}
	r.begin(s)
	for _, at := range r.links {
		if err := r.stop(); err != nil {
			return err
		}
		if err := r.o.take(at); err != nil {
			return err
		}
		if ok, err := s.filter.match(r.o); err != nil || !ok {
			continue // a copy of a store
		}
		name, err := r.o.first(r.name)
		if err != nil {
			return err
		}
		r.deliver(s, string(name))
	}
	if broken == nil {
		broken = r.missing(s, ofConfiguration)
	}
	r.sink.End(s.query.ID, broken)
	return nil
}

// byName delivers what lies above other objects, and what is asked for by name
// anyway.
func (r *reading) byName(of collector.Search, part region, broken error, always ...string) error {
	s, err := r.ask(of)
	if err != nil {
		return err
	}
	names := r.above[part].names
	for _, name := range always {
		names[name] = true
	}
	type one struct {
		name string
		at   int64
	}
	var list []one
	absent, first := 0, ""
	for name := range names {
		switch at := r.lies[part][r.key([]byte(name))]; {
		case at > 0:
			list = append(list, one{name, at})
		case at == 0:
			if absent++; first == "" || name < first {
				first = name
			}
		}
	}
	slices.SortFunc(list, func(a, b one) int { return int(min(max(a.at-b.at, -1), 1)) })
	r.begin(s)
	for _, c := range list {
		if err := r.stop(); err != nil {
			return err
		}
		err := r.o.take(c.at)
		if err == nil {
			var name []byte
			if name, err = r.o.first(r.name); err == nil {
				r.deliver(s, string(name))
			}
		}
		if err != nil && s.err == nil {
			s.err = fmt.Errorf("%q cannot be read: %w", c.name, err)
		}
	}
	if absent > 0 && s.err == nil {
		s.err = fmt.Errorf("%d of %d objects above others are not in the snapshot, the first is %q", absent, len(names), first)
	}
	if broken == nil {
		broken = r.missing(s, part)
	}
	r.sink.End(s.query.ID, broken)
	return nil
}

// stop says why to go no further.
func (r *reading) stop() error {
	if r.s.closed.Load() {
		return errClosed
	}
	return r.ctx.Err()
}

// lookup delivers who held SIDs before he was deleted.
func (r *reading) lookup(sids []acl.SID) error {
	s, err := r.ask(decode.Lookup)
	if err != nil {
		return err
	}
	r.begin(s)
	var missed []acl.SID
	seen := map[int64]bool{}
	for _, sid := range sids {
		if err := r.stop(); err != nil {
			r.sink.End(s.query.ID, err)
			return err
		}
		raw := sid.Bytes()
		at := r.gone[r.exact(raw)]
		switch held, err := r.holds(at, raw); {
		case err != nil:
			r.sink.End(s.query.ID, err)
			return err
		case !held:
			missed = append(missed, sid)
		case !seen[at]:
			seen[at] = true
			name, err := r.o.first(r.name)
			if err != nil {
				r.sink.End(s.query.ID, err)
				return err
			}
			r.deliver(s, string(name))
		}
	}
	r.sink.End(s.query.ID, nil)
	for _, sid := range missed {
		r.sink.Missed(sid)
	}
	return nil
}

// holds takes an object in hand and reports whether it holds a SID or held it.
func (r *reading) holds(at int64, sid []byte) (bool, error) {
	if at == 0 {
		return false, nil
	}
	if err := r.o.take(at); err != nil {
		return false, err
	}
	for _, n := range []int{r.sid, r.history} {
		have, err := r.o.values(n)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(have, func(v []byte) bool { return bytes.Equal(v, sid) }) {
			return true, nil
		}
	}
	return false, nil
}
