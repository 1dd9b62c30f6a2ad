// Command mbxperm shows who can get into which Exchange mailbox, how we know,
// and what stands in the way of an answer. It reads Active Directory over LDAP
// and never writes to it.
//
// This file is the command line: flags, sub-commands, wiring and exit codes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/model"
	"mbxperm/ui"
	"mbxperm/ui/prompt"
	"mbxperm/ui/report"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, files: ldif.Files{Stdin: stdin}}
	// A refresh connects again: by then the screen has the terminal, and standard input is used up.
	a.secret = sync.OnceValues(func() (string, error) { return a.password(ctx) })
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return a.code
	}
	report.Message(stderr, err)
	var usage usageError
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
	conn           connection
	secret         func() (string, error) // the password, asked for once
	rep            reportFlags
	record         string     // file to record to, or empty
	files          ldif.Files // sources that are files
}

type connection struct {
	user, passwordFile, ca string
	insecure, cleartext    bool
	dc                     map[string]string
}

type reportFlags struct {
	format, object, target, trustee, direction, out       string
	redactKey, failOn                                     string
	inherited, self, defaults, implied, stale, all, force bool
	bom, redact, quiet                                    bool
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "mbxperm [SOURCE]", Short: "Show who can get into which Exchange mailbox",
		Long: report.Help, Example: report.Examples, Version: version(),
		SilenceErrors: true, SilenceUsage: true,
		Args: sources(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no source: try mbxperm demo, or mbxperm ldaps://HOST -u USER (mbxperm --help)")
			}
			return a.browse(cmd.Context(), args[0])
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", err, cmd.CommandPath())
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.conn.user, "user", "u", "", "account to bind with: user@domain, DOMAIN\\user or a DN")
	f.StringVar(&a.conn.passwordFile, "password-file", "", "read the password from the first line of this file, - for standard input")
	f.StringVar(&a.conn.ca, "ca", "", "trust the certificates in this file instead of the system's")
	f.BoolVar(&a.conn.insecure, "insecure", false, "accept any certificate; the screen says so all the time")
	f.BoolVar(&a.conn.cleartext, "cleartext", false, "send the password without TLS over ldap://")
	f.StringToStringVar(&a.conn.dc, "dc", nil, "dial ADDRESS for a server NAME: NAME=ADDRESS")
	a.recordFlags(root.Flags())
	root.AddCommand(a.reportCommand(), a.compareCommand(), a.recordCommand())
	return root
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
	a.rowFlags(rep, "mailbox, store or admin (default mailbox)")
	f, r := rep.PersistentFlags(), &a.rep
	a.recordFlags(f)
	f.BoolVar(&r.bom, "bom", false, "begin CSV with a byte order mark, for Excel")
	f.BoolVar(&r.redact, "redact", false, "replace names, domains, SIDs and servers by pseudonyms")
	f.StringVar(&r.redactKey, "redact-key", "", "redact with the key in this file: the same pseudonyms in every file")
	f.StringVar(&r.failOn, "fail-on", "", "exit with 4 where one of these conditions holds: "+model.AlarmNames())
	f.BoolVarP(&r.quiet, "quiet", "q", false, "nothing on standard error but errors and conditions that hold")
	for _, c := range []struct{ name, short string }{
		{"totals", "Count the rights of each account, store or administrator"},
		{"aces", "List every entry"},
		{"coverage", "Say what was found, decoded, absent, unreadable or unknown"},
	} {
		rep.AddCommand(&cobra.Command{
			Use: c.name + " SOURCE", Short: c.short, Args: sources(1),
			RunE: func(cmd *cobra.Command, args []string) error { return a.report(cmd.Context(), c.name, args[0]) },
		})
	}
	return rep
}

// rowFlags are the flags that choose rows and how they are written.
func (a *app) rowFlags(cmd *cobra.Command, objects string) {
	f, r := cmd.PersistentFlags(), &a.rep
	f.StringVar(&r.format, "format", "table", "table, csv, json or jsonl; of a report also html and xlsx")
	f.StringVar(&r.object, "object", "", objects)
	f.StringVar(&r.target, "target", "", "only this target: name, DOMAIN\\name, DN or SID")
	f.StringVar(&r.trustee, "trustee", "", "only this trustee: name, DOMAIN\\name, DN or SID")
	f.StringVar(&r.direction, "direction", "forward", "forward (by target) or reverse (by trustee, all object types)")
	f.BoolVar(&r.inherited, "inherited", false, "show inherited entries")
	f.BoolVar(&r.self, "self", false, "show entries of SELF and SYSTEM")
	f.BoolVar(&r.defaults, "defaults", false, "show entries that set-up writes")
	f.BoolVar(&r.implied, "implied", false, "show Send-As and Receive-As that follow from other rights")
	f.BoolVar(&r.stale, "stale", false, "show inherited entries inside mailbox ACLs (stale copies)")
	f.BoolVar(&r.all, "all", false, "show all of these")
	f.StringVarP(&r.out, "output", "o", "", "write to this file, readable by you alone")
}

func (a *app) compareCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "compare OLD NEW", Short: "List what changed between two sources",
		Long: report.CompareHelp + "\n\n" +
			"Data goes to standard output (or -o FILE), progress and warnings to standard error.\n\n" +
			"Exit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown, undecodable or not comparable.",
		Example: "  mbxperm compare demo:250:1:0 demo:250:1:30 --format csv -o changes.csv",
		Args:    two("compare wants two sources, OLD and NEW: each ldaps://HOST, demo or a file"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.compare(cmd.Context(), args[0], args[1]) },
	}
	a.rowFlags(cmd, "only changes of one object type: mailbox, store or admin")
	cmd.Flags().BoolVar(&a.rep.force, "force", false, "compare two forests, overwrite the file of -o")
	return cmd
}

// recordFlags are those of commands that may record what they read for another purpose.
func (a *app) recordFlags(f *pflag.FlagSet) {
	f.StringVar(&a.record, "record", "", "record everything that is read to this file, readable by you alone")
	f.BoolVar(&a.rep.force, "force", false, "replace files that exist")
}

func (a *app) recordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "record SOURCE FILE", Short: "Read once and keep everything, to look at later", Long: ldif.RecordHelp,
		Example: "  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com\n  mbxperm monday.ldif.zst",
		Args:    two("record wants a source and a file: mbxperm record ldaps://HOST FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.keep(cmd.Context(), args[0], args[1]) },
	}
	cmd.Flags().BoolVar(&a.rep.force, "force", false, "replace FILE if it exists")
	return cmd
}

// two wants two arguments.
func two(otherwise string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("%s", otherwise)
		}
		return nil
	}
}

// sources checks the number of arguments.
func sources(least int) cobra.PositionalArgs {
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

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// open opens a source; it also returns what must be said of it for as long as it is used.
func (a *app) open(ctx context.Context, source string) (collector.Source, []string, error) {
	switch scheme, _, _ := strings.Cut(source, ":"); strings.ToLower(scheme) {
	case "demo":
		src, err := demo.New(source)
		if err != nil {
			return nil, nil, usageError{err}
		}
		return src, nil, nil
	case "ldap", "ldaps":
		src, err := live.Open(ctx, live.Options{
			URL: source, User: a.conn.user, Password: a.secret,
			CAFile: a.conn.ca, Insecure: a.conn.insecure, Cleartext: a.conn.cleartext, DC: a.conn.dc,
		})
		if err != nil {
			return nil, nil, err
		}
		return src, src.Warnings(), nil
	}
	src, err := a.files.Open(source)
	if errors.Is(err, fs.ErrNotExist) {
		err = usagef("cannot read %q: a source is ldaps://HOST, ldap://HOST, demo[:N[:SEED[:DAY]]], a file, or - for standard input", source)
	}
	if err != nil {
		return nil, nil, err
	}
	return src, src.Warnings(), nil
}

// openRecorded opens a source and, if so asked, records it while it is read.
func (a *app) openRecorded(ctx context.Context, source string, required bool) (collector.Source, []string, *ldif.Recorder, error) {
	return ldif.Recorded(a.record, "mbxperm "+version(), ldif.Options{Force: a.rep.force, Required: required},
		func() (collector.Source, []string, error) { return a.open(ctx, source) })
}

// recorded returns why a recording failed, and says where it is not whole because its source was left.
func (a *app) recorded(rec *ldif.Recorder) error {
	if rec != nil && rec.Err() == nil && rec.Ended() != nil {
		report.Message(a.stderr, fmt.Errorf("%s is incomplete: %w", a.record, rec.Ended()))
	}
	return rec.Err()
}

// keep records a source to a file.
func (a *app) keep(ctx context.Context, source, file string) error {
	a.record = file
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
	report.Message(a.stderr, fmt.Errorf("%s: %s entries", a.record, report.Thousands(rec.Entries())))
	if report.Gaps(a.stderr, s) {
		a.code = exitGaps
	}
	return nil
}

// browse shows a source on the screen.
func (a *app) browse(ctx context.Context, source string) error {
	out, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return usagef("no terminal to show a screen on: use mbxperm report totals|aces|coverage %s", source)
	}
	src, warnings, rec, err := a.openRecorded(ctx, source, false)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	s := collector.NewSession(ctx, src, warnings, func(ctx context.Context) (collector.Source, []string, error) {
		return a.open(ctx, source)
	})
	err = ui.Run(ctx, s)
	cancel()
	s.Wait()
	return errors.Join(err, a.recorded(rec))
}

// report collects a source and writes one report of it.
func (a *app) report(ctx context.Context, name, source string) error {
	job, err := a.job(name)
	if err != nil {
		return err
	}
	src, warnings, rec, err := a.openRecorded(ctx, source, false)
	if err != nil {
		return err
	}
	s, err := a.collect(ctx, src, model.NewPool(), warnings)
	if err != nil {
		return errors.Join(err, a.recorded(rec))
	}
	outcome, err := job.Run(ctx, s, a.stdout, a.stderr)
	err = errors.Join(err, a.recorded(rec))
	switch {
	case err != nil:
		return err
	case outcome.Failed:
		a.code = exitAlarm
	case outcome.Gaps:
		a.code = exitGaps
	}
	return nil
}

// job makes a report out of its flags; every mistake in them is found before anything is read.
func (a *app) job(name string) (*report.Job, error) {
	r := &a.rep
	format, err := report.ParseFormat(r.format)
	if err != nil {
		return nil, usageError{err}
	}
	q, err := a.query(name)
	if err != nil {
		return nil, err
	}
	job := &report.Job{
		Question: report.Question{Report: name, Query: q, Target: r.target, Trustee: r.trustee},
		Output:   report.Output{Format: format, BOM: r.bom, File: r.out, Force: r.force, Quiet: r.quiet},
		Version:  version(),
	}
	if r.failOn != "" {
		if job.FailOn, err = model.ParseAlarms(r.failOn); err != nil {
			return nil, usageError{err}
		}
	}
	switch {
	case r.redactKey != "":
		job.Redact, err = report.KeyedRedactor(r.redactKey)
	case r.redact:
		job.Redact = report.NewRedactor()
	}
	if err != nil {
		return nil, err
	}
	if err := job.Misuse(a.stdout); err != nil {
		return nil, usageError{err}
	}
	return job, job.Free()
}

// collect reads a source to its end.
func (a *app) collect(ctx context.Context, src collector.Source, pool *model.Pool, warnings []string) (*model.Snapshot, error) {
	c := collector.Start(ctx, src, pool, warnings)
	if a.rep.quiet {
		<-c.Done()
	} else {
		report.Progress(a.stderr, c)
	}
	s := c.Snapshot()
	switch {
	case ctx.Err() != nil:
		return nil, errors.New("interrupted: nothing was written")
	case s.State.Err != nil && s.Empty():
		return nil, s.State.Err
	}
	return s, nil
}

// write writes to standard output or to the file of -o.
func (a *app) write(write func(io.Writer) error) error {
	if a.rep.out == "" {
		return write(a.stdout)
	}
	return report.File(a.rep.out, a.rep.force, write)
}

// compare collects two sources and writes what changed.
func (a *app) compare(ctx context.Context, names ...string) error {
	format, err := report.ParseFormat(a.rep.format)
	if err != nil {
		return usageError{err}
	}
	if format == report.HTML || format == report.XLSX {
		return usagef("compare writes table, csv, json or jsonl, not %s", format)
	}
	q, err := a.compareQuery()
	if err != nil {
		return err
	}
	var sources [2]collector.Source
	var warnings [2][]string
	for i, name := range names { // both, before the first is read: a mistake in NEW shows at once
		if sources[i], warnings[i], err = a.open(ctx, name); err != nil {
			return err
		}
		defer sources[i].Close()
	}
	var states [2]*model.Snapshot
	pool := model.NewPool()
	for i := range sources {
		if states[i], err = a.collect(ctx, sources[i], pool, warnings[i]); err != nil {
			return err
		}
	}
	c, err := model.Compare(ctx, states[0], states[1], q)
	if forests := (*model.ForestsError)(nil); errors.As(err, &forests) {
		return fmt.Errorf("%w (compare anyway with --force)", err)
	}
	if err != nil {
		return err
	}
	if err := a.write(func(w io.Writer) error { return report.Compare(ctx, w, c, format) }); err != nil {
		return err
	}
	if report.CompareGaps(a.stderr, c) {
		a.code = exitGaps
	}
	return nil
}

// compareQuery makes the question of a comparison out of the flags.
func (a *app) compareQuery() (model.CompareQuery, error) {
	q, err := a.query("aces")
	if a.rep.object == "" {
		q.Type = nil
	}
	return model.CompareQuery{
		Type: q.Type, Show: q.Show, ByTrustee: q.ByTrustee, Target: q.Target, Trustee: q.Trustee, Force: a.rep.force,
	}, err
}

// query makes the question of a report out of its flags.
func (a *app) query(name string) (model.Query, error) {
	r := &a.rep
	q, err := report.ParseQuery(name, r.object, r.direction, r.target, r.trustee)
	if err != nil {
		return q, usageError{err}
	}
	for reason, on := range map[model.Reasons]bool{
		model.Inherited: r.inherited, model.Self: r.self, model.Default: r.defaults,
		model.Implied: r.implied, model.Stale: r.stale, model.AllReasons: r.all,
	} {
		if on {
			q.Show |= reason
		}
	}
	return q, nil
}

// password finds the password: a file, the environment, or the person at the terminal.
func (a *app) password(ctx context.Context) (string, error) {
	if a.conn.passwordFile != "" {
		return prompt.File(a.conn.passwordFile, a.stdin)
	}
	if p, ok := os.LookupEnv("MBXPERM_PASSWORD"); ok {
		return p, nil
	}
	return prompt.Ask(ctx, a.stdin, a.stderr, "password of "+a.conn.user+": ")
}
