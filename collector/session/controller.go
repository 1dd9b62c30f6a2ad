package session

import (
	"context"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/model"
	"mbxperm/model/usage"
)

// Controller is a session as a screen drives it: it also opens whatever a user
// names, and records. Like those of the session its methods return at once, and
// what comes of them shows in the next snapshot.
type Controller struct {
	*Session
	Opener *Opener // for what is opened later
	// Logs puts protocol logs behind what is opened later; nil for nothing.
	Logs    func(collector.Source) collector.Source
	Program string // name and version, for the head of a recording
}

// Open goes over to another source. Without a password in the request it is one
// that the opener's [Passwords] finds, if the way in needs any. What does not
// open is the error of the next snapshot.
func (c *Controller) Open(r model.Request) {
	login := c.Opener.Live
	login.User, login.CAFile, login.Auth = r.User, r.CAFile, live.Auth(r.Auth)
	login.Password = nil
	if r.Password != "" {
		login.Password = func() (string, error) { return r.Password, nil }
	}
	c.Session.Open(r.Source, func(ctx context.Context) (collector.Source, []string, error) {
		if r.Source == "-" { // the screen has it
			return nil, nil, usage.Errorf("standard input is the keyboard here; give a file")
		}
		src, warnings, err := c.Opener.OpenAs(ctx, r.Source, login)
		if err == nil && c.Logs != nil {
			src = c.Logs(src)
		}
		return src, warnings, err
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
