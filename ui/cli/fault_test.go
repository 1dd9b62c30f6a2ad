package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/ldaptest"
	"mbxperm/ui/cli/program"
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
	return s, []string{s.URL(), "-u", faultUser, "--ca", s.CAFile(), "--retry-pause", "1ms", "--password-file", file}
}

func on(part string, page int, f ldaptest.Fault) func(*ldaptest.Request) ldaptest.Fault {
	return func(r *ldaptest.Request) ldaptest.Fault {
		if strings.Contains(r.Filter, part) && r.Page == page {
			return f
		}
		return ldaptest.Fault{}
	}
}

// from is on for a page and all behind it.
func from(part string, page int, f ldaptest.Fault) func(*ldaptest.Request) ldaptest.Fault {
	return func(r *ldaptest.Request) ldaptest.Fault {
		if strings.Contains(r.Filter, part) && r.Page >= page {
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
		{"pages without end", from(mailboxes, 2, ldaptest.Fault{Mode: ldaptest.Modes["empty pages without end"]}), 100, "pages in a row and nothing new in them"},
		{"references", from(mailboxes, 2, ldaptest.Fault{Mode: ldaptest.Modes["thousands of references"]}), 250, "5000 references to other servers, of which the first 100 were kept"},
		{"drops", from(mailboxes, 2, ldaptest.Fault{Mode: ldaptest.Modes["a byte at a time"]}), 100, "nothing whole and new for 1s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // they wait more than they work
			_, args := faultyServer(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 250}), c.fault)
			if c.name == "drops" {
				args = append([]string{"--idle", "1s"}, args...)
			}
			for _, l := range program.Report(t, program.Gaps, append([]string{"coverage"}, args...)...) {
				if l["object_type"] != "mailbox" {
					continue
				}
				if l["complete"] != false || !strings.Contains(l["reason"].(string), c.want) {
					t.Errorf("complete %v, reason %q; want incomplete and %q", l["complete"], l["reason"], c.want)
				}
				if l["found"].(float64) < c.found {
					t.Errorf("%v mailboxes found; want at least %v", l["found"], c.found)
				}
			}
			_, errs, code := program.Run(t, append([]string{"report", "totals"}, args...)...)
			if code != program.Gaps || !strings.Contains(errs, "incomplete") || strings.Contains(errs, faultPassword) {
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
	out, errs, code := program.Run(t, append([]string{"report", "totals"}, args...)...)
	if code != program.Failed || out != "" || !strings.Contains(errs, "CN=Microsoft Exchange") {
		t.Errorf("exit code %d, stdout %q, stderr %q; want 1 and where Exchange was looked for", code, out, errs)
	}
}

// TestInterrupt: Ctrl-C ends a report at once, with nothing written.
func TestInterrupt(t *testing.T) {
	out, errs, code := interrupted(t, os.Interrupt, "report", "totals", "SOURCE")
	if code != program.Failed || out != "" || !strings.Contains(errs, "interrupted") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
}

// interrupted runs a command on a directory that stalls in the middle of the
// mailboxes, and sends it a signal there. SOURCE among the arguments stands for the
// directory and the flags to reach it. The server would wait for ever.
func interrupted(t *testing.T, s os.Signal, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	stall := on("(objectClass=user)(mailNickname=*)", 2, ldaptest.Fault{After: 3, Stall: true})
	stalled := make(chan bool, 1)
	_, source := faultyServer(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 250}), func(r *ldaptest.Request) ldaptest.Fault {
		f := stall(r)
		if f.Stall {
			select {
			case stalled <- true:
			default:
			}
		}
		return f
	})
	i := slices.Index(args, "SOURCE")
	cmd := program.Command(t, slices.Concat(args[:i], source, args[i+1:])...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-stalled
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
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
		_, errs, code := program.Run(t, append([]string{"report", "totals"}, c.args...)...)
		if code != program.Failed {
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
