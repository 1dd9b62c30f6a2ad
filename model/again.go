package model

import (
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// longer is a list of DNs that another entry of the same object goes on with.
type longer struct {
	known map[pool.DN]struct{} // all that is in the list
	next  []pool.DN            // what is not in the table yet
}

// extend notes DNs for a list that has some already; those that are in it are
// passed over. They get into the table with the next snapshot: a group that a
// file gives in a thousand pieces, among those of others, is not copied a
// thousand times.
func (w *Writer) extend(lists map[ObjectID]*longer, id ObjectID, n uint32, at func(uint32) pool.DN, names []string) {
	l := lists[id]
	if l == nil {
		l = &longer{known: map[pool.DN]struct{}{}}
		for i := range n {
			l.known[at(i)] = struct{}{}
		}
		lists[id] = l
	}
	for _, name := range names {
		name := w.Pool.DN(name)
		if _, ok := l.known[name]; !ok {
			l.known[name] = struct{}{}
			l.next = append(l.next, name)
		}
	}
}

// lengthen puts into the tables what was noted for their lists.
func (w *Writer) lengthen() {
	for id, l := range w.moreMembers {
		if len(l.next) > 0 {
			o := w.objects.Edit(uint32(id))
			o.Members = appendTo(&w.members, o.Members, l.next, func(name pool.DN) pool.DN { return name }, 0)
			l.next = nil
		}
	}
	for id, l := range w.moreDelegates {
		if len(l.next) > 0 {
			o := w.objects.Edit(uint32(id))
			o.Delegates = appendTo(&w.delegates, o.Delegates, l.next, func(name pool.DN) Delegate { return Delegate{id, name} }, Delegate{})
			l.next = nil
		}
	}
}

// appendTo appends DNs to a list in a table. A list that is not at the end of
// the table moves there, and gone takes its old place.
func appendTo[T any](t *table.Table[T], list span, names []pool.DN, record func(pool.DN) T, gone T) span {
	if list.First+list.N != t.Len() {
		first := t.Len()
		for i := range list.N {
			x := *t.At(list.First + i)
			t.Add(x)
			*t.Edit(list.First + i) = gone
		}
		list.First = first
	}
	for _, name := range names {
		t.Add(record(name))
	}
	list.N += uint32(len(names))
	return list
}
