package acl_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	. "mbxperm/acl"
)

func TestMaskNames(t *testing.T) {
	if got := (ReadProperty | WriteDACL | 0x00400000).ADNames(); !slices.Equal(got, []string{"ReadProperty", "WriteDacl", "0x00400000"}) {
		t.Errorf("ADNames = %v", got)
	}
	if got := Mask(0).ADNames(); len(got) != 0 {
		t.Errorf("ADNames of nothing = %v", got)
	}
	if got := FullControl.ADNames(); len(got) != 13 {
		t.Errorf("full control has %d names: %v", len(got), got)
	}
	if got := Mask(0xF01FF).String(); got != "0x000f01ff" {
		t.Errorf("String = %s", got)
	}
	var all Mask
	for i, r := range MailboxRights {
		all |= r.Mask
		if i > 0 && r.Mask <= MailboxRights[i-1].Mask {
			t.Errorf("%s is out of order", r.Name)
		}
	}
	if all != MailboxMask {
		t.Errorf("the mailbox rights are %v, MailboxMask is %v", all, MailboxMask)
	}
	if got := (ObjectInherit | InheritOnly | FailedAccess).String(); got != "OI|IO|FA" {
		t.Errorf("flags print as %s", got)
	}
}

// TestMapGenericAD has the values of [MS-ADTS] 5.1.3.2.
func TestMapGenericAD(t *testing.T) {
	for in, want := range map[Mask]Mask{
		GenericRead: 0x20094, GenericWrite: 0x20028, GenericExecute: 0x20004, GenericAll: 0xF01FF,
		GenericRead | Delete: 0x30094, 0: 0, FullControl: FullControl, GenericRead | GenericWrite: 0x200BC,
	} {
		if got := in.MapGenericAD(); got != want {
			t.Errorf("%v maps to %v, want %v", in, got, want)
		}
	}
}

func TestGUIDTable(t *testing.T) {
	for g, want := range map[GUID]string{
		GUIDSendAs: "Send-As", GUIDReceiveAs: "Receive-As", GUIDSendTo: "Send-To", GUIDStoreAdmin: "ms-Exch-Store-Admin",
		GUIDStoreTransportAccess: "ms-Exch-Store-Transport-Access", GUIDStoreConstrainedDelegation: "ms-Exch-Store-Constrained-Delegation",
		GUIDStoreReadAccess: "ms-Exch-Store-Read-Access", GUIDStoreReadWriteAccess: "ms-Exch-Store-Read-Write-Access",
		GUIDUserClass: "user", GUIDInetOrgPersonClass: "inetOrgPerson", GUIDExchangeInformation: "Exchange-Information",
		GUIDExchangePersonalInformation: "Exchange-Personal-Information", GUIDPersonalInformation: "Personal-Information",
		GUIDPublicInformation: "Public-Information", GUIDMailboxSDAttribute: "msExchMailboxSecurityDescriptor",
		GUIDPublicDelegatesAttribute: "publicDelegates",
	} {
		if got, ok := LookupGUID(g); !ok || got.Name != want || got.GUID != g {
			t.Errorf("LookupGUID(%v) = %+v, %v; want %s", g, got, ok, want)
		}
	}
	if got, ok := LookupGUID(GUID{1}); ok {
		t.Errorf("an unknown GUID is %+v", got)
	}
	type key struct {
		GUID
		GUIDKind
	}
	seen := map[key]string{}
	names := map[string]GUID{}
	for _, n := range GUIDs() {
		if other, ok := seen[key{n.GUID, n.Kind}]; ok {
			t.Errorf("%v is %s and %s", n.GUID, n.Name, other)
		}
		seen[key{n.GUID, n.Kind}] = n.Name
		if g, ok := names[n.Name]; ok && g != n.GUID {
			t.Errorf("%s is %v and %v", n.Name, g, n.GUID)
		}
		names[n.Name] = n.GUID
		if n.Kind == 0 || n.Name == "" {
			t.Errorf("%+v is incomplete", n)
		}
	}
}

// TestLookupGUIDFor: one GUID, two meanings, and the rights say which.
func TestLookupGUIDFor(t *testing.T) {
	dns := MustParseGUID("72e39547-7b18-11d1-adef-00c04fd8d5cd")
	member := MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
	for _, tt := range []struct {
		g    GUID
		m    Mask
		want string
	}{
		{dns, ValidatedWrite, "Validated-DNS-Host-Name"}, {dns, WriteProperty, "DNS-Host-Name-Attributes"},
		{member, ValidatedWrite, "Self-Membership"}, {member, WriteProperty, "member"},
		{GUIDSendAs, WriteProperty, "Send-As"},
	} {
		if got, ok := LookupGUIDFor(tt.g, tt.m); !ok || got.Name != tt.want {
			t.Errorf("%v with %v is %s, want %s", tt.g, tt.m, got.Name, tt.want)
		}
	}
	if _, ok := LookupGUIDFor(GUID{1}, ControlAccess); ok {
		t.Error("an unknown GUID was found")
	}
}

// TestGUIDsAgainstSamba compares the table with the list of rights that Samba
// provisions a directory with, which was made from [MS-ADTS] 6.1.1.2.7: same
// GUID, same name, same kind.
func TestGUIDsAgainstSamba(t *testing.T) {
	f, err := os.Open("/usr/share/samba/setup/extended-rights.ldif")
	if errors.Is(err, fs.ErrNotExist) {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatalf("MBXPERM_LAB=required, but %v", err)
		}
		t.Skip("Samba's extended-rights.ldif is not installed: nothing to compare with")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	kinds := map[string]GUIDKind{"256": KindExtendedRight, "48": KindPropertySet, "8": KindValidatedWrite}
	entry := map[string]string{}
	compared := 0
	compare := func() {
		defer clear(entry)
		if entry["rightsGuid"] == "" {
			return
		}
		compared++
		g, err := ParseGUID(entry["rightsGuid"])
		if err != nil {
			t.Fatal(err)
		}
		kind := kinds[entry["validAccesses"]]
		if got, ok := LookupGUIDFor(g, kind.UsedWith()); !ok || got.Kind != kind || got.Name != entry["cn"] {
			t.Errorf("%v is %+v, Samba says %s, %v", g, got, entry["cn"], kind)
		}
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ": ")
		switch {
		case lines.Text() == "":
			compare()
		case ok && name == "dn":
			entry["cn"], _, _ = strings.Cut(strings.TrimPrefix(value, "CN="), ",")
		case ok && name != "cn":
			entry[name] = value
		}
	}
	compare()
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if compared < 70 {
		t.Errorf("only %d rights compared", compared)
	}
}
