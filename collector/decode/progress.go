package decode

import (
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// progress is how far the searches have come, by purpose: several run at a
// time, and one purpose may have several. People see that of one purpose.
type progress struct {
	stretches map[collector.Purpose]*stretch
	weights   map[collector.Purpose]int
}

// stretch is how far one purpose has come.
type stretch struct {
	open         int // searches that run
	done, expect int // entries
	since        time.Time
	expected     map[collector.QueryID]int
}

func newProgress() progress {
	p := progress{stretches: map[collector.Purpose]*stretch{}, weights: map[collector.Purpose]int{}}
	for _, s := range append(Searches(), Logs) {
		p.weights[s.Purpose] = s.Weight
	}
	return p
}

func (p progress) of(purpose collector.Purpose) *stretch {
	if p.stretches[purpose] == nil {
		p.stretches[purpose] = &stretch{since: time.Now(), expected: map[collector.QueryID]int{}}
	}
	return p.stretches[purpose]
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

// show puts the purpose that is shown into the state: of those that run, the
// one that weighs most. Lookups are counted by SID and not by entry, by whoever
// asks.
func (p progress) show(s *model.State) {
	var most collector.Purpose
	for purpose, of := range p.stretches {
		if of.open > 0 && p.weights[purpose] > p.weights[most] {
			most = purpose
		}
	}
	if most == "" {
		return
	}
	of := p.of(most)
	s.Search, s.Done, s.Expect, s.Since = string(most), of.done, of.expect, of.since
	atLeast(s)
}

// atLeast keeps what is expected, which may be an estimate, from being less
// than what is there.
func atLeast(s *model.State) {
	if s.Expect > 0 {
		s.Expect = max(s.Expect, s.Done)
	}
}
