package dn_test

import (
	"fmt"

	"mbxperm/model/dn"
)

// A name comes apart from its leaf up. A comma that is escaped parts nothing.
func ExampleSplit() {
	for name := `CN=Müller\, Zoë,OU=Staff,DC=contoso,DC=com`; name != ""; {
		var leaf string
		leaf, name = dn.Split(name)
		fmt.Println(dn.Unescape(leaf))
	}
	// Output:
	// CN=Müller, Zoë
	// OU=Staff
	// DC=contoso
	// DC=com
}
