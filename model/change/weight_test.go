package change_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
)

// plainWeight goes by the words of the report, of changes as the demo has them.
func plainWeight(c *change.Change) string {
	opens := []string{"FullAccess", "ChangePermission", "ChangeOwner"}
	above := []string{"Full Control", "WriteDacl", "WriteOwner", "All extended rights", "Receive-As", "Send-As", "Impersonat", "Store-", "Admin-Access", "GENERIC", "Write all"}
	switch {
	case c.Kind == change.KindACE && c.ACLType == "MailboxRight":
		if slices.Contains(opens, c.Right) {
			return "Full Access"
		}
	case c.Kind == change.KindACE && c.ACLType == "SendAs-ReceiveAs":
		if strings.HasPrefix(c.Right, "Send-As") {
			return "Send-As"
		}
	case c.Kind == change.KindDelegate && c.ACLType == "SendOnBehalf":
		return "on behalf"
	case c.Kind == change.KindACE && slices.ContainsFunc(above, func(w string) bool { return strings.Contains(c.Right, w) }):
		return "stores"
	case c.Kind == change.KindRole:
		return "roles"
	case c.Kind == change.KindACL, c.Kind == change.KindOrder:
		return "lists"
	case c.Kind == change.KindMembership:
		return "members"
	case c.Kind == change.KindAccount:
		return "accounts"
	}
	return "others"
}

// TestWeight holds the order by weight and the sum against the words of the report, and
// wants changes of one weight to stand by target.
func TestWeight(t *testing.T) {
	pool := model.NewPool()
	old, _ := demoState(t, pool, "demo:250:1:0")
	new, _ := demoState(t, pool, "demo:250:1:30")
	got := compare(t, old, new, change.Query{Show: hiding.All})
	byTarget := map[uint64]int{}
	for i := range got.Comparison.List {
		byTarget[uint64(i)] = i
	}
	names := []string{"Full Access", "Send-As", "on behalf", "stores", "roles", "lists", "members", "accounts", "others"}
	count := map[string]map[string]int{}
	at, last := 0, -1
	for i := range got.Len() {
		c := got.Change(i)
		name := plainWeight(&c)
		n := slices.Index(names, name)
		switch {
		case n < at:
			t.Errorf("%s %s %s (%s) comes after a change of %s", c.Change, c.Target.Name, c.Right, name, names[at])
		case n == at && byTarget[got.Key(i)] < last:
			t.Errorf("%s %s %s is not in the order by target", c.Change, c.Target.Name, c.Right)
		}
		at, last = max(n, at), byTarget[got.Key(i)]
		if count[name] == nil {
			count[name] = map[string]int{}
		}
		count[name][c.Change]++
	}
	var parts []string
	for _, name := range names {
		text := ""
		for _, what := range []string{change.Added, change.Removed, change.Changed, change.NotComparable} {
			if n := count[name][what]; n > 0 {
				text += fmt.Sprintf(" %s%d", change.Signs[what], n)
			}
		}
		if text != "" {
			parts = append(parts, name+text)
		}
	}
	if len(parts) < 6 {
		t.Errorf("the demo changes in %q alone", parts)
	}
	if sum := strings.Join(parts, " · "); got.Summary().String() != sum {
		t.Errorf("Summary() = %q, want %q", got.Summary(), sum)
	}
}

// TestWeightOfDeny weighs what is taken as what is given, and by the mask: an entry for
// all rights of the domain opens the mailbox though no right of it is called Full Access.
func TestWeightOfDeny(t *testing.T) {
	old, new := script.New(), script.New()
	new.Of("u2").MailboxSD = script.SD(script.Deny(script.RID(9), acl.MailboxFullAccess, 0))
	new.Of("u3").MailboxSD = script.SD(script.Allow(script.RID(9), acl.GenericAll, 0))
	new.Of("u2").UAC = 0x202
	got, list := changeLines(t, old, new, change.Query{Show: hiding.All})
	if want := "Full Access +2 · accounts ~1"; list.Summary().String() != want {
		t.Errorf("Summary() = %q, want %q, of\n%s", list.Summary(), want, strings.Join(got, "\n"))
	}
}
