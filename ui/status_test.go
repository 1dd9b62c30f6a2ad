package ui

import (
	"strings"
	"testing"
	"time"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

func TestFitParts(t *testing.T) {
	parts := []string{"read to the end", "", "37 unreadable", "ldaps://dc1.contoso.com", "x"}
	for _, c := range []struct {
		w    int
		want string
	}{
		{100, "read to the end · 37 unreadable · ldaps://dc1.contoso.com · x"},
		{58, "read to the end · 37 unreadable · ldaps://dc1.contoso.com"},
		{40, "read to the end · 37 unreadable · x"}, // what fits after what does not
		{20, "read to the end · x"},
		{3, "read to the end"}, // the first stays, and is cut by who shows it
	} {
		if got := fitParts(c.w, parts); got != c.want {
			t.Errorf("fitParts(%d) = %q, want %q", c.w, got, c.want)
		}
	}
}

// TestProgress: whatever the width, no number is cut, and the bar and the
// numbers stay in their places while they grow.
func TestProgress(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	now := start
	a := newApp(frozenDriver{}, widget.ThemeFor(0))
	a.reading.now = func() time.Time { return now }
	s := &model.State{Phase: model.Reading, Search: "mailboxes", Expect: 1_000_000, Since: start}
	for _, c := range []struct {
		w, done int
		after   time.Duration
		want    string
	}{
		{78, 41_234, 2 * time.Second, "reading mailboxes ░░░░░░░░░░░░░░░    41,234 of 1,000,000  20,617/s   47 s left"},
		{78, 541_234, 20 * time.Second, "reading mailboxes ████████░░░░░░░   541,234 of 1,000,000  27,061/s   17 s left"},
		{78, 1_000_000, 40 * time.Second, "reading mailboxes ███████████████ 1,000,000 of 1,000,000  25,000/s"},
		{65, 541_234, 2000 * time.Second, "reading mailboxes ███████░░░░░░░   541,234 of 1,000,000     270/s"},
		{58, 541_234, 2000 * time.Second, "reading mailboxes ███░░░░   541,234 of 1,000,000     270/s"},
	} {
		s.Done, now = c.done, start.Add(c.after)
		got := a.foot.progress(s, c.w)
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(c.want), " ") {
			t.Errorf("in %d cells: %q, want %q", c.w, got, c.want)
		}
		if w := safe.Width(got); w > c.w {
			t.Errorf("%q has %d cells, and there are %d", got, w, c.w)
		}
	}
	a.reading.silent = 75
	if got := a.foot.progress(s, 78); !strings.HasSuffix(got, "silent        75 s") {
		t.Errorf("after 75 seconds of silence: %q", got)
	}
	a.reading.silent = 0
	s.Expect, s.Done, now = 0, 123_456_789, start.Add(time.Hour)
	if got := a.foot.progress(s, 78); !strings.Contains(got, "123,456,789  34,293/s") {
		t.Errorf("without a total: %q", got)
	}
}

// TestSilence: a source is silent after ten seconds without news, and never
// once it was read.
func TestSilence(t *testing.T) {
	n := newApp(frozenDriver{}, widget.ThemeFor(0)).reading
	for _, c := range []struct {
		phase model.Phase
		since time.Duration
		want  int
	}{
		{model.Reading, 9 * time.Second, 0},
		{model.Reading, 10*time.Second + 500*time.Millisecond, 10},
		{model.Connecting, 75*time.Second + 500*time.Millisecond, 75},
		{model.Finished, 75 * time.Second, 0},
	} {
		n.latest, n.came = &model.Snapshot{State: model.State{Phase: c.phase}}, time.Now().Add(-c.since)
		if got := n.silence(); got != c.want {
			t.Errorf("%v, %v after the last news: silent for %d s, want %d", c.phase, c.since, got, c.want)
		}
	}
}

// TestHiddenAtAMillion: the counts of a large organisation do not fit into 78
// cells with dots between them; they are said all the same, each whole.
func TestHiddenAtAMillion(t *testing.T) {
	a := newApp(frozenDriver{}, widget.ThemeFor(0))
	res := &view.Result{Query: view.Query{Type: view.Mailboxes}, System: 1234}
	res.Hidden = [len(res.Hidden)]int{38_123, 3_051_234, 3_891_234, 0, 3_141_234}
	a.left.result = res
	for _, c := range []struct {
		w    int
		want string
	}{
		{200, "hidden: c 38,123 stale · i 3,051,234 inherited · s 3,891,234 self/system · I 3,141,234 implied · 1,234 system mailboxes"},
		{104, "hidden: 38,123 stale 3,051,234 inherited 3,891,234 self/system 3,141,234 implied 1,234 system mailboxes"},
		{112, "hidden: c 38,123 stale i 3,051,234 inherited s 3,891,234 self/system I 3,141,234 implied 1,234 system mailboxes"},
		{78, "hidden: 10,121,825 rows · 1,234 system mailboxes"},
		{58, "hidden: 10,121,825 rows · 1,234 system mailboxes"},
	} {
		if got := a.foot.hidden(c.w); got != c.want {
			t.Errorf("in %d cells: %q, want %q", c.w, got, c.want)
		}
	}
}
