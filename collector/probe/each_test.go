package probe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
)

// stepVerbs are the commands of each step, as the small servers have them.
var stepVerbs = map[door.Protocol]map[string]string{
	door.SMTP:  {"ehlo": "EHLO", "starttls": "STARTTLS", "auth": "AUTH", "mail": "MAIL", "rcpt": "RCPT", "data": "DATA", "rset": "RSET", "quit": "QUIT"},
	door.POP3:  {"capa": "CAPA", "starttls": "STARTTLS", "auth": "PASS", "stat": "STAT", "quit": "QUIT"},
	door.IMAP4: {"capability": "CAPABILITY", "starttls": "STARTTLS", "auth": "LOGIN", "examine": "EXAMINE", "logout": "QUIT"},
}

// faults are what can go wrong with an answer, in the words of each protocol.
func faults(p door.Protocol) map[string]string {
	switch p {
	case door.POP3:
		return map[string]string{"refused": "-ERR [SYS/TEMP] no\r\n"}
	case door.IMAP4:
		return map[string]string{"NO": "{tag} NO no\r\n", "BAD": "{tag} BAD what\r\n", "wrong tag": "a99 OK\r\n", "BYE": "* BYE down\r\n"}
	}
	return map[string]string{"4xx": "451 4.3.0 later\r\n", "5xx": "550 5.3.0 no\r\n", "421": "421 4.3.2 closing\r\n"}
}

// TestEachStep: each fault at each step of each protocol is a failure of that
// step and of no other; what cannot be reached then is skipped; nothing hangs.
func TestEachStep(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	acts := map[string]func(*mailtest.Peer){
		"close": func(*mailtest.Peer) {}, "reset": reset, "silence": silence, "half": func(p *mailtest.Peer) { p.Say("2"); silence(p) },
		"not a word": func(p *mailtest.Peer) { p.Say("\x00\xff\xfe!\r\n") }, "drip": drip,
	}
	for protocol, verbs := range stepVerbs {
		for step, verb := range verbs {
			try := func(name string, change func(*mailtest.Fake)) {
				t.Run(fmt.Sprintf("%s %s %s", protocol, step, name), func(t *testing.T) {
					patience := 10 * time.Second
					if slices.Contains([]string{"silence", "half", "drip", "wrong tag", "BYE"}, name) {
						t.Parallel()
						patience = 2 * time.Second
					}
					f := mailtest.Well(t, protocol, ca)
					change(f)
					o := Options{CAFile: ca.File, User: "auditor", Auth: "login", Password: password, Send: true, Timeout: patience}
					start := time.Now()
					c := checked(t, o, f.Serve(t))
					wantFault(t, c, step, name)
					if took := time.Since(start); took > 10*time.Second {
						t.Errorf("it took %s", took)
					}
				})
			}
			for name, answer := range faults(protocol) {
				try(name, func(f *mailtest.Fake) { f.Answers = map[string]string{verb: answer} })
			}
			for name, act := range acts {
				if name == "half" && verb != "MAIL" && verb != "STAT" && verb != "EXAMINE" || name == "drip" && verb != "RCPT" {
					continue // each waits for the time to be up: once for a protocol will do
				}
				try(name, func(f *mailtest.Fake) { f.Acts = map[string]func(*mailtest.Peer){verb: act} })
			}
		}
	}
}

// wantFault wants a step to have failed, with a reason, and before it nothing.
func wantFault(t *testing.T, c *door.Check, step, name string) {
	t.Helper()
	s := c.Step(step)
	switch {
	case step == "ehlo" && name == "5xx": // HELO is said then, and TLS is not to be had
		if s.Result != door.Warning || !strings.Contains(s.Detail, "EHLO was refused") {
			t.Errorf("%s: %s", s.Result, s.Detail)
		}
		return
	case step == "capa" && name == "refused":
		if s.Result != door.Warning {
			t.Errorf("%s: %s", s.Result, s.Detail)
		}
		return
	case s.Result != door.Failed:
		t.Errorf("%s: %s (%s; %s)", step, s.Result, s.Says(), s.Detail)
	case s.Says() == "" && s.Detail == "":
		t.Errorf("%s failed, and nobody knows why", step)
	}
	steps := c.Protocol.Steps()
	for _, before := range steps[:slices.Index(steps, step)] {
		if b := c.Step(before); b.Result == door.Failed {
			t.Errorf("before it %s has failed: %s %s", before, b.Says(), b.Detail)
		}
	}
	for i := range c.Steps {
		if b := &c.Steps[i]; b.Result == door.Skipped && b.Detail == "" {
			t.Errorf("%s was skipped, and nobody knows why", b.Name)
		}
	}
}
