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
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/collector/probe"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/door/alert"
	"mbxperm/model/usage"
	"mbxperm/ui"
	"mbxperm/ui/check"
	"mbxperm/ui/export"
	"mbxperm/ui/prompt"
	"mbxperm/ui/report"
	"mbxperm/ui/shell"
	terminal "mbxperm/ui/term"
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
		session.FollowHeap()
	}
	ctx, stop := terminal.UntilEnded(context.Background())
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(stdin, stdout, stderr)
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, session.ErrShown) {
		return a.code
	}
	report.Message(stderr, err)
	if usage.Is(err) {
		return exitUsage
	}
	return exitFailed
}

// app is one run of the program: its streams, its flags, its exit code.
type app struct {
	stdout   io.Writer
	code     int
	source   session.Flags
	password prompt.Password
	rep      report.Runner
	screen   ui.Options
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	a := &app{stdout: stdout, code: exitDone, password: prompt.Password{Stdin: stdin, Stderr: stderr, None: session.ErrNoPassword}}
	a.rep = report.Runner{Version: report.Version(), Stdout: stdout, Stderr: stderr, ErrNone: ldif.ErrNoRecording, History: session.History}
	a.rep.Open = func(ctx context.Context, source string) (report.Source, error) { return a.source.Read(ctx, source) }
	a.rep.OpenRecorded = func(ctx context.Context, source string, required bool) (report.Source, error) {
		return a.source.ReadRecorded(ctx, source, required)
	}
	a.source.Program, a.source.Files.Stdin = "mbxperm "+report.Version(), stdin
	a.source.Passwords = session.NewPasswords(a.password.Stored, a.password.Ask)
	a.source.Note = func(text string) {
		if !a.rep.Quiet && !a.rep.Redacts() { // it names sources and accounts
			report.Note(stderr, text)
		}
	}
	return a
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "mbxperm [SOURCE]", Short: "Show who can get into which Exchange mailbox",
		Long: ui.Help + "\n\n" + session.SourceHelp, Example: ui.Examples, Version: report.Version(),
		SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			return usage.Command(args, "report, record, compare, check, export and opengraph-schema")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.browse(cmd.Context(), append(args, "")[0])
		},
	}
	root.PersistentPreRun = func(*cobra.Command, []string) {
		// What opens the source once more, but for what the screen can change.
		a.screen.Again = append(report.Given(root.PersistentFlags(), "user", "bind-user", "ca", "auth", "bind-auth", "show-queries", "log"), a.source.LogFlags()...)
		a.source.Parsed(a.stdout)
		a.source.Force = a.rep.Force
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	})
	a.source.Define(root.PersistentFlags())
	a.password.Define(root.PersistentFlags())
	a.source.DefineReading(root.Flags())
	a.rep.DefineSince(root.Flags())
	a.rep.DefineForce(root.Flags(), "replace files that exist")
	a.screen.Define(root.Flags())
	checks := check.Command{Engine: &probe.Engine{Password: a.source.Passwords.Get}, Version: report.Version(), Stdout: a.stdout, Stderr: a.rep.Stderr, Code: &a.code, Secret: a.password.Read}
	checks.Directory = func(ctx context.Context, source, user, caFile string) (*model.Snapshot, error) {
		a.source.Live.User, a.source.Live.CAFile = user, caFile
		return a.rep.Snapshot(ctx, source)
	}
	root.AddCommand(a.reportCommand(), a.compareCommand(), a.recordCommand(), checks.Cobra(), export.Command(&a.rep, a.source.DefineReading, a.end), a.rep.SchemaCommand())
	return shell.Finish(root, map[string][]string{"auth": strings.Split(live.Auths, ", ")})
}

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "report " + report.Alternatives() + " SOURCE", Short: "Write lines, entries or coverage for scripts and files",
		Long: report.ReportHelp(), Args: func(_ *cobra.Command, args []string) error { return report.None(args) },
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	a.rep.Define(cmd.PersistentFlags())
	a.source.DefineReading(cmd.PersistentFlags())
	for _, r := range report.Names {
		one := &cobra.Command{
			Use: r.Name + " SOURCE", Short: r.Short, Long: r.Long, Example: r.Example,
			Args: func(_ *cobra.Command, args []string) error {
				return a.rep.Arguments(r.Name, args, len(a.source.Logs) > 0)
			},
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.end(a.rep.Report(cmd.Context(), r.Name, append(args, "")[0], a.rep.Since))
			},
		}
		a.rep.DefineFor(r.Name, one.Flags())
		cmd.AddCommand(one)
	}
	return cmd
}

func (a *app) compareCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "compare OLD NEW", Short: "List what changed between two sources",
		Long: report.CompareHelp + "\n\n" + report.ReportHelp(), Example: report.CompareExample,
		Args: wants(2, "compare wants two sources, OLD and NEW: each ldaps://HOST, demo or a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.end(a.rep.Report(cmd.Context(), "compare", args[1], args[0]))
		},
	}
	a.rep.DefineCompare(cmd.Flags())
	a.source.DefineRecord(cmd.Flags(), session.RecordNewUsage)
	return cmd
}

func (a *app) recordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "record SOURCE FILE", Short: "Read once and keep everything, to look at later",
		Long: ldif.RecordHelp, Example: ldif.RecordExample,
		Args: wants(2, "record wants a source and a file: mbxperm record ldaps://HOST FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.source.Record = args[1]
			return a.end(a.rep.Record(cmd.Context(), args[0]))
		},
	}
	a.rep.DefineForce(cmd.Flags(), "replace FILE if it exists")
	a.source.DefineLogs(cmd.Flags())
	return cmd
}

// wants is usage.Arguments for a command.
func wants(n int, few string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error { return usage.Arguments(args, n, few) }
}

// end takes the exit code from what came of a command.
func (a *app) end(o report.Outcome, err error) error {
	a.code = o.Exit(exitDone, exitGaps, exitAlarm)
	return err
}

// browse shows a source on the screen, or a form that asks for one.
func (a *app) browse(ctx context.Context, source string) error {
	shows := a.source.ShowQueries != nil
	err := a.screen.Check(a.stdout, source, shows || a.source.Record != "", shows)
	if err != nil {
		return err
	}
	first := new(session.Reading)
	if source != "" || len(a.source.Logs) > 0 {
		if first, err = a.source.ReadShown(ctx, source); err != nil {
			return err
		}
	}
	pool := model.NewPool()
	a.begin(source)
	if a.screen.Since, err = a.rep.Earlier(ctx, pool); err != nil {
		first.Close()
		return err
	}
	a.source.Note = nil // standard error belongs to the screen now
	ctx, cancel := context.WithCancel(ctx)
	c := &session.Controller{
		Opener: &a.source.Opener, Program: a.source.Program, Logs: a.source.WithLogs,
		Session: session.New(ctx, pool, first.Source, first.Warnings, func(ctx context.Context) (collector.Source, []string, error) {
			return a.source.OpenLogs(ctx, source)
		}),
	}
	a.source.Passwords.AskBy(c.Ask) // the screen has the terminal
	err = ui.Run(ctx, c, a.screen)
	cancel()
	c.Wait()
	return errors.Join(err, a.rep.Recorded(first))
}

// begin says what the screen begins with, and what is known for its form.
func (a *app) begin(source string) {
	a.screen.Remember()
	a.screen.History, a.screen.Version, a.screen.Force, a.screen.SinceSource, a.screen.Checks, a.screen.LogsAlone = session.History, report.Version(), a.rep.Force, a.rep.Since, alert.LastRuns, source == "" && len(a.source.Logs) > 0
	a.screen.After = func(text string) { report.Note(a.rep.Stderr, text) }
	l, found := &a.source.Live, live.Discover(a.source.Live)
	a.screen.Connect = ui.Connect{
		Request: model.Request{Source: source, User: l.User, CAFile: l.CAFile, Auth: string(l.Auth)},
		Domain:  found.Domain, Auths: strings.Split(live.Auths, ", "), Found: []string{found.TicketText()},
	}
}
