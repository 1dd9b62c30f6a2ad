package live

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/ldaptest"
)

// TestMissesOutliveASource: a SID that nobody holds costs one question, also when
// everything is read anew; one that somebody holds is asked for again.
func TestMissesOutliveASource(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 10})
	o := options(server)
	o.Misses = new(Misses)
	sids := []acl.SID{sid(t, 2005), sid(t, 2009), sid(t, 9998), sid(t, 9999)}
	lookups := func() (n int) {
		for _, r := range server.Requests() {
			if r.Op == "search" && r.Scope == 2 {
				n++
			}
		}
		return n
	}
	for i, want := range []int{1, 2, 2} {
		s := open(t, o)
		ask := sids
		if i == 2 {
			ask = sids[2:] // nothing is left to ask
		}
		j := newJournal()
		if err := s.Lookup(t.Context(), ask, j); err != nil {
			t.Fatal(err)
		}
		s.Close()
		j.complete(t)
		if len(j.missed) != 2 || j.missed[0] != sids[2] || j.missed[1] != sids[3] {
			t.Errorf("source %d: missed %v", i+1, j.missed)
		}
		if got := lookups(); got != want {
			t.Errorf("source %d: %d questions so far, want %d", i+1, got, want)
		}
	}
	o.Misses = nil // nothing is remembered without it
	s := open(t, o)
	if err := s.Lookup(t.Context(), sids, newJournal()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got := lookups(); got != 3 {
		t.Errorf("%d questions, want 3", got)
	}
}
