package demo

import (
	"context"
	"slices"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// datedGroup is a group whose members are known to have come at some time.
type datedGroup struct {
	dn           string
	write        func(*entry) // its entry, with its members
	number, size int          // of those drawn by memberOf
}

// Changes says when each member of groups was put there.
func (s *Source) Changes(ctx context.Context, groups []string, sink collector.Sink) error {
	r := &session{ctx: ctx, source: s, sink: sink}
	by := decode.MemberStamps
	for batch := range slices.Chunk(s.world.dated(groups), lookupBatch) {
		names := make([]string, len(batch))
		for i := range batch {
			names[i] = batch[i].dn
		}
		by.Filter = decode.NamesFilter(names)
		if err := r.run(search{ask(by), len(batch), func(e *entry, k int) { e.memberStamps(s.world, &batch[k]) }}); err != nil {
			return err
		}
	}
	return nil
}

// dated returns the groups with these names, in the order in which Read gives them.
func (w *world) dated(names []string) (out []datedGroup) {
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	var b []byte
	for _, p := range w.static {
		if b = w.appendPrincipalDN(b[:0], p); p.group != "" && wanted[string(b)] {
			out = append(out, datedGroup{string(b), func(e *entry) { e.principal(w, p) }, int(p.who.rid), w.wideMembers(p)})
		}
	}
	for k := range w.teams {
		if b, _ = w.appendDN(b[:0], local(firstTeam+uint32(k))); wanted[string(b)] {
			out = append(out, datedGroup{string(b), func(e *entry) { e.team(w, k) }, teamNumber + k, w.teamSize(teamNumber + k)})
		}
	}
	for k := range w.lists {
		if b, _ = w.appendDN(b[:0], local(firstMailList+uint32(k))); wanted[string(b)] {
			out = append(out, datedGroup{string(b), func(e *entry) { e.listIdentity(w, k) }, listNumber + k, w.teamSize(listNumber + k)})
		}
	}
	return out
}

// memberStamps writes when each member of a group was put there.
func (e *entry) memberStamps(w *world, g *datedGroup) {
	g.write(e)
	links, classes := e.Values("member"), e.Values("objectClass")
	e.Attributes = e.Attributes[:0]
	e.all("objectClass", classes)
	later := w.cameLater(g)
	d := dice(w.draw(streamStamp, -(1<<40)-g.number))
	e.begin()
	for _, link := range links {
		x := drawWritten(&d)
		x.version = 1 // nobody was in it before
		if at, ok := later[string(link)]; ok {
			x.at, x.by = at, controllers[0].id
		}
		e.valueStamp("member", link, x)
	}
	e.end("msDS-ReplValueMetaData")
}

// cameLater says of the drawn members of a group that have come since day 0 when that
// was.
func (w *world) cameLater(g *datedGroup) map[string]time.Time {
	later := map[string]time.Time{}
	var b []byte
	for k := range g.size {
		slot := memberSlot(g.number, k)
		n := w.changes(streamMembers, slot)
		if n == 0 {
			continue
		}
		b, _ = w.appendDN(b[:0], w.memberOf(g.number, k, g.size))
		later[string(b)] = w.changedAt(streamMembers, slot, n-1)
	}
	return later
}
