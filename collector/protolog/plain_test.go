package protolog_test

import (
	"encoding/csv"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

// This is the slow plain reading that the fast one is held against: a line at a
// time, encoding/csv for the columns, regular expressions for the context.

// plainSum is what a client did with an account.
type plainSum struct{ ok, failed, sessions, tls, startTLS, plain int }

var (
	okAnswer   = regexp.MustCompile(`(?i)(^|;)R=("?)(\+?OK)\b`)
	hasAnswer  = regexp.MustCompile(`(^|;)R=`)
	clientIP   = regexp.MustCompile(`;ClientIp=([^;]*)`)
	threeParts = regexp.MustCompile(`^[^\\]+\\([^\\]+)\\([^\\]+)$`)
)

func plainClient(endpoint string) string {
	host := endpoint
	if p, err := netip.ParseAddrPort(endpoint); err == nil {
		return p.Addr().Unmap().String()
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.Unmap().String()
	}
	return host
}

// plainLogons sums a log of 2010 and later.
func plainLogons(t *testing.T, text string, back bool) map[string]plainSum {
	t.Helper()
	type session struct {
		client, user, local string
		secure, tried       bool
	}
	sums, sessions, at := map[string]plainSum{}, map[string]*session{}, map[string]int{}
	end := func(s *session) {
		if s != nil && !s.tried {
			k := s.client + "||"
			sum := sums[k]
			sum.sessions++
			sums[k] = sum
		}
	}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if f[0] == "dateTime" {
			for i, name := range f {
				at[name] = i
			}
			continue
		}
		id, remote := f[at["sessionId"]], f[at["cIp"]]
		key := id + " " + remote
		if f[at["seqNumber"]] == "0" {
			end(sessions[key])
			sessions[key] = &session{client: plainClient(remote), local: f[at["sIp"]]}
		}
		s := sessions[key]
		context, command := f[at["context"]], strings.ToLower(f[at["command"]])
		ok := okAnswer.MatchString(context)
		typed, _, _ := strings.Cut(f[at["parameters"]], " ")
		switch {
		case command == "closesession":
			end(s)
			delete(sessions, key)
		case (command == "starttls" || command == "stls") && ok:
			s.secure = true
		case command == "user" && ok:
			s.user = typed
		case (command == "login" || command == "pass" || command == "user") && hasAnswer.MatchString(context):
			if command == "login" {
				s.user = typed
			}
			s.tried = true
			user, client, mailbox := f[at["user"]], s.client, ""
			if user == "" {
				user = s.user
			}
			if m := clientIP.FindStringSubmatch(context); m != nil && back {
				client = plainClient(m[1])
			}
			if m := threeParts.FindStringSubmatch(s.user); m != nil {
				mailbox = m[2]
			}
			k := client + "|" + user + "|" + mailbox
			sum := sums[k]
			switch port := s.local[strings.LastIndex(s.local, ":")+1:]; {
			case !ok:
				sum.failed++
			case back:
				sum.ok++
			case port == "993" || port == "995":
				sum.ok++
				sum.tls++
			case s.secure:
				sum.ok++
				sum.startTLS++
			default:
				sum.ok++
				sum.plain++
			}
			sums[k] = sum
		}
	}
	for _, s := range sessions {
		end(s)
	}
	return sums
}

func fastLogons(s *model.Snapshot) map[string]plainSum {
	out := map[string]plainSum{}
	for _, c := range s.Connections {
		out[c.Client+"|"+c.User+"|"+c.Mailbox] = plainSum{c.OK, c.Failed, c.Sessions, c.TLS, c.StartTLS, c.Plain}
	}
	return out
}

// TestAgainstPlain: every form of POP3 and IMAP4 logs gives the same sums, all
// of them, as the plain reading.
func TestAgainstPlain(t *testing.T) {
	for _, protocol := range []string{"POP3", "IMAP4"} {
		for _, form := range []logtest.Form{logtest.With13, logtest.With12, logtest.With10} {
			for _, back := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s form %d back %v", protocol, form, back), func(t *testing.T) {
					text := logText(t, logtest.Log{Protocol: protocol, Form: form, Back: back, Seed: uint64(form) + 7, Start: start,
						Sessions: 3000, Commands: 3, Users: 40, Clients: 60, CRLF: form == logtest.With12, BOM: form == logtest.With10})
					dir, name := t.TempDir(), protocol
					if back {
						name += "BE"
					}
					put(t, dir, name+"2026110208-1.LOG", text)
					got, want := fastLogons(read(t, nil, in("EX13="+dir))), plainLogons(t, string(text), back)
					same(t, got, want)
				})
			}
		}
	}
}

// same compares sums, and says the first that differ.
func same[V comparable](t *testing.T, got, want map[string]V) {
	t.Helper()
	if len(want) < 20 {
		t.Fatalf("only %d sums to compare", len(want))
	}
	var keys []string
	for k := range got {
		keys = append(keys, k)
	}
	for k := range want {
		if _, ok := got[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	bad := 0
	for _, k := range keys {
		if got[k] != want[k] {
			if bad++; bad < 5 {
				t.Errorf("%s: %+v, want %+v", k, got[k], want[k])
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d differ", bad, len(keys))
	}
}
