//go:debug x509negativeserial=1
//go:debug tlsmaxrsasize=16384

// Command mbxperm shows who can get into which Exchange mailbox, how we know,
// and what stands in the way of an answer. It reads Active Directory over LDAP
// and never writes to it.
//
// This file is the command line: flags, sub-commands, wiring and exit codes.
//
// Certificates of domain controllers come with serial numbers below zero and
// with keys of 16,384 bits. Neither makes one less trustworthy, and --insecure
// means any: so the two settings of GODEBUG above.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/ui"
	"mbxperm/ui/prompt"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// Exit codes. They are a contract: scripts go by them.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitGaps   = 3 // done, but something was cut, unreadable, unknown or undecodable
	exitAlarm  = 4 // done, and a condition of --fail-on holds; wins over 3
)

func main() {
	if os.Getenv("GOGC") == "" {
		// What is known of a directory is large and has few pointers in it: to collect
		// garbage four times as often costs next to nothing, and takes a third off the memory.
		debug.SetGCPercent(25)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// Usage marks the error as one of usage.
func (usageError) Usage() bool { return true }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	a.source.Files.Stdin = stdin
	a.source.Passwords = session.NewPasswords(a.storedPassword, func(ctx context.Context, question string) (string, error) {
		return prompt.Ask(ctx, a.stdin, a.stderr, question)
	})
	a.source.Opened = func(src *live.Source) {
		if a.rep.Quiet {
			return
		}
		report.Note(a.stderr, "reading "+src.Name()+" as "+src.Account()+", bound by "+src.Bind())
	}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, session.ErrShown) {
		return a.code
	}
	report.Message(stderr, err)
	var usage interface{ Usage() bool }
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// app is one run of the program: its streams, its flags, its exit code.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	code           int
	source         session.Opener
	auth           string
	passwordFile   string
	showQueries    bool
	theme          string
	record         string   // file to record to, or empty
	again          []string // the flags by which the source was opened, but for those that the screen can change
	rep            report.Flags
}

const longHelp = `mbxperm shows who can get into which Exchange mailbox: mailbox rights, Send-As and
Receive-As, Send on Behalf, the entries of stores and of the containers above
them, from a mailbox to its trustees and from an account to all it can open.
It reads Active Directory over LDAP, and never writes to it.

SOURCE is where to read; without one a form asks for it, filled in as far as known:
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)
  FILE                     a recording, or LDIF as ldapsearch or ldifde writes it, also gzip or zstd
  FOLDER                   the newest recording in it, of those that --record FOLDER made
  -                        the same from standard input
  DOMAIN                   a domain controller that DNS knows: contoso.com`

const examples = `  mbxperm demo
  mbxperm contoso.com
  mbxperm ldaps://dc1.contoso.com -u auditor@contoso.com
  mbxperm report aces demo --target u00012 --format csv
  mbxperm report aces ldaps://dc1.contoso.com -u auditor@contoso.com --trustee svc-backup --direction reverse --all
  mbxperm report coverage ldaps://dc1.contoso.com -u auditor@contoso.com --format json
  mbxperm compare demo:250:1:0 demo:250:1:30
  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com
  mbxperm report aces monday.ldif.zst --target anna`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "mbxperm [SOURCE]", Short: "Show who can get into which Exchange mailbox",
		Long: longHelp, Example: examples, Version: version(),
		SilenceErrors: true, SilenceUsage: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("unknown command %q: there are report, record and compare; or give one source alone", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			source := ""
			if len(args) > 0 {
				source = args[0]
			}
			return a.browse(cmd.Context(), source)
		},
	}
	root.PersistentPreRun = func(*cobra.Command, []string) {
		a.again = report.Given(root.PersistentFlags(), "user", "ca", "auth", "show-queries", "log")
		a.source.Live.Auth = live.Auth(a.auth)
		if a.showQueries {
			a.source.ShowQueries = a.stdout
		}
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", err, cmd.CommandPath())
	})
	a.connectionFlags(root.PersistentFlags())
	a.rep.SinceFlag(root.Flags())
	a.recordFlags(root.Flags())
	root.Flags().StringVar(&a.theme, "theme", "", "colours of the screen: "+strings.Join(widget.Themes, ", ")+"; T changes them")
	root.AddCommand(a.reportCommand(), a.compareCommand(), a.recordCommand())
	return root
}

// connectionFlags say how to get into a directory.
func (a *app) connectionFlags(f *pflag.FlagSet) {
	l := &a.source.Live
	f.StringVarP(&l.User, "user", "u", "", "account to bind with: user@domain, DOMAIN\\user or a DN")
	f.StringVar(&a.passwordFile, "password-file", "", "read the password from the first line of this file, - for standard input")
	f.StringVar(&a.auth, "auth", "auto", "way to bind: "+live.Auths+"; auto takes the strongest that works")
	f.StringVar(&l.Keytab, "keytab", "", "bind with Kerberos and the keys in this file")
	f.StringVar(&l.NTHashFile, "nt-hash-file", "", "bind with NTLM and the NT hash in the first line of this file")
	f.StringVar(&l.CertFile, "cert", "", "bind with the client certificate in this file (PEM)")
	f.StringVar(&l.KeyFile, "key", "", "the key of --cert, where it is not in the same file")
	f.StringVar(&l.CAFile, "ca", "", "trust the certificates in this file instead of the system's")
	f.StringArrayVar(&l.Pins, "pin", nil, "trust the server whose public key or certificate has this hash: sha256:HEX or BASE64")
	f.StringVar(&l.SOCKS5, "socks5", "", "go through the SOCKS5 proxy HOST:PORT, as ssh -D makes one")
	f.BoolVar(&l.Insecure, "insecure", false, "accept any certificate; the screen says so all the time")
	f.BoolVar(&l.Cleartext, "cleartext", false, "send the password without TLS over ldap://")
	l.ReadingFlags(f)
	f.BoolVar(&a.showQueries, "show-queries", false, "print every search that would be sent, and send nothing")
	f.StringVar(&a.source.LogFile, "log", "", "add what is done to this file; there are no secrets in it")
	f.BoolVar(&l.Catalog, "gc", false, "read accounts and groups of all domains through a global catalog")
	f.BoolVar(&l.OneDomain, "one-domain", false, "read the domain of the server alone, not every domain of the forest")
	f.Var(&l.DC, "dc", "use the domain controller NAME; NAME=ADDRESS dials that address")
}

func (a *app) reportCommand() *cobra.Command {
	rep := &cobra.Command{
		Use: "report totals|aces|coverage SOURCE", Short: "Write lines, entries or coverage for scripts and files",
		Long: report.ReportHelp(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown report %q: there are totals, aces and coverage", args[0])
			}
			return usagef("which report? there are totals, aces and coverage (see mbxperm report --help)")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	f := rep.PersistentFlags()
	a.rep.Rows(f, "mailbox, store or admin (default mailbox)")
	a.rep.Reports(f)
	a.rep.Seen.Define(f)
	a.rep.SinceFlag(f)
	a.recordFlags(f)
	for _, c := range []struct{ name, short string }{
		{"totals", "Count the rights of each account, store or administrator"},
		{"aces", "List every entry"},
		{"coverage", "Say what was found, decoded, absent, unreadable or unknown"},
	} {
		rep.AddCommand(&cobra.Command{
			Use: c.name + " SOURCE", Short: c.short, Args: atMostOne(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.report(cmd.Context(), c.name, args[0], a.rep.Since)
			},
		})
	}
	return rep
}

func (a *app) compareCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "compare OLD NEW", Short: "List what changed between two sources",
		Long:    report.CompareHelp + "\n\n" + report.ReportHelp(),
		Example: "  mbxperm compare demo:250:1:0 demo:250:1:30 --format csv -o changes.csv",
		Args:    two("compare wants two sources, OLD and NEW: each ldaps://HOST, demo or a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.report(cmd.Context(), "compare", args[1], args[0])
		},
	}
	f := cmd.Flags()
	a.rep.Rows(f, "only changes of one object type: mailbox, store or admin")
	a.rep.Reports(f)
	a.rep.Seen.DefineChanges(f)
	f.StringVar(&a.record, "record", "", "record NEW to this file while it is read; in a folder the file is named by the time")
	f.BoolVar(&a.rep.Force, "force", false, "compare two forests, replace files that exist")
	return cmd
}

// recordFlags are those of commands that may record what they read for another purpose.
func (a *app) recordFlags(f *pflag.FlagSet) {
	f.StringVar(&a.record, "record", "", "record everything that is read to this file, readable by you alone; in a folder the file is named by the time")
	f.BoolVar(&a.rep.Force, "force", false, "replace files that exist")
}

func (a *app) recordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "record SOURCE FILE", Short: "Read once and keep everything, to look at later", Long: ldif.RecordHelp,
		Example: "  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com\n  mbxperm monday.ldif.zst",
		Args:    two("record wants a source and a file: mbxperm record ldaps://HOST FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.record = args[1]
			return a.keep(cmd.Context(), args[0])
		},
	}
	cmd.Flags().BoolVar(&a.rep.Force, "force", false, "replace FILE if it exists")
	return cmd
}

// atMostOne checks that there is one source, or none where none is needed.
func atMostOne(least int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usagef("no source: %s wants ldaps://HOST, demo or a file", cmd.CommandPath())
		case len(args) > 1:
			return usagef("one source at a time: %q is too much", args[1])
		}
		return nil
	}
}

func two(otherwise string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("%s", otherwise)
		}
		return nil
	}
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// openRecorded opens a source and, if so asked, records it while it is read.
func (a *app) openRecorded(ctx context.Context, source string, required bool) (collector.Source, []string, *ldif.Recorder, error) {
	a.record = ldif.InFolder(a.record, time.Now())
	return ldif.Recorded(ctx, a.record, "mbxperm "+version(), ldif.Options{Force: a.rep.Force, Required: required},
		func() (collector.Source, []string, error) { return a.source.Open(ctx, source) })
}

// recorded returns why a recording failed, and says where it is not whole because its source was left.
func (a *app) recorded(rec *ldif.Recorder) error {
	if rec != nil && rec.Err() == nil && rec.Ended() != nil {
		report.Note(a.stderr, fmt.Sprintf("%s is incomplete: %v", a.record, rec.Ended()))
	}
	return rec.Err()
}

// keep records a source.
func (a *app) keep(ctx context.Context, source string) error {
	src, warnings, rec, err := a.openRecorded(ctx, source, true)
	if err != nil {
		return err
	}
	s, err := a.collect(ctx, src, model.NewPool(), warnings)
	switch {
	case rec.Err() != nil:
		return rec.Err()
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %s holds what was read until then", a.record)
	case err != nil:
		return err
	}
	report.Note(a.stderr, fmt.Sprintf("%s: %s entries", a.record, safe.Thousands(rec.Entries())))
	if report.Gaps(a.stderr, s) {
		a.code = exitGaps
	}
	return nil
}

// browse shows a source on the screen, or a form that asks for one.
func (a *app) browse(ctx context.Context, source string) error {
	out, ok := a.stdout.(*os.File)
	if a.theme != "" && !slices.Contains(widget.Themes, a.theme) {
		return usagef("unknown theme %q: there are %s", a.theme, strings.Join(widget.Themes, ", "))
	}
	switch noTerminal := !ok || !term.IsTerminal(int(out.Fd())); {
	case source == "" && (noTerminal || a.showQueries || a.record != ""):
		return usagef("no source: try mbxperm demo, or mbxperm DOMAIN -u USER (mbxperm --help)")
	case noTerminal && !a.showQueries:
		return usagef("no terminal to show a screen on: use mbxperm report totals|aces|coverage %s", source)
	}
	var src collector.Source
	var warnings []string
	var rec *ldif.Recorder
	var err error
	if source != "" {
		if src, warnings, rec, err = a.openRecorded(ctx, source, false); err != nil {
			return err
		}
	}
	pool, options := model.NewPool(), a.screenOptions(source)
	if options.Since, err = a.since(ctx, pool); err != nil {
		if src != nil {
			src.Close()
		}
		return err
	}
	a.source.Opened = nil // standard error belongs to the screen now
	ctx, cancel := context.WithCancel(ctx)
	c := &session.Controller{
		Opener: &a.source, Program: "mbxperm " + version(),
		Session: session.New(ctx, pool, src, warnings, func(ctx context.Context) (collector.Source, []string, error) {
			return a.source.Open(ctx, source)
		}),
	}
	a.source.Passwords.AskBy(c.Ask) // the screen has the terminal
	err = ui.Run(ctx, c, options)
	cancel()
	c.Wait()
	return errors.Join(err, a.recorded(rec))
}

// screenOptions say what the screen begins with, and what is known for its form.
func (a *app) screenOptions(source string) ui.Options {
	kept, err := settings.Load()
	o := ui.Options{Version: version(), Again: a.again, Settings: kept, Theme: a.theme, ColorFGBG: os.Getenv("COLORFGBG"), Force: a.rep.Force, SinceSource: a.rep.Since}
	if err != nil {
		o.Note = err.Error()
	}
	l, found := &a.source.Live, live.Discover(a.source.Live)
	o.Connect.Request = model.Request{Source: source, User: l.User, CAFile: l.CAFile, Auth: string(l.Auth)}
	o.Connect.Domain, o.Connect.Auths = found.Domain, strings.Split(live.Auths, ", ")
	if found.Ticket != "" {
		o.Connect.Found = []string{"Kerberos ticket of " + found.Ticket + ", good until " + found.Until.Local().Format("2006-01-02 15:04")}
	} else {
		o.Connect.Found = []string{"no Kerberos ticket: " + found.Reason}
	}
	return o
}

// since reads what --since names, to be compared with; nil where there is nothing.
func (a *app) since(ctx context.Context, pool *model.Pool) (*model.Snapshot, error) {
	if a.rep.Since == "" {
		return nil, nil
	}
	src, warnings, err := a.source.Open(ctx, a.rep.Since)
	if errors.Is(err, ldif.ErrNoRecording) {
		report.Note(a.stderr, err.Error()+": nothing to compare with")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a.collect(ctx, src, pool, warnings)
}

// report collects a source and writes one report of it, compared with old if that is named.
func (a *app) report(ctx context.Context, name, source, old string) error {
	job, err := a.rep.Job(name, version(), a.stdout)
	if err != nil {
		return err
	}
	// Both are opened before the first is read: a mistake in either shows at once.
	pool, before := model.NewPool(), (*model.Snapshot)(nil)
	var first collector.Source
	var noted []string
	if old != "" {
		first, noted, err = a.source.Open(ctx, old)
		switch {
		case errors.Is(err, ldif.ErrNoRecording) && old == a.rep.Since:
			report.Note(a.stderr, err.Error()+": nothing to compare with")
			a.code = exitGaps // the first of many
		case err != nil:
			return err
		default:
			defer first.Close()
		}
	}
	src, warnings, rec, err := a.openRecorded(ctx, source, false)
	if err != nil {
		return err
	}
	defer src.Close()
	if first != nil {
		if before, err = a.collect(ctx, first, pool, noted); err != nil {
			return errors.Join(err, a.recorded(rec))
		}
	}
	s, err := a.collect(ctx, src, pool, warnings)
	if err != nil {
		return errors.Join(err, a.recorded(rec))
	}
	outcome, err := job.Run(ctx, s, before, a.stdout, a.stderr)
	switch {
	case outcome.Failed:
		a.code = exitAlarm
	case outcome.Gaps:
		a.code = exitGaps
	}
	return errors.Join(err, a.recorded(rec))
}

// collect reads a source to its end.
func (a *app) collect(ctx context.Context, src collector.Source, pool *model.Pool, warnings []string) (*model.Snapshot, error) {
	c := session.Start(ctx, src, pool, warnings)
	if a.rep.Quiet {
		<-c.Done()
	} else {
		report.Progress(a.stderr, c)
	}
	s := c.Snapshot()
	switch {
	case ctx.Err() != nil:
		return nil, errors.New("interrupted: nothing was written")
	case s.State.Err != nil && s.Empty():
		return nil, fmt.Errorf("%s: %w", s.State.Source, s.State.Err)
	}
	return s, nil
}

// storedPassword finds the password in a file or in the environment.
func (a *app) storedPassword() (string, error) {
	if a.passwordFile != "" {
		return prompt.File(a.passwordFile, a.stdin)
	}
	if p, ok := os.LookupEnv("MBXPERM_PASSWORD"); ok {
		return p, nil
	}
	return "", session.ErrNoPassword
}
