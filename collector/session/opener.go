package session

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"mbxperm/collector"
	"mbxperm/collector/adexplorer"
	"mbxperm/collector/demo"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/model/usage"
)

// Opener opens what a user calls SOURCE: a directory, a domain, the demo, a
// file. It may be used by several goroutines at a time once its fields are set:
// one source is still being opened when the user goes over to another.
type Opener struct {
	// Live says how to get into a directory; its URL or Domain comes from the
	// text.
	Live live.Options
	// LogFile gets a log of what is done with a directory, if it is not empty.
	LogFile string
	// ShowQueries, if not nil, gets every search that would be sent, and
	// nothing is sent.
	ShowQueries io.Writer
	// Files opens files and standard input.
	Files ldif.Files
	// Passwords is asked where Live has no password; nil for nobody.
	Passwords *Passwords
	// Note is told which directory was opened, by whom and how, and which
	// recording was taken of a folder; nil to hear nothing.
	Note func(text string)

	mu     sync.Mutex // guards what follows
	log    *slog.Logger
	misses map[string]*live.Misses // by what was opened, and as whom
}

// ErrShown says that the searches were shown and there is nothing more to do.
var ErrShown = errors.New("the searches were shown")

// Open opens a source by its text, trying in this order: ldaps:// or ldap://,
// demo, - for standard input, a file that exists, a folder for the newest
// complete recording in it, a domain. It also returns what must be said of the
// source for as long as it is used. Errors are one of usage, [ErrShown], or
// what went wrong, in one sentence.
func (o *Opener) Open(ctx context.Context, text string) (collector.Source, []string, error) {
	return o.OpenAs(ctx, text, o.Live)
}

// OpenAs is Open with another way to get into a directory.
func (o *Opener) OpenAs(ctx context.Context, text string, login live.Options) (collector.Source, []string, error) {
	scheme, _, _ := strings.Cut(text, ":")
	switch strings.ToLower(scheme) {
	case "ldap", "ldaps":
		login.URL = text
		return o.directory(ctx, text, login)
	case "demo":
		if o.ShowQueries != nil {
			return nil, nil, usage.Errorf("a demo sends no searches: give --show-queries with a directory")
		}
		src, err := demo.New(text)
		if err != nil {
			return nil, nil, usage.Wrap(err)
		}
		return src, nil, nil
	}
	name, passed, err := ldif.Newest(text)
	if err != nil {
		return nil, nil, err
	}
	if name != text && o.Note != nil {
		o.Note(text + ": its newest complete recording is " + filepath.Base(name))
	}
	if adexplorer.IsFile(name) {
		src, err := adexplorer.Open(name)
		if err != nil {
			return nil, nil, err
		}
		return src, src.Warnings(), nil
	}
	src, err := o.Files.Open(name)
	switch {
	case err == nil:
		warnings := src.Warnings()
		if passed != nil {
			warnings = append(warnings, "newer recordings in "+text+" are incomplete and were passed over: "+strings.Join(passed, ", "))
		}
		return src, warnings, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, err
	case namesFile(text):
		return nil, nil, usage.Wrap(err)
	case live.IsDomain(text):
		login.Domain = text
		return o.directory(ctx, text, login)
	}
	return nil, nil, usage.Errorf(
		"cannot read %q: a source is ldaps://HOST, ldap://HOST, demo[:N[:SEED[:DAY]]], a file, - for standard input, or a domain", text)
}

// namesFile reports whether nobody can have meant a domain, though it would be
// one by its form.
func namesFile(text string) bool {
	switch strings.ToLower(filepath.Ext(text)) {
	case ".ldif", ".ldf", ".zst", ".gz", ".txt", ".dat":
		return true
	}
	return strings.ContainsAny(text, `/\`)
}

// directory opens a live directory, or shows what would be asked of it.
func (o *Opener) directory(ctx context.Context, text string, options live.Options) (collector.Source, []string, error) {
	if err := o.remember(text, &options); err != nil {
		return nil, nil, err
	}
	asks := options.Password == nil && o.Passwords != nil
	if asks {
		options.Password = func() (string, error) { return o.Passwords.Get(ctx, options.User) }
	}
	if o.ShowQueries != nil {
		if err := live.ShowQueries(o.ShowQueries, options); err != nil {
			return nil, nil, err
		}
		return nil, nil, ErrShown
	}
	src, err := live.Open(ctx, options)
	if err != nil {
		if asks {
			o.Passwords.forget(options.User)
		}
		return nil, nil, err
	}
	if o.Note != nil {
		o.Note("reading " + src.Name() + " as " + src.Account() + ", bound by " + src.Bind())
	}
	return src, src.Warnings(), nil
}

// remember gives a directory the log, and the SIDs that were asked for in vain
// when the same was opened before.
func (o *Opener) remember(text string, options *live.Options) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.LogFile != "" && o.log == nil {
		var err error
		if o.log, err = live.LogFile(o.LogFile); err != nil {
			return err
		}
	}
	key := text + "\x00" + options.User
	if o.misses[key] == nil {
		if o.misses == nil {
			o.misses = make(map[string]*live.Misses)
		}
		o.misses[key] = new(live.Misses)
	}
	options.Log, options.Misses = o.log, o.misses[key]
	return nil
}
