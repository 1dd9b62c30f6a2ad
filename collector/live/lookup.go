package live

import (
	"context"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
)

// Lookup asks for the holders of SIDs, fifty in a filter, in the domain. A SID
// that has had an answer is never asked for again. A batch that breaks off ends
// with its reason, and for its SIDs that nobody was seen to hold there is no
// answer. The error is that of Read.
func (s *Source) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	ctx, cancel := s.join(ctx)
	defer cancel()
	r := &reading{Source: s, sink: s.logged(sink), partitions: make(map[string]bool), count: &counting{}}
	for _, dn := range s.root.contexts {
		r.partitions[foldDN(dn)] = true
	}
	var batch []acl.SID
	picked := make(map[acl.SID]bool)
	for i, sid := range sids {
		if !sid.IsZero() && !s.asked[sid] && !picked[sid] {
			picked[sid] = true
			batch = append(batch, sid)
		}
		if len(batch) == namesPerFilter || i == len(sids)-1 && len(batch) > 0 {
			if err := r.lookup(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return ctx.Err()
}

// lookup asks for one batch.
func (r *reading) lookup(ctx context.Context, sids []acl.SID) error {
	open := make(map[acl.SID]bool, len(sids))
	for _, sid := range sids {
		open[sid] = true
	}
	strangers := 0
	done, err := r.search(ctx, task{purpose: collector.PurposeLookup, base: r.root.domain, scope: collector.ScopeSub,
		filter: sidsFilter(sids),
		each: func(e *collector.Entry) {
			if !r.answered(e, open) {
				strangers++
			}
		},
		check: func() error {
			if strangers > 0 {
				return r.strangers(strangers)
			}
			return nil
		}})
	if done.err == nil {
		for _, sid := range sids {
			r.asked[sid] = true
			if open[sid] {
				r.sink.Missed(sid)
			}
		}
	}
	return err
}

// answered crosses off the SIDs that the entry holds. It reports whether the
// entry is one that was asked for.
func (r *reading) answered(e *collector.Entry, open map[acl.SID]bool) bool {
	found := false
	for _, name := range []string{"objectSid", "sIDHistory"} {
		for _, v := range e.Values(name) {
			sid, err := acl.SIDFromBytes(v)
			if err != nil {
				continue
			}
			if _, ok := open[sid]; ok {
				open[sid] = false
				r.asked[sid] = true
				found = true
			}
		}
	}
	return found
}

// sidsFilter is a filter for whoever holds or held one of the SIDs. Binary
// values are written byte by byte; servers before Windows Server 2003 do not
// know the text form S-1-… (MS-ADTS 3.1.1.3.1.3.2).
func sidsFilter(sids []acl.SID) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, sid := range sids {
		for _, name := range []string{"(objectSid=", "(sIDHistory="} {
			b.WriteString(name)
			escapeBytes(&b, sid.Bytes())
			b.WriteByte(')')
		}
	}
	b.WriteByte(')')
	return b.String()
}
