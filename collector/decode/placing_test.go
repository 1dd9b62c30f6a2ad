package decode_test

import (
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// TestPlacing: the numbers of a directory have 32 bits and a sign, addresses may
// be of any shape, and what is none of either says nothing.
func TestPlacing(t *testing.T) {
	at := func(attributes map[string][]string) (*model.Snapshot, model.ObjectID) {
		e := collector.Entry{DN: "CN=a,DC=contoso,DC=com"}
		attributes["objectClass"], attributes["sAMAccountName"] = []string{"user"}, []string{"a"}
		for name, texts := range attributes {
			a := collector.Attribute{Name: name}
			for _, v := range texts {
				a.Values = append(a.Values, []byte(v))
			}
			e.Attributes = append(e.Attributes, a)
		}
		src := &tape{}
		src.Entry(&e)
		c := session.Start(t.Context(), src, model.NewPool(), nil)
		<-c.Done()
		return c.Snapshot(), 1
	}
	for text, want := range map[string]int32{"-1073741818": -1073741818, "1073741824": 1073741824, "0": 0, "-2147483648": -2147483648} {
		s, id := at(map[string][]string{"msExchRecipientDisplayType": {text}})
		if p := s.PlacingOf(id); p.Display != want || p.DisplayState != model.Present {
			t.Errorf("%s: got %d, %v", text, p.Display, p.DisplayState)
		}
	}
	for _, text := range []string{"", "-", "1x", "2147483648", "99999999999999999999", "-2147483649", "\x1b[2J"} {
		s, id := at(map[string][]string{"msExchRecipientDisplayType": {text}})
		if p := s.PlacingOf(id); p.DisplayState == model.Present {
			t.Errorf("%q was taken for %d", text, p.Display)
		}
	}
	for text, want := range map[string]string{
		"SMTP:a@Contoso.Mail.OnMicrosoft.com": "contoso.mail.onmicrosoft.com", "X400:c=de": "", "smtp:@": "", "SMTP:a@b@\xff.com ": "\uFFFD.com",
	} {
		s, id := at(map[string][]string{"targetAddress": {text}})
		if p := s.PlacingOf(id); p.Routing != want || p.RoutingState != model.Present {
			t.Errorf("%q: got %q, %v", text, p.Routing, p.RoutingState)
		}
	}
	s, id := at(map[string][]string{"proxyAddresses": {"smtp:x@contoso.com", "SMTP:first@contoso.com", "SMTP:second@contoso.com"}, "userPrincipalName": {"\xffa@contoso.com"}})
	if upn, smtp := s.MailNames(id); upn != "\uFFFDa@contoso.com" || smtp != "first@contoso.com" {
		t.Errorf("names %q and %q", upn, smtp)
	}
}
