package model

import (
	"encoding/binary"
	"strings"
)

// DoorKind says which sort of object of Exchange's configuration tells of a door.
type DoorKind uint8

// The kinds.
const (
	DoorFolder       DoorKind = iota + 1 // a container that others lie in: seen, it shows that they could be
	DoorOrganisation                     // what holds where a mailbox says nothing
	DoorServer                           // where a server is, and under which names
	DoorPOP3
	DoorIMAP4
	DoorConnector // a receive connector
	DoorRule      // a client access rule
	DoorDomain    // an accepted domain
)

// DoorValue is one setting of a door, or of a mailbox, under the name that
// Exchange's cmdlets have for it, or that of its attribute. What it means is for
// package door to say; numbers are in decimal.
type DoorValue struct {
	Name      string
	Attribute string
	Texts     []string // in the order in which they came, which LDAP does not keep
	State     ReadState
}

// DoorValues are some of them, each name once. They are not to be changed.
type DoorValues []DoorValue

// Find returns a value by its name; one that nobody asked for where there is none.
func (v DoorValues) Find(name string) DoorValue {
	for i := range v {
		if v[i].Name == name {
			return v[i]
		}
	}
	return DoorValue{Name: name}
}

// Text returns the only text of a value, the first of several; empty for none.
func (v DoorValues) Text(name string) string {
	if texts := v.Find(name).Texts; len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// with joins what a second entry of the same object says: a value that came once
// is there.
func (v DoorValues) with(later DoorValues) DoorValues {
	out := append(DoorValues(nil), v...) // a published one stays as it is
next:
	for _, l := range later {
		for i := range out {
			if out[i].Name == l.Name {
				if l.State == Present {
					out[i].Texts = l.Texts
				}
				out[i].State = out[i].State.and(l.State)
				continue next
			}
		}
		out = append(out, l)
	}
	return out
}

// Door is an object of Exchange's configuration that tells of a door.
type Door struct {
	Obj    ObjectID
	Kind   DoorKind
	Values DoorValues
}

// Door adds what an object says of a door. The object itself was put before.
func (w *Writer) Door(dn string, kind DoorKind, values DoorValues) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	id := *w.byDNOf(dn)
	if id == 0 {
		return
	}
	if w.doorOf == nil {
		w.doorOf = map[ObjectID]uint32{}
	}
	if n, ok := w.doorOf[id]; ok {
		d := w.doors.Edit(n)
		d.Values = d.Values.with(values)
		return
	}
	w.doorOf[id] = w.doors.Add(Door{Obj: id, Kind: kind, Values: values})
}

// access is what mailboxes say of their protocols. Most say the same as many
// others, so each distinct answer is kept once.
type access struct {
	number map[string]uint32 // of an answer, by all of its texts
	key    []byte
}

// Access adds what an account says of the protocols that it may use. The values
// are not kept.
func (w *Writer) Access(dn string, values DoorValues) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	id := *w.byDNOf(dn)
	if id == 0 {
		return
	}
	w.accessOf.Grow(uint32(id) + 1)
	if n := *w.accessOf.At(uint32(id)); n != 0 {
		values = (*w.accesses.At(n)).with(values)
	}
	*w.accessOf.Edit(uint32(id)) = w.accessNumber(values)
}

func (w *Writer) accessNumber(values DoorValues) uint32 {
	a := &w.access
	if a.number == nil {
		a.number = map[string]uint32{}
		w.accesses.Add(nil) // 0 is none
	}
	a.key = a.key[:0]
	for _, v := range values {
		a.key = append(append(a.key, v.Name...), 0, byte(v.State))
		a.key = binary.AppendUvarint(a.key, uint64(len(v.Texts)))
		for _, t := range v.Texts {
			a.key = append(binary.AppendUvarint(a.key, uint64(len(t))), t...)
		}
	}
	if n, ok := a.number[string(a.key)]; ok {
		return n
	}
	kept := make(DoorValues, len(values))
	for i, v := range values {
		kept[i] = DoorValue{Name: v.Name, Attribute: v.Attribute, State: v.State}
		for _, t := range v.Texts {
			kept[i].Texts = append(kept[i].Texts, strings.Clone(t))
		}
	}
	n := w.accesses.Add(kept)
	a.number[string(a.key)] = n
	return n
}

// AccessOf returns what an account says of the protocols that it may use; nil
// where nobody asked.
func (s *Snapshot) AccessOf(id ObjectID) DoorValues {
	if n := s.AccessNumber(id); n != 0 {
		return *s.Accesses.At(n)
	}
	return nil
}

// AccessNumber numbers the answers of AccessOf, so that what follows from one is
// worked out once; 0 for none.
func (s *Snapshot) AccessNumber(id ObjectID) uint32 {
	if uint32(id) >= s.accessOf.Len() {
		return 0
	}
	return *s.accessOf.At(uint32(id))
}
