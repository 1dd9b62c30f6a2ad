package change_test

import (
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/verdict"
)

// TestEffect: each change says what it did, and what both states together show.
func TestEffect(t *testing.T) {
	pool := model.NewPool()
	old, now := script.New(), script.New()
	for _, f := range []*script.Forest{old, now} {
		for _, name := range []string{"Inner", "Outer"} {
			f.Of(name).GroupType, f.Of(name).Universal = true, true
		}
		f.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxFullAccess, script.CI))
	}
	now.Of("Outer").Members = []string{"CN=Inner," + script.DomainDN, "CN=u1," + script.StaffDN}
	now.Of("u3").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.CI))
	now.Of("u3").Delegates = []string{"CN=u1," + script.StaffDN}
	old.Of("u3").Security = script.SD(script.SendAs(script.RID(9), 0))
	c, err := change.Compare(t.Context(), old.Snapshot(pool), now.Snapshot(pool), false)
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.View(t.Context(), change.Query{Show: hiding.All})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	effects, err := c.Effects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range list.Len() {
		x := list.Change(i)
		effect := list.Effect(effects, i)
		got[strings.Join([]string{x.Change, x.Kind, x.Target.Name, x.Trustee.Name}, " ")+": "+effect.String()] = true
	}
	for _, want := range []string{
		"added membership Outer u1: opens 1 more mailbox, u2, for u1",
		"removed membership Outer u3: opens 2 fewer mailboxes for u3",
		"added ace u3 svc: opens 1 more mailbox, u3, for svc",
		"removed ace u3 svc: sends as 1 fewer recipient, u3, for svc",
		"added delegate u3 u1: sends on behalf of 1 more recipient, u3, for u1",
	} {
		if !got[want] {
			t.Errorf("%q is not among %v", want, got)
		}
	}
	if got, want := list.Summary().String(), "Full Access +1 · Send-As -1 · on behalf +1 · members +1 -1"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	if rest := effects.Rest(); rest != nil {
		t.Errorf("rests on nothing that is listed: %s", rest)
	}
}

// TestEffectsAreAll: of a comparison in which one thing changed, the effect says as many
// mailboxes as the verdicts of both states differ on.
func TestEffectsAreAll(t *testing.T) {
	opened := func(s *model.Snapshot, who string) (n int) {
		err := verdict.Of(s).Lines(t.Context(), verdict.Query{Expand: true}, func(l *verdict.Line) bool {
			if l.Answers[verdict.CanOpen].Answer == verdict.Allowed && s.Principal(l.Trustee).Name == who {
				n++
			}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	pool := model.NewPool()
	old, now := script.New(), script.New()
	for _, f := range []*script.Forest{old, now} {
		f.Of("Inner").GroupType, f.Of("Inner").Universal, f.Of("Outer").GroupType, f.Of("Outer").Universal = true, true, true, true
		for _, name := range []string{"u2", "u3"} {
			f.Of(name).MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxFullAccess, script.CI))
		}
	}
	now.Of("Inner").Members = append(now.Of("Inner").Members, "CN=svc,"+script.DomainDN)
	a, b := old.Snapshot(pool), now.Snapshot(pool)
	c, err := change.Compare(t.Context(), a, b, false)
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.View(t.Context(), change.Query{})
	if err != nil || list.Len() != 1 {
		t.Fatal(list.Len(), err)
	}
	effects, err := c.Effects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	effect := list.Effect(effects, 0)
	if more := opened(b, "svc") - opened(a, "svc"); more != 3 || effect.String() != "opens 3 more mailboxes for svc" {
		t.Errorf("%q; by the verdicts of both %d more", effect, more)
	}
}

// BenchmarkEffects says of all changes of 30 days of 20,000 mailboxes what they did.
func BenchmarkEffects(b *testing.B) {
	s := twoDays(b, "demo:20000:1:0", "demo:20000:1:30")
	for b.Loop() {
		list := compare(b, s[0].Fresh(), s[1].Fresh(), change.Query{})
		e, err := list.Comparison.Effects(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for i := range list.Len() {
			if list.Effect(e, i) == nil {
				b.Fatal(i)
			}
		}
		b.ReportMetric(float64(list.Len()), "changes")
	}
}
