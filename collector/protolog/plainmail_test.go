package protolog_test

import (
	"encoding/csv"
	"net/netip"
	"strings"
	"testing"

	"mbxperm/collector/protolog"
	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

// plainMail is what a client did at a connector, as the plain reading counts it.
type plainMail struct{ sessions, tls, mayRelay, messages, recipients, external, relayed, rejected int }

// plainRelays sums an SMTP log whose answers are all there, in order.
func plainRelays(t *testing.T, text string) map[string]plainMail {
	t.Helper()
	type session struct {
		key                string
		queue              []string
		recipients, beyond int
	}
	sums, sessions := map[string]plainMail{}, map[string]*session{}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		event, data, context := f[6], f[7], f[8]
		id := f[1] + f[2] + f[5]
		if event == "+" {
			_, connector, _ := strings.Cut(f[1], `\`)
			sessions[id] = &session{key: strings.TrimSpace(connector) + "|" + netip.MustParseAddrPort(f[5]).Addr().String()}
		}
		s := sessions[id]
		sum := sums[s.key]
		switch {
		case event == "+":
			sum.sessions++
		case event == "*" && strings.Contains(data, "SMTPAcceptAnyRecipient"):
			sum.mayRelay++
		case event == "*" && strings.HasPrefix(context, "TLS protocol"):
			sum.tls++
		case event == "<":
			s.queue = append(s.queue, data)
		case event == ">" && len(s.queue) > 0 && data[3] != '-' && data[0] != '3':
			command := strings.ToUpper(s.queue[0])
			s.queue = s.queue[1:]
			switch ok := data[0] == '2'; {
			case !ok:
				sum.rejected++
			case strings.HasPrefix(command, "MAIL"):
				s.recipients, s.beyond = 0, 0
			case strings.HasPrefix(command, "RCPT"):
				s.recipients++
				if !strings.HasSuffix(command, "@CONTOSO.COM>") {
					s.beyond++
				}
			case command == "DATA", strings.HasSuffix(command, " LAST"):
				sum.messages++
				sum.recipients += s.recipients
				sum.external += s.beyond
				if s.beyond > 0 {
					sum.relayed++
				}
			}
		}
		sums[s.key] = sum
	}
	return sums
}

func fastRelays(s *model.Snapshot) map[string]plainMail {
	out := map[string]plainMail{}
	for _, r := range s.Relays {
		rejected := 0
		for _, t := range r.Rejected {
			rejected += t.N
		}
		out[r.Connector+"|"+r.Client] = plainMail{r.Sessions, r.TLS, r.MayRelay, r.Messages, r.Recipients, r.External, r.Relayed, rejected}
	}
	return out
}

// TestMailAgainstPlain: SMTP logs of every release give the same sums as the
// plain reading.
func TestMailAgainstPlain(t *testing.T) {
	for name, l := range map[string]logtest.SMTP{
		"2010": {Release: 2010, Seed: 3}, "2013 front end": {Release: 2013, Seed: 4},
	} {
		t.Run(name, func(t *testing.T) {
			l.Server, l.Start, l.Sessions, l.Clients = "EX13", start, 2000, 60
			text := smtpText(t, l)
			dir := t.TempDir()
			put(t, dir, "EX13/TransportRoles/Logs/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG", text)
			o := in(dir)
			o.Accepted = []string{"contoso.com"}
			same(t, fastRelays(read(t, nil, o)), plainRelays(t, string(text)))
		})
	}
}

// TestHubCountsOnce: what a front end handed over stands with the front end's
// session, and the messages of both logs count once.
func TestHubCountsOnce(t *testing.T) {
	front := smtpText(t, logtest.SMTP{Server: "EX13", Release: 2013, Seed: 5, Start: start, Sessions: 500, Clients: 40})
	hub := smtpText(t, logtest.SMTP{Server: "EX13", Release: 2013, Seed: 6, Hub: true, Front: 5, Start: start, Sessions: 600, Clients: 40})
	dir := t.TempDir()
	put(t, dir, "EX13/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG", front)
	alone := fastRelays(read(t, nil, protolog.Options{Folders: []protolog.Folder{{Path: dir}}, Accepted: []string{"contoso.com"}}))
	put(t, dir, "EX13/TransportRoles/Logs/Hub/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG", hub)
	both := read(t, nil, protolog.Options{Folders: []protolog.Folder{{Path: dir}}, Accepted: []string{"contoso.com"}})
	hubSessions := 0
	for _, r := range both.Relays {
		if r.Side == "hub" {
			hubSessions += r.Sessions
			if strings.HasPrefix(r.Client, "10.") {
				t.Errorf("the front end %s counts as a client of the hub", r.Client)
			}
			continue
		}
		k := r.Connector + "|" + r.Client
		if a := alone[k]; a.messages != r.Messages || a.sessions != r.Sessions {
			t.Errorf("%s: %d messages in %d sessions, want %d in %d", k, r.Messages, r.Sessions, a.messages, a.sessions)
		}
	}
	if hubSessions != 100 { // those that the front end's log has not
		t.Errorf("%d sessions of the hub alone, want 100", hubSessions)
	}
}
