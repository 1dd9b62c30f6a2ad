package live

import (
	"strings"

	"mbxperm/model/dn"
)

// foldDN makes two spellings of a DN comparable, as far as one server spells a
// name in one way but for its case.
func foldDN(dn string) string { return strings.ToLower(dn) }

// escapeBytes writes a binary value into a filter, every byte as \xx.
func escapeBytes(b *strings.Builder, value []byte) {
	const hex = "0123456789abcdef"
	for _, c := range value {
		b.WriteByte('\\')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
}

// ancestors gathers the distinct names above objects, up to and with the
// nearest of some tops.
type ancestors struct {
	tops  map[string]bool // folded
	seen  map[string]bool // parents as spelled: the quick way out
	known map[string]bool // folded
	names []string        // in the order found

	most, deepest int // bounds: bytes of all names, and RDNs of one
	bytes         int
	over          int // objects of which what lies above is not all among the names, for a bound
}

func newAncestors(b *bounds, tops ...string) *ancestors {
	a := &ancestors{tops: make(map[string]bool), seen: make(map[string]bool), known: make(map[string]bool), most: b.ancestors, deepest: b.depth}
	for _, top := range tops {
		a.tops[foldDN(top)] = true
	}
	return a
}

// above adds everything above dn. A name that does not lie under a top adds
// nothing. Of one that is too long to be one, or too deep, the upper part is
// counted as over.
func (a *ancestors) above(name string) {
	for level := 0; ; level++ {
		_, p := dn.Split(name)
		if p == "" || a.seen[p] {
			return
		}
		if len(name) > dn.Longest || level == a.deepest || a.bytes > a.most {
			a.over++
			return
		}
		a.seen[p] = true
		a.bytes += len(p)
		folded := foldDN(p)
		if !a.inside(folded) {
			return
		}
		a.add(p)
		if a.tops[folded] {
			return
		}
		name = p
	}
}

// inside reports whether a name is a top or lies under one.
func (a *ancestors) inside(folded string) bool {
	for top := range a.tops {
		if folded == top || strings.HasSuffix(folded, ","+top) {
			return true
		}
	}
	return false
}

// add adds one name.
func (a *ancestors) add(dn string) {
	if f := foldDN(dn); !a.known[f] {
		a.known[f] = true
		a.names = append(a.names, dn)
	}
}

// remove takes out a name that was delivered already.
func (a *ancestors) remove(delivered map[string]bool) []string {
	var left []string
	for _, dn := range a.names {
		if !delivered[foldDN(dn)] {
			left = append(left, dn)
		}
	}
	return left
}
