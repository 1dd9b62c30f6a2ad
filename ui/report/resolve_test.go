package report

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"mbxperm/model"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers questions for names of addresses on loopback.
type nameServer struct {
	conn    net.PacketConn
	names   map[string]string // by address; without one there is no such name
	silent  map[string]bool   // addresses that it gives no answer for
	delay   time.Duration
	mu      sync.Mutex
	asked   map[string]int
	open    int // questions that wait for an answer
	most    int // of them, at a time
	running sync.WaitGroup
}

func startNameServer(t *testing.T, n *nameServer) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.conn, n.asked = conn, map[string]int{}
	go func() {
		for {
			b := make([]byte, 1500)
			size, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			n.running.Go(func() { n.answer(b[:size], from) })
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		conn.Close()
		n.running.Wait()
	})
}

// questions returns how often each address was asked for so far, and the most
// questions that waited at a time.
func (n *nameServer) questions() (map[string]int, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.asked), n.most
}

func (n *nameServer) answer(question []byte, from net.Addr) {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 || m.Questions[0].Type != dnsmessage.TypePTR {
		return
	}
	address := addressOf(m.Questions[0].Name.String())
	n.mu.Lock()
	n.asked[address]++
	n.open++
	n.most = max(n.most, n.open)
	n.mu.Unlock()
	time.Sleep(n.delay)
	n.mu.Lock()
	n.open--
	name, known := n.names[address]
	n.mu.Unlock()
	if n.silent[address] {
		return
	}
	m.Header.Response, m.Header.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
	if known {
		m.Header.RCode = dnsmessage.RCodeSuccess
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(name)},
		}}
	}
	if b, err := m.Pack(); err == nil {
		n.conn.WriteTo(b, from)
	}
}

// addressOf reads the names of RFC 1035 3.5 and RFC 3596 2.5.
func addressOf(name string) string {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	if v4, ok := strings.CutSuffix(name, ".in-addr.arpa."); ok {
		p := strings.Split(v4, ".")
		return p[3] + "." + p[2] + "." + p[1] + "." + p[0]
	}
	var hex strings.Builder
	for i := 31; i >= 0; i-- {
		hex.WriteString(labels[i])
		if i%4 == 0 && i > 0 {
			hex.WriteByte(':')
		}
	}
	return netip.MustParseAddr(hex.String()).String()
}

func clientsOf(clients ...string) *model.Snapshot {
	w := model.NewWriter(model.NewPool())
	for i, c := range clients {
		w.Connection(model.Connection{Stream: model.StreamOf("EX13", "IMAP4", "front end"), User: fmt.Sprint("u", i%3), Client: c, OK: 1})
		w.Connection(model.Connection{Stream: model.StreamOf("EX13", "POP3", "front end"), User: "u", Client: c, OK: 1})
		w.Relay(model.Relay{Server: "EX13", Connector: "x", Client: c})
	}
	return w.Snapshot()
}

// TestResolve: each client is asked for once, by its reverse name; what is no
// address is nobody that could be asked for.
func TestResolve(t *testing.T) {
	n := &nameServer{names: map[string]string{"192.0.2.1": "printer.contoso.com.", "2001:db8::7": "seven.fabrikam.com."}}
	startNameServer(t, n)
	got := resolve(t.Context(), clientsOf("192.0.2.1", "2001:db8::7", "192.0.2.9", "fe80::1%12", "\x1b[2J", ""))
	if want := map[string]string{"192.0.2.1": "printer.contoso.com", "2001:db8::7": "seven.fabrikam.com"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if asked, _ := n.questions(); !maps.Equal(asked, map[string]int{"192.0.2.1": 1, "2001:db8::7": 1, "192.0.2.9": 1}) {
		t.Errorf("asked for %v", asked)
	}
}

// TestResolveBounds: twenty at a time, and a server that does not answer holds
// each of them up for two seconds.
func TestResolveBounds(t *testing.T) {
	n := &nameServer{names: map[string]string{}, silent: map[string]bool{}, delay: 100 * time.Millisecond}
	var clients []string
	for i := range 60 {
		a := fmt.Sprintf("198.51.100.%d", i+1)
		clients = append(clients, a)
		n.names[a] = fmt.Sprintf("host%d.contoso.com.", i+1)
		if i < 20 {
			n.silent[a] = true
		}
	}
	startNameServer(t, n)
	begun := time.Now()
	got := resolve(t.Context(), clientsOf(clients...))
	if took := time.Since(begun); took < resolveLimit || took > 10*resolveLimit { // one after another it takes twenty times as long
		t.Errorf("it took %v", took)
	}
	if _, most := n.questions(); len(got) != 40 || most > resolvers || most < 2 {
		t.Errorf("%d names, %d at a time", len(got), most)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := resolve(ctx, clientsOf(clients...)); len(got) != 0 {
		t.Errorf("nobody waits any more, and %d came", len(got))
	}
}

// TestNobodyIsAsked: without --resolve no question leaves the machine.
func TestNobodyIsAsked(t *testing.T) {
	n := &nameServer{names: map[string]string{"192.0.2.1": "printer.contoso.com."}}
	startNameServer(t, n)
	s := clientsOf("192.0.2.1")
	for _, resolves := range []bool{false, true} {
		for _, report := range []string{connectionsReport, relaysReport, logsReport} {
			flags := Flags{Direction: "forward"}
			flags.Doors.Resolve = resolves && report != logsReport
			q, err := flags.doorQuery(report)
			if err != nil {
				t.Fatal(err)
			}
			j := Job{Question: Question{Report: report, Query: q, Doors: flags.Doors}, Output: Output{Format: JSON, Quiet: true}}
			var out, errs bytes.Buffer
			if _, err := j.Run(t.Context(), s, nil, &out, &errs); err != nil {
				t.Fatal(err)
			}
			if named := strings.Contains(out.String(), "printer.contoso.com"); named != flags.Doors.Resolve {
				t.Errorf("%s, resolve %v: %s", report, flags.Doors.Resolve, &out)
			}
		}
		if asked, _ := n.questions(); len(asked) > 0 != resolves {
			t.Errorf("resolve %v: asked for %v", resolves, asked)
		}
	}
}
