package decode

import (
	"strings"

	"mbxperm/model"
)

// administration reports whether a container's entries are delegated
// administration: it is CN=Microsoft Exchange below CN=Services of the
// configuration partition, or lies below that.
func administration(dn string) bool {
	for name := dn; name != ""; _, name = model.SplitDN(name) {
		if exchangeContainer(name) {
			return true
		}
	}
	return false
}

// exchangeContainer reports whether a name is that of the container that holds
// all of Exchange's configuration. Only there are Exchange's own groups named.
func exchangeContainer(dn string) bool {
	leaf, parent := model.SplitDN(dn)
	above, _ := model.SplitDN(parent)
	return strings.EqualFold(leaf, "CN=Microsoft Exchange") && strings.EqualFold(above, "CN=Services")
}
