package decode

import (
	"slices"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// progress is how far the searches have come, by purpose: several run at a time,
// and one purpose may have several. People see that of one purpose.
type progress map[collector.Purpose]*stretch

// stretch is how far one purpose has come.
type stretch struct {
	open         int // searches that run
	done, expect int // entries
	since        time.Time
	expected     map[collector.QueryID]int
}

// weight orders purposes by how much of the time they take: the one that runs
// and stands first is shown.
var weight = []collector.Purpose{collector.PurposeMailboxes, collector.PurposeRecipients, collector.PurposePrincipals, collector.PurposeKeys, collector.PurposeGroups, collector.PurposeContainers,
	collector.PurposeStoreLinks, collector.PurposeSchema, collector.PurposeExchange, collector.PurposeRights, collector.PurposeTrusts, collector.PurposeForest, collector.PurposeRootDSE}

func (p progress) of(purpose collector.Purpose) *stretch {
	if p[purpose] == nil {
		p[purpose] = &stretch{since: time.Now(), expected: map[collector.QueryID]int{}}
	}
	return p[purpose]
}

func (p progress) begin(s *model.State, purpose collector.Purpose) {
	p.of(purpose).open++
	p.show(s)
}

// end leaves on the screen what was there last, if nothing else runs.
func (p progress) end(s *model.State, purpose collector.Purpose) {
	p.of(purpose).open--
	p.show(s)
}

func (p progress) expect(s *model.State, q *collector.Query, n int) {
	of := p.of(q.Purpose)
	of.expect += n - of.expected[q.ID]
	of.expected[q.ID] = n
	p.show(s)
}

// entry counts an entry; q is nil where the source knows no searches.
func (p progress) entry(s *model.State, q *collector.Query) {
	if q == nil {
		s.Done++
		return
	}
	p.of(q.Purpose).done++
	if s.Search == string(q.Purpose) {
		s.Done++
		atLeast(s)
	}
}

// show puts the purpose that is shown into the state. Lookups are counted by SID
// and not by entry, by whoever asks.
func (p progress) show(s *model.State) {
	at := slices.IndexFunc(weight, func(purpose collector.Purpose) bool { return p[purpose] != nil && p[purpose].open > 0 })
	if at < 0 {
		return
	}
	of := p[weight[at]]
	s.Search, s.Done, s.Expect, s.Since = string(weight[at]), of.done, of.expect, of.since
	atLeast(s)
}

// atLeast keeps what is expected, which may be an estimate, from being less than
// what is there.
func atLeast(s *model.State) {
	if s.Expect > 0 {
		s.Expect = max(s.Expect, s.Done)
	}
}
