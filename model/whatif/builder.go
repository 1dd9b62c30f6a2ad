package whatif

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// builder puts a change together.
type builder struct {
	s      *model.Snapshot
	change model.Change
	lists  map[listKey]*model.ListChange
	order  []listKey
	notes  []model.Phrase
	added  map[listKey]Wish // the first that adds an entry to a list
	broken int              // lists with a copy that do not decode
}

func newBuilder(s *model.Snapshot) *builder {
	return &builder{s: s, lists: map[listKey]*model.ListChange{}, added: map[listKey]Wish{}}
}

// listKey is a list of an object.
type listKey struct {
	obj     model.ObjectID
	mailbox bool
}

func (b *builder) list(k listKey) *model.ListChange {
	l := b.lists[k]
	if l == nil {
		l = &model.ListChange{Obj: k.obj, Mailbox: k.mailbox}
		b.lists[k], b.order = l, append(b.order, k)
	}
	return l
}

func (b *builder) leaveOut(k listKey, pos uint32) {
	if l := b.list(k); !slices.Contains(l.Out, pos) {
		l.Out = append(l.Out, pos)
	}
}

// desc is a list as it was read.
func (b *builder) desc(k listKey) pool.Desc {
	return (&model.ListChange{Mailbox: k.mailbox}).Desc(b.s.Record(k.obj))
}

// noList says of a list that an entry is added to that there is none: everybody has
// every right there, and one more entry changes nothing. What was asked for along with
// it may put a list there.
func (b *builder) noList() error {
	for _, k := range b.order {
		w, added := b.added[k]
		d := b.s.Descs.At(uint32(b.desc(k)))
		if !added || b.desc(k) == 0 || d.State == acl.ACLPresent || len(b.lists[k].Out) > 0 {
			continue
		}
		name := b.s.ObjectName(b.s.Record(k.obj))
		return w.errorf("%s has no list of entries, so everybody has every right there already; beside --without-entry %q it would have a list", name, name+"="+everyonesRight(k))
	}
	return nil
}

// everyonesRight is what a row says of whoever comes where there is no list.
func everyonesRight(k listKey) string {
	if k.mailbox {
		return "Everyone:FullAccess"
	}
	return "Everyone:Full Control"
}

func (b *builder) done() model.Change {
	if b.broken > 0 {
		b.notes = append(b.notes, model.Said(fmt.Sprintf(stillBroken, b.broken)))
	}
	for _, k := range b.order {
		l := b.lists[k]
		slices.Sort(l.Out)
		b.change.Lists = append(b.change.Lists, *l)
	}
	return b.change
}
