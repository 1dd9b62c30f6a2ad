// Command mbxperm shows who can get into which Exchange mailbox, how we know,
// and what stands in the way of an answer. It reads Active Directory over LDAP
// and never writes to it.
//
// This file is the command line: flags, sub-commands, wiring and exit codes.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	// A refresh connects again: by then the screen has the terminal, and standard input is used up.
	a.secret = sync.OnceValues(func() (string, error) { return a.password(ctx) })
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, errShown) {
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
	log            *slog.Logger           // of --log
	screen         bool                   // whether standard error belongs to the screen
	rep            reportFlags
}

type connection struct {
	user, passwordFile, ca   string
	auth, keytab, ntHashFile string
	cert, key, socks5, log   string
	pins                     []string
	insecure, cleartext      bool
	showQueries              bool
	dc                       live.Servers
}

type reportFlags struct {
	format, object, target, trustee, direction, out       string
	redactKey, failOn                                     string
	inherited, self, defaults, implied, stale, all, force bool
	bom, redact, quiet                                    bool
}

const longHelp = `mbxperm shows who can get into which Exchange mailbox: mailbox rights, Send-As and
Receive-As, Send on Behalf, the entries of stores and of the containers above
them, from a mailbox to its trustees and from an account to all it can open.
It reads Active Directory over LDAP, and never writes to it.

SOURCE is where to read; without one, the domain of your Kerberos ticket:
  DOMAIN                   a domain controller that DNS knows: contoso.com
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)`

const examples = `  mbxperm demo
  mbxperm contoso.com
  mbxperm ldaps://dc1.contoso.com -u auditor@contoso.com
  mbxperm report aces demo --target u00012 --format csv
  mbxperm report aces ldaps://dc1.contoso.com -u auditor@contoso.com --trustee svc-backup --direction reverse --all
  mbxperm report coverage ldaps://dc1.contoso.com -u auditor@contoso.com --format json
  mbxperm compare demo:250:1:0 demo:250:1:30`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "mbxperm [SOURCE]", Short: "Show who can get into which Exchange mailbox",
		Long: longHelp, Example: examples, Version: version(),
		SilenceErrors: true, SilenceUsage: true,
		Args: sources(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				domain, err := live.DefaultDomain(live.Options{User: a.conn.user, Keytab: a.conn.keytab})
				if err != nil {
					return usagef("no source, and no ticket to take a domain from: try mbxperm demo, or mbxperm DOMAIN -u USER (mbxperm --help)")
				}
				args = []string{domain}
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
	f.StringVar(&a.conn.auth, "auth", "auto", "way to bind: "+live.Auths+"; auto takes the strongest that works")
	f.StringVar(&a.conn.keytab, "keytab", "", "bind with Kerberos and the keys in this file")
	f.StringVar(&a.conn.ntHashFile, "nt-hash-file", "", "bind with NTLM and the NT hash in the first line of this file")
	f.StringVar(&a.conn.cert, "cert", "", "bind with the client certificate in this file (PEM)")
	f.StringVar(&a.conn.key, "key", "", "the key of --cert, where it is not in the same file")
	f.StringVar(&a.conn.ca, "ca", "", "trust the certificates in this file instead of the system's")
	f.StringArrayVar(&a.conn.pins, "pin", nil, "trust the server whose public key or certificate has this hash: sha256:HEX or BASE64")
	f.StringVar(&a.conn.socks5, "socks5", "", "go through the SOCKS5 proxy HOST:PORT, as ssh -D makes one")
	f.BoolVar(&a.conn.insecure, "insecure", false, "accept any certificate; the screen says so all the time")
	f.BoolVar(&a.conn.cleartext, "cleartext", false, "send the password without TLS over ldap://")
	f.BoolVar(&a.conn.showQueries, "show-queries", false, "print every search that would be sent, and send nothing")
	f.StringVar(&a.conn.log, "log", "", "add what is done to this file; there are no secrets in it")
	f.Var(&a.conn.dc, "dc", "use the domain controller NAME; NAME=ADDRESS dials that address")
	root.AddCommand(a.reportCommand(), a.compareCommand())
	return root
}

func (a *app) reportCommand() *cobra.Command {
	rep := &cobra.Command{
		Use: "report totals|aces|coverage SOURCE", Short: "Write lines, entries or coverage for scripts and files",
		Long: reportHelp(),
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
	f.BoolVar(&r.force, "force", false, "overwrite the file of -o")
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

func reportHelp() string {
	help := "Data goes to standard output (or -o FILE), progress and warnings to standard error. With csv, json and jsonl\n" +
		"the evidence goes to FILE.evidence.json, or to standard error; html and xlsx carry it inside.\n\n" +
		"Conditions of --fail-on, over all entries of all object types, hidden ones too, within --target and --trustee:\n"
	for _, c := range model.Alarms {
		help += fmt.Sprintf("  %-11s %s\n", c.Name, c.Text)
	}
	return help + "\nExit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown or undecodable,\n" +
		"4 a condition of --fail-on holds (wins over 3)."
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
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("compare wants two sources, OLD and NEW: each ldaps://HOST or demo")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.compare(cmd.Context(), args[0], args[1]) },
	}
	a.rowFlags(cmd, "only changes of one object type: mailbox, store or admin")
	cmd.Flags().BoolVar(&a.rep.force, "force", false, "compare two forests, overwrite the file of -o")
	return cmd
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
	scheme, _, _ := strings.Cut(source, ":")
	switch scheme = strings.ToLower(scheme); {
	case scheme == "demo" && a.conn.showQueries:
		return nil, nil, usagef("a demo sends no searches: give --show-queries with a directory")
	case scheme == "demo":
		src, err := demo.New(source)
		if err != nil {
			return nil, nil, usageError{err}
		}
		return src, nil, nil
	case scheme == "ldap" || scheme == "ldaps":
		return a.openLive(ctx, live.Options{URL: source})
	case live.IsDomain(source):
		return a.openLive(ctx, live.Options{Domain: source})
	}
	return nil, nil, usagef("cannot read %q: a source is DOMAIN, ldaps://HOST, ldap://HOST or demo[:N[:SEED[:DAY]]]", source)
}

// errShown says that there is nothing more to do.
var errShown = errors.New("the searches were shown")

// openLive opens a directory with the flags of the connection.
func (a *app) openLive(ctx context.Context, o live.Options) (collector.Source, []string, error) {
	c := &a.conn
	o.Auth, o.User, o.Password = live.Auth(c.auth), c.user, a.secret
	o.Keytab, o.NTHashFile = c.keytab, c.ntHashFile
	o.CAFile, o.Insecure, o.Cleartext, o.DC = c.ca, c.insecure, c.cleartext, c.dc
	o.CertFile, o.KeyFile = c.cert, c.key
	o.Pins, o.SOCKS5 = c.pins, c.socks5
	if c.log != "" && a.log == nil {
		var err error
		if a.log, err = live.LogFile(c.log); err != nil {
			return nil, nil, err
		}
	}
	o.Log = a.log
	if c.showQueries {
		if err := live.ShowQueries(a.stdout, o); err != nil {
			return nil, nil, err
		}
		return nil, nil, errShown
	}
	src, err := live.Open(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	if !a.screen {
		report.Note(a.stderr, "reading "+src.Name()+" as "+src.Account()+", bound by "+src.Bind())
	}
	return src, src.Warnings(), nil
}

// browse shows a source on the screen.
func (a *app) browse(ctx context.Context, source string) error {
	out, ok := a.stdout.(*os.File)
	if !a.conn.showQueries && (!ok || !term.IsTerminal(int(out.Fd()))) {
		return usagef("no terminal to show a screen on: use mbxperm report totals|aces|coverage %s", source)
	}
	src, warnings, err := a.open(ctx, source)
	if err != nil {
		return err
	}
	a.screen = true
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
	job, err := a.job(name)
	if err != nil {
		return err
	}
	src, warnings, err := a.open(ctx, source)
	if err != nil {
		return err
	}
	s, err := a.collect(ctx, src, model.NewPool(), warnings)
	if err != nil {
		return err
	}
	outcome, err := job.Run(ctx, s, a.stdout, a.stderr)
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
	q := model.Query{Rows: name == "aces", System: true}
	for _, t := range model.ObjectTypes {
		if t.Flag == cmp.Or(r.object, model.Mailboxes.Flag) {
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
