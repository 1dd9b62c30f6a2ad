package verdict_test

import (
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/script"
	"mbxperm/model/verdict"
)

// TestHostileList: a list of the greatest length, of trustees that nobody is known
// to hold, each allowed on a condition and denied, is answered at once. Every reading of each
// would be more than there are atoms.
func TestHostileList(t *testing.T) {
	f := script.New()
	var aces []acl.ACE
	stranger := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(500_000 + n)) }
	for i := range 500 { // 65,535 bytes are the most that the attribute holds
		who := stranger(i)
		conditional := script.Conditional("Member_of {SID(BA)}")
		conditional.SID = who.Bytes()
		aces = append(aces, conditional, script.Deny(who, acl.MailboxFullAccess, acl.ContainerInherit))
	}
	f.Of("u1").MailboxSD = script.SD(aces...)
	s := f.Snapshot(pool.NewPool())
	done := make(chan verdict.Answer)
	go func() {
		found := verdict.None
		_ = verdict.Of(s).Lines(t.Context(), verdict.Query{Expand: true}, func(l *verdict.Line) bool {
			if l.Trustee != model.TrusteeOfSID(s.Record(l.Mailbox).SID) && l.Answers[verdict.CanOpen].Answer == verdict.Unknown {
				found = verdict.Unknown
				l.Why()
			}
			return true
		})
		done <- found
	}()
	select {
	case a := <-done:
		if a != verdict.Unknown {
			t.Errorf("the answer is %s, want unknown", a)
		}
	case <-time.After(time.Minute):
		t.Fatal("no answer within a minute")
	}
}
