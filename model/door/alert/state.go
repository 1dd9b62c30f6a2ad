package alert

import (
	"cmp"
	"slices"
	"time"

	"mbxperm/model/door"
)

// version is that of the file. One of a later version is left alone.
const version = 1

// State is what is remembered between runs.
type State struct {
	Version   int          `json:"version"`
	Incidents []*Incident  `json:"incidents"`
	Checks    []door.Check `json:"checks"` // the last run of each address
}

// Key names what an incident is about.
type Key struct {
	Protocol door.Protocol `json:"protocol"`
	Host     string        `json:"host"`
	Port     uint16        `json:"port"`
	Step     string        `json:"step"`
}

// Incident is a step that fails.
type Incident struct {
	Key
	Code     string    `json:"code"`     // of the last failure, with the enhanced code
	Since    time.Time `json:"since"`    // of the first failure, UTC
	Seen     time.Time `json:"seen"`     // of the last failure
	Failures int       `json:"failures"` // in a row
	Told     time.Time `json:"told,omitzero"`
	ToldCode string    `json:"told_code,omitempty"`
	Well     time.Time `json:"well,omitzero"` // since when it is well again and nobody knows
	// Sending is the alert that is on its way: noted before it is sent, gone when
	// it was accepted.
	Sending *Message `json:"sending,omitempty"`
}

// Message is an alert to be sent.
type Message struct {
	ID      string    `json:"id"` // of Message-ID, without the domain
	Made    time.Time `json:"made"`
	Subject string    `json:"subject"`
	Body    string    `json:"body"`
	Code    string    `json:"code,omitempty"` // of the failure that it tells
	Well    bool      `json:"well,omitempty"` // it tells that it is well again
}

// Policy says when an alert is due.
type Policy struct {
	Every time.Duration // the same again
	After int           // failures in a row
}

// What is kept of a check: the screen shows it, and a hostile server must not
// fill the file.
const (
	mostText   = 2000 // bytes of a text
	mostChecks = 10000
	oldest     = 30 * 24 * time.Hour
	// moved is how long an address of a host is kept that is not checked any more:
	// other runs may be about the addresses of IPv6.
	moved = 24 * time.Hour
)

// Keep puts the checks of a run in the place of those before.
func (s *State) Keep(checks []door.Check) {
	for _, c := range checks {
		c = trimmed(c)
		same := func(old door.Check) bool { // and what the host has left behind
			return old.Protocol == c.Protocol && old.Host == c.Host && old.Port == c.Port &&
				(old.Address == c.Address || old.Address == "" || c.Address == "" || c.Time.Sub(old.Time) > moved)
		}
		s.Checks = append(slices.DeleteFunc(s.Checks, same), c)
	}
	if n := len(s.Checks) - mostChecks; n > 0 {
		s.Checks = s.Checks[n:]
	}
}

func trimmed(c door.Check) door.Check {
	c.Steps = slices.Clone(c.Steps)
	for i := range c.Steps {
		c.Steps[i].Text, c.Steps[i].Detail = cut(c.Steps[i].Text), cut(c.Steps[i].Detail)
	}
	for i := range c.Mechanisms {
		c.Mechanisms[i].Other = nil
	}
	return c
}

func cut(s string) string {
	if len(s) > mostText {
		return s[:mostText] + "…"
	}
	return s
}

// Decide takes the checks of a run into account, and returns the incidents of
// which somebody is to be told now: their message is in Sending. The state is to
// be written before the first is sent.
func (s *State) Decide(checks []door.Check, p Policy, now time.Time) (due []*Incident) {
	now = now.UTC()
	s.setBack(now)
	worst, order := worstSteps(checks)
	for _, k := range order {
		if w := worst[k]; w.step.Result == door.Failed {
			s.fails(k, w, now)
		}
	}
	for _, i := range s.Incidents {
		w, there := worst[i.Key]
		if there && i.Well.IsZero() && w.well() {
			i.Well = now
		}
		if there && i.due(p, now) {
			if i.Sending == nil {
				i.Sending = i.message(w, checks, now)
			}
			due = append(due, i)
		}
	}
	s.Incidents = slices.DeleteFunc(s.Incidents, func(i *Incident) bool {
		return i.Sending == nil && (!i.Well.IsZero() || now.Sub(i.Seen) > oldest)
	})
	slices.SortFunc(due, func(a, b *Incident) int { return cmp.Compare(a.ID(), b.ID()) })
	return due
}

// setBack keeps times out of the future: a clock that was set back must neither
// keep an alert for hours nor send it twice.
func (s *State) setBack(now time.Time) {
	for _, i := range s.Incidents {
		for _, t := range []*time.Time{&i.Since, &i.Seen, &i.Told, &i.Well} {
			if t.After(now) {
				*t = now
			}
		}
	}
}

// outcome is the worst that became of a step at any address.
type outcome struct {
	check *door.Check
	step  *door.Step
	clean bool // nothing failed at any address of this door
}

// well reports whether a step that failed does so no more: it went well, or all
// else did and it is not taken any more.
func (o *outcome) well() bool {
	return o.step.Result == door.OK || o.step.Result == door.Warning || o.step.Result == door.Skipped && o.clean
}

// worstSteps finds the worst outcome of each step, and an order of them.
func worstSteps(checks []door.Check) (worst map[Key]*outcome, order []Key) {
	worst = map[Key]*outcome{}
	failed := map[Key]bool{} // without a step
	for i := range checks {
		c := &checks[i]
		of := Key{c.Protocol, c.Host, c.Port, ""}
		failed[of] = failed[of] || c.Result() == door.Failed
		for j := range c.Steps {
			k := of
			k.Step = c.Steps[j].Name
			if have := worst[k]; have == nil {
				worst[k] = &outcome{check: c, step: &c.Steps[j]}
				order = append(order, k)
			} else if c.Steps[j].Result > have.step.Result {
				have.check, have.step = c, &c.Steps[j]
			}
		}
	}
	for k, o := range worst {
		k.Step = ""
		o.clean = !failed[k]
	}
	return worst, order
}

// fails takes a failure into account.
func (s *State) fails(k Key, o *outcome, now time.Time) {
	n := slices.IndexFunc(s.Incidents, func(i *Incident) bool { return i.Key == k })
	if n < 0 {
		s.Incidents = append(s.Incidents, &Incident{Key: k, Since: now})
		n = len(s.Incidents) - 1
	}
	i := s.Incidents[n]
	if !i.Well.IsZero() { // it was well, which nobody could be told
		if i.Told.IsZero() {
			i.Since = now
		}
		i.Well, i.Sending, i.Failures = time.Time{}, nil, 0
	}
	i.Failures++
	i.Seen = now
	if k.Step != "auth" || o.check.Refused == nil || o.step.Code != "" || i.Code == "" { // a logon that rests has no code of its own
		i.Code = codes(o.step)
	}
}

func codes(s *door.Step) string {
	if s.Enhanced == "" {
		return s.Code
	}
	return s.Code + " " + s.Enhanced
}

// due reports whether somebody is to be told now.
func (i *Incident) due(p Policy, now time.Time) bool {
	switch {
	case i.Sending != nil:
		return true
	case !i.Well.IsZero():
		return !i.Told.IsZero()
	case i.Failures < max(p.After, 1):
		return false
	}
	return i.Told.IsZero() || i.Code != i.ToldCode || now.Sub(i.Told) >= p.Every
}

// Accepted notes that the message of an incident was taken by a server. Where the
// incident was over before anybody could be told, its end is the next message.
func (s *State) Accepted(i *Incident, checks []door.Check, now time.Time) {
	sent := i.Sending
	i.Sending = nil
	if sent.Well {
		s.Incidents = slices.DeleteFunc(s.Incidents, func(j *Incident) bool { return j == i })
		return
	}
	i.Told, i.ToldCode = now.UTC(), sent.Code
	if !i.Well.IsZero() {
		i.Sending = i.message(nil, checks, now.UTC())
	}
}

// rest is how long a logon that was refused is not tried again by a job.
const rest = time.Hour

// Held returns the refusal after which a job lets a logon rest; nil where there is
// none.
func (s *State) Held(t *door.Target, now time.Time) (held *door.Refusal) {
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Protocol != t.Protocol || c.Host != t.Host || c.Port != t.Port || c.Refused == nil {
			continue
		}
		if since := now.Sub(c.Refused.Time); since >= 0 && since < rest {
			held = c.Refused
		}
	}
	return held
}
