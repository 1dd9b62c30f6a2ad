package session

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// TestGarbageFollowsTheHeap: a small heap is collected seldom, a large one often.
func TestGarbageFollowsTheHeap(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 400}, {4 << 20, 400}, {16 << 20, 200}, {32 << 20, 100}, {128 << 20, 25}, {512 << 20, 6}, {4 << 30, 4}} {
		if got := garbagePercent(c.live); got != c.want {
			t.Errorf("%d MB live: %d %%, want %d", c.live>>20, got, c.want)
		}
	}
}

// TestFollowHeap: what is live decides, also after it has become less.
func TestFollowHeap(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	FollowHeap()
	for _, c := range []struct {
		live int
		ok   func(percent int) bool
	}{{256 << 20, func(p int) bool { return p <= 25 }}, {0, func(p int) bool { return p >= 100 }}} {
		held := make([]byte, c.live)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			runtime.GC()
			metrics.Read(sample)
			percent := int(sample[0].Value.Uint64())
			if c.ok(percent) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("with %d MB live the percentage is %d", c.live>>20, percent)
			}
		}
		runtime.KeepAlive(held)
	}
}
