package report

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/door/alert"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// The reports on what the directory says of doors.
const (
	connectorsReport = "connectors"
	settingsReport   = "settings"
)

// SettingsHelp explains report settings.
const SettingsHelp = `Lists what the directory says of the POP3 and IMAP4 service of every server, under the names of Get-PopSettings and
Get-ImapSettings and in their form: a line for each setting, with what is set-up's own and what is weak. --short has a line
for each service, --by-setting puts the settings first in which servers differ.

Whether the services (MSExchangePop3, MSExchangePOP3BE, MSExchangeImap4, MSExchangeIMAP4BE) run, how they start, under which
account and from where is in no directory. On the server:

  ` + view.ServicesLine + `

What can be seen from here instead, in last_log and last_check of --short: the newest line of its logs (--logs), and what it
answered mbxperm check last (--checks). --checks also finds names in InternalConnectionSettings and
ExternalConnectionSettings that the certificate lacks which a check saw.`

// SettingsExample shows the usual questions.
const SettingsExample = `  mbxperm report settings ldaps://dc1.contoso.com --short
  mbxperm report settings demo --by-setting --filter LoginType
  mbxperm report settings demo --release 2019 --format csv -o settings.csv`

// ConnectorsHelp explains report connectors.
const ConnectorsHelp = `Lists the receive connectors: where each listens and for whom, what it asks for, the permission groups that follow from
its entries, who may relay (send to somebody outside the accepted domains), and what is weak about it. anonymous_relay is
yes, no, externally secured, or unknown where the list of permissions was not read. report aces --object connector lists
the entries.

With --server, --to and --from it says which connector takes a connection, and why the others do not.`

// ConnectorsExample shows the usual questions.
const ConnectorsExample = `  mbxperm report connectors ldaps://dc1.contoso.com
  mbxperm report connectors demo --filter "anonymous relay"
  mbxperm report connectors demo --server EX19-01 --to 192.0.2.10:25 --from 10.1.2.3`

// Directory are the flags of the reports on what the directory says of doors.
type Directory struct {
	Release          string
	Server, To, From string
	Short, BySetting bool
	Line             string // of the screen's grid
	Checks           string // the file of the last runs of checks; empty for none
	Protocol         Protocol
	Rule             Rule
}

func (d *Directory) defineSettings(f *pflag.FlagSet) {
	d.defineRelease(f)
	f.BoolVar(&d.Short, "short", false, "a line for each service: certificate, login type, log folder, bindings, time-outs")
	d.defineLine(f)
	f.BoolVar(&d.BySetting, "by-setting", false, "by setting, those in which servers differ first")
	d.defineChecks(f)
}

// keptChecks is where checks are kept when nobody names a file.
const keptChecks = "where they are kept"

// defineChecks defines the flag that has settings judged by what checks have seen.
func (d *Directory) defineChecks(f *pflag.FlagSet) {
	f.StringVar(&d.Checks, "checks", "", "judge names and certificates by the last runs of mbxperm check, too; =FILE for those that --state FILE kept")
	f.Lookup("checks").NoOptDefVal = keptChecks
}

// lastChecks are the last runs that --checks asks for; none without it.
func (d *Directory) lastChecks() ([]door.Check, error) {
	switch d.Checks {
	case "":
		return nil, nil
	case keptChecks:
		return alert.LastRuns()
	}
	s, err := alert.Read(d.Checks)
	if err != nil {
		return nil, err
	}
	return s.Checks, nil
}

func (d *Directory) defineRelease(f *pflag.FlagSet) {
	f.StringVar(&d.Release, "release", "", "only servers of this release: 2013, 2016, \"2019 CU14\"")
}

func (d *Directory) defineLine(f *pflag.FlagSet) {
	f.StringVar(&d.Line, "line", "", "the rows of this line of the screen's grid: \"EX01 POP3\", \"POP3 LoginType\", \"01 name of a rule\", a protocol, a mailbox")
}

// lineRows are the rows of one line, as the screen shows them.
func (j *Job) lineRows(ctx context.Context, s *model.Snapshot) (Data, error) {
	q := j.Query
	of, ok := view.DoorLine(s, q.Type, j.Directory.Line)
	if !ok {
		return Data{}, fmt.Errorf("--line %q: nothing that was read is called so", j.Directory.Line)
	}
	q.Of = of
	res, err := view.Of(ctx, s, q)
	if err == nil {
		err = res.ExpectError()
	}
	if err != nil {
		return Data{}, err
	}
	return doorData(res, nil), nil
}

func (d *Directory) defineConnectors(f *pflag.FlagSet) {
	d.defineRelease(f)
	f.StringVar(&d.Server, "server", "", "with --to and --from: which connector of this server takes the connection")
	f.StringVar(&d.To, "to", "", "the address and port that is connected to")
	f.StringVar(&d.From, "from", "", "the address of the client")
}

func isDirectory(report string) bool {
	return report == connectorsReport || report == settingsReport || report == protocolsReport || report == rulesReport
}

// checkDirectory finds what does not go together, before anything is read.
func (r *Flags) checkDirectory(report string) error {
	seen := r.Seen
	if seen.Filter = ""; r.Directory.Line != "" {
		seen.Sort = ""
	}
	switch flag := seen.given(); {
	case flag != "":
		return usage.Errorf("%s is for the other reports", flag)
	case r.Directory.Line != "" && (r.Directory.Short || r.Directory.BySetting || r.Directory.Rule.asked() || r.Directory.Protocol.asked() || r.Target != ""):
		return usage.Errorf("--line has the rows of one line: give it without the flags that choose among all lines")
	case r.Object != "" || r.Direction != "forward":
		return usage.Errorf("--object and --direction are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale || r.All:
		return usage.Errorf("report %s has no entries: --inherited, --self, --defaults, --implied, --stale and --all are for the other reports", report)
	case r.Trustee != "" || r.Target != "" && report != protocolsReport:
		return usage.Errorf("report %s has no --target and no --trustee: use --filter", report)
	}
	switch report {
	case protocolsReport:
		return r.Directory.Protocol.check()
	case rulesReport:
		return r.Directory.Rule.check()
	}
	return r.Directory.checkConnection(report)
}

// checkConnection reads --to and --from.
func (d *Directory) checkConnection(report string) error {
	if report != connectorsReport || d.Server == "" && d.To == "" && d.From == "" {
		return nil
	}
	if d.Server == "" || d.To == "" || d.From == "" {
		return usage.Errorf("which connector takes a connection wants all three: --server NAME --to IP:PORT --from IP")
	}
	if _, err := netip.ParseAddrPort(d.To); err != nil {
		return usage.Errorf("--to %q is no address with a port: give 192.0.2.1:25 or [2001:db8::1]:25", d.To)
	}
	if _, err := netip.ParseAddr(d.From); err != nil {
		return usage.Errorf("--from %q is no address: give 192.0.2.1 or 2001:db8::1", d.From)
	}
	return nil
}

// directory answers a question about what the directory says of doors.
func (j *Job) directory(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	ev.Covers = append(slices.Clone(directoryCover), ev.Covers...)
	d := &j.Directory
	if d.Line != "" {
		return j.lineRows(ctx, s)
	}
	switch j.Report {
	case rulesReport:
		return j.rules(ctx, s, ev)
	case protocolsReport:
		return j.protocols(ctx, s, ev)
	case settingsReport:
		lines, err := view.SettingLines(ctx, s, view.SettingQuery{Filter: j.Query.Filter, Release: d.Release, Short: d.Short, BySetting: d.BySetting, Checks: j.Query.Checks})
		fields := view.SettingFields
		if d.Short {
			fields = view.ServiceFields
		}
		return NewData(settingsReport, fields, len(lines), func(i int) view.SettingLine { return lines[i] }), err
	}
	q := view.ConnectorQuery{Filter: j.Query.Filter, Release: d.Release}
	fields := view.ConnectorFields
	if d.From != "" {
		servers := door.Servers(s)
		i := slices.IndexFunc(servers, func(v *door.Server) bool {
			return strings.EqualFold(v.Name, d.Server) || strings.EqualFold(v.Host, d.Server)
		})
		if i < 0 {
			return Data{}, fmt.Errorf("--server %q: no Exchange server that was read has this name", d.Server)
		}
		q.Server, q.To, q.From = servers[i], netip.MustParseAddrPort(d.To), netip.MustParseAddr(d.From)
		fields = view.ChoiceFields
	}
	lines, err := view.ConnectorLines(ctx, s, q)
	return NewData(connectorsReport, fields, len(lines), func(i int) view.ConnectorLine { return lines[i] }), err
}

// directoryCover is what these reports rest on.
var directoryCover = []string{
	"what the directory says of doors: whether a service runs, and what stands in files of the servers, is in no directory",
}

// directoryWords puts such a question into words.
func (q *Question) directoryWords(name func(string) string) string {
	d := &q.Directory
	s := map[string]string{connectorsReport: "receive connectors", settingsReport: "settings of POP3 and IMAP4"}[q.Report]
	if d.Line != "" {
		s += ", the line " + name(d.Line)
	}
	switch q.Report {
	case protocolsReport:
		s = q.protocolWords(name)
	case rulesReport:
		s = q.ruleWords(name)
	}
	if d.Short {
		s += ", a line for each service"
	}
	if d.BySetting {
		s += ", by setting"
	}
	if n := len(q.Query.Checks); n > 0 {
		s += fmt.Sprintf(", judged by the last %d runs of checks, too", n)
	}
	if d.From != "" {
		s += " of " + name(d.Server) + ", for a connection to " + name(d.To) + " from " + name(d.From)
	}
	if d.Release != "" {
		s += ", servers of " + d.Release
	}
	if q.Query.Filter != "" {
		s += ", filter " + name(q.Query.Filter)
	}
	return s
}

// directoryQuery makes the question of such a report. Errors are of usage.
func (r *Flags) directoryQuery(report string) (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, Rows: true, System: true, Filter: r.Seen.Filter}
	if r.Target != "" {
		q.Target = view.Match(r.Target)
	}
	if err := r.checkDirectory(report); err != nil || r.Directory.Line == "" {
		return q, err
	}
	for typ, name := range doorReports {
		if name == report {
			q.Type, q.ACEs = typ, typ.ACEs[0]
		}
	}
	var err error
	q.System, q.Ends.Release, q.Deviating = r.Directory.Protocol.System, r.Directory.Release, r.Directory.Protocol.Deviating
	if q.Expect, err = view.ParseExpectations(r.Directory.Protocol.Expect); err != nil {
		return q, err
	}
	return q, r.Seen.order(report, &q)
}
