package finding

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/view"
)

// Finding is a rule that holds for a target or a trustee, with everything that is
// known about it, made when it is shown.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Target and Trustee are empty where the finding is about none.
	Target, Trustee model.Principal
	// Count is how many mailboxes it concerns, or what else Rule.Counts names.
	Count int
	// Rows is how many entries, values or changes stand behind it.
	Rows   int
	Detail model.Phrase
	// Accepted is who accepted it, nil where nobody did. One that is past its date
	// has it too, and counts as any other.
	Accepted *Acceptance

	Obj       model.ObjectID  // the target, 0 where it is no object
	TrusteeID model.TrusteeID // 0 where there is none
	Ref       grant.Ref       // the first row behind it; Obj is 0 where there is none
	Change    *change.Change  // of one about what is new

	// Member: it is about somebody who is in a group, and no row stands behind it.
	Member bool

	since func() (time.Time, int)
}

// found is a finding as a [List] keeps it.
type found struct {
	rule     *Rule
	severity Severity
	target   pool.DN // 0 where it is none of the directory's
	name     string  // of such a target
	who      model.TrusteeID
	client   string // a trustee of whom nothing but this is known
	count    int
	rows     int
	refs     [mostRefs]grant.Ref
	lists    []grant.Ref   // a row of each list that its rows stand in, or may
	places   []grant.Place // the lists that it rests on without a row that stands there
	cut      bool          // there are more of these
	joined   joined        // who is in which group, of one about that
	detail   model.Phrase  // behind what the refs say
	change   *change.Change
	accepted *Acceptance
	last     pool.DN // of the object that was counted last
}

// mostRefs bounds the rows of a finding whose rights are told.
const mostRefs = 3

// List is what was found: in order of danger, then by rule, by count, by name.
// What is accepted is left out and counted. It never changes.
type List struct {
	Snapshot *model.Snapshot
	// Rules are those that were asked, by their order in [Rules].
	Rules []*Rule
	// Accepted counts the findings that somebody accepted, by rule.
	Accepted map[*Rule]int
	found    []found
	unsure   bool // something could not be compared
	done     bool
}

// Len returns the number of findings.
func (l *List) Len() int { return len(l.found) }

// Done reports whether all rules have been asked to their end.
func (l *List) Done() bool { return l.done }

// At makes the finding with this number.
func (l *List) At(i int) *Finding { return l.make(&l.found[i]) }

// Severity is that of the finding with this number, without making it.
func (l *List) Severity(i int) Severity { return l.found[i].severity }

// Rule is that of the finding with this number, without making it.
func (l *List) Rule(i int) *Rule { return l.found[i].rule }

// Count is that of the finding with this number, without making it.
func (l *List) Count(i int) int { return l.found[i].count }

// Unnamed counts those of the findings with these numbers that cannot be accepted, since
// nothing names them in other readings.
func (l *List) Unnamed(at []int) (n int) {
	for _, i := range at {
		if _, ok := l.make(&l.found[i]).key(); !ok {
			n++
		}
	}
	return n
}

// Matching returns the numbers of the findings that hold every word of a filter, as
// that of the grids.
func (l *List) Matching(filter string) []int {
	words := view.Words(filter)
	out := make([]int, 0, len(l.found))
	for i := range l.found {
		if len(words) > 0 {
			f := l.make(&l.found[i])
			if !view.MatchTexts(words, f.Rule.Name, f.Severity.String(), f.Rule.Group.String(), f.Target.Name, f.Target.DN, f.Trustee.Name,
				model.SIDText(f.Trustee.SID), f.Detail.String()) {
				continue
			}
		}
		out = append(out, i)
	}
	return out
}

// Mailboxes counts those of the organisation.
func (l *List) Mailboxes() int { return mailboxesOf.Of(l.Snapshot) }

var mailboxesOf = model.Derive(func(s *model.Snapshot) (n int) {
	for i := range s.Recipients.Len() {
		if s.Record(*s.Recipients.At(i)).HasMailbox() {
			n++
		}
	}
	return n
})

// AcceptedTotal is how many findings were left out because somebody accepted them.
func (l *List) AcceptedTotal() (n int) {
	for _, of := range l.Accepted {
		n += of
	}
	return n
}

// Worst counts the findings of each severity.
func (l *List) Worst() (n [severities]int) {
	for i := range l.found {
		n[l.found[i].severity]++
	}
	return n
}

func (l *List) make(f *found) *Finding {
	s := l.Snapshot
	out := &Finding{Rule: f.rule, Severity: f.severity, Count: f.count, Rows: f.rows, Ref: f.refs[0], Change: f.change,
		TrusteeID: f.who, Obj: s.At(f.target), Accepted: f.accepted, Member: f.joined.group != 0,
		since: sync.OnceValues(func() (time.Time, int) { return sinceOf(s, f) })}
	out.Target = targetOf(s, f)
	switch {
	case f.who != 0:
		out.Trustee = s.Principal(f.who)
	case f.client != "":
		out.Trustee.Name = f.client
	}
	out.Detail = append(rightsOf(s, f), f.detail...)
	if a := f.accepted; a != nil && len(out.Detail) > 0 {
		out.Detail = append(out.Detail, model.Part{Is: model.PartWord, Text: "; "})
	}
	if a := f.accepted; a != nil {
		out.Detail = append(out.Detail, a.words()...)
	}
	if f.change != nil {
		out.Target, out.Trustee = f.change.Target, f.change.Trustee
	}
	return out
}

func targetOf(s *model.Snapshot, f *found) model.Principal {
	if f.target == 0 {
		return model.Principal{Name: f.name}
	}
	p := s.Principal(model.TrusteeOfDN(f.target))
	if id := s.At(f.target); id != 0 {
		p = s.TargetPrincipal(s.Record(id))
	}
	if f.name != "" { // what the object is called where its own name says nothing
		p.Name = f.name
	}
	return p
}

// rightsOf names the rights of the rows behind a finding.
func rightsOf(s *model.Snapshot, f *found) (out model.Phrase) {
	seen := map[string]bool{}
	for _, ref := range f.refs {
		if ref.Obj == 0 {
			break
		}
		row := grant.RowOf(s, ref)
		if row.NullDACL {
			row.Status, row.Right = "no access list", ""
		}
		if seen[row.Status+row.Right] {
			continue
		}
		seen[row.Status+row.Right] = true
		if len(out) > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: ", "})
		}
		out = append(out, model.Part{Is: model.PartWord, Text: row.Status})
		if row.Right != "" {
			out = append(out, model.Part{Is: model.PartWord, Text: " "}, model.Part{Is: model.PartRight, Text: row.Right})
		}
	}
	if len(out) == 0 {
		return nil
	}
	if f.rows > len(f.refs) {
		out = append(out, model.Part{Is: model.PartWord, Text: ", in " + strconv.Itoa(f.rows) + " rows"})
	}
	if len(f.detail) > 0 {
		out = append(out, model.Part{Is: model.PartWord, Text: "; "})
	}
	return out
}

// sorted puts findings in order: that of danger, then what does not hang on the
// order in which they were found.
func sorted(s *model.Snapshot, all []found) []found {
	keys := make([]orderKey, len(all))
	order := make([]int32, len(all))
	names := map[pool.DN][2]string{}
	trustees := map[model.TrusteeID]string{}
	for i := range all {
		f := &all[i]
		order[i] = int32(i)
		k := orderKey{who: f.client, target: f.name}
		if f.target != 0 {
			of, ok := names[f.target]
			if !ok {
				of = [2]string{s.CN(f.target), s.DNText(f.target)}
				if id := s.At(f.target); id != 0 {
					of[0] = s.ObjectName(s.Record(id))
				}
				names[f.target] = of
			}
			k.target, k.dn = of[0]+f.name, of[1]
		}
		if f.who != 0 {
			of, ok := trustees[f.who]
			if !ok {
				of = trusteeOrder(s, f.who)
				trustees[f.who] = of
			}
			k.who = of
		}
		if c := f.change; c != nil {
			k = orderKey{c.Target.Name, c.Target.DN, c.Trustee.Name + "\x00" + c.Trustee.SID.String() + c.Right + c.New.String()}
		}
		keys[i] = k
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := &all[i], &all[j]
		if n := cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.rule.number, b.rule.number), cmp.Compare(b.count, a.count)); n != 0 {
			return n
		}
		x, y := &keys[i], &keys[j]
		if n := cmp.Or(strings.Compare(x.target, y.target), strings.Compare(x.dn, y.dn), strings.Compare(x.who, y.who), cmp.Compare(b.rows, a.rows)); n != 0 {
			return n
		}
		return strings.Compare(a.detail.String(), b.detail.String())
	})
	out := make([]found, len(all))
	for i, n := range order {
		out[i] = all[n]
	}
	return out
}

// orderKey are the texts by which findings are ordered.
type orderKey struct{ target, dn, who string }

func trusteeOrder(s *model.Snapshot, p model.TrusteeID) string {
	if dn := p.DN(); dn != 0 {
		return s.DNText(dn)
	}
	return s.SIDOf(p.SID()).String()
}

// Fields are the columns of report findings: a contract.
var Fields = []model.Field[*Finding]{
	{Name: "severity", First: true, Is: model.ContentWord, Value: func(f *Finding) any { return f.Severity.String() }},
	{Name: "rule", First: true, Is: model.ContentWord, Value: func(f *Finding) any { return f.Rule.Name }},
	{Name: "target", First: true, Is: model.ContentTarget, Value: func(f *Finding) any { return f.Target.Name }},
	{Name: "target_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(f *Finding) any { return f.Target.DN }},
	{Name: "trustee", First: true, Is: model.ContentTrustee, Value: func(f *Finding) any { return f.Trustee.Name }},
	{Name: "trustee_sid", Is: model.ContentSID, Aside: true, Value: func(f *Finding) any { return model.SIDText(f.Trustee.SID) }},
	{Name: "count", Value: func(f *Finding) any { return f.Count }},
	{Name: "detail", Value: func(f *Finding) any { return f.Detail }},
	{Name: "remedy", Is: model.ContentWord, Value: func(f *Finding) any { return f.Rule.Remedy }},
	{Name: "since", Is: model.ContentWord, Value: func(f *Finding) any { at, _ := f.Since(); return sinceText(at) }},
	{Name: "since_of", Aside: true, Value: func(f *Finding) any { _, of := f.Since(); return of }},
}

// key identifies what a finding is about, for those who accept it: the rule, the
// target by its GUID, else its SID, the trustee by his SID.
func (f *Finding) key() (k acceptKey, ok bool) {
	k = acceptKey{rule: f.Rule.Name, trustee: model.SIDText(f.Trustee.SID)}
	switch {
	case !f.Target.GUID.IsZero():
		k.target = f.Target.GUID.String()
	case f.Target.SID != acl.SID{}:
		k.target = f.Target.SID.String()
	}
	return k, k.target != "" || k.trustee != ""
}
