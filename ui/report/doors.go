package report

import (
	"context"
	"slices"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// The reports on what protocol logs tell.
const (
	logsReport        = "logs"
	connectionsReport = "connections"
	relaysReport      = "relays"
)

// LogsHelp explains what the three reports on logs have in common.
const LogsHelp = `--logs [SERVER=]DIR names a folder with protocol logs of Exchange, with its sub-folders, plain, .gz or .zip; it may be
given several times, with SOURCE or without. The server is SERVER=, else the folder above Logging or TransportRoles, else
the host of a UNC path, else what the log's own connectors say. Nothing is written, moved or deleted there. What is not
logged shows nowhere: report logs says of which servers and streams there are logs, from when to when.`

// LogsExample, ConnectionsExample and RelaysExample show the usual questions.
const (
	LogsExample = `  mbxperm report logs --logs '\\EX13\c$\Program Files\Microsoft\Exchange Server\V15\Logging'
  mbxperm report logs ldaps://dc1.contoso.com --logs EX13=/var/log/ex13 --days 30`
	ConnectionsExample = `  mbxperm report connections ldaps://dc1.contoso.com --logs /srv/exchange-logs --format csv -o connections.csv
  mbxperm report connections --logs EX13=/srv/ex13/Imap4 --days 7 --probes`
	RelaysExample = `  mbxperm report relays ldaps://dc1.contoso.com --logs /srv/exchange-logs
  mbxperm report relays --logs /srv/exchange-logs --accepted contoso.com --accepted fabrikam.com`
)

// Doors are the flags of the reports on logs alone.
type Doors struct{ Probes, Resolve bool }

func (d *Doors) define(f *pflag.FlagSet) {
	f.BoolVar(&d.Probes, "probes", false, "show health checks, the server's own connections and sessions without a logon")
	d.defineResolve(f)
}

func (d *Doors) defineResolve(f *pflag.FlagSet) {
	f.BoolVar(&d.Resolve, "resolve", false, "ask DNS for the names of clients; nobody is asked otherwise")
}

func isDoors(report string) bool {
	return report == logsReport || report == connectionsReport || report == relaysReport
}

// checkDoors finds what does not go together, before anything is read.
func (r *Flags) checkDoors(report string) error {
	seen := r.Seen
	seen.Filter = ""
	switch flag := seen.given(); {
	case flag != "":
		return usage.Errorf("%s is for the other reports", flag)
	case r.Object != "" || r.Direction != "forward":
		return usage.Errorf("--object and --direction are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale:
		return usage.Errorf("report %s has no entries: --inherited, --self, --defaults, --implied and --stale are for the other reports", report)
	case r.Trustee != "" || r.Target != "" && report != connectionsReport:
		return usage.Errorf("report %s has no --target and no --trustee: use --filter", report)
	}
	return nil
}

// Arguments checks how many sources a report is given: one, or none where it
// takes logs and has some.
func (r *Flags) Arguments(report string, args []string, logs bool) error {
	if len(args) == 0 && isDoors(report) {
		if logs {
			return nil
		}
		return usage.Errorf("no source: mbxperm report %s wants --logs [SERVER=]DIR, ldaps://HOST, demo or a file", report)
	}
	return usage.Arguments(args, 1, "no source: mbxperm report "+report+" wants ldaps://HOST, demo or a file")
}

// doors answers a question about logs.
func (j *Job) doors(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	if j.Report == logsReport {
		lines := view.Logs(s, j.Query.Filter)
		return NewData(logsReport, view.LogFields, len(lines), func(i int) view.Log { return lines[i] }), nil
	}
	q := view.DoorQuery{Filter: j.Query.Filter, Probes: j.Probes, Account: j.Query.Target}
	if j.Resolve {
		q.Names = resolve(ctx, s)
	}
	if j.Report == relaysReport {
		lines, err := view.RelayLines(ctx, s, q)
		return NewData(relaysReport, view.RelayFields, len(lines), func(i int) view.Relay { return lines[i] }), err
	}
	lines, hidden, err := view.ConnectionLines(ctx, s, q)
	if hidden > 0 {
		ev.Hidden["probe"] = hidden
	}
	return NewData(connectionsReport, view.ConnectionFields, len(lines), func(i int) view.Connection { return lines[i] }), err
}

// doorWords puts such a question into words.
func (q *Question) doorWords(name func(string) string) string {
	s := map[string]string{
		logsReport: "which protocol logs were read", connectionsReport: "POP3 and IMAP4 logons by server, account and client",
		relaysReport: "mail by server, connector and client",
	}[q.Report]
	if q.Target != "" {
		s += ", only account " + name(q.Target)
	}
	if q.Query.Filter != "" {
		s += ", filter " + name(q.Query.Filter)
	}
	if q.Report == connectionsReport && !q.Probes {
		s += "; not shown: probes"
	}
	return s
}

// logsCover is what reports on logs rest on, beside the directory.
var logsCover = []string{
	"what the protocol logs that were read tell: who is not in them may have come another way, or to a server that does not log",
}

// cover says what the report rests on.
func (ev *Evidence) coverLogs() { ev.Covers = append(slices.Clone(logsCover), ev.Covers...) }
