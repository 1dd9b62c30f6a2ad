package model

import (
	"slices"
	"strings"
)

// Product names the release that a version number belongs to. 2019 CU15 and
// Subscription Edition share everything but the server's build (exchange-facts 10.6).
func (v ServerVersion) Product() string {
	switch {
	case v.Major == 15 && v.Minor == 2 && v.Build >= 2562:
		return "SE"
	case v.Major == 15 && v.Minor == 2:
		return "2019"
	case v.Major == 15 && v.Minor == 1:
		return "2016"
	case v.Major == 15:
		return "2013"
	case v.Major == 14:
		return "2010"
	case v.Major == 8:
		return "2007"
	case v.Major == 6 && v.Minor == 5:
		return "2003"
	case v.Major == 6:
		return "2000"
	}
	return "unknown version"
}

// Exchange names the releases of the servers that were found, oldest first:
// "2016 + 2019"; empty where no server was read.
func (s *Snapshot) Exchange() string {
	var all []ServerVersion
	for _, v := range s.facts.versions {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b ServerVersion) int {
		if a.Major != b.Major {
			return a.Major - b.Major
		}
		if a.Minor != b.Minor {
			return a.Minor - b.Minor
		}
		return a.Build - b.Build
	})
	var names []string
	for _, v := range all {
		names = append(names, v.Product())
	}
	return strings.Join(slices.Compact(names), " + ")
}

// Authority of a mailbox ACL.
const (
	AuthorityDirectory = "directory"
	AuthorityCopy      = "copy" // before Exchange 2013 the store decides and the directory holds a copy (exchange-facts 1.4)
)

// authority says whether the directory decides about a mailbox, by the version
// of the server its store is on; empty where that is not known.
func (s *Snapshot) authority(o *object) string {
	var v ServerVersion
	var ok bool
	if store := s.at(o.home); store != 0 {
		v, ok = s.facts.versions[s.serverOf(s.object(store))]
	}
	if !ok { // the store may not be visible; the account names its server too
		v, ok = s.serverVersions()[s.facts.servers[o.server]]
	}
	switch {
	case !ok:
		return ""
	case v.Major < 15:
		return AuthorityCopy
	}
	return AuthorityDirectory
}

// serverVersions are the versions by the servers' names, lower case.
func (s *Snapshot) serverVersions() map[string]ServerVersion {
	s.once.servers.Do(func() {
		s.byServer = map[string]ServerVersion{}
		for dn, v := range s.facts.versions {
			s.byServer[strings.ToLower(s.cn(dn))] = v
		}
	})
	return s.byServer
}
