package protolog_test

import (
	"context"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/protolog"
)

// directory is a source of a few entries: each is a DN and attributes NAME=VALUE.
type directory [][]string

func (directory) Name() string { return "a directory" }
func (directory) Close() error { return nil }
func (d directory) Read(_ context.Context, sink collector.Sink) error {
	sink.Begin(collector.Query{ID: 1, Purpose: "mailboxes", Base: "DC=contoso,DC=com", Scope: collector.ScopeSub})
	for _, e := range d {
		entry := collector.Entry{Query: 1, DN: e[0]}
		for _, a := range e[1:] {
			name, value, _ := strings.Cut(a, "=")
			entry.Attributes = append(entry.Attributes, collector.Attribute{Name: name, Values: [][]byte{[]byte(value)}})
		}
		sink.Entry(&entry)
	}
	sink.End(1, nil)
	return nil
}
func (directory) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (directory) Changes(context.Context, []string, collector.Sink) error { return nil }

// TestDirectoryTellsNames: a name of the directory that failed is kept, and one
// that is nobody's is not: a password would be.
func TestDirectoryTellsNames(t *testing.T) {
	dir := t.TempDir()
	text := head
	for i, typed := range []string{"anna", `CONTOSO\anna`, "Anna.A@fabrikam.com", "anna@contoso.com", "HealthMailbox1234567890abcdef@contoso.com", "Secret123", `CONTOSO\Secret124`} {
		text += record(i, i+1, 0, "192.0.2.1:1000", "", "login", typed+" *****", `"R=""1 NO LOGIN failed."""`)
	}
	put(t, dir, "IMAP42026110208-1.LOG", []byte(text))
	o := in("EX13=" + dir)
	o.UnknownNames = false
	s := read(t, directory{
		{"CN=a,DC=contoso,DC=com", "objectClass=user", "sAMAccountName=anna", "userPrincipalName=anna@contoso.com", "proxyAddresses=smtp:anna.a@fabrikam.com"},
		{"CN=h,DC=contoso,DC=com", "objectClass=user", "sAMAccountName=HealthMailbox1234567"},
	}, o)
	kept, unknown := 0, 0
	for _, c := range s.Connections {
		if strings.Contains(c.User+c.Typed, "Secret") {
			t.Errorf("%q is kept", c.User)
		}
		if c.User != "" {
			kept++
		}
		unknown += c.Names
	}
	if kept != 5 || unknown != 2 {
		t.Errorf("%d names are kept and %d not, want 5 and 2", kept, unknown)
	}
}

// TestDirectoryTellsDomains: the accepted domains of the directory say what is
// outside; those of --accepted come on top.
func TestDirectoryTellsDomains(t *testing.T) {
	dir := t.TempDir()
	events := []string{"+", "< EHLO app", "> 250 EX13", "< MAIL FROM:<a@contoso.com>", "> 250 2.1.0 OK"}
	for _, to := range []string{"a@contoso.com", "b@sub.fabrikam.com", "c@example.net"} {
		events = append(events, "< RCPT TO:<"+to+">", "> 250 2.1.5 OK")
	}
	events = append(events, "< DATA", "> 354 go on", "> 250 2.6.0 Queued", "- |Local")
	put(t, dir, "EX13/TransportRoles/Logs/FrontEnd/RECV2026110208-1.LOG", []byte(mailHead+mailLines(`EX13\Default Frontend EX13`, "1", "192.0.2.1:9", events...)))
	accepted := directory{{"CN=d,CN=Configuration,DC=contoso,DC=com", "objectClass=msExchAcceptedDomain", "msExchAcceptedDomainName=Contoso.com"}}
	for _, c := range []struct {
		source             collector.Source
		accepted           []string
		external, unjudged int
	}{
		{nil, nil, 0, 3}, {accepted, nil, 2, 0}, {accepted, []string{"*.fabrikam.com"}, 1, 0}, {nil, []string{"*"}, 0, 0},
	} {
		o := protolog.Options{Folders: []protolog.Folder{{Path: dir}}, Accepted: c.accepted}
		if r := read(t, c.source, o).Relays[0]; r.External != c.external || r.Unjudged != c.unjudged || r.Recipients != 3 {
			t.Errorf("%v and %v: %+v", c.source, c.accepted, r)
		}
	}
}
