package verdict_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

// pair is a person, by his SID, and a mailbox or other recipient, by its name.
type pair struct{ Person, Target string }

type table map[pair][4]outcome

// byHand is what the plain implementation says.
func (o *forest) byHand(recipient string) table {
	out := table{}
	for _, m := range o.Accounts {
		if m.Hidden || m.Recipient != recipient || m.Kind == "deleted" {
			continue
		}
		for _, p := range o.persons() {
			o.asked++
			if all := o.answersOf(p, m); all != ([4]outcome{}) {
				out[pair{p.SID, m.Name}] = all
			}
		}
	}
	return out
}

// toldBy is a line of package verdict in the words of the plain implementation.
func toldBy(l *verdict.Line) (out [4]outcome) {
	words := map[string]answer{}
	for a := none; a <= allowed; a++ {
		words[a.String()] = a
	}
	bases := map[string]basis{}
	for b := noBasis; b <= byOwner; b++ {
		bases[b.String()] = b
	}
	for i, q := range [...]verdict.Question{verdict.CanOpen, verdict.CanSendAs, verdict.CanSendOnBehalf, verdict.CanOpenAdmin} {
		r := l.Answers[q]
		out[i].Answer = words[r.Answer.String()]
		if out[i].Answer == allowed || out[i].Answer == possible {
			out[i].Basis = bases[r.Basis.String()]
		}
	}
	return out
}

// namesOf are the names of the objects of a snapshot, by number.
func (o *forest) namesOf(s *model.Snapshot) map[model.ObjectID]string {
	byDN := map[string]string{}
	for _, a := range o.Accounts {
		byDN[o.dn(a.Name)] = a.Name
	}
	out := map[model.ObjectID]string{}
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if name, ok := byDN[s.DNText(s.Record(id).DN)]; ok {
			out[id] = name
		}
	}
	return out
}

// expanded asks package verdict for one line for each pair.
func (o *forest) expanded(b *verdict.Book, s *model.Snapshot, q verdict.Query) (table, error) {
	names, out := o.namesOf(s), table{}
	q.Expand = true
	err := b.Lines(context.Background(), q, func(l *verdict.Line) bool {
		p := pair{textOf(s.SIDOf(l.Trustee.SID())), names[l.Mailbox]}
		if !l.Single || l.Mailbox == 0 {
			panic(fmt.Sprintf("a line that is drawn together: %v", p))
		}
		if _, twice := out[p]; twice {
			panic(fmt.Sprintf("two lines for %v", p))
		}
		out[p] = toldBy(l)
		if got, want := l.Complete(), !unknownIn(out[p]); got != want {
			panic(fmt.Sprintf("complete %v for %v", got, out[p]))
		}
		return true
	})
	return out, err
}

func unknownIn(all [4]outcome) bool {
	for _, r := range all {
		if r.Answer == unknown {
			return true
		}
	}
	return false
}

// difference is the first thing on which the two do not agree, in words.
func (o *forest) difference() (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	s := o.snapshot()
	b := verdict.Of(s)
	for _, recipient := range []string{"mailbox", "other"} {
		want := o.byHand(recipient)
		got, err := o.expanded(b, s, verdict.Query{Recipients: recipient == "other"})
		if err != nil {
			return err.Error()
		}
		if d := unequal(want, got); d != "" {
			return d
		}
	}
	return ""
}

// unequal compares what both say of each pair.
func unequal(want, got table) string {
	for p := range got {
		if _, ok := want[p]; !ok {
			want[p] = [4]outcome{}
		}
	}
	for _, p := range sortedPairs(want) {
		for q, name := range []string{"can_open", "can_send_as", "can_send_on_behalf", "can_open_admin"} {
			if w, g := want[p][q], got[p][q]; w != g {
				return fmt.Sprintf("%s on %s: %s is %v %v, the plain implementation says %v %v", p.Person, p.Target, name,
					g.Answer, g.Basis, w.Answer, w.Basis)
			}
		}
	}
	return ""
}

// shrink makes an organisation as small as it still shows a difference of the
// same kind.
func shrink(o *forest, differs func(*forest) string) *forest {
	kind := kindOf(differs(o))
	for again := true; again; {
		again = false
		for i := 0; ; i++ {
			c := o.clone()
			if !cut(reflect.ValueOf(c), &i, new(int)) {
				break
			}
			if c = c.clone(); c.valid() && kindOf(differs(c.settle())) == kind {
				o, again = c, true
				i--
			}
		}
	}
	return o
}

// kindOf is a difference without the names of whom it is about.
func kindOf(difference string) string {
	_, kind, _ := strings.Cut(difference, ": ")
	return kind
}

// cut takes the part with number n out of a value: an element of a list, or
// what a field says. It reports whether there was such a part.
func cut(v reflect.Value, n, at *int) bool {
	hit := func() bool { *at++; return *at-1 == *n }
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && cut(v.Elem(), n, at)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && cut(v.Field(i), n, at) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if hit() {
				v.Set(reflect.AppendSlice(v.Slice(0, i), v.Slice(i+1, v.Len())))
				return true
			}
			if v.Index(i).Kind() != reflect.String && cut(v.Index(i), n, at) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if hit() {
				v.SetMapIndex(k, reflect.Value{})
				return true
			}
		}
	case reflect.Bool, reflect.String:
		if !v.IsZero() && hit() {
			v.SetZero()
			return true
		}
	}
	return false
}

func (o *forest) clone() *forest {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	c := new(forest)
	if err := json.Unmarshal(b, c); err != nil {
		panic(err)
	}
	return c
}

// valid keeps the shrinking from taking away what every organisation has.
func (o *forest) valid() bool {
	names := map[string]bool{}
	for _, d := range o.Domains {
		if d.Name == "" || d.SID == "" {
			return false
		}
	}
	for _, a := range o.Accounts {
		if a.Name == "" || a.Kind == "" || a.SID == "" && a.Kind != "contact" || names[a.Name] || (o.isOutside(a.SID) || a.SID == "S-1-5-11") != (a.Kind == "foreign") ||
			!slices.ContainsFunc(o.Domains, func(d *domain) bool { return d.Name == a.Domain }) {
			return false
		}
		names[a.Name] = true
	}
	for _, l := range o.lists() {
		for _, e := range l.Entries {
			if e.SID == "" || !e.Object && (e.Type != "" || e.Class != "") {
				return false
			}
		}
	}
	for _, s := range o.Servers {
		if s.Name == "" {
			return false
		}
	}
	for _, a := range o.Assignments {
		if a.Policy != o.isPolicy(a.Who) || !a.Policy && a.Who != "" && a.Who != gone && !names[a.Who] {
			return false
		}
	}
	for _, s := range o.Stores {
		if s.Name == "" {
			return false
		}
	}
	return len(o.Domains) > 0
}

func (o *forest) String() string {
	var out strings.Builder
	v := reflect.ValueOf(o).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		parts := []any{f.Interface()}
		if f.Kind() == reflect.Slice {
			parts = nil
			for j := range f.Len() {
				parts = append(parts, f.Index(j).Interface())
			}
		}
		for _, p := range parts {
			b, err := json.Marshal(p)
			if err != nil {
				panic(err)
			}
			fmt.Fprintf(&out, "%s %s\n", v.Type().Field(i).Name, strings.NewReplacer(`,"Mailbox":{}`, "", `,"List":{}`, "", homeSID, "home", childSID, "child").Replace(string(b)))
		}
	}
	return out.String()
}

// report ends a test with the smallest organisation that shows a difference.
func report(t *testing.T, seed int, o *forest, differs func(*forest) string) {
	t.Helper()
	small := shrink(o, differs)
	t.Fatalf("organisation %d: %s\n%s", seed, differs(small), small)
}

func sortedPairs(t table) []pair {
	return slices.SortedFunc(maps.Keys(t), func(a, b pair) int {
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Person, b.Person))
	})
}

// careless is a pair of which package verdict says more than what goes with what
// allows: where one group's being open decides about another's, it may say
// possible or unknown of what is neither, and nothing else.
func (o *forest) careless() (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	s := o.snapshot()
	b := verdict.Of(s)
	o.exact = true
	defer func() { o.exact = false }()
	for _, recipient := range []string{"mailbox", "other"} {
		want := o.byHand(recipient)
		got, err := o.expanded(b, s, verdict.Query{Recipients: recipient == "other"})
		if err != nil {
			return err.Error()
		}
		for p := range want {
			if _, there := got[p]; !there {
				got[p] = [4]outcome{} // no line is none, four times
			}
		}
		for _, p := range sortedPairs(got) {
			for q := range 4 {
				w, g := want[p][q].Answer, got[p][q].Answer
				if o.compared++; w == g {
					continue
				}
				if o.differ++; g != possible && g != unknown {
					return fmt.Sprintf("%s on %s: question %d is %v, in truth %v", p.Person, p.Target, q, g, w)
				}
			}
		}
	}
	return ""
}

func TestNeverCareless(t *testing.T) {
	compared, differ := 0, 0
	for seed := range forests() / 2 {
		o := randomForest(seed)
		if o.careless() != "" {
			report(t, seed, o, (*forest).careless)
		}
		compared, differ = compared+o.compared, differ+o.differ
	}
	t.Logf("%d of %d answers are more careful than they need be", differ, compared)
	if differ*1000 > compared {
		t.Errorf("%d of %d answers are more careful than they need be", differ, compared)
	}
}
