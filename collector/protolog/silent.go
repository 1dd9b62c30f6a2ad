package protolog

import (
	"slices"
)

// endSilent ends the half of the sessions that are silent longest: connections
// that broke leave no line. last is the time of a session's last line.
func endSilent[K comparable, S any](sessions map[K]S, last func(S) int64, end func(S)) {
	times := make([]int64, 0, len(sessions))
	for _, s := range sessions {
		times = append(times, last(s))
	}
	slices.Sort(times)
	for k, s := range sessions {
		if last(s) <= times[len(times)/2] {
			end(s)
			delete(sessions, k)
		}
	}
}
