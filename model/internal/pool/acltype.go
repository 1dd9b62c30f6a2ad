package pool

// ACLType says in which sense a descriptor is read: the bits of a mailbox ACL
// and those of a directory ACL mean different things ([MS-ADTS] 5.1.3.2 against
// msExchMailboxSecurityDescriptor), so the same bytes are two descriptors.
type ACLType uint8

// ACLTypes is a set of families.
type ACLTypes uint8

func (f ACLTypes) Has(x ACLType) bool { return f&(1<<x) != 0 }

const (
	OnlyMailbox  ACLTypes = 1 << TypeMailbox
	OnlySend     ACLTypes = 1 << TypeSend
	OnlyBehalf   ACLTypes = 1 << TypeBehalf
	OnRecipients          = OnlyMailbox | OnlySend | OnlyBehalf
	OnlyStores   ACLTypes = 1 << TypeStore
	OnlyAdmin    ACLTypes = 1 << TypeAdmin
	AllTypes              = OnRecipients | OnlyStores | OnlyAdmin
)
