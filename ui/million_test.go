package ui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/cli/program"
	"mbxperm/ui/widget"
)

// BenchmarkMillion measures the screen at a million mailboxes, 200 by 50: from
// a key to the screen, drawn.
func BenchmarkMillion(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := session.Start(ctx, newDemo(b, "demo:1000000"), model.NewPool(), nil)
	<-c.Done()
	snap := c.Snapshot()
	view.Prepare(snap)
	view.PrepareFilter(snap)
	a := newApp(frozenDriver{snap}, widget.ThemeFor(0))
	d := drive(b, 200, 50, a.tv)
	a.start(ctx, d.Top)
	ready := func() {
		for {
			busy := true
			a.tv.QueueUpdate(func() {
				busy = a.left.result == nil || a.left.result.Meanwhile || a.pending.left.busy() || a.pending.right.busy()
			})
			if !busy {
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	ready()
	// now presses a key and draws; then, outside the clock, waits for what it asked for.
	now := func(name string, keys ...tcell.Key) {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				a.tv.QueueUpdate(func() {
					a.press(tcell.NewEventKey(keys[i%len(keys)], 0, tcell.ModNone))
					a.tv.ForceDraw()
				})
			}
			ready()
		})
	}
	now("Down", tcell.KeyDown)
	now("PgDn", tcell.KeyPgDn)
	now("EndHome", tcell.KeyEnd, tcell.KeyHome)
	b.Run("ToggleVisible", func(b *testing.B) {
		for b.Loop() {
			a.tv.QueueUpdate(func() {
				toggle(hiding.Inherited)(a)
				a.tv.ForceDraw()
			})
			b.StopTimer()
			ready()
			b.StartTimer()
		}
	})
	toAnswer := func(name string, ask func(i int)) {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				a.tv.QueueUpdate(func() { ask(i) })
				ready()
			}
		})
	}
	toAnswer("ToggleExact", func(int) { toggle(hiding.Inherited)(a) })
	toAnswer("FilterKeystroke", func(i int) {
		a.here.sides[leftPane].filter = []string{"", "k", "ka", "kar", "kari", "karin"}[i%6]
		a.refill(leftPane)
	})
	a.tv.QueueUpdate(func() { a.here.sides[leftPane].filter = "" })
	toAnswer("SortByNumber", func(i int) { a.sortBy(leftPane, 2+i%3) })
	toAnswer("ToggleExactSorted", func(int) { toggle(hiding.Inherited)(a) })
	toAnswer("ReverseOfTrustee", func(i int) {
		a.here.of = a.left.result.Key(400_000 + i%1000)
		a.here.aces = 4
		a.askRight()
	})
}

// BenchmarkMillionPeak runs the built program on a terminal over demo:1000000
// until all is read, filters, toggles and sorts, and reports the most memory it
// had (VmHWM) and how long it took to the first line and to the end.
func BenchmarkMillionPeak(b *testing.B) {
	if _, err := exec.LookPath("tmux"); err != nil || runtime.GOOS != "linux" {
		b.Skip("needs tmux and /proc")
	}
	mbxperm := program.Path(b)
	for b.Loop() {
		begun := time.Now()
		term := startTerminal(b, 200, 50, mbxperm, "demo:1000000")
		until := func(text string) float64 {
			for !strings.Contains(term.tmux("capture-pane", "-p"), text) {
				if time.Since(begun) > 10*time.Minute {
					b.Fatalf("no %q:\n%s", text, term.tmux("capture-pane", "-p"))
				}
				time.Sleep(20 * time.Millisecond)
			}
			return time.Since(begun).Seconds()
		}
		b.ReportMetric(until("alex.brandt "), "s-first-line")
		b.ReportMetric(until("1 of 2 domains not read"), "s-complete")
		b.ReportMetric(term.peak(b), "MB-peak-read")
		term.press("A")
		until("shown: stale")
		term.press("/")
		term.press("-l", "karin.arvid")
		until("filter karin.arvid")
		term.press("Escape")
		until("other trustees")
		term.press(">", ">")
		until("↓Mailbox")
		b.ReportMetric(term.peak(b), "MB-peak")
		term.press("q")
		until("left with 0")
	}
}

// peak returns the most memory that the program in the terminal had, in MB.
func (term *terminal) peak(b *testing.B) float64 {
	shell := strings.TrimSpace(term.tmux("list-panes", "-F", "#{pane_pid}"))
	child, err := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", shell, shell))
	if err != nil {
		b.Fatal(err)
	}
	status, err := os.ReadFile("/proc/" + strings.TrimSpace(string(child)) + "/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}
