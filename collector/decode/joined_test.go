package decode

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// toldOf is what a file without searches tells of one object: all that the model keeps of it, and
// what the coverage counts.
func toldOf(t *testing.T, file []collector.Entry) map[string]any {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	if err := Read(t.Context(), &one{nil, file}, w, new(sync.Mutex)); err != nil && !w.Empty() {
		t.Fatal(err)
	}
	w.State.Phase = model.Finished
	s := w.Snapshot()
	all := map[string]any{}
	for id := uint32(1); id < s.Objects.Len(); id++ {
		o := s.Objects.At(id)
		var delegates []string
		for i := range o.Delegates.N {
			delegates = append(delegates, s.DNText(s.Delegates.At(o.Delegates.First+i).Who))
		}
		all[s.DNText(o.DN)] = fmt.Sprint(o.Class, o.Recipient, s.TypeName(o), o.GUID, s.SIDOf(o.SID), s.SIDOf(o.Master), s.DNText(o.Home),
			s.Forest.Servers[o.Server], o.MailboxState, s.Bytes(o.MailboxSD), o.SecurityState, s.Bytes(o.Security),
			o.DelegatesState, delegates, o.Target(), o.Is(model.FlagDisabled), s.Recipients.Len(), s.Stores.Len())
	}
	for _, c := range coverage.Of(s) {
		c.Reason = "" // it says what the file lacks, and how many records it has
		all[c.ObjectType] = c
	}
	return all
}

// TestOneObjectInSeveralRecords: whatever of an object stands in which record
// of a file, and in which order they come, the file tells what it tells in one
// record.
func TestOneObjectInSeveralRecords(t *testing.T) {
	parts, err := sddl.Parse("O:SYD:(A;;CC;;;SY)", acl.SID{})
	if err != nil {
		t.Fatal(err)
	}
	sd, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	dn, sid := "CN=Anna,OU=Staff,DC=contoso,DC=com", parts.Owner.Bytes()
	class := func(names ...string) collector.Attribute {
		a := collector.Attribute{Name: "objectClass"}
		for _, n := range names {
			a.Values = append(a.Values, []byte(n))
		}
		return a
	}
	value := func(name, v string) collector.Attribute {
		return collector.Attribute{Name: name, Values: [][]byte{[]byte(v)}}
	}
	user, alias := class("top", "person", "user"), value("mailNickname", "anna")
	store, server := value("homeMDB", "CN=DB1,CN=Databases,CN=Contoso"), value("msExchHomeServerName", "/o=Contoso/cn=Servers/cn=EX1")
	kind := func(n int64) collector.Attribute {
		return value("msExchRecipientTypeDetails", strconv.FormatInt(n, 10))
	}
	rights, behalf := value("msExchMailboxSecurityDescriptor", string(sd)), value("publicDelegates", "CN=Bert,OU=Staff,DC=contoso,DC=com")
	for _, c := range []struct {
		name string
		of   []collector.Attribute
		is   model.Recipient
	}{
		{"mailbox", []collector.Attribute{user, alias, kind(1), store, rights}, model.Mailbox},
		{"legacy", []collector.Attribute{user, alias, store, server, rights}, model.Mailbox},
		{"linked, on behalf", []collector.Attribute{user, alias, kind(2), value("msExchMasterAccountSid", string(sid)), behalf, rights}, model.Mailbox},
		{"rights alone", []collector.Attribute{user, alias, rights, value("nTSecurityDescriptor", string(sd))}, model.Mailbox},
		{"home server alone", []collector.Attribute{user, alias, server, rights}, model.Mailbox},
		{"moved to the cloud", []collector.Attribute{user, alias, kind(2147483648), rights, behalf}, model.OtherRecipient},
		{"alias alone", []collector.Attribute{user, alias, value("nTSecurityDescriptor", string(sd))}, model.OtherRecipient},
		{"no recipient", []collector.Attribute{user, rights, behalf, server}, model.NoRecipient},
		{"unknown type", []collector.Attribute{user, alias, kind(1 << 60), store, rights}, model.Mailbox},
		{"system mailbox", []collector.Attribute{class("top", "msExchSystemMailbox"), alias, kind(16384), rights}, model.SystemMailbox},
		{"group", []collector.Attribute{class("top", "group"), alias, value("member", "CN=Bert,DC=contoso,DC=com"), behalf, value("groupType", "8")}, model.OtherRecipient},
		{"deleted", []collector.Attribute{value("isDeleted", "TRUE"), user, value("objectSid", string(sid))}, model.NoRecipient},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := toldOf(t, []collector.Entry{{DN: dn, Attributes: c.of}})
			if s := want[dn].(string); c.is != model.NoRecipient && want["other-recipient"].(coverage.Line).Found+want["mailbox"].(coverage.Line).Found == 0 {
				t.Fatalf("in one record it is no recipient: %s", s)
			}
			for split, n := 0, pow(3, len(c.of)); split < n; split++ {
				parts := make([]collector.Entry, 3)
				for i := range parts {
					parts[i].DN = dn
				}
				for i, rest := 0, split; i < len(c.of); i, rest = i+1, rest/3 {
					parts[rest%3].Attributes = append(parts[rest%3].Attributes, c.of[i])
				}
				if got := toldOf(t, parts); !reflect.DeepEqual(got, want) {
					t.Fatalf("in the records\n%v\nit is\n%v, in one\n%v", texts(parts), got, want)
				}
			}
		})
	}
}

func pow(base, n int) int {
	p := 1
	for range n {
		p *= base
	}
	return p
}

// texts are the names of what each record holds.
func texts(records []collector.Entry) (all [][]string) {
	for _, e := range records {
		var names []string
		for _, a := range e.Attributes {
			names = append(names, a.Name)
		}
		all = append(all, names)
	}
	return all
}
