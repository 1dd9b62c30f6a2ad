package collector

import (
	"mbxperm/model"
)

// loose is what came without a search: the entries of a file that somebody
// exported. Nobody says what was asked for, so nothing of it is complete and
// nothing that is missing is shown to be absent. What the whole file lacks is
// said once, as the reason.
type loose struct {
	entries                      int
	rootDSE, organisation        bool
	security, mailbox, schema    bool
	rights, members, accountSIDs bool
}

// entry notes what an entry shows to be in the file.
func (l *loose) entry(e *Entry, is map[string]bool) {
	l.entries++
	l.rootDSE = l.rootDSE || e.DN == ""
	l.security = l.security || e.Value(attrSecurity) != nil
	l.mailbox = l.mailbox || e.Value(attrMailboxSD) != nil
	l.organisation = l.organisation || administration(e.DN)
	l.schema = l.schema || is["attributeschema"]
	l.rights = l.rights || is["controlaccessright"]
	l.members = l.members || e.Value(attrMember) != nil
	l.accountSIDs = l.accountSIDs || e.Value(attrObjectSID) != nil
}

// gaps says for each search of a directory what stands in its place. A line of
// the coverage takes the first gap that concerns it, so the one that concerns
// fewest comes first.
func (l *loose) gaps() []model.Gap {
	security := lack{l.security, "nTSecurityDescriptor"}
	return []model.Gap{
		looseGap(PurposeLookup, lack{l.accountSIDs, "objectSid"}, lack{false, "answer to who holds a SID"}),
		looseGap(PurposeGroups, lack{l.members, "member of any group"}),
		looseGap(PurposeMailboxes, lack{l.mailbox, attrMailboxSD}, security, lack{l.rootDSE, "rootDSE"}),
		looseGap(PurposeRecipients, security),
		looseGap(PurposeExchange, lack{l.organisation, "configuration partition below CN=Microsoft Exchange"}, security,
			lack{l.schema, "schema (names of attributes)"}, lack{l.rights, "CN=Extended-Rights (names of rights)"}),
		looseGap(PurposeContainers, security),
	}
}

// lack is something that a file may hold or not.
type lack struct {
	there bool
	what  string
}

func looseGap(p Purpose, lacks ...lack) model.Gap {
	text, sep := "a file without searches: what it leaves out is not known", "; it holds no "
	for _, l := range lacks {
		if !l.there {
			text += sep + l.what
			sep = ", no "
		}
	}
	return model.Gap{Search: string(p), Reason: text}
}
