package adexplorer

import (
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model/dn"
)

// search is one that is put to the file.
type search struct {
	query  collector.Query
	filter filter
	asks   []int            // slots
	lacks  map[string]*lack // what was not read of its answers, by attribute
	err    error            // why its answer is not whole
	part   region
}

// region is a partition of the directory.
type region int

const (
	noRegion region = iota
	ofDomain
	ofConfiguration
	ofSchema
	regions
)

// lower folds letters of ASCII.
func lower(s string) string { return strings.ToLower(s) }

// under reports whether a name is that of a base, or lies below it.
func under(name []byte, base string) bool {
	n := len(name) - len(base)
	return n == 0 && dn.EqualFold(name, base) || n > 0 && name[n-1] == ',' && dn.EqualFold(name[n:], base)
}

// regionOf says in which partition an object lies. Partitions of applications
// lie below the domain by their names alone: the RDN below it is DC= too.
func (s *Source) regionOf(name []byte) region {
	switch {
	case under(name, s.root.Schema):
		return ofSchema
	case under(name, s.root.Configuration):
		return ofConfiguration
	case s.root.Domain == "" || !under(name, s.root.Domain):
		return noRegion
	}
	if n := len(name) - len(s.root.Domain) - 1; n > 0 {
		rdn := name[:n]
		for i := n - 1; i >= 0; i-- {
			if rdn[i] == ',' && (i == 0 || rdn[i-1] != '\\') {
				rdn = rdn[i+1:]
				break
			}
		}
		if len(rdn) > 3 && dn.EqualFold(rdn[:3], "dc=") {
			return noRegion
		}
	}
	return ofDomain
}

// in reports whether an object lies where a search looks.
func (s *search) in(name []byte) bool {
	if !under(name, s.query.Base) {
		return false
	}
	if s.query.Scope != collector.ScopeOne {
		return true
	}
	if len(name) <= len(s.query.Base)+1 {
		return false
	}
	_, parent := dn.Split(string(name))
	return len(parent) == len(s.query.Base)
}

// apart are the searches that are not put to each object as it comes. The root
// is said by the header, keys are of no use here, and others need to know first
// what there is: see ends.go.
func apart(s *collector.Search) bool {
	switch s.Purpose {
	case decode.RootDSE.Purpose, decode.Keys.Purpose, decode.StoreLinks.Purpose, decode.Containers.Purpose, decode.Lookup.Purpose,
		decode.AttributeIDs.Purpose:
		return true
	}
	return s.Filter == ""
}

// ask makes a search of one that stands in package decode.
func (r *reading) ask(of collector.Search) (*search, error) {
	s := &search{query: collector.Query{
		ID: r.s.id(), Purpose: of.Purpose, Base: of.Base(r.s.root), Scope: of.Scope, Filter: of.Filter, Attributes: of.Attributes,
	}}
	s.part = r.s.regionOf([]byte(s.query.Base))
	for _, name := range of.Attributes {
		s.asks = append(s.asks, r.s.slots.of(name))
	}
	if of.Filter == "" {
		return s, nil
	}
	var err error
	s.filter, err = (&compiler{slot: r.s.slots.of, categories: r.s.categories}).compile(of.Filter)
	return s, err
}

// begin opens a search.
func (r *reading) begin(s *search) { r.sink.Begin(s.query) }

// deliver gives the object in hand as an answer to a search.
func (r *reading) deliver(s *search, name string) {
	e := &r.entry
	e.Query, e.DN, e.Attributes = s.query.ID, name, e.Attributes[:0]
	for i, n := range s.asks {
		e.Attributes = r.o.attribute(e.Attributes, n, s.query.Attributes[i])
		if err := r.o.slot[n].err; err != nil {
			s.unread(r.o.slot[n].of, err)
		}
	}
	r.sink.Entry(e)
}

// unread counts values of an attribute that were not read.
func (s *search) unread(of *property, err error) {
	if s.lacks == nil {
		s.lacks = map[string]*lack{}
	}
	key := of.name
	if errors.Is(err, errType) {
		key += " " // one attribute may be damaged too
	}
	l := s.lacks[key]
	if l == nil {
		l = &lack{of: of, err: err}
		s.lacks[key] = l
	}
	l.n++
}

// lack is of how many objects the values of an attribute were not read, and why.
type lack struct {
	of  *property
	n   int
	err error // of the first
}

// String says so.
func (l *lack) String() string {
	if errors.Is(l.err, errType) {
		return fmt.Sprintf("%s of %d objects, of type %d, which is not read", word(l.of.name), l.n, l.of.kind)
	}
	return fmt.Sprintf("%s of %d objects: %v", word(l.of.name), l.n, errors.Unwrap(l.err))
}

// places remember where objects lie, by a hash of what they are found by later.
type places map[uint64]int64

// mostPlaces bounds what is remembered of each kind, for a file of nonsense: the
// largest directories have a million groups.
const mostPlaces = 1 << 22

func (p places) put(key uint64, at int64) {
	if len(p) < mostPlaces {
		p[key] = at
	}
}

// key is a hash of a name, in whatever case it is spelled.
func (r *reading) key(name []byte) uint64 {
	r.scratch = r.scratch[:0]
	for _, c := range name {
		r.scratch = append(r.scratch, dn.Fold(c))
	}
	return maphash.Bytes(r.s.seed, r.scratch)
}

// exact is a hash of bytes.
func (r *reading) exact(b []byte) uint64 { return maphash.Bytes(r.s.seed, b) }

// ancestors are the names of what lies above objects, up to a top.
type ancestors struct {
	top   string
	names map[string]bool
}

// above adds what lies above an object.
func (a *ancestors) above(name string) {
	for len(a.names) < mostPlaces {
		_, parent := dn.Split(name)
		if parent == "" || a.names[parent] || !under([]byte(parent), a.top) {
			return
		}
		a.names[parent] = true
		name = parent
	}
}
