package model_test

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
)

// A writer takes what entries tell, several of one object too, and publishes
// snapshots that nothing changes any more.
func ExampleWriter() {
	w := model.NewWriter(model.NewPool())
	anna := "CN=Anna,OU=Staff,DC=contoso,DC=com"
	w.Put(&model.Object{DN: anna, Class: model.ClassUser, Account: "anna", SID: acl.SIDSystem})
	before := w.Snapshot()
	w.Put(&model.Object{DN: anna, Recipient: model.Mailbox, Type: "UserMailbox"})
	after := w.Snapshot()
	fmt.Println(before.Recipients.Len(), after.Recipients.Len())
	fmt.Println(after.TypeName(after.Objects.At(1)))
	// Output:
	// 0 1
	// UserMailbox
}
