package ui

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"mbxperm/model"
	"mbxperm/ui/widget"
)

// growingDriver tells of a source that is being read.
type growingDriver struct {
	frozenDriver
	writer    *model.Writer
	mailboxes int
	told      []weak.Pointer[model.Snapshot]
}

// read adds mailboxes until there are n.
func (d *growingDriver) read(n int) {
	for ; d.mailboxes < n; d.mailboxes++ {
		name := fmt.Sprintf("u%03d", d.mailboxes)
		d.writer.Put(&model.Object{DN: "CN=" + name + ",DC=contoso,DC=lab", Class: model.ClassUser, Account: name, Recipient: model.Mailbox, Type: "UserMailbox"})
	}
	d.snap = d.writer.Snapshot()
	d.told = append(d.told, weak.Make(d.snap))
}

// TestManyRecipientsWaitForHalfAsMuch: while a source is read the grids take up every
// second what came; once there are many only half as much again, and all at the end.
// The right grid is of what the left one shows.
func TestManyRecipientsWaitForHalfAsMuch(t *testing.T) {
	g := &growingDriver{writer: model.NewWriter(model.NewPool())}
	g.writer.State = model.State{Source: "test", Phase: model.Reading, Started: time.Now()}
	g.read(10)
	a := newApp(g, widget.ThemeFor(0))
	a.reading.many = 20
	var clock atomic.Int64
	a.reading.now = func() time.Time { return time.Unix(0, clock.Load()) }
	d := drive(t, 120, 32, a.tv)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	a.start(ctx, d.Top)
	d.WantScreen("Mailboxes 10 ")
	for _, step := range []struct{ read, shown int }{{11, 11}, {20, 20}, {29, 20}, {30, 30}, {44, 30}, {45, 45}} {
		d.On(func() {
			g.read(step.read)
			clock.Add(int64(refreshEvery))
			a.look()
		})
		d.WantScreen(fmt.Sprintf("Mailboxes %d ", step.shown))
		d.Press("Down")
		for there := false; !there; time.Sleep(time.Millisecond) {
			d.Ask(func() {
				key, _ := a.left.key()
				there = key == a.here.of && !a.pending.left.busy() && !a.pending.right.busy()
			})
		}
		d.On(func() {
			if left, right := a.left.result, a.right.result; left.Len() != step.shown || right.Snapshot != left.Snapshot {
				t.Errorf("of %d mailboxes %d are shown, want %d, and the right grid is of %d", step.read, left.Len(), step.shown, right.Snapshot.Recipients.Len())
			}
		})
	}
	d.On(func() {
		g.writer.State.Phase = model.Finished
		g.read(46)
	})
	d.WantScreen("Mailboxes 46 ")
	d.idle(a)
	runtime.GC()
	for i, s := range g.told[:len(g.told)-1] {
		if s.Value() != nil { // with all that was worked out for it
			t.Errorf("the snapshot %d of %d is still held", i+1, len(g.told))
		}
	}
}
