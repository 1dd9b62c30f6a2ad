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
	a := newApp(sessionDriver{session}, themeFor(0))
	a.news.now, a.news.since, a.options.SinceSource = longAgo(), old, since
	d := drive(t, w, h, a.tv)
	a.start(ctx, d.top)
	t.Cleanup(func() {
		cancel()
		session.Wait()
		d.wantStopped()
	})
	d.wantScreen("read to the end")
	return d, a
}

func TestScreenChanges(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDays(t, w, h, "demo:60:1:0", "demo:60:1:60")
		d.wantScreen("changes since demo:60:1: D shows what", "changes: D")
		d.press("D")
		d.wantScreen("Changes since demo:60:1 · ", "by target", "warning: bound account differs", "+ added", "- removed")
		golden(d, a, "changes")
		d.press("r")
		d.idle(a)
		d.press("/")
		d.typeText("fullaccess")
		d.press("Enter")
		d.wantScreen("by trustee", "filter fullaccess")
		golden(d, a, "changes-trustee")
		d.press("x")
		d.wantScreen("[Change]", "Target", "Trustee")
		golden(d, a, "changes-card")
		d.press("q", "v")
		d.wantScreen("[ACE new]", "As stored")
		d.press("q", "Esc", "Esc")
		d.wantGone("Changes since")
	})
}

// changesShown returns how many changes the view shows and hides.
func changesShown(d *driver, a *app) (shown, hidden int) {
	d.idle(a)
	d.on(func() { v := a.changes(); shown, hidden = v.result.Len(), v.result.Hidden.Total() })
	return shown, hidden
}

// TestRefreshShowsWhatChanged: F5 compares with the reading before; another one
// with that; a reading that fails leaves the comparison there was.
func TestRefreshShowsWhatChanged(t *testing.T) {
	d, a := driveDays(t, 120, 40, "", "demo:60:1:0", "demo:60:1:60", "demo:60:1:60")
	d.press("D")
	d.wantScreen("nothing to compare with yet")
	d.press("F5")
	d.wantScreen("changes since ", ": D shows what")
	d.press("D")
	d.wantScreen("Changes since ")
	shown, hidden := changesShown(d, a)
	if shown == 0 {
		t.Fatal("no changes")
	}
	d.press("A")
	if all, none := changesShown(d, a); all != shown+hidden || none != 0 {
		t.Errorf("with all toggles %d shown, %d hidden; without them %d, %d", all, none, shown, hidden)
	}
	d.press("A", "F5") // with the view open
	d.wantScreen("nothing changed since ", "· nothing changed")
	if shown, hidden := changesShown(d, a); shown+hidden != 0 {
		t.Errorf("%d, %d hidden after the third reading", shown, hidden)
	}
	d.press("F5")
	d.wantScreen("connection refused")
	d.press("D")
	d.wantGone("Changes since")
}

// TestChangesJourney: to the target and back, to the trustee and back, with the
// cursor where it was.
func TestChangesJourney(t *testing.T) {
	d, a := driveDays(t, 160, 40, "demo:60:1:0", "demo:60:1:60")
	d.wantScreen("changes: D")
	d.press("D", "/")
	d.typeText("ace fullaccess added")
	d.press("Enter")
	d.wantScreen("filter ace fullaccess added")
	d.idle(a)
	d.press("Down")
	var want model.Change
	d.on(func() { row, _ := a.changes().grid.selected(); want = a.changes().result.Change(row) })
	if want.Kind != model.ChangeACE || want.Right != "FullAccess" {
		t.Fatalf("the cursor is on %+v", want)
	}
	d.press("Enter")
	d.wantScreen(want.Target.Name+" · ", "forward", want.Trustee.Name, "changes › ")
	d.idle(a)
	d.on(func() {
		row, _ := a.right.selected()
		if r := a.right.result.Row(row); r.Trustee.Name != want.Trustee.Name || r.Right != want.Right {
			t.Errorf("the cursor is on %s for %s, not on the entry that changed", r.Right, r.Trustee.Name)
		}
	})
	d.press("Backspace")
	d.wantScreen("filter ace fullaccess added")
	d.wantSelected(want.Trustee.Name)
	d.press("r")
	d.wantScreen("by trustee")
	d.idle(a)
	d.on(func() { row, _ := a.changes().grid.selected(); want = a.changes().result.Change(row) })
	d.press("Enter")
	d.wantScreen(want.Trustee.Name+" · ", "reverse", want.Target.Name)
	d.press("Backspace")
	d.wantScreen("by trustee")
	d.press("C")
	d.wantScreen("trustee SID", "the grid", want.Trustee.SID.String())
	d.press("Esc", "K")
	d.wantScreen("mbxperm compare demo:60:1:0 demo:60:1:60", "filter=ace fullaccess added'", "for the Exchange Management Shell")
	d.press("q", "L")
	d.wantScreen("[x] Trustee", "[~] Old")
	d.press("Esc")
	d.wantGone("[x] Trustee")
	heading := d.screen()[2]
	d.click(len([]rune(strings.Split(heading, "Right")[0])), 2)
	d.wantScreen("↑Right")
	d.click(5, 4)
	d.wait("want the cursor on the second change", func(_, selected []string) bool { return selected[4] != "" })
	d.press("n", "N", ">", "S", "<", "o")
	d.wantScreen("│ Mailbox-Store") // the view made room for the list
	d.press("Esc", "D", "q", "q")
	d.wantStopped()
}

// TestChangesPivotAnywhere: Enter on changes of all kinds, in either order, leads
// somewhere or says why not, and Backspace comes back.
func TestChangesPivotAnywhere(t *testing.T) {
	d, a := driveDays(t, 120, 40, "demo:40:1:0", "demo:40:1:190")
	d.wantScreen("changes: D")
	d.press("A", "D")
	for _, order := range []string{"by target", "by trustee"} {
		d.wantScreen(order)
		n, _ := changesShown(d, a)
		if n < 20 {
			t.Fatalf("%d changes", n)
		}
		for i := 0; i < n; i += max(1, n/8) {
			var text string
			d.on(func() {
				v := a.changes()
				v.grid.choose(i)
				text = fmt.Sprint(v.result.Change(i).Kind, " ", v.result.Change(i).Right)
			})
			d.press("Enter")
			d.idle(a)
			d.on(func() {
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
		d.press("r")
	}
}

// TestExportChanges: the view gets into a file as the program compares, with the
// evidence of both states.
func TestExportChanges(t *testing.T) {
	d, a := driveDays(t, 160, 40, "demo:60:1:0", "demo:60:1:60")
	d.wantScreen("changes: D")
	d.press("D", "/")
	d.typeText("fullaccess")
	d.press("Enter")
	d.wantScreen("2 shown", "filter fullaccess")
	d.idle(a) // "fullacces" shows as many
	name := filepath.Join(t.TempDir(), "changes.json")
	d.press("E")
	d.wantScreen("export to demo-60-1-60-changes-")
	d.on(func() { d.app.GetFocus().(*tview.InputField).SetText(name) })
	d.press("Enter")
	d.wantScreen("2 records written to changes.json and changes.json.evidence.json")
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
