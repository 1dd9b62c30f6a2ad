package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model/internal/pool"
)

// StorageGroup returns the storage group of a store of the layout before 2010.
func (s *Snapshot) StorageGroup(o *Record) (pool.DN, bool) {
	parent := s.DNs.At(uint32(o.DN)).Parent
	above := s.DNs.At(uint32(parent)).Parent
	return parent, strings.EqualFold(s.CN(above), "InformationStore")
}

// ServerOf returns the server of a store: the one it names, else the one it
// lies on.
func (s *Snapshot) ServerOf(o *Record) pool.DN {
	if group, ok := s.StorageGroup(o); ok && o.Home == 0 {
		return s.DNs.At(uint32(s.DNs.At(uint32(group)).Parent)).Parent
	}
	return o.Home
}

// ServerVersion is the build of an Exchange server as the directory records it;
// zero where it could not be read.
type ServerVersion struct {
	Major, Minor, Build, Revision int
}

// String spells the version; nothing where it was not read.
func (v ServerVersion) String() string {
	if v == (ServerVersion{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", v.Major, v.Minor, v.Build, v.Revision)
}

// Release names what is installed: "2019 CU14". 2019 CU15 and Subscription
// Edition are told apart by the build and by nothing else (exchange-facts
// 10.6). A build that the table does not have is named by its number.
func (v ServerVersion) Release() string {
	line := product{v.Major, v.Minor}
	name := products[line]
	switch {
	case v == (ServerVersion{}):
		return ""
	case name == "":
		return "version " + strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
	case line == product{15, 2} && v.Build >= firstSE:
		name = "SE"
	}
	table := updates[line]
	if table == nil {
		return name
	}
	if update := table[v.Build]; update != "" {
		return name + " " + update
	}
	return name + " build " + strconv.Itoa(v.Build)
}

// Authority of a mailbox ACL.
const (
	AuthorityDirectory = "directory"
	AuthorityCopy      = "copy" // before Exchange 2013 the store decides and the directory holds a copy (exchange-facts 1.4)
)

// Authority says whether the directory decides about the mailboxes of a server
// of this version; empty where the version is not known.
func (v ServerVersion) Authority() string {
	switch {
	case v == (ServerVersion{}):
		return ""
	case v.Major < 15:
		return AuthorityCopy
	}
	return AuthorityDirectory
}

// Trust says in a sentence how far the mailbox rights in the directory can be
// trusted for mailboxes of a server of this version (exchange-facts 1.4).
func (v ServerVersion) Trust() string {
	switch {
	case v == (ServerVersion{}):
		return "not known which server, so not known whether the directory or the store decides about mailbox rights"
	case v.Major < 8:
		return "the store decides about mailbox rights; the directory holds a copy of some of them, and the two can differ"
	case v.Major < 15:
		return "taken to be as in 2003, where the store decides about mailbox rights and the directory holds a copy (inferred)"
	case v.Major == 15 && v.Minor == 0:
		return "the directory decides about mailbox rights"
	}
	return "the directory decides about mailbox rights, as in 2013 (inferred for later versions)"
}

// Deployment is what the directory says about the Exchange organisation.
type Deployment struct {
	Organisation string // its name
	// OrganisationVersion and SchemaVersion say for which release the directory
	// was prepared; 0 where they were not read.
	OrganisationVersion, SchemaVersion int
	Servers                            []Server // by name
}

// Server is an Exchange server.
type Server struct {
	Name, DN  string
	Version   ServerVersion
	Mailboxes int // that its stores hold, or that name it
}

// OrganisationRelease names the release that the organisation was prepared for.
func (d *Deployment) OrganisationRelease() string { return organisationReleases[d.OrganisationVersion] }

// SchemaRelease names the release that the schema was prepared for.
func (d *Deployment) SchemaRelease() string { return schemaReleases[d.SchemaVersion] }

// Exchange names the releases of the servers that were found, oldest first:
// "2016 CU23 + 2019 CU14". Where the build of none could be read it is the
// release that the directory was prepared for, and says so. Empty where nothing
// of it was read.
func (s *Snapshot) Exchange() string { return releasesOf.Of(s) }

var releasesOf = Derive((*Snapshot).nameReleases).Outlives(Memberships | Lists)

func (s *Snapshot) nameReleases() string {
	f := s.Forest
	var all []ServerVersion
	unread := 0
	for _, v := range f.Versions {
		if v == (ServerVersion{}) {
			unread++
			continue
		}
		all = append(all, v)
	}
	slices.SortFunc(all, compareVersions)
	var names []string
	for _, v := range all {
		names = append(names, v.Release())
	}
	names = slices.Compact(names)
	prepared := organisationReleases[f.organisation.version]
	if prepared == "" {
		prepared = schemaReleases[f.schemaVersion]
	}
	switch {
	case len(names) == 0 && prepared != "":
		return prepared + " (no server's build was read)"
	case unread == 1:
		names = append(names, "1 server of unknown build")
	case unread > 1:
		names = append(names, strconv.Itoa(unread)+" servers of unknown build")
	}
	return strings.Join(names, " + ")
}

func compareVersions(a, b ServerVersion) int {
	return cmp.Or(a.Major-b.Major, a.Minor-b.Minor, a.Build-b.Build, a.Revision-b.Revision)
}

// Deployment says what is known of organisation and servers. It looks at every
// mailbox.
func (s *Snapshot) Deployment() Deployment {
	f := s.Forest
	d := Deployment{Organisation: s.CN(f.organisation.name), OrganisationVersion: f.organisation.version, SchemaVersion: f.schemaVersion}
	number := map[pool.DN]int{}
	for dn, v := range f.Versions {
		number[dn] = len(d.Servers)
		d.Servers = append(d.Servers, Server{Name: s.CN(dn), DN: s.DNText(dn), Version: v})
	}
	for i := range s.Recipients.Len() {
		o := s.Record(*s.Recipients.At(i))
		if k, ok := number[s.HomeServer(o)]; ok && o.HasMailbox() {
			d.Servers[k].Mailboxes++
		}
	}
	slices.SortFunc(d.Servers, func(a, b Server) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.DN, b.DN)) })
	return d
}

// HomeServer finds the server of a mailbox: the one that its store is on; where
// that is not visible, the one that the account names. 0 where neither was
// read.
func (s *Snapshot) HomeServer(o *Record) pool.DN {
	if store := s.At(o.Home); store != 0 {
		if dn := s.ServerOf(s.Record(store)); dn != 0 {
			if _, ok := s.Forest.Versions[dn]; ok {
				return dn
			}
		}
	}
	return serversOf.Of(s).byName[s.Forest.Servers[o.Server]]
}

// VersionOf is the version of the server of a mailbox, zero where it is not
// known.
func (s *Snapshot) VersionOf(o *Record) ServerVersion { return s.Forest.Versions[s.HomeServer(o)] }

// ReleaseOf names the release of the server of a mailbox.
func (s *Snapshot) ReleaseOf(o *Record) string {
	return serversOf.Of(s).releases[s.VersionOf(o)]
}

// servers are the servers by their names, lower case, and what their releases
// are called.
type servers struct {
	byName   map[string]pool.DN
	releases map[ServerVersion]string
}

var serversOf = Derive(func(s *Snapshot) *servers {
	out := &servers{map[string]pool.DN{}, map[ServerVersion]string{}}
	for dn, v := range s.Forest.Versions {
		out.byName[strings.ToLower(s.CN(dn))] = dn
		out.releases[v] = v.Release()
	}
	return out
}).Outlives(Memberships | Lists)
