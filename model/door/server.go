package door

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/internal/pool"
)

// Server is an Exchange server as clients find it.
type Server struct {
	Obj     model.ObjectID
	Name    string
	Host    string // DNS name, as far as the directory says it; else empty
	Site    string // of Active Directory
	Release string // "2019 CU14"; empty where the build was not read
	Version model.ServerVersion
	Roles   int64 // bits of msExchCurrentServerRoles; 0 where they were not read
	DN      string
}

// Servers are all servers that were read, by name. They are not to be changed.
func Servers(s *model.Snapshot) []*Server { return serversOf.Of(s).list }

// ServerAbove returns the server that an object lies below, nil where there is none.
func ServerAbove(s *model.Snapshot, id model.ObjectID) *Server {
	for name := s.Record(id).DN; name != 0; name = s.DNs.At(uint32(name)).Parent {
		if v := serversOf.Of(s).byDN[name]; v != nil {
			return v
		}
	}
	return nil
}

type servers struct {
	list []*Server
	byDN map[pool.DN]*Server
}

var serversOf = model.Derive(func(s *model.Snapshot) *servers {
	out := &servers{byDN: map[pool.DN]*Server{}}
	for i := range s.Doors.Len() {
		d := s.Doors.At(i)
		if d.Kind != model.DoorServer {
			continue
		}
		name := s.Record(d.Obj).DN
		v := &Server{Obj: d.Obj, Name: s.CN(name), Version: s.Forest.Versions[name], DN: s.DNText(name), Site: leaf(d.Values.Text("Site"))}
		if v.Version != (model.ServerVersion{}) {
			v.Release = v.Version.Release()
		}
		v.Roles, _ = number(d.Values.Text("ServerRole"))
		for _, text := range d.Values.Find("NetworkAddress").Texts {
			if host, ok := strings.CutPrefix(strings.ToLower(text), "ncacn_ip_tcp:"); ok {
				v.Host = host
			}
		}
		out.byDN[name] = v
		out.list = append(out.list, v)
	}
	slices.SortFunc(out.list, func(a, b *Server) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.DN, b.DN))
	})
	return out
})

// leaf is the value of the first RDN of a name that is not interned.
func leaf(name string) string {
	first, _ := dn.Split(name)
	if _, value, ok := strings.Cut(first, "="); ok {
		return dn.Unescape(value)
	}
	return name
}

// Is2013 reports whether a server is of 2013 or later, where front end and back
// end are two services; where the build is not known it is taken for one.
func (v *Server) Is2013() bool {
	return v == nil || v.Version == (model.ServerVersion{}) || v.Version.Major >= 15
}

// OfRelease reports whether a server is of a release, as --release names it:
// "2013", "2016 CU23". Every server is of the empty one.
func (v *Server) OfRelease(release string) bool {
	if release == "" {
		return true
	}
	return v != nil && (strings.EqualFold(v.Release, release) || strings.HasPrefix(strings.ToLower(v.Release), strings.ToLower(release)+" "))
}

// OfRelease reports whether a server of the directory, by its name, is of a
// release; see [Server.OfRelease]. One that was not read is of none.
func OfRelease(s *model.Snapshot, name, release string) bool {
	if release == "" {
		return true
	}
	i := slices.IndexFunc(Servers(s), func(v *Server) bool { return strings.EqualFold(v.Name, name) })
	return i >= 0 && Servers(s)[i].OfRelease(release)
}

// number reads a number of a setting; ok is false where there is none.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil
}
