package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/history"
)

// TestHistoryPage: Y shows what the recordings of the folder tell, and says where there
// is no folder.
func TestHistoryPage(t *testing.T) {
	for _, size := range []struct{ w, h int }{{40, 10}, {80, 24}, {200, 50}} {
		src := &fakeSource{Source: newDemo(t, "demo:60"), name: "nights/2024-03-04.ldif.zst (ldaps://dc1 (the first), 2024-03-04 06:00 UTC)"}
		d, a := driveApp(t, size.w, size.h, src)
		d.wantRead()
		asked := ""
		d.On(func() {
			a.options.History = func(_ context.Context, dir string, _ func(*model.Snapshot) (int, error), _ func(int, int)) ([]history.Reading, []string, error) {
				asked = dir
				day := func(n, grants int) history.Reading {
					return history.Reading{File: "d.ldif.zst", Time: time.Date(2024, 3, n, 6, 0, 0, 0, time.UTC), Rows: -1,
						Counts: history.Counts{Mailboxes: 60, FullAccess: grants, Whole: true, Findings: [finding.Critical + 1]int{finding.High: 7}}}
				}
				return []history.Reading{day(1, 10), day(2, 10), day(3, 17)}, []string{"x.ldif.zst: left out: it is cut\x1b[2J"}, nil
			}
		})
		d.Press("Y")
		d.WantScreen("History", "Readings", "full_access", "▁▁█  10 · 10 · 17 · 17")
		if size.h > 10 {
			d.WantScreen("Left out", "x.ldif.zst", "report history nights")
		}
		d.Press("Tab")
		d.WantScreen("Night by night", "60 mailboxes", "(+7)")
		if asked != "nights" {
			t.Errorf("asked for %q", asked)
		}
		d.Press("Esc")
		d.WantScreen("Mailboxes 60")
	}
	d, a := driveDemo(t, 80, 24)
	d.Press("Y")
	d.WantScreen("history wants a folder of recordings")
	d.On(func() {
		if why := a.whyNoHistory(); !strings.Contains(why, "folder") {
			t.Errorf("why not: %q", why)
		}
	})
}

// TestFindingsAfterReread: the page of findings is brought up to date when everything
// was read again under it.
func TestFindingsAfterReread(t *testing.T) {
	d, a := driveDays(t, 120, 32, "", "demo:60:1:0", "demo:60:1:150")
	d.Press("F")
	d.WantScreen("Findings · ", "+ everyone (")
	count := func() (n int, of *model.Snapshot) {
		d.On(func() {
			if v := a.findings(); v != nil && v.list != nil && v.list.Done() {
				n, of = v.list.Len(), v.list.Snapshot
			}
		})
		return n, of
	}
	before, first := count()
	d.Press("F5")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		n, of := count()
		if of != nil && of != first && n != before {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %d findings of the reading before", n)
		}
	}
	d.WantScreen("Findings · ")
}
