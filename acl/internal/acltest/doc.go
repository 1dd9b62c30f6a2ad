// Package acltest makes descriptors for the tests of acl and acl/sddl: random
// ones of few trustees and rights, so that entries meet, and a corpus as a
// directory of mailboxes has it. It also asks Samba's library, the other
// opinion that those tests hold our reading against. It knows acl by its
// exported names alone.
package acltest
