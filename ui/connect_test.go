package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// formDriver is a session that opens what a test says.
type formDriver struct {
	*session.Session
	t testing.TB

	mu       sync.Mutex
	requests []model.Request
	open     func(model.Request) (collector.Source, error)
	recorded []string
}

func (d *formDriver) Open(r model.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, r)
	d.Session.Open(r.Source, func(ctx context.Context) (collector.Source, []string, error) {
		src, err := d.open(r)
		if errors.Is(err, errWaits) {
			<-ctx.Done()
			err = ctx.Err()
		}
		return src, nil, err
	})
}

func (d *formDriver) last() model.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.requests) == 0 {
		return model.Request{}
	}
	return d.requests[len(d.requests)-1]
}

func (d *formDriver) Record(path string, replace bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text := path
	if replace {
		text += " replaced"
	}
	d.recorded = append(d.recorded, text)
	d.Session.Refresh()
}

var (
	errRefused = errors.New("ldaps://dc1.contoso.com refused the account auditor@contoso.com: the password is wrong; check it and the keyboard layout")
	errWaits   = errors.New("the server does not answer")
)

// driveForm starts without a source.
func driveForm(t *testing.T, w, h int, s *settings.Settings, c Connect) (*driver, *app, *formDriver) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	f := &formDriver{t: t, Session: session.New(ctx, model.NewPool(), nil, nil, nil)}
	f.open = func(r model.Request) (collector.Source, error) {
		switch {
		case r.Source == "ldaps://silent.contoso.com":
			return nil, errWaits
		case r.User != "" && r.Password != "right":
			return nil, errRefused
		}
		return &fakeSource{Source: newDemo(t, "demo:60"), name: r.Source}, nil
	}
	a := newApp(f, widget.ThemeFor(0))
	a.reading.now = longAgo()
	if len(c.Auths) == 0 {
		c.Auths = []string{"auto", "kerberos", "ntlm", "external", "simple"}
	}
	a.begin(Options{Connect: c, Settings: s})
	d := drive(t, w, h, a.tv)
	a.start(ctx, d.Top)
	t.Cleanup(func() {
		cancel()
		f.Session.Wait()
		d.WantStopped()
	})
	return d, a, f
}

func TestConnectScreens(t *testing.T) {
	for _, size := range sizes {
		name := fmt.Sprintf("connect-%dx%d", size.w, size.h)
		t.Run(name, func(t *testing.T) {
			d, _, _ := driveForm(t, size.w, size.h, &settings.Settings{Recent: []settings.Recent{
				{Source: "ldaps://dc1.contoso.com", User: "auditor@contoso.com"},
				{Source: "fabrikam.com", User: "[red]\x1b[31m\u202eadmin"},
			}}, Connect{
				Request: model.Request{User: "auditor@contoso.com"}, Domain: "contoso.com",
				Found: []string{"Kerberos ticket of auditor@CONTOSO.COM, good until 2026-03-02 19:30"},
			})
			d.WantScreen("Server or domain  contoso.com", "Kerberos ticket of auditor@CONTOSO.COM", "[red]<U+001B>[31m<U+202E>admin")
			d.Golden(name)
			d.TypeText("wrong")
			d.WantScreen("*****")
			d.WantGone("wrong")
			d.Press("Enter")
			d.WantScreen("refused the account", "*****")
			d.Golden(name + "-refused")
		})
	}
}

// TestConnect: a refused password leaves the form filled in, the right one opens
// the screen, and the directory is remembered without the password.
func TestConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	s, err := settings.LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, _, f := driveForm(t, 120, 32, s, Connect{})
	d.Press("Enter")
	d.WantScreen("no server: give a domain")
	d.TypeText("ldaps://dc1.contoso.com")
	d.Press("Tab")
	d.Paste("auditor@contoso.com")
	d.Press("Down")
	d.TypeText("qX!wrong")
	d.Press("Enter")
	d.WantScreen("password is wrong", "ldaps://dc1.contoso.com", "auditor@contoso.com", "********")
	for range len("qX!wrong") {
		d.Press("Backspace")
	}
	d.TypeText("right")
	d.Press("Down", "Down", "Enter")
	d.WantScreen("│ ntlm")
	d.Press("Down", "Down", "Enter")
	d.WantScreen("[ntlm")
	d.Press("Tab", "Enter")
	d.wantRead()
	d.WantScreen("ldaps://dc1.contoso.com")
	want := model.Request{Source: "ldaps://dc1.contoso.com", User: "auditor@contoso.com", Password: "right", Auth: "ntlm"}
	if got := f.last(); got != want {
		t.Errorf("asked for %+v, want %+v", got, want)
	}
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), "dc1.contoso.com") || strings.Contains(string(b), "right") || strings.Contains(string(b), "assword") {
		t.Errorf("remembered: %s, %v", b, err)
	}
	d.Press("w")
	d.WantScreen("Or once more", "ldaps://dc1.contoso.com as auditor@contoso.com", "[ntlm")
	d.WantGone("****")
	d.Press("Esc")
	d.wantRead()
	d.Press("q")
	d.WantStopped()
}

// TestConnectCanBeStopped: Esc stops a server that does not answer; the form is
// still there, and once more Esc leaves.
func TestConnectCanBeStopped(t *testing.T) {
	d, _, _ := driveForm(t, 80, 24, nil, Connect{Domain: "ldaps://silent.contoso.com"})
	d.Press("Enter")
	d.WantScreen("connecting to ldaps://silent.contoso.com; Esc stops")
	d.Press("Esc")
	d.WantScreen("incomplete: cancelled", "Server or domain")
	d.Press("Esc")
	d.WantStopped()
}

// TestConnectOtherwise: the demo, a file whose name Tab completes, and a
// directory of another day.
func TestConnectOtherwise(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "monday.ldif.zst")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &settings.Settings{Recent: []settings.Recent{{Source: "fabrikam.com", CAFile: "ca.pem", Auth: "simple"}}}
	d, _, f := driveForm(t, 120, 32, s, Connect{})
	d.WantScreen("[Demo]")
	y := slices.IndexFunc(d.Screen(), func(l string) bool { return strings.Contains(l, "[Demo]") })
	d.Click(22, y)
	d.wantRead()
	if got := f.last(); got.Source != "demo" {
		t.Errorf("the demo asks for %+v", got)
	}
	d.Press("w", "Shift-Tab", "Shift-Tab", "Shift-Tab")
	d.Paste(filepath.Join(dir, "mo"))
	d.Press("Tab", "Enter")
	d.wantRead()
	if got := f.last(); got.Source != file {
		t.Errorf("the file asks for %+v", got)
	}
	d.Press("w")
	d.WantScreen("[fabrikam.com]")
	y = slices.IndexFunc(d.Screen(), func(l string) bool { return strings.Contains(l, "[fabrikam.com]") })
	d.Click(22, y)
	d.wantRead()
	if got, want := f.last(), (model.Request{Source: "fabrikam.com", CAFile: "ca.pem", Auth: "simple"}); got != want {
		t.Errorf("once more asks for %+v, want %+v", got, want)
	}
	if len(s.Recent) != 1 {
		t.Errorf("remembered: %+v; neither the demo nor a file is a directory", s.Recent)
	}
}

// TestRecord: R asks where to, and again before it replaces something.
func TestRecord(t *testing.T) {
	d, a, f := driveForm(t, 120, 32, nil, Connect{Domain: "contoso.com"})
	d.Press("Enter")
	d.wantRead()
	d.idle(a)
	d.Press("R")
	d.WantScreen("record to contoso.com-0001-01-01.ldif.zst")
	d.Press("Esc")
	d.WantGone("record to")
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	clear := func() { d.On(func() { a.foot.input.SetText("") }) }
	for _, c := range []struct {
		path, answer, say, want string
	}{
		{dir, "", "is a folder", ""},
		{"", "", "there was no name", ""},
		{old, "n", "stays as it is", ""},
		{old, "y", "reading it again, to record it to", old + " replaced"},
		{filepath.Join(dir, "new"), "", "reading it again, to record it to", filepath.Join(dir, "new")},
	} {
		f.mu.Lock()
		f.recorded = nil
		f.mu.Unlock()
		d.Press("R")
		clear()
		d.Paste(c.path)
		d.Press("Enter")
		if c.answer != "" {
			d.WantScreen("it exists; replace it?")
			d.Press(c.answer, "Enter")
		}
		d.WantScreen(c.say)
		f.mu.Lock()
		if got := strings.Join(f.recorded, " "); got != c.want {
			t.Errorf("%q: recorded to %q, want %q", c.path, got, c.want)
		}
		f.mu.Unlock()
		d.wantRead()
		d.idle(a)
	}
}

// TestStopReadingAgain: what was read before stays, and its state too.
func TestStopReadingAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	hold := make(chan struct{})
	session := session.New(ctx, model.NewPool(), newDemo(t, "demo:60"), nil, func(context.Context) (collector.Source, []string, error) {
		return &fakeSource{Source: newDemo(t, "demo:60"), after: 454, hold: hold}, nil, nil
	})
	d, a := driveAgain(t, ctx, cancel, session)
	d.WantScreen("reading containers again")
	d.Press("X")
	d.WantScreen("stopped: what was read before stays")
	d.wantRead()
	d.WantScreen("Mailboxes 60 · other trustees 64")
	d.WantGone("reading containers")
	close(hold)
	d.Press("F5")
	d.wantRead()
	d.idle(a)
}

// TestStopConnectingAgain: while the source is opened again that is said, and X
// stops it; then F5 can be pressed once more.
func TestStopConnectingAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	tries := 0
	session := session.New(ctx, model.NewPool(), newDemo(t, "demo:60"), nil, func(ctx context.Context) (collector.Source, []string, error) {
		if tries++; tries == 1 {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		}
		return newDemo(t, "demo:60"), nil, nil
	})
	d, _ := driveAgain(t, ctx, cancel, session)
	d.WantScreen("connecting again", "Mailboxes 60")
	d.Press("X")
	d.WantScreen("stopped: what was read before stays")
	d.wantRead()
	session.Wait()
	d.Press("X")
	d.WantScreen("nothing is being read")
	d.Press("F5")
	d.WantScreen("nothing changed since")
	d.Press("!")
	d.WantScreen("domain emea.contoso.com: nothing was read")
	d.WantGone("cancel") // it is nothing that went wrong
	d.WantGone("error")
}

// driveAgain shows a session that was read to its end, and has it read again.
func driveAgain(t *testing.T, ctx context.Context, cancel func(), session *session.Session) (*driver, *app) {
	t.Helper()
	a := newApp(sessionDriver{session}, widget.ThemeFor(0))
	a.reading.now = longAgo()
	d := drive(t, 120, 32, a.tv)
	a.start(ctx, d.Top)
	t.Cleanup(func() {
		cancel()
		session.Wait()
		d.WantStopped()
	})
	d.wantRead()
	d.WantScreen("unreadable")
	d.Press("F5")
	return d, a
}

// TestPasteOutsideAField: a text that is pasted where none can be typed is one
// message, and none of its characters is a key; in a field it is one line.
func TestPasteOutsideAField(t *testing.T) {
	const text = "qXwTi\r\nA\nq"
	d, a := driveDemo(t, 120, 32)
	untouched := func(where string) {
		t.Helper()
		d.On(func() {
			if a.show.reasons != 0 || a.form != nil || a.options.Theme != "" {
				t.Errorf("%s: the text was taken for keys", where)
			}
		})
	}
	for _, where := range []struct {
		name string
		open []string
	}{
		{"totals", nil}, {"ACEs", []string{"Tab"}}, {"object types", []string{"Tab"}}, {"an open list", []string{"Enter"}},
		{"help", []string{"Esc", "?"}}, {"a menu", []string{"Esc", "C"}},
	} {
		d.Press(where.open...)
		d.Paste(text)
		d.WantScreen("a text is pasted into a field only")
		untouched(where.name)
	}
	d.Press("Esc", "/")
	d.Paste("alex\r\n")
	d.WantScreen("/alex", "filter alex")
	d.Press("Esc")
	d.Paste(text)
	d.WantScreen("a text is pasted into a field only")
	untouched("after the field was left")
}
