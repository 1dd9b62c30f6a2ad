package model

import (
	"fmt"
	"strings"
	"testing"
)

// A source that goes wrong without end fills no memory with reasons: the first
// are listed, the others counted, and no search counts as complete.
func TestStateBoundsReasons(t *testing.T) {
	w := NewWriter(NewPool())
	s := &w.State
	s.Phase = Finished
	for i := range 3 * mostGaps {
		reason := fmt.Sprintf("reason %d", i)
		s.AddGap(Gap{"lookup", reason})
		s.AddGap(Gap{"lookup", reason})
		s.AddProblem(Problem{Object: "lookup", Text: reason})
	}
	s.AddGap(Gap{Reason: "cancelled"})
	if n := len(s.Incomplete); n != mostGaps+2 {
		t.Errorf("%d gaps are listed, want %d, that there are more, and that it was cancelled", n, mostGaps)
	}
	if more := s.Incomplete[mostGaps]; more.Search != "" || !strings.Contains(more.Reason, "more than 1000 searches") {
		t.Errorf("the gap behind the last is %q, want that there are more", more)
	}
	if !s.Cancelled() {
		t.Error("not cancelled, though that was noted behind the bound")
	}
	if n := len(s.Problems); n != mostProblems || n+s.MoreProblems != 3*mostGaps {
		t.Errorf("%d problems and %d more, want %d of %d", n, s.MoreProblems, mostProblems, 3*mostGaps)
	}
	for _, line := range w.Snapshot().Coverage() {
		if line.Complete {
			t.Errorf("%s is complete", line.ObjectType)
		}
	}
}
