package report

import (
	"cmp"
	"fmt"

	"mbxperm/model"
)

// Help says what the program is and what a source is.
const Help = `mbxperm shows who can get into which Exchange mailbox: mailbox rights, Send-As and
Receive-As, Send on Behalf, the entries of stores and of the containers above
them, from a mailbox to its trustees and from an account to all it can open.
It reads Active Directory over LDAP, and never writes to it.

SOURCE is where to read:
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)
  FILE                     a recording, or LDIF as ldapsearch or ldifde writes it, also gzip or zstd
  -                        the same from standard input`

// Examples of the command line.
const Examples = `  mbxperm demo
  mbxperm ldaps://dc1.contoso.com -u auditor@contoso.com
  mbxperm report aces demo --target u00012 --format csv
  mbxperm report aces ldaps://dc1.contoso.com -u auditor@contoso.com --trustee svc-backup --direction reverse --all
  mbxperm report coverage ldaps://dc1.contoso.com -u auditor@contoso.com --format json
  mbxperm compare demo:250:1:0 demo:250:1:30
  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com
  mbxperm report aces monday.ldif.zst --target anna`

// ReportHelp explains reports.
func ReportHelp() string {
	help := "Data goes to standard output (or -o FILE), progress and warnings to standard error. With csv, json and jsonl\n" +
		"the evidence goes to FILE.evidence.json, or to standard error; html and xlsx carry it inside.\n\n" +
		"Conditions of --fail-on, over all entries of all object types, hidden ones too, within --target and --trustee:\n"
	for _, c := range model.Alarms {
		help += fmt.Sprintf("  %-11s %s\n", c.Name, c.Text)
	}
	return help + "\nExit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown or undecodable,\n" +
		"4 a condition of --fail-on holds (wins over 3)."
}

// ParseQuery makes a question of the words of a command line. The error says
// which word is wrong.
func ParseQuery(name, object, direction, target, trustee string) (model.Query, error) {
	q := model.Query{Rows: name == "aces", System: true}
	for _, t := range model.ObjectTypes {
		if t.Flag == cmp.Or(object, model.Mailboxes.Flag) {
			q.Type = t
		}
	}
	switch {
	case q.Type == nil:
		return q, fmt.Errorf("unknown object type %q: use mailbox, store or admin", object)
	case direction != "forward" && direction != "reverse":
		return q, fmt.Errorf("unknown direction %q: use forward or reverse", direction)
	}
	q.ByTrustee = direction == "reverse"
	q.ACEs = q.Type.ACEs[0]
	if target != "" {
		q.Target = model.Match(target)
	}
	if trustee != "" {
		q.Trustee = model.Match(trustee)
	}
	return q, nil
}
