package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mbxperm/model/door"
	"mbxperm/model/door/alert"
	"mbxperm/model/usage"
	"mbxperm/ui/report"
)

// alerts are the flags of who is to be told, and what they come to.
type alerts struct {
	to, from, server, state  string
	user, auth, passwordFile string
	through                  bool
	every                    time.Duration
	after                    int
	servers                  []door.Target
	unknown                  error // why nobody knows the servers
	password                 string
}

func (a *alerts) define(s *pflag.FlagSet) {
	s.StringVar(&a.to, "alert-to", "", "tell this address of steps that fail, and when they are well again")
	s.StringVar(&a.from, "alert-from", "", "sender of alerts (mbxperm@ the domain of --alert-to)")
	s.StringVar(&a.server, "alert-server", "", "hand alerts to this server, HOST[:PORT] (the MX of the domain of --alert-to)")
	s.BoolVar(&a.through, "alert-through", false, "hand alerts to the server in question too")
	s.StringVar(&a.user, "alert-user", "", "account to log on with at the server of alerts")
	s.StringVar(&a.auth, "alert-auth", "best", "way to log on there, as with --auth")
	s.StringVar(&a.passwordFile, "alert-password-file", "", "the first line of this file is the password of --alert-user")
	s.DurationVar(&a.every, "alert-every", time.Hour, "tell the same again after so long")
	s.IntVar(&a.after, "alert-after", 1, "tell after so many failures in a row")
	s.StringVar(&a.state, "state", "", "the file that remembers the last runs and what was told (mbxperm/checks.json in $XDG_STATE_HOME, or ~/.local/state)")
}

// domain is what follows the @ of an address.
func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// prepare finds every mistake before anybody is dialled, and who takes the
// alerts: never the very server that is checked, unless the user says so.
func (c *Command) prepare(ctx context.Context, targets []door.Target) (err error) {
	a := &c.flags.alerts
	if a.to == "" {
		if a.from != "" || a.server != "" || a.user != "" || a.through {
			return usage.Errorf("--alert-from, --alert-server, --alert-user and --alert-through say how to tell somebody: say whom with --alert-to")
		}
		return nil
	}
	a.from = cmp.Or(a.from, "mbxperm@"+domain(a.to))
	for flag, text := range map[string]string{"--alert-to": a.to, "--alert-from": a.from} {
		if !strings.Contains(text, "@") || domain(text) == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
			return usage.Errorf("%s %q should be an address, name@domain", flag, text)
		}
	}
	switch {
	case a.every < 0 || a.after < 1:
		return usage.Errorf("--alert-every and --alert-after cannot be less than nothing, and one failure")
	case (a.user == "") != (a.passwordFile == ""):
		return usage.Errorf("--alert-user and --alert-password-file go together")
	case a.passwordFile != "":
		if a.password, err = c.Secret(a.passwordFile); err != nil {
			return err
		}
	}
	if a.server == "" {
		if a.servers, a.unknown = c.Engine.MX(ctx, domain(a.to)); a.unknown != nil {
			return nil
		}
	} else {
		t, err := c.Engine.Target(door.SMTP, a.server)
		if err != nil {
			return err
		}
		a.servers = []door.Target{t}
	}
	return c.past(ctx, targets)
}

// past leaves out the servers that are checked.
func (c *Command) past(ctx context.Context, targets []door.Target) error {
	a := &c.flags.alerts
	if a.through {
		return nil
	}
	checked := map[string]bool{}
	for _, t := range targets {
		checked[strings.ToLower(strings.TrimSuffix(t.Host, "."))] = true
		for _, address := range c.Engine.Addresses(ctx, t.Host) {
			checked[address] = true
		}
	}
	all := a.servers
	a.servers = slices.DeleteFunc(slices.Clone(all), func(t door.Target) bool {
		return checked[strings.ToLower(strings.TrimSuffix(t.Host, "."))] || slices.ContainsFunc(c.Engine.Addresses(ctx, t.Host), func(a string) bool { return checked[a] })
	})
	if len(a.servers) == 0 {
		return usage.Errorf("an alert would go through %s, which is what is checked: name another server with --alert-server, or say --alert-through", all[0].Host)
	}
	return nil
}

// remember keeps a run, and tells of it whom it may concern. What could not be
// told is an error, and the next run tries again. Where nobody is to be told, a
// state that cannot be kept is only said.
func (c *Command) remember(ctx context.Context, checks []door.Check) error {
	a := &c.flags.alerts
	err := c.tell(ctx, checks)
	if err == nil || a.to != "" {
		return err
	}
	if !c.flags.quiet {
		report.Note(c.Stderr, err.Error()+"; the screen will not show this run")
	}
	return nil
}

// rest has jobs not try a logon again that was refused less than an hour ago: one
// that runs every five minutes would lock the account. Whoever checks by hand
// means it.
func (c *Command) rest(targets []door.Target) {
	if c.flags.alerts.to == "" && !c.flags.nagios {
		return
	}
	path, err := c.statePath()
	if err != nil {
		return
	}
	s, err := alert.Read(path)
	if err != nil { // remember will say what is wrong with it
		return
	}
	for i := range targets {
		targets[i].Held = s.Held(&targets[i], time.Now())
	}
}

func (c *Command) statePath() (string, error) {
	if path := c.flags.alerts.state; path != "" {
		return path, nil
	}
	return alert.Path()
}

// patience is how long another run may hold the state: as long as it may take to
// hand over some messages.
const patience = 10 * time.Minute

func (c *Command) tell(ctx context.Context, checks []door.Check) (err error) {
	a := &c.flags.alerts
	path, err := c.statePath()
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	f, aside, err := alert.Open(limited, path)
	if err != nil {
		return err
	}
	defer f.Close()
	if aside != "" {
		report.Note(c.Stderr, fmt.Sprintf("the state of checks %s was damaged: it is kept as %s, and begins anew", path, aside))
	}
	f.Keep(checks)
	if a.to == "" {
		return f.Save(ctx)
	}
	due := f.Decide(checks, alert.Policy{Every: a.every, After: a.after}, time.Now())
	if err := f.Save(ctx); err != nil {
		return err // without a note of it nothing is sent: it would be sent again and again
	}
	var failed error
	for _, i := range due {
		for i.Sending != nil {
			if err := c.send(ctx, i.Sending); err != nil {
				failed = errors.Join(failed, fmt.Errorf("alert %q not sent: %w", i.Sending.Subject, err))
				break
			}
			f.Accepted(i, checks, time.Now())
			if err := f.Save(ctx); err != nil {
				return errors.Join(failed, err)
			}
		}
	}
	return failed
}

// send hands over one message.
func (c *Command) send(ctx context.Context, m *alert.Message) error {
	a := &c.flags.alerts
	if a.unknown != nil {
		return a.unknown
	}
	text := "From: <" + a.from + ">\nTo: <" + a.to + ">\nSubject: " + oneLine(m.Subject) + "\nDate: " + m.Made.Format(time.RFC1123Z) +
		"\nMessage-ID: <" + oneLine(m.ID) + "@" + domain(a.from) + ">\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n" +
		"Content-Type: text/plain; charset=us-ascii\n\n" + m.Body
	return c.Engine.Deliver(ctx, door.Mail{Servers: a.servers, From: a.from, To: a.to, Text: text, User: a.user, Auth: a.auth, Password: a.password})
}

// oneLine keeps what a state file holds inside its header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
