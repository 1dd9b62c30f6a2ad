package view

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// ProtocolSettings is the object type of the settings of POP3 and IMAP4: a line
// for each service of a server and one for each setting, by which one sees in
// what servers differ.
var ProtocolSettings = &ObjectType{
	Name: "Protocol Settings", Flag: "settings", Plural: "Services and settings",
	Totals: []model.Column[*Line]{
		{Title: "Name", Is: model.ContentName, Text: func(l *Line) string { return l.Name }},
		{Title: "Kind", Is: model.ContentWord, Text: func(l *Line) string { return l.Door.Kind }},
		rowsColumn("Settings"),
		sumColumn("Weak", false, func(t *DoorTotals) int { return t.Sums[0] }),
		sumColumn("Changed", false, func(t *DoorTotals) int { return t.Sums[1] }),
		sumColumn("Unread", false, func(t *DoorTotals) int { return t.Sums[2] }),
		serviceColumn("LoginType", "LoginType", model.ContentWord),
		serviceColumn("Certificate", "X509CertificateName", model.ContentHost),
		serviceColumn("TLS ports", "SSLBindings", model.ContentUnknown),
		serviceColumn("Open ports", "UnencryptedOrTLSBindings", model.ContentUnknown),
		serviceColumn("Time-out", "AuthenticatedConnectionTimeout", model.ContentWord),
		serviceColumn("Before logon", "PreAuthenticatedConnectionTimeout", model.ContentWord),
		serviceColumn("Logging", "ProtocolLogEnabled", model.ContentWord),
		serviceColumn("Log folder", "LogFileLocation", model.ContentName),
	},
	Details: []model.Column[*Row]{
		textCell("Server", model.ContentTarget, false, func(r *Row) string { return r.Setting.ServerName() }),
		textCell("Protocol", model.ContentWord, false, func(r *Row) string { return ProtocolName(r.Setting.Protocol) }),
		textCell("Setting", model.ContentRight, false, func(r *Row) string { return r.Setting.Setting.Name }),
		textCell("Value", model.ContentSentence, false, func(r *Row) string { return r.Setting.Value }),
		textCell("Default", model.ContentWord, false, func(r *Row) string { return r.Setting.isDefault() }),
		textCell("Note", model.ContentSentence, false, func(r *Row) string { return join(r.Setting.weak().String(), r.Setting.Note) }),
	},
	Fields: doorFields(
		sumField("weak", func(t *DoorTotals) int { return t.Sums[0] }),
		sumField("changed", func(t *DoorTotals) int { return t.Sums[1] }),
		sumField("unread", func(t *DoorTotals) int { return t.Sums[2] }),
	),
	ACEs:  []ACEType{{Name: "All"}},
	lines: doorLines,
	door:  settingDoor,
}

// serviceColumn is a setting of a service as administrators document it: there is room
// for it, or it is asked for.
func serviceColumn(title, setting string, is model.Content) model.Column[*Line] {
	return model.Column[*Line]{Title: title, Is: is, Extra: true, Text: func(l *Line) string {
		if l.Service == nil {
			return ""
		}
		if v := l.Service.Get(setting); !v.Unknown {
			return v.Value
		}
		return "not read"
	}}
}

// weak says what is weak about a setting, with the names that a certificate lacks.
func (l *SettingLine) weak() (p model.Phrase) {
	p = model.Phrase{{Is: model.PartWord, Text: l.Setting.Weak}}
	for i, name := range l.Setting.Lacks {
		p = append(p, model.Part{Is: model.PartWord, Text: []string{": ", ", "}[min(i, 1)]}, model.Part{Is: model.PartHost, Text: name})
	}
	return p
}

// isDefault says in a word whether a setting is set-up's own.
func (l *SettingLine) isDefault() string {
	switch {
	case l.Unknown:
		return "?"
	case l.Default:
		return "yes"
	}
	return "no"
}

// sums are what a line of settings adds up: weak ones, those that are not set-up's
// own though that is known, and those that were not read.
func (l *SettingLine) sums() (n [sumCount]int) {
	if l.Setting.Weak != "" {
		n[0] = 1
	}
	if !l.Default && !l.Unknown && l.Known {
		n[1] = 1
	}
	if l.Unknown {
		n[2] = 1
	}
	return n
}

var settingDoor = &doorKind{name: "settings", grid: settingGrid, row: settingRow, rowName: settingName, findRow: findSetting, wanted: anyRow,
	fill: func(_ *model.Snapshot, q *Query, _ int, r *Row) {
		if len(q.Checks) > 0 {
			l := *r.Setting
			l.Setting = l.Settings.Checked(l.Setting, q.Checks)
			r.Setting = &l
		}
	}}

// settingName names a row in every state.
func settingName(s *model.Snapshot, i int) string {
	l := &settingRows.Of(s)[i]
	return strings.ToLower(l.Settings.Get("DistinguishedName").Value) + "\x00" + l.Setting.Name
}

// settingRows are all settings of all services.
var settingRows = model.Derive(func(s *model.Snapshot) (out []SettingLine) {
	for _, p := range door.AllSettings(s) {
		for _, v := range p.List {
			out = append(out, SettingLine{Settings: p, Setting: v})
		}
	}
	return out
})

func settingRow(s *model.Snapshot, i int) Row { return Row{Setting: &settingRows.Of(s)[i]} }

var settingGrid, findSetting = derivedTable(func(s *model.Snapshot) *doorTable {
	all := settingRows.Of(s)
	values := map[string]map[string]bool{}
	for i := range all {
		l := &all[i]
		key := string(l.Protocol) + l.Setting.Name
		if values[key] == nil {
			values[key] = map[string]bool{}
		}
		if !ownOf[l.Setting.Name] {
			values[key][apartFromName(l.Settings, l.Value)] = true
		}
	}
	g := newDoorTable(len(all))
	for i := range all {
		l := &all[i]
		protocol := ProtocolName(l.Protocol)
		kind := "setting"
		if len(values[string(l.Protocol)+l.Setting.Name]) > 1 {
			kind = settingDiffers
		}
		service := doorLine{name: serviceName(l.Settings), title: l.ServerName() + " " + protocol, kind: "service"}
		setting := doorLine{name: "setting:" + protocol + " " + l.Setting.Name, title: protocol + " " + l.Setting.Name, kind: kind}
		g.put(i, false, service, setting)
	}
	return g
}, settingName)

// settingDiffers is the kind of the line of a setting in which servers differ.
const settingDiffers = "differs"

// LineDetail is what the card of a line of doors says beside its sums: what a
// mailbox says of protocols, a service in the short form, with its last check, and
// all of a rule; nil for other lines.
func LineDetail(s *model.Snapshot, key LineKey, checks []door.Check) []Detail {
	d := findDoor(s, key.door)
	if d.n == 0 {
		return nil
	}
	switch doorKinds[d.kind-1] {
	case accessDoor:
		return accessDetail(s, d.n)
	case ruleDoor:
		return ruleDetail(s, ruleDoor.grid(s).line(d.n).name)
	case settingDoor:
		name := settingDoor.grid(s).line(d.n).name
		if p := serviceOf(s, name); p != nil {
			l := serviceLine(s, p, checks)
			return details(ServiceFields, &l)
		}
	}
	return nil
}

// serviceOf is the service that a line is; nil for another line.
func serviceOf(s *model.Snapshot, name string) *door.Settings { return services.Of(s)[name] }

var services = model.Derive(func(s *model.Snapshot) map[string]*door.Settings {
	out := map[string]*door.Settings{}
	for _, p := range door.AllSettings(s) {
		out[serviceName(p)] = p
	}
	return out
})

// serviceName names the line of a service.
func serviceName(p *door.Settings) string {
	return "service:" + strings.ToLower(p.Get("DistinguishedName").Value)
}

// What the directory does not tell of the services of POP3 and IMAP4, and a line of
// PowerShell for the server that does.
const (
	ServicesNote = "Whether the services (MSExchangePop3, MSExchangePOP3BE, MSExchangeImap4, MSExchangeIMAP4BE) run, how they start, under which account, " +
		"from where and as which process is in no directory: the newest line of the log and the last check say that they ran then. On the server:"
	ServicesLine = `Get-CimInstance Win32_Service -Filter "Name LIKE 'MSExchangePop3%' OR Name LIKE 'MSExchangeImap4%'" | Format-List Name,State,StartMode,StartName,PathName,ProcessId`
)

// Note says in a sentence what the rows of this type are taken from.
func (t *ObjectType) Note() string {
	switch t {
	case ClientAccess:
		return "As the directory tells it; the last use as the protocol logs do. All times are UTC."
	case ProtocolSettings:
		return "As the directory tells it. All times are UTC. " + ServicesNote + " " + ServicesLine
	case AccessRules:
		return "As the directory tells it. All times are UTC. A change acts within 1 hour, the first rule within 24 hours. Rules act on " +
			"ExchangeAdminCenter and RemotePowerShell alone, on Exchange 2019 and later."
	}
	return "As the protocol logs tell it. All times are UTC."
}

// Sheet names the page of a card about a row or a line of this type.
func (t *ObjectType) Sheet() string {
	switch t {
	case ProtocolSettings:
		return "Settings"
	case AccessRules:
		return "Rule"
	case ClientAccess:
		return "Access"
	}
	return "Logs"
}
