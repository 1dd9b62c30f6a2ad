package acl

// What only tests look at. They are of package acl_test, because they write
// descriptors as text, which package sddl does.

func (d Descriptor) NamesOwnerRights() bool { return d.namesOwnerRights() }

func (s SID) Authority() uint64 { return s.authority() }

func (k GUIDKind) UsedWith() Mask { return k.usedWith() }
