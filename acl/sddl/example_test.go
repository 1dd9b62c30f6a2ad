package sddl_test

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
)

// The aliases of a domain's accounts mean something only with the domain.
func ExampleParse() {
	domain := acl.MustParseSID("S-1-5-21-1-2-3")
	parts, err := sddl.Parse("O:DAD:PAI(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;DU)", domain)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parts.Owner, parts.DACL[0].Type, parts.DACL[0].Trustee())
	fmt.Println(sddl.Format(parts))
	fmt.Println(sddl.FormatIn(parts, domain))
	_, err = sddl.Parse("D:(A;;CR;;;DA)", acl.SID{})
	fmt.Println(err)
	// Output:
	// S-1-5-21-1-2-3-512 allow object S-1-5-21-1-2-3-513
	// O:S-1-5-21-1-2-3-512D:PAI(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;S-1-5-21-1-2-3-513)
	// O:DAD:PAI(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;DU)
	// sddl: D: ace 0: alias DA: needs a domain
}

// What only a server can decide is put into words.
func ExampleCondition() {
	parts, err := sddl.Parse(`D:(XA;;RP;;;AU;(@User.Department=="Finance" && Member_of {SID(BA)}))`, acl.SID{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sddl.Condition(parts.DACL[0]))
	// Output:
	// (@User.Department == "Finance" && Member_of {SID(BA)}) true
}
