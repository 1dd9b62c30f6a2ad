package rbac_test

import (
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

func TestEntryName(t *testing.T) {
	for entry, want := range map[string]string{
		"a,Impersonate-ExchangeUser":                           "Impersonate-ExchangeUser",
		"a,Impersonate-ExchangeUser,Microsoft.Exchange,x":      "Impersonate-ExchangeUser",
		"c,Get-Mailbox,Microsoft.Exchange.Management,Identity": "Get-Mailbox",
		"c":                           "",
		"":                            "",
		",,":                          "",
		"c,":                          "",
		"Impersonate-ExchangeUser":    "",
		"a, Impersonate-ExchangeUser": " Impersonate-ExchangeUser",
		"a,x\x00y\u202e":              "x\x00y\u202e",
		strings.Repeat("c,", 30_000):  "c",
	} {
		if got := rbac.EntryName(entry); got != want {
			t.Errorf("%.40q has the name %q, want %q", entry, got, want)
		}
	}
}

// TestOpens: the entry by its name, whole and without regard to case; what was
// not read may be it.
func TestOpens(t *testing.T) {
	for _, c := range []struct {
		entries []string
		state   model.ReadState
		absent  bool
		want    member.Certainty
	}{
		{[]string{"a,Impersonate-ExchangeUser"}, model.Present, false, member.Sure},
		{[]string{"c,Get-Mailbox,x", "a,IMPERSONATE-exchangeuser,v15"}, model.Present, false, member.Sure},
		{[]string{"a,Impersonate-ExchangeUser2"}, model.Present, false, member.No},
		{[]string{"c,Get-Mailbox,Impersonate-ExchangeUser"}, model.Present, false, member.No},
		{[]string{"Impersonate-ExchangeUser"}, model.Present, false, member.No},
		{[]string{"a, Impersonate-ExchangeUser"}, model.Present, false, member.No},
		{nil, model.Missing, false, member.Unread},
		{nil, model.NotAsked, false, member.Unread},
		{nil, model.Missing, true, member.No},
		{[]string{"c,Get-Mailbox"}, model.Missing, false, member.Unread}, // not to the end
		{[]string{"a,Impersonate-ExchangeUser"}, model.Missing, false, member.Sure},
	} {
		if got := rbac.Opens(&model.Role{Entries: c.entries, EntriesState: c.state}, c.absent); got != c.want {
			t.Errorf("%q, state %d, absent %v: %v, want %v", c.entries, c.state, c.absent, got, c.want)
		}
	}
	if got := rbac.Opens(nil, false); got != member.Unread {
		t.Errorf("a role that was not read: %v", got)
	}
}

func TestTypeNames(t *testing.T) {
	for n, want := range map[int64]string{14: "ApplicationImpersonation", 26: "MailRecipients", 47: "POP3AndIMAP4Protocols", 48: "ReceiveConnectors",
		50: "UserOptions", 52: "MailRecipientCreation", 54: "RoleManagement", 61: "ResetPassword", 64: "SupportDiagnostics", 65: "MailboxSearch",
		66: "LegalHold", 69: "ActiveDirectoryPermissions", 80: "MailboxImportExport", 29: "Databases", 44: "ExchangeServers",
		77: "OrganizationConfiguration", 78: "OrganizationClientAccess", 19: "UnScopedRoleManagement", 105: "PersonallyIdentifiableInformation",
		106: "MailboxSearchApplication", 256: "UnScoped", -2147483648: "Custom", 0: "", 98: "", 115: "MyReadWriteMailboxApps", 116: "", -1: ""} {
		if got := rbac.TypeName(n); got != want {
			t.Errorf("type %d is %q, want %q", n, got, want)
		}
	}
}
