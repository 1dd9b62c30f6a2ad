package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// unbracketed is what came without a search: the entries of a file that somebody
// exported. Nobody says what was asked for, so nothing of it is complete and
// nothing that is missing is shown to be absent. What the whole file lacks is
// said once, as the reason.
type unbracketed struct {
	entries                      int
	rootDSE, organisation        bool
	security, mailbox, schema    bool
	rights, members, accountSIDs bool
}

// entry notes what an entry shows to be in the file.
func (u *unbracketed) entry(e *collector.Entry, is map[string]bool) {
	u.entries++
	u.rootDSE = u.rootDSE || e.DN == ""
	u.security = u.security || e.Value(attrSecurity) != nil
	u.mailbox = u.mailbox || e.Value(attrMailboxSD) != nil
	u.organisation = u.organisation || administration(e.DN)
	u.schema = u.schema || is["attributeschema"]
	u.rights = u.rights || is["controlaccessright"]
	u.members = u.members || e.Value(attrMember) != nil
	u.accountSIDs = u.accountSIDs || e.Value(attrObjectSID) != nil
}

// gaps says for each search of a directory what stands in its place. A line of
// the coverage takes the first gap that concerns it, so the one that concerns
// fewest comes first.
func (u *unbracketed) gaps() []model.Gap {
	security := lack{u.security, "nTSecurityDescriptor"}
	return []model.Gap{
		unbracketedGap(collector.PurposeLookup, lack{u.accountSIDs, "objectSid"}, lack{false, "answer to who holds a SID"}),
		unbracketedGap(collector.PurposeGroups, lack{u.members, "member of any group"}),
		unbracketedGap(collector.PurposeMailboxes, lack{u.mailbox, attrMailboxSD}, security, lack{u.rootDSE, "rootDSE"}),
		unbracketedGap(collector.PurposeRecipients, security),
		unbracketedGap(collector.PurposeExchange, lack{u.organisation, "configuration partition below CN=Microsoft Exchange"}, security,
			lack{u.schema, "schema (names of attributes)"}, lack{u.rights, "CN=Extended-Rights (names of rights)"}),
		unbracketedGap(collector.PurposeContainers, security),
	}
}

// lack is something that a file may hold or not.
type lack struct {
	there bool
	what  string
}

func unbracketedGap(p collector.Purpose, lacks ...lack) model.Gap {
	text, sep := "a file without searches: what it leaves out is not known", "; it holds no "
	for _, l := range lacks {
		if !l.there {
			text += sep + l.what
			sep = ", no "
		}
	}
	return model.Gap{Search: string(p), Reason: text}
}
