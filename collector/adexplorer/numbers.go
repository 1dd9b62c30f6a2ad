package adexplorer

import (
	"errors"
	"fmt"

	"mbxperm/collector/decode"
)

// numbers delivers, before everything else, the object of the schema that tells by which
// number replication names Exchange's attribute. AD Explorer writes the schema last,
// and objects that name attributes by numbers cannot be kept until then. It only looks
// at what each object has; what is damaged here is told by the pass that reads it all.
func (r *reading) numbers() error {
	s, err := r.ask(decode.AttributeIDs)
	if err != nil {
		return err
	}
	r.begin(s)
	var broken error
	defer func() { r.sink.End(s.query.ID, broken) }()
	slot, at := r.s.slots.of("msDS-IntId"), int64(headerSize)
	for n := range r.s.header.objects {
		if n%1024 == 0 && (r.ctx.Err() != nil || r.s.closed.Load()) {
			return nil
		}
		err := r.o.take(at)
		if errors.Is(err, errSize) {
			broken = fmt.Errorf("object %d of %d is damaged: %w; what comes after it was not read", n+1, r.s.header.objects, err)
			return nil
		}
		at += r.o.size
		if err != nil || !r.o.has(slot) {
			continue
		}
		if ok, err := s.filter.match(r.o); err != nil || !ok {
			continue
		}
		if name, err := r.o.first(r.name); err == nil && s.in(name) {
			r.deliver(s, string(name))
			return nil
		}
	}
	return nil
}
