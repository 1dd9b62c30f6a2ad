package change_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// doorsState is a state of an organisation with a server, its POP3 service, a
// connector, two rules and a mailbox.
func doorsState(t *testing.T, pool *model.Pool, change map[string]string, without ...string) *model.Snapshot {
	t.Helper()
	w := model.NewWriter(pool)
	w.State.Phase = model.Finished
	w.Token("", []acl.SID{acl.SIDAuthenticatedUsers})
	parts, err := sddl.Parse("O:BAG:BAD:(A;;RP;;;AU)", script.DomainSID)
	if err != nil {
		t.Fatal(err)
	}
	readable, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	values := func(pairs ...string) (out model.DoorValues) {
		for i := 0; i < len(pairs); i += 2 {
			text := pairs[i+1]
			if other, ok := change[pairs[i]]; ok {
				text = other
			}
			v := model.DoorValue{Name: pairs[i], Attribute: "attr" + pairs[i], State: model.Missing}
			if text != "" {
				v.State, v.Texts = model.Present, strings.Split(text, "|")
			}
			w.Schema(script.GUID(byte(len(pairs[i]))), model.SchemaName{Name: v.Attribute})
			out = append(out, v)
		}
		return out
	}
	put := func(number byte, dn string, class model.Class, kind model.DoorKind, v model.DoorValues) {
		if slices.Contains(without, strings.SplitN(strings.TrimPrefix(dn, "CN="), ",", 2)[0]) {
			return
		}
		w.Put(&model.Object{DN: dn, Class: class, GUID: script.GUID(100 + number), Security: readable, SecurityState: model.Present})
		w.Door(dn, kind, v)
	}
	server := "CN=EX1,CN=Servers," + script.ConfigDN
	put(1, server, model.ClassServer, model.DoorServer, values("NetworkAddress", "ncacn_ip_tcp:ex1.contoso.com"))
	put(2, "CN=1,CN=POP3,CN=Protocols,"+server, model.ClassDoor, model.DoorPOP3, values("LoginType", "3", "WhenChanged", "20260101000000.0Z"))
	put(3, "CN=Relay,CN=SMTP Receive Connectors,CN=Protocols,"+server, model.ClassConnector, model.DoorConnector,
		values("RemoteIPRanges", "10.0.0.1", "Bindings", "0.0.0.0:25", "AuthMechanism", "1"))
	xml := func(action string) string {
		return `<rules name="r"><rule name="rule" enabled="true"><version requiredMinVersion="15.0.0.0"><condition><and><true/></and></condition><action name="` + action + `"/></version></rule></rules>`
	}
	put(4, "CN=First,CN=Client Access Rules,"+script.ConfigDN, model.ClassDoor, model.DoorRule, values("Enabled", "True", "Priority", "1000000", "Xml", xml("AllowAccess")))
	all := change
	change = nil // these are of the first
	put(5, "CN=Second,CN=Client Access Rules,"+script.ConfigDN, model.ClassDoor, model.DoorRule, values("Enabled", "True", "Priority", "2000000", "Xml", xml("DenyAccess")))
	change = all
	dn := "CN=u1,OU=Staff," + script.DomainDN
	w.Put(&model.Object{DN: dn, Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox", Account: "u1", GUID: script.GUID(90), Security: readable, SecurityState: model.Present})
	w.Access(dn, values("protocolSettings", "POP3§0"))
	return w.Snapshot()
}

// TestFacts: what doors say otherwise than before, and what one of the states has
// not read.
func TestFacts(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  map[string]string
		without []string
		want    []string
	}{
		{name: "nothing"},
		{name: "when it was changed alone", change: map[string]string{"WhenChanged": "20260202000000.0Z"}},
		{name: "a setting", change: map[string]string{"LoginType": "1"}, want: []string{"changed setting settings EX1 POP3 LoginType: SecureLogin -> PlainTextLogin"}},
		{name: "ranges", change: map[string]string{"RemoteIPRanges": "10.0.0.1|10.0.0.2"}, want: []string{`changed setting connector EX1\Relay ranges: 10.0.0.1 -> 10.0.0.1|10.0.0.2`}},
		{name: "a rule is switched off", change: map[string]string{"Enabled": "False"}, want: []string{"changed rule rule First enabled: yes -> no"}},
		{name: "a rule is gone", without: []string{"Second"}, want: []string{"removed rule rule Second whole: there -> "}},
		{name: "no rule is there, and that is not shown", without: []string{"First", "Second"}, want: []string{
			"not-comparable rule rule First whole: there -> not read: none of these was", "not-comparable rule rule Second whole: there -> not read: none of these was"}},
		{name: "a protocol", change: map[string]string{"protocolSettings": "POP3§1|IMAP4§0"}, want: []string{
			"changed protocol protocol u1 IMAP4: on -> off", "changed protocol protocol u1 POP3: off -> on"}},
		{name: "the same in another form", change: map[string]string{"protocolSettings": "pop3§0§1"}},
	} {
		pool := model.NewPool()
		old, now := doorsState(t, pool, nil), doorsState(t, pool, c.change, c.without...)
		cmp, err := change.Compare(t.Context(), old, now, false)
		if err != nil {
			t.Fatal(err)
		}
		list, err := cmp.View(t.Context(), change.Query{Apart: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range list.Len() {
			x := list.Change(i)
			switch x.Kind {
			case change.KindSetting, change.KindRule, change.KindProtocol:
			default:
				continue
			}
			got = append(got, x.Change+" "+x.Kind+" "+x.ObjectType+" "+x.Target.Name+" "+x.Right+": "+x.Old.String()+" -> "+x.New.String())
			if key := list.TargetKey(i); x.Change == change.Changed && (key.IsZero() || !view.Has(now, key)) {
				t.Errorf("%s: %s leads nowhere", c.name, x.Right)
			}
			one, err := cmp.View(t.Context(), change.Query{Type: typeNamed(x.ObjectType)})
			if err != nil || one.Len() == 0 {
				t.Errorf("%s: not among the changes of %s: %v", c.name, x.ObjectType, err)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func typeNamed(flag string) *view.ObjectType {
	for _, t := range view.ObjectTypes {
		if t.Flag == flag {
			return t
		}
	}
	return nil
}
