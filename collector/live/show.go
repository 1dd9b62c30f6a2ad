package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"

	"github.com/go-ldap/ldap/v3"
)

// ShowQueries writes every search that a read of the options would send, and
// connects to nobody. They come out of the code that sends them, with the bytes
// left unsent. What only the directory knows is filled in: the naming contexts
// from the name of the domain, and one SID, one group, one server for all of their kind.
func ShowQueries(w io.Writer, o Options) error {
	if err := o.catalogURL(); err != nil {
		return err
	}
	o = o.withDefaults()
	name := o.Domain
	if name == "" {
		t, err := o.address()
		if err != nil {
			return err
		}
		if _, rest, ok := strings.Cut(t.host, "."); ok && net.ParseIP(t.host) == nil {
			name = rest
		}
	}
	dn := "<domain>"
	if name != "" {
		dn = "DC=" + strings.Join(strings.Split(strings.TrimSuffix(name, "."), "."), ",DC=")
	}
	p := &printer{w: bufio.NewWriter(w)}
	s := newSource(o)
	s.show = func(note string, r *ldap.SearchRequest) {
		if note != "" {
			p.note("%s", note)
		}
		p.search(r)
	}
	s.home = &domain{server: &server{options: s.options,
		root: rootDSE{domain: dn, configuration: "CN=Configuration," + dn, schema: "CN=Schema,CN=Configuration," + dn, domainScope: true}}}
	p.note("every search of a read of %s; several run at a time; nothing was sent", dn)
	p.note("where the forest has another root, the configuration is below that one")
	p.note("before the bind, for Kerberos and NTLM")
	p.search(baseRequest("", rootDSEBeforeBind))
	p.note("after the bind; then Who Am I (RFC 4532)")
	p.search(baseRequest("", rootDSEAfterBind))
	ctx := context.Background()
	if err := s.Read(ctx, p); err != nil {
		return err
	}
	if !o.OneDomain && !o.Catalog {
		p.note("%s and containers again in every other domain of the forest, on a domain controller of its own", strings.Join(ofDomain(), ", "))
	}
	p.note("for SIDs that nothing else delivered, up to %d in a filter", namesPerFilter)
	sid, err := acl.ParseSID("S-1-5-21-1-2-3-1000")
	if err != nil {
		return err
	}
	if err := s.Lookup(ctx, []acl.SID{sid}, p); err != nil {
		return err
	}
	if !o.Catalog {
		p.note("in the end, up to %d groups in a filter, in the domain that they lie in", groupsPerFilter)
	}
	if err := s.Changes(ctx, []string{"CN=Group," + dn}, p); err != nil {
		return err
	}
	p.note("for an attribute with more values than the server gives at once (MS-ADTS 3.1.1.3.1.3.3)")
	p.search(baseRequest("<DN of the object>", []string{"<attribute>;range=<next>-*"}))
	return p.w.Flush()
}

// ofDomain names the searches that every domain is asked, but for the last.
func ofDomain() []string {
	names := []string{"rootDSE", string(decode.Mailboxes.Purpose), string(decode.Recipients.Purpose)}
	for _, s := range decode.Searches() {
		if s.Stage == collector.OfDomain {
			names = append(names, string(s.Purpose))
		}
	}
	return names
}

// printer is a sink that writes searches down.
type printer struct {
	w *bufio.Writer
	n int
}

func (p *printer) note(format string, args ...any) { fmt.Fprintf(p.w, "# "+format+"\n", args...) }

var scopes = map[int]string{ldap.ScopeBaseObject: "base", ldap.ScopeSingleLevel: "one", ldap.ScopeWholeSubtree: "sub"}

func (p *printer) search(r *ldap.SearchRequest) {
	p.n++
	controls := make([]string, len(r.Controls))
	for i, c := range r.Controls {
		switch c := c.(type) {
		case *ldap.ControlPaging:
			controls[i] = "paging " + strconv.Itoa(int(c.PagingSize))
		case sdFlags:
			controls[i] = c.String()
		default:
			controls[i] = ldap.ControlTypeMap[c.GetControlType()]
		}
	}
	fmt.Fprintf(p.w, "%d\tbase\t%q\n\tscope\t%s\n\tfilter\t%s\n\tattrs\t%s\n", p.n, r.BaseDN, scopes[r.Scope], r.Filter, strings.Join(r.Attributes, " "))
	if len(controls) > 0 {
		fmt.Fprintf(p.w, "\tcontrols\t%s\n", strings.Join(controls, ", "))
	}
}

// Begin writes the purpose.
func (p *printer) Begin(q collector.Query) {
	text := string(q.Purpose)
	of := func(s collector.Search) bool { return s.Purpose == q.Purpose && s.About != "" }
	if all := decode.Searches(); slices.ContainsFunc(all, of) {
		text += ": " + all[slices.IndexFunc(all, of)].About
	}
	p.note("%s", text)
}

// Expect does nothing.
func (*printer) Expect(collector.QueryID, int) {}

// Entry does nothing: none comes.
func (*printer) Entry(*collector.Entry) {}

// End does nothing.
func (*printer) End(collector.QueryID, error) {}

// Missed does nothing.
func (*printer) Missed(acl.SID) {}
