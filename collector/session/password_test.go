package session

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/ldaptest"
	"mbxperm/model"
)

const auditor, rightPassword = "auditor@contoso.lab", "qX!right"

// TestPasswords: what is stored goes before what a person says; an answer serves
// until it turns out to be wrong.
func TestPasswords(t *testing.T) {
	stored := NewPasswords(func() (string, error) { return "stored", nil }, nil)
	if p, err := stored.Get(t.Context(), auditor); p != "stored" || err != nil {
		t.Errorf("stored: %q, %v", p, err)
	}
	broken := errors.New("password file x: permission denied")
	p := NewPasswords(func() (string, error) { return "", broken }, func(context.Context, string) (string, error) {
		t.Error("somebody is asked though the file cannot be read")
		return "", nil
	})
	if _, err := p.Get(t.Context(), auditor); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	nobody := NewPasswords(func() (string, error) { return "", ErrNoPassword }, nil)
	if _, err := nobody.Get(t.Context(), auditor); !errors.Is(err, ErrNoPassword) {
		t.Errorf("nobody to ask: %v", err)
	}
	asked := 0
	p = NewPasswords(func() (string, error) { return "", ErrNoPassword }, func(_ context.Context, q string) (string, error) {
		if asked++; q != "password of "+auditor+": " {
			t.Errorf("the question is %q", q)
		}
		return "given", nil
	})
	for range 2 {
		if got, err := p.Get(t.Context(), auditor); got != "given" || err != nil {
			t.Errorf("asked: %q, %v", got, err)
		}
	}
	p.forget(auditor)
	p.Get(t.Context(), auditor)
	if asked != 2 {
		t.Errorf("asked %d times, want twice: once more after the answer was wrong", asked)
	}
}

// askingController is a controller over a directory that wants a password.
func askingController(t *testing.T) (c *Controller, url string) {
	t.Helper()
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "none"))
	server := ldaptest.Start(t, ldaptest.Config{Entries: ldaptest.Directory(ldaptest.Size{Mailboxes: 3}),
		Passwords: map[string]string{auditor: rightPassword}, LDAPS: true})
	o := &Opener{Passwords: NewPasswords(func() (string, error) { return "", ErrNoPassword }, nil)}
	o.Live.User, o.Live.Auth, o.Live.CAFile = auditor, "simple", server.CAFile()
	url = server.URL()
	ctx, cancel := context.WithCancel(t.Context())
	c = &Controller{Opener: o, Program: "mbxperm test", Session: New(ctx, model.NewPool(), nil, nil, nil)}
	t.Cleanup(func() {
		cancel()
		c.Wait()
	})
	o.Passwords.AskBy(c.Ask)
	return c, url
}

// question waits until something is asked.
func question(t *testing.T, c *Controller) *model.Question {
	t.Helper()
	for {
		if q := c.Snapshot().State.Question; q != nil {
			return q
		}
		if t.Context().Err() != nil {
			t.Fatal("nothing is asked")
		}
	}
}

// TestQuestionInTheSnapshot: a password that is needed is asked for in a snapshot
// and nowhere else, once for all that is opened with it, and once more after a
// wrong one; who cancels is not waited for.
func TestQuestionInTheSnapshot(t *testing.T) {
	c, url := askingController(t)
	request := model.Request{Source: url, User: auditor, CAFile: c.Opener.Live.CAFile, Auth: "simple"}
	c.Open(request)
	q := question(t, c)
	if q.Text != "password of "+auditor+": " {
		t.Errorf("the question is %q", q.Text)
	}
	c.Answer(&model.Question{}, "to another question")
	c.Answer(q, "wrong")
	c.Answer(q, "twice")
	c.Wait()
	if s := c.Snapshot(); s.State.Err == nil || s.State.Question != nil {
		t.Fatalf("after a wrong password: %v, question %v", s.State.Err, s.State.Question)
	}
	c.Open(request)
	if again := question(t, c); again == q {
		t.Error("it is the same question")
	} else {
		c.Answer(again, rightPassword)
	}
	c.Wait()
	if s := c.Snapshot(); s.State.Err != nil || s.State.Entries == 0 {
		t.Fatalf("after the right password: %+v", s.State)
	}
	before := c.Snapshot()
	c.Refresh()
	c.Wait()
	if s := c.Snapshot(); s == before || s.State.Err != nil || s.State.Started.Equal(before.State.Started) {
		t.Errorf("read again: %+v", s.State)
	}
	c.Opener.Passwords.forget(auditor)
	c.Refresh()
	question(t, c)
	c.Cancel()
	c.Wait()
	if s := c.Snapshot(); s.State.Question != nil {
		t.Error("the question stays though nobody waits for the answer")
	}
}

// TestRefreshThenOpen: a source that is opened again and one that the user goes
// over to at once share an opener, and no memory without a lock. It is for the
// race detector.
func TestRefreshThenOpen(t *testing.T) {
	c, url := askingController(t)
	c.Opener.Live.Password = func() (string, error) { return rightPassword, nil }
	open := func(ctx context.Context) (collector.Source, []string, error) { return c.Opener.Open(ctx, url) }
	c.Session.Open(url, open)
	c.Wait()
	for range 5 {
		c.Refresh()
		c.Open(model.Request{Source: url, User: auditor, Password: rightPassword, CAFile: c.Opener.Live.CAFile, Auth: "simple"})
		c.Wait()
		if s := c.Snapshot(); s.State.Err != nil || s.State.Entries == 0 {
			t.Fatalf("%+v", s.State)
		}
	}
}
