package door

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
)

// FaultKind is a way in which a door is too open, or used as it should not be.
// Package finding has a rule for each.
type FaultKind uint8

// The kinds.
const (
	FaultRelayEverybody    FaultKind = iota // anonymous relay for everybody
	FaultRelayRange                         // anonymous relay for the ranges of a connector
	FaultExternallySecured                  // whoever comes from the ranges is taken for a server
	FaultPlainLogon                         // a connector takes logons without TLS
	FaultWeakSetting                        // a setting of POP3 or IMAP4
	FaultCertificateName                    // a name that clients are told and the certificate lacks
	FaultShutsShell                         // a rule that keeps everybody from the shell that mends it
	FaultPlainText                          // logons in plain text that worked
	FaultGuessing                           // one client fails with many names
	FaultNotMember                          // used by somebody who is not expected to
	FaultRelayUsed                          // somebody who did not log on relays
	FaultOutside                            // a client outside the ranges of the connector
	FaultOldTLS                             // TLS 1.0, 1.1 or older
	FaultNoTLS                              // mail without TLS
	FaultKinds                              // so many there are
)

var faultNames = [FaultKinds]string{"relay-everybody", "relay-range", "externally-secured", "plain-logon", "weak-setting", "certificate-name", "shuts-shell",
	"plain-text", "guessing", "not-member", "relay-used", "outside-ranges", "old-tls", "no-tls"}

// String is the name of the kind: a contract.
func (k FaultKind) String() string { return faultNames[k] }

// Fault is one of them at one place.
type Fault struct {
	Kind  FaultKind
	Text  string // in words, without any name of the directory
	Count int    // how often the logs tell of it; 1 for what the directory says
}

// Found is a fault with the place where it is.
type Found struct {
	Fault
	Obj     model.ObjectID // connector, service, rule or account; 0 where it is none that was read
	Name    string         // what it is called there, or in the logs
	Server  string
	Client  string   // an address, of what logs tell
	Account string   // as logged, of what logs tell
	Lacks   []string // names that a certificate lacks
}

// Faults are all faults of a snapshot, those of the directory first. They are
// worked out once for a snapshot and are not to be changed. What somebody expects
// of protocols, and what checks have seen, is no part of a snapshot: see [NotMember]
// and [CheckedFaults].
func Faults(s *model.Snapshot) []Found { return faultsOf.Of(s) }

var faultsOf = model.Derive(func(s *model.Snapshot) (out []Found) {
	for _, c := range Connectors(s) {
		for _, f := range c.Faults {
			out = append(out, Found{Fault: f, Obj: c.Obj, Name: c.Name, Server: c.ServerName()})
		}
	}
	for _, p := range AllSettings(s) {
		for _, text := range p.Weak {
			out = append(out, Found{Fault: Fault{FaultWeakSetting, text, 1}, Obj: p.Obj, Name: strings.ToUpper(string(p.Protocol)), Server: p.ServerName()})
		}
	}
	all, _ := Rules(s)
	for _, r := range all {
		if r.Weak != "" {
			out = append(out, Found{Fault: Fault{FaultShutsShell, r.Weak, 1}, Obj: r.Obj, Name: r.Name})
		}
	}
	for i, all := 0, Connections(s); i < len(all); i++ {
		c := &all[i]
		for _, f := range c.Faults() {
			out = append(out, Found{Fault: f, Obj: c.Account.ID, Name: c.Protocol, Server: c.Server, Client: c.Client, Account: c.User})
		}
	}
	for i, all := 0, Relays(s); i < len(all); i++ {
		r := &all[i]
		at := Found{Name: r.Connector, Server: r.Server, Client: r.Client}
		if c := ConnectorNamed(s, r.Server+`\`+r.Connector); c != nil {
			at.Obj = c.Obj
		}
		for _, f := range r.Faults {
			at.Fault = f
			out = append(out, at)
		}
	}
	return out
})

// NotMember is the fault of a protocol that is on for a mailbox that nobody expects
// to have it, and that was used so often, by what the logs tell.
func NotMember(used int) Fault {
	return Fault{FaultNotMember, fmt.Sprintf("not a member, and it is used: %s", some(used, "logon")), used}
}

// plainText is the fault of logons that worked and crossed the network in plain
// text. Most of those who do so, and there can be some hundred thousand, do nothing
// else that is to be said: known has what to say of so many logons.
func (c *Connection) plainText(known map[int]*remarks) {
	switch said := known[c.Plain]; {
	case c.Plain <= 0 || c.Spare:
	case c.said == nil && said != nil:
		c.said = said
	default:
		first := c.said == nil
		c.fault(Fault{FaultPlainText, some(c.Plain, "logon") + " that worked came in plain text", c.Plain})
		if first {
			known[c.Plain] = c.said
		}
	}
}

// fault notes a fault, and says so.
func (r *Relay) fault(f Fault) {
	r.Faults, r.Notes = append(r.Faults, f), append(r.Notes, f.Text)
}

// newTLS are the versions that nobody has to give up.
var newTLS = []string{"TLS 1.2", "TLS 1.3"}

// judge finds what is wrong with what a client does at a connector.
func (r *Relay) judge() {
	if r.Client == "" {
		return
	}
	old := map[string]int{}
	for _, v := range r.Versions {
		if !slices.Contains(newTLS, v.Name) {
			old[v.Name] += v.N
		}
	}
	for _, name := range sortedKeys(old) {
		r.fault(Fault{FaultOldTLS, some(old[name], "session") + " with " + name, old[name]})
	}
	if n := r.Sessions - r.TLS; n > 0 && r.Messages > 0 {
		r.fault(Fault{FaultNoTLS, some(n, "session") + " without TLS", n})
	}
	// Those who log on may relay, and that is what they log on for.
	if r.MayRelay > 0 && len(r.Users.Texts) == 0 {
		switch {
		case r.Judged && r.Relayed > 0:
			r.fault(Fault{FaultRelayUsed, "it relays without a logon: " + some(r.Relayed, "message") + " to outside", r.MayRelay})
		case !r.Judged && r.Messages > 0:
			r.fault(Fault{FaultRelayUsed, "it may relay without a logon; to whom is not known", r.MayRelay})
		}
	}
}

func sortedKeys(m map[string]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
