package live

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

const emeaDN = "DC=emea," + ldaptest.Domain

// serveForest starts a domain controller of each of two domains, of which the first
// may be changed, and makes the options that reach both: the second is found by its name in --dc.
func serveForest(t *testing.T, home, child ldaptest.Size, change ...func(*ldaptest.Config)) (o Options, first, second *ldaptest.Server) {
	t.Helper()
	home.Children = append(home.Children, "emea")
	first = serve(t, home, change...)
	second = ldaptest.Start(t, ldaptest.Config{Entries: ldaptest.Child("emea", child), Passwords: map[string]string{user: password}, LDAPS: true,
		WhoAmI: `u:CONTOSO\auditor`, CertNames: []string{"dc1.emea.contoso.lab"}})
	var both []byte
	for _, s := range []*ldaptest.Server{first, second} {
		pem, err := os.ReadFile(s.CAFile())
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, pem...)
	}
	o = options(first)
	o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(o.CAFile, both, 0o600); err != nil {
		t.Fatal(err)
	}
	o.DC = Servers{"dc1.emea.contoso.lab": second.Addr()}
	o.Resolver = (&nameServer{}).start(t) // which knows nothing
	return o, first, second
}

func TestForest(t *testing.T) {
	noLeaks(t)
	o, first, second := serveForest(t, ldaptest.Size{Mailboxes: 120}, ldaptest.Size{Mailboxes: 230, NoExchange: false})
	asked := 0
	o.Password = func() (string, error) { asked++; return password, nil }
	j, err := read(t, o)
	if err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	if asked != 1 {
		t.Errorf("the password was asked for %d times", asked)
	}
	for _, c := range []struct {
		purpose collector.Purpose
		home    int
		child   int
	}{
		{decode.Mailboxes.Purpose, 120, 230}, {decode.Recipients.Purpose, 2, 2}, {decode.Groups.Purpose, 1, 1},
		{decode.Principals.Purpose, 2, 2}, {decode.Containers.Purpose, 6, 7}, {decode.RootDSE.Purpose, 2, 0},
	} {
		entries, _ := j.of(t, c.purpose)
		child := 0
		for _, e := range entries {
			if strings.HasSuffix(e.DN, emeaDN) {
				child++
			}
		}
		if len(entries)-child != c.home || child != c.child {
			t.Errorf("%s: %d and %d entries, want %d and %d", c.purpose, len(entries)-child, child, c.home, c.child)
		}
	}
	var bases []string
	for _, q := range j.begun {
		if q.Purpose == decode.Containers.Purpose {
			bases = append(bases, q.Base)
		}
	}
	if !slices.Equal(slices.Compact(bases), []string{ldaptest.Domain, emeaDN}) {
		t.Errorf("containers of %q, want those of the domain that was asked for first", bases)
	}
	for _, r := range second.Requests() {
		if r.Op == "search" && strings.Contains(strings.ToLower(r.Base), "cn=configuration") && !strings.Contains(strings.Join(r.Attributes, " "), "homeMDBBL") {
			t.Errorf("the configuration was read twice: %+v", r)
		}
	}
	for _, r := range first.Requests() {
		if strings.Contains(r.Base, "DC=emea") {
			t.Errorf("the first server was asked about the other domain: %+v", r)
		}
	}
}

// A domain is found whatever of its crossRef is hidden from the account, as long as
// the rest says that it is one; and where not even the own domain shows, the reading
// is not complete.
func TestHiddenPartitions(t *testing.T) {
	ofPartitions := func(c *ldaptest.Config, change func(*ldaptest.Entry)) {
		for i := range c.Entries {
			if strings.HasSuffix(c.Entries[i].DN, ",CN=Partitions,"+ldaptest.Configuration) {
				change(&c.Entries[i])
			}
		}
	}
	for name, c := range map[string]struct {
		hide func(*ldaptest.Entry)
		read bool // the other domain
	}{
		"no DNS name":     {func(e *ldaptest.Entry) { e.Hidden = []string{"dnsRoot"} }, true},
		"no NetBIOS name": {func(e *ldaptest.Entry) { e.Hidden = []string{"nETBIOSName"} }, true},
		"no flags":        {func(e *ldaptest.Entry) { e.Hidden = []string{"systemFlags"} }, true},
		"none at all":     {func(e *ldaptest.Entry) { e.Gone = func(*ldaptest.Request) bool { return true } }, false},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			o, _, second := serveForest(t, ldaptest.Size{Mailboxes: 3}, ldaptest.Size{Mailboxes: 3},
				func(config *ldaptest.Config) { ofPartitions(config, c.hide) })
			j, err := read(t, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := second.Connections() > 0; got != c.read {
				t.Errorf("the other domain was read: %v", got)
			}
			if c.read {
				j.complete(t)
				return
			}
			_, reason := j.of(t, decode.Partitions.Purpose)
			wantError(t, reason, ErrNotVisible, "partitions", `CONTOSO\auditor`)
			j.complete(t, decode.Partitions.Purpose)
			o.OneDomain = true // then nobody misses them
			if j, err = read(t, o); err != nil {
				t.Fatal(err)
			}
			j.complete(t)
		})
	}
}

// TestForestOfOne leaves the other domains alone.
func TestForestOfOne(t *testing.T) {
	noLeaks(t)
	o, _, second := serveForest(t, ldaptest.Size{Mailboxes: 10}, ldaptest.Size{Mailboxes: 10})
	o.OneDomain = true
	j, err := read(t, o)
	if err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	if n := second.Connections(); n != 0 {
		t.Errorf("%d connections to the other domain", n)
	}
}

// TestDeadDomain: a domain that cannot be reached, or has another server under
// its name, stops nobody; each of its searches ends with the reason.
func TestDeadDomain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options, *ldaptest.Server)
		want   string
	}{
		"no DNS":  {func(o *Options, _ *ldaptest.Server) { o.DC = nil }, "DNS knows no domain controller of emea.contoso.lab"},
		"refused": {func(_ *Options, s *ldaptest.Server) { s.Close() }, "dc1.emea.contoso.lab"},
		"another": {func(o *Options, s *ldaptest.Server) {
			o.DC["dc1.emea.contoso.lab"] = strings.TrimPrefix(o.URL, "ldaps://")
		}, "emea.contoso.lab"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			o, _, second := serveForest(t, ldaptest.Size{Mailboxes: 10}, ldaptest.Size{Mailboxes: 10})
			c.change(&o, second)
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			lost := map[collector.Purpose]bool{}
			for _, q := range j.begun {
				switch end := j.ended[q.ID]; {
				case q.Base == emeaDN || end != nil:
					lost[q.Purpose] = true
					if end == nil || !strings.Contains(end.Error(), "domain emea.contoso.lab was not read") || !strings.Contains(end.Error(), c.want) ||
						!strings.Contains(end.Error(), "--one-domain") {
						t.Errorf("%s of %s ended with %v", q.Purpose, q.Base, end)
					}
				}
			}
			for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Groups.Purpose, decode.Principals.Purpose, decode.Containers.Purpose} {
				if !lost[p] {
					t.Errorf("nothing is said of %s", p)
				}
			}
			if entries, _ := j.of(t, decode.Mailboxes.Purpose); len(entries) != 10 {
				t.Errorf("%d mailboxes, want 10", len(entries))
			}
		})
	}
}

// TestForestLookup: a SID is asked for in its own domain, once, and one of no
// domain of the forest in the first.
func TestForestLookup(t *testing.T) {
	noLeaks(t)
	o, first, second := serveForest(t, ldaptest.Size{Mailboxes: 5}, ldaptest.Size{Mailboxes: 5})
	o.Misses = new(Misses)
	s := open(t, o)
	defer s.Close()
	if err := s.Read(t.Context(), newJournal()); err != nil {
		t.Fatal(err)
	}
	sidOf := func(b []byte) acl.SID {
		sid, err := acl.SIDFromBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		return sid
	}
	home, child := sidOf(ldaptest.SID(9001)), sidOf(ldaptest.ChildSID("emea", 9002))
	stranger, held := acl.MustParseSID("S-1-5-21-9-9-9-1000"), sidOf(ldaptest.ChildSID("emea", 2003))
	before := [2]int{len(first.Requests()), len(second.Requests())}
	j := newJournal()
	if err := s.Lookup(t.Context(), []acl.SID{home, child, stranger, held}, j); err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	if want := []acl.SID{home, child, stranger}; len(j.missed) != 3 || !slices.Contains(j.missed, want[0]) || !slices.Contains(j.missed, want[1]) || !slices.Contains(j.missed, want[2]) {
		t.Errorf("missed %v, want %v", j.missed, want)
	}
	if entries, _ := j.of(t, decode.Lookup.Purpose); len(entries) != 1 || !bytes.Equal(entries[0].Value("objectSid"), held.Bytes()) {
		t.Errorf("found %v", entries)
	}
	for i, server := range []*ldaptest.Server{first, second} {
		n := 0
		for _, r := range server.Requests()[before[i]:] {
			if r.Op == "search" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("server %d was asked %d times", i+1, n)
		}
	}
	if len(o.Misses.sids) != 3 {
		t.Errorf("%d misses are remembered, want 3", len(o.Misses.sids))
	}
}

// TestForestInSnapshot: domains are complete one by one, so that a SID of the one
// that was read is an orphan and one of the dead one is not; names carry the
// domain where accounts of two were read.
func TestForestInSnapshot(t *testing.T) {
	for name, dead := range map[string]bool{"alive": false, "dead": true} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			o, _, second := serveForest(t, ldaptest.Size{Mailboxes: 20}, ldaptest.Size{Mailboxes: 30})
			if dead {
				second.Close()
			}
			s := collect(t, open(t, o))
			if err := s.State.Err; err != nil {
				t.Fatal(err)
			}
			if s.State.Server != "dc1.contoso.lab" {
				t.Errorf("server %q", s.State.Server)
			}
			result, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Show: hiding.All})
			if err != nil {
				t.Fatal(err)
			}
			domains := map[string]int{}
			for i := range result.Len() {
				if l := result.Line(i); l.Kind == model.KindMailbox || l.Type == model.UnknownType {
					domains[l.Domain]++
					if want := !dead; l.Qualified != want {
						t.Errorf("%s: qualified %v, want %v", l.Name, l.Qualified, want)
					}
				}
			}
			if want := map[bool]int{false: 30, true: 0}[dead]; domains["CONTOSO"] != 20 || domains["EMEA"] != want {
				t.Errorf("mailboxes by domain: %v", domains)
			}
			for _, l := range coverage.Of(s) {
				if l.ObjectType == "mailbox-account" && (l.Complete == dead || dead != strings.Contains(l.Reason, "domain emea.contoso.lab was not read")) {
					t.Errorf("coverage %+v", l)
				}
			}
		})
	}
}

// TestNoLateQuestion: a password that the first domain did not need is not asked
// for when the reading runs, and the other domain says so.
func TestNoLateQuestion(t *testing.T) {
	s := newSource(Options{User: user, Password: func() (string, error) {
		t.Error("somebody was asked")
		return password, nil
	}})
	defer s.close()
	late := s.lateOptions()
	if _, err := late.Password(); err == nil || !strings.Contains(err.Error(), "not asked for later") {
		t.Errorf("%v", err)
	}
	known := newSource(Options{User: user, Password: func() (string, error) { return password, nil }})
	defer known.close()
	if _, err := known.options.Password(); err != nil {
		t.Fatal(err)
	}
	late = known.lateOptions()
	if p, err := late.Password(); p != password || err != nil {
		t.Errorf("%q, %v", p, err)
	}
}
