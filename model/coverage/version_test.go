package coverage

import (
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

func TestRelease(t *testing.T) {
	for _, c := range []struct {
		v             model.ServerVersion
		want, build   string
		authority     string
		trustContains string
	}{
		{model.ServerVersion{Major: 15, Minor: 2, Build: 2562, Revision: 17}, "SE RTM", "15.2.2562.17", model.AuthorityDirectory, "as in 2013 (inferred"},
		{model.ServerVersion{Major: 15, Minor: 2, Build: 2562, Revision: 53}, "SE RTM", "15.2.2562.53", model.AuthorityDirectory, "as in 2013 (inferred"}, // a security update
		{model.ServerVersion{Major: 15, Minor: 2, Build: 2999, Revision: 1}, "SE build 2999", "15.2.2999.1", model.AuthorityDirectory, "as in 2013"},
		{model.ServerVersion{Major: 15, Minor: 2, Build: 1748, Revision: 10}, "2019 CU15", "15.2.1748.10", model.AuthorityDirectory, "as in 2013"},
		{model.ServerVersion{Major: 15, Minor: 2, Build: 1544, Revision: 4}, "2019 CU14", "15.2.1544.4", model.AuthorityDirectory, "as in 2013"},
		{model.ServerVersion{Major: 15, Minor: 2, Build: 1800, Revision: 0}, "2019 build 1800", "15.2.1800.0", model.AuthorityDirectory, "as in 2013"},
		{model.ServerVersion{Major: 15, Minor: 1, Build: 2507, Revision: 6}, "2016 CU23", "15.1.2507.6", model.AuthorityDirectory, "as in 2013"},
		{model.ServerVersion{Major: 15, Minor: 0, Build: 847, Revision: 32}, "2013 SP1", "15.0.847.32", model.AuthorityDirectory, "the directory decides about mailbox rights"},
		{model.ServerVersion{Major: 14, Minor: 3, Build: 123, Revision: 4}, "2010 SP3", "14.3.123.4", model.AuthorityCopy, "(inferred)"},
		{model.ServerVersion{Major: 8, Minor: 0, Build: 685, Revision: 24}, "2007 RTM", "8.0.685.24", model.AuthorityCopy, "(inferred)"},
		{model.ServerVersion{Major: 6, Minor: 5, Build: 7638, Revision: 2}, "2003 SP2", "6.5.7638.2", model.AuthorityCopy, "the two can differ"},
		{model.ServerVersion{Major: 6, Minor: 0, Build: 6249, Revision: 4}, "2000 SP3", "6.0.6249.4", model.AuthorityCopy, "the two can differ"},
		{model.ServerVersion{Major: 16, Minor: 0, Build: 1, Revision: 0}, "version 16.0", "16.0.1.0", model.AuthorityDirectory, "inferred"},
		{model.ServerVersion{}, "", "", "", "not known which server"},
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
	var none model.ServerVersion
	cu14, cu15, se := model.ServerVersion{Major: 15, Minor: 2, Build: 1544, Revision: 9}, model.ServerVersion{Major: 15, Minor: 2, Build: 1748, Revision: 10}, model.ServerVersion{Major: 15, Minor: 2, Build: 2562, Revision: 17}
	for _, c := range []struct {
		name     string
		servers  map[string]model.ServerVersion
		org      int
		schema   int
		exchange string
	}{
		{"nothing", nil, 0, 0, ""},
		{"two", map[string]model.ServerVersion{"A": cu14, "B": {Major: 15, Minor: 1, Build: 2507, Revision: 6}, "C": {Major: 15, Minor: 2, Build: 1544, Revision: 4}}, 16762, 17003, "2016 CU23 + 2019 CU14"},
		{"the build tells", map[string]model.ServerVersion{"A": cu15, "B": se}, 16763, 17003, "2019 CU15 + SE RTM"},
		{"no build", map[string]model.ServerVersion{"A": none}, 16763, 17003, "2019 CU15 or SE (no server's build was read)"},
		{"schema only", nil, 0, 17003, "2019 CU10 to CU15 or SE (no server's build was read)"},
		{"some builds", map[string]model.ServerVersion{"A": cu14, "B": none, "C": none}, 16762, 0, "2019 CU14 + 2 servers of unknown build"},
		{"unknown organisation", map[string]model.ServerVersion{"A": none}, 99999, 0, "1 server of unknown build"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := model.NewWriter(pool.NewPool())
			for name, v := range c.servers {
				w.Put(&model.Object{DN: server(name), Class: model.ClassServer, Above: true})
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
			cover := Of(s)[coverServer]
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
	w := model.NewWriter(pool.NewPool())
	w.Server("CN=EX19,CN=Servers", model.ServerVersion{Major: 15, Minor: 2, Build: 1544, Revision: 4})
	w.Server("CN=EX03,CN=Servers", model.ServerVersion{Major: 6, Minor: 5, Build: 7638, Revision: 2})
	w.Put(&model.Object{DN: "CN=EX19,CN=Servers", Class: model.ClassServer})
	w.Put(&model.Object{DN: "CN=EX03,CN=Servers", Class: model.ClassServer})
	w.Put(&model.Object{DN: "CN=DB1", Class: model.ClassStore, Server: "CN=EX19,CN=Servers"})
	for _, m := range []model.Object{
		{DN: "CN=a", HomeMDB: "CN=DB1", HomeServer: "EX03"}, // moved, and the old name stayed
		{DN: "CN=b", HomeMDB: "CN=hidden", HomeServer: "ex03"},
		{DN: "CN=c", HomeMDB: "CN=hidden"},
		{DN: "CN=d", HomeMDB: "CN=hidden"},
		{DN: "CN=e", HomeServer: "GONE"},
	} {
		m.Class, m.Recipient, m.Type = model.ClassUser, model.Mailbox, "UserMailbox"
		w.Put(&m)
	}
	s := w.Snapshot()
	for i, want := range []string{"2019 CU14", "2003 SP2", "", "", ""} {
		o := s.Record(*s.Recipients.At(uint32(i)))
		if got := s.ReleaseOf(o); got != want {
			t.Errorf("%s: %q, want %q", s.DNText(o.DN), got, want)
		}
	}
	if c := Of(s)[coverServer]; c.Found != 4 || c.Decoded != 2 || c.Unknown != 2 {
		t.Errorf("coverage %+v", c)
	}
	if d := s.Deployment(); d.Servers[0].Mailboxes != 1 || d.Servers[1].Mailboxes != 1 {
		t.Errorf("servers %+v", d.Servers)
	}
}
