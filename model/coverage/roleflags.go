package coverage

import "fmt"

// KnownFlags are the bits of msExchRoleAssignmentFlags that have a meaning
// (exchange-facts 5.3).
const KnownFlags = 1<<63 | 0xF<<59 | 0xF<<48 | 0x1F<<40 | 0x1F<<32 | 0x1F<<24 | 0x1F

// OddFlags reports that the flags of an assignment have a reserved bit, or a value
// that no table has: a type of assignee, a delegation or a scope. They are shown as
// numbers, and counted, and no error.
func OddFlags(f uint64) bool {
	const (
		assignees   = 1<<0 | 1<<2 | 1<<4 | 1<<6 | 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<14
		delegations = 1<<1 | 1<<2 | 1<<6
		scopes      = 16 // words there are
	)
	for _, shift := range [...]int{0, 24, 32, 40} {
		if f>>shift&0x1F >= scopes {
			return true
		}
	}
	return f&^KnownFlags != 0 || assignees>>(f>>59&0xF)&1 == 0 || delegations>>(f>>48&0xF)&1 == 0
}

// oddNote counts what is odd, for the line of assignments.
func oddNote(n int) string {
	if n == 1 {
		return "1 has flags that no table has: they are shown as numbers"
	}
	return fmt.Sprintf("%d have flags that no table has: they are shown as numbers", n)
}
