package live

import (
	"context"
	"slices"
	"strings"

	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// groupsPerFilter is how many groups one filter asks for: with a thousand members each
// their stamps are 14 MB, which is less than may wait for a page.
const groupsPerFilter = 20

// Changes asks the domain of each group when its members came, by the names of groups,
// some in a filter. A group that is gone by now is no gap. A global catalog is not asked,
// which has not all the members. The error is that of Read.
func (s *Source) Changes(ctx context.Context, groups []string, sink collector.Sink) error {
	if s.options.Catalog {
		return nil
	}
	ctx, cancel := s.join(ctx)
	defer cancel()
	r := s.newReading(sink)
	byDomain := map[*domain][]string{}
	for _, name := range groups {
		at := s.domainOf(name)
		byDomain[at] = append(byDomain[at], name)
	}
	for _, d := range append([]*domain{s.home}, s.others...) {
		for batch := range slices.Chunk(byDomain[d], groupsPerFilter) {
			by := decode.MemberStamps
			by.Filter = decode.NamesFilter(batch)
			t := r.ask(d, by)
			t.limit = len(batch)
			r.add(t)
		}
	}
	return r.run(ctx)
}

// domainOf returns the domain that an object lies in, by its name; of domains one below
// the other the lower one.
func (s *Source) domainOf(name string) *domain {
	at, longest := s.home, 0
	folded := foldDN(name)
	for _, d := range append([]*domain{s.home}, s.others...) {
		if base := foldDN(d.base()); len(base) > longest && strings.HasSuffix(folded, ","+base) {
			at, longest = d, len(base)
		}
	}
	return at
}
