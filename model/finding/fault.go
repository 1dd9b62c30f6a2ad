package finding

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/door"
)

// The rules about faults of doors: package door finds them, and its reports show
// them. What the directory says of doors is decided by values alone; set-up's own
// are no fault.

const (
	fromDirectory = "What the directory says of the door; what set-up writes is never one."
	fromLogs      = "What the protocol logs tell, with what the directory says of the door now."
	notLogged     = "What is not logged: report logs says of which servers and days there are logs."
	firewall      = "A firewall before the door, and whether the service runs."
)

// faultRules are the rules by the kind of fault; nil where a rule of its own, or a
// report, is about it.
var faultRules = [door.FaultKinds]*Rule{
	door.FaultRelayRange: {Name: "relay-range", Group: Doors, Severity: Medium, Counts: "connectors",
		Text:    "a receive connector lets everybody in its ranges send to anybody without a logon",
		Means:   "Whoever takes one of these addresses sends mail in anybody's name to anybody outside.",
		Decided: fromDirectory, Blind: firewall,
		Remedy: "keep the ranges to the addresses that need it; have the others log on"},
	door.FaultExternallySecured: {Name: "externally-secured", Group: Doors, Severity: Medium, Counts: "connectors",
		Text:    "a receive connector takes whoever comes from its ranges for a server of the organisation",
		Means:   "Such a client needs no logon, relays, and passes the filters.",
		Decided: fromDirectory, Blind: firewall,
		Remedy: "take ExternalAuthoritative from AuthMechanism, or narrow the ranges"},
	door.FaultPlainLogon: {Name: "plain-logon", Group: Doors, Severity: High, Counts: "connectors",
		Text:    "a receive connector takes passwords without TLS",
		Means:   "Whoever sees the traffic reads names and passwords.",
		Decided: fromDirectory, Blind: firewall,
		Remedy: "Set-ReceiveConnector -AuthMechanism with BasicAuthRequireTLS, or -RequireTLS $true"},
	door.FaultWeakSetting: {Name: "weak-setting", Group: Doors, Severity: Medium, Counts: "services",
		Text:    "POP3 or IMAP4 takes passwords without TLS, or has no certificate",
		Means:   "Names and passwords may cross the network in plain text.",
		Decided: fromDirectory, Blind: firewall,
		Remedy: "Set-PopSettings and Set-ImapSettings -LoginType SecureLogin -X509CertificateName NAME"},
	door.FaultCertificateName: {Name: "certificate-name", Group: Doors, Severity: Medium, Counts: "names",
		Text:    "clients of POP3 or IMAP4 are told a name that the certificate lacks which a check has seen there",
		Means:   "A client that looks warns, or does not connect; users learn to click warnings away.",
		Decided: "InternalConnectionSettings and ExternalConnectionSettings, against the certificate of the last check of this server or of that name and port.",
		Blind:   "What was not checked: a report wants --checks, and mbxperm check pop3|imap4 before.",
		Remedy:  "give the service a certificate for all of its names (Enable-ExchangeCertificate -Services POP,IMAP), or correct the connection settings"},
	door.FaultShutsShell: {Name: "shuts-shell", Group: Doors, Severity: High, Counts: "rules",
		Text:    "a client access rule denies RemotePowerShell, and no rule before allows it",
		Means:   "Whoever it meets cannot mend it: the shell that changes rules is shut by it.",
		Decided: fromDirectory, Blind: "Where a rule is understood in part only, it is none of these.",
		Remedy: "a first rule that allows RemotePowerShell from the management network"},
	door.FaultGuessing: {Name: "guessing", Group: Doors, Severity: Medium, Counts: "logons",
		Text:    "logons of many names failed from one client, as the protocol logs tell",
		Means:   "Somebody tries names or passwords; behind a load balancer it may be many clients.",
		Decided: fromLogs, Blind: notLogged,
		Remedy: "find out who the client is; shut POP3 and IMAP4 to the networks that do not need them"},
	door.FaultRelayUsed: {Name: "anonymous-relay", Group: Doors, Severity: Medium, Counts: "sessions",
		Text:    "a client sends mail to outside without a logon, as the protocol logs tell",
		Means:   "Nobody knows who it is but by its address.",
		Decided: fromLogs, Blind: notLogged,
		Remedy: "have it log on, or keep a connector for its address alone"},
	door.FaultOutside: {Name: "outside-ranges", Group: Doors, Severity: Low, Counts: "sessions",
		Text:    "a client came through a receive connector that is not for its address, as the protocol logs tell",
		Means:   "The ranges were changed since, and the client has lost its door, or another connector has this name.",
		Decided: fromLogs, Blind: notLogged,
		Remedy: "look whether the client still gets its mail through"},
	door.FaultOldTLS: {Name: "old-tls", Group: Doors, Severity: Low, Counts: "sessions",
		Text:    "a client sends mail by TLS 1.1 or older, as the protocol logs tell",
		Means:   "It will be shut out when these versions are switched off.",
		Decided: fromLogs, Blind: notLogged,
		Remedy: "renew the client, then switch the old versions off"},
	door.FaultNoTLS: {Name: "no-tls", Group: Doors, Severity: Info, Counts: "sessions",
		Text:    "a client sends mail without TLS, as the protocol logs tell",
		Means:   "Whoever sees the traffic reads the mail.",
		Decided: fromLogs, Blind: notLogged,
		Remedy: "have the client begin TLS"},
}

// rulesOfFaults are those that there are.
func rulesOfFaults() (out []*Rule) {
	for _, r := range faultRules {
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

// faults lists the faults of doors.
func (r *run) faults() {
	for _, x := range append(slices.Clip(door.Faults(r.s)), door.CheckedFaults(r.s, r.q.Checks)...) {
		rule := faultRules[x.Kind]
		if rule == nil || !r.wants(rule) {
			continue
		}
		f := found{rule: rule, severity: rule.Severity, name: x.Name, client: x.Client, count: x.Count, rows: 1}
		if x.Obj != 0 {
			f.target = r.s.Record(x.Obj).DN
		}
		word := func(text string) { f.detail = append(f.detail, model.Part{Is: model.PartWord, Text: text}) }
		if x.Client != "" {
			f.detail = append(f.detail, model.Part{Is: model.PartName, Text: x.Client})
			word(" through ")
		}
		f.detail = append(f.detail, model.Part{Is: model.PartName, Text: x.Name})
		if x.Server != "" {
			word(" of ")
			f.detail = append(f.detail, model.Part{Is: model.PartName, Text: x.Server})
		}
		word(": " + x.Text)
		for i, name := range x.Lacks {
			word([]string{": ", ", "}[min(i, 1)])
			f.detail = append(f.detail, model.Part{Is: model.PartHost, Text: name})
		}
		r.add(f)
	}
}
