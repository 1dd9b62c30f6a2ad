package verdict

import "mbxperm/model"

// Unshared keeps no words from here on: each line is told anew.
func (b *Book) Unshared() {
	b.tellings.weigh = func(*telling) int { return 0 }
	b.ways.weigh, b.roleWays.weigh = func(*Way) int { return 0 }, func(*Way) int { return 0 }
	b.names.weigh, b.entries.weigh = func(model.Phrase) int { return 0 }, func(model.Phrase) int { return 0 }
}
