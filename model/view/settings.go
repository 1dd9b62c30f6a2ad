package view

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// SettingLine is a line of report settings: one setting of one service.
type SettingLine struct {
	*door.Settings
	door.Setting
	differs int // in so many values servers differ, 1 for none
	// Of the short form: the time of the newest line of its logs, and the last runs of
	// checks.
	lastLog string
	checks  []door.Check
}

// SettingFields are the columns of report settings.
var SettingFields = []model.Field[*SettingLine]{
	{Name: "server", First: true, Is: model.ContentName, Value: func(l *SettingLine) any { return l.ServerName() }},
	{Name: "release", Is: model.ContentWord, Value: func(l *SettingLine) any { return serverRelease(l.Server) }},
	{Name: "site", Is: model.ContentName, Value: func(l *SettingLine) any { return serverSite(l.Server) }},
	{Name: "protocol", First: true, Is: model.ContentWord, Value: func(l *SettingLine) any { return ProtocolName(l.Protocol) }},
	{Name: "name", Is: model.ContentWord, Value: func(l *SettingLine) any { return l.Settings.Name }},
	{Name: "setting", First: true, Is: model.ContentWord, Value: func(l *SettingLine) any { return l.Setting.Name }},
	{Name: "value", First: true, Is: model.ContentUnknown, Value: func(l *SettingLine) any { return l.Value }},
	{Name: "is_default", Value: func(l *SettingLine) any { return l.Default }},
	{Name: "weak", First: true, Is: model.ContentWord, Value: func(l *SettingLine) any { return l.weak() }},
	{Name: "note", Is: model.ContentWord, Value: func(l *SettingLine) any { return l.Note }},
	{Name: "dn", Is: model.ContentDN, Order: true, Value: func(l *SettingLine) any { return l.Settings.Get("DistinguishedName").Value }},
}

// ServiceFields are the columns of the short form: a line for each service, with
// what administrators write down of it.
var ServiceFields = []model.Field[*SettingLine]{
	{Name: "server", First: true, Is: model.ContentName, Value: func(l *SettingLine) any { return l.ServerName() }},
	{Name: "release", Is: model.ContentWord, Value: func(l *SettingLine) any { return serverRelease(l.Server) }},
	{Name: "site", Is: model.ContentName, Value: func(l *SettingLine) any { return serverSite(l.Server) }},
	{Name: "protocol", First: true, Is: model.ContentWord, Value: func(l *SettingLine) any { return ProtocolName(l.Protocol) }},
	serviceField("certificate", "X509CertificateName", model.ContentHost),
	serviceField("login_type", "LoginType", model.ContentWord),
	serviceField("logging", "ProtocolLogEnabled", model.ContentWord),
	serviceField("log_folder", "LogFileLocation", model.ContentName),
	serviceField("bindings", "UnencryptedOrTLSBindings", model.ContentUnknown),
	serviceField("ssl_bindings", "SSLBindings", model.ContentUnknown),
	serviceField("timeout", "AuthenticatedConnectionTimeout", model.ContentWord),
	serviceField("preauth_timeout", "PreAuthenticatedConnectionTimeout", model.ContentWord),
	{Name: "weak", First: true, Is: model.ContentWord, Value: func(l *SettingLine) any { return l.allWeak() }},
	{Name: "note", Is: model.ContentWord, Value: func(l *SettingLine) any { return model.List(l.Notes) }},
	{Name: "last_log", Is: model.ContentWord, Value: func(l *SettingLine) any { return l.lastLog }},
	{Name: "last_check", Is: model.ContentWord, Value: func(l *SettingLine) any { return l.lastCheck() }},
	{Name: "dn", Is: model.ContentDN, Order: true, Value: func(l *SettingLine) any { return l.Settings.Get("DistinguishedName").Value }},
}

// serviceLine is the short form of a service: with what tells that it runs, which the
// directory does not.
func serviceLine(s *model.Snapshot, p *door.Settings, checks []door.Check) SettingLine {
	l := SettingLine{Settings: p, checks: checks}
	for _, x := range s.Logs {
		if x.Protocol == ProtocolName(p.Protocol) && p.Server != nil && strings.EqualFold(x.Server, p.Server.Name) {
			l.lastLog = max(l.lastLog, stamp(x.To))
		}
	}
	return l
}

// allWeak is all that is weak about a service, with what checks have seen.
func (l *SettingLine) allWeak() model.List {
	out := slices.Clone(model.List(l.Settings.Weak))
	for _, v := range l.List {
		if v = l.Settings.Checked(v, l.checks); len(v.Lacks) > 0 && !slices.Contains(out, v.Weak) {
			out = append(out, v.Weak)
		}
	}
	return out
}

// lastCheck says when the service was checked last, and what came of it.
func (l *SettingLine) lastCheck() string {
	c := l.LastCheck(l.checks)
	if c == nil {
		return ""
	}
	return stamp(c.Time) + " " + c.Result().String()
}

func serviceField(name, setting string, is model.Content) model.Field[*SettingLine] {
	return model.Field[*SettingLine]{Name: name, Is: is, Value: func(l *SettingLine) any { return l.Get(setting).Value }}
}

// ProtocolName is a protocol as Exchange writes it.
func ProtocolName(p door.Protocol) string { return strings.ToUpper(string(p)) }

func serverRelease(v *door.Server) string {
	if v == nil {
		return ""
	}
	return v.Release
}

func serverSite(v *door.Server) string {
	if v == nil {
		return ""
	}
	return v.Site
}

// SettingQuery asks for settings.
type SettingQuery struct {
	Filter, Release string
	Short           bool         // one line for each service
	BySetting       bool         // by setting, those in which servers differ first
	Checks          []door.Check // by which settings are judged, too
}

// SettingLines are the settings that a query asks for: by server, protocol and
// setting, or by protocol and setting.
func SettingLines(ctx context.Context, s *model.Snapshot, q SettingQuery) (out []SettingLine, err error) {
	words := Words(q.Filter)
	values := map[string]map[string]bool{} // of a protocol's setting
	for _, p := range door.AllSettings(s) {
		if !p.Server.OfRelease(q.Release) {
			continue
		}
		if q.Short {
			if MatchTexts(words, p.ServerName(), ProtocolName(p.Protocol), p.Get("X509CertificateName").Value, p.Get("LoginType").Value,
				strings.Join(p.Weak, " "), strings.Join(p.Notes, " ")) {
				out = append(out, serviceLine(s, p, q.Checks))
			}
			continue
		}
		for _, v := range p.List {
			v = p.Checked(v, q.Checks)
			key := string(p.Protocol) + v.Name
			if values[key] == nil {
				values[key] = map[string]bool{}
			}
			if !ownOf[v.Name] {
				values[key][apartFromName(p, v.Value)] = true
			}
			if MatchTexts(words, p.ServerName(), ProtocolName(p.Protocol), v.Name, v.Value, v.Weak, v.Note) {
				out = append(out, SettingLine{Settings: p, Setting: v})
			}
		}
	}
	if q.BySetting && !q.Short {
		place := map[string]int{}
		for i := range out {
			key := string(out[i].Protocol) + out[i].Setting.Name
			out[i].differs = len(values[key])
			if _, ok := place[key]; !ok {
				place[key] = i
			}
		}
		slices.SortStableFunc(out, func(a, b SettingLine) int {
			x, y := string(a.Protocol)+a.Setting.Name, string(b.Protocol)+b.Setting.Name
			return cmp.Or(cmp.Compare(min(b.differs, 2), min(a.differs, 2)), cmp.Compare(place[x], place[y]))
		})
	}
	return out, ctx.Err()
}

// ownOf are settings that every object has for itself.
var ownOf = map[string]bool{"Server": true, "Identity": true, "Guid": true, "DistinguishedName": true, "WhenChanged": true}

// apartFromName is a value without the server's own name in it: that names differ by
// these says nothing.
func apartFromName(p *door.Settings, value string) string {
	value = strings.ToLower(value)
	if p.Server == nil {
		return value
	}
	if p.Server.Host != "" {
		value = strings.ReplaceAll(value, strings.ToLower(p.Server.Host), "<server>")
	}
	return strings.ReplaceAll(value, strings.ToLower(p.Server.Name), "<server>")
}
