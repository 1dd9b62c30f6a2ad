package finding

import (
	"context"
	"slices"
	"time"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/view"
)

// Query says which findings are asked for.
type Query struct {
	// Rules are those that are asked; nil for all that have findings.
	Rules []*Rule
	// Target and Trustee, where not nil, keep what they accept: of entries, those of
	// these targets and trustees.
	Target, Trustee func(*model.Principal) bool
	// Since is a comparison with an earlier state; without one nothing is new.
	Since *change.Comparison
	// Accepted are the findings that somebody accepted; nil for none.
	Accepted *Accepted
	// Expect says who should have which protocol on; without it nobody deviates.
	Expect []view.Expectation
	// Checks are the last runs of checks, which have seen certificates; none where
	// nobody has asked for them.
	Checks []door.Check
}

// Progress says how far [Find] has come.
type Progress struct{ Done, All int }

// tellEvery is the least time between two lists that are told, tellShare how many times
// as long as making the last one took. As few as fewFindings are told at once.
const (
	tellEvery   = 200 * time.Millisecond
	tellShare   = 20
	fewFindings = 1000
)

// Find looks for findings. tell, where not nil, gets what was found so far several
// times while it works, in the goroutine of the caller; the list that is returned
// has all. It stops with the context's error when the context ends. A snapshot may
// be looked through by any number of goroutines.
func Find(ctx context.Context, s *model.Snapshot, q Query, tell func(*List, Progress)) (*List, error) {
	r := newRun(ctx, s, q, tell)
	for _, p := range passes {
		if !slices.ContainsFunc(p.rules(), r.wants) {
			continue
		}
		if p.find(r); r.err != nil {
			return nil, r.err
		}
		r.tellNow(false)
	}
	return r.list(true), ctx.Err()
}

// pass is a way of finding: the rules whose findings it finds, and the code. Those
// that find dangerous things in little time come first.
type pass struct {
	rules func() []*Rule
	find  func(*run)
}

// passes are all of them.
var passes = []pass{
	{func() []*Rule { return doorRules }, (*run).doors},
	{func() []*Rule { return groupRules }, (*run).groups},
	{func() []*Rule { return roleRules }, (*run).roles},
	{func() []*Rule { return organisationRules }, (*run).organisation},
	{func() []*Rule { return borderRules }, (*run).border},
	{func() []*Rule { return slices.Concat(entryRules, accountRules, stepRules, wayRules) }, (*run).objects},
	{func() []*Rule { return newsRules }, (*run).news},
}

// run is one run of [Find].
type run struct {
	ctx   context.Context
	err   error
	s     *model.Snapshot
	q     Query
	want  []bool // by rule
	ruled []*Rule

	found []found
	at    map[mergeKey]int // number in found

	tell  func(*List, Progress)
	next  time.Time // when to tell again
	steps Progress

	who      []traits                   // by SID, see traitsOf
	whoNamed map[model.TrusteeID]traits // of trustees without a SID
	heads    map[model.ObjectID]bool    // targets that are asked for; nil where all are
	sources  map[sourceKey]grant.SourceAt
	descs    []descNote // by descriptor
	unsure   bool       // something could not be compared
	entry    entryRun
	step     stepRun
	way      wayRun
}

func newRun(ctx context.Context, s *model.Snapshot, q Query, tell func(*List, Progress)) *run {
	r := &run{ctx: ctx, s: s, q: q, want: make([]bool, len(Rules)), at: map[mergeKey]int{}, tell: tell,
		who: make([]traits, s.SIDs.Len()), whoNamed: map[model.TrusteeID]traits{}, sources: map[sourceKey]grant.SourceAt{},
		descs: make([]descNote, s.Descs.Len())}
	if q.Target != nil {
		r.heads = map[model.ObjectID]bool{}
	}
	for _, rule := range Rules {
		if q.Rules == nil || slices.Contains(q.Rules, rule) {
			r.want[rule.number] = !rule.alone && (!rule.told || len(q.Expect) > 0) && (q.Since != nil || !rule.Since())
		}
		if r.want[rule.number] {
			r.ruled = append(r.ruled, rule)
		}
	}
	return r
}

func (r *run) wants(rule *Rule) bool { return r.want[rule.number] }

// ended reports whether to stop, and remembers why. It is cheap.
func (r *run) ended() bool {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	return r.err != nil
}

// tick is called for every so many objects.
func (r *run) tick(n int) bool {
	r.steps.Done += n
	r.tellNow(true)
	return r.ended()
}

func (r *run) tellNow(sparing bool) {
	now := time.Now()
	if r.tell == nil || now.Before(r.next) && (sparing || len(r.found) > fewFindings) {
		return
	}
	r.tell(r.list(false), r.steps)
	r.next = time.Now().Add(max(tellEvery, tellShare*time.Since(now)))
}

// list makes a list of what was found so far.
func (r *run) list(done bool) *List {
	l := &List{Snapshot: r.s, Rules: r.ruled, Accepted: map[*Rule]int{}, done: done, unsure: r.unsure}
	for _, f := range sorted(r.s, r.found) {
		if r.q.Accepted != nil {
			f.accepted = r.q.Accepted.of(l.make(&f))
		}
		if f.accepted != nil && !f.accepted.past {
			l.Accepted[f.rule]++
			continue
		}
		l.found = append(l.found, f)
	}
	return l
}

// mergeKey is what makes one finding of several rows: the rule, the object and the
// trustee, and where a rule has a finding for each entry, the entry.
type mergeKey struct {
	rule   *Rule
	target pool.DN
	who    model.TrusteeID
	entry  uint32
}

// add takes a finding that no other row belongs to.
func (r *run) add(f found) {
	if r.wants(f.rule) && r.asks(&f) {
		r.found = append(r.found, f)
	}
}

// merge takes a row into the finding that it belongs to, which it begins with f where
// there is none. It returns the finding, nil where the rule is not asked for.
func (r *run) merge(k mergeKey, f found) *found {
	if !r.wants(k.rule) {
		return nil
	}
	n, ok := r.at[k]
	if !ok {
		n = len(r.found)
		f.rule, f.target, f.who = k.rule, k.target, k.who
		r.found = append(r.found, f)
		r.at[k] = n
	}
	return &r.found[n]
}

// row notes a row behind a finding.
func (f *found) row(ref grant.Ref) {
	if f.rows < len(f.refs) {
		f.refs[f.rows] = ref
	}
	if n := len(f.lists); n == 0 || ref.Kind().IsInherited() || f.lists[n-1].Obj != ref.Obj || f.lists[n-1].Kind() != ref.Kind() {
		if n < mostLists {
			f.lists = append(f.lists, ref)
		}
		f.cut = n == mostLists
	}
	f.rows++
}

// stands notes a list that the finding rests on and has no row of.
func (f *found) stands(at grant.Place) {
	switch n := len(f.places); {
	case n > 0 && f.places[n-1] == at:
	case n == mostLists:
		f.cut = true
	default:
		f.places = append(f.places, at)
	}
}

// listOf is the access list of the object with a name.
func (r *run) listOf(name pool.DN) grant.Place {
	return grant.Place{Obj: r.s.At(name), Attribute: model.StampedSecurity}
}

// counts counts an object once; those of an object come one after another.
func (f *found) counts(o *model.Record) {
	if f.last != o.DN {
		f.last = o.DN
		f.count++
	}
}

// asks applies target and trustee to a finding as a whole.
func (r *run) asks(f *found) bool {
	if r.q.Target != nil {
		if p := targetOf(r.s, f); !r.q.Target(&p) {
			return false
		}
	}
	if r.q.Trustee == nil {
		return true
	}
	p := model.Principal{Name: f.client}
	if f.who != 0 {
		p = r.s.Principal(f.who)
	}
	return r.q.Trustee(&p)
}

// asksTarget applies target to an object.
func (r *run) asksTarget(id model.ObjectID) bool {
	if r.q.Target == nil {
		return true
	}
	yes, known := r.heads[id]
	if !known {
		p := r.s.TargetPrincipal(r.s.Record(id))
		yes = r.q.Target(&p)
		r.heads[id] = yes
	}
	return yes
}

type sourceKey struct {
	parent pool.DN
	ace    *pool.ACERecord
}

// source is the object that an entry is set on, and the entry there. Of an inherited
// one whose source cannot be seen it is the object above.
func (r *run) source(o *model.Record, k *grant.Kind, a *pool.ACERecord) (pool.DN, *pool.ACERecord) {
	if a.Null || k != nil && !k.IsInherited() {
		return o.DN, a
	}
	if a.Flags&inherited == 0 {
		if at := grant.Stamp(r.s, o, a); at.Obj != 0 {
			return r.s.Record(at.Obj).DN, r.s.ACEs.At(uint32(at.ACE))
		}
		return o.DN, a
	}
	key := sourceKey{r.s.DNs.At(uint32(o.DN)).Parent, a}
	at, known := r.sources[key]
	if !known {
		at = grant.Source(r.s, o.DN, a)
		r.sources[key] = at
	}
	if at.Obj == 0 {
		return key.parent, a
	}
	return r.s.Record(at.Obj).DN, r.s.ACEs.At(uint32(at.ACE))
}
