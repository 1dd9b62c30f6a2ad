package decode

import (
	"errors"
	"testing"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// TestEverySearchIsCovered: whichever search breaks off, some line of the
// coverage says so, and with it the exit code.
func TestEverySearchIsCovered(t *testing.T) {
	for _, search := range Searches() {
		w := model.NewWriter(model.NewPool())
		w.State.Phase = model.Finished
		d := newDecoder(w)
		d.Begin(collector.Query{ID: 1, Purpose: search.Purpose, Scope: collector.ScopeSub})
		d.End(1, errors.New("connection closed"))
		said := false
		for _, line := range coverage.Of(w.Snapshot()) {
			said = said || !line.Complete && line.Reason == "connection closed"
		}
		if !said {
			t.Errorf("%s broke off, and every line is complete", search.Purpose)
		}
	}
}

// Every search of a reading shows as what is being read. Lookups are counted by
// whoever asks.
func TestProgressKnowsEverySearch(t *testing.T) {
	for _, search := range Searches() {
		if search.Purpose != Lookup.Purpose && search.Weight == 0 {
			t.Errorf("%s is read without a word", search.Purpose)
		}
	}
}
