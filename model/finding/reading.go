package finding

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
)

var incomplete = &Rule{Name: "incomplete", Group: Reading, Severity: Medium, alone: true,
	Text:    "something was cut, unreadable, unknown, undecodable or not comparable",
	Means:   "What was not read may hold anything; a report without a finding says nothing about it.",
	Decided: "The coverage of what was found, and the searches that were not read to their end.",
	Blind:   "What the bound account may not even list.",
	Remedy:  "read with an account that may read the configuration and the accounts; report coverage says what is missing",
}

var readingRules = []*Rule{incomplete}

// gaps reports whether something of a state was not read.
func gaps(s *model.Snapshot) bool {
	for _, c := range coverage.Of(s) {
		if c.Gaps() {
			return true
		}
	}
	return false
}
