package decode

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Doors asks for what the organisation says of its doors: the settings of POP3
// and IMAP4 by class, since CN=1 is but the usual name, receive connectors,
// client access rules and accepted domains; and, by name, for the containers
// that these lie in. That a container is seen shows that there is nothing in it,
// and entries that a connector inherits are traced through them.
var Doors = collector.Search{
	Purpose: "doors",
	Base:    exchangeBase,
	Scope:   collector.ScopeSub,
	Filter: "(|(objectClass=protocolCfgPOPServer)(objectClass=protocolCfgIMAPServer)(objectClass=msExchSmtpReceiveConnector)" +
		"(objectClass=msExchClientAccessRule)(objectClass=msExchAcceptedDomain)" +
		"(cn=Protocols)(cn=POP3)(cn=IMAP4)(cn=SMTP Receive Connectors)(cn=Client Access Rules)(cn=Transport Settings)(cn=Accepted Domains))",
	Attributes: doorAttributes(),
	Weight:     11,
	About:      "settings of POP3 and IMAP4, receive connectors, client access rules and accepted domains, and the containers of these",
}

// settingOf says which attribute a setting of a door is in. Exchange's cmdlets
// name them otherwise than the schema does (exchange-facts 6.3, 7, 8).
type settingOf struct {
	name, attribute string
	bits            uint32 // of a set of bits the ones that are this setting; 0 for the whole value
	inverted        bool   // a set bit is off
}

// commonSettings are those that every object of Exchange's configuration has.
var commonSettings = []settingOf{
	{name: "AdminDisplayName", attribute: "adminDisplayName"}, {name: "ExchangeVersion", attribute: "msExchVersion"},
	{name: "ObjectCategory", attribute: "objectCategory"}, {name: "WhenChanged", attribute: "whenChanged"},
}

// doorFolders are the containers that doors lie in, by their RDNs in lower case.
var doorFolders = []string{"cn=protocols", "cn=pop3", "cn=imap4", "cn=transport settings", "cn=smtp receive connectors", "cn=client access rules", "cn=accepted domains"}

func doorAttributes() []string {
	out := []string{attrObjectClass, attrObjectGUID, attrCN, attrSecurity}
	seen := map[string]bool{}
	for _, list := range [][]settingOf{commonSettings, popImapSettings, popSettings, imapSettings, connectorSettings, ruleSettings, domainSettings} {
		for _, s := range list {
			if !seen[s.attribute] {
				seen[s.attribute] = true
				out = append(out, s.attribute)
			}
		}
	}
	return out
}

// doorValues takes settings.
func (d *decoder) doorValues(e *collector.Entry, lists ...[]settingOf) (out model.DoorValues) {
	for _, list := range lists {
		for i := range list {
			out = append(out, d.doorValue(e, &list[i]))
		}
	}
	return out
}

func (d *decoder) doorValue(e *collector.Entry, s *settingOf) model.DoorValue {
	v := model.DoorValue{Name: s.name, Attribute: s.attribute}
	for _, b := range e.Values(s.attribute) {
		text := d.shared.text(b) // most mailboxes say what many others do
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\uFFFD")
		}
		if s.bits != 0 {
			if _, err := strconv.ParseInt(text, 10, 64); err != nil {
				return model.DoorValue{Name: s.name, Attribute: s.attribute} // no set of bits: it says nothing
			}
			text = "False"
			if number(string(b))&s.bits != 0 != s.inverted {
				text = "True"
			}
		}
		v.Texts = append(v.Texts, text)
	}
	switch {
	case v.Texts != nil:
		v.State = model.Present
	case d.now != nil && d.now.Asked(s.attribute):
		v.State = model.Missing
	}
	return v
}

// putDoor hands over an object that tells of a door. It lies in Exchange's
// configuration, but its own descriptor delegates no administration.
func (d *decoder) putDoor(e *collector.Entry, set *classSet, kind model.DoorKind, lists ...[]settingOf) {
	o := d.object(e, set)
	if o.Class != model.ClassConnector {
		o.Class = model.ClassDoor
	}
	if !d.w.Put(o) {
		d.leftOut(e)
		return
	}
	d.w.Door(e.DN, kind, d.doorValues(e, lists...))
}

// doorFolder takes a container of doors, where they were asked for. In the
// answers of other searches, and in a file without any, it is administration.
func (d *decoder) doorFolder(e *collector.Entry, set *classSet) bool {
	if d.now == nil || d.now.Purpose != Doors.Purpose {
		return false
	}
	d.putDoor(e, set, model.DoorFolder)
	return true
}

// isDoorFolder reports whether a name is that of a container of doors.
func isDoorFolder(name string) bool {
	leaf, _ := dn.Split(name)
	for _, f := range doorFolders {
		if strings.EqualFold(leaf, f) {
			return administration(name)
		}
	}
	return false
}

// domainSettings are those of an accepted domain (exchange-facts 8).
var domainSettings = []settingOf{{name: "DomainName", attribute: "msExchAcceptedDomainName"}, {name: "DomainType", attribute: "msExchAcceptedDomainFlags"}}

// acceptedDomain is a domain that mail is taken for.
var acceptedDomain = kind{
	classes:  []class{{"msexchaccepteddomain", model.ClassDoor}},
	searches: []collector.Search{Doors},
	lacks:    []*evidence{has("msExchAcceptedDomainName", "accepted domain"), hasConnector},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		d.putDoor(e, set, model.DoorDomain, commonSettings, domainSettings)
	},
}

// doorsAsked remembers whether doors were asked for. A recording may be older
// than this question, and then that there are none is not known.
type doorsAsked struct{ exchange, links, doors bool }

func (a *doorsAsked) begin(p collector.Purpose) {
	switch p {
	case Servers.Purpose:
		a.exchange = true
	case StoreLinks.Purpose:
		a.links = true
	case Doors.Purpose:
		a.doors = true
	}
}

// unasked: whoever asks for all else asks for what stores hold, too.
func (a *doorsAsked) unasked() bool { return a.exchange && a.links && !a.doors }
