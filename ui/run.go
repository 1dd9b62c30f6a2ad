package ui

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/finding"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/settings"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// Driver is what the screen needs of a collection. Every call returns at once;
// what comes of it shows in the next snapshot.
type Driver interface {
	// Snapshot is what is known now; nil before anything was opened.
	Snapshot() *model.Snapshot
	// Open goes over to another source. Why it does not open is the error of a
	// snapshot.
	Open(r model.Request)
	// Refresh reads the source again.
	Refresh()
	// Record is Refresh with all that is read going to a file, too. One that
	// exists is replaced only if that was said.
	Record(path string, replace bool)
	// Cancel ends what is being opened or read.
	Cancel()
	// Answer answers the question of a snapshot's state.
	Answer(q *model.Question, text string)
}

// Options are what the screen begins with.
type Options struct {
	// Connect is what the form begins with; its Request is what the driver reads
	// already, if it has a snapshot.
	Connect  Connect
	Settings *settings.Settings // nil: nothing is remembered
	Version  string             // of the program, for what is exported
	// Again are the arguments, beside those of the Request, that open the source
	// once more from the command line.
	Again []string
	Note  string // said until the first key
	// After is told what is good to know once the screen is gone; nil to hear
	// nothing.
	After func(string)
	// Since is what the driver's state is compared with once it is read, in the
	// same pool; nil to compare each reading with the one before.
	Since       *model.Snapshot
	SinceSource string // the argument that opens it
	// History looks through a folder of recordings; nil where there is nobody to ask.
	History   report.HistoryFunc
	LogsAlone bool // there is nothing to look at but protocol logs
	// Force compares two forests.
	Force bool
	// Checks returns the last runs of checks; nil where there is none to ask.
	Checks func() ([]door.Check, error)
	// Accepted reads the findings that somebody accepted, nil where there are none to
	// read; without it nobody looks for findings before they are asked for.
	Accepted   func() (*finding.Accepted, error)
	AcceptFile string // where one that is accepted is written to; empty for nowhere
	// Expect says who should have which protocol on, PROTOCOL=GROUP each. Release
	// keeps what doors have of servers of one release; empty keeps all.
	Expect   []string
	Release  string
	expected []view.Expectation // what Expect says
	// Theme is one of Themes; empty: that of the settings, else auto.
	Theme     string
	ColorFGBG string // what the environment says of the terminal's colours
}

// Run shows what the driver collects until the user leaves or ctx ends, which is
// an error. Where the driver has no source yet, it asks for one.
func Run(ctx context.Context, d Driver, o Options) error {
	screen, err := term.Open()
	if err != nil {
		return err
	}
	colors := screen.Colors()
	if os.Getenv("NO_COLOR") != "" { // tcell knows it on Unix alone
		colors = 0
	}
	a := newApp(d, widget.ThemeFor(colors))
	a.colors = colors
	a.locale = term.ASCIIWarning(screen.CharacterSet())
	a.begin(o)
	err = a.run(ctx, screen)
	if ctx.Err() != nil { // by a signal: nobody has left
		err = errors.Join(err, errors.New("interrupted"))
	}
	// What was to be seen was seen: to lose the order of the grids is no failure.
	if lost := a.settings().Save(); lost != nil && o.After != nil {
		o.After(lost.Error())
	}
	return errors.Join(err, a.files.wait())
}

// begin takes the options.
func (a *app) begin(o Options) {
	a.options, a.request = o, o.Connect.Request
	a.options.expected, _ = view.ParseExpectations(o.Expect) // Check has found every mistake
	_, _ = a.lookAtChecks()                                  // what is the matter with them M says
	a.request.Password = ""
	a.foot.say(o.Note)
	a.reading.since, a.reading.force = o.Since, o.Force
	if o.Settings != nil {
		o.Theme = cmp.Or(o.Theme, o.Settings.Theme)
	}
	if !slices.Contains(widget.Themes, o.Theme) {
		o.Theme = "auto"
	}
	a.setTheme(o.Theme)
	if o.LogsAlone {
		a.here.typ = view.Connections
	}
	a.here = a.newLocation(a.here.typ)
	a.head.set(a.here.typ, a.here.aces)
	if a.driver.Snapshot() == nil {
		a.openConnect(o.Connect)
	}
}
