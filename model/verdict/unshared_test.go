package verdict

import (
	"fmt"
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Unshared keeps no words from here on: each line is told anew.
func (b *Book) Unshared() {
	b.asked.weigh, b.tellings.weigh = func(*telling) int { return 0 }, func(*telling) int { return 0 }
	b.ways.weigh, b.roleWays.weigh = func(*Way) int { return 0 }, func(*Way) int { return 0 }
	b.names.weigh, b.entries.weigh = func(model.Phrase) int { return 0 }, func(model.Phrase) int { return 0 }
}

// MatchesByHolders holds the entries that matchesOf finds for each person in each list
// against those that his token finds; it counts what it held, and says what differs.
func (b *Book) MatchesByHolders() (held int, differs string) {
	for i := range b.s.Recipients.Len() {
		id := *b.s.Recipients.At(i)
		for _, r := range b.targetBy(id, b.run).lists() {
			for p := range b.g.Len() {
				p := member.Person(p)
				got, ok := r.matchesOf(p)
				if want := r.list.matches(b.tokenOf(p, r.list.domain)); ok && !slices.Equal(got, want) {
					return held, fmt.Sprintf("%s, person %d: %v by holders, %v by his token, of %d entries", b.s.ObjectName(b.s.Record(id)), p, got, want, len(r.list.entries))
				}
				held += len(got)
			}
		}
	}
	return held, ""
}
