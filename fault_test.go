package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/ldaptest"
)

const (
	faultUser     = "auditor@contoso.lab"
	faultPassword = "correct-horse-battery"
)

// faultyServer serves entries with a fault, and gives the flags to reach it.
func faultyServer(t *testing.T, entries []ldaptest.Entry, fault func(*ldaptest.Request) ldaptest.Fault) (*ldaptest.Server, []string) {
	t.Helper()
	s := ldaptest.Start(t, ldaptest.Config{
		Entries: entries, Passwords: map[string]string{faultUser: faultPassword}, LDAPS: true, Fault: fault, MaxPageSize: 100,
	})
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(faultPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, []string{s.URL(), "-u", faultUser, "--ca", s.CAFile(), "--password-file", file}
}

func on(part string, page int, f ldaptest.Fault) func(*ldaptest.Request) ldaptest.Fault {
	return func(r *ldaptest.Request) ldaptest.Fault {
		if strings.Contains(r.Filter, part) && r.Page == page {
			return f
		}
		return ldaptest.Fault{}
	}
}

// TestFaults: what goes wrong in the middle is said, and what came before is kept.
func TestFaults(t *testing.T) {
	const mailboxes = "(objectClass=user)(mailNickname=*)"
	for _, c := range []struct {
		name  string
		fault func(*ldaptest.Request) ldaptest.Fault
		found float64 // at least so many mailboxes are kept
		want  string
	}{
		{"cut in mid-page", on(mailboxes, 2, ldaptest.Fault{After: 3, Cut: true}), 100, "connection"},
		{"no paging control", on(mailboxes, 1, ldaptest.Fault{NoPaging: true}), 1, "paging"},
		{"size limit", on(mailboxes, 2, ldaptest.Fault{After: 5, Result: ldaptest.ResultSizeLimit}), 100, "size limit"},
		{"busy", on(mailboxes, 2, ldaptest.Fault{Result: ldaptest.ResultBusy}), 100, "busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, args := faultyServer(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 250}), c.fault)
			for _, l := range jsonReport(t, exitGaps, append([]string{"coverage"}, args...)...) {
				if l["object_type"] != "mailbox" {
					continue
				}
				if l["complete"] != false || !strings.Contains(l["reason"].(string), c.want) {
					t.Errorf("complete %v, reason %q; want incomplete and %q", l["complete"], l["reason"], c.want)
				}
				if l["found"].(float64) < c.found || l["found"].(float64) >= 250 {
					t.Errorf("%v mailboxes found; want at least %v and not all", l["found"], c.found)
				}
			}
			_, errs, code := runCommand(t, append([]string{"report", "totals"}, args...)...)
			if code != exitGaps || !strings.Contains(errs, "incomplete") || strings.Contains(errs, faultPassword) {
				t.Errorf("exit code %d, stderr %q; want 3 and a word of what is incomplete", code, errs)
			}
		})
	}
}

// TestNoExchange: a directory without Exchange is said to be one, not shown as empty.
func TestNoExchange(t *testing.T) {
	entries := slices.DeleteFunc(ldaptest.Directory(ldaptest.Size{Mailboxes: 3}), func(e ldaptest.Entry) bool {
		return strings.Contains(e.DN, "CN=Microsoft Exchange") ||
			slices.ContainsFunc(e.Attributes, func(a ldaptest.Attribute) bool { return strings.EqualFold(a.Name, "mailNickname") })
	})
	_, args := faultyServer(t, entries, nil)
	out, errs, code := runCommand(t, append([]string{"report", "totals"}, args...)...)
	if code != exitFailed || out != "" || !strings.Contains(errs, "CN=Microsoft Exchange") {
		t.Errorf("exit code %d, stdout %q, stderr %q; want 1 and where Exchange was looked for", code, out, errs)
	}
}

// TestInterrupt: Ctrl-C ends a report at once, with nothing written.
func TestInterrupt(t *testing.T) {
	_, args := faultyServer(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 250}),
		on("(objectClass=user)(mailNickname=*)", 2, ldaptest.Fault{After: 3, Stall: true}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var out, errs strings.Builder
	start := time.Now()
	code := run(ctx, append([]string{"report", "totals"}, args...), strings.NewReader(""), &out, &errs)
	if code != exitFailed || out.Len() != 0 || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out.String(), errs.String())
	}
	if d := time.Since(start); d > 20*time.Second { // far from the server's idle time-out, whatever the machine is doing
		t.Errorf("it took %v", d)
	}
}

// TestCertificate: a wrong name and an unknown authority name the remedy, and no password is sent.
func TestCertificate(t *testing.T) {
	s, args := faultyServer(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 1}), nil)
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"wrong name", append([]string{"ldaps://other.contoso.lab:" + s.Port(), "--dc", "other.contoso.lab=127.0.0.1"}, args[1:]...),
			[]string{"other.contoso.lab", "dc1.contoso.lab", "--dc"}},
		{"unknown authority", []string{s.URL(), "-u", faultUser, "--password-file", args[len(args)-1]}, []string{"--ca"}},
	} {
		before := len(s.Requests())
		_, errs, code := runCommand(t, append([]string{"report", "totals"}, c.args...)...)
		if code != exitFailed {
			t.Errorf("%s: exit code %d", c.name, code)
		}
		for _, want := range c.want {
			if !strings.Contains(errs, want) {
				t.Errorf("%s: stderr %q does not name %q", c.name, errs, want)
			}
		}
		if n := len(s.Requests()); n != before {
			t.Errorf("%s: %d requests were sent", c.name, n-before)
		}
	}
}
