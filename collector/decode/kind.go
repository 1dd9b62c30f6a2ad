package decode

import (
	"bytes"
	"encoding/binary"
	"slices"

	"mbxperm/collector"
	"mbxperm/model"
)

// kind is one kind of entry: how it is known, what is asked to get it, and what
// it means. Each has a file of its own.
type kind struct {
	classes  []class                       // the object classes of such an entry; of several the first counts
	fits     func(is map[string]bool) bool // or nil: knows one by more than a list can say
	searches []collector.Search
	// lacks are what a file without searches is told to leave out where it
	// holds none, beside the entries themselves. What it is told stands for
	// the first of the searches. nil where another kind's says it already.
	lacks  []*evidence
	decode func(d *decoder, e *collector.Entry, set *classSet)
}

// class is an object class in lower case, and what the model makes of it.
type class struct {
	name string
	is   model.Class
}

// kinds are all there are. The first that an entry's object classes fit decodes
// it: more special ones stand first. Reasons why something is incomplete come
// in this order too, where the first that concerns a line of the coverage
// counts.
var kinds = []kind{
	rootDSE, partition, right, schema, controller,
	logFile, connection, relay,
	store, storeCopy, server,
	role, roleAssignment, roleScope, rolePolicy,
	connector, popServer, imapServer, rule, acceptedDomain,
	holder, group, account, contact, addressed, foreign, trust,
	domainHead, organisation, exchangeObject, container, unknown,
}

// Searches returns every search there is. The slice is the caller's.
func Searches() []collector.Search {
	var all []collector.Search
	for _, k := range kinds {
		all = append(all, k.searches...)
	}
	return all
}

// classSet is what the values of objectClass say together. Many entries share
// one.
type classSet struct {
	is    map[string]bool // in lower case
	kind  *kind
	class model.Class
}

func newClassSet(values [][]byte) *classSet {
	set := &classSet{is: map[string]bool{}}
	for _, v := range values {
		set.is[string(bytes.ToLower(v))] = true
	}
	for i := range kinds {
		k := &kinds[i]
		at := slices.IndexFunc(k.classes, func(c class) bool { return set.is[c.name] })
		if at >= 0 {
			set.kind, set.class = k, k.classes[at].is
			return set
		}
		if k.fits != nil && k.fits(set.is) {
			set.kind = k
			return set
		}
	}
	return set
}

// classSets keeps the sets that occurred: a directory has some hundreds.
type classSets struct {
	sets map[string]*classSet // by the values, each with its length before it
	key  []byte
}

// Bounds on what is kept, for a file of nonsense.
const (
	mostClassSets = 1 << 12
	longClassSet  = 1 << 10 // bytes
)

// of returns the set of the values of an objectClass.
func (c *classSets) of(values [][]byte) *classSet {
	c.key = c.key[:0]
	for _, v := range values {
		c.key = append(binary.AppendUvarint(c.key, uint64(len(v))), v...)
	}
	if set := c.sets[string(c.key)]; set != nil {
		return set
	}
	set := newClassSet(values)
	if len(c.key) > longClassSet {
		c.key = nil
		return set
	}
	if len(c.sets) >= mostClassSets {
		clear(c.sets)
	}
	c.sets[string(c.key)] = set
	return set
}
