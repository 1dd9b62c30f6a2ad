package alert

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mbxperm/model/door"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

var policy = Policy{Every: time.Hour, After: 1}

// check makes a check whose steps have these results: "greeting ok", "rcpt failed
// 451 4.7.1".
func check(address string, steps ...string) door.Check {
	c := door.Check{Protocol: door.SMTP, Host: "mail.contoso.com", Port: 25, Address: address}
	for _, text := range steps {
		words := strings.Fields(text + " - - -")
		s := door.Step{Name: words[0]}
		if err := s.Result.UnmarshalText([]byte(words[1])); err != nil {
			panic(err)
		}
		if words[2] != "-" {
			s.Code = words[2]
		}
		if words[3] != "-" {
			s.Enhanced = words[3]
		}
		c.Steps = append(c.Steps, s)
	}
	return c
}

// told decides, has every message accepted, and returns the subjects.
func told(s *State, p Policy, at time.Time, checks ...door.Check) (subjects []string) {
	for _, i := range s.Decide(checks, p, at) {
		for i.Sending != nil {
			subjects = append(subjects, i.Sending.Subject)
			s.Accepted(i, checks, at)
		}
	}
	return subjects
}

// TestIncident: told once, again after an hour, at once with another code, and
// when it is well again, with how long it was not.
func TestIncident(t *testing.T) {
	s := &State{Version: version}
	well, bad, worse := check("192.0.2.1", "connect ok", "rcpt ok"), check("192.0.2.1", "connect ok", "rcpt failed 451 4.7.1"), check("192.0.2.1", "connect ok", "rcpt failed 550")
	const failed, other = "Mail server failed: mail.contoso.com:25 RCPT 451 4.7.1", "Mail server failed: mail.contoso.com:25 RCPT 550"
	for _, step := range []struct {
		after int // minutes
		check door.Check
		want  string
	}{
		{0, well, ""}, {5, bad, failed}, {10, bad, ""}, {64, bad, ""}, {65, bad, failed}, {70, worse, other}, {75, worse, ""},
		{80, bad, failed}, {85, well, "Mail server well again: mail.contoso.com:25 RCPT, failed for 80 min"}, {90, well, ""}, {95, bad, failed},
	} {
		if got := strings.Join(told(s, policy, noon.Add(time.Duration(step.after)*time.Minute), step.check), "; "); got != step.want {
			t.Errorf("after %d minutes %q, want %q", step.after, got, step.want)
		}
	}
}

// TestAfter: only after some failures in a row.
func TestAfter(t *testing.T) {
	s := &State{Version: version}
	well, bad := check("192.0.2.1", "rcpt ok"), check("192.0.2.1", "rcpt failed 451")
	for n, c := range []struct {
		check door.Check
		want  int
	}{{bad, 0}, {bad, 0}, {well, 0}, {bad, 0}, {bad, 0}, {bad, 1}, {bad, 0}, {well, 1}, {well, 0}} {
		if got := told(s, Policy{Every: time.Hour, After: 3}, noon.Add(time.Duration(n)*time.Minute), c.check); len(got) != c.want {
			t.Errorf("run %d: %q, want %d", n, got, c.want)
		}
	}
}

// TestNotReached: a step that an earlier one keeps from being taken is neither
// well again nor another incident. One that is not taken any more, while all else
// is well, is well.
func TestNotReached(t *testing.T) {
	s := &State{Version: version}
	if got := told(s, policy, noon, check("192.0.2.1", "connect ok", "rcpt failed 451")); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if got := told(s, policy, noon, check("192.0.2.1", "connect failed", "rcpt skipped")); len(got) != 1 || !strings.Contains(got[0], "CONNECT") {
		t.Errorf("no connection: %q", got)
	}
	if got := told(s, policy, noon, check("192.0.2.1", "connect ok", "rcpt skipped")); len(got) != 2 {
		t.Errorf("not asked for any more: %q", got)
	}
}

// TestAddresses: one incident for a step, whatever the number of addresses; it is
// over when the step is well at each.
func TestAddresses(t *testing.T) {
	s := &State{Version: version}
	good, bad := check("192.0.2.1", "rcpt ok"), check("192.0.2.2", "rcpt failed 451")
	if got := told(s, policy, noon, bad, bad, good); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if got := told(s, policy, noon, good, bad); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if got := told(s, policy, noon, good, good); len(got) != 1 || !strings.Contains(got[0], "well again") {
		t.Errorf("%q", got)
	}
}

// TestClockSetBack: it neither keeps an alert for hours nor doubles one.
func TestClockSetBack(t *testing.T) {
	s := &State{Version: version}
	bad := check("192.0.2.1", "rcpt failed 451")
	n := 0
	for _, hours := range []float64{0, -10, -9.9, -9.1, -9, -8.5, -8} {
		n += len(told(s, policy, noon.Add(time.Duration(hours*float64(time.Hour))), bad))
	}
	if n != 3 { // at 0, an hour after the clock was set back, and an hour later
		t.Errorf("%d alerts, want 3", n)
	}
	if got := told(s, policy, noon.Add(-7*time.Hour), check("192.0.2.1", "rcpt ok")); len(got) != 1 || !strings.HasSuffix(got[0], "failed for 3 h 0 min") {
		t.Errorf("%q", got)
	}
}

// TestNotAccepted: what could not be sent is sent by the next run, and by no other
// name; what was well again before is told as both.
func TestNotAccepted(t *testing.T) {
	s := &State{Version: version}
	bad, well := check("192.0.2.1", "rcpt failed 451"), check("192.0.2.1", "rcpt ok")
	first := s.Decide([]door.Check{bad}, policy, noon)
	if len(first) != 1 {
		t.Fatalf("%d", len(first))
	}
	id := first[0].Sending.ID
	b, err := json.Marshal(s) // a crash: what was written is what there is
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Parse(b); err != nil {
		t.Fatal(err)
	}
	again := s.Decide([]door.Check{bad}, policy, noon.Add(time.Minute))
	if len(again) != 1 || again[0].Sending.ID != id {
		t.Errorf("the next run sends %+v, want %s again", again, id)
	}
	got := told(s, policy, noon.Add(2*time.Minute), well)
	if len(got) != 2 || !strings.Contains(got[0], "failed:") || !strings.Contains(got[1], "well again") {
		t.Errorf("%q", got)
	}
	if got := told(s, policy, noon.Add(3*time.Minute), well); len(got) != 0 || len(s.Incidents) != 0 {
		t.Errorf("%q, %d incidents", got, len(s.Incidents))
	}
}

// TestHostileSubject: a subject is one short line of ASCII, whatever a server says.
func TestHostileSubject(t *testing.T) {
	c := check("192.0.2.1", "rcpt failed")
	c.Steps[0].Detail = "no\r\nBcc: everybody@contoso.com\x1b[2J\u202e" + strings.Repeat("x", 500)
	c.Steps[0].Text = "\r\n.\r\nQUIT"
	due := (&State{}).Decide([]door.Check{c}, policy, noon)
	for _, text := range []string{due[0].Sending.Subject, strings.ReplaceAll(due[0].Sending.Body, "\n", " ")} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q", text)
		}
	}
	if n := len(due[0].Sending.Subject); n > mostSubject {
		t.Errorf("a subject of %d bytes", n)
	}
}

// TestFile: what is saved is read again, by its owner alone; what is damaged is
// kept aside; a later version is left alone.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "checks.json")
	f, aside, err := Open(t.Context(), path)
	if err != nil || aside != "" {
		t.Fatal(aside, err)
	}
	f.Decide([]door.Check{check("192.0.2.1", "rcpt failed 451")}, policy, noon)
	f.Keep([]door.Check{check("192.0.2.1", "rcpt failed 451")})
	if err := f.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s, err := Read(path)
	if err != nil || len(s.Incidents) != 1 || len(s.Checks) != 1 || s.Incidents[0].Sending == nil {
		t.Fatalf("%+v, %v", s, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) - 1 { // cut anywhere, but for the line end
		if n%17 != 0 {
			continue
		}
		if _, err := Parse(whole[:n]); err == nil {
			t.Fatalf("%d of %d bytes are taken for a whole state", n, len(whole))
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	f, aside, err = Open(t.Context(), path)
	if err != nil || aside == "" || len(f.Incidents) != 0 {
		t.Fatalf("%q, %v", aside, err)
	}
	f.Close()
	if kept, err := os.ReadFile(aside); err != nil || string(kept) != string(whole[:len(whole)/2]) {
		t.Errorf("kept aside: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"version":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("a later version: %v", err)
	}
}

// TestTwoAtOnce: of runs that end at the same time one tells of an incident.
func TestTwoAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checks.json")
	var mu sync.Mutex
	var sent []string
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			f, _, err := Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			subjects := told(&f.State, policy, noon, check("192.0.2.1", "rcpt failed 451"))
			if err := f.Save(context.Background()); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, subjects...)
		})
	}
	all.Wait()
	if len(sent) != 1 {
		t.Errorf("%q", sent)
	}
	if s, err := Read(path); err != nil || s.Incidents[0].Failures != 8 {
		t.Errorf("%v", err)
	}
}

// TestKeep: the last run of each address, and no more of a text than is shown.
func TestKeep(t *testing.T) {
	s := &State{}
	long := check("192.0.2.1", "greeting ok")
	long.Steps[0].Text = strings.Repeat("x", 60000)
	s.Keep([]door.Check{check("", "resolve failed")})
	s.Keep([]door.Check{long, check("192.0.2.2", "greeting ok")})
	s.Keep([]door.Check{long})
	if len(s.Checks) != 2 || len(s.Checks[1].Steps[0].Text) > mostText+5 || len(long.Steps[0].Text) != 60000 {
		t.Errorf("%d checks", len(s.Checks))
	}
}

// FuzzState: no file breaks anything: it is understood, and what it leads to is
// bounded, or it is not.
func FuzzState(f *testing.F) {
	s := &State{Version: version}
	s.Decide([]door.Check{check("192.0.2.1", "rcpt failed 451", "tls failed")}, policy, noon)
	s.Keep([]door.Check{check("192.0.2.1", "rcpt failed 451")})
	b, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"version":1,"incidents":[null]}`))
	f.Add([]byte(`{"version":1,"incidents":[{"step":"rcpt","since":"9999-12-31T23:59:59Z","failures":-5}],"checks":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		checks := []door.Check{check("192.0.2.1", "rcpt failed 451"), check("192.0.2.2", "rcpt ok")}
		due := s.Decide(checks, policy, noon)
		s.Keep(checks)
		for _, i := range slices.Clone(due) {
			for n := 0; i.Sending != nil; n++ {
				if n > 2 {
					t.Fatal("an incident is told without an end")
				}
				s.Accepted(i, checks, noon)
			}
		}
		if again := s.Decide(checks, policy, noon); len(again) != 0 {
			t.Fatalf("%d are told twice", len(again))
		}
	})
}
