package report

import (
	"context"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/usage"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

const accessReport = "access"

// AccessHelp explains report access.
const AccessHelp = `Says who can open a mailbox, by a client logon (can_open) and by an administrator's or a service's (can_open_admin),
send as it and send on behalf of it: allowed, denied, none, possible or unknown, with the reason. A pair of a mailbox
and a person that has no line is none, four times.

Drawn together, unless --expand is given: an entry for Everyone, Authenticated Users, Domain Users and the like is one
line with that trustee as person; what Windows and set-up give is one line for each trustee, with * as mailbox, and so is
what a role assignment gives on every mailbox, unless --target asks about one; what is unknown for everybody else is one
line with * as person. Whoever gets another answer has a line of his own.`

// AccessExample shows the usual questions.
const AccessExample = `  mbxperm report access ldaps://dc1.contoso.com --target anna.keller
  mbxperm report access demo --trustee svc-backup --format csv -o backup.csv
  mbxperm report access contoso.mbxperm.ldif.zst --every --expand --format jsonl`

// Verdict are the flags of report access alone.
type Verdict struct{ Every, Expand bool }

// Define defines them.
func (v *Verdict) Define(f *pflag.FlagSet) {
	f.BoolVar(&v.Every, "every", false, "every mailbox and every person")
	f.BoolVar(&v.Expand, "expand", false, "draw nothing together: one line for each person and mailbox with any other answer than none")
}

// check finds what does not go together, before anything is read.
func (r *Flags) checkAccess() error {
	switch {
	case r.Object != "" && r.Object != "mailbox" && r.Object != "recipient":
		return usage.Errorf("unknown object type %q of report access: use mailbox or recipient", r.Object)
	case r.Target == "" && r.Trustee == "" && !r.Verdict.Every:
		return usage.Errorf("report access wants --target MAILBOX or --trustee PERSON, or --every")
	case r.Verdict.Every && (r.Target != "" || r.Trustee != ""):
		return usage.Errorf("--every is every mailbox and every person: give it without --target and --trustee")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale || r.All:
		return usage.Errorf("report access counts every entry: --inherited, --self, --defaults, --implied, --stale and --all are for the other reports")
	case r.Direction != "forward":
		return usage.Errorf("report access asks with --target MAILBOX or --trustee PERSON, not with --direction")
	}
	if flag := r.Seen.given(); flag != "" {
		return usage.Errorf("%s is for the other reports: report access writes every line of what --target, --trustee or --every asks for", flag)
	}
	return nil
}

// accessWords puts the question of report access into words.
func (q *Question) accessWords(name func(string) string) string {
	s := "verdicts on mailboxes"
	switch {
	case q.Recipients:
		s = "verdicts on other recipients"
	case q.Query.Verdicts() && q.Query.ACEs.Direction() == "reverse": // as the screen shows them
		s += " and other recipients"
	}
	if q.Target != "" {
		s += ", only target " + name(q.Target)
	}
	if q.Trustee != "" {
		s += ", only trustee " + name(q.Trustee)
	}
	if q.Of != "" {
		s += ", of the line " + name(q.Of)
	}
	if q.Query.Filter != "" {
		s += ", filter " + name(q.Query.Filter)
	}
	if q.Expand {
		return s + "; nothing is drawn together"
	}
	return s
}

// Verdicts say in the evidence what report access found.
type Verdicts struct {
	Answers        map[string]map[string]int `json:"answers"` // lines by field and answer
	Disabled       int                       `json:"disabled_persons"`
	DrawnTogether  map[string]int            `json:"drawn_together"`
	NotCounted     []string                  `json:"not_counted"`
	Administrators string                    `json:"local_administrators,omitempty"`
	Unknown        int                       `json:"-"`
}

var answerNames = map[verdict.Question]string{
	verdict.CanOpen: "can_open", verdict.CanOpenAdmin: "can_open_admin", verdict.CanSendAs: "can_send_as", verdict.CanSendOnBehalf: "can_send_on_behalf",
}

func newVerdicts(s *model.Snapshot) *Verdicts {
	v := &Verdicts{
		Answers: map[string]map[string]int{}, DrawnTogether: map[string]int{},
		NotCounted: []string{
			"folder permissions, inbox rules, local groups of the Exchange servers and cloud mailboxes: they are not in LDAP",
			"SIDHistory that an account of another forest brings along: it is not visible here",
		},
		Administrators: "local administrators of the Exchange servers and SYSTEM there get in by what Windows gives them on every account and server; they are counted for no person",
	}
	if coverage.Roles(s).Unread { // the coverage says why, which may name a server
		v.NotCounted = append([]string{"role assignments that were not read, which makes unknown what they could give; why, the coverage says"}, v.NotCounted...)
	}
	for _, name := range answerNames {
		v.Answers[name] = map[string]int{}
	}
	return v
}

// count adds a line.
func (v *Verdicts) count(l *verdict.Line, disabled bool) {
	for q, name := range answerNames {
		if a := l.Answers[q].Answer; a != verdict.None {
			v.Answers[name][a.String()]++
		}
	}
	if !l.Complete() {
		v.Unknown++
	}
	switch {
	case l.ByRoles():
		v.DrawnTogether["roles that count for every mailbox, by holder"]++
	case l.Mailbox == 0:
		v.DrawnTogether["entries of Windows and set-up, by trustee"]++
	case l.Trustee == 0:
		v.DrawnTogether["unknown for everybody else"]++
	case !l.Single:
		v.DrawnTogether["groups that hold everybody or nearly so"]++
	case disabled:
		v.Disabled++
	}
}

// access makes the report of verdicts. Its lines come one after another, and the
// evidence counts them as they pass.
func (j *Job) access(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	q := verdict.Query{Recipients: j.Recipients, Expand: j.Expand}
	if j.Target != "" {
		id, err := view.FindMailbox(s, j.Target, j.Recipients)
		if err != nil {
			return Data{}, err
		}
		q.Mailboxes = []model.ObjectID{id}
	}
	if j.Trustee != "" {
		p, err := view.FindPerson(s, j.Trustee)
		if err != nil {
			return Data{}, err
		}
		q.Person, q.Only = p, true
	}
	ev.Verdicts = newVerdicts(s)
	return streamed(accessReport, view.AccessFields, func(yield func(view.AccessLine) error) error {
		var failed error
		err := verdict.Of(s).Lines(ctx, q, func(l *verdict.Line) bool {
			line := view.NewAccessLine(s, l)
			ev.Verdicts.count(l, line.Disabled())
			ev.Records++
			failed = yield(line)
			return failed == nil
		})
		if failed != nil {
			return failed
		}
		return err
	}), nil
}

// accessCommand returns the arguments that print the verdicts that a query asks for.
func accessCommand(source []string, s *model.Snapshot, q view.Query) []string {
	reverse := q.ACEs.Direction() == "reverse"
	flag := "--target"
	if reverse {
		flag = "--trustee"
	}
	args := append([]string{"report", accessReport}, source...)
	args = append(args, flag, view.Identity(s, q.Of, reverse))
	if !reverse && !view.HasMailbox(s, q.Of) {
		args = append(args, "--object", "recipient")
	}
	if q.Expand {
		args = append(args, "--expand")
	}
	return args
}

// accessData is the report of the verdicts that a grid shows, in its order, each
// line once, and what its evidence says of them.
func accessData(r *view.Result) (Data, *Verdicts) {
	said := newVerdicts(r.Snapshot)
	var lines []view.AccessLine
	seen := map[*verdict.Line]bool{}
	for i := range r.Len() {
		l := r.Row(i).Verdict
		if seen[l] {
			continue
		}
		seen[l] = true
		line := view.NewAccessLine(r.Snapshot, l)
		said.count(l, line.Disabled())
		lines = append(lines, line)
	}
	return NewData(accessReport, view.AccessFields, len(lines), func(i int) view.AccessLine { return lines[i] }), said
}
