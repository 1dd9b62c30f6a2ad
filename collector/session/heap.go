package session

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much garbage may lie beside what is live before it is collected: so many
// bytes, but no less than a share of what is live, since a collection looks at
// all of that, and no more than another. What is known of a directory is large
// and has few pointers in it. So a small directory is read as if there were no
// collector, and a million mailboxes take little more than what is known of
// them.
const (
	garbageRoom               = 32 << 20
	leastGarbage, mostGarbage = 4, 400 // per cent of what is live
)

// FollowHeap sets the collector's percentage by the live heap, after each
// collection, for as long as the process runs. It is for main, once.
func FollowHeap() {
	debug.SetGCPercent(mostGarbage)
	(&heapFollower{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}, percent: mostGarbage}).arm()
}

type heapFollower struct {
	sample  []metrics.Sample
	percent int
}

// arm waits for the next collection: it is told by an object that nobody holds.
func (f *heapFollower) arm() {
	runtime.AddCleanup(&struct{ next *heapFollower }{f}, func(f *heapFollower) {
		metrics.Read(f.sample)
		if p := garbagePercent(f.sample[0].Value.Uint64()); p != f.percent {
			f.percent = p
			debug.SetGCPercent(p)
		}
		f.arm()
	}, f)
}

// garbagePercent is the percentage for so many live bytes.
func garbagePercent(live uint64) int {
	return int(max(leastGarbage, min(garbageRoom*100/max(live, 1), mostGarbage)))
}
