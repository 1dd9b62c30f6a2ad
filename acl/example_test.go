package acl_test

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
)

// The descriptor of a new mailbox, as Exchange stores it in msExchMailboxSecurityDescriptor.
var newMailbox = []byte{
	0x01, 0x00, 0x04, 0x80, 0x30, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00,
	0x02, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x02, 0x14, 0x00, 0x01, 0x00, 0x02, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x00,
	0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x00,
	0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x00,
}

func ExampleParse() {
	d, err := acl.Parse(newMailbox)
	if err != nil {
		fmt.Println(err)
		return
	}
	for ace := range d.DACL() {
		name, _ := acl.WellKnownName(ace.Trustee())
		for _, right := range acl.MailboxRights {
			if ace.Mask&right.Mask != 0 {
				fmt.Println(ace.Type, name, right.Name, ace.Flags)
			}
		}
	}
	fmt.Println(sddl.Format(d.Parts()))
	// Output:
	// allow SELF FullAccess CI
	// allow SELF ReadPermission CI
	// O:PSG:PSD:(A;CI;CCRC;;;PS)
}

func ExampleDescriptor_CheckControlRight() {
	domain := acl.MustParseSID("S-1-5-21-1-2-3")
	parts, _ := sddl.Parse("D:(OD;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;DU)(A;;GA;;;DA)", domain)
	raw, _ := acl.Encode(parts)
	d, _ := acl.Parse(raw)

	admin := acl.NewToken(domain.WithRID(1104), domain.WithRID(512), domain.WithRID(513))
	result := d.CheckControlRight(acl.Requester{Token: admin}, acl.GUIDSendAs)
	fmt.Println("Send-As:", result.Allowed(), "by entry", result.DecidedBy(acl.ControlAccess))
	// Output:
	// Send-As: false by entry 0
}
