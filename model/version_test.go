package model

import (
	"strings"
	"testing"
)

func TestRelease(t *testing.T) {
	for _, c := range []struct {
		v             ServerVersion
		want, build   string
		authority     string
		trustContains string
	}{
		{ServerVersion{15, 2, 2562, 17}, "SE RTM", "15.2.2562.17", AuthorityDirectory, "as in 2013 (inferred"},
		{ServerVersion{15, 2, 2562, 53}, "SE RTM", "15.2.2562.53", AuthorityDirectory, "as in 2013 (inferred"}, // a security update
		{ServerVersion{15, 2, 2999, 1}, "SE build 2999", "15.2.2999.1", AuthorityDirectory, "as in 2013"},
		{ServerVersion{15, 2, 1748, 10}, "2019 CU15", "15.2.1748.10", AuthorityDirectory, "as in 2013"},
		{ServerVersion{15, 2, 1544, 4}, "2019 CU14", "15.2.1544.4", AuthorityDirectory, "as in 2013"},
		{ServerVersion{15, 2, 1800, 0}, "2019 build 1800", "15.2.1800.0", AuthorityDirectory, "as in 2013"},
		{ServerVersion{15, 1, 2507, 6}, "2016 CU23", "15.1.2507.6", AuthorityDirectory, "as in 2013"},
		{ServerVersion{15, 0, 847, 32}, "2013 SP1", "15.0.847.32", AuthorityDirectory, "the directory decides about mailbox rights"},
		{ServerVersion{14, 3, 123, 4}, "2010 SP3", "14.3.123.4", AuthorityCopy, "(inferred)"},
		{ServerVersion{8, 0, 685, 24}, "2007 RTM", "8.0.685.24", AuthorityCopy, "(inferred)"},
		{ServerVersion{6, 5, 7638, 2}, "2003 SP2", "6.5.7638.2", AuthorityCopy, "the two can differ"},
		{ServerVersion{6, 0, 6249, 4}, "2000 SP3", "6.0.6249.4", AuthorityCopy, "the two can differ"},
		{ServerVersion{16, 0, 1, 0}, "version 16.0", "16.0.1.0", AuthorityDirectory, "inferred"},
		{ServerVersion{}, "", "", "", "not known which server"},
	} {
		if got := c.v.Release(); got != c.want {
			t.Errorf("%v is %q, want %q", c.v, got, c.want)
		}
		if got := c.v.String(); got != c.build {
			t.Errorf("build %q, want %q", got, c.build)
		}
		if got := c.v.Authority(); got != c.authority {
			t.Errorf("%s: authority %q, want %q", c.want, got, c.authority)
		}
		if got := c.v.Trust(); !strings.Contains(got, c.trustContains) {
			t.Errorf("%s: %q, want something with %q", c.want, got, c.trustContains)
		}
	}
}

// TestDeployment: what the servers say goes before what the directory was
// prepared for, and what could not be read is said.
func TestDeployment(t *testing.T) {
	const services = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
	const org = "CN=Contoso," + services
	server := func(name string) string { return "CN=" + name + ",CN=Servers," + org }
	var none ServerVersion
	cu14, cu15, se := ServerVersion{15, 2, 1544, 9}, ServerVersion{15, 2, 1748, 10}, ServerVersion{15, 2, 2562, 17}
	for _, c := range []struct {
		name     string
		servers  map[string]ServerVersion
		org      int
		schema   int
		exchange string
	}{
		{"nothing", nil, 0, 0, ""},
		{"two", map[string]ServerVersion{"A": cu14, "B": {15, 1, 2507, 6}, "C": {15, 2, 1544, 4}}, 16762, 17003, "2016 CU23 + 2019 CU14"},
		{"the build tells", map[string]ServerVersion{"A": cu15, "B": se}, 16763, 17003, "2019 CU15 + SE RTM"},
		{"no build", map[string]ServerVersion{"A": none}, 16763, 17003, "2019 CU15 or SE (no server's build was read)"},
		{"schema only", nil, 0, 17003, "2019 CU10 to CU15 or SE (no server's build was read)"},
		{"some builds", map[string]ServerVersion{"A": cu14, "B": none, "C": none}, 16762, 0, "2019 CU14 + 2 servers of unknown build"},
		{"unknown organisation", map[string]ServerVersion{"A": none}, 99999, 0, "1 server of unknown build"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := NewWriter(NewPool())
			for name, v := range c.servers {
				w.Put(&Object{DN: server(name), Class: ClassServer, Above: true})
				w.Server(server(name), v)
				w.Server(server(name), none) // a second look that shows less takes nothing back
			}
			w.Organisation(org, c.org)
			w.ExchangeSchema(c.schema)
			s := w.Snapshot()
			if got := s.Exchange(); got != c.exchange {
				t.Errorf("%q, want %q", got, c.exchange)
			}
			d := s.Deployment()
			if d.Organisation != "Contoso" || d.OrganisationVersion != c.org || d.SchemaVersion != c.schema || len(d.Servers) != len(c.servers) {
				t.Errorf("deployment %+v", d)
			}
			for _, x := range d.Servers {
				if x.Version != c.servers[x.Name] {
					t.Errorf("%s has %v, want %v", x.Name, x.Version, c.servers[x.Name])
				}
			}
			known := 0
			for _, v := range c.servers {
				if v != none {
					known++
				}
			}
			cover := s.Coverage()[coverServer]
			if cover.Found != len(c.servers) || cover.Decoded != known || cover.Unknown != len(c.servers)-known {
				t.Errorf("coverage %+v", cover)
			}
		})
	}
}

// TestEachMailboxByItsServer: the server of the store decides; where the store is
// not visible, the one that the account names; where that is not there either,
// nothing is said, and the server counts as unknown, once.
func TestEachMailboxByItsServer(t *testing.T) {
	w := NewWriter(NewPool())
	w.Server("CN=EX19,CN=Servers", ServerVersion{15, 2, 1544, 4})
	w.Server("CN=EX03,CN=Servers", ServerVersion{6, 5, 7638, 2})
	w.Put(&Object{DN: "CN=EX19,CN=Servers", Class: ClassServer})
	w.Put(&Object{DN: "CN=EX03,CN=Servers", Class: ClassServer})
	w.Put(&Object{DN: "CN=DB1", Class: ClassStore, Server: "CN=EX19,CN=Servers"})
	for _, m := range []Object{
		{DN: "CN=a", HomeMDB: "CN=DB1", HomeServer: "EX03"}, // moved, and the old name stayed
		{DN: "CN=b", HomeMDB: "CN=hidden", HomeServer: "ex03"},
		{DN: "CN=c", HomeMDB: "CN=hidden"},
		{DN: "CN=d", HomeMDB: "CN=hidden"},
		{DN: "CN=e", HomeServer: "GONE"},
	} {
		m.Class, m.Recipient, m.Type = ClassUser, Mailbox, "UserMailbox"
		w.Put(&m)
	}
	s := w.Snapshot()
	for i, want := range []string{"2019 CU14", "2003 SP2", "", "", ""} {
		o := s.object(*s.recips.at(uint32(i)))
		if got := s.release(o); got != want {
			t.Errorf("%s: %q, want %q", s.dnText(o.dn), got, want)
		}
	}
	if c := s.Coverage()[coverServer]; c.Found != 4 || c.Decoded != 2 || c.Unknown != 2 {
		t.Errorf("coverage %+v", c)
	}
	if d := s.Deployment(); d.Servers[0].Mailboxes != 1 || d.Servers[1].Mailboxes != 1 {
		t.Errorf("servers %+v", d.Servers)
	}
}
