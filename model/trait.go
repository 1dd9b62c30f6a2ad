package model

import (
	"encoding/binary"
	"slices"
)

// TraitAttributes are the attributes of an account that a UserRecipientFilter of a
// client access rule may name (exchange-facts 9.1), as the directory calls them.
var TraitAttributes = [...]string{"l", "company", "co", "department", "physicalDeliveryOfficeName", "postalCode", "st", "streetAddress",
	"extensionAttribute1", "extensionAttribute2", "extensionAttribute3", "extensionAttribute4", "extensionAttribute5",
	"extensionAttribute6", "extensionAttribute7", "extensionAttribute8", "extensionAttribute9", "extensionAttribute10",
	"extensionAttribute11", "extensionAttribute12", "extensionAttribute13", "extensionAttribute14", "extensionAttribute15"}

// Trait is one of them.
type Trait struct {
	State ReadState
	Text  []byte // not to be changed
}

// Traits are those of one account, by their place in TraitAttributes.
type Traits [len(TraitAttributes)]Trait

// traits are kept as bytes, each distinct set once: most of a department say the
// same. A set is the bits of those that were asked for, then for each that has a
// value its place, the length of the text, and the text.
type traits struct {
	number map[string]uint32
	key    []byte
}

// pack appends a set. A value is there only if it was asked for.
func (t *Traits) pack(b []byte) []byte {
	asked := uint32(0)
	for i := range t {
		if t[i].State != NotAsked {
			asked |= 1 << i
		}
	}
	b = binary.LittleEndian.AppendUint32(b, asked)
	for i := range t {
		if t[i].State == Present {
			b = binary.AppendUvarint(append(b, byte(i)), uint64(len(t[i].Text)))
			b = append(b, t[i].Text...)
		}
	}
	return b
}

func unpackTraits(packed string) (out Traits) {
	b := []byte(packed)
	asked := binary.LittleEndian.Uint32(b)
	for i := range out {
		if asked&(1<<i) != 0 {
			out[i].State = Missing
		}
	}
	for b = b[4:]; len(b) > 0; {
		n, k := binary.Uvarint(b[1:])
		text := b[1+k : 1+k+int(n)]
		out[b[0]] = Trait{Present, text}
		b = b[1+k+int(n):]
	}
	return out
}

// Traits adds what an account says of itself; the texts are not kept. Where nothing was asked for there is
// nothing to add.
func (w *Writer) Traits(dn string, t *Traits) {
	if !slices.ContainsFunc(t[:], func(x Trait) bool { return x.State != NotAsked }) {
		return
	}
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	id := *w.byDNOf(dn)
	if id == 0 {
		return
	}
	w.traitsOf.Grow(uint32(id) + 1)
	if n := *w.traitsOf.At(uint32(id)); n != 0 {
		t = w.withTraits(n, t)
	}
	*w.traitsOf.Edit(uint32(id)) = w.traitsNumber(t)
}

// withTraits joins what a second entry of the same account says: a value that came
// once is there.
func (w *Writer) withTraits(n uint32, later *Traits) *Traits {
	all := unpackTraits(*w.traitSets.At(n))
	for i := range all {
		if later[i].State == Present {
			all[i].Text = later[i].Text
		}
		all[i].State = all[i].State.and(later[i].State)
	}
	return &all
}

func (w *Writer) traitsNumber(t *Traits) uint32 {
	x := &w.traits
	if x.number == nil {
		x.number = map[string]uint32{}
		w.traitSets.Add("") // 0 is none
	}
	x.key = t.pack(x.key[:0])
	if n, ok := x.number[string(x.key)]; ok {
		return n
	}
	kept := string(x.key)
	n := w.traitSets.Add(kept)
	x.number[kept] = n
	return n
}

// TraitsOf returns what an account says of itself; nothing was asked for where
// nobody did.
func (s *Snapshot) TraitsOf(id ObjectID) (none Traits) {
	if uint32(id) >= s.traitsOf.Len() || *s.traitsOf.At(uint32(id)) == 0 {
		return none
	}
	return unpackTraits(*s.traitSets.At(*s.traitsOf.At(uint32(id))))
}
