package pool

import (
	"strings"

	"mbxperm/model/dn"
	"mbxperm/model/internal/table"
)

// DNRecord is one distinct name: 8 bytes, and the text of its first RDN.
type DNRecord struct {
	Parent DN
	Leaf   table.TextID
}

// DN interns a distinguished name: its parent, then its leaf. Names compare by
// their values and without regard to ASCII case (see Equal); the spelling that
// came first is kept. A name that is too long gives 0, like none.
func (p *Pool) DN(name string) DN {
	if name == "" || len(name) > dn.Longest {
		return 0
	}
	leaf, rest := dn.Split(name)
	key := leaf
	if !dn.PlainRDN(leaf) {
		leaf = dn.TrimRDN(leaf)
		key = dn.CanonicalRDN(leaf)
	}
	r := DNRecord{Parent: p.Parent(rest)}
	if p.resting {
		p.wake()
	}
	hash := hashLeaf(r.Parent, key)
	same := func(id uint32) bool {
		d := p.dns.At(id)
		return d.Parent == r.Parent && dn.SameRDN(p.Texts.Bytes(d.Leaf), leaf, key)
	}
	if id := p.found.dns.Find(hash, same); id != 0 {
		return DN(id)
	}
	r.Leaf = p.Texts.Add(leaf)
	id := p.dns.Add(r)
	p.found.dns.Insert(hash, id)
	return DN(id)
}

// Leaf is the first RDN of an interned name, as it is kept. It must not be written.
func (p *Pool) Leaf(id DN) []byte { return p.Texts.Bytes(p.dns.At(uint32(id)).Leaf) }

// hashDN is the hash by which an interned name is found.
func (p *Pool) hashDN(id uint32) uint64 {
	return hashLeaf(p.dns.At(id).Parent, dn.CanonicalRDN(string(p.Leaf(DN(id)))))
}

// Bounds on Pool.parents.
const (
	MostParents = 1 << 12
	LongParent  = 256 // bytes
)

// Parent is dn for names that occur often: those that others lie below.
func (p *Pool) Parent(name string) DN {
	if id, ok := p.Parents[name]; ok {
		return id
	}
	id := p.DN(name)
	if len(name) <= LongParent {
		if len(p.Parents) >= MostParents {
			clear(p.Parents)
		}
		p.Parents[strings.Clone(name)] = id
	}
	return id
}

func hashLeaf(parent DN, leaf string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a over the folded bytes
	for i := range len(leaf) {
		h = (h ^ uint64(dn.Fold(leaf[i]))) * 1099511628211
	}
	return table.Mix(h, uint64(parent))
}

// DNText spells a distinguished name.
func (v *View) DNText(id DN) string {
	var b []byte
	for id != 0 {
		r := v.DNs.At(uint32(id))
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, v.Texts.Bytes(r.Leaf)...)
		id = r.Parent
	}
	return string(b)
}

// Under reports whether dn is base or lies below it.
func (v *View) Under(dn, base DN) bool {
	for ; dn != 0; dn = v.DNs.At(uint32(dn)).Parent {
		if dn == base {
			return true
		}
	}
	return false
}
