package live

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector/ldaptest"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer is a DNS server on the loopback address.
type nameServer struct {
	srv       map[string][]dnsmessage.SRVResource // by name
	addresses map[string][4]byte

	mu    sync.Mutex
	asked []string
}

func (n *nameServer) start(t *testing.T) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			size, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if answer := n.answer(b[:size]); answer != nil {
				_, _ = c.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

func (n *nameServer) answer(b []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(b) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	n.mu.Lock()
	n.asked = append(n.asked, name)
	n.mu.Unlock()
	m.Response, m.Additionals = true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
	address, known := n.addresses[name]
	switch {
	case q.Type == dnsmessage.TypeSRV:
		for _, srv := range n.srv[name] {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &srv})
		}
	case q.Type == dnsmessage.TypeA && known:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: address}})
	}
	if len(m.Answers) == 0 && !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	answer, _ := m.Pack()
	return answer
}

func (n *nameServer) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.asked)
}

func srv(priority, weight uint16, host string) dnsmessage.SRVResource {
	return dnsmessage.SRVResource{Priority: priority, Weight: weight, Port: 389, Target: dnsmessage.MustNewName(host + ".")}
}

// TestControllersInOrder: by priority first; within one, the heavier is drawn
// first more often (RFC 2782).
func TestControllersInOrder(t *testing.T) {
	n := &nameServer{srv: map[string][]dnsmessage.SRVResource{"_ldap._tcp.dc._msdcs.contoso.lab": {
		srv(20, 0, "far.contoso.lab"), srv(10, 90, "heavy.contoso.lab"), srv(0, 5, "first.contoso.lab"), srv(10, 10, "light.contoso.lab"),
	}}}
	o := Options{Domain: "Contoso.lab.", Resolver: n.start(t)}.withDefaults()
	heavy := 0
	for range 100 {
		list, err := o.controllers(context.Background())
		if err != nil || len(list) != 4 {
			t.Fatalf("%v, %v", list, err)
		}
		if list[0].host != "first.contoso.lab" || list[3].host != "far.contoso.lab" || list[0].port != "389" {
			t.Fatalf("order %v", list)
		}
		if list[1].host == "heavy.contoso.lab" {
			heavy++
		}
	}
	// 90 of 100 are expected; fewer than 70 come once in 10^8 runs.
	if heavy < 70 {
		t.Errorf("the heavier was drawn first %d times of 100", heavy)
	}
	asked := n.questions()
	o.DC = Servers{"dc7": "", "dc8.contoso.lab": "127.0.0.1"}
	list, err := o.controllers(context.Background())
	if want := []controller{{host: "dc7.contoso.lab", port: "389"}, {host: "dc8.contoso.lab", port: "389"}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("forced: %v, %v, want %v", list, err, want)
	}
	if n.questions() != asked {
		t.Error("DNS was asked although --dc names the server")
	}
	o = Options{Domain: "fabrikam.lab", Resolver: n.start(t)}.withDefaults()
	_, err = o.controllers(context.Background())
	wantError(t, err, ErrUnreachable, "DNS knows no domain controller of fabrikam.lab (_ldap._tcp.dc._msdcs.fabrikam.lab)", "--dc")
}

// TestDomain: the next domain controller where one does not work, and none after
// one that refused the password.
func TestDomain(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	o := options(server)
	o.URL, o.Domain = "", "contoso.lab"
	// The servers listen on no usual port, so the addresses are given.
	o.DC = Servers{"a.contoso.lab": closedPort(t), "dc1.contoso.lab": server.Addr()}
	s := open(t, o)
	if s.Name() != "ldaps://dc1.contoso.lab (simple bind)" {
		t.Errorf("opened %s", s.Name())
	}
	s.Close()
	asked := 0
	o.Password = func() (string, error) { asked++; return "Wrong-Horse-77", nil }
	other := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.CertNames = []string{"b.contoso.lab"} })
	o.DC = Servers{"a.contoso.lab": closedPort(t), "b.contoso.lab": server.Addr(), "dc1.contoso.lab": server.Addr(), "dc2.contoso.lab": other.Addr()}
	refused(t, o, ErrCredentials, "wrong password")
	if asked != 1 || len(other.Requests()) != 0 {
		t.Errorf("the password was asked for %d times, and sent on %d times", asked, len(other.Requests()))
	}
	o.DC = Servers{"a.contoso.lab": closedPort(t), "b.contoso.lab": closedPort(t)}
	refused(t, o, ErrUnreachable, "none of the 2 domain controllers of contoso.lab", "a.contoso.lab refused", "b.contoso.lab refused")
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

func TestServersFlag(t *testing.T) {
	var s Servers
	for _, text := range []string{"dc1", "dc2=10.0.0.2", "dc3=[::1]:636"} {
		if err := s.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got := s.String(); got != "dc1,dc2=10.0.0.2,dc3=[::1]:636" {
		t.Error(got)
	}
	if errors.Join(s.Set("="), s.Set("x="), s.Set("=y")) == nil {
		t.Error("nonsense is taken")
	}
	for text, want := range map[string]bool{"contoso.lab": true, "a.b.contoso.lab.": true, "nonsense": false, "10.0.0.1": false, "a b.c": false, "x/y.z": false, "": false} {
		if IsDomain(text) != want {
			t.Errorf("IsDomain(%q) is %v", text, !want)
		}
	}
}
