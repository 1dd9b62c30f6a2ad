package collector

import (
	"strings"

	"mbxperm/model"
)

// administration reports whether a container's entries are delegated
// administration: it is CN=Microsoft Exchange below CN=Services of the
// configuration partition, or lies below that.
func administration(dn string) bool {
	for name := dn; name != ""; {
		leaf, parent := model.SplitDN(name)
		if strings.EqualFold(leaf, "CN=Microsoft Exchange") {
			above, _ := model.SplitDN(parent)
			return strings.EqualFold(above, "CN=Services")
		}
		name = parent
	}
	return false
}
