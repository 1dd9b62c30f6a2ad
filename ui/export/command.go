package export

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/usage"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
)

const help = `Writes tables that DuckDB, Spark, Trino and ClickHouse read as they are: who has which entry where, who is in which
group, who can open what, and what was not read. DIR holds any number of forests and nights; each export adds one run,
whole or not at all. DIR/README.md says what every table and column holds, with ten queries; DIR/schema.sql makes views
for DuckDB. Files are readable by you alone.

The table access has the lines of report access --every: what Windows and set-up give on many mailboxes, and groups that
hold nearly everybody, are one row each. --expand writes a row for each person and mailbox, which can be very many.

Exit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown, undecodable or not comparable.`

const example = `  mbxperm export demo:1000 tables
  mbxperm export ldaps://dc1.contoso.com -u auditor@contoso.com tables --since night
  mbxperm export contoso.mbxperm.ldif.zst tables --tables entry,access`

// Command makes the command export, which r runs. read defines the flags of reading
// a source, and done takes the exit code from what came of it.
func Command(r *report.Runner, read func(*pflag.FlagSet), done func(report.Outcome, error) error) *cobra.Command {
	c := &command{Runner: r}
	cmd := &cobra.Command{
		Use: "export SOURCE DIR", Short: "Write tables for SQL (Parquet)", Long: help, Example: example,
		Args: func(_ *cobra.Command, args []string) error {
			return usage.Arguments(args, 2, "export wants a source and a folder: mbxperm export ldaps://HOST DIR")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return done(c.run(cmd.Context(), args[0], folder(args[1])))
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.tables, "tables", "", "only these tables, and run: "+tableNames())
	_ = cmd.RegisterFlagCompletionFunc("tables", completeTables)
	f.BoolVar(&c.expand, "expand", false, "in access draw nothing together: a row for each person and mailbox")
	r.DefineSince(f)
	r.DefineRedact(f)
	r.DefineForce(f, "replace a run that is in DIR already, compare two forests")
	r.DefineQuiet(f)
	read(f)
	return cmd
}

// completeTables offers the tables that are not named yet.
func completeTables(_ *cobra.Command, _ []string, typed string) (out []string, _ cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	for _, t := range tables {
		if strings.HasPrefix(before+t.name, typed) && !slices.Contains(strings.Split(before, ","), t.name) {
			out = append(out, before+t.name)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

type command struct {
	*report.Runner
	tables string
	expand bool
}

func (c *command) run(ctx context.Context, source string, to folder) (out report.Outcome, err error) {
	chosen, err := choose(c.tables, c.Since != "")
	if err != nil {
		return out, err
	}
	hide, err := c.Redactor()
	if err != nil {
		return out, err
	}
	if to == "" {
		return out, usage.Errorf("export wants the name of a folder, and it is empty")
	}
	if err := to.check(); err != nil { // before anything is read
		return out, err
	}
	return c.Read(ctx, source, c.Since, func(s, before *model.Snapshot) (report.Outcome, error) {
		var changes *change.List
		if before != nil {
			if changes, err = report.AllChanges(ctx, s, before, c.Force); err != nil {
				return out, err
			}
		}
		r := newRun(s, changes, hide, c.Version, "tables "+nameList(chosen))
		r.expand = c.expand
		sum, err := to.write(ctx, r, chosen, c.Force, c.progress)
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("interrupted: nothing was added to %s", safe.Text(string(to)))
			}
			return out, err
		}
		if !c.Quiet {
			report.Note(c.Stderr, fmt.Sprintf("%s: run %s, %s rows in %d tables, %s bytes", string(to), r.id,
				safe.Thousands(int(sum.rows)), len(chosen), safe.Thousands(int(sum.bytes))))
			for _, id := range sum.cutOff {
				report.Note(c.Stderr, fmt.Sprintf("%s: the run %s was cut off, and no view shows what is left of it: delete its files, or export its source again", string(to), id))
			}
		}
		if changes != nil {
			out.Gaps = report.ChangeGaps(c.Stderr, changes, c.Quiet, hide)
		} else {
			out.Gaps = report.Gaps(c.Stderr, s, c.Quiet, hide)
		}
		return out, nil
	})
}

// nameList are the names of tables for the evidence.
func nameList(list []*table) string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.name
	}
	return strings.Join(names, ", ")
}

// progress says on a terminal which table is being written; empty at the end.
func (c *command) progress(table string) {
	if out, ok := c.Stderr.(*os.File); !ok || c.Quiet || !term.IsTerminal(int(out.Fd())) {
		return
	}
	if table != "" {
		table = "writing " + table
	}
	io.WriteString(c.Stderr, "\r\x1b[K"+table)
}
