package verdict_test

import (
	"fmt"
	"testing"

	"mbxperm/model/coverage"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// heldWrong is the first pair of a person and an assignment of which package rbac
// says something else than the plain implementation.
func (o *forest) heldWrong() string {
	s := o.snapshot()
	b, g := rbac.Of(s), coverage.Members(s)
	server := &account{}
	if len(o.Domains) > 1 { // in which case the domain of the servers is not asked for
		server.Store = "no store at all"
	}
	byName := map[string]*assignment{}
	for _, a := range o.Assignments {
		byName[a.Name] = a
	}
	for p := range member.Person(g.Len()) {
		held := map[int]member.Certainty{}
		for _, h := range b.HeldBy(p) {
			held[h.Assignee] |= h.Certainty
		}
		for i := range b.Assignments {
			a := byName[s.CN(s.Record(b.Assignments[i].Obj).DN)]
			if a == nil {
				continue
			}
			for _, who := range o.persons() {
				if who.SID != textOf(s.SIDOf(g.Trustee(p).SID())) {
					continue
				}
				o.asked++
				set := across(map[string]int{}, func(w *world) bool { return o.has(who, server, a, w) })
				want, known := map[uint8]string{canBeNo: "no", canBePossible: "possible", canBeSure: "sure"}[set]
				if !known {
					want = "unknown"
				}
				if got := wordOf(held[b.Assignments[i].Assignee]); got != want {
					return fmt.Sprintf("%s on %s: held is %s, the plain implementation says %s", who.SID, a.Name, got, want)
				}
			}
		}
	}
	return ""
}

// wordOf is what a certainty comes to, whatever was not read turns out to be.
func wordOf(c member.Certainty) string {
	switch {
	case c&member.Sure != 0:
		return "sure"
	case c&member.Unread != 0:
		return "unknown"
	case c&member.Possible != 0:
		return "possible"
	case c != member.No:
		return "unknown"
	}
	return "no"
}

// TestHeldAgrees holds the reverse of every person against the plain
// implementation.
func TestHeldAgrees(t *testing.T) {
	pairs := 0
	for seed := range forests() {
		o := randomForest(seed)
		if o.NoRoles {
			continue
		}
		if o.heldWrong() != "" {
			report(t, seed, o, (*forest).heldWrong)
		}
		pairs += o.asked
	}
	t.Logf("%d pairs of a person and an assignment", pairs)
}

// TestMatchesAreTheTokens: who is named by which entry comes out alike from below, by
// the holders of its SID, and from above, by the tokens.
func TestMatchesAreTheTokens(t *testing.T) {
	held := 0
	for seed := range forests() {
		o := randomForest(seed)
		n, differs := verdict.Of(o.snapshot()).MatchesByHolders()
		if differs != "" {
			t.Fatalf("organisation %d: %s\n%s", seed, differs, o)
		}
		held += n
	}
	if held < 1000 {
		t.Errorf("only %d matches", held)
	}
}
