package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/script"
	"mbxperm/model/people"
	"mbxperm/model/view"
)

// treeOf makes the tree of an object of a forest.
func treeOf(t testing.TB, s *model.Snapshot, name string) *people.Tree {
	t.Helper()
	named := view.Named(s, name)
	if len(named) == 0 {
		t.Fatalf("there is no %s", name)
	}
	if why := people.Has(s, named[0]); why != "" {
		t.Fatalf("%s: %s", name, why)
	}
	tree, err := people.Of(t.Context(), s, named[0])
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// drawn are the lines of a tree, two blanks for each step down. What is lazy is marked.
func drawn(nodes []*people.Node, depth int) (out []string) {
	for _, n := range nodes {
		line := strings.Repeat("  ", depth) + n.Who.Name + n.Text.String()
		if n.Kind == people.KindDeny {
			line += " denied"
		}
		if n.People > 0 {
			line += fmt.Sprintf(" %d in", n.People)
		}
		if n.Lost > 0 {
			line += fmt.Sprintf(" %d out", n.Lost)
		}
		if n.Targets > 0 {
			line += fmt.Sprintf(" %d targets", n.Targets)
		}
		if n.Single && n.Asked || n.Kind == people.KindEverybody {
			line += " " + n.Answer.String()
		}
		if n.How != nil {
			line += " (" + n.How.String() + ")"
		}
		if n.Lazy() {
			line += " …"
		}
		out = append(append(out, line), drawn(n.Below, depth+1)...)
	}
	return out
}

func want(t *testing.T, nodes []*people.Node, text string) {
	t.Helper()
	if got := strings.Join(drawn(nodes, 0), "\n"); got != strings.TrimSpace(text) {
		t.Errorf("the tree is\n%s\nand not\n%s", got, strings.TrimSpace(text))
	}
}

func forest() *script.Forest {
	f := script.New()
	for _, name := range []string{"Inner", "Outer"} {
		f.Of(name).GroupType, f.Of(name).Universal = true, true
	}
	return f
}

// part is the part of a tree with a heading.
func part(t *testing.T, tree *people.Tree, heading string) []*people.Node {
	t.Helper()
	for _, n := range tree.Top {
		if n.Text.String() == heading {
			return []*people.Node{n}
		}
	}
	t.Fatalf("no part is called %s", heading)
	return nil
}

// TestMailbox: entries in their order, groups in each other with a circle that ends, and
// a deny with whom it keeps out.
func TestMailbox(t *testing.T) {
	f := forest()
	f.Of("Inner").Members = append(f.Of("Inner").Members, "CN=Outer,"+script.DomainDN, "CN=svc,"+script.DomainDN)
	f.Of("u1").MailboxSD = script.SD(script.Deny(script.RID(3), acl.MailboxFullAccess, acl.ContainerInherit),
		script.Allow(script.RID(20), acl.MailboxFullAccess, acl.ContainerInherit), script.Allow(script.RID(9), acl.MailboxFullAccess, acl.ContainerInherit))
	f.Of("DB1").Security = script.SD(script.ReceiveAs(acl.SIDEveryone, acl.ContainerInherit))
	want(t, part(t, treeOf(t, f.Snapshot(model.NewPool()), "u1"), "Open"), `
Open 3 in 1 out
  u1 1 in allowed (owner of the mailbox)
  u3 denied 1 out (FullAccess, mailbox entry 0)
    u3 denied
  Outer 2 in 1 out (FullAccess, mailbox entry 1)
    Inner 2 in 1 out
      Outer (a circle: it stands above)
      svc allowed
      u2 allowed
    u3 denied
  svc 1 in allowed (FullAccess, mailbox entry 2)
  Everyone 1 out (Extended right Receive-As, store DB1 entry 0)
    everybody who can log on allowed
    u3 denied
`)
}

// TestUnread: what was not read stands at the end, and is nobody's leaf.
func TestUnread(t *testing.T) {
	f := forest()
	f.Of("Inner").MembersState, f.Of("Inner").Members = model.Missing, nil
	f.Of("DB1").SecurityState, f.Of("DB1").Security = model.Missing, nil
	tree := treeOf(t, f.Snapshot(model.NewPool()), "u1")
	want(t, tree.Top[len(tree.Top)-1:], `
Not read: more may get in by this
  Outer: who is in it, or holds its SID, was not read to the end
  Inner: some of its members were not read
  the list of the store was not read
  the server that owns the store was not read
`)
}

// TestGroup: who is in a group, and what that opens; what everybody gets is counted
// and not listed.
func TestGroup(t *testing.T) {
	f := forest()
	f.Of("u3").MailboxSD = script.SD(script.Allow(acl.SIDEveryone, acl.MailboxFullAccess, acl.ContainerInherit))
	f.Of("u2").Security = script.SD(script.SendAs(script.RID(20), acl.ContainerInherit))
	tree := treeOf(t, f.Snapshot(model.NewPool()), "Inner")
	want(t, tree.Top, `
Members 1 in
  u2
Opens 1 targets
  u1 (UserMailbox)
  1 more that everybody gets into
Opens by administrator
  3 of which it is not known, for anybody: not all that decides was read
Sends as 1 targets
  u2 (UserMailbox)
`)
	for name, why := range map[string]string{"svc": "svc is no mailbox and no group: r shows what it reaches", "u1": "", "Outer": ""} {
		s := f.Snapshot(model.NewPool())
		if got := people.Has(s, view.Named(s, name)[0]); got != why {
			t.Errorf("%s: %q and not %q", name, got, why)
		}
	}
}

// walkFinds looks for a name in the whole tree, in what is folded too.
func walkFinds(t *testing.T, tree *people.Tree, name string, want ...string) {
	t.Helper()
	var got []string
	tree.Walk(t.Context(), nil, func(way []people.Step) bool {
		if way[len(way)-1].Node.Who.Name != name {
			return true
		}
		var texts []string
		for i, x := range way {
			texts = append(texts, x.Node.Who.Name+x.Node.Text.String())
			if i > 0 && (x.Up != way[i-1].Node || way[i-1].Below.At(x.At).Who.Name != x.Node.Who.Name) {
				t.Errorf("%s is not the one number %d below %s", x.Node.Who.Name, x.At, way[i-1].Node.Who.Name)
			}
		}
		got = append(got, strings.Join(texts, " > "))
		return true
	})
	if !slices.Equal(got, want) {
		t.Errorf("%s is found as %q and not as %q", name, got, want)
	}
}

// TestHuge: a group of very many is one line with a count until it is unfolded, and then
// all are there, made when they are looked at.
func TestHuge(t *testing.T) {
	f := forest()
	for i := range 1200 {
		name := fmt.Sprintf("m%04d", i)
		f.Put(model.Object{DN: "CN=" + name + "," + script.DomainDN, SID: script.RID(uint32(5000 + i)), Class: model.ClassUser, Account: name})
		f.Of("Outer").Members = append(f.Of("Outer").Members, "CN="+name+","+script.DomainDN)
	}
	tree := treeOf(t, f.Snapshot(model.NewPool()), "u1")
	open := part(t, tree, "Open")[0]
	want(t, open.Below[1:], "Outer 1202 in (FullAccess, mailbox entry 0) …")
	below := open.Below[1].Unfold(context.Background())
	if n := below.Len(); n != 1202 || below.At(0).Who.Name != "Inner" || below.At(1).Who.Name != "m0000" || below.At(1200).Who.Name != "m1199" || below.At(1201).Who.Name != "u3" {
		t.Errorf("%d nodes: %s, %s … %s", n, below.At(0).Who.Name, below.At(1).Who.Name, below.At(n-1).Who.Name)
	}
	if once, again := below.At(1), below.At(1); below.Made(0) != below.At(0) || below.Made(1) != nil || once == again {
		t.Error("a group is made once, and a leaf when it is asked for")
	}
	walkFinds(t, tree, "m1199", "Open > Outer > m1199")
	leaves, err := tree.Leaves(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range leaves {
		if l.Entry == open.Below[1] {
			n++
		}
	}
	if n != 1202 {
		t.Errorf("%d leaves for the group", n)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := tree.Leaves(ctx); err == nil {
		t.Error("leaves come of a context that has ended")
	}
}

// TestDiamonds: groups that are in each other by very many ways are gone through once.
func TestDiamonds(t *testing.T) {
	f := forest()
	above := []string{"CN=Inner," + script.DomainDN}
	for i := range 40 {
		var next []string
		for _, side := range []string{"a", "b"} {
			name := fmt.Sprintf("g%d%s", i, side)
			f.Put(model.Object{DN: "CN=" + name + "," + script.DomainDN, SID: script.RID(uint32(3000 + 2*i + len(next))), Class: model.ClassGroup, Account: name,
				GroupType: true, Universal: true, MembersState: model.Present, Members: above})
			next = append(next, "CN="+name+","+script.DomainDN)
		}
		above = next
	}
	f.Of("Outer").Members = above
	leaves, err := treeOf(t, f.Snapshot(model.NewPool()), "u1").Leaves(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	walkFinds(t, treeOf(t, f.Snapshot(model.NewPool()), "u1"), "nobody")
	var names []string
	for _, l := range leaves {
		if l.Entry != nil && l.Part.Text.String() == "Open" {
			names = append(names, l.Who.Name)
		}
	}
	if got := strings.Join(names, " "); got != "u1 u2" {
		t.Errorf("the leaves are %s", got)
	}
}
