package session

import (
	"context"
	"errors"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/model"
)

// Controller is a session as a screen drives it: it also opens whatever a user
// names, and records. Like those of the session its methods return at once, and
// what comes of them shows in the next snapshot. It is for one goroutine, but for
// the session's methods.
type Controller struct {
	*Session
	Opener  *Opener // for what is opened later; a copy is made of it each time
	Program string  // name and version, for the head of a recording
	// Password finds one that is stored somewhere. The opener's own would ask at a
	// terminal that the screen has, or know that of another account.
	Password func() (string, error)
}

// ErrNoPassword says that there is no password and nobody to ask for it.
var ErrNoPassword = errors.New("no password was given, and there is no ticket to do without")

// Open goes over to another source. Without a password in the request it is one
// that is stored, if the way in needs any. What does not open is the error of the
// next snapshot.
func (c *Controller) Open(r model.Request) {
	o := *c.Opener
	o.Live.User, o.Live.CAFile, o.Live.Auth = r.User, r.CAFile, live.Auth(r.Auth)
	o.Live.Password = c.Password
	if r.Password != "" {
		o.Live.Password = func() (string, error) { return r.Password, nil }
	}
	c.Session.Open(r.Source, func(ctx context.Context) (collector.Source, []string, error) {
		if r.Source == "-" { // the screen has it
			return nil, nil, Mistake{errors.New("standard input is the keyboard here; give a file")}
		}
		return o.Open(ctx, r.Source)
	})
}

// Record reads the source again and records it. An existing file is replaced
// only if that is asked for.
func (c *Controller) Record(path string, replace bool) {
	c.Reread(func(open Open) Open {
		return func(ctx context.Context) (collector.Source, []string, error) {
			src, warnings, _, err := ldif.Recorded(ctx, path, c.Program, ldif.Options{Force: replace},
				func() (collector.Source, []string, error) { return open(ctx) })
			return src, warnings, err
		}
	})
}
