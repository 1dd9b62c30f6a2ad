package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

const protocolsReport = "protocols"

// ProtocolsHelp explains report protocols.
const ProtocolsHelp = `Says which protocols each mailbox may use: on, off, ambiguous (two values that differ: LDAP does not tell which is the
first, which counts) or unknown, and whence: a value of the mailbox, the default, or the organisation. What could not be
read is unknown and never on. MAPIoverHTTP and EWS without a value of the mailbox go by the organisation.
System mailboxes are left out and counted.

--expect PROTOCOL=GROUP says who should have it on: the members of the group, nested ones and those whose primary group
it is. Deviations are on-not-member and member-off, with the line that ends them in remedy; they are unknown where the
members or the state were not read. With --logs (POP3, IMAP4) it says who used it last.

--unused DAYS says of what is on whether it was used in the last DAYS days that the logs tell of. It says yes only where the
logs of every server cover all of these days; where one is missing, damaged or has a gap, unused is unknown, and detail
says why.`

// ProtocolsExample shows the usual questions.
const ProtocolsExample = `  mbxperm report protocols ldaps://dc1.contoso.com --protocol POP3 --protocol IMAP4
  mbxperm report protocols demo --expect POP3="Helpdesk" --deviating
  mbxperm report protocols demo --protocol IMAP4 --unused 30 --deviating
  mbxperm report protocols demo --target anna.keller`

// Protocol are the flags of report protocols alone.
type Protocol struct {
	Protocols, Expect     []string
	Deviating, ByProtocol bool
	System                bool
	Unused                int // days
}

func (p *Protocol) define(f *pflag.FlagSet) {
	f.StringArrayVar(&p.Protocols, "protocol", nil, "only this protocol: "+strings.Join(door.ClientNames(), ", ")+"; may be given several times")
	p.defineExpect(f)
	f.IntVar(&p.Unused, "unused", 0, "say which protocols are on and were not used in the last N days that the logs tell of")
	f.BoolVar(&p.System, "system", false, "system mailboxes too")
	f.BoolVar(&p.ByProtocol, "by-protocol", false, "by protocol, not by mailbox")
}

// ExpectUsage says what --expect is.
const ExpectUsage = "PROTOCOL=GROUP: who is in the group should have it on, and nobody else; may be given several times"

func (p *Protocol) defineExpected(f *pflag.FlagSet) {
	f.StringArrayVar(&p.Expect, "expect", nil, ExpectUsage)
}

func (p *Protocol) defineExpect(f *pflag.FlagSet) {
	p.defineExpected(f)
	f.BoolVar(&p.Deviating, "deviating", false, "only what is not as --expect has it, and what is unused")
}

// defineTotals defines the flags of report totals on lines of doors.
func (d *Directory) defineTotals(f *pflag.FlagSet) {
	d.defineRelease(f)
	d.defineChecks(f)
	d.Protocol.defineExpect(f)
}

// totals puts these flags into the question of that report. Errors are of usage.
func (d *Directory) totals(report string, q *view.Query) (err error) {
	if report != "totals" {
		return nil
	}
	q.Ends.Release, q.Deviating = d.Release, d.Protocol.Deviating
	if q.Expect, err = view.ParseExpectations(d.Protocol.Expect); err != nil {
		return err
	}
	switch {
	case q.Ends.Release != "" && (!q.Type.Doors() && q.Type != view.Connectors || q.Type == view.AccessRules):
		return usage.Errorf("--release is for --object protocol, connector, connection, relay and settings")
	case (q.Deviating || len(q.Expect) > 0) && q.Type != view.ClientAccess:
		return usage.Errorf("--expect and --deviating are for --object protocol")
	case d.Checks != "" && q.Type != view.ProtocolSettings:
		return usage.Errorf("--checks is for --object settings")
	case q.Deviating && len(q.Expect) == 0:
		return usage.Errorf("--deviating wants --expect PROTOCOL=GROUP")
	}
	return nil
}

// check reads the names of protocols.
func (p *Protocol) check() error {
	for _, name := range p.Protocols {
		if _, ok := door.ParseClient(name); !ok {
			return usage.Errorf("unknown protocol %q: use %s", name, strings.Join(door.ClientNames(), ", "))
		}
	}
	if _, err := view.ParseExpectations(p.Expect); err != nil {
		return err
	}
	if p.Unused < 0 {
		return usage.Errorf("--unused %d: give a number of days", p.Unused)
	}
	if p.Deviating && len(p.Expect) == 0 && p.Unused == 0 {
		return usage.Errorf("--deviating wants --expect PROTOCOL=GROUP or --unused DAYS")
	}
	return nil
}

// asked reports whether it is asked for some of the lines, or for more about them,
// than a line of the screen's grid can have.
func (p *Protocol) asked() bool { return len(p.Protocols)+p.Unused > 0 || p.ByProtocol }

// protocols answers which mailbox may use which protocol.
func (j *Job) protocols(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	p := &j.Directory.Protocol
	expect, err := view.ParseExpectations(p.Expect)
	if err != nil {
		return Data{}, err
	}
	q := view.ProtocolQuery{Filter: j.Query.Filter, Release: j.Directory.Release, Target: j.Query.Target, Deviating: p.Deviating, ByProtocol: p.ByProtocol,
		Expect: expect, System: p.System}
	if p.Unused > 0 {
		q.Unused = door.SilenceOf(s, p.Unused)
	}
	for _, name := range p.Protocols {
		c, _ := door.ParseClient(name)
		q.Protocols = append(q.Protocols, c)
	}
	lines, err := view.ProtocolLines(ctx, s, q)
	if err != nil {
		return Data{}, err
	}
	if lines.System > 0 {
		ev.Hidden["system mailbox"] = lines.System
	}
	if lines.Unknown > 0 {
		ev.UnknownLines = lines.Unknown
	}
	for _, a := range j.FailOn {
		if a.Expects() && lines.Deviates > 0 {
			ev.FailOn = append(ev.FailOn, Failure{Condition: a.Name, Says: a.Text, Rows: lines.Deviates,
				First: j.Redact.any(lines.First.Name) + ": " + lines.First.Protocol.String() + " " + lines.First.Deviation})
		}
	}
	return NewData(protocolsReport, view.ProtocolFields, lines.Len(), lines.Line), nil
}

// protocolWords puts such a question into words.
func (q *Question) protocolWords(name func(string) string) string {
	p := &q.Directory.Protocol
	s := "protocols of mailboxes"
	if len(p.Protocols) > 0 {
		s += ", only " + strings.Join(p.Protocols, ", ")
	}
	if q.Target != "" {
		s += ", only target " + name(q.Target)
	}
	for _, e := range p.Expect {
		protocol, group, _ := strings.Cut(e, "=")
		s += ", expected " + protocol + " for " + name(group)
	}
	if p.Unused > 0 {
		s += fmt.Sprintf(", unused for %d days", p.Unused)
	}
	if p.Deviating {
		s += ", only what deviates"
	}
	return s
}
