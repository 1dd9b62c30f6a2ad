package verdict_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// What is drawn together loses nothing: from the lines that name one person,
// those that stand for many and those that stand for many mailboxes, each pair
// can be told again.

type told struct {
	single map[pair][4]outcome
	many   map[string]map[string][4]outcome // by mailbox, then trustee; "" for everybody else
	preset map[string][][4]outcome          // by trustee, on many mailboxes
	roles  map[string][][4]outcome          // the same of roles
}

// drawnTogether asks for the short lines.
func (o *forest) drawnTogether(s *model.Snapshot, b *verdict.Book, q verdict.Query) *told {
	names := o.namesOf(s)
	out := &told{map[pair][4]outcome{}, map[string]map[string][4]outcome{}, map[string][][4]outcome{}, map[string][][4]outcome{}}
	err := b.Lines(context.Background(), q, func(l *verdict.Line) bool {
		who, target := "", names[l.Mailbox]
		if l.Trustee.DN() != 0 {
			who = s.CN(l.Trustee.DN()) // of a policy, or of an account without a SID
		} else if l.Trustee != 0 {
			who = textOf(s.SIDOf(l.Trustee.SID()))
		}
		switch {
		case l.ByRoles():
			out.roles[who] = append(out.roles[who], toldBy(l))
		case l.Single:
			out.single[pair{who, target}] = toldBy(l)
		case l.Mailbox == 0:
			if h := o.holder(who); h == nil || h.Kind != "group" {
				panic("for many mailboxes: " + who)
			}
			out.preset[who] = append(out.preset[who], toldBy(l))
		default:
			if who != "" && !slices.Contains(everybodys, who) && !strings.HasPrefix(who, builtin) && !domainWide(who) && !o.isPolicy(who) {
				panic("for many persons: " + who)
			}
			if out.many[target] == nil {
				out.many[target] = map[string][4]outcome{}
			}
			out.many[target][who] = toldBy(l)
		}
		return true
	})
	if err != nil {
		panic(err)
	}
	return out
}

// domainWide: Domain Users and Domain Computers.
func domainWide(sid string) bool {
	return strings.HasPrefix(sid, "S-1-5-21-") && (strings.HasSuffix(sid, "-513") || strings.HasSuffix(sid, "-515"))
}

// holding is what a token comes to hold of a SID, as a set of canBeNo and so on.
func (o *forest) holding(p person, m *account, sid string) uint8 {
	return across(map[string]int{}, func(w *world) bool { return (&token{o, w, p, o.serverDomain(m)}).has(sid) })
}

// general is what the lines that stand for many say of a pair: that of Domain
// Users or Domain Computers for who is in it, else those of everybody.
func (l *told) general(o *forest, p person, m *account) (all [4]outcome) {
	narrow := false
	for who, answers := range l.many[m.Name] {
		if o.standsFor(who, p, m) {
			for q := range all {
				all[q] = join(all[q], answers[q])
			}
			narrow = true
		}
	}
	for who, answers := range l.many[m.Name] {
		if !narrow && !domainWide(who) && !o.isPolicy(who) {
			for q := range all {
				all[q] = join(all[q], answers[q])
			}
		}
	}
	return all
}

func (o *forest) isPolicy(name string) bool {
	return slices.ContainsFunc(o.Policies, func(x *policy) bool { return x.Name == name })
}

// standsFor: a line for many persons is about this one.
func (o *forest) standsFor(who string, p person, m *account) bool {
	if o.isPolicy(who) {
		return across(map[string]int{}, func(w *world) bool { return o.hasPolicy(p, who, w) }) == canBeSure
	}
	return domainWide(who) && o.holding(p, m, who) == canBeSure
}

// byRoles is what lines for all mailboxes say to a person; several where it
// depends on the server.
func (l *told) byRoles(o *forest, p person, m *account) [][4]outcome {
	if own := l.roles[p.SID]; own != nil {
		return own
	}
	var out [][4]outcome
	for who, lines := range l.roles {
		if o.standsFor(who, p, m) {
			out = append(out, lines...)
		}
	}
	if out == nil {
		for who, lines := range l.roles {
			if !domainWide(who) && !o.isPolicy(who) && (who == "" || slices.Contains(everybodys, who)) {
				out = append(out, lines...)
			}
		}
	}
	return out
}

// lost is the first pair that the short lines do not tell.
func (o *forest) lost() (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	s := o.snapshot()
	b := verdict.Of(s)
	for _, recipient := range []string{"mailbox", "other"} {
		q := verdict.Query{Recipients: recipient == "other"}
		want, short := o.byHand(recipient), o.drawnTogether(s, b, q)
		for _, m := range o.Accounts {
			if m.Recipient != recipient || m.Hidden || m.Kind == "deleted" {
				continue
			}
			for _, p := range o.persons() {
				if d := o.lostPair(short, p, m, want[pair{p.SID, m.Name}]); d != "" {
					return d
				}
			}
		}
	}
	return ""
}

func (o *forest) lostPair(short *told, p person, m *account, want [4]outcome) string {
	if own, ok := short.single[pair{p.SID, m.Name}]; ok {
		if own != want {
			return fmt.Sprintf("%s on %s: the line says %v, not %v", p.SID, m.Name, own, want)
		}
		return ""
	}
	general := short.general(o, p, m)
	for q := range want {
		if want[q].Answer == general[q].Answer {
			continue
		}
		found := slices.ContainsFunc(short.byRoles(o, p, m), func(all [4]outcome) bool { return join(general[q], all[q]).Answer == want[q].Answer })
		for who, lines := range short.preset {
			for _, answers := range lines {
				found = found || answers[q].Answer == want[q].Answer && o.holding(p, m, who) == canBeSure
			}
		}
		if !found {
			return fmt.Sprintf("%s on %s: question %d: no line says %v, but %v", p.SID, m.Name, q, want[q], general[q])
		}
	}
	return ""
}

func TestNothingLost(t *testing.T) {
	for seed := range forests() {
		o := randomForest(seed)
		if o.lost() != "" {
			report(t, seed, o, (*forest).lost)
		}
	}
}

// TestSameAskedOtherwise asks for each person and each mailbox by itself: the
// lines are those of all.
func TestSameAskedOtherwise(t *testing.T) {
	for seed := range forests() / 3 {
		o := randomForest(seed)
		if o.otherwise() != "" {
			report(t, seed, o, (*forest).otherwise)
		}
	}
}

func (o *forest) otherwise() (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	s := o.snapshot()
	b := verdict.Of(s)
	for _, recipients := range []bool{false, true} {
		all, err := o.expanded(b, s, verdict.Query{Recipients: recipients})
		if err != nil {
			return err.Error()
		}
		byPerson, byTarget := table{}, table{}
		for id, name := range o.namesOf(s) {
			if r := s.Record(id); r.Recipient != model.NoRecipient && r.HasMailbox() != recipients {
				part, _ := o.expanded(b, s, verdict.Query{Recipients: recipients, Mailboxes: []model.ObjectID{id}})
				for p, answers := range part {
					if p.Target != name {
						return "a line of another: " + p.Target
					}
					byTarget[p] = answers
				}
			}
		}
		for n := range b.Graph().Len() {
			part, _ := o.expanded(b, s, verdict.Query{Recipients: recipients, Person: member.Person(n), Only: true})
			for p, answers := range part {
				byPerson[p] = answers
			}
		}
		if d := unequal(all, byTarget); d != "" {
			return "by target: " + d
		}
		if d := unequal(all, byPerson); d != "" {
			return "by person: " + d
		}
	}
	return ""
}
