package door_test

import (
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/door"
)

func demoState(t testing.TB, spec string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// TestTargets: what clients may connect to, each once; no back end, no loopback.
func TestTargets(t *testing.T) {
	s := demoState(t, "demo:5")
	var got []string
	for _, v := range door.Targets(s, "2019") {
		got = append(got, string(v.Protocol)+" "+v.Name()+" "+v.Server+" "+v.Site+" "+v.Domain)
	}
	want := `pop3 ex19-01.contoso.com:110 EX19-01 Munich 
pop3 ex19-01.contoso.com:995 EX19-01 Munich 
imap4 ex19-01.contoso.com:143 EX19-01 Munich 
imap4 ex19-01.contoso.com:993 EX19-01 Munich 
smtp ex19-01.contoso.com:25 EX19-01 Munich contoso.com
smtp ex19-01.contoso.com:587 EX19-01 Munich contoso.com
smtp ex19-01.contoso.com:26 EX19-01 Munich contoso.com`
	if strings.Join(got, "\n") != want {
		t.Errorf("targets:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
	if domains, ok := door.AcceptedDomains(s); !ok || strings.Join(domains, " ") != "contoso.com fabrikam.com" {
		t.Errorf("accepted domains %v", domains)
	}
	if c := door.ConnectorNamed(s, `ex19-01\anonymous relay `); c == nil || c.Name != "Anonymous Relay" {
		t.Errorf("a connector by its name in logs: %v", c)
	}
	for _, c := range []struct {
		protocol door.Protocol
		front    bool
		want     string
	}{{door.IMAP4, true, door.LoggingOn}, {door.POP3, true, door.LoggingOff}, {door.SMTP, true, door.LoggingOn}, {door.SMTP, false, door.LoggingOff}} {
		if on, _ := door.LoggingOf(s, "ex19-01", c.protocol, c.front); on != c.want {
			t.Errorf("logging of %s, front end %v: %s, want %s", c.protocol, c.front, on, c.want)
		}
	}
}
