package coverage_test

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/script"
)

// TestMailUsers: of a mailbox in Exchange Online and of a mail user it is counted
// whether what says where it is came, or may not be read, or is not there.
func TestMailUsers(t *testing.T) {
	all := model.Placing{Routing: "contoso.mail.onmicrosoft.com", RoutingState: model.Present, Remote: 4, RemoteState: model.Present, Display: -2147483642, DisplayState: model.Present}
	less := func(change func(*model.Placing)) model.Placing {
		p := all
		change(&p)
		return p
	}
	none := model.Placing{RoutingState: model.Missing, RemoteState: model.Missing, DisplayState: model.Missing}
	readable := script.SD(script.Allow(script.RID(99), acl.ReadProperty, 0))
	for _, c := range []struct {
		name     string
		placing  model.Placing
		security []byte
		want     string
	}{
		{"all of it came", all, script.SD(), "decoded"},
		{"one did not come, and may not be read", less(func(p *model.Placing) { p.Display, p.DisplayState = 0, model.Missing }), script.SD(), "unknown"},
		{"one did not come, and may be read", less(func(p *model.Placing) { p.Display, p.DisplayState = 0, model.Missing }), readable, "decoded"},
		{"one was not asked for", less(func(p *model.Placing) { p.Remote, p.RemoteState = 0, model.NotAsked }), readable, "unknown"},
		{"none is there", none, readable, "absent"},
	} {
		f := script.New()
		f.Put(model.Object{DN: "CN=r1," + script.StaffDN, GUID: script.GUID(80), SID: script.RID(80), Class: model.ClassUser, Account: "r1",
			Recipient: model.OtherRecipient, Type: "RemoteUserMailbox", SecurityState: model.Present, Security: c.security, DelegatesState: model.Present, Placing: &c.placing})
		f.More = func(w *model.Writer) {
			for i, name := range []string{"msExchRecipientDisplayType", "msExchRemoteRecipientType", "targetAddress"} {
				w.Schema(script.GUID(byte(i+1)), model.SchemaName{Name: name})
			}
		}
		for _, l := range coverage.Of(f.Snapshot(model.NewPool())) {
			if l.ObjectType != "mail-user" {
				continue
			}
			got := map[string]int{"decoded": l.Decoded, "unknown": l.Unknown, "absent": l.Absent}
			if l.Found != 1 || got[c.want] != 1 {
				t.Errorf("%s: %+v, want 1 %s", c.name, l, c.want)
			}
		}
	}
}
