package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"mbxperm/model/door"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/wholefile"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
)

// run checks, writes and returns the exit code.
func (c *Command) run(ctx context.Context, p door.Protocol, args []string) (int, error) {
	out, err := c.output()
	if err != nil {
		return Usage, err
	}
	targets, err := c.targets(ctx, p, args)
	if err != nil {
		return c.broken(p, err)
	}
	if err := c.prepare(ctx, targets); err != nil {
		return c.broken(p, err)
	}
	c.rest(targets)
	var said func(*door.Check, byte, string)
	if c.flags.verbose {
		said = c.dialogue()
	}
	start := time.Now()
	checks, err := c.Engine.Run(ctx, p, targets, said, nil)
	if err != nil {
		return c.broken(p, err)
	}
	if err := c.saveCertificates(ctx, checks); err != nil {
		return c.broken(p, err)
	}
	if err := c.write(ctx, p, out, checks, start); err != nil {
		return Failure, err
	}
	err = c.remember(ctx, checks)
	if c.flags.nagios {
		if err != nil {
			report.Message(c.Stderr, err)
		}
		return nagiosCode(checks), nil
	}
	code := exitCode(checks)
	if c.unread {
		code = max(code, Warnings)
	}
	return code, err
}

// broken is what a run that could not begin comes to: a plugin of Nagios says so
// on its one line, with the code for "unknown".
func (c *Command) broken(p door.Protocol, err error) (int, error) {
	if !c.flags.nagios || usage.Is(err) {
		return Failure, err
	}
	fmt.Fprintln(c.Stdout, nagiosUnknown(p, err))
	return nagiosUnknownCode, nil
}

// output finds every mistake in where and how is written.
func (c *Command) output() (*report.Output, error) {
	f := &c.flags
	format, err := report.ParseFormat(f.format)
	if err != nil {
		return nil, usage.Wrap(err)
	}
	if f.nagios && (f.summary || f.out != "" || format != report.Table) {
		return nil, usage.Errorf("--nagios writes one line of its own: give it without --summary, --format and -o")
	}
	out := &report.Output{Format: format, BOM: f.bom, File: f.out, Force: f.force, Quiet: f.quiet}
	if err := out.Misuse(c.Stdout); err != nil {
		return nil, usage.Wrap(err)
	}
	return out, out.Free()
}

// targets are the doors that the command line names, each once.
func (c *Command) targets(ctx context.Context, p door.Protocol, args []string) (targets []door.Target, err error) {
	for _, arg := range args {
		t, err := c.Engine.Target(p, arg)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	if c.flags.mx != "" {
		found, err := c.Engine.MX(ctx, c.flags.mx)
		if err != nil {
			return nil, err
		}
		targets = append(targets, found...)
	}
	if c.flags.directory != "" {
		found, err := c.fromDirectory(ctx, p)
		if err != nil {
			return nil, err
		}
		targets = append(targets, found...)
	} else if c.flags.release != "" || c.flags.server != "" {
		return nil, usage.Errorf("--release and --server choose among what --from-directory names")
	}
	if len(targets) == 0 {
		return nil, usage.Errorf("no host: mbxperm check %s wants HOST or HOST:PORT", p)
	}
	seen := map[string]bool{}
	once := targets[:0]
	for _, t := range targets {
		if !seen[t.Name()] {
			seen[t.Name()] = true
			once = append(once, t)
		}
	}
	return once, nil
}

// fromDirectory are the doors of a protocol that a directory names.
func (c *Command) fromDirectory(ctx context.Context, p door.Protocol) (targets []door.Target, err error) {
	user, caFile := c.Engine.Account()
	s, err := c.Directory(ctx, c.flags.directory, user, caFile)
	if err != nil {
		return nil, err
	}
	if c.unread = !s.State.Complete(); c.unread {
		report.Note(c.Stderr, "the directory was not read to its end: there may be doors that are not checked")
	}
	for _, t := range door.Targets(s, c.flags.release) {
		if t.Protocol == p && (c.flags.server == "" || strings.EqualFold(c.flags.server, t.Server) || strings.EqualFold(c.flags.server, t.Host)) {
			targets = append(targets, t)
		}
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("%s names no port of %s for clients there (report connectors and report settings list all)", c.flags.directory, p)
	}
	return targets, nil
}

// dialogue writes what is said as it is said, a line at a time.
func (c *Command) dialogue() func(*door.Check, byte, string) {
	var mu sync.Mutex
	return func(k *door.Check, from byte, text string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(c.Stderr, "%s %c: %s\n", safe.Text(k.Name()+" "+k.Address), from, safe.Text(text))
	}
}

// write writes the report.
func (c *Command) write(ctx context.Context, p door.Protocol, out *report.Output, checks []door.Check, start time.Time) error {
	switch {
	case c.flags.nagios:
		_, err := fmt.Fprintln(c.Stdout, nagiosLine(p, checks, time.Now()))
		return err
	case c.flags.summary:
		d := report.NewData("check-summary", view.SummaryFields, len(checks), func(i int) door.Check { return checks[i] })
		return out.Deliver(ctx, c.Stdout, c.Stderr, d, c.evidence(p, d.Name, checks, start))
	case out.Format == report.Table:
		return c.people(ctx, out, checks)
	}
	rows := view.CheckRows(checks)
	d := report.NewData("check", view.CheckFields, len(rows), func(i int) view.CheckRow { return rows[i] })
	return out.Deliver(ctx, c.Stdout, c.Stderr, d, c.evidence(p, d.Name, checks, start))
}

func (c *Command) evidence(p door.Protocol, name string, checks []door.Check, start time.Time) *report.Evidence {
	var names []string
	for i := range checks {
		if name := checks[i].Name(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	const most = 20
	question := string(p) + " of " + strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		question += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return report.CheckEvidence(c.Version, name, question, start, time.Now())
}

// people writes for people: to the file, or to standard output.
func (c *Command) people(ctx context.Context, out *report.Output, checks []door.Check) error {
	var b bytes.Buffer
	writePeople(&b, checks, time.Now())
	if out.File == "" {
		_, err := io.Copy(c.Stdout, &b)
		return err
	}
	return keep(ctx, out.File, out.Force, b.Bytes())
}

func keep(ctx context.Context, name string, force bool, b []byte) error {
	f, err := wholefile.Create(ctx, name, force)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Keep()
}

// saveCertificates writes what the servers sent as PEM, in the order of the
// report, each server's once.
func (c *Command) saveCertificates(ctx context.Context, checks []door.Check) error {
	if c.flags.certificate == "" {
		return nil
	}
	var b bytes.Buffer
	for i := range checks {
		if t := checks[i].TLS; t != nil && !bytes.Contains(b.Bytes(), t.PEM) {
			b.Write(t.PEM)
		}
	}
	if b.Len() == 0 {
		return errors.New("no server has shown a certificate: --save-certificate writes nothing")
	}
	return keep(ctx, c.flags.certificate, c.flags.force, b.Bytes())
}

// exitCode is that of the worst check.
func exitCode(checks []door.Check) int {
	switch worst(checks) {
	case door.Failed:
		return Alarm
	case door.Warning:
		return Warnings
	}
	return Well
}

func worst(checks []door.Check) (r door.Result) {
	for i := range checks {
		r = max(r, checks[i].Result())
	}
	return r
}
