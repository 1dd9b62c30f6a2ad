package ui

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mbxperm/model/finding"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// Help says what the screen, and with it the whole program, is for.
const Help = `mbxperm shows who can get into which Exchange mailbox: mailbox rights, Send-As and
Receive-As, Send on Behalf, the entries of stores and of the containers above
them, from a mailbox to its trustees and from an account to all it can open.
It reads Active Directory over LDAP, and never writes to it.`

// Examples shows the program's commands at work.
const Examples = `  mbxperm demo
  mbxperm contoso.com
  mbxperm ldaps://dc1.contoso.com -u auditor@contoso.com
  mbxperm report aces demo --target anna.keller --format csv
  mbxperm report aces ldaps://dc1.contoso.com -u auditor@contoso.com --trustee svc-backup --direction reverse --all
  mbxperm report coverage ldaps://dc1.contoso.com -u auditor@contoso.com --format json
  mbxperm compare demo:250:1:0 demo:250:1:30
  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com
  mbxperm check smtp mail.contoso.com
  mbxperm report aces monday.ldif.zst --target anna`

// Define defines the flags of the screen.
func (o *Options) Define(f *pflag.FlagSet) {
	f.StringVar(&o.AcceptFile, "accept", "", "leave out the findings that this file names, until their date; A on their page writes into it")
	f.StringArrayVar(&o.Expect, "expect", nil, "of Client Access, "+report.ExpectUsage)
	f.StringVar(&o.Release, "release", "", "of what the screen shows of doors, only servers of this release: 2013, 2016, \"2019 CU14\"")
	f.StringVar(&o.Theme, "theme", "", "colours of the screen: "+strings.Join(widget.Themes, ", ")+"; T changes them")
}

// Check finds what stands in the way of a screen on stdout: a mistake in the
// flags, no terminal, or no source where the form cannot ask for one. named says
// that something was asked for which wants a source from the beginning, unseen
// that nothing will be shown.
func (o *Options) Check(stdout io.Writer, source string, named, unseen bool) error {
	f, ok := stdout.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	switch {
	case o.Theme != "" && !slices.Contains(widget.Themes, o.Theme):
		return usage.Errorf("unknown theme %q: there are %s", o.Theme, strings.Join(widget.Themes, ", "))
	case source == "" && (!terminal || named):
		return usage.Errorf("no source: try mbxperm demo, or mbxperm DOMAIN -u USER (mbxperm --help)")
	case !terminal && !unseen:
		return usage.Errorf("no terminal to show a screen on: use mbxperm report %s %s", report.Alternatives(), source)
	}
	if _, err := view.ParseExpectations(o.Expect); err != nil {
		return err
	}
	_, err := o.readAccepted()
	return err
}

// readAccepted reads the accept file. One that is not there yet has no line: the page of
// findings makes it.
func (o *Options) readAccepted() (*finding.Accepted, error) {
	x, err := report.ReadAccepted(o.AcceptFile, time.Now())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return x, err
}

// Remember takes what was kept from the last time, and the colours that the
// environment tells of. What cannot be read is said until the first key.
func (o *Options) Remember() {
	var err error
	if o.Settings, err = settings.Load(); err != nil {
		o.Note = err.Error()
	}
	o.ColorFGBG = os.Getenv("COLORFGBG")
	o.Accepted = o.readAccepted
}
