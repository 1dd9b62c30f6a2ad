package live

import (
	"context"
	"slices"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// Misses are the SIDs of which a directory has said that nobody holds them.
// They outlive a source, so that such a SID costs one question and not one at
// each refresh: no account can come to hold it later but by being restored or
// by sIDHistory, and then a read delivers it without being asked. The zero
// value is ready; one goroutine uses it at a time.
type Misses struct {
	mu   sync.Mutex // two sources of one directory may run: one that was given up, and the next
	sids map[acl.SID]bool
}

func (m *Misses) has(sid acl.SID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sids[sid]
}

func (m *Misses) add(sid acl.SID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sids == nil {
		m.sids = make(map[acl.SID]bool)
	}
	m.sids[sid] = true
}

// Lookup asks for the holders of SIDs, fifty in a filter: each in the domain
// that it is of, or else in the one that was asked for; what other domains hold
// as sIDHistory, Read has delivered. A SID that has had an answer is never
// asked for again; of those that an earlier source has asked for in vain it
// says so at once. A batch that breaks off ends with its reason, and for its
// SIDs that nobody was seen to hold there is no answer. The error is that of
// Read.
func (s *Source) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	ctx, cancel := s.join(ctx)
	defer cancel()
	r := s.newReading(sink)
	var open []acl.SID
	picked := make(map[acl.SID]bool)
	for _, sid := range sids {
		switch {
		case sid.IsZero() || s.asked[sid] || picked[sid]:
		case s.options.Misses.has(sid):
			s.asked[sid] = true
			r.sink.Missed(sid)
		default:
			picked[sid] = true
			open = append(open, sid)
		}
	}
	byDomain := make(map[*domain][]acl.SID)
	for _, sid := range open {
		at, _ := s.holderOf(sid)
		byDomain[at] = append(byDomain[at], sid)
	}
	for _, d := range append([]*domain{s.home}, s.others...) {
		for batch := range slices.Chunk(byDomain[d], namesPerFilter) {
			r.add(r.lookup(d, batch))
		}
	}
	return r.run(ctx)
}

// lookup asks for one batch.
func (r *reading) lookup(at *domain, sids []acl.SID) *task {
	open := make(map[acl.SID]bool, len(sids))
	for _, sid := range sids {
		open[sid] = true
	}
	strangers := 0
	by := decode.Lookup
	by.Filter = sidsFilter(sids)
	t := r.ask(at, by)
	t.limit = len(sids) * r.options.bounds.holders
	t.each = func(e *collector.Entry) {
		if !r.answered(e, open) {
			strangers++
		}
	}
	t.check = func() error {
		if strangers > 0 {
			return t.strangers(strangers)
		}
		return nil
	}
	t.then = func(o outcome) {
		for _, sid := range sids {
			if o.err != nil {
				return
			}
			r.asked[sid] = true
			if open[sid] {
				if _, own := r.holderOf(sid); own || r.whole() {
					r.options.Misses.add(sid)
				}
				r.sink.Missed(sid)
			}
		}
	}
	return t
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
