package report

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

// Deployment is the part of the evidence that says which Exchange was found: how
// far the directory was prepared, every server with its build, and how far the
// directory can be trusted about the mailboxes there. The JSON names are a contract.
type Deployment struct {
	Organisation        string   `json:"organisation"`
	OrganisationVersion int      `json:"organisation_version"` // objectVersion; 0 where it was not read
	OrganisationRelease string   `json:"organisation_release"`
	SchemaVersion       int      `json:"schema_version"` // rangeUpper of ms-Exch-Schema-Version-Pt
	SchemaRelease       string   `json:"schema_release"`
	Servers             []Server `json:"servers"`
}

// Server is an Exchange server in the evidence.
type Server struct {
	Name      string `json:"name"`
	Build     string `json:"build"` // empty where it was not read
	Release   string `json:"release"`
	Mailboxes int    `json:"mailboxes"`
	Authority string `json:"authority"` // directory or copy; empty where it is not known
	Trust     string `json:"trust"`
}

func deploymentOf(s *model.Snapshot) Deployment {
	d := s.Deployment()
	out := Deployment{
		Organisation: d.Organisation, OrganisationVersion: d.OrganisationVersion, OrganisationRelease: d.OrganisationRelease(),
		SchemaVersion: d.SchemaVersion, SchemaRelease: d.SchemaRelease(), Servers: []Server{},
	}
	for _, x := range d.Servers {
		out.Servers = append(out.Servers, Server{Name: x.Name, Build: x.Version.String(), Release: x.Version.Release(),
			Mailboxes: x.Mailboxes, Authority: x.Version.Authority(), Trust: x.Version.Trust()})
	}
	return out
}

// facts are the lines for people: the preparation, then each server.
func (d *Deployment) facts() []fact {
	var all []fact
	prepared := func(what string, version int, release string) {
		if version == 0 {
			return
		}
		text := fmt.Sprintf("%s %d", what, version)
		if release != "" {
			text += " (" + release + ")"
		}
		all = append(all, fact{"Prepared for", text})
	}
	prepared("schema", d.SchemaVersion, d.SchemaRelease)
	prepared("organisation "+d.Organisation+", version", d.OrganisationVersion, d.OrganisationRelease)
	for _, x := range d.Servers {
		what := "build not read"
		if x.Build != "" {
			what = x.Release + " (" + x.Build + ")"
		}
		all = append(all, fact{"Exchange server", fmt.Sprintf("%s: %s, mailboxes: %s; %s", x.Name, what, safe.Thousands(x.Mailboxes), x.Trust)})
	}
	return all
}

// deployment replaces the names of organisation and servers, and puts the
// servers in the order of their pseudonyms.
func (r *Redactor) deployment(d Deployment) Deployment {
	if d.Organisation != "" {
		d.Organisation = r.name(d.Organisation)
	}
	d.Servers = slices.Clone(d.Servers)
	for i := range d.Servers {
		d.Servers[i].Name = r.name(d.Servers[i].Name)
	}
	slices.SortFunc(d.Servers, func(a, b Server) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// Domain is a domain of the forest in the evidence.
type Domain struct {
	DN       string `json:"dn"`
	DNS      string `json:"dns"`
	NetBIOS  string `json:"netbios"`
	Complete bool   `json:"complete"` // every account of it that may be seen was read
}

func domainsOf(s *model.Snapshot) []Domain {
	out := []Domain{}
	for _, d := range s.Domains() {
		out = append(out, Domain{d.DN, d.DNS, d.NetBIOS, d.Complete})
	}
	return out
}

func (d *Domain) sentence() string {
	name := d.DN
	if d.DNS != "" {
		name = d.DNS
	}
	if d.NetBIOS != "" {
		name += " (" + d.NetBIOS + ")"
	}
	if d.Complete {
		return name + ": accounts and groups read to the end"
	}
	return name + ": NOT read, or not to the end"
}

// domains replaces the names of domains, and orders them by these.
func (r *Redactor) domains(list []Domain) []Domain {
	list = slices.Clone(list)
	for i := range list {
		d := &list[i]
		d.DN, d.DNS, d.NetBIOS = r.dn(d.DN), r.host(d.DNS), r.name(d.NetBIOS)
	}
	slices.SortFunc(list, func(a, b Domain) int { return strings.Compare(a.DN, b.DN) })
	return list
}
