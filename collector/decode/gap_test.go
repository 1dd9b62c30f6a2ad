package decode

import (
	"errors"
	"slices"
	"testing"

	"mbxperm/collector"
	"mbxperm/model"
)

// TestEverySearchIsCovered: whichever search breaks off, some line of the coverage
// says so, and with it the exit code.
func TestEverySearchIsCovered(t *testing.T) {
	for _, purpose := range collector.Purposes() {
		w := model.NewWriter(model.NewPool())
		w.State.Phase = model.Finished
		d := New(w)
		d.Begin(collector.Query{ID: 1, Purpose: purpose, Scope: collector.ScopeSub})
		d.End(1, errors.New("connection closed"))
		said := false
		for _, line := range w.Snapshot().Coverage() {
			said = said || !line.Complete && line.Reason == "connection closed"
		}
		if !said {
			t.Errorf("%s broke off, and every line is complete", purpose)
		}
	}
}

// Every search of a reading shows as what is being read. Lookups are counted by
// whoever asks.
func TestProgressKnowsEverySearch(t *testing.T) {
	for _, purpose := range collector.Purposes() {
		if purpose != collector.PurposeLookup && !slices.Contains(weight, purpose) {
			t.Errorf("%s is read without a word", purpose)
		}
	}
}
