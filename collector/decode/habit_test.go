package decode_test

import (
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// TestHabit: the last logon is a count of 100 ns since 1601, and what is none says
// nothing; where mail is sent on to is kept as it is stored, once.
func TestHabit(t *testing.T) {
	read := func(attributes map[string]string, twice bool) *model.Snapshot {
		e := collector.Entry{DN: "CN=a,DC=contoso,DC=com"}
		attributes["objectClass"], attributes["sAMAccountName"], attributes["mailNickname"] = "user", "a", "a"
		for name, text := range attributes {
			e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: [][]byte{[]byte(text)}})
		}
		src := &tape{}
		src.Entry(&e)
		if twice {
			src.Entry(&e)
		}
		c := session.Start(t.Context(), src, model.NewPool(), nil)
		<-c.Done()
		return c.Snapshot()
	}
	for text, want := range map[string]string{
		"133485408000000000": "2024-01-01", "116444736000000000": "", "0": "", "9223372036854775807": "", "-5": "", "x": "", "": "", "116445600000000000": "1970-01-02",
	} {
		got := ""
		if at := read(map[string]string{"lastLogonTimestamp": text}, false).LastLogon(1); !at.IsZero() {
			got = at.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: last logon %q, want %q", text, got, want)
		}
	}
	s := read(map[string]string{"altRecipient": "CN=b,DC=contoso,DC=com", "msExchGenericForwardingAddress": "smtp:b\xff@fabrikam.com", "deliverAndRedirect": "true"}, true)
	all := s.Forwards()
	if len(all) != 1 || s.DNText(all[0].To) != "CN=b,DC=contoso,DC=com" || all[0].Address != "smtp:b\uFFFD@fabrikam.com" || !all[0].Keeps {
		t.Errorf("forwards %+v", all)
	}
	if all := read(map[string]string{}, false).Forwards(); len(all) != 0 {
		t.Errorf("forwards %+v of one without", all)
	}
}
