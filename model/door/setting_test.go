package door_test

import (
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// serviceWith makes a server with one service. Everybody may read everything,
// and the schema has an attribute for each setting, unless blind.
func serviceWith(t *testing.T, kind model.DoorKind, blind bool, values map[string]string) *door.Settings {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	serverDN := "CN=EX01,CN=Servers," + script.ConfigDN
	w.Put(&model.Object{DN: serverDN, Class: model.ClassServer})
	w.Server(serverDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544, Revision: 4})
	w.Door(serverDN, model.DoorServer, model.DoorValues{
		{Name: "NetworkAddress", Texts: []string{"netbios:EX01", "ncacn_ip_tcp:ex01.contoso.com"}, State: model.Present},
		{Name: "Site", Texts: []string{"CN=Munich,CN=Sites,CN=Configuration,DC=contoso,DC=com"}, State: model.Present}})
	o := model.Object{DN: "CN=1,CN=X,CN=Protocols," + serverDN, Class: model.ClassDoor}
	if !blind {
		w.Token("", []acl.SID{acl.SIDAuthenticatedUsers})
		o.Security, o.SecurityState = packed(t, "D:(A;;RP;;;AU)"), model.Present
	}
	w.Put(&o)
	var list model.DoorValues
	for i, name := range settingNames {
		v := model.DoorValue{Name: name, Attribute: "attr" + name, State: model.Missing}
		w.Schema(script.GUID(byte(i+1)), model.SchemaName{Name: v.Attribute})
		if text, ok := values[name]; ok {
			v.Texts, v.State = strings.Split(text, " "), model.Present
		}
		list = append(list, v)
	}
	w.Door(o.DN, kind, list)
	w.State.Phase = model.Finished
	all := door.AllSettings(w.Snapshot())
	if len(all) != 1 {
		t.Fatalf("%d services", len(all))
	}
	return all[0]
}

var settingNames = []string{"LoginType", "UnencryptedOrTLSBindings", "SSLBindings", "X509CertificateName", "ProtocolLogEnabled", "LogFileLocation",
	"LogFileRollOverSettings", "LogPerFileSizeQuota", "EnableGSSAPIAndNTLMAuth", "AuthenticatedConnectionTimeout", "MessageRetrievalSortOrder",
	"MaxCommandSize", "ExchangeVersion", "ObjectCategory", "WhenChanged", "MessageRetrievalMimeFormat",
	"InternalConnectionSettings", "ExternalConnectionSettings"}

// TestForms: values are written as the cmdlets write them.
func TestForms(t *testing.T) {
	p := serviceWith(t, model.DoorPOP3, false, map[string]string{
		"LoginType": "1", "UnencryptedOrTLSBindings": "0.0.0.0:110 [::]:110", "SSLBindings": ":995:", "AuthenticatedConnectionTimeout": "90000",
		"LogPerFileSizeQuota": "10485760", "ExchangeVersion": "44220983382016", "WhenChanged": "20240312101500.0Z",
		"ObjectCategory": "CN=Protocol-Cfg-POP-Server,CN=Schema,CN=Configuration,DC=contoso,DC=com", "MessageRetrievalSortOrder": "True",
		"LogFileRollOverSettings": "2", "MessageRetrievalMimeFormat": "77",
	})
	for name, want := range map[string]string{
		"LoginType": "PlainTextLogin", "UnencryptedOrTLSBindings": "{[::]:110, 0.0.0.0:110}", "SSLBindings": "{0.0.0.0:995}",
		"AuthenticatedConnectionTimeout": "1.01:00:00", "LogPerFileSizeQuota": "10 MB (10,485,760 bytes)", "ExchangeVersion": "0.10 (14.0.100.0)",
		"WhenChanged": "2024-03-12T10:15:00Z", "ObjectCategory": "contoso.com/Configuration/Schema/Protocol-Cfg-POP-Server",
		"MessageRetrievalSortOrder": "Descending", "LogFileRollOverSettings": "Daily", "MessageRetrievalMimeFormat": "77",
		"MaxCommandSize": "512", "Identity": `EX01\1`, "Server": "EX01",
	} {
		if got := p.Get(name); got.Value != want || got.Unknown {
			t.Errorf("%s is %+v, want %s", name, got, want)
		}
	}
	if p.Server.Site != "Munich" || p.Server.Release != "2019 CU14" {
		t.Errorf("the server is %+v", p.Server)
	}
}

// TestWeakSettings: set-up's own are none, what is not read is neither.
func TestWeakSettings(t *testing.T) {
	certificate := map[string]string{"X509CertificateName": "ex01.contoso.com"}
	if p := serviceWith(t, model.DoorIMAP4, false, certificate); len(p.Weak) > 0 || !p.Get("LoginType").Default || p.Get("MaxCommandSize").Value != "10240" {
		t.Errorf("set-up's own: %v, %+v", p.Weak, p.Get("LoginType"))
	}
	if p := serviceWith(t, model.DoorIMAP4, false, nil); len(p.Weak) != 1 || !strings.Contains(p.Weak[0], "certificate") {
		t.Errorf("no certificate: %v", p.Weak)
	}
	for _, login := range []string{"1", "2"} {
		if p := serviceWith(t, model.DoorPOP3, false, map[string]string{"LoginType": login, "X509CertificateName": "x"}); len(p.Weak) != 1 || !strings.Contains(p.Weak[0], "plain-text") {
			t.Errorf("login type %s: %v", login, p.Weak)
		}
	}
	p := serviceWith(t, model.DoorPOP3, true, nil)
	if len(p.Weak) > 0 || !p.Get("LoginType").Unknown || p.Get("LoginType").Value != "" {
		t.Errorf("nothing was read: %v, %+v", p.Weak, p.Get("LoginType"))
	}
	if on, _ := p.Logging(); on != door.LoggingUnknown {
		t.Errorf("logging is %s", on)
	}
	p = serviceWith(t, model.DoorPOP3, false, map[string]string{"ProtocolLogEnabled": "True", "LogFileLocation": `D:\Logs`})
	if on, folder := p.Logging(); on != door.LoggingOn || folder != `D:\Logs` {
		t.Errorf("logging is %s in %s", on, folder)
	}
}
