package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/whatif"
	"mbxperm/ui/safe"
)

const whatIfReport = "whatif"

// WhatIfHelp explains report whatif.
const WhatIfHelp = `Says what it would do to leave out or add memberships and entries: who loses, who gains, on which mailboxes, and by which
way somebody would still get in. Nothing is written, ever: the change is made in what was read.

GROUP=PERSON is a value of member: the person, or a group, in the group itself; or the group is his primary group, and the
directory wants him to have another one first. An entry is TARGET=TRUSTEE:RIGHT, as the columns target, trustee and right of
report aces have them, with :Deny behind it for a deny; the whole entry is left out, with all rights that it gives. SendOnBehalf is a value of publicDelegates. An entry that is inherited is left out where it is
set, with all its copies. One that is added to an OU or a container is handed down as the directory does it, and from
AdminSDHolder to the accounts that it protects. Where there is no list (a NULL DACL) TARGET=Everyone:FullAccess puts an empty
one there, and entries that are added beside it. What no row names is written in SDDL, TARGET=(A;CI;CC;;;SID); on a mailbox an
entry with an object type is one of its account. Names are sAMAccountNames, DOMAIN\name, DNs, SIDs or objectGUIDs. Each flag
may be given often; all changes together are one.

A line for each answer that is another: change is
  - lost      the answer is less than before
  + gained    it is more than before
  ~ changed   none became denied, or the other way round
  = kept      the answer is the same, by another way: new says by which he would still get in
  ? unknown   the answer is not known, before or after, and the change bears on it
kind is verdict, right the question as report access names it, before and after are the verdicts, old and new the ways that
make them what they are. * as trustee is everybody who is named nowhere and in no group; whose answers go the same way as
these has no line.`

// WhatIfExample shows the usual questions.
const WhatIfExample = `  mbxperm report whatif ldaps://dc1.contoso.com --without-member Helpdesk=lund
  mbxperm report whatif contoso.mbxperm.ldif.zst --without-entry DB02=Everyone:'Extended right Receive-As' --format csv -o db02.csv
  mbxperm report whatif demo --with-member Helpdesk=adm-lund --with-entry anna.keller=adm-lund:FullAccess:Deny`

// WhatIf are the flags of report whatif alone.
type WhatIf struct {
	WithoutMember, WithoutEntry, WithMember, WithEntry []string
}

func (x *WhatIf) define(f *pflag.FlagSet) {
	f.StringArrayVar(&x.WithoutMember, "without-member", nil, "leave out a member: GROUP=PERSON")
	f.StringArrayVar(&x.WithoutEntry, "without-entry", nil, "leave out an entry: TARGET=TRUSTEE:RIGHT, as report aces prints it, or TARGET=(ACE in SDDL)")
	f.StringArrayVar(&x.WithMember, "with-member", nil, "add a member: GROUP=PERSON")
	f.StringArrayVar(&x.WithEntry, "with-entry", nil, "add an entry: TARGET=TRUSTEE:RIGHT or TARGET=(ACE in SDDL)")
}

// wishes are all of them.
func (x *WhatIf) wishes() (out []whatif.Wish) {
	for _, list := range []struct {
		texts       []string
		member, add bool
	}{{x.WithoutMember, true, false}, {x.WithoutEntry, false, false}, {x.WithMember, true, true}, {x.WithEntry, false, true}} {
		for _, text := range list.texts {
			out = append(out, whatif.Wish{Member: list.member, Add: list.add, Text: text})
		}
	}
	return out
}

// whatIfQuery makes the question of report whatif. Errors are of usage.
func (r *Flags) whatIfQuery() (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, System: true}
	switch {
	case len(r.WhatIf.wishes()) == 0:
		return q, usage.Errorf("report whatif wants something to leave out or to add: --without-member GROUP=PERSON, --without-entry TARGET=TRUSTEE:RIGHT, --with-member or --with-entry")
	case r.Target != "" || r.Trustee != "":
		return q, usage.Errorf("report whatif lists everybody to whom the change does something: --target and --trustee are for the other reports")
	case r.Object != "" || r.Direction != "forward":
		return q, usage.Errorf("--object and --direction are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale || r.All:
		return q, usage.Errorf("report whatif counts every entry: --inherited, --self, --defaults, --implied, --stale and --all are for the other reports")
	case r.Seen.given() != "":
		return q, usage.Errorf("%s is for the other reports", r.Seen.given())
	case r.Since != "":
		return q, usage.Errorf("--since is for the other reports: report whatif compares what was read with what would be")
	}
	return q, nil
}

// whatIfWords puts the question into words.
func (q *Question) whatIfWords(name func(string) string) string {
	var parts []string
	for _, w := range q.WhatIf.wishes() {
		parts = append(parts, w.Flag()+" "+name(w.Text))
	}
	return "what if: " + strings.Join(parts, " ")
}

// Turned says in the evidence what report whatif found.
type Turned struct {
	Lost    int `json:"lost"`
	Gained  int `json:"gained"`
	Changed int `json:"changed"`
	Kept    int `json:"kept"`
	Unsure  int `json:"unsure"` // not known, before or after
	Unknown int `json:"unknown"`
}

// whatIf makes the report. Its lines come one after another, and the evidence counts
// them as they pass.
func (j *Job) whatIf(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	asked, notes, err := whatif.Changes(s, j.WhatIf.wishes())
	if err != nil {
		return Data{}, err
	}
	after, err := s.With(asked)
	if err != nil {
		return Data{}, usage.Wrap(err)
	}
	for _, n := range notes {
		ev.Notes = append(ev.Notes, j.Redact.phrase(n))
	}
	ev.Turned = &Turned{}
	ev.Covers = append([]string{"verdicts as far as the directory shows: see report access"}, ev.Covers...)
	return whatIfData(ctx, after, j.Format, ev), nil
}

func whatIfData(ctx context.Context, after *model.Snapshot, format Format, ev *Evidence) Data {
	fields := whatif.Fields
	if format == Table {
		fields = slices.Clone(fields)
		fields[0].Value = func(l *whatif.Line) any { return whatif.Signs[l.Change] + " " + l.Change }
		fields = slices.DeleteFunc(fields, func(f model.Field[*whatif.Line]) bool { return f.Aside })
	}
	return streamed(whatIfReport, fields, func(yield func(whatif.Line) error) error {
		var failed error
		err := whatif.Lines(ctx, after, func(l *whatif.Line) bool {
			ev.Turned.count(l)
			ev.Records++
			failed = yield(*l)
			return failed == nil
		})
		if failed != nil {
			return failed
		}
		return err
	})
}

// count adds a line.
func (n *Turned) count(l *whatif.Line) {
	var sums whatif.Sums
	sums.Count(l)
	n.Lost, n.Gained, n.Changed, n.Kept = n.Lost+sums.Lost, n.Gained+sums.Gained, n.Changed+sums.Changed, n.Kept+sums.Kept
	n.Unsure, n.Unknown = n.Unsure+sums.Unsure, n.Unknown+sums.Unknown
}

// sentence sums the lines up.
func (n *Turned) sentence() string {
	unsure := ""
	if n.Unsure > 0 {
		unsure = " · " + safe.Thousands(n.Unsure) + " unknown, before and after"
	}
	if n.Lost+n.Gained+n.Changed+n.Kept+n.Unsure == 0 {
		return "no verdict would be another, and no way to one"
	}
	return fmt.Sprintf("%s lost · %s gained · %s changed · %s kept by another way%s", safe.Thousands(n.Lost), safe.Thousands(n.Gained), safe.Thousands(n.Changed), safe.Thousands(n.Kept), unsure)
}

// exportWhatIf writes what the view of a what-if shows, in its order.
func exportWhatIf(ctx context.Context, r *change.List, version string, out Output) ([]string, error) {
	ev := NewEvidence(r.Comparison.Old, version)
	ev.Report, ev.Question, ev.Turned = whatIfReport, "what if:", &Turned{}
	for _, w := range r.Comparison.WhatIf.Wishes {
		ev.Question += " " + w.String()
	}
	for _, n := range r.Comparison.WhatIf.Notes {
		ev.Notes = append(ev.Notes, n.String())
	}
	for i := range r.Len() {
		ev.Turned.count(r.Turn(i))
	}
	return out.export(ctx, NewData(whatIfReport, whatif.Fields, r.Len(), func(i int) whatif.Line { return *r.Turn(i) }), ev)
}
