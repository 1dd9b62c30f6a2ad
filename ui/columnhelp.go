package ui

import (
	"cmp"

	"mbxperm/ui/widget"
)

// columnTexts says of each column what it holds or counts, by its title.
var columnTexts = map[string]string{
	"AccountName":            "who the line is; what is no mailbox says what it is",
	"Mailbox":                "entries of its mailbox ACL; of a door, the mailbox",
	"Send/ReceiveAs":         "Send-As and Receive-As entries of the ACL of its account",
	"OnBehalf":               "who may send on its behalf (publicDelegates)",
	"Stores":                 "entries of its store that open it, set-up's aside: rows of All, too",
	"Reverse_Stores":         "stores by whose entries it opens mailboxes, and (how many)",
	"Reverse_Mailbox":        "mailboxes whose ACL names this SID; g: also through groups or stores",
	"Reverse_Send/ReceiveAs": "accounts that it can send or receive as, by its own SID",
	"Reverse_OnBehalf":       "mailboxes on whose behalf it may send",
	"Type":                   "the recipient type, or what the object is",
	"Premises":               "where the mailbox is: onprem, remote or unknown",
	"ACLs changed":           "when one of its ACLs was last changed, as replication tells",
	"DisplayName":            "the display name",
	"Mail":                   "the mail address",
	"UPN":                    "the userPrincipalName",
	"Domain":                 "the domain that it is in",
	"Store":                  "the store that the mailbox is in",
	"DN":                     "its DN in the directory",
	"SID":                    "its SID",
	"Flags":                  "how the entry inherits: its flags as they are stored",
	"ACE #":                  "the place of the entry in its list, counted from 0",
	"MailboxName":            "the mailbox that the entry is on",
	"ACLType":                "in which list the entry stands",
	"UserName":               "whom the entry names",
	"UserDisplayName":        "the display name of whom the entry names",
	"TargetDisplayName":      "the display name of what the entry is on",
	"UserMail":               "the mail address of whom the entry names",
	"UserUPN":                "the userPrincipalName of whom the entry names",
	"UserDomain":             "the domain of whom the entry names",
	"UserDN":                 "the DN of whom the entry names",
	"UserSID":                "the SID that the entry names",
	"Rights":                 "what it allows or denies, the most dangerous first",
	"Persons":                "who comes in through the entry, with e; ?: not certain",
	"Status":                 "Allow or Deny; overridden where an earlier entry wins",
	"Origin":                 "where an inherited entry is set; empty: on the object itself",
	"ACL changed":            "when the list was last changed, as replication tells",
	"Basis":                  "what the verdict rests on: owner, grant, default, service or role",
	"Via":                    "the way from the person to the mailbox, in a sentence",
	"RecipientName":          "the mail user, group, contact or public folder",
	"Manager":                "who manages it (managedBy and co-managers)",
	"Delivery":               "from whom it takes or refuses messages",
	"Reverse_Manager":        "groups that it manages",
	"Reverse_Delivery":       "recipients that take or refuse its messages",
	"SenderAuth":             "whether it takes messages of authenticated senders alone",
	"ServerName":             "the server that it is on",
	"StorageGroupName":       "the storage group of the store; none from 2010 on",
	"MailStoreName":          "the mailbox store or database: its name is all it has, no display name",
	"DistinguishedName":      "its DN in the directory",
	"ACEs":                   "entries of its ACL",
	"MailStore":              "the store that the entry is on",
	"ContainerName":          "the container of the Exchange organisation or of a domain",
	"Container":              "the container that the entry is on",
	"Kind":                   "what the line is",
	"Roles":                  "role assignments that it has, by name",
	"Opens":                  "of these, those by which a program opens mailboxes",
	"Content":                "of these, those that reach what is in mailboxes",
	"Grants":                 "of these, those that let it give rights to others",
	"Delegating":             "assignments that only let it assign the role",
	"Disabled":               "assignments that are switched off",
	"Assignment":             "the name of the role assignment",
	"Role":                   "the role",
	"Effect":                 "what the role lets its holder do to mailboxes",
	"Scope":                  "where it holds",
	"DelegatedRights":        "the right, or the role of 2000/2003 that it amounts to",
	"Reaches":                "the containers that the entry stands on: where it is set, and what inherits it",
	"ScopeDN":                "the container that the entry is set on",
	"Name":                   "who or what the line is",
	"On":                     "how many have it on",
	"Off":                    "how many have it off",
	"Unknown":                "how many of which it is not known",
	"Ambiguous":              "how many whose values contradict each other",
	"Deviating":              "how many are not as --expect has it",
	"Rows":                   "rows that the right grid shows",
	"Protocol":               "the client protocol",
	"State":                  "on, off, unknown or ambiguous",
	"From":                   "where the state comes from: a value, the default, the policy",
	"Deviation":              "how it differs from --expect",
	"Last used":              "the last use that the protocol logs tell of",
	"By":                     "who that was",
	"Detail":                 "what else is known of it",
	"Uses":                   "uses that the protocol logs tell of",
	"Connector":              "the receive connector",
	"Relay":                  "whether it takes messages for anywhere without a logon",
	"PermissionGroups":       "to whom it lets in, as set",
	"Weak":                   "what is weak about it",
	"Bindings":               "addresses and ports that it listens on",
	"RemoteIPRanges":         "clients that it is for",
	"AuthMechanism":          "ways to log on that it offers",
	"Enabled":                "whether it is on",
	"Logging":                "whether it writes a protocol log",
	"Notes":                  "what else is worth knowing of it",
	"Ways":                   "different ways in that were used",
	"Logons":                 "logons that worked",
	"Failed":                 "logons that failed",
	"Plain":                  "of these, those without TLS",
	"Last":                   "the last time",
	"Account":                "as whom somebody logged on",
	"Client":                 "the address that connected",
	"How":                    "how it logged on",
	"Server":                 "the server that wrote the log",
	"May open":               "what the account gets into",
	"Note":                   "what is unusual about it",
	"Sessions":               "connections that the logs tell of",
	"Messages":               "messages that were taken",
	"Relayed":                "of these, those for outside the accepted domains",
	"TLS":                    "whether the connection was encrypted",
	"Users":                  "as whom somebody logged on there",
	"Senders":                "addresses that messages came from",
	"EHLO":                   "what the client called itself",
	"Rejected":               "recipients that were refused",
	"Settings":               "settings that were read",
	"Changed":                "of these, those that are not as set-up has them",
	"Unread":                 "of these, those that were not read",
	"LoginType":              "which logons the service takes",
	"Certificate":            "the name of its certificate",
	"TLS ports":              "addresses and ports with TLS from the beginning",
	"Open ports":             "addresses and ports that begin without TLS",
	"Time-out":               "after how long an idle connection ends",
	"Before logon":           "after how long one without a logon ends",
	"Log folder":             "where its protocol log is",
	"Setting":                "the setting",
	"Value":                  "what it is set to",
	"Default":                "what set-up has it at",
	"Conditions":             "conditions of the rule",
	"Rule":                   "the client access rule",
	"Action":                 "whether it lets in or keeps out",
	"Condition":              "what it looks at",
	"Values":                 "what that must be",
}

// columnHelp says what the columns of the grid in use hold, as they stand.
func (a *app) columnHelp() (rows [][2]string) {
	g, _ := a.grid()
	columns := g.Rows().Columns()
	for _, at := range g.WantedColumns() {
		c := columns[at]
		if text := columnTexts[c.Title]; text != "" {
			rows = append(rows, [2]string{cmp.Or(c.Short, c.Title), text})
		}
	}
	return rows
}

// explainColumn says in the list of columns what the one at the cursor holds.
func (a *app) explainColumn() {
	m, ok := a.root.top().(*widget.Menu)
	if !ok || m.At >= len(m.Items) {
		return
	}
	g, _ := a.grid()
	title := g.Rows().Columns()[g.Ordered()[m.At]].Title
	a.foot.say(title + ": " + cmp.Or(columnTexts[title], "nothing more is known of this column"))
}
