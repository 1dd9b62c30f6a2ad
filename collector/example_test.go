package collector_test

import (
	"context"
	"fmt"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
)

// tally is a Sink that counts the entries of each purpose.
type tally struct {
	purpose map[collector.QueryID]collector.Purpose
	entries map[collector.Purpose]int
}

func (t *tally) Begin(q collector.Query)     { t.purpose[q.ID] = q.Purpose }
func (*tally) Expect(collector.QueryID, int) {}
func (t *tally) Entry(e *collector.Entry)    { t.entries[t.purpose[e.Query]]++ }
func (*tally) Missed(acl.SID)                {}
func (*tally) End(id collector.QueryID, err error) {
	if err != nil {
		fmt.Println("search", id, "is not complete:", err)
	}
}

// A sink hears what a source says. It keeps nothing of an entry that it does not
// copy.
func ExampleSink() {
	src, err := demo.New("demo:5")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	t := &tally{map[collector.QueryID]collector.Purpose{}, map[collector.Purpose]int{}}
	if err := src.Read(context.Background(), t); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.entries["rootdse"], "rootDSE")
	// Output: 1 rootDSE
}
