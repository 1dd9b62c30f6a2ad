package hybrid

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/verdict"
)

// Unlisted is a mailbox in Exchange Online that cannot be given rights on mailboxes
// here, or of which that is not known.
type Unlisted struct {
	Mailbox model.ObjectID
	Known   bool // msExchRecipientDisplayType came
	Display int32
}

// notACLable are the display types that remote mailboxes of persons have where
// nobody made them ACLable, with what they are then (exchange-facts 3.4; KB 4051497).
var notACLable = map[int32]int32{
	-2147483642: -1073741818, // SyncedMailboxUser
	-2147482106: -1073740282, // SyncedRemoteMailUser
}

// NotACLable lists the remote mailboxes that cannot be given rights, by name. Rooms
// and equipment, to which nobody gives rights, are left out, unless their type did
// not come.
func NotACLable(s *model.Snapshot) (out []Unlisted) {
	var ids []model.ObjectID
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		if s.PremisesOf(id) != model.Remote || s.Record(id).Class != model.ClassUser {
			continue
		}
		if _, bad := notACLable[s.PlacingOf(id).Display]; bad || s.PlacingOf(id).DisplayState != model.Present {
			ids = append(ids, id)
		}
	}
	for _, id := range verdict.Of(s).ByName(ids) {
		p := s.PlacingOf(id)
		out = append(out, Unlisted{id, p.DisplayState == model.Present, p.Display})
	}
	return out
}

// Reason says what that comes to.
func (u *Unlisted) Reason() string {
	if !u.Known {
		return "msExchRecipientDisplayType did not come: nobody knows whether it can be given rights"
	}
	return "it is not ACLable: rights on mailboxes here that are given to it do not work, and nothing says so"
}

// Remedy is the line that makes it ACLable, as text; empty where nothing is known
// to be wrong. It names the account by its GUID, which nobody can choose.
func (u *Unlisted) Remedy(guid acl.GUID) string {
	want, bad := notACLable[u.Display]
	if !u.Known || !bad || guid.IsZero() {
		return ""
	}
	return fmt.Sprintf("Set-ADUser -Identity '%s' -Replace @{msExchRecipientDisplayType=%d}", guid, want)
}
