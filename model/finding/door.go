package finding

import (
	"fmt"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/view"
)

// The rules about doors: what the directory and the protocol logs tell of them.

var plainText = &Rule{Name: "plain-text", Group: Doors, Severity: High, Counts: "logons",
	Text:    "somebody has logged on by POP3 or IMAP4 in plain text, as the protocol logs tell",
	Means:   "The password went over the network so that whoever sees the traffic reads it.",
	Decided: "The logs have a logon of a session that did not begin TLS before.",
	Blind:   "What is not logged: report logs says of which servers and days there are logs.",
	Remedy:  "require TLS: Set-PopSettings or Set-ImapSettings -LoginType SecureLogin; then have the password changed",
}

var relayForAll = &Rule{Name: "relay-for-all", Group: Doors, Severity: Critical, Counts: "sessions",
	Text:    "a receive connector lets everybody send to anybody, or told a client so that did not log on, as the protocol logs tell",
	Means:   "Whoever reaches the connector sends mail in anybody's name to anybody outside.",
	Decided: "The connector's list gives Accept-Any-Recipient to Anonymous and its ranges hold every address; or the logs say that a session was given it.",
	Blind:   "A firewall in front of the connector; what is not logged.",
	Remedy:  "give the right to named addresses by a connector of their own, and take it from Anonymous on this one",
}

var loggingOff = &Rule{Name: "logging-off", Group: Doors, Severity: Low, Counts: "services",
	Text:    "POP3, IMAP4 or an enabled receive connector for clients is not logged, as the directory has it",
	Means:   "Nobody will be able to tell who came in by it.",
	Decided: "ProtocolLogEnabled of the service, ProtocolLoggingLevel of the connector.",
	Blind:   "Logs that are deleted before anybody reads them.",
	Remedy:  "Set-PopSettings and Set-ImapSettings -ProtocolLogEnabled $true; Set-ReceiveConnector -ProtocolLoggingLevel Verbose",
}

var accessDeviation = &Rule{Name: "access-deviation", Group: Doors, Severity: Medium, told: true, Counts: "logons",
	Text:    "a mailbox may use a protocol that --expect does not have it use, or the other way round",
	Means:   "The protocols of a mailbox are not what somebody meant them to be.",
	Decided: "Membership in the group that --expect names, against the protocols that the mailbox may use.",
	Blind:   seenOnly,
	Remedy:  "Set-CASMailbox, or the group's members",
}

var doorRules = append([]*Rule{plainText, relayForAll, loggingOff, accessDeviation}, rulesOfFaults()...)

// doors looks at what the directory and the logs tell of doors. A target is an account,
// or a connector by its name; whoever asks for a trustee asks for a client by its
// address.
func (r *run) doors() {
	if r.wants(plainText) {
		for i, all := 0, door.Connections(r.s); i < len(all); i++ {
			r.plainText(&all[i])
		}
	}
	if r.wants(loggingOff) {
		r.loggingOff()
	}
	if r.wants(relayForAll) {
		for _, c := range door.Connectors(r.s) {
			if c.OpenRelay() {
				r.add(found{rule: relayForAll, severity: Critical, target: r.s.Record(c.Obj).DN, count: 1, rows: 1,
					detail: model.Phrase{{Is: model.PartName, Text: c.Name}, {Is: model.PartWord, Text: " of "}, {Is: model.PartName, Text: c.ServerName()},
						{Is: model.PartWord, Text: ": anonymous relay for everybody"}}})
			}
		}
		for i, all := 0, door.Relays(r.s); i < len(all); i++ {
			r.relayed(&all[i])
		}
	}
	r.faults()
	r.deviations()
}

// deviations are the protocols of mailboxes that are not as somebody expects: those
// that are used all the same weigh more.
func (r *run) deviations() {
	if !r.wants(accessDeviation) {
		return
	}
	lines, err := view.ProtocolLines(r.ctx, r.s, view.ProtocolQuery{Expect: r.q.Expect, Deviating: true})
	if err != nil {
		r.err = err
		return
	}
	for i := range lines.Len() {
		l := lines.Line(i)
		if l.Deviation != view.OnNotMember && l.Deviation != view.MemberOff {
			continue
		}
		f := found{rule: accessDeviation, severity: Low, target: r.s.Record(lines.Mailbox(i)).DN, count: l.Used.N, rows: 1,
			detail: model.Phrase{{Is: model.PartWord, Text: l.Protocol.String() + ": " + l.Deviation}}}
		if l.Deviation == view.OnNotMember && l.Used.N > 0 {
			f.severity = Medium
			f.detail = append(f.detail, model.Part{Is: model.PartWord, Text: ", and used " + l.Used.Last.UTC().Format(time.DateOnly) + " from "},
				model.Part{Is: model.PartName, Text: l.Used.Client})
		}
		r.add(f)
	}
}

func (r *run) plainText(c *door.Connection) {
	if c.Plain == 0 || c.Spare {
		return
	}
	f := found{rule: plainText, severity: High, name: c.User, client: c.Client, count: c.Plain, rows: 1}
	account := c.User
	if c.Account.ID != 0 {
		f.target = r.s.Record(c.Account.ID).DN
		account = r.s.ObjectName(r.s.Record(c.Account.ID))
	}
	f.detail = model.Phrase{
		{Is: model.PartAccount, Text: account}, {Is: model.PartWord, Text: " from "}, {Is: model.PartName, Text: c.Client},
		{Is: model.PartWord, Text: fmt.Sprintf(" by %s at ", c.Protocol)}, {Is: model.PartName, Text: c.Server},
		{Is: model.PartWord, Text: fmt.Sprintf(", %d times", c.Plain)},
	}
	r.add(f)
}

// loggingOff is about services and connectors that the directory has not log.
func (r *run) loggingOff() {
	say := func(id model.ObjectID, name, server string) {
		r.add(found{rule: loggingOff, severity: Low, target: r.s.Record(id).DN, name: name, count: 1, rows: 1,
			detail: model.Phrase{{Is: model.PartName, Text: name}, {Is: model.PartWord, Text: " of "}, {Is: model.PartName, Text: server}}})
	}
	for _, p := range door.AllSettings(r.s) {
		if on, _ := p.Logging(); on == door.LoggingOff {
			say(p.Obj, strings.ToUpper(string(p.Protocol)), p.ServerName())
		}
	}
	for _, c := range door.Connectors(r.s) {
		if c.Enabled && c.Logging == "None" && c.Role != "HubTransport" {
			say(c.Obj, c.Name, c.ServerName())
		}
	}
}

func (r *run) relayed(x *door.Relay) {
	if x.MayRelay == 0 || len(x.Users.Texts) > 0 {
		return
	}
	r.add(found{rule: relayForAll, severity: High, name: x.Connector, client: x.Client, count: x.MayRelay, rows: 1,
		detail: model.Phrase{
			{Is: model.PartName, Text: x.Client}, {Is: model.PartWord, Text: " through "}, {Is: model.PartName, Text: x.Connector},
			{Is: model.PartWord, Text: " at "}, {Is: model.PartName, Text: x.Server}, {Is: model.PartWord, Text: fmt.Sprintf(", in %d sessions", x.MayRelay)},
		}})
}
