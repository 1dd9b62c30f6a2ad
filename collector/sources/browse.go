package sources

import (
	"context"
	"errors"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
)

// Browser is a session that also opens whatever a user names, and records. Like
// those of the session its methods return at once, and what comes of them shows
// in the next snapshot. It is for one goroutine, but for the session's methods.
type Browser struct {
	*collector.Session
	Opener  *Opener // for what is opened later; a copy is made of it each time
	Program string  // name and version, for the head of a recording
	// Password finds one that is stored somewhere. The opener's own would ask at a
	// terminal that the screen has, or know that of another account.
	Password func() (string, error)
}

// ErrNoPassword says that there is no password and nobody to ask for it.
var ErrNoPassword = errors.New("no password was given, and there is no ticket to do without")

// Login says how to get into a directory.
type Login struct {
	User, CAFile string
	Auth         live.Auth
	Password     string // empty: one that is stored, if the way in needs any
}

// Open goes over to another source.
func (b *Browser) Open(text string, login Login) {
	o := *b.Opener
	o.Live.User, o.Live.CAFile, o.Live.Auth = login.User, login.CAFile, login.Auth
	o.Live.Password = b.Password
	if login.Password != "" {
		o.Live.Password = func() (string, error) { return login.Password, nil }
	}
	b.Session.Open(text, func(ctx context.Context) (collector.Source, []string, error) {
		if text == "-" { // the screen has it
			return nil, nil, Mistake{errors.New("standard input is the keyboard here; give a file")}
		}
		return o.Open(ctx, text)
	})
}

// Record reads the source again and records it. An existing file is replaced
// only if that is asked for.
func (b *Browser) Record(path string, replace bool) {
	b.Reread(func(open collector.Open) collector.Open {
		return func(ctx context.Context) (collector.Source, []string, error) {
			src, warnings, _, err := ldif.Recorded(path, b.Program, ldif.Options{Force: replace},
				func() (collector.Source, []string, error) { return open(ctx) })
			return src, warnings, err
		}
	})
}
