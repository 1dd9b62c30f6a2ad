package model

import (
	"bytes"
	"strings"
)

type dnRec struct {
	parent dnID
	leaf   textID
}

// LongestDN bounds a name, in bytes, and with it the work of taking one apart.
// Active Directory has none over a few thousand.
const LongestDN = 1 << 14

// dn interns a distinguished name: its parent, then its leaf. Names compare
// by their values and without regard to ASCII case (see EqualDN); the spelling that
// came first is kept. A name that is too long gives 0, like none.
func (p *Pool) dn(name string) dnID {
	if name == "" || len(name) > LongestDN {
		return 0
	}
	leaf, rest := SplitDN(name)
	key := leaf
	if !plainRDN(leaf) {
		leaf = trimRDN(leaf)
		key = canonicalRDN(leaf)
	}
	r := dnRec{parent: p.parent(rest)}
	hash := hashLeaf(r.parent, key)
	same := func(id uint32) bool {
		d := p.dns.at(id)
		return d.parent == r.parent && sameRDN(p.texts.bytes(d.leaf), leaf, key)
	}
	if id := p.dnIndex.find(hash, same); id != 0 {
		return dnID(id)
	}
	r.leaf = p.texts.add(leaf)
	id := p.dns.add(r)
	p.dnIndex.insert(hash, id)
	return dnID(id)
}

// Bounds on Pool.parents.
const (
	mostParents = 1 << 12
	longParent  = 256 // bytes
)

// parent is dn for names that occur often: those that others lie below.
func (p *Pool) parent(name string) dnID {
	if id, ok := p.parents[name]; ok {
		return id
	}
	id := p.dn(name)
	if len(name) <= longParent {
		if len(p.parents) >= mostParents {
			clear(p.parents)
		}
		p.parents[strings.Clone(name)] = id
	}
	return id
}

func hashLeaf(parent dnID, leaf string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a over the folded bytes
	for i := range len(leaf) {
		h = (h ^ uint64(foldASCII(leaf[i]))) * 1099511628211
	}
	return mix(h, uint64(parent))
}

func foldASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func equalFoldASCII(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if foldASCII(a[i]) != foldASCII(b[i]) {
			return false
		}
	}
	return true
}

// SplitDN cuts a distinguished name after its first RDN, at the first comma
// that is not escaped (RFC 4514 2.1, 2.4), or semicolon, outside a value in
// quotation marks (RFC 2253 4).
func SplitDN(name string) (leaf, parent string) {
	quoted := false
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\':
			i++
		case c == '"' && (quoted || strings.HasSuffix(strings.TrimRight(name[:i], " "), "=")):
			quoted = !quoted
		case !quoted && (c == ',' || c == ';'):
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// dnText spells a distinguished name.
func (v *poolView) dnText(id dnID) string {
	var b []byte
	for id != 0 {
		r := v.dns.at(uint32(id))
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, v.texts.bytes(r.leaf)...)
		id = r.parent
	}
	return string(b)
}

// under reports whether dn is base or lies below it.
func (v *poolView) under(dn, base dnID) bool {
	for ; dn != 0; dn = v.dns.at(uint32(dn)).parent {
		if dn == base {
			return true
		}
	}
	return false
}

// compareFold is the order in which names are compared: case folded by ASCII,
// then by bytes, so that the order is total and does not depend on a locale.
func compareFold(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if x, y := foldASCII(a[i]), foldASCII(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}
