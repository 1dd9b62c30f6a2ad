package ui

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rivo/tview"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/screentest"
	"mbxperm/ui/widget"
)

// fakeSource is a source of demo data that stops in the middle until told to go
// on, or fails.
type fakeSource struct {
	*demo.Source
	name  string
	after int           // entries
	hold  chan struct{} // closed: go on
	err   error         // instead of anything
}

func (f *fakeSource) Name() string {
	if f.name != "" {
		return f.name
	}
	return f.Source.Name()
}

func (f *fakeSource) Read(ctx context.Context, sink collector.Sink) error {
	if f.err != nil {
		return f.err
	}
	return f.Source.Read(ctx, &holdingSink{Sink: sink, f: f, ctx: ctx})
}

type holdingSink struct {
	collector.Sink
	f   *fakeSource
	ctx context.Context
	n   int
}

func (h *holdingSink) Entry(e *collector.Entry) {
	h.Sink.Entry(e)
	h.n++
	if h.f.hold == nil || h.n != h.f.after {
		return
	}
	select {
	case <-h.f.hold:
	case <-h.ctx.Done():
	}
}

// nothing is a source that is read to its end and holds nothing.
type nothing struct{}

func (nothing) Name() string                                            { return "nothing" }
func (nothing) Read(context.Context, collector.Sink) error              { return nil }
func (nothing) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (nothing) Changes(context.Context, []string, collector.Sink) error { return nil }
func (nothing) Close() error                                            { return nil }

func newDemo(t testing.TB, spec string) *demo.Source {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// sessionDriver is a session that goes over to nothing and records nothing.
type sessionDriver struct{ *session.Session }

func (sessionDriver) Open(model.Request)  {}
func (sessionDriver) Record(string, bool) {}

// longAgo returns a clock that says another second of the year 1 each time: a
// grid is never too young to be refreshed, and no rate is shown.
func longAgo() func() time.Time {
	var seconds atomic.Int64
	return func() time.Time { return time.Time{}.Add(time.Duration(seconds.Add(1)) * time.Second) }
}

// driver is a driver that knows the application on its screen.
type driver struct{ *screentest.Driver }

// drive drives an application on a simulated screen.
func drive(t testing.TB, w, h int, tv *tview.Application) *driver {
	t.Helper()
	return &driver{screentest.Drive(t, w, h, tv)}
}

// wasRead is what the status line says of a source that was read to its end, also
// where a domain of its forest was not.
var wasRead = regexp.MustCompile("read to the end|[0-9] domains? not read")

// wantRead waits until the source was read to its end.
func (d *driver) wantRead() {
	d.T.Helper()
	d.Wait("want the end of reading", func(lines, _ []string) bool { return wasRead.MatchString(strings.Join(lines, "\n")) })
}

// driveApp shows a source on a simulated screen.
func driveApp(t testing.TB, w, h int, src collector.Source, warnings ...string) (*driver, *app) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	session := session.New(ctx, model.NewPool(), src, warnings, func(context.Context) (collector.Source, []string, error) {
		return nil, nil, errors.New("dial tcp 192.0.2.1:636: connection refused")
	})
	a := newApp(sessionDriver{session}, widget.ThemeFor(0))
	a.reading.now = longAgo()
	d := drive(t, w, h, a.tv)
	a.start(ctx, d.Top)
	t.Cleanup(func() {
		cancel()
		session.Wait()
		d.WantStopped()
	})
	return d, a
}

// driveDemo shows a small organisation and waits until it is there.
func driveDemo(t testing.TB, w, h int) (*driver, *app) {
	t.Helper()
	d, a := driveApp(t, w, h, newDemo(t, "demo:60"))
	d.wantRead()
	d.WantScreen("unreadable", "aaron.vogt · ", "klara.stern")
	return d, a
}

var sizes = []struct{ w, h int }{{80, 24}, {120, 32}, {200, 50}}

// eachSize runs a test on the three sizes that goldens are kept for.
func eachSize(t *testing.T, f func(t *testing.T, w, h int, golden func(d *driver, a *app, name string))) {
	for _, s := range sizes {
		size := fmt.Sprintf("%dx%d", s.w, s.h)
		t.Run(size, func(t *testing.T) {
			f(t, s.w, s.h, func(d *driver, a *app, name string) {
				t.Helper()
				d.idle(a)
				d.Golden("app-" + name + "-" + size)
			})
		})
	}
}

// idle waits until nothing is being worked out and the right grid has followed.
func (d *driver) idle(a *app) {
	d.T.Helper()
	for deadline := time.Now().Add(screentest.Patience); ; time.Sleep(time.Millisecond) {
		quiet := false
		d.Ask(func() { quiet = a.quiet() })
		if quiet {
			d.Settle()
			return
		}
		if time.Now().After(deadline) {
			d.Fail("the application does not come to rest")
		}
	}
}

func (a *app) quiet() bool {
	key, _ := a.left.key()
	return a.left.result != nil && !a.pending.left.busy() && !a.pending.right.busy() && a.reading.counting == 0 && !a.reading.comparing && len(a.pending.held) == 0 && a.pending.waiting == 0 &&
		a.reading.latest == a.driver.Snapshot() && a.left.result.Snapshot == a.reading.base &&
		(a.here.pinned || key == a.here.of)
}

// find moves the cursor of the left grid to a line by filtering for it.
func (d *driver) find(text string) {
	d.T.Helper()
	d.Press("/")
	d.TypeText(text)
	d.WantScreen("filter " + text)
	d.Press("Enter")
}

func TestScreens(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		golden(d, a, "start")
		d.Press("?")
		d.WantScreen("that allow and 1 that denies")
		golden(d, a, "help")
		d.Press("q")
		d.WantGone("that allow and 1 that denies")
		d.find("front.desk")
		d.WantScreen("front.desk · ", "82 entries")
		golden(d, a, "filter")
		d.Press("Enter")
		d.idle(a)
		d.Press("Down")
		d.WantScreen("front.desk forward")
		golden(d, a, "detail")
		d.Press("Enter")
		d.WantScreen("svc-backup · ", "reverse ·")
		golden(d, a, "reverse")
		d.Press("A")
		d.WantScreen("shown: stale, inherited")
		golden(d, a, "all")
		d.Press("A")
		d.Press("o")
		d.WantScreen("│ Mailbox-Store")
		d.Press("Down", "Enter")
		d.WantScreen("Other recipients 19")
		d.idle(a)
		golden(d, a, "recipient")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Mailbox stores", "DB02 · forward")
		golden(d, a, "store")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Containers 59", "Accra · forward")
		golden(d, a, "container")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Role assignments", "adm-lund")
		golden(d, a, "role")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Delegated admins", "adm-lund · reverse")
		golden(d, a, "admin")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Protocols and mailboxes", "POP3 · ")
		golden(d, a, "access")
		d.Press("End", "x")
		d.WantScreen("Access", "OWAforDevices", "the last use as the protocol logs do")
		golden(d, a, "access-card")
		d.Press("Esc", "o", "Down", "Enter")
		d.WantScreen("Receive connectors 15", "Applications · forward")
		golden(d, a, "connector")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Accounts and clients", "· 1 row")
		golden(d, a, "connection")
		d.Press("o", "Down", "Enter")
		d.WantScreen("Connectors and clients", " row")
		golden(d, a, "relay")
		d.Press("x")
		d.WantScreen("As the protocol logs", "UTC")
		golden(d, a, "relay-card")
	})
}

func TestScreenHostile(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("＝1+1")
		d.WantScreen("Mailboxes 2 · other trustees 0")
		d.Press("Down")
		d.WantSelected("＝1+1")
		d.Press("A", "Enter")
		d.WantScreen("<U+001B>", "shown: stale", "8 entries")
		golden(d, a, "hostile")
	})
}

func TestScreenCollecting(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		src := &fakeSource{Source: newDemo(t, "demo:60"), after: 460, hold: make(chan struct{})}
		d, a := driveApp(t, w, h, src, "the certificate was not verified")
		d.WantScreen("reading containers ", " of ", "warning: the certificate was not verified")
		golden(d, a, "collecting")
		d.Press("X")
		d.WantScreen("stopped")
		d.Press("Down")
		d.WantScreen("incomplete: cancelled", "warning: the certificate was not verified", "Mailboxes")
	})
}

func TestScreenFailed(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		src := &fakeSource{Source: newDemo(t, "demo:60"), name: "ldaps://dc1.contoso.lab",
			err: errors.New("there is no Exchange organisation in this directory: CN=Microsoft Exchange,CN=Services was not found")}
		d, a := driveApp(t, w, h, src)
		d.WantScreen("Nothing was read from ldaps://dc1.contoso.lab", "no Exchange organisation", "F5 reads again")
		golden(d, a, "failed")
		d.Press("F5")
		d.WantScreen("connection refused")
		d.Press("o", "Esc", "q")
		d.WantStopped()
	})
}

func TestScreenEmpty(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveApp(t, w, h, nothing{})
		d.wantRead()
		d.WantScreen("nothing was found")
		golden(d, a, "empty")
		d.Press("Down", "Enter", "r", "e", "A", "/", "x", "Enter", "Esc", "Backspace", ">", "S", "Tab", "Tab", "Enter", "Esc", "q")
		d.WantStopped()
	})
}

// TestCollectingIsUsable: rows that have come can be used while the rest is
// still to come, and the cursor's line stays when it comes.
func TestCollectingIsUsable(t *testing.T) {
	src := &fakeSource{Source: newDemo(t, "demo:2000"), after: 1500, hold: make(chan struct{})}
	d, a := driveApp(t, 100, 30, src)
	now := time.Now()
	var mu sync.Mutex
	d.On(func() {
		a.reading.now = func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now }
	})
	d.WantScreen("reading mailboxes", "thea.sandoval", "hidden:")
	d.Press("Down", "Down", "Enter")
	d.WantScreen("thea.sandoval · ")
	d.Press("Backspace")
	close(src.hold)
	d.wantRead()
	d.WantSelected("thea.sandoval")
}

// TestQuitWhileCollecting: q and Ctrl-C leave at any moment.
func TestQuitWhileCollecting(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"Ctrl-C"}, {"/", "Ctrl-C"}, {"o", "Ctrl-C"}, {"o", "q"}, {"?", "Ctrl-C"}, {"?", "q", "q"}} {
		t.Run(strings.Join(keys, " "), func(t *testing.T) {
			src := &fakeSource{Source: newDemo(t, "demo:60"), after: 30, hold: make(chan struct{})}
			d, _ := driveApp(t, 80, 24, src)
			d.Press(keys...)
			d.WantStopped()
		})
	}
}

func TestJourney(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.Press("End", "Up", "Up", "Up", "Up", "Up") // over the lines of deleted accounts
	const name = "ulla.strand"
	d.WantSelected(name)
	d.WantScreen(name + " · ")
	d.Press("Enter")
	d.WantScreen("Mailboxes › " + name)
	d.Press("r")
	d.WantScreen("[Reverse-All", "· reverse ·")
	d.Press("r", "Backspace")
	d.WantSelected(name)
	d.WantGone("›")
	d.find("front.desk")
	d.Press("Enter")
	d.idle(a)
	d.Press("Down", "Enter")
	d.WantScreen("svc-backup · ", "reverse", "[Reverse-All")
	d.Press("Enter")
	d.WantScreen("forward ·", "[All")
	d.Press("Backspace", "Backspace")
	d.WantScreen("front.desk · ", "forward · 82 entries", "filter front.desk")
	d.WantSelected("svc-backup")
	d.Press("Backspace", "Esc")
	d.WantGone("filter front.desk")
	d.Press("Backspace")
	d.WantScreen("this is where you started")
	d.Resize(39, 10)
	d.WantScreen("terminal too small: 40×10 or more")
	d.Resize(80, 24)
	d.WantScreen("Mailboxes ")
	d.Press("q")
	d.WantStopped()
}

func TestTogglesAndSort(t *testing.T) {
	d, _ := driveDemo(t, 200, 50)
	d.Press("d")
	d.WantScreen("Mailboxes: nothing is hidden as default")
	d.Press("c")
	d.WantScreen("shown: stale")
	d.Press("i")
	d.WantScreen("shown: stale, inherited")
	d.Press("c", "i", "y")
	d.WantScreen("system mailboxes are shown")
	d.Press("y", "e")
	d.WantScreen("forward, with persons", "Persons", "38: ")
	d.Press("e")
	d.WantGone("with persons")
	d.Press(">", ">")
	d.WantScreen("↓Mailbox")
	d.WantSelected("front.desk")
	d.Press("S")
	d.WantScreen("↑Mailbox")
	d.Press("<", "<")
	d.WantGone("↑")
	d.find("nils.krogh")
	d.WantScreen("nils.krogh · ")
	d.Press("r", "e")
	d.WantScreen("reverse, with groups")
	d.Press("o", "Down", "Down", "Enter")
	d.WantScreen("Mailbox stores")
	d.Press("r")
	d.WantScreen("have no other direction")
	d.Press("y")
	d.WantScreen("system mailboxes are among the mailboxes")
	d.Press("F5")
	d.WantScreen("connection refused")
	d.Press("X")
	d.WantScreen("nothing is being read")
}

func TestMouse(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.Click(5, 7)
	d.Wait("want a cursor on line 7", func(lines, selected []string) bool { return selected[7] != "" })
	d.Click(5, 14)
	d.idle(a)
	d.Click(len([]rune(strings.Split(d.Screen()[3], "Mailbox")[0])), 3)
	d.WantScreen("↓Mailbox")
	d.Click(5, 0)
	d.WantScreen("│ Mailbox-Store")
	d.Click(5, 2)
	d.Click(35, 0)
	d.WantScreen("Mailboxes › ")
}

// TestTotalsEqualRows: a cell is the number of rows that the right grid shows
// for it, and the mark the number that it hides, for every line under several
// toggles, asked as the screen asks.
func TestTotalsEqualRows(t *testing.T) {
	ctx := t.Context()
	c := session.Start(ctx, newDemo(t, "demo:60"), model.NewPool(), nil)
	<-c.Done()
	a := newApp(nil, widget.ThemeFor(0))
	a.reading.base = c.Snapshot()
	ask := func(q view.Query) *view.Result {
		res, err := view.Of(ctx, a.reading.base, q)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	for _, show := range []hiding.Reasons{0, hiding.Inherited, hiding.Self | hiding.Stale, hiding.Implied, hiding.All} {
		a.show = toggles{reasons: show, system: true}
		for _, a.here.typ = range view.ObjectTypes[:3] {
			lines := ask(a.leftQuery())
			for i := range lines.Len() {
				line := lines.Line(i)
				cells := map[int]view.Count{0: line.Forward(grant.StoreACL)}
				kinds := map[*view.ObjectType][]*grant.Kind{
					view.Mailboxes:  {grant.MailboxACL, grant.SendAs, grant.OnBehalf},
					view.Recipients: {grant.RecipientSend, grant.RecipientBehalf, grant.Manager, grant.Delivery},
				}[a.here.typ]
				for n, k := range kinds { // their ACE types come behind All, forward and then in reverse
					delete(cells, 0)
					cells[n+len(kinds)+2] = line.Reverse(k)
					if line.Key.IsTarget() { // else its forward types show the reverse
						cells[n+1] = line.Forward(k)
					}
				}
				if a.here.typ == view.Mailboxes && line.Key.IsTarget() { // All has the entries of the store too
					all := line.Stores()
					for _, k := range kinds {
						all.Rows, all.Hidden = all.Rows+line.Forward(k).Rows, all.Hidden+line.Forward(k).Hidden
					}
					cells[0] = all
				}
				a.here.of = line.Key
				for ace, want := range cells {
					a.here.aces = ace
					res := ask(a.rightQuery())
					if res.Len() != want.Rows || res.Hidden.Total() != want.Hidden {
						t.Errorf("%s under %q, %s: the cell says %d rows and %d hidden, the grid shows %d and hides %d", line.Name,
							show, a.here.typ.ACEs[ace].Name, want.Rows, want.Hidden, res.Len(), res.Hidden.Total())
					}
				}
			}
		}
	}
}

// TestListIsLeft: Esc leaves an open list for the grid it was opened from, letters
// are no part of it, and the keys after it work.
func TestListIsLeft(t *testing.T) {
	d, _ := driveDemo(t, 120, 32)
	d.Press("o")
	d.WantScreen("│ Mailbox-Store")
	d.Press("x", "u", "Esc")
	d.WantGone("│ Mailbox-Store")
	d.find("front.desk")
	d.WantScreen("[Mailbox  ", "front.desk · ", "82 entries")
	d.Press("Tab", "Tab", "x", "/")
	d.WantGone("│ Mailbox-Store")
	d.Press("Esc", "r") // back in a grid, its keys work
	d.WantScreen("[Reverse-All")
}

// TestEscAndTheNextKeyAsOne: a terminal sends Alt-X for Esc and X that come
// together over a slow line.
func TestEscAndTheNextKeyAsOne(t *testing.T) {
	d, _ := driveDemo(t, 120, 32)
	d.find("front.desk")
	d.WantScreen("filter front.desk")
	d.Alt('/')
	d.WantGone("filter front.desk")
	d.TypeText("anna.keller")
	d.WantScreen("filter anna.keller", "anna.keller · ")
}
