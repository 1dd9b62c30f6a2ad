package people_test

import (
	"context"
	"fmt"
	"testing"

	"mbxperm/model"
	"mbxperm/model/internal/script"
	"mbxperm/model/people"
)

// huge is a forest with a group of n accounts, and an entry for it on u1.
func huge(n int) *model.Snapshot {
	f := forest()
	f.Of("Outer").Members = nil
	for i := range n {
		name := fmt.Sprintf("m%06d", i*7919%n)
		f.Put(model.Object{DN: "CN=" + name + "," + script.DomainDN, SID: script.RID(uint32(5000 + i)), Class: model.ClassUser, Account: name})
		f.Of("Outer").Members = append(f.Of("Outer").Members, "CN="+name+","+script.DomainDN)
	}
	return f.Snapshot(model.NewPool())
}

// BenchmarkUnfold: Enter on a group of 100,000.
func BenchmarkUnfold(b *testing.B) {
	s := huge(100_000)
	n := hugeGroup(b, s)
	n.Unfold(b.Context()) // the order of all persons is worked out once for a snapshot
	b.ReportAllocs()
	for b.Loop() {
		if got := n.Unfold(context.Background()); got.Len() != 100_000 {
			b.Fatal("nobody is in it")
		}
	}
}

func hugeGroup(t testing.TB, s *model.Snapshot) *people.Node {
	t.Helper()
	for _, n := range treeOf(t, s, "Outer").Top {
		if n.Text.String() == "Members" {
			return n
		}
	}
	t.Fatal("there are no members")
	return nil
}

// BenchmarkFind: / for a name that nobody has.
func BenchmarkFind(b *testing.B) {
	s := huge(100_000)
	tree := treeOf(b, s, "Outer")
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		tree.Walk(b.Context(), nil, func([]people.Step) bool { n++; return true })
		if n < 100_000 {
			b.Fatal(n)
		}
	}
}
