package model

// Fresh returns the snapshot without what was worked out for it.
func (s *Snapshot) Fresh() *Snapshot {
	return &Snapshot{
		poolView: s.poolView, pool: s.pool, facts: s.facts, Gen: s.Gen, State: s.State,
		objects: s.objects, byDN: s.byDN, bySID: s.bySID, delegates: s.delegates, members: s.members,
		stores: s.stores, recips: s.recips,
	}
}

// PlainFilter applies a filter to a line as slowly as can be.
func (s *Snapshot) PlainFilter(k LineKey, text string) bool {
	f := filter{s, words(text)}
	return f.line(k)
}
