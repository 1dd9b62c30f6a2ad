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
func driveForm(t *testing.T, w, h int, s *Settings, c Connect) (*driver, *app, *formDriver) {
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
	a := newApp(f, themeFor(0))
	a.news.now = longAgo()
	if len(c.Auths) == 0 {
		c.Auths = []string{"auto", "kerberos", "ntlm", "external", "simple"}
	}
	a.begin(Options{Connect: c, Settings: s})
	d := drive(t, w, h, a.tv)
	a.start(ctx, d.top)
	t.Cleanup(func() {
		cancel()
		f.Session.Wait()
		d.wantStopped()
	})
	return d, a, f
}

func TestConnectScreens(t *testing.T) {
	for _, size := range sizes {
		name := fmt.Sprintf("connect-%dx%d", size.w, size.h)
		t.Run(name, func(t *testing.T) {
			d, _, _ := driveForm(t, size.w, size.h, &Settings{Recent: []Recent{
				{Source: "ldaps://dc1.contoso.com", User: "auditor@contoso.com"},
				{Source: "fabrikam.com", User: "[red]\x1b[31m\u202eadmin"},
			}}, Connect{
				Request: model.Request{User: "auditor@contoso.com"}, Domain: "contoso.com",
				Found: []string{"Kerberos ticket of auditor@CONTOSO.COM, good until 2026-03-02 19:30"},
			})
			d.wantScreen("Server or domain  contoso.com", "Kerberos ticket of auditor@CONTOSO.COM", "[red]<U+001B>[31m<U+202E>admin")
			d.golden(name)
			d.typeText("wrong")
			d.wantScreen("*****")
			d.wantGone("wrong")
			d.press("Enter")
			d.wantScreen("refused the account", "*****")
			d.golden(name + "-refused")
		})
	}
}

// TestConnect: a refused password leaves the form filled in, the right one opens
// the screen, and the directory is remembered without the password.
func TestConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	s, err := loadSettings(path)
	if err != nil {
		t.Fatal(err)
	}
	d, _, f := driveForm(t, 120, 32, s, Connect{})
	d.press("Enter")
	d.wantScreen("no server: give a domain")
	d.typeText("ldaps://dc1.contoso.com")
	d.press("Tab")
	d.paste("auditor@contoso.com")
	d.press("Down")
	d.typeText("qX!wrong")
	d.press("Enter")
	d.wantScreen("password is wrong", "ldaps://dc1.contoso.com", "auditor@contoso.com", "********")
	for range len("qX!wrong") {
		d.press("Backspace")
	}
	d.typeText("right")
	d.press("Down", "Down", "Enter")
	d.wantScreen("│ ntlm")
	d.press("Down", "Down", "Enter")
	d.wantScreen("[ntlm")
	d.press("Tab", "Enter")
	d.wantScreen("read to the end", "ldaps://dc1.contoso.com")
	want := model.Request{Source: "ldaps://dc1.contoso.com", User: "auditor@contoso.com", Password: "right", Auth: "ntlm"}
	if got := f.last(); got != want {
		t.Errorf("asked for %+v, want %+v", got, want)
	}
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), "dc1.contoso.com") || strings.Contains(string(b), "right") || strings.Contains(string(b), "assword") {
		t.Errorf("remembered: %s, %v", b, err)
	}
	d.press("w")
	d.wantScreen("Or once more", "ldaps://dc1.contoso.com as auditor@contoso.com", "[ntlm")
	d.wantGone("****")
	d.press("Esc")
	d.wantScreen("read to the end")
	d.press("q")
	d.wantStopped()
}

// TestConnectCanBeStopped: Esc stops a server that does not answer; the form is
// still there, and once more Esc leaves.
func TestConnectCanBeStopped(t *testing.T) {
	d, _, _ := driveForm(t, 80, 24, nil, Connect{Domain: "ldaps://silent.contoso.com"})
	d.press("Enter")
	d.wantScreen("connecting to ldaps://silent.contoso.com; Esc stops")
	d.press("Esc")
	d.wantScreen("incomplete: cancelled", "Server or domain")
	d.press("Esc")
	d.wantStopped()
}

// TestConnectOtherwise: the demo, a file whose name Tab completes, and a
// directory of another day.
func TestConnectOtherwise(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "monday.ldif.zst")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Settings{Recent: []Recent{{Source: "fabrikam.com", CAFile: "ca.pem", Auth: "simple"}}}
	d, _, f := driveForm(t, 120, 32, s, Connect{})
	d.wantScreen("[Demo]")
	y := slices.IndexFunc(d.screen(), func(l string) bool { return strings.Contains(l, "[Demo]") })
	d.click(22, y)
	d.wantScreen("read to the end")
	if got := f.last(); got.Source != "demo" {
		t.Errorf("the demo asks for %+v", got)
	}
	d.press("w", "Shift-Tab", "Shift-Tab", "Shift-Tab")
	d.paste(filepath.Join(dir, "mo"))
	d.press("Tab", "Enter")
	d.wantScreen("read to the end")
	if got := f.last(); got.Source != file {
		t.Errorf("the file asks for %+v", got)
	}
	d.press("w")
	d.wantScreen("[fabrikam.com]")
	y = slices.IndexFunc(d.screen(), func(l string) bool { return strings.Contains(l, "[fabrikam.com]") })
	d.click(22, y)
	d.wantScreen("read to the end")
	if got, want := f.last(), (model.Request{Source: "fabrikam.com", CAFile: "ca.pem", Auth: "simple"}); got != want {
		t.Errorf("once more asks for %+v, want %+v", got, want)
	}
	if len(s.Recent) != 1 {
		t.Errorf("remembered: %+v; neither the demo nor a file is a directory", s.Recent)
	}
}

func TestCompletePath(t *testing.T) {
	dir := t.TempDir() + string(filepath.Separator)
	t.Setenv("HOME", dir)
	for _, name := range []string{"monday.ldif", "monday.ldif.zst", "Überblick", ".hidden"} {
		if err := os.WriteFile(dir+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir+"records", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, want string }{
		{dir + "mo", dir + "monday.ldif"}, {dir + "r", dir + "records" + string(filepath.Separator)},
		{dir + "x", dir + "x"}, {dir, dir}, {dir + "Ü", dir + "Überblick"}, {dir + ".", dir + ".hidden"},
		{filepath.Join(dir, "none", "x"), filepath.Join(dir, "none", "x")}, {"~" + string(filepath.Separator) + "mo", dir + "monday.ldif"},
	} {
		if got := completePath(c.in); filepath.Clean(got) != filepath.Clean(c.want) {
			t.Errorf("completePath(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// TestRecord: R asks where to, and again before it replaces something.
func TestRecord(t *testing.T) {
	d, a, f := driveForm(t, 120, 32, nil, Connect{Domain: "contoso.com"})
	d.press("Enter")
	d.wantScreen("read to the end")
	d.idle(a)
	d.press("R")
	d.wantScreen("record to contoso.com-0001-01-01.ldif.zst")
	d.press("Esc")
	d.wantGone("record to")
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	clear := func() { d.on(func() { a.foot.input.SetText("") }) }
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
		d.press("R")
		clear()
		d.paste(c.path)
		d.press("Enter")
		if c.answer != "" {
			d.wantScreen("it exists; replace it?")
			d.press(c.answer, "Enter")
		}
		d.wantScreen(c.say)
		f.mu.Lock()
		if got := strings.Join(f.recorded, " "); got != c.want {
			t.Errorf("%q: recorded to %q, want %q", c.path, got, c.want)
		}
		f.mu.Unlock()
		d.wantScreen("read to the end")
		d.idle(a)
	}
}

// TestStopReadingAgain: what was read before stays, and its state too.
func TestStopReadingAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	hold := make(chan struct{})
	session := session.New(ctx, model.NewPool(), newDemo(t, "demo:60"), nil, func(context.Context) (collector.Source, []string, error) {
		return &fakeSource{Source: newDemo(t, "demo:60"), after: 374, hold: hold}, nil, nil
	})
	d, a := driveAgain(t, ctx, cancel, session)
	d.wantScreen("reading containers again")
	d.press("X")
	d.wantScreen("stopped: what was read before stays", "read to the end", "Mailboxes 60 · other trustees 65")
	d.wantGone("reading containers")
	close(hold)
	d.press("F5")
	d.wantScreen("read to the end")
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
	d.wantScreen("connecting again", "Mailboxes 60")
	d.press("X")
	d.wantScreen("stopped: what was read before stays", "read to the end")
	session.Wait()
	d.press("X")
	d.wantScreen("nothing is being read")
	d.press("F5")
	d.wantScreen("nothing changed since")
	d.press("!")
	d.wantScreen("Nothing went wrong.")
}

// driveAgain shows a session that was read to its end, and has it read again.
func driveAgain(t *testing.T, ctx context.Context, cancel func(), session *session.Session) (*driver, *app) {
	t.Helper()
	a := newApp(sessionDriver{session}, themeFor(0))
	a.news.now = longAgo()
	d := drive(t, 120, 32, a.tv)
	a.start(ctx, d.top)
	t.Cleanup(func() {
		cancel()
		session.Wait()
		d.wantStopped()
	})
	d.wantScreen("read to the end", "unreadable")
	d.press("F5")
	return d, a
}
