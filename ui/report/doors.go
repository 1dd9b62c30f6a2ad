package report

import (
	"context"
	"slices"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
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
type Doors struct {
	Probes, Resolve         bool
	Client, User, Connector string
}

func (d *Doors) define(f *pflag.FlagSet) {
	f.BoolVar(&d.Probes, "probes", false, "show health checks, the server's own connections and sessions without a logon")
	f.StringVar(&d.User, "user", "", "only logons with this name, as it was logged")
	d.defineClient(f)
}

func (d *Doors) defineRelays(f *pflag.FlagSet) {
	f.StringVar(&d.Connector, "connector", "", "only this receive connector, NAME or SERVER\\NAME")
	d.defineClient(f)
}

func (d *Doors) defineClient(f *pflag.FlagSet) {
	f.StringVar(&d.Client, "client", "", "only this client, by its address")
	f.BoolVar(&d.Resolve, "resolve", false, "ask DNS for the names of clients; nobody is asked otherwise")
}

func isDoors(report string) bool {
	return report == logsReport || report == connectionsReport || report == relaysReport
}

// checkDoors finds what does not go together, before anything is read.
func (r *Flags) checkDoors(report string) error {
	seen := r.Seen
	if seen.Filter = ""; report != logsReport {
		seen.Sort = ""
	}
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
	if len(args) == 0 && report == findingsReport && r.Findings.Explain != "" {
		return nil
	}
	if report == historyReport {
		return usage.Arguments(args, 1, "no folder: mbxperm report history wants DIR, a folder of recordings")
	}
	return usage.Arguments(args, 1, "no source: mbxperm report "+report+" wants ldaps://HOST, demo or a file")
}

// doors answers a question about logs.
func (j *Job) doors(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	if j.Report == logsReport {
		lines := view.Logs(s, j.Query.Filter, j.Directory.Release)
		return NewData(logsReport, view.LogFields, len(lines), func(i int) view.Log { return lines[i] }), nil
	}
	result, err := view.Of(ctx, s, j.Query)
	if err != nil {
		return Data{}, err
	}
	if result.Probes > 0 {
		ev.Hidden["probe"] = result.Probes
	}
	if n := door.SpareCount(s); n > 0 && j.Report == connectionsReport {
		ev.Hidden["back end"] = n
		ev.Notes = append(ev.Notes, safe.Thousands(n)+" rows of back ends are left out: the front ends of these servers have logs, which count them")
	}
	var names map[string]string
	if j.Doors.Resolve {
		names = resolve(ctx, s)
	}
	return doorData(result, names), ctx.Err()
}

// doorReports are the reports on the rows of object types of doors.
var doorReports = map[*view.ObjectType]string{view.Connections: connectionsReport, view.Relays: relaysReport, view.ProtocolSettings: settingsReport, view.AccessRules: rulesReport,
	view.ClientAccess: protocolsReport}

// doorCommand are the arguments that print the lines of a grid of doors, or the
// rows of one of its lines.
func doorCommand(source []string, s *model.Snapshot, q view.Query) []string {
	narrow := narrowFlags(&q)
	if !q.Rows {
		args := append(append([]string{"report", "totals"}, source...), "--object", q.Type.Flag)
		args = append(args, narrow...)
		if !q.System {
			args = append(args, "--no-system")
		}
		if q.Filter != "" {
			args = append(args, "--filter="+q.Filter)
		}
		return append(args, sortFlag("totals", &q)...)
	}
	args := append(append([]string{"report", doorReports[q.Type]}, source...), narrow...)
	switch {
	case q.System && q.Type == view.Connections:
		args = append(args, "--probes")
	case q.System && q.Type == view.ClientAccess:
		args = append(args, "--system")
	}
	if flag, text := view.DoorFlag(s, q.Of); flag != "" {
		args = append(args, "--"+flag+"="+text)
	}
	if q.Filter != "" {
		args = append(args, "--filter="+q.Filter)
	}
	return append(args, sortFlag(doorReports[q.Type], &q)...)
}

// narrowFlags ask for what a question has of one release, and with what it compares.
func narrowFlags(q *view.Query) (args []string) {
	if q.Ends.Release != "" && q.Type != view.AccessRules {
		args = append(args, "--release="+q.Ends.Release)
	}
	if q.Expects() {
		for _, e := range q.Expect {
			args = append(args, "--expect="+e.String())
		}
		if q.Deviating {
			args = append(args, "--deviating")
		}
	}
	if q.Type == view.ProtocolSettings && len(q.Checks) > 0 {
		args = append(args, "--checks")
	}
	return args
}

// doorData is the report of the rows that a view of doors shows, with the names
// of clients by their addresses.
func doorData(r *view.Result, names map[string]string) Data {
	switch r.Query.Type {
	case view.ProtocolSettings:
		return NewData(settingsReport, view.SettingFields, r.Len(), func(i int) view.SettingLine { return *r.DoorRow(i).Setting })
	case view.ClientAccess:
		return NewData(protocolsReport, view.ProtocolFields, r.Len(), func(i int) view.ProtocolLine { return *r.DoorRow(i).Access })
	case view.AccessRules:
		return NewData(rulesReport, view.RuleFields, r.Len(), func(i int) view.RuleLine { return r.DoorRow(i).Rule.RuleLine })
	case view.Relays:
		return NewData(relaysReport, view.RelayFields, r.Len(), func(i int) view.Relay {
			row := r.DoorRow(i).Relay
			row.ClientName = names[row.Client]
			return *row
		})
	}
	return NewData(connectionsReport, view.ConnectionFields, r.Len(), func(i int) view.Connection {
		row := r.DoorRow(i).Connection
		row.ClientName = names[row.Client]
		return *row
	})
}

// doorQuery makes the question of a report on logs. Errors are of usage.
func (r *Flags) doorQuery(report string) (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, Filter: r.Seen.Filter}
	for typ, name := range doorReports {
		if name == report {
			q.Type, q.Rows, q.ACEs, q.System = typ, true, typ.ACEs[0], r.Doors.Probes || r.All
			q.Ends = view.Ends{Client: r.Doors.Client, User: r.Doors.User, Connector: r.Doors.Connector, Release: r.Directory.Release}
		}
	}
	if r.Target != "" {
		q.Target = view.Match(r.Target)
	}
	if err := r.checkDoors(report); err != nil {
		return q, err
	}
	return q, r.Seen.order(report, &q)
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
	for _, only := range []struct{ what, text string }{{"client", q.Doors.Client}, {"name", q.Doors.User}, {"connector", q.Doors.Connector}} {
		if only.text != "" {
			s += ", only " + only.what + " " + name(only.text)
		}
	}
	if q.Directory.Release != "" {
		s += ", servers of " + q.Directory.Release
	}
	if q.Report == connectionsReport && !q.Doors.Probes {
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
