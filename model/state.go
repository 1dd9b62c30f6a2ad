package model

import (
	"fmt"
	"slices"
	"time"
)

// Phase is what a collection is doing.
type Phase uint8

// The phases.
const (
	Connecting Phase = iota
	Reading
	Resolving // asking who holds the SIDs that nothing has delivered
	Finished
)

// String names the phase as the status line does.
func (p Phase) String() string {
	switch p {
	case Connecting:
		return "connecting"
	case Reading:
		return "reading"
	case Resolving:
		return "resolving SIDs"
	}
	return "finished"
}

// Problem is something that went wrong with one object or search, in one
// sentence.
type Problem struct {
	Time   time.Time
	Object string
	Text   string
}

// Gap is a search that was not read to its end.
type Gap struct {
	Search string // its purpose: "mailboxes"
	Reason string
	// File: a file without searches leaves open what it lacks, and none broke off.
	File bool
}

// Recording is a file that gets what is read. It is never changed once it is
// part of a State.
type Recording struct {
	Path    string
	Entries int   // in the file; 0 while it is written
	Err     error // why it could not be written
	Ended   error // why it is not whole: its source was not read to the end
}

// State is how far a collection has come. It is part of each Snapshot.
type State struct {
	Source  string // as named by the user
	Server  string // dnsHostName of the directory server
	Account string // bound account as the server names it
	// Clock is what the time was for the directory when it was read, and USN the
	// highest number of a change there (currentTime and highestCommittedUSN, [MS-ADTS]
	// 3.1.1.3.2): those of Server. They are in recordings. Zero where it did not say.
	Clock   time.Time
	USN     int64
	Phase   Phase
	Search  string // what is being read now: "mailboxes"
	Done    int    // entries of this search so far
	Expect  int    // of how many; 0 is not known
	Entries int    // entries in all

	Started time.Time // of the collection
	Since   time.Time // of this search
	Ended   time.Time // zero while it runs

	// Recording is the file that gets what is read; nil where nothing is
	// recorded.
	Recording *Recording
	// Incomplete names each search that was not read to its end; added by
	// AddGap.
	Incomplete []Gap
	// Warnings hold for as long as the program runs: an unverified certificate,
	// a password in clear.
	Warnings []string
	Problems []Problem // the first; added by AddProblem
	// MoreProblems is how many there were beyond those listed.
	MoreProblems int
	// Question is what the source waits to be told; nil for nothing.
	Question *Question
	// Err is why the source gave nothing (more); nil otherwise.
	Err error
}

// Question asks whoever looks at a State for a secret, such as a password. It
// is never changed, and one that is asked again is another.
type Question struct{ Text string }

// Bounds on what a State lists. A directory has some dozen searches, and a
// million SIDs are looked up by 20,000; nobody reads the thousandth reason, and
// a hostile source could bring any number of them.
const (
	MostProblems = 1000
	MostGaps     = 1000
)

// AddProblem notes a problem. Those beyond a bound are counted only.
func (s *State) AddProblem(p Problem) {
	if len(s.Problems) >= MostProblems {
		s.MoreProblems++
		return
	}
	s.Problems = append(s.Problems, p)
}

// cancelled is the gap of a collection that somebody ended.
var cancelled = Gap{Reason: "cancelled"}

// AddGap notes that something was not read to its end. The same is noted once;
// of more gaps than a bound it is only said that there are more, which leaves
// every search incomplete.
func (s *State) AddGap(g Gap) {
	if len(s.Incomplete) >= MostGaps && g != cancelled {
		g = Gap{Reason: fmt.Sprintf("more than %d searches were not read to their end; the others are not listed", MostGaps)}
	}
	if !slices.Contains(s.Incomplete, g) {
		s.Incomplete = append(s.Incomplete, g)
	}
}

// Complete reports whether everything asked for was read to its end.
func (s *State) Complete() bool {
	return s.Phase == Finished && len(s.Incomplete) == 0 && s.Err == nil
}

// Cancelled reports whether somebody ended the collection before its end.
func (s *State) Cancelled() bool {
	return slices.Contains(s.Incomplete, cancelled)
}

// Rate returns entries a second of the search that runs.
func (s *State) Rate(now time.Time) float64 {
	if d := now.Sub(s.Since).Seconds(); d > 0 && s.Phase != Finished {
		return float64(s.Done) / d
	}
	return 0
}

// Left returns how long the search that runs will take at its rate so far; 0 if
// that cannot be told.
func (s *State) Left(now time.Time) time.Duration {
	rate := s.Rate(now)
	if rate <= 0 || s.Expect <= s.Done {
		return 0
	}
	return time.Duration(float64(s.Expect-s.Done) / rate * float64(time.Second))
}
