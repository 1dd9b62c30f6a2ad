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
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mbxperm/collector"
	"mbxperm/collector/demo"
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
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
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
}

type connection struct {
	user, passwordFile, ca string
	insecure, cleartext    bool
	dc                     map[string]string
}

type reportFlags struct {
	format, object, target, trustee, direction, out       string
	inherited, self, defaults, implied, stale, all, force bool
}

const longHelp = `mbxperm shows who can get into which Exchange mailbox: mailbox rights, Send-As and
Receive-As, Send on Behalf, the entries of stores and of the containers above
them, from a mailbox to its trustees and from an account to all it can open.
It reads Active Directory over LDAP, and never writes to it.

SOURCE is where to read:
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)`

const examples = `  mbxperm demo
  mbxperm ldaps://dc1.contoso.com -u auditor@contoso.com
  mbxperm report aces demo --target u00012 --format csv
  mbxperm report aces ldaps://dc1.contoso.com -u auditor@contoso.com --trustee svc-backup --direction reverse --all
  mbxperm report coverage ldaps://dc1.contoso.com -u auditor@contoso.com --format json`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "mbxperm [SOURCE]", Short: "Show who can get into which Exchange mailbox",
		Long: longHelp, Example: examples, Version: version(),
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
	root.AddCommand(a.reportCommand())
	return root
}

func (a *app) reportCommand() *cobra.Command {
	rep := &cobra.Command{
		Use: "report totals|aces|coverage SOURCE", Short: "Write lines, entries or coverage for scripts and files",
		Long: "Data goes to standard output (or -o FILE), progress and warnings to standard error.\n\n" +
			"Exit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown or undecodable.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown report %q: there are totals, aces and coverage", args[0])
			}
			return usagef("which report? there are totals, aces and coverage (see mbxperm report --help)")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	f, r := rep.PersistentFlags(), &a.rep
	f.StringVar(&r.format, "format", "table", "table, csv, json or jsonl")
	f.StringVar(&r.object, "object", "mailbox", "mailbox, store or admin")
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
	f.BoolVar(&r.force, "force", false, "overwrite the file of -o")
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

// sources checks the number of arguments.
func sources(least int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usagef("no source: %s wants ldaps://HOST or demo", cmd.CommandPath())
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
	return nil, nil, usagef("cannot read %q: a source is ldaps://HOST, ldap://HOST or demo[:N[:SEED[:DAY]]]", source)
}

// browse shows a source on the screen.
func (a *app) browse(ctx context.Context, source string) error {
	out, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return usagef("no terminal to show a screen on: use mbxperm report totals|aces|coverage %s", source)
	}
	src, warnings, err := a.open(ctx, source)
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
	return err
}

// report collects a source and writes one report of it.
func (a *app) report(ctx context.Context, name, source string) error {
	format, err := report.ParseFormat(a.rep.format)
	if err != nil {
		return usageError{err}
	}
	q, err := a.query(name)
	if err != nil {
		return err
	}
	src, warnings, err := a.open(ctx, source)
	if err != nil {
		return err
	}
	c := collector.Start(ctx, src, model.NewPool(), warnings)
	report.Progress(a.stderr, c)
	s := c.Snapshot()
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted: nothing was written")
	case s.State.Err != nil && s.Empty():
		return s.State.Err
	}
	write := func(w io.Writer) error { return report.Report(ctx, w, s, name, q, format) }
	if a.rep.out == "" {
		err = write(a.stdout)
	} else {
		err = report.File(a.rep.out, a.rep.force, write)
	}
	if err != nil {
		return err
	}
	if report.Gaps(a.stderr, s) {
		a.code = exitGaps
	}
	return nil
}

// query makes the question of a report out of its flags.
func (a *app) query(name string) (model.Query, error) {
	r := &a.rep
	q := model.Query{Rows: name == "aces", System: true}
	for _, t := range model.ObjectTypes {
		if t.Flag == r.object {
			q.Type = t
		}
	}
	switch {
	case q.Type == nil:
		return q, usagef("unknown object type %q: use mailbox, store or admin", r.object)
	case r.direction != "forward" && r.direction != "reverse":
		return q, usagef("unknown direction %q: use forward or reverse", r.direction)
	}
	q.ByTrustee = r.direction == "reverse"
	for reason, on := range map[model.Reasons]bool{
		model.Inherited: r.inherited, model.Self: r.self, model.Default: r.defaults,
		model.Implied: r.implied, model.Stale: r.stale, model.AllReasons: r.all,
	} {
		if on {
			q.Show |= reason
		}
	}
	q.ACEs = q.Type.ACEs[0]
	if r.target != "" {
		q.Target = model.Match(r.target)
	}
	if r.trustee != "" {
		q.Trustee = model.Match(r.trustee)
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
