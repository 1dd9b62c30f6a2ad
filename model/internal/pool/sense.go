package pool

// Sense says how the bits of a descriptor's entries are read: those of a
// mailbox ACL and those of a directory ACL mean different things ([MS-ADTS]
// 5.1.3.2 against msExchMailboxSecurityDescriptor), so the same bytes in two
// senses are two descriptors. What the rows of an entry are called and on what
// they stand is no matter of the pool: see package grant.
type Sense uint8

// The senses. Rows are counted once for each distinct descriptor in those
// before Counted: there are as many targets as recipients.
const (
	SenseMailbox Sense = iota // msExchMailboxSecurityDescriptor: a row for each right
	SenseSend                 // nTSecurityDescriptor of a mailbox's account: rows for Send-As and Receive-As
	SenseOther                // of another recipient that is no group: the same rows, counted apart
	SenseGroup                // of a group with an address: rows for Send-To and for who may change its members, too
	SenseWhole                // nTSecurityDescriptor of anything else: a row for each entry
	Counted      = SenseWhole
)
