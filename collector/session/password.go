package session

import (
	"context"
	"errors"
	"sync"

	"mbxperm/collector"
	"mbxperm/model"
)

// ErrNoPassword says that there is no password and nobody to ask for it.
var ErrNoPassword = errors.New("no password was given, and there is no ticket to do without")

// Ask puts a question for a secret to a person, and returns the answer, or an
// error when ctx ends.
type Ask func(ctx context.Context, question string) (string, error)

// Passwords finds the password of an account when a way in needs one: where it
// is stored, in what was answered before, or by asking whoever sits at the
// terminal. It is safe for any number of goroutines; one question is put at a
// time.
type Passwords struct {
	stored func() (string, error)

	mu  sync.Mutex
	ask Ask

	asking sync.Mutex
	given  map[string]string // by account; guarded by asking
}

// NewPasswords looks into stored first, once: its error is [ErrNoPassword]
// where nothing is stored. ask is nil where there is nobody.
func NewPasswords(stored func() (string, error), ask Ask) *Passwords {
	return &Passwords{stored: sync.OnceValues(stored), ask: ask, given: map[string]string{}}
}

// AskBy has questions put in another way from now on: by the screen, once it
// has the terminal.
func (p *Passwords) AskBy(ask Ask) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask = ask
}

// Get returns the password of an account.
func (p *Passwords) Get(ctx context.Context, user string) (string, error) {
	if secret, err := p.stored(); !errors.Is(err, ErrNoPassword) {
		return secret, err
	}
	p.asking.Lock()
	defer p.asking.Unlock()
	if secret, ok := p.given[user]; ok {
		return secret, nil
	}
	p.mu.Lock()
	ask := p.ask
	p.mu.Unlock()
	if ask == nil || ctx.Err() != nil {
		return "", errors.Join(ErrNoPassword, ctx.Err())
	}
	secret, err := ask(ctx, "password of "+user+": ")
	if err == nil {
		p.given[user] = secret
	}
	return secret, err
}

// forget drops what was answered for an account: it did not open the source, so
// the next time the question is put again.
func (p *Passwords) forget(user string) {
	p.asking.Lock()
	defer p.asking.Unlock()
	delete(p.given, user)
}

// Ask is an [Ask] by the snapshots: it puts the question into the state of what
// is opened or read, and waits for [Session.Answer].
func (s *Session) Ask(ctx context.Context, question string) (string, error) {
	q := &model.Question{Text: question}
	answer := make(chan string, 1)
	s.mu.Lock()
	c := s.current
	if c == nil { // nothing to show the question with
		s.mu.Unlock()
		return "", ErrNoPassword
	}
	s.asked, s.answer = q, answer
	s.mu.Unlock()
	c.pose(q)
	defer c.pose(nil)
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.asked == q {
			s.asked = nil
		}
		return "", ctx.Err()
	}
}

// Answer answers the question of a snapshot. An answer to one that is not asked
// any more is dropped.
func (s *Session) Answer(q *model.Question, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q != nil && q == s.asked {
		s.asked = nil
		s.answer <- text
	}
}

// pose shows a question, nil for none, in the next snapshot.
func (c *Collection) pose(q *model.Question) {
	c.update(func(s *model.State) { s.Question = q })
	collector.Safely("asking", func() error { c.show(true); return nil })
}
