package report

import (
	"context"
	"net/netip"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

const rulesReport = "rules"

// RulesHelp explains report rules.
const RulesHelp = `Lists the client access rules in the order in which they are looked at. They act on ExchangeAdminCenter and
RemotePowerShell alone, on Exchange 2019 and later. A change acts within an hour, the first rule within 24 hours. A rule
with a part that is not understood is not decided: problem says which, xml what it says.

With --user, --protocol and --from it says which rule decides, and why each before it did not. Conditions are joined by
and, the values of one by or; any exception takes a rule out, and the next one is asked. What is not known leaves both
outcomes open: the client's port without --port, the authentication without --auth, and an attribute in a
UserRecipientFilter (department, city, custom attributes and the like) that was not read. They are read of every user;
that somebody without a mail alias has none of them is not shown, since his descriptor is not read.
Patterns for user names are held against DOMAIN\name.`

// RulesExample shows the usual questions.
const RulesExample = `  mbxperm report rules ldaps://dc1.contoso.com
  mbxperm report rules demo --user anna.keller --protocol ExchangeAdminCenter --from 203.0.113.9`

// Rule are the flags of report rules alone.
type Rule struct {
	User, Protocol, From, Auth string
	Port                       int
}

func (r *Rule) define(f *pflag.FlagSet) {
	f.StringVar(&r.User, "user", "", "with --protocol and --from: which rule decides about this person")
	f.StringVar(&r.Protocol, "protocol", "", "the protocol: "+strings.Join(door.RuleProtocols(), ", "))
	f.StringVar(&r.From, "from", "", "the address of the client")
	f.StringVar(&r.Auth, "auth", "", "the authentication: BasicAuthentication, NonBasicAuthentication or AdfsAuthentication")
	f.IntVar(&r.Port, "port", 0, "the port of the client")
}

func (r *Rule) asked() bool {
	return r.User != "" || r.Protocol != "" || r.From != "" || r.Auth != "" || r.Port != 0
}

// check reads what is asked.
func (r *Rule) check() error {
	if !r.asked() {
		return nil
	}
	if r.User == "" || r.Protocol == "" || r.From == "" {
		return usage.Errorf("which rule decides wants --user NAME --protocol PROTOCOL --from IP")
	}
	if _, ok := door.ParseRuleProtocol(r.Protocol); !ok {
		return usage.Errorf("unknown protocol %q: use %s", r.Protocol, strings.Join(door.RuleProtocols(), ", "))
	}
	if _, err := netip.ParseAddr(r.From); err != nil {
		return usage.Errorf("--from %q is no address: give 192.0.2.1 or 2001:db8::1", r.From)
	}
	if _, ok := door.ParseRuleAuth(r.Auth); r.Auth != "" && !ok {
		return usage.Errorf("unknown authentication %q: use BasicAuthentication, NonBasicAuthentication or AdfsAuthentication", r.Auth)
	}
	if r.Port < 0 || r.Port > 65535 {
		return usage.Errorf("--port %d is no port", r.Port)
	}
	return nil
}

// rules answers a question about client access rules.
func (j *Job) rules(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	r := &j.Directory.Rule
	all, seen := door.Rules(s)
	if !seen {
		ev.Unread = append(ev.Unread, "the container of client access rules")
	} else if text := view.NoRules(s); text != "" {
		ev.Notes = append(ev.Notes, text)
	}
	for _, r := range all {
		if r.Weak != "" {
			ev.Notes = append(ev.Notes, "rule "+j.Redact.any(r.Name)+": "+r.Weak)
		}
	}
	if !r.asked() {
		lines, _ := view.RuleLines(s, j.Query.Filter)
		for _, l := range lines {
			if l.Problem != "" {
				ev.UnknownLines++
			}
		}
		return NewData(rulesReport, view.RuleFields, len(lines), func(i int) view.RuleLine { return lines[i] }), nil
	}
	protocol, _ := door.ParseRuleProtocol(r.Protocol)
	auth, _ := door.ParseRuleAuth(r.Auth)
	q := view.RuleQuery{User: r.User, Protocol: protocol, Auth: auth, From: netip.MustParseAddr(r.From), Port: r.Port}
	lines, d, err := view.AskRules(ctx, s, q)
	if err != nil {
		return Data{}, err
	}
	if d.Acts != "" {
		ev.Notes = append(ev.Notes, d.Acts)
	}
	if d.Outcome == "unknown" {
		ev.UnknownLines++
	}
	ev.Notes = append(ev.Notes, "outcome: "+d.Outcome)
	return NewData(rulesReport, view.RuleAnswerFields, len(lines), func(i int) view.RuleAnswer { return lines[i] }), nil
}

// ruleWords puts such a question into words.
func (q *Question) ruleWords(name func(string) string) string {
	r := &q.Directory.Rule
	s := "client access rules"
	if r.asked() {
		s += " for " + name(r.User) + " by " + r.Protocol + " from " + name(r.From)
	}
	return s
}
