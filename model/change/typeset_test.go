package change

import (
	"testing"

	"mbxperm/model/view"
)

// TestTypeSet: each object type has a bit of its own, or comparisons of one
// object type would find nothing.
func TestTypeSet(t *testing.T) {
	var all typeSet
	for _, typ := range view.ObjectTypes {
		bit := typeSetOf(typ)
		if bit == 0 || all&bit != 0 {
			t.Errorf("%s has the bit %b beside %b", typ.Flag, bit, all)
		}
		all |= bit
	}
}
