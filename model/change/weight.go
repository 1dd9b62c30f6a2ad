package change

import (
	"context"
	"strconv"
	"strings"

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

// Summary counts the changes listed by their weights, the heaviest first: "Full
// Access +3 -2 · Send-As +5 · members +43 -43". It is empty where there are none,
// and of a what-if. It looks at every change that is listed.
func (r *List) Summary() string {
	if r.Comparison.WhatIf != nil {
		return ""
	}
	var counts [weights][len(eventNames)]int
	for i := range r.Len() {
		x := r.at(i)
		counts[r.Comparison.weight(x)][x.Event]++
	}
	var parts []string
	for k, of := range counts {
		text := ""
		for event, n := range of {
			if n > 0 {
				text += " " + Signs[eventNames[event]] + strconv.Itoa(n)
			}
		}
		if text != "" {
			parts = append(parts, weightNames[k]+text)
		}
	}
	return strings.Join(parts, " · ")
}
