package rbac

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Impersonate is the entry that lets a program act as the owner of a mailbox.
const Impersonate = "Impersonate-ExchangeUser"

// EntryName is the name in an entry of a role: what stands between its first and
// its second comma, or the end (exchange-facts 5.3).
func EntryName(entry string) string {
	_, rest, _ := strings.Cut(entry, ",")
	name, _, _ := strings.Cut(rest, ",")
	return name
}

// Opens says how certain it is that a role holds the entry Impersonate, by any of
// its entries, without regard to case: member.Sure, member.Unread where its
// entries were not all read, or member.No. absent says that it has no entries, as
// far as that can be shown.
func Opens(r *model.Role, absent bool) member.Certainty {
	if r == nil {
		return member.Unread
	}
	for _, e := range r.Entries {
		if strings.EqualFold(EntryName(e), Impersonate) {
			return member.Sure
		}
	}
	if r.EntriesState != model.Present && !absent {
		return member.Unread
	}
	return member.No
}

// Effect says in a word what an assignment comes to for mailboxes; the greater
// counts.
type Effect uint8

// The effects.
const (
	NoEffect   Effect = iota
	Configures        // configuration objects and their security descriptors
	Grants            // gives rights, or roles, to anybody, the holder too
	Content           // searches, exports or holds what is in mailboxes
	OpensAll          // acts as the owner of every mailbox in its scope
)

// String spells the effect as reports do.
func (e Effect) String() string {
	return [...]string{"", "configures", "grants", "content", "opens"}[e]
}

var typeEffects = map[int64]Effect{
	typeImportExport: Content, typeMailboxSearch: Content, typeLegalHold: Content,
	typeMailRecipients: Grants, typeRecipientCreation: Grants, typeADPermissions: Grants, typeRoleManagement: Grants,
	typeDatabases: Configures, typeServers: Configures, typeReceiveConnectors: Configures, typeOrganization: Configures,
}

// effectOf is that of an assignment of a role. One that delegates lets its holder
// assign the role, to himself too, and gives nothing else.
func effectOf(r *model.Role, opens member.Certainty, f Flags) Effect {
	e := NoEffect
	if opens == member.Sure {
		e = OpensAll
	} else if r != nil && r.TypeState == model.Present {
		e = typeEffects[r.Type]
	}
	if f.Delegation().Delegates() && e > Configures {
		return Grants
	}
	return e
}

// Gives says what a regular assignment of a role comes to, as far as its type and
// entries were read.
func Gives(r *model.Role) Effect {
	const regular = Flags(Regular) << 48
	return effectOf(r, Opens(r, false), regular)
}
