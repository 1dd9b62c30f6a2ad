package ui

import (
	"context"
	"strings"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/ui/widget"
)

// TestQuestion: what a source asks for while it is read again is asked on the
// screen, in the last line and hidden, and never while something else is typed.
func TestQuestion(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var s *session.Session
	s = session.New(ctx, model.NewPool(), newDemo(t, "demo:60"), nil, func(ctx context.Context) (collector.Source, []string, error) {
		secret, err := s.Ask(ctx, "password of auditor@contoso.com: ")
		switch {
		case err != nil:
			return nil, nil, err
		case secret != "right":
			return nil, nil, errRefused
		}
		return newDemo(t, "demo:61"), nil, nil
	})
	a := newApp(sessionDriver{s}, widget.ThemeFor(0))
	a.reading.now = longAgo()
	d := drive(t, 120, 32, a.tv)
	a.start(ctx, d.Top)
	t.Cleanup(func() {
		cancel()
		s.Wait()
		d.WantStopped()
	})
	d.wantRead()
	d.WantScreen("Mailboxes 60")
	d.idle(a)

	d.Press("/")
	d.TypeText("alex.brand") // before the question comes
	d.On(func() { a.driver.Refresh() })
	for s.Snapshot().State.Question == nil {
		d.Settle()
	}
	d.WantGone("password of")
	d.Press("t", "Enter")
	d.WantScreen("password of auditor@contoso.com:")
	d.TypeText("wrong")
	d.WantScreen("*****")
	d.WantGone("wrong")
	d.Press("Enter")
	d.WantScreen("reading it again", "refused the account", "filter alex.brandt")
	d.WantGone("password of")

	d.Press("Esc", "F5")
	d.WantScreen("password of auditor@contoso.com:")
	d.Press("Esc")
	d.WantScreen("stopped: what was read before stays")
	d.WantGone("password of")

	d.Press("F5")
	d.WantScreen("password of auditor@contoso.com:")
	d.Paste("rig")
	d.On(func() { // a click elsewhere takes the keyboard away; the question comes back
		a.focus(a.right)
	})
	d.WantScreen("password of auditor@contoso.com:")
	d.TypeText("right")
	d.Press("Enter")
	d.WantScreen("Mailboxes 61")
	d.idle(a)
	d.On(func() {
		if text := a.foot.input.GetText(); strings.Contains(text, "right") {
			t.Errorf("the secret is still in the field: %q", text)
		}
	})
	d.Press("/")
	d.TypeText("alex")
	d.WantScreen("/alex")
}
