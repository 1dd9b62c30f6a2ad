package change

import (
	"fmt"
	"strings"

	"mbxperm/model/grant"
)

// weights are the groups of a summary, the heaviest first.
var weights = [...]struct {
	name string
	is   func(c *Change) bool
}{
	{"Full Access", func(c *Change) bool {
		return c.Kind == KindACE && c.ACLType == grant.MailboxACL.Name && c.Right == "FullAccess"
	}},
	{"Send-As", func(c *Change) bool {
		return c.Kind == KindACE && c.ACLType == grant.SendAs.Name && strings.Contains(c.Right, "Send-As")
	}},
	{"stores", func(c *Change) bool { return c.Kind == KindACE && c.InStore }},
	{"members", func(c *Change) bool { return c.Kind == KindMembership }},
	{"accounts", func(c *Change) bool { return c.Kind == KindAccount }},
	{"others", func(*Change) bool { return true }},
}

// Summary counts the changes listed, the heaviest kinds first: "Full Access +3 -2 ·
// Send-As +5 · members +43 -43". It is empty where there are none, and of a what-if.
func (r *List) Summary() string {
	if r.Comparison.WhatIf != nil {
		return ""
	}
	var counts [len(weights)][4]int
	for i := range r.Len() {
		c := r.Change(i)
		for k, w := range weights {
			if w.is(&c) {
				counts[k][r.at(i).Event]++
				break
			}
		}
	}
	var parts []string
	for k, w := range weights {
		text := w.name
		for event, sign := range [...]string{EventAdded: "+", EventRemoved: "-", eventChanged: "~", EventUnsure: "?"} {
			if n := counts[k][event]; n > 0 {
				text += fmt.Sprintf(" %s%d", sign, n)
			}
		}
		if text != w.name {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}
