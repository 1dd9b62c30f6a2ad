package verdict_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mbxperm/model/verdict"
)

// The same organisation, read by an account that does not see all of it: no wrong
// yes and no wrong no, against the plain verdicts on all of it.

// veil marks what an account may not see.
func (d dice) veil(o *forest) {
	mark := func(on *[]string, n int, what ...string) {
		if d.in(n) {
			*on = append(*on, pick(d, what...))
		}
	}
	for _, a := range o.Accounts {
		if a.Kind != "deleted" {
			mark(&a.Veils, 12, "object")
		}
		mark(&a.Veils, 10, "mailbox list", "rest of mailbox list")
		mark(&a.Veils, 10, "list", "rest of list")
		mark(&a.Veils, 10, "members", "rest of members")
		mark(&a.Veils, 12, "delegates", "rest of delegates")
		mark(&a.Veils, 15, "type")
	}
	for _, s := range o.Stores {
		mark(&s.Veils, 12, "object")
		mark(&s.Veils, 10, "list", "rest of list")
	}
	for _, s := range o.Servers {
		mark(&s.Veils, 12, "object")
		mark(&s.Veils, 12, "version")
		mark(&s.Veils, 10, "list", "rest of list")
	}
}

// veiled is a list of which the end, or all, was not read.
func (l *list) veiled(all bool) {
	if all || l.None != "" {
		l.State = "unread"
	} else if l.State == "" {
		l.State, l.Entries = "broken", l.Entries[:len(l.Entries)/2]
	}
}

// veiledNames are names of which the end, or all, was not read.
func veiledNames(names *[]string, state *string, all bool) {
	*state = "partial"
	if *names = (*names)[:len(*names)/2]; all {
		*names, *state = nil, "unread"
	}
}

// seen is what the account saw. That something is out of sight shows in the
// domain: it was not read to its end.
func (o *forest) seen() *forest {
	o = o.clone()
	for _, a := range o.Accounts {
		for _, v := range a.Veils {
			if a.List.None != "" && v != "object" && v != "type" {
				continue // a list that is none shows to everybody
			}
			switch v {
			case "object":
				a.Hidden = true
				for _, at := range o.Domains {
					at.Partial = at.Partial || at.Name == a.Domain
				}
			case "mailbox list", "rest of mailbox list":
				if a.Mailbox.State != "absent" || v == "mailbox list" {
					a.Mailbox.veiled(v == "mailbox list")
				}
			case "list", "rest of list":
				a.List.veiled(v == "list")
			case "members", "rest of members":
				veiledNames(&a.Members, &a.MembersState, v == "members")
			case "delegates", "rest of delegates":
				veiledNames(&a.Delegates, &a.DelegatesState, v == "delegates")
			case "type":
				a.NoType = a.Kind == "group" && a.Scope != "builtin"
			}
		}
	}
	for _, s := range o.Stores {
		for _, v := range s.Veils {
			if s.Hidden = s.Hidden || v == "object"; v != "object" {
				s.List.veiled(v == "list")
			}
		}
	}
	for _, s := range o.Servers {
		for _, v := range s.Veils {
			switch v {
			case "object":
				s.Hidden = true
			case "version":
				s.Version = ""
			default:
				s.List.veiled(v == "list")
			}
		}
	}
	return o.settle()
}

// wrong is the first answer that what was not seen makes a wrong one.
func (o *forest) wrong() (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	seen := o.seen()
	snap := seen.snapshot()
	b := verdict.Of(snap)
	isPerson := map[string]bool{}
	for _, p := range o.persons() {
		isPerson[p.SID] = true
	}
	for _, recipient := range []string{"mailbox", "other"} {
		whole := o.byHand(recipient)
		got, err := seen.expanded(b, snap, verdict.Query{Recipients: recipient == "other"})
		if err != nil {
			return err.Error()
		}
		for _, m := range seen.Accounts {
			if m.Hidden || m.Recipient != recipient || m.Kind == "deleted" {
				continue
			}
			for _, p := range seen.persons() {
				if d := wrongPair(whole[pair{p.SID, m.Name}], got[pair{p.SID, m.Name}]); d != "" && isPerson[p.SID] {
					return fmt.Sprintf("%s on %s: %s", p.SID, m.Name, d)
				}
			}
		}
	}
	return seen.difference()
}

func wrongPair(whole, got [4]outcome) string {
	for q, name := range []string{"can_open", "can_send_as", "can_send_on_behalf", "can_open_admin"} {
		g, w := got[q].Answer, whole[q].Answer
		if g == allowed && w != allowed || g <= denied && w > denied {
			return fmt.Sprintf("%s is %v to who does not see all, and in truth %v", name, g, w)
		}
	}
	return ""
}

func TestHiding(t *testing.T) {
	pairs := 0
	for seed := range forests() {
		o := makeForest(seed, false)
		for _, a := range o.Accounts {
			if st := o.storeOf(a); st != nil {
				a.HomeServer = st.Server
			}
		}
		// A mailbox out of sight leaves no trace of its policy.
		o.Assignments = slices.DeleteFunc(o.Assignments, func(a *assignment) bool { return a.Policy })
		dice{rand.New(rand.NewPCG(uint64(seed), 12))}.veil(o)
		if o.wrong() != "" {
			report(t, seed, o, (*forest).wrong)
		}
		pairs += o.asked
	}
	t.Logf("%d organisations, %d pairs of a person and a recipient", forests(), pairs)
}
