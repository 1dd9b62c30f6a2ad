package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rivo/tview"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/ui/widget"
)

// driveDays shows one day of the demo after the other, each F5 the next one;
// since is the day that they are compared with, or empty.
func driveDays(t testing.TB, w, h int, since string, days ...string) (*driver, *app) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	pool := model.NewPool()
	var old *model.Snapshot
	if since != "" {
		c := session.Start(ctx, newDemo(t, since), pool, nil)
		<-c.Done()
		old = c.Snapshot()
		old.State.Account = `CONTOSO\somebody`
	}
	next := 1
	session := session.New(ctx, pool, newDemo(t, days[0]), nil, func(context.Context) (collector.Source, []string, error) {
		if next == len(days) {
			return nil, nil, errors.New("dial tcp 192.0.2.1:636: connection refused")
		}
		next++
		return newDemo(t, days[next-1]), nil, nil
	})
	a := newApp(sessionDriver{session}, widget.ThemeFor(0))
	a.reading.now, a.reading.since, a.options.SinceSource = longAgo(), old, since
	d := drive(t, w, h, a.tv)
	a.start(ctx, d.Top)
	t.Cleanup(func() {
		cancel()
		session.Wait()
		d.WantStopped()
	})
	d.wantRead()
	return d, a
}

func TestScreenChanges(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDays(t, w, h, "demo:60:1:0", "demo:60:1:60")
		d.WantScreen("changes since demo:60:1: D shows what", "changes: D")
		d.Press("D")
		d.WantScreen("Changes since demo:60:1 · ", "by weight", "warning: bound account differs", "+ added", "- removed")
		golden(d, a, "changes")
		d.Press("r")
		d.idle(a)
		d.Press("/")
		d.TypeText("fullaccess")
		d.Press("Enter")
		d.WantScreen("by trustee", "filter fullaccess")
		golden(d, a, "changes-trustee")
		d.Press("x")
		d.WantScreen("[Change]", "Target", "Trustee")
		golden(d, a, "changes-card")
		d.Press("q", "v")
		d.WantScreen("[ACE new]", "As stored")
		d.Press("q", "Esc", "Esc")
		d.WantGone("Changes since")
	})
}

// changesShown returns how many changes the view shows and hides.
func changesShown(d *driver, a *app) (shown, hidden int) {
	d.idle(a)
	d.On(func() { v := a.changes(); shown, hidden = v.result.Len(), v.result.Hidden.Total() })
	return shown, hidden
}

// TestRefreshShowsWhatChanged: F5 compares with the reading before; another one
// with that; a reading that fails leaves the comparison there was.
func TestRefreshShowsWhatChanged(t *testing.T) {
	d, a := driveDays(t, 120, 40, "", "demo:60:1:0", "demo:60:1:60", "demo:60:1:60")
	d.Press("D")
	d.WantScreen("nothing to compare with yet")
	d.Press("F5")
	d.WantScreen("changes since ", ": D shows what")
	d.Press("D")
	d.WantScreen("Changes since ")
	shown, hidden := changesShown(d, a)
	if shown == 0 {
		t.Fatal("no changes")
	}
	d.Press("A")
	if all, none := changesShown(d, a); all != shown+hidden || none != 0 {
		t.Errorf("with all toggles %d shown, %d hidden; without them %d, %d", all, none, shown, hidden)
	}
	d.Press("A", "F5") // with the view open
	d.WantScreen("nothing changed since ", "· nothing changed")
	if shown, hidden := changesShown(d, a); shown+hidden != 0 {
		t.Errorf("%d, %d hidden after the third reading", shown, hidden)
	}
	d.Press("F5")
	d.WantScreen("connection refused")
	d.Press("D")
	d.WantGone("Changes since")
}

// TestChangesJourney: to the target and back, to the trustee and back, with the
// cursor where it was.
func TestChangesJourney(t *testing.T) {
	d, a := driveDays(t, 160, 40, "demo:60:1:0", "demo:60:1:60")
	d.WantScreen("changes: D")
	d.Press("D", "/")
	d.TypeText("ace fullaccess added")
	d.Press("Enter")
	d.WantScreen("filter ace fullaccess added")
	d.idle(a)
	d.Press("Down")
	var want change.Change
	d.On(func() { row, _ := a.changes().grid.Selected(); want = a.changes().result.Change(row) })
	if want.Kind != change.KindACE || want.Right != "FullAccess" {
		t.Fatalf("the cursor is on %+v", want)
	}
	d.Press("Enter")
	d.WantScreen(want.Target.Name+" · ", "forward", want.Trustee.Name, "changes › ")
	d.idle(a)
	d.On(func() {
		row, _ := a.right.Selected()
		if r := a.right.result.Row(row); r.Trustee.Name != want.Trustee.Name || r.Right != want.Right {
			t.Errorf("the cursor is on %s for %s, not on the entry that changed", r.Right, r.Trustee.Name)
		}
	})
	d.Press("Backspace")
	d.WantScreen("filter ace fullaccess added")
	d.WantSelected(want.Trustee.Name)
	d.Press("r")
	d.WantScreen("by trustee")
	d.idle(a)
	d.On(func() { row, _ := a.changes().grid.Selected(); want = a.changes().result.Change(row) })
	d.Press("Enter")
	d.WantScreen(want.Trustee.Name+" · ", "reverse", want.Target.Name)
	d.Press("Backspace")
	d.WantScreen("by trustee")
	d.Press("C")
	d.WantScreen("trustee SID", "the grid", want.Trustee.SID.String())
	d.Press("Esc", "K")
	d.WantScreen("mbxperm compare demo:60:1:0 demo:60:1:60", "filter=ace fullaccess added'", "for the Exchange Management Shell")
	d.Press("q", "L")
	d.WantScreen("[x] Trustee", "[~] Old")
	d.Press("Esc")
	d.WantGone("[x] Trustee")
	d.WantLine(2, "Full Access +")
	heading := d.Screen()[3]
	d.Click(len([]rune(strings.Split(heading, "Right")[0])), 3)
	d.WantScreen("↑Right")
	d.Click(5, 5)
	d.Wait("want the cursor on the second change", func(_, selected []string) bool { return selected[5] != "" })
	d.Press("n", "N", ">", "S", "<", "o")
	d.WantScreen("│ Mailbox-Store") // the view made room for the list
	d.Press("Esc", "D", "q", "q")
	d.WantStopped()
}

// TestChangesPivotAnywhere: Enter on changes of all kinds, in either order, leads
// somewhere or says why not, and Backspace comes back.
func TestChangesPivotAnywhere(t *testing.T) {
	d, a := driveDays(t, 120, 40, "demo:40:1:0", "demo:40:1:190")
	d.WantScreen("changes: D")
	d.Press("A", "D")
	for _, order := range []string{"by weight", "by trustee"} {
		d.WantScreen(order)
		n, _ := changesShown(d, a)
		if n < 20 {
			t.Fatalf("%d changes", n)
		}
		for i := 0; i < n; i += max(1, n/8) {
			var text string
			d.On(func() {
				v := a.changes()
				v.grid.Choose(i)
				text = fmt.Sprint(v.result.Change(i).Kind, " ", v.result.Change(i).Right)
			})
			d.Press("Enter")
			d.idle(a)
			d.On(func() {
				switch {
				case a.changes() == nil && a.right.result != nil && a.right.result.Query.Of == a.here.of:
				case a.changes() != nil && a.foot.message != "":
				default:
					t.Errorf("%s, change %d (%s): neither a line nor a reason", order, i, text)
				}
				if a.changes() == nil {
					a.back()
				}
			})
			d.idle(a)
		}
		d.Press("r")
	}
}

// TestExportChanges: the view gets into a file as the program compares, with the
// evidence of both states.
func TestExportChanges(t *testing.T) {
	d, a := driveDays(t, 160, 40, "demo:60:1:0", "demo:60:1:60")
	d.WantScreen("changes: D")
	d.Press("D", "/")
	d.TypeText("fullaccess")
	d.Press("Enter")
	d.WantScreen("2 shown", "filter fullaccess")
	d.idle(a) // "fullacces" shows as many
	name := filepath.Join(t.TempDir(), "changes.json")
	d.Press("E")
	d.WantScreen("export to demo-60-1-60-changes-")
	d.On(func() { d.App.GetFocus().(*tview.InputField).SetText(name) })
	d.Press("Enter")
	d.WantScreen("2 records written to changes.json and changes.json.evidence.json")
	b, err := os.ReadFile(name)
	var records []struct{ Change, Right string }
	if err == nil {
		err = json.Unmarshal(b, &records)
	}
	if err != nil || len(records) != 2 || records[0].Right != "FullAccess" {
		t.Errorf("%+v, %v", records, err)
	}
	evidence, err := os.ReadFile(name + ".evidence.json")
	for _, want := range []string{`"comparison"`, `"old"`, "bound account differs", "only what holds fullaccess"} {
		if !strings.Contains(string(evidence), want) {
			t.Errorf("the evidence lacks %s (%v)", want, err)
		}
	}
}
