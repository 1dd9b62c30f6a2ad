package coverage

import (
	"fmt"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// A source that goes wrong without end fills no memory with reasons: the first
// are listed, the others counted, and no search counts as complete.
func TestStateBoundsReasons(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	s := &w.State
	s.Phase = model.Finished
	for i := range 3 * model.MostGaps {
		reason := fmt.Sprintf("reason %d", i)
		s.AddGap(model.Gap{Search: "lookup", Reason: reason})
		s.AddGap(model.Gap{Search: "lookup", Reason: reason})
		s.AddProblem(model.Problem{Object: "lookup", Text: reason})
	}
	s.AddGap(model.Gap{Reason: "cancelled"})
	if n := len(s.Incomplete); n != model.MostGaps+2 {
		t.Errorf("%d gaps are listed, want %d, that there are more, and that it was cancelled", n, model.MostGaps)
	}
	if more := s.Incomplete[model.MostGaps]; more.Search != "" || !strings.Contains(more.Reason, "more than 1000 searches") {
		t.Errorf("the gap behind the last is %+v, want that there are more", more)
	}
	if !s.Cancelled() {
		t.Error("not cancelled, though that was noted behind the bound")
	}
	if n := len(s.Problems); n != model.MostProblems || n+s.MoreProblems != 3*model.MostGaps {
		t.Errorf("%d problems and %d more, want %d of %d", n, s.MoreProblems, model.MostProblems, 3*model.MostGaps)
	}
	for _, line := range Of(w.Snapshot()) {
		if line.Complete {
			t.Errorf("%s is complete", line.ObjectType)
		}
	}
}
