package demo

import (
	"context"
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// lookupBatch is how many SIDs one search asks for.
const lookupBatch = 50

// Lookup answers for SIDs that no search has delivered. It finds present and
// former SIDs of this domain, and the tombstones of accounts that were deleted
// not long ago. It says Missed for those that nobody in it holds: accounts
// deleted before, and everybody in EMEA, which lies on other servers.
func (s *Source) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	r := &session{ctx: ctx, source: s, sink: sink}
	for len(sids) > 0 {
		batch := sids[:min(len(sids), lookupBatch)]
		sids = sids[len(batch):]
		if err := r.lookup(batch); err != nil {
			return err
		}
	}
	return nil
}

// lookup puts one batch.
func (r *session) lookup(sids []acl.SID) error {
	if err := r.stopped(); err != nil {
		return err
	}
	by := decode.Lookup
	by.Filter = sidFilter(sids)
	q := r.ask(ask(by))
	var missed []acl.SID
	seen := make(map[string]bool, len(sids)) // one entry may hold two of the SIDs, and is one answer
	for _, sid := range sids {
		if err := r.stopped(); err != nil {
			r.sink.End(q.ID, err)
			return err
		}
		t, known := trusteeOf(sid)
		r.entry.reset()
		if !known || !r.entry.holder(r.source.world, t) {
			missed = append(missed, sid)
			continue
		}
		if seen[r.entry.DN] {
			continue
		}
		seen[r.entry.DN] = true
		r.entry.Query = q.ID
		r.sink.Entry(&r.entry.Entry)
	}
	r.sink.End(q.ID, nil)
	for _, sid := range missed { // known only when the whole answer is there
		r.sink.Missed(sid)
	}
	return nil
}

// holder writes the entry of whoever holds a SID, now or formerly, and reports
// whether anybody does.
func (e *entry) holder(w *world, t trustee) bool {
	for _, p := range w.static {
		if p.who == t || t.realm == old && p.had == t {
			e.principal(w, p)
			return true
		}
	}
	rid := int(t.rid)
	switch {
	case t.realm == old && rid >= firstMailbox && rid < firstMailbox+w.n:
		p := w.personAt(rid - firstMailbox)
		if !p.hadSID() {
			return false
		}
		e.person(w, &p)
	case t.realm != contoso:
		return false
	case remembered(t):
		e.tombstone(w, t)
	case rid >= firstMailbox && rid < firstMailbox+w.n:
		p := w.personAt(rid - firstMailbox)
		e.person(w, &p)
	case rid >= firstMailUser && rid < firstMailUser+w.mailUsers:
		p := w.personAt(w.n + rid - firstMailUser)
		e.person(w, &p)
	case rid >= firstMailList && rid < firstMailList+w.lists:
		e.listIdentity(w, rid-firstMailList)
	case rid >= firstComputer && rid < firstComputer+w.computers:
		e.computer(w, rid-firstComputer)
	case rid >= firstTeam && rid < firstTeam+w.teams:
		e.team(w, rid-firstTeam)
	default:
		return false
	}
	return true
}

// sidFilter asks for all SIDs at once, as they are and as they were. Binary
// values are written byte by byte.
func sidFilter(sids []acl.SID) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, sid := range sids {
		value := fmt.Sprintf("% x", sid.Raw())
		value = `\` + strings.ReplaceAll(value, " ", `\`)
		fmt.Fprintf(&b, "(objectSid=%s)(sIDHistory=%s)", value, value)
	}
	b.WriteByte(')')
	return b.String()
}
