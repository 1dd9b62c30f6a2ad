package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/hybrid"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

const hybridReport = "hybrid"

// HybridHelp explains report hybrid.
const HybridHelp = `Says what an organisation asks that moves to Exchange Online, from its own directory alone:

  --list grants       every grant whose two ends are on different premises, and what becomes of it (the default)
  --list not-aclable  remote mailboxes that cannot be given rights, which nothing else says, with the line that mends it
  --list batches      migration batches of the mailboxes here: those that rights tie together stay together
  --list ties         which mailbox here is tied to which by rights, each pair both ways: what the batches go by
  --list hubs         what ties too many mailboxes, and so was cut before the batches were made

works is yes, no, partly or unknown. Full Access works across premises where the remote end is ACLable; Outlook opens the
mailbox by itself only for whom msExchDelegateListLink names. Send-As must be set on both sides, and what is set in Exchange
Online is not in LDAP. Send on Behalf works. What goes through a group is not confirmed. These rules are documented for
hybrid deployments; this program has not tried them against Exchange Online.

Batches go by what somebody set on a mailbox, an account or in publicDelegates, with groups counted and denies too; what is
inherited from a store does not move along. Whoever ties more than --hub mailboxes, a group with more members, and entries
for everybody are hubs. A batch takes what is tied as long as it fits; torn counts the ties to mailboxes of other batches,
and moves_with the others that are tied with a mailbox, directly or by others between.`

// HybridExample shows the usual questions.
const HybridExample = `  mbxperm report hybrid ldaps://dc1.contoso.com
  mbxperm report hybrid contoso.mbxperm.ldif.zst --list not-aclable
  mbxperm report hybrid demo --list batches --batch-size 200 --hub 30 --format csv -o batches.csv`

// The lists of report hybrid.
const (
	listGrants     = "grants"
	listNotACLable = "not-aclable"
	listBatches    = "batches"
	listTies       = "ties"
	listHubs       = "hubs"
)

// HybridLists are those of report hybrid.
var HybridLists = []string{listGrants, listNotACLable, listBatches, listTies, listHubs}

// Hybrid are the flags of report hybrid alone.
type Hybrid struct {
	List           string
	BatchSize, Hub int
}

func (h *Hybrid) define(f *pflag.FlagSet) {
	f.StringVar(&h.List, "list", "", strings.Join(HybridLists, ", ")+" (default "+listGrants+"; with --batch-size or --hub "+listBatches+")")
	f.IntVar(&h.BatchSize, "batch-size", hybrid.DefaultBatch, "so many mailboxes in a migration batch at most")
	f.IntVar(&h.Hub, "hub", hybrid.DefaultHub, "whoever ties more mailboxes than this is cut from the batches, and named")
}

// list is the one that is asked for.
func (h *Hybrid) list() string {
	switch {
	case h.List != "":
		return h.List
	case h.BatchSize != hybrid.DefaultBatch || h.Hub != hybrid.DefaultHub:
		return listBatches
	}
	return listGrants
}

// hybridQuery makes the question of report hybrid. Errors are of usage.
func (r *Flags) hybridQuery() (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, System: true}
	h := &r.Hybrid
	switch {
	case !slices.Contains(HybridLists, h.list()):
		return q, usage.Errorf("unknown list %q of report hybrid: use %s", h.List, strings.Join(HybridLists, ", "))
	case h.BatchSize < 1:
		return q, usage.Errorf("--batch-size %d: a batch holds 1 mailbox or more", h.BatchSize)
	case h.Hub < 1:
		return q, usage.Errorf("--hub %d: give 1 or more", h.Hub)
	case h.BatchSize != hybrid.DefaultBatch && h.list() != listBatches:
		return q, usage.Errorf("--batch-size is for --list batches")
	case h.Hub != hybrid.DefaultHub && h.list() != listBatches && h.list() != listTies && h.list() != listHubs:
		return q, usage.Errorf("--hub is for --list batches, ties and hubs")
	case r.Seen.given() != "":
		return q, usage.Errorf("%s is for the other reports", r.Seen.given())
	case r.Object != "" || r.Direction != "forward":
		return q, usage.Errorf("--object and --direction are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale || r.All:
		return q, usage.Errorf("report hybrid goes by what somebody set: --inherited, --self, --defaults, --implied, --stale and --all are for the other reports")
	case r.Trustee != "" && h.list() != listGrants:
		return q, usage.Errorf("--trustee is for --list grants")
	case r.Target != "" && h.list() == listHubs:
		return q, usage.Errorf("--target is for the other lists")
	}
	if r.Target != "" {
		q.Target = view.Match(r.Target)
	}
	if r.Trustee != "" {
		q.Trustee = view.Match(r.Trustee)
	}
	return q, nil
}

// hybridCover is what report hybrid rests on.
var hybridCover = []string{
	"what the directory says of both sides: rights that are set in Exchange Online are not in it",
	"rules of the border as documented for hybrid deployments, not tried against Exchange Online (inferred)",
}

// hybrid answers a question about the border.
func (j *Job) hybrid(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	ev.Covers = append(slices.Clone(hybridCover), ev.Covers...)
	list := j.Hybrid.list()
	if !hybrid.HasRemote(s) && (list == listGrants || list == listNotACLable) {
		ev.Notes = append(ev.Notes, "no remote recipient was read: no mailbox is known to be in Exchange Online")
	}
	switch list {
	case listNotACLable:
		all := hybrid.NotACLable(s)
		lines := chosenOf(all, func(u hybrid.Unlisted) view.UnlistedLine { return view.NewUnlistedLine(s, u) },
			func(l *view.UnlistedLine) bool { return j.Query.Target == nil || j.Query.Target(&l.Principal) })
		for i := range lines {
			if !lines[i].Known {
				ev.UnknownLines++
			}
		}
		return NewData(hybridReport, view.UnlistedFields, len(lines), func(i int) view.UnlistedLine { return lines[i] }), nil
	case listBatches, listTies, listHubs:
		return j.batches(ctx, s, ev)
	}
	all, err := hybrid.Crossings(ctx, s)
	if err != nil {
		return Data{}, err
	}
	lines := chosenOf(all, func(c hybrid.Crossing) view.CrossingLine { return view.NewCrossingLine(s, c) }, func(l *view.CrossingLine) bool {
		return (j.Query.Target == nil || j.Query.Target(&l.To)) && (j.Query.Trustee == nil || j.Query.Trustee(&l.Who))
	})
	return NewData(hybridReport, view.CrossingFields, len(lines), func(i int) view.CrossingLine { return lines[i] }), nil
}

// chosenOf makes lines and keeps those that are wanted.
func chosenOf[T, L any](all []T, line func(T) L, wanted func(*L) bool) (out []L) {
	for _, x := range all {
		if l := line(x); wanted(&l) {
			out = append(out, l)
		}
	}
	return out
}

func (j *Job) batches(ctx context.Context, s *model.Snapshot, ev *Evidence) (Data, error) {
	web, err := hybrid.NewWeb(ctx, s, j.Hybrid.Hub)
	if err != nil {
		return Data{}, err
	}
	wanted := func(id model.ObjectID) bool {
		if j.Query.Target == nil {
			return true
		}
		p := s.TargetPrincipal(s.Record(id))
		return j.Query.Target(&p)
	}
	switch j.Hybrid.list() {
	case listHubs:
		return NewData(hybridReport, view.HubFields, len(web.Hubs), func(i int) view.HubLine { return view.NewHubLine(s, web.Hubs[i]) }), nil
	case listTies:
		var ties [][2]model.ObjectID
		for _, id := range slices.DeleteFunc(web.Mailboxes(), func(id model.ObjectID) bool { return !wanted(id) }) {
			for _, to := range web.TiedTo(id) {
				ties = append(ties, [2]model.ObjectID{id, to})
			}
		}
		return NewData(hybridReport, view.TieFields, len(ties), func(i int) view.TieLine { return view.NewTieLine(s, ties[i][0], ties[i][1]) }), nil
	}
	plan, err := hybrid.Batches(ctx, web, j.Hybrid.BatchSize)
	if err != nil {
		return Data{}, err
	}
	ev.Notes = append(ev.Notes, fmt.Sprintf("%s in %s; %s torn between them", counted(plan.Len(), "mailbox", "mailboxes"), counted(plan.Batches, "batch", "batches"), counted(plan.Torn, "tie", "ties")))
	if n := len(web.Hubs); n > 0 {
		text := counted(n, "hub", "hubs") + " cut, the largest "
		for i, h := range web.Hubs[:min(n, mostHubs)] {
			if i > 0 {
				text += ", "
			}
			text += j.Redact.any(s.Principal(h.Trustee).Name)
		}
		ev.Notes = append(ev.Notes, text+" (report hybrid --list hubs names all)")
	}
	var chosen []int
	for i := range plan.Len() {
		if wanted(plan.Line(i).Mailbox) {
			chosen = append(chosen, i)
		}
	}
	return NewData(hybridReport, view.MovingFields, len(chosen), func(i int) view.MovingLine {
		return view.NewMovingLine(s, plan.Line(chosen[i]))
	}), nil
}

// mostHubs bounds how many hubs a note names.
const mostHubs = 3

func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return safe.Thousands(n) + " " + several
}

// hybridWords puts such a question into words.
func (q *Question) hybridWords(name func(string) string) string {
	h := &q.Hybrid
	s := map[string]string{
		listGrants: "grants between here and Exchange Online", listNotACLable: "remote mailboxes that cannot be given rights",
		listBatches: fmt.Sprintf("migration batches of %d, hubs above %d", h.BatchSize, h.Hub),
		listTies:    fmt.Sprintf("which mailboxes are tied by rights, hubs above %d", h.Hub),
		listHubs:    fmt.Sprintf("what ties more than %d mailboxes", h.Hub),
	}[h.list()]
	if q.Target != "" {
		s += ", only target " + name(q.Target)
	}
	if q.Trustee != "" {
		s += ", only trustee " + name(q.Trustee)
	}
	return s
}
