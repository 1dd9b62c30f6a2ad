package view_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// lineKeys returns the keys of a result, in order.
func lineKeys(r *view.Result) (out []view.LineKey) {
	for i := range r.Len() {
		out = append(out, r.Key(i))
	}
	return out
}

// TestFilterAgainstPlain: the fast search over blocks of texts finds the lines
// that a look at each line's own texts finds: in a small organisation for every
// part of some lines' texts, in one of several blocks for a few.
func TestFilterAgainstPlain(t *testing.T) {
	for _, c := range []struct {
		spec               string
		every, step, least int
	}{{"demo:60:3", 40, 1, 300}, {"demo:4200:3", 4000, 17, 20}} {
		s, _ := read(t, c.spec)
		q := view.Query{Type: view.Mailboxes, Show: hiding.All, System: true}
		all := ask(t, s, q)
		keys := lineKeys(all)
		mail := view.Mailboxes.Totals[slices.IndexFunc(view.Mailboxes.Totals, func(c model.Column[*view.Line]) bool { return c.Title == "Mail" })].Text
		filters := map[string]bool{"": true, "é": true, "\xff": true, "zzzq": true, "!enabled": true, "disabled müller": true,
			"!u !g": true, "shared !disabled": true, "S-1-5-21": true, "ORPHAN": true, "legacy": true, "UNKNOWN": true, "ä ö": true,
			"\x00": true}
		for i := 0; i < all.Len(); i += c.every {
			line := all.Line(i)
			for _, text := range []string{mail(&line), line.Name, line.DN, line.SID.String(), line.Type, line.Kind, line.State} {
				text = strings.ReplaceAll(text, " ", "")
				for from := 0; from < len(text); from += c.step {
					for _, n := range []int{1, 4, 30} {
						filters[text[from:min(from+n, len(text))]] = true
					}
				}
			}
		}
		some := 0
		for q.Filter = range filters {
			got := lineKeys(ask(t, s, q))
			want := slices.DeleteFunc(slices.Clone(keys), func(k view.LineKey) bool { return !view.PlainFilter(s, k, q.Filter) })
			if !slices.Equal(got, want) {
				t.Errorf("filter %q: %d lines, want %d", q.Filter, len(got), len(want))
			}
			if len(want) > 0 && len(want) < len(keys) {
				some++
			}
		}
		if some < c.least {
			t.Errorf("%s: only %d filters found some lines and not all", c.spec, some)
		}
	}
}

// TestOrderOfNames: lines are in order of their names where nothing else is asked for.
func TestOrderOfNames(t *testing.T) {
	s, _ := read(t, "demo:4200:3")
	all := ask(t, s, view.Query{Type: view.Mailboxes})
	last := ""
	for i := range all.Len() {
		name := []byte(all.Line(i).Name)
		for k, c := range name {
			if 'A' <= c && c <= 'Z' {
				name[k] = c + 'a' - 'A'
			}
		}
		if string(name) < last {
			t.Fatalf("line %d: %q comes after %q", i, name, last)
		}
		last = string(name)
		if i%97 == 0 && all.Find(all.Key(i)) != i {
			t.Errorf("line %d is not found", i)
		}
	}
}

// TestSortAgainstPlain: each column orders lines as a stable sort of the lines
// by what the column says does, both ways, with and without a filter, the first
// time and when the order is known.
func TestSortAgainstPlain(t *testing.T) {
	s, _ := read(t, "demo:300:3")
	for _, typ := range view.ObjectTypes {
		for i, column := range typ.Totals {
			for _, n := range []int{i + 1, -i - 1} {
				for _, filter := range []string{"e", "", "e", "svc"} {
					q := view.Query{Type: typ, Filter: filter, Show: hiding.Implied}
					want := ask(t, s, q)
					lines := make([]view.Line, want.Len())
					for k := range lines {
						lines[k] = want.Line(k)
					}
					slices.SortStableFunc(lines, func(a, b view.Line) int {
						c := strings.Compare(strings.ToLower(column.Text(&a)), strings.ToLower(column.Text(&b)))
						if column.Numeric {
							c = cmp.Compare(column.Number(&a), column.Number(&b))
						}
						if n < 0 {
							c = -c
						}
						return c
					})
					q.Sort = n
					got := ask(t, s, q)
					for k := range lines {
						if got.Len() != len(lines) || got.Key(k) != lines[k].Key {
							t.Fatalf("%s by %s (%d), filter %q: line %d is not the one a plain sort puts there", typ.Name, column.Title, n, filter, k)
						}
						if k%101 == 0 && got.Find(lines[k].Key) != k {
							t.Fatalf("%s by %s (%d): line %d is not found", typ.Name, column.Title, n, k)
						}
					}
				}
			}
		}
	}
}

// TestLines: what each choice of lines shows and leaves out are together all.
func TestLines(t *testing.T) {
	s, _ := read(t, "demo:2000:3")
	for _, only := range []hiding.Only{0, hiding.OnlyDeny, hiding.OnlyOrphans, hiding.OnlyDeny | hiding.OnlyOrphans} {
		q := view.Query{Type: view.Mailboxes, Only: only, System: true}
		all := ask(t, s, q)
		q.Lines = view.MailboxLines
		mailboxes := ask(t, s, q)
		q.Lines = view.TrusteeLines
		trustees := ask(t, s, q)
		q.Lines = view.RemoteLines
		remote, far := ask(t, s, q), 0
		holds, boxes := 0, 0
		for i := range all.Len() {
			l := all.Line(i)
			if l.Premises == model.Remote {
				far++
			}
			if l.Kind == model.KindMailbox && l.Key.IsTarget() {
				boxes++
			}
			rows := ask(t, s, view.Query{Type: view.Mailboxes, Only: only, Rows: true, Of: l.Key, ACEs: view.Mailboxes.ACEs[4]})
			held := false // on something else than other recipients, which are counted apart
			for k := range rows.Len() {
				held = held || !rows.IsRole(k) && rows.Ref(k).Kind().Target != model.TargetRecipient
			}
			if held {
				holds++
			} else if only != 0 && l.Totals.Forward[0].Rows+l.Totals.Forward[1].Rows+l.Totals.Forward[2].Rows == 0 {
				t.Errorf("only %d: a line of %s without a row", only, l.Name)
			}
		}
		if mailboxes.Len() != boxes || mailboxes.Others != 0 || mailboxes.Targets != boxes || trustees.Len() != holds {
			t.Errorf("only %d: %d mailboxes and %d trustees, want %d and %d", only, mailboxes.Len(), trustees.Len(), boxes, holds)
		}
		if remote.Len() != far || far == 0 && only == 0 {
			t.Errorf("only %d: %d lines of remote mailboxes, want %d", only, remote.Len(), far)
		}
		for _, r := range []*view.Result{mailboxes, trustees, remote} {
			if r.Len()+r.LeftOut != all.Len()+all.LeftOut {
				t.Errorf("only %d: %d lines and %d left out, want %d in all", only, r.Len(), r.LeftOut, all.Len()+all.LeftOut)
			}
		}
	}
}

// TestUnder: the first answer after a toggle has the lines of the answer before
// and the cells of the one that follows.
func TestUnder(t *testing.T) {
	s, _ := read(t, "demo:500:3")
	for _, typ := range []*view.ObjectType{view.Mailboxes, view.Stores} {
		before := ask(t, s, view.Query{Type: typ, Sort: -2})
		for show := range hiding.All + 1 {
			q := view.Query{Type: typ, Show: show, Only: hiding.Only(show & 3), Sort: -2}
			now, then := before.Under(q), ask(t, s, q)
			if !now.Meanwhile || then.Meanwhile || !slices.Equal(lineKeys(now), lineKeys(before)) {
				t.Fatalf("toggles %v: the first answer has other lines", show)
			}
			for i := range now.Len() {
				at := then.Find(now.Key(i))
				if at < 0 {
					continue
				}
				a, b := now.Line(i), then.Line(at)
				for k := range a.Totals.Forward { // an ACE of a mailbox always has a place to be read at
					if a.Totals.Forward[k] != b.Totals.Forward[k] || a.Totals.Reverse[k] != b.Totals.Reverse[k] {
						t.Fatalf("toggles %v: %s has %+v, and %+v after that", show, a.Name, a.Totals, b.Totals)
					}
				}
			}
		}
	}
}

// TestViewsAtOnce asks one new snapshot many things from many goroutines.
func TestViewsAtOnce(t *testing.T) {
	s, _ := read(t, "demo:5000:3")
	want := map[string]int{}
	var mu sync.Mutex
	for round := range 3 {
		fresh := s.Fresh()
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				q := view.Query{Type: view.Mailboxes, Show: hiding.Reasons(i % 3), Only: hiding.Only(i % 4), Sort: i%5 - 2,
					Filter: []string{"", "an", "svc 4"}[i%3], Progress: new(view.Progress)}
				r, err := view.Of(context.Background(), fresh, q)
				if err != nil {
					t.Error(err)
					return
				}
				n := 0
				for k := 0; k < r.Len(); k += 97 {
					l := r.Line(k)
					n += l.Totals.Hidden() + l.Totals.Reverse[0].Rows
					rows, err := view.Of(context.Background(), fresh, view.Query{Type: q.Type, Show: q.Show, Only: q.Only, Rows: true,
						Of: l.Key, ACEs: q.Type.ACEs[4], Effective: i&1 == 0})
					if err != nil {
						t.Error(err)
						return
					}
					n += rows.Len()
				}
				mu.Lock()
				defer mu.Unlock()
				if was, ok := want[fmt.Sprint(i)]; ok && was != n {
					t.Errorf("round %d, question %d: %d, and %d before", round, i, n, was)
				}
				want[fmt.Sprint(i)] = n
			})
		}
		wg.Wait()
	}
}

// TestViewEnds: a question whose context ends is given up, with that error.
func TestViewEnds(t *testing.T) {
	s, _ := read(t, "demo:5000:3")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, q := range []view.Query{
		{Type: view.Mailboxes}, {Type: view.Mailboxes, Sort: 1}, {Type: view.Mailboxes, Sort: -2}, {Type: view.Mailboxes, Filter: "u"},
		{Type: view.Mailboxes, Rows: true, ACEs: view.Mailboxes.ACEs[0], Sort: 1}, {Type: view.Stores, Sort: 1},
	} {
		if r, err := view.Of(ctx, s, q); err == nil || r != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if ask(t, s, view.Query{Type: view.Mailboxes, Sort: -2}).Len() < 5000 {
		t.Error("a question that was given up spoilt the next one")
	}
}
