package door

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
)

// Settings are what the directory says of the POP3 or the IMAP4 service of a
// server, under the names of Get-PopSettings and Get-ImapSettings. One object
// serves front end and back end (exchange-facts 6.3).
type Settings struct {
	Obj      model.ObjectID
	Server   *Server // nil where it was not read
	Protocol Protocol
	Name     string // cn of the object, "1" as a rule
	List     []Setting
	Weak     []string
	Notes    []string
}

// Setting is one of them.
type Setting struct {
	Name    string
	Value   string // in the form of the cmdlets; empty where it is not known
	Known   bool   // what set-up writes is known
	Default bool   // it is set-up's own, or none is there and that is what counts
	Unknown bool   // no value came, and whether the bound account may read one is not shown
	Weak    string // why it is weak; empty where it is not
	Note    string
	Lacks   []string // names in it that the certificate lacks; see [Settings.Checked]
}

// AllSettings are those of all servers, by server and protocol. They are worked
// out once for a snapshot and are not to be changed.
func AllSettings(s *model.Snapshot) []*Settings { return settingsOf.Of(s) }

// SettingsOf returns the settings that an object is, nil for another.
func SettingsOf(s *model.Snapshot, id model.ObjectID) *Settings {
	for _, p := range AllSettings(s) {
		if p.Obj == id {
			return p
		}
	}
	return nil
}

// SettingsAt returns the settings of a protocol of a server, nil where none were
// read. Of several, which only 2000 and 2003 have, it is the first, as Exchange
// takes the first that it finds.
func SettingsAt(s *model.Snapshot, server string, p Protocol) *Settings {
	for _, v := range AllSettings(s) {
		if v.Protocol == p && v.Server != nil && strings.EqualFold(v.Server.Name, server) {
			return v
		}
	}
	return nil
}

// Get returns a setting by its name.
func (p *Settings) Get(name string) Setting {
	for i := range p.List {
		if p.List[i].Name == name {
			return p.List[i]
		}
	}
	return Setting{Name: name, Unknown: true}
}

// ServerName is the name of its server, empty where that was not read.
func (p *Settings) ServerName() string {
	if p.Server == nil {
		return ""
	}
	return p.Server.Name
}

var settingsOf = model.Derive(func(s *model.Snapshot) (out []*Settings) {
	reads := coverage.NewReadability(s)
	for i := range s.Doors.Len() {
		switch d := s.Doors.At(i); d.Kind {
		case model.DoorPOP3:
			out = append(out, newSettings(s, reads, d, POP3))
		case model.DoorIMAP4:
			out = append(out, newSettings(s, reads, d, IMAP4))
		}
	}
	slices.SortStableFunc(out, func(a, b *Settings) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.ServerName()), strings.ToLower(b.ServerName())),
			strings.Compare(string(b.Protocol), string(a.Protocol)), strings.Compare(a.Name, b.Name))
	})
	return out
})

// settingRule says how a setting is written, and what set-up writes.
type settingRule struct {
	name   string
	form   func(string) string              // of one value; nil for the value as it is
	list   bool                             // several values
	preset func(p *Settings) (string, bool) // set-up's own; nil where nothing is known of it
}

func always(value string) func(*Settings) (string, bool) {
	return func(*Settings) (string, bool) { return value, true }
}

// each is a value that the two protocols have differently.
func each(pop, imap string) func(*Settings) (string, bool) {
	return func(p *Settings) (string, bool) {
		if p.Protocol == POP3 {
			return pop, true
		}
		return imap, true
	}
}

// since2013 is one that holds from 2013 on, where there is a back end.
func since2013(of func(*Settings) (string, bool)) func(*Settings) (string, bool) {
	return func(p *Settings) (string, bool) {
		v, _ := of(p)
		return v, p.Server.Is2013()
	}
}

func namedIn(names ...string) func(string) string {
	return func(text string) string { return named(text, names) }
}

// settingRules are all settings in the order in which they are shown.
var settingRules = []settingRule{
	{name: "LoginType", form: namedIn("", "PlainTextLogin", "PlainTextAuthentication", "SecureLogin"), preset: always("SecureLogin")},
	{name: "UnencryptedOrTLSBindings", form: binding, list: true, preset: each("{[::]:110, 0.0.0.0:110}", "{[::]:143, 0.0.0.0:143}")},
	{name: "SSLBindings", form: binding, list: true, preset: each("{[::]:995, 0.0.0.0:995}", "{[::]:993, 0.0.0.0:993}")},
	{name: "InternalConnectionSettings", list: true},
	{name: "ExternalConnectionSettings", list: true, preset: always("{}")},
	{name: "X509CertificateName", preset: func(p *Settings) (string, bool) {
		if p.Server == nil || p.Server.Host == "" {
			return "", false
		}
		return p.Server.Host, true
	}},
	{name: "Banner", preset: each("The Microsoft Exchange POP3 service is ready.", "The Microsoft Exchange IMAP4 service is ready.")},
	{name: "ProtocolLogEnabled", preset: always("False")},
	{name: "LogFileLocation"},
	{name: "LogFileRollOverSettings", form: namedIn("", "Hourly", "Daily", "Weekly", "Monthly"), preset: func(p *Settings) (string, bool) {
		if p.Server == nil || p.Server.Version == (model.ServerVersion{}) {
			return "", false
		}
		if v := p.Server.Version; v.Major > 15 || v.Major == 15 && v.Minor > 0 {
			return "Hourly", true
		}
		return "Daily", true
	}},
	{name: "LogPerFileSizeQuota", form: byteSize, preset: always("0 B (0 bytes)")},
	{name: "EnableGSSAPIAndNTLMAuth", preset: always("True")},
	{name: "AllowCrossSiteSessions", preset: always("False")},
	{name: "EnforceCertificateErrors", preset: always("False")},
	{name: "ExtendedProtectionPolicy", form: namedIn(protections...), preset: always("None")},
	{name: "AuthenticatedConnectionTimeout", form: seconds, preset: always("00:30:00")},
	{name: "PreAuthenticatedConnectionTimeout", form: seconds, preset: always("00:01:00")},
	{name: "MaxConnections", preset: always("2147483647")},
	{name: "MaxConnectionFromSingleIP", preset: always("2147483647")},
	{name: "MaxConnectionsPerUser", preset: always("16")},
	{name: "MaxCommandSize", preset: each("512", "10240")},
	{name: "ProxyTargetPort", preset: since2013(each("1995", "1993"))},
	{name: "MessageRetrievalMimeFormat", preset: always("BestBodyFormat"), form: namedIn("TextOnly", "HtmlOnly", "HtmlAndTextAlternative", "TextEnrichedOnly",
		"TextEnrichedAndTextAlternative", "BestBodyFormat", "Tnef")},
	{name: "CalendarItemRetrievalOption", form: namedIn("iCalendar", "intranetUrl", "InternetUrl", "Custom"), preset: always("iCalendar")},
	{name: "OwaServerUrl", preset: always("")},
	{name: "EnableExactRFC822Size", preset: always("False")},
	{name: "LiveIdBasicAuthReplacement", preset: always("False")},
	{name: "SuppressReadReceipt", preset: always("False")},
	{name: "MessageRetrievalSortOrder", form: sortOrder, preset: always("Ascending")},
	{name: "ShowHiddenFoldersEnabled", preset: always("False")},
	{name: "AdminDisplayName"},
	{name: "ExchangeVersion", form: version},
	{name: "ObjectCategory", form: canonical},
	{name: "WhenChanged", form: moment},
}

var protections = []string{"None", "Allow", "Require"}

// sortOrder: the bit says that the newest comes first.
func sortOrder(text string) string {
	return map[string]string{"True": "Descending", "False": "Ascending"}[text]
}

// binding writes 2003's ":110:" as the others do.
func binding(text string) string {
	b, ok := ParseBinding(text)
	switch {
	case !ok:
		return text
	case b.Addr.Is6():
		return fmt.Sprintf("[%s]:%d", b.Addr, b.Port)
	}
	return fmt.Sprintf("%s:%d", b.Addr, b.Port)
}

func newSettings(s *model.Snapshot, reads *coverage.Readability, d *model.Door, protocol Protocol) *Settings {
	o := s.Record(d.Obj)
	p := &Settings{Obj: d.Obj, Server: ServerAbove(s, d.Obj), Protocol: protocol, Name: s.CN(o.DN)}
	for i := range settingRules {
		r := &settingRules[i]
		if r.name == "MessageRetrievalSortOrder" && protocol == IMAP4 || r.name == "ShowHiddenFoldersEnabled" && protocol == POP3 {
			continue
		}
		p.List = append(p.List, r.read(p, d.Values.Find(r.name), func(v model.DoorValue) bool { return reads.Absent(o, v) }))
	}
	p.List = append(p.List,
		Setting{Name: "Server", Value: p.ServerName(), Unknown: p.Server == nil},
		Setting{Name: "Identity", Value: p.ServerName() + `\` + p.Name},
		Setting{Name: "Guid", Value: model.GUIDText(o.GUID)},
		Setting{Name: "DistinguishedName", Value: s.DNText(o.DN)})
	p.judge()
	return p
}

func (r *settingRule) read(p *Settings, v model.DoorValue, absent func(model.DoorValue) bool) Setting {
	out := Setting{Name: r.name}
	var texts []string
	for _, t := range v.Texts {
		if r.form != nil {
			t = r.form(t)
		}
		texts = append(texts, t)
	}
	preset, known := "", false
	if r.preset != nil {
		preset, known = r.preset(p)
	}
	out.Known = known
	switch {
	case v.State == model.Present && r.list:
		slices.SortFunc(texts, func(a, b string) int { return strings.Compare(b, a) }) // IPv6 first, as the cmdlets write it
		out.Value = multi(texts)
	case v.State == model.Present:
		out.Value = strings.Join(texts, ", ")
	case !absent(v):
		out.Unknown, out.Note = true, "not read: no value came, and whether the bound account may read one is not shown"
		return out
	case known && r.name != "X509CertificateName": // that one is set-up's own only where it stands there
		out.Value, out.Default = preset, true
		return out
	case r.list:
		out.Value = multi(nil)
	}
	out.Default = known && strings.EqualFold(out.Value, preset)
	return out
}

// judge finds what is weak, and what is to be known. Set-up's own values are
// never weak.
func (p *Settings) judge() {
	for i := range p.List {
		v := &p.List[i]
		switch {
		case v.Unknown || v.Default && v.Name != "ProtocolLogEnabled":
		case v.Name == "LoginType" && v.Value == "PlainTextLogin":
			v.Weak = "plain-text login: names and passwords may cross the network without TLS"
		case v.Name == "LoginType" && v.Value == "PlainTextAuthentication":
			v.Weak = "plain-text authentication: passwords may cross the network without TLS"
		case v.Name == "X509CertificateName" && v.Value == "":
			v.Weak = "no certificate is named: clients may find no TLS"
		case v.Name == "EnableGSSAPIAndNTLMAuth" && v.Value == "False":
			v.Note = "GSSAPI and NTLM are off: clients send the password itself"
		case v.Name == "ProtocolLogEnabled" && v.Value == "False":
			v.Note = "logging is off, as set-up leaves it: nothing can be said of its use"
		}
		if v.Weak != "" {
			p.Weak = append(p.Weak, v.Weak)
		}
		if v.Note != "" && !v.Unknown {
			p.Notes = append(p.Notes, v.Note)
		}
	}
	for _, v := range p.List {
		if v.Unknown {
			p.Notes = append(p.Notes, "some settings were not read")
			break
		}
	}
}

// Logging says whether the service writes a protocol log, and where. on is
// LoggingUnknown where that was not read.
func (p *Settings) Logging() (on, folder string) {
	on = LoggingUnknown
	switch v := p.Get("ProtocolLogEnabled"); {
	case v.Unknown:
	case v.Value == "True":
		on = LoggingOn
	default:
		on = LoggingOff
	}
	return on, p.Get("LogFileLocation").Value
}

// LoggingOf says whether a stream of a server is logged, as the directory has it,
// and in which folder: for POP3 and IMAP4 by the settings of the service, for SMTP
// on where any of the connectors of that side is. The folder is known for POP3 and
// IMAP4 alone.
func LoggingOf(s *model.Snapshot, server string, protocol Protocol, frontEnd bool) (on, folder string) {
	if protocol != SMTP {
		if p := SettingsAt(s, server, protocol); p != nil {
			return p.Logging()
		}
		return LoggingUnknown, ""
	}
	on = LoggingUnknown
	for _, c := range Connectors(s) {
		if !strings.EqualFold(c.ServerName(), server) || c.Role != "" && frontEnd != (c.Role == "FrontendTransport") {
			continue
		}
		switch {
		case c.Logging == "Verbose":
			return LoggingOn, ""
		case c.Logging == "None" && on == LoggingUnknown:
			on = LoggingOff
		}
	}
	return on, ""
}

// AcceptedDomains are the domains that mail is taken for, in lower case, by name.
// known is false where they were not read.
func AcceptedDomains(s *model.Snapshot) (domains []string, known bool) {
	for i := range s.Doors.Len() {
		if d := s.Doors.At(i); d.Kind == model.DoorDomain {
			if name := d.Values.Text("DomainName"); name != "" {
				domains = append(domains, strings.ToLower(name))
			}
		}
	}
	slices.Sort(domains)
	return slices.Compact(domains), len(domains) > 0
}

// ConnectorNamed returns a connector by the name that it has in logs,
// SERVER\Connector; nil where none was read. See [Connector.InRanges].
func ConnectorNamed(s *model.Snapshot, logName string) *Connector {
	for _, c := range Connectors(s) {
		if strings.EqualFold(c.LogName(), strings.TrimSpace(logName)) {
			return c
		}
	}
	return nil
}
