package coverage

import (
	"slices"

	"mbxperm/model"
)

// logSearch is what the reading of protocol logs is called.
const logSearch = "logs"

// logLines counts the lines of protocol logs, and reports whether there are logs
// at all, or should be.
func logLines(s *model.Snapshot, line *Line) bool {
	for i := range s.Logs {
		l := s.Logs[i]
		line.Found += l.Lines
		line.Undecodable += l.Damaged
		line.Decoded += l.Lines - l.Damaged
	}
	return len(s.Logs) > 0 || slices.ContainsFunc(s.State.Incomplete, func(g model.Gap) bool { return g.Search == logSearch })
}
