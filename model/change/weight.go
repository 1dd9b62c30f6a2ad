package change

import (
	"context"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"mbxperm/model"
	"mbxperm/model/grant"
)

// weight says how much a change matters to whoever asks who can get into a
// mailbox now: the least number matters most.
type weight int

const (
	weighsAccess weight = iota
	weighsSendAs
	weighsBehalf
	weighsStores
	weighsRoles
	weighsLists
	weighsMembers
	weighsAccounts
	weighsOthers
	weights
)

var weightNames = [weights]string{
	weighsAccess: "Full Access", weighsSendAs: "Send-As", weighsBehalf: "on behalf", weighsStores: "stores", weighsRoles: "roles",
	weighsLists: "lists", weighsMembers: "members", weighsAccounts: "accounts", weighsOthers: "others",
}

// weight goes by what the entry lets somebody do, or takes from him, in either
// state, and not by how a row calls that.
func (c *Comparison) weight(x *Diff) weight {
	switch x.Kind {
	case ACE, Delegate:
		return weightOf(c.speaksOf(x))
	case Role:
		return weighsRoles
	case ACL, Order:
		return weighsLists
	case Membership:
		return weighsMembers
	case Account:
		return weighsAccounts
	case Client, Relay, Setting, Rule, Protocol, Verdict:
	}
	return weighsOthers
}

func weightOf(ways grant.Ways) weight {
	switch {
	case ways&grant.OpensMailbox != 0:
		return weighsAccess
	case ways&grant.SendsAs != 0:
		return weighsSendAs
	case ways&grant.SendsFor != 0:
		return weighsBehalf
	case ways != 0:
		return weighsStores
	}
	return weighsOthers
}

// speaksOf is what the entry or value of a change gives or takes in both states.
func (c *Comparison) speaksOf(x *Diff) (ways grant.Ways) {
	for i, ref := range x.Ref {
		if ref.Obj != 0 {
			s := c.State(i)
			ways |= grant.SpeaksOf(s, s.Record(ref.Obj), ref, grant.ACEOf(s, ref))
		}
	}
	return ways
}

// byWeight puts changes that come by target into the order of their weights.
func (r *List) byWeight(ctx context.Context) error {
	if r.Comparison.WhatIf != nil { // whose verdicts all weigh the same
		return nil
	}
	return sortList(ctx, r, func(x *Diff) int { return int(r.Comparison.weight(x)) })
}

// Summary is how many changes there are of each weight, the heaviest first.
type Summary []weighed

// weighed are the changes of one weight.
type weighed struct {
	name, short string
	signs       string // " +3 -2"
	n           int
}

// shortNames are the names of the weights where there is little room.
var shortNames = [weights]string{
	weighsAccess: "Full", weighsSendAs: "Send", weighsBehalf: "behalf", weighsStores: "store", weighsRoles: "role",
	weighsLists: "list", weighsMembers: "memb", weighsAccounts: "acct", weighsOthers: "other",
}

// Summary counts the changes listed by their weights. It is empty where there are
// none, and of a what-if. It looks at every change that is listed.
func (r *List) Summary() (out Summary) {
	if r.Comparison.WhatIf != nil {
		return nil
	}
	var counts [weights][len(eventNames)]int
	for i := range r.Len() {
		x := r.at(i)
		counts[r.Comparison.weight(x)][x.Event]++
	}
	for k, of := range counts {
		w := weighed{name: weightNames[k], short: shortNames[k]}
		for event, n := range of {
			if n > 0 {
				w.signs += " " + Signs[eventNames[event]] + strconv.Itoa(n)
				w.n += n
			}
		}
		if w.n > 0 {
			out = append(out, w)
		}
	}
	return out
}

// String is the summary in full: "Full Access +3 -2 · Send-As +5 · members +43 -43".
func (s Summary) String() string { return s.In(math.MaxInt) }

// In is the summary in a number of characters. Where there is no room for all of it
// it has shorter names; where there is none for these the least weighty changes are
// one number: "Full +3 -2 · Send +5 · 86 more".
func (s Summary) In(room int) string {
	parts, rest := make([]string, len(s)), 0
	for i, w := range s {
		parts[i] = w.name + w.signs
	}
	text := strings.Join(parts, " · ")
	for i, w := range s {
		parts[i] = w.short + w.signs
	}
	for n := len(s); utf8.RuneCountInString(text) > room && n >= 0; n-- {
		if n < len(s) {
			rest += s[n].n
			parts = append(parts[:n], model.Thousands(int64(rest))+" more")
		}
		text = strings.Join(parts, " · ")
	}
	return text
}
